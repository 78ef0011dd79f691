//! What is passed over in the trust store, or in what somebody wants to add to it, in both languages.

use std::io;
use std::path::Path;

use icao9303::passive_authentication::{ImportError, MasterListError};

use super::{Words, files};

/// A file that the system does not give.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Words {
    let why = super::of_file(files::of_io(error.kind()))
        .map_or("không đọc được", |words| words.vi.trim_end_matches('.'));
    both(path, why, error)
}

/// A file that is not what it should be.
pub(crate) fn refused(path: &Path, error: &ImportError) -> Words {
    both(path, import_error(error), error)
}

/// One of several things in a file.
pub(crate) fn part_refused(path: &Path, part: usize, error: &ImportError) -> Words {
    Words::new(
        format!("{}, phần {part}: {}", path.display(), import_error(error)),
        format!("{}, part {part}: {error}", path.display()),
    )
}

/// A certificate that is no anchor.
pub(crate) fn not_an_authority(path: &Path, subject: &str) -> Words {
    Words::new(
        format!("{}: {subject} không phải cơ quan cấp gốc nên không được tin cậy", path.display()),
        format!("{}: {subject} is no authority and not trusted", path.display()),
    )
}

/// A master list of somebody unknown, taken because it was named.
pub(crate) fn unchained(path: &Path, signer: &str) -> Words {
    Words::new(
        format!("{}: danh sách do {signer} ký, không nối được tới cơ quan nào đã tin cậy", path.display()),
        format!("{}: the master list is signed by {signer}, who does not chain to a trusted authority", path.display()),
    )
}

/// A list whose signer is not whom he says.
pub(crate) fn forged_signer(path: &Path, why: &str) -> Words {
    let words = super::of_sentence(why);
    let vi = if words.vi.is_empty() { "người ký danh sách là giả".to_owned() } else { words.vi };
    Words::new(format!("{}: {vi}", path.display()), format!("{}: {}", path.display(), words.en))
}

/// The record of a store, damaged: where things came from, and how new the last lists were, is not known any more.
pub(crate) fn damaged_record(path: &Path) -> Words {
    Words::new(
        format!("{}: tệp ghi nguồn gốc đã hỏng; không còn biết danh sách nào mới nhất", path.display()),
        format!(
            "{}: the record of sources is damaged; how new the last lists were is not known any more",
            path.display()
        ),
    )
}

fn both(path: &Path, vi: &str, en: &dyn std::fmt::Display) -> Words {
    Words::new(format!("{}: {vi}", path.display()), format!("{}: {en}", path.display()))
}

fn import_error(error: &ImportError) -> &'static str {
    match error {
        ImportError::Nothing => "không có chứng thư, danh sách thu hồi hay danh sách CSCA nào",
        ImportError::TooLong => "quá lớn",
        ImportError::Base64 => "mã base 64 bị hỏng",
        ImportError::Malformed(_) => "không phải chứng thư hay danh sách thu hồi, hoặc đã hỏng",
        ImportError::MasterList(MasterListError::Signature(_)) => "chữ ký của danh sách CSCA không đúng",
        ImportError::MasterList(MasterListError::SignerMissing) => "danh sách CSCA thiếu chứng thư của người ký",
        ImportError::MasterList(_) => "không phải danh sách CSCA",
        _ => "không dùng được",
    }
}
