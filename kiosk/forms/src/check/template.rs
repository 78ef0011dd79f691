//! Whether a template shows every field of its pack. Names that a pack does not have fail when the template is typeset.

use std::path::Path;

use crate::finding::Finding;
use crate::packs::Pack;

pub(super) fn check(file: &Path, pack: &Pack, found: &mut Vec<Finding>) {
    for field in pack.fields() {
        if !pack.template.contains(&format!("\"{}\"", field.id)) {
            found.push(Finding::warning(
                file,
                format!("Mẫu in không có trường \"{}\": thêm vào, hoặc xóa trường này ở pack.toml.", field.id),
                format!("The template does not show field \"{}\": add it, or remove it from pack.toml.", field.id),
            ));
        }
    }
}
