//! The packs that come with the program: the folders of `seeds/forms`, read at build time.

use std::path::Path;

use super::{Pack, folder};
use crate::finding::Finding;

/// The shared parts of the templates (country lines, dotted lines, digit boxes …), `/shared/parts.typ` for every template.
pub const SHARED_PARTS: &str = include_str!("../../../../seeds/forms/shared/parts.typ");

macro_rules! packs {
    ($($id:literal),* $(,)?) => {
        &[$((
            $id,
            include_str!(concat!("../../../../seeds/forms/", $id, "/pack.toml")),
            include_str!(concat!("../../../../seeds/forms/", $id, "/form.typ")),
        )),*]
    };
}

/// Id, `pack.toml`, `form.typ`.
const PACKS: &[(&str, &str, &str)] = packs![
    "ct01-2025",
    "ct01-2026",
    "ct03",
    "dat-dai-15",
    "dat-dai-18",
    "dc02",
    "dkx10",
    "giay-phep-lai-xe",
    "ho-kinh-doanh",
    "ket-hon",
    "khai-sinh",
    "khai-tu",
    "luu-tru",
    "ly-lich-tu-phap",
    "mua-dien",
    "nhan-cha-me-con",
    "thay-doi-ho-tich",
    "tinh-trang-hon-nhan",
    "tk01",
    "tk01a",
    "tk1-ts",
    "trich-luc-ho-tich",
    "tro-cap-that-nghiep",
];

/// Every embedded pack, or what is wrong with it.
pub(super) fn packs() -> impl Iterator<Item = Result<Pack, Finding>> {
    PACKS.iter().map(|(id, manifest, template)| {
        let file = Path::new("seeds/forms").join(id).join("pack.toml");
        folder::parse(&file, manifest, (*template).to_owned())
    })
}
