//! Packs on disk: written by an office, so read with bounds and refused with the place and what to do.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Pack;
use crate::check;
use crate::finding::{Finding, Severity};

/// No file of a pack is longer.
const MOST_BYTES: u64 = 512 * 1024;
/// No document or workbook of a pack is longer.
const MOST_BYTES_OF_OFFICE_FILE: u64 = 8 * 1024 * 1024;
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
    let pack = parse(&manifest, &text, template)?;
    let office_file = |name: &str| match folder.join(name) {
        path if path.exists() => bytes(&path, MOST_BYTES_OF_OFFICE_FILE).map(Some),
        _ => Ok(None),
    };
    Ok(Pack { document: office_file("form.docx")?, workbook: office_file("list.xlsx")?, ..pack })
}

/// One pack from its texts; `file` names the manifest in what is told.
pub(crate) fn parse(file: &Path, manifest: &str, template: String) -> Result<Pack, Finding> {
    let pack: Pack = toml::from_str(manifest).map_err(|error| Finding::of_toml(file, manifest, &error))?;
    Ok(Pack { template, ..pack })
}

/// The text of a file that is not too long.
pub(crate) fn text(path: &Path) -> Result<String, Finding> {
    String::from_utf8(bytes(path, MOST_BYTES)?)
        .map_err(|_| Finding::error(path, "Tệp không phải UTF-8. Hãy lưu lại ở UTF-8.", "Not UTF-8. Save it as UTF-8."))
}

/// A file that is not too long.
fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Finding> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > most {
        let most = most / 1024;
        return Err(Finding::error(
            path,
            format!("Tệp dài hơn {most} kB. Hãy rút ngắn."),
            format!("The file is over {most} kB. Shorten it."),
        ));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Finding {
    Finding::error(
        path,
        format!("Không đọc được ({error}). Kiểm tra đường dẫn và quyền đọc."),
        format!("Cannot be read ({error}). Check the path and its permissions."),
    )
}
