//! Form packs: one folder for each edition of each form, `pack.toml` (what the form asks, of whom, from where) beside
//! `form.typ` (how it looks). Embedded ones come with the program; an office's folder adds to them and overrides by id.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use crate::facts::Fact;
use crate::finding::Finding;
use crate::search_key;

mod embedded;
pub(crate) mod folder;
mod list;
mod pack;
mod source;

pub use embedded::SHARED_PARTS;
pub use list::{Column, List};
pub use pack::{CrossCheck, Field, Kind, Must, Pack, PackSection, PassportAs, Rows, Subject, TypingOrder, When};
pub use source::{DeskFact, Source};

/// All packs that a desk has.
#[derive(Debug, Clone)]
pub struct Packs {
    by_id: BTreeMap<String, Pack>,
}

impl Packs {
    /// The packs that come with the program. A fault in one of them is found by a test; here it is left out.
    pub fn embedded() -> Packs {
        let packs = embedded::packs().filter_map(Result::ok);
        Packs { by_id: packs.map(|pack| (pack.id.clone(), pack)).collect() }
    }

    /// The embedded packs and those of a folder, one sub-folder each, which override by id. A broken pack is left out and
    /// told of: the others, and the embedded one it would have replaced, still serve.
    pub fn with_folder(path: &Path) -> (Packs, Vec<Finding>) {
        let mut packs = Packs::embedded();
        let mut findings = Vec::new();
        for pack in folder::packs(path) {
            match pack {
                Ok(pack) => drop(packs.by_id.insert(pack.id.clone(), pack)),
                Err(found) => findings.extend(found),
            }
        }
        (packs, findings)
    }

    /// Every pack, by id.
    pub fn all(&self) -> impl Iterator<Item = &Pack> {
        self.by_id.values()
    }

    /// One edition by its id.
    pub fn get(&self, id: &str) -> Option<&Pack> {
        self.by_id.get(id)
    }

    /// The edition of a form that is in force on a day: the province's own first, then the newest. Provinces are compared
    /// without accents and without "Tỉnh" or "Thành phố".
    pub fn for_day(&self, form: &str, day: Date, province: &str) -> Option<&Pack> {
        let here = province_key(province);
        self.all()
            .filter(|pack| pack.form == form && pack.is_in_force(day))
            .filter(|pack| pack.province.as_deref().is_none_or(|of| province_key(of) == here))
            .max_by_key(|pack| (pack.province.is_some(), pack.effective_from))
    }

    /// Why [`Packs::for_day`] gave none, in Vietnamese and English.
    pub fn why_none(&self, form: &str, day: Date) -> (String, String) {
        let shown = crate::date::show(day);
        let mut editions = self.all().filter(|pack| pack.form == form).peekable();
        if editions.peek().is_none() {
            return (format!("Chưa có biểu mẫu \"{form}\"."), format!("There is no form pack \"{form}\"."));
        }
        let spans: Vec<String> = editions
            .map(|pack| {
                let until = pack.effective_until.map_or("…".into(), crate::date::show);
                format!("{} ({} – {until})", pack.id, crate::date::show(pack.effective_from))
            })
            .collect();
        let spans = spans.join("; ");
        (
            format!("Không có bản nào của biểu mẫu \"{form}\" có hiệu lực ngày {shown}. Đang có: {spans}."),
            format!("No edition of form \"{form}\" is in force on {shown}. There are: {spans}."),
        )
    }
}

impl Pack {
    /// The pack of one folder.
    ///
    /// # Errors
    /// What keeps it from being read.
    pub fn read(folder: &Path) -> Result<Pack, Finding> {
        folder::read(folder)
    }

    /// Whether it is in force on a day, both ends included.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.effective_from <= day && self.effective_until.is_none_or(|until| day <= until)
    }

    /// Whether any field or check uses a fact. Sensitive facts are read and shown only then.
    pub fn needs(&self, fact: Fact) -> bool {
        let by_field = self.fields().filter_map(|field| field.source).any(|source| source.needs().contains(&fact));
        by_field || self.checks.iter().any(|check| check.must.needs().contains(&fact))
    }

    /// Every field, in the order of the form.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }
}

fn province_key(name: &str) -> String {
    let key = search_key::key(name);
    let bare = ["tinh ", "thanh pho ", "tp "].iter().find_map(|kind| key.strip_prefix(kind));
    bare.unwrap_or(&key).to_owned()
}

#[cfg(test)]
mod tests;
