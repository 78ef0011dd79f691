//! Packs on disk: written by an office, so read with bounds and refused with the place and what to do.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Pack;
use crate::check;
use crate::finding::{Finding, Severity};

/// No file of a pack is longer.
const MOST_BYTES: u64 = 512 * 1024;
/// No folder has more packs.
const MOST_PACKS: usize = 500;

/// The packs of a folder of folders. A sub-folder without `pack.toml` (as `shared`) is none.
pub(super) fn packs(path: &Path) -> Vec<Result<Pack, Vec<Finding>>> {
    let mut folders: Vec<PathBuf> = match fs::read_dir(path) {
        Ok(entries) => entries.take(MOST_PACKS).filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(error) => return vec![Err(vec![unreadable(path, &error)])],
    };
    folders.retain(|folder| folder.join("pack.toml").is_file());
    folders.sort();
    folders.iter().map(|folder| usable(folder)).collect()
}

/// A pack without errors.
fn usable(folder: &Path) -> Result<Pack, Vec<Finding>> {
    let pack = read(folder).map_err(|finding| vec![finding])?;
    let mut found = check::of_pack(folder, &pack);
    found.retain(|finding| finding.severity == Severity::Error);
    if found.is_empty() { Ok(pack) } else { Err(found) }
}

/// One pack from its folder.
pub(crate) fn read(folder: &Path) -> Result<Pack, Finding> {
    let manifest = folder.join("pack.toml");
    let text = text(&manifest)?;
    let template = self::text(&folder.join("form.typ"))?;
    parse(&manifest, &text, template)
}

/// One pack from its texts; `file` names the manifest in what is told.
pub(crate) fn parse(file: &Path, manifest: &str, template: String) -> Result<Pack, Finding> {
    let pack: Pack = toml::from_str(manifest).map_err(|error| Finding::of_toml(file, manifest, &error))?;
    Ok(Pack { template, ..pack })
}

/// The text of a file that is not too long.
pub(crate) fn text(path: &Path) -> Result<String, Finding> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Finding::error(path, "Tệp dài hơn 512 kB. Hãy rút ngắn.", "The file is over 512 kB. Shorten it."));
    }
    String::from_utf8(bytes)
        .map_err(|_| Finding::error(path, "Tệp không phải UTF-8. Hãy lưu lại ở UTF-8.", "Not UTF-8. Save it as UTF-8."))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Finding {
    Finding::error(
        path,
        format!("Không đọc được ({error}). Kiểm tra đường dẫn và quyền đọc."),
        format!("Cannot be read ({error}). Check the path and its permissions."),
    )
}
