//! Checks a pack as its author needs it: that it can be read, that what it names is there, that the rules every form obeys are
//! kept, and the persons to try it with.

use std::collections::BTreeSet;
use std::path::Path;

use crate::finding::Finding;
use crate::packs::{Pack, folder};

mod fields;
mod office_files;
mod specimens;
mod template;

pub(crate) use specimens::nowhere;
pub use specimens::{EVERY_LETTER, LONGEST_NAME, specimens};

/// Everything to say about the pack in a folder. Nothing said means that it can be used; warnings leave it usable.
pub fn check(folder: &Path) -> Vec<Finding> {
    match folder::read(folder) {
        Ok(pack) => of_pack(folder, &pack),
        Err(finding) => vec![finding],
    }
}

/// The same for a pack that could be read; `folder` names it in what is told.
pub(crate) fn of_pack(folder: &Path, pack: &Pack) -> Vec<Finding> {
    let manifest = folder.join("pack.toml");
    let mut report = Report { file: &manifest, found: Vec::new() };
    named(folder, pack, &mut report);
    in_force(pack, &mut report);
    fields::check(pack, &mut report);
    office_files::check_list(pack, &mut report);
    office_files::check_typing(pack, &mut report);
    office_files::check_files(folder, pack, &mut report.found);
    template::check(&folder.join("form.typ"), pack, &mut report.found);
    report.found
}

/// Findings of one file as they come.
struct Report<'a> {
    file: &'a Path,
    found: Vec<Finding>,
}

impl Report<'_> {
    fn error(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.found.push(Finding::error(self.file, vi, en));
    }

    fn warning(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.found.push(Finding::warning(self.file, vi, en));
    }

    /// Ids are lower-case letters, digits, `-` and `_`: they stand in addresses, file names and templates.
    fn id(&mut self, what: &str, id: &str) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if id.is_empty() || id.len() > 60 || !id.chars().all(plain) {
            self.error(
                format!("{what} \"{id}\": chỉ dùng chữ thường không dấu, chữ số, - và _ (tối đa 60)."),
                format!("{what} \"{id}\": use lower-case letters, digits, - and _ only (60 at most)."),
            );
        }
    }

    /// Says once for each value that stands twice.
    fn unique<'b>(&mut self, what: &str, ids: impl Iterator<Item = &'b str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.error(
                    format!("{what} \"{id}\" có hai lần. Đổi một tên."),
                    format!("{what} \"{id}\" stands twice. Rename one."),
                );
            }
        }
    }
}

fn named(folder: &Path, pack: &Pack, report: &mut Report<'_>) {
    report.id("id", &pack.id);
    report.id("form", &pack.form);
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name != pack.id {
        report.warning(
            format!("Thư mục tên \"{name}\" nhưng id là \"{}\". Nên đặt giống nhau.", pack.id),
            format!("The folder is \"{name}\" but the id \"{}\". Make them the same.", pack.id),
        );
    }
    for (key, text) in [("title", &pack.title), ("title_en", &pack.title_en), ("basis", &pack.basis)] {
        if text.trim().is_empty() {
            report.error(format!("{key} còn trống."), format!("{key} is empty."));
        }
    }
    if pack.confidence.trim().is_empty() {
        report.warning(
            "confidence còn trống: ghi nguồn của biểu mẫu.",
            "confidence is empty: say where the form's text is from.",
        );
    }
}

fn in_force(pack: &Pack, report: &mut Report<'_>) {
    if pack.effective_until.is_some_and(|until| until < pack.effective_from) {
        report.error(
            "effective_until ở trước effective_from: biểu mẫu không bao giờ có hiệu lực.",
            "effective_until is before effective_from: the form is never in force.",
        );
    }
}

#[cfg(test)]
mod tests;
