//! The form as a document of a word processor: the office's own, with placeholders, or one that is made from the pack.

use cccd_ooxml::OoxmlError;
use cccd_ooxml::docx::{self, Look, Outline};

use crate::filling::Form;
use crate::packs::{Field, Kind, Pack, PackSection};

/// What stands above a form of somebody who does not exist.
const PRACTICE: &str = "LUYỆN TẬP – NGƯỜI HƯ CẤU";
/// What stands above a document that was made from the pack alone.
const DATA_ONLY: &str = "BẢN DỮ LIỆU – KHÔNG THAY MẪU IN";
/// What stands above a form that may not be handed out.
const DRAFT: &str = "KHÔNG PHÁT HÀNH – BẢN NHÁP";

impl Pack {
    /// The filled form as DOCX. `practice`: somebody in it is fictitious, and it says so.
    ///
    /// # Errors
    /// The office's document is broken, or names a field that the pack does not have.
    pub fn word(&self, form: &Form, practice: bool) -> Result<Vec<u8>, OoxmlError> {
        let outline;
        let template = match &self.document {
            Some(document) => document,
            None => {
                outline = self.outline()?;
                &outline
            }
        };
        let marks = [
            practice.then_some(PRACTICE),
            (!self.release).then_some(DRAFT),
            // It has the words of the form's fields, and not its notes, declarations and places to sign.
            self.document.is_none().then_some(DATA_ONLY),
        ];
        let mark = marks.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        docx::fill(template, &form.data(), Some(mark.as_str()).filter(|mark| !mark.is_empty()))
    }

    /// A document with every field of the pack as a placeholder, in the order and with the words of the form: for an office that
    /// has no document of its own to start from.
    ///
    /// # Errors
    /// It is larger than a file can be.
    pub fn outline(&self) -> Result<Vec<u8>, OoxmlError> {
        let mut outline = Outline::default();
        if !self.document_code.is_empty() {
            let code = &self.document_code;
            // "CT01" is a bare code; "Mẫu số 15" says what it is.
            let named = if code.contains(' ') { code.clone() } else { format!("Mẫu {code}") };
            outline.paragraph(&named, Look::Right);
        }
        outline.paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Look::Title);
        outline.paragraph("Độc lập - Tự do - Hạnh phúc", Look::Title);
        outline.paragraph(&self.title.to_uppercase(), Look::Title);
        for section in &self.sections {
            outline.paragraph(&section.title, Look::Heading);
            match &section.rows {
                Some(rows) => outline.table(&table(section, &rows.subject)),
                None => section.fields.iter().for_each(|field| outline.paragraph(&line(field), Look::Plain)),
            }
        }
        outline.paragraph("(Ký, ghi rõ họ tên)", Look::Right);
        outline.write()
    }
}

/// The label and the placeholder of a field.
fn line(field: &Field) -> String {
    let Field { id, label, .. } = field;
    match field.kind {
        Kind::Tick => format!("{{{{tick:{id}}}}} {label}"),
        Kind::Choice if field.closed => {
            let options = field.options.iter().map(|option| format!("{{{{tick:{id}={option}}}}} {option}"));
            format!("{label} {}", options.collect::<Vec<_>>().join("   "))
        }
        _ => format!("{label} {{{{{id}}}}}"),
    }
}

/// A head, and the row that is repeated.
fn table(section: &PackSection, subject: &str) -> [Vec<String>; 2] {
    let heads = section.fields.iter().map(|field| field.label.clone());
    let cells = section.fields.iter().map(|field| match field.kind {
        Kind::Tick => format!("{{{{tick:{subject}.{}}}}}", field.id),
        _ => format!("{{{{{subject}.{}}}}}", field.id),
    });
    let numbered = |first: String, rest: &mut dyn Iterator<Item = String>| std::iter::once(first).chain(rest).collect();
    [
        numbered("TT".to_owned(), &mut heads.into_iter()),
        numbered(format!("{{{{{subject}.#}}}}"), &mut cells.into_iter()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::facts::Subjects;
    use crate::filling::{Entries, Entry};
    use crate::packs::Packs;
    use cccd_ooxml::Package;

    fn filled(pack: &Pack, entries: &[(&str, &str)]) -> Form {
        let entries = entries.iter().map(|(key, text)| ((*key).to_owned(), Entry::Text((*text).to_owned())));
        pack.fill(&Subjects::default(), &check::nowhere(), &Entries(entries.collect()))
    }

    fn text(file: &[u8]) -> String {
        String::from_utf8(Package::read(file).unwrap().part("word/document.xml").unwrap().to_vec()).unwrap()
    }

    #[test]
    fn every_form_is_also_a_document_in_which_every_field_stands() {
        for pack in Packs::embedded().all() {
            let names = docx::placeholders(&pack.outline().unwrap()).unwrap().join(" ");
            for field in pack.fields() {
                assert!(names.contains(&field.id), "{} of {}", field.id, pack.id);
            }
            pack.word(&filled(pack, &[]), false).unwrap();
        }
    }

    #[test]
    fn what_is_typed_stands_in_the_document_and_practice_is_told() {
        let packs = Packs::embedded();
        let pack = packs.get("ct01-2026").unwrap();
        let form = filled(pack, &[("full_name", "Nguyễn Thị An"), ("member_name.1", "Trần Gia Hân")]);
        let real = text(&pack.word(&form, false).unwrap());
        assert!(real.contains("Nguyễn Thị An") && real.contains("Trần Gia Hân") && !real.contains(PRACTICE));
        assert!(text(&pack.word(&form, true).unwrap()).contains(PRACTICE));
        let draft = Pack { release: false, ..pack.clone() };
        assert!(text(&draft.word(&form, false).unwrap()).contains(DRAFT));
    }
}
