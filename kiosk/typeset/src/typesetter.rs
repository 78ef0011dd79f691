//! Typst with its fonts loaded, ready for one request after another.

use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Smart};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use crate::diagnostic::{Diagnostic, TypesetError};
use crate::request::Request;
use crate::world::{Desk, Shelf};

/// Liberation Serif 2.1.5 (OFL 1.1, see `fonts/OFL.txt`): as wide as Times New Roman, with every Vietnamese letter.
const FONTS: [&[u8]; 4] = [
    include_bytes!("../fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf"),
];

/// Turns requests into PDFs. Loading it takes some milliseconds; keep it.
pub struct Typesetter {
    shelf: Shelf,
}

impl Typesetter {
    /// Loads fonts and library.
    pub fn new() -> Typesetter {
        let fonts: Vec<Font> = FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        let library = LazyHash::new(Library::builder().build());
        Typesetter { shelf: Shelf { library, book, fonts } }
    }

    /// A tagged PDF. Nothing of the request stays in Typst's caches.
    pub fn typeset(&self, request: &Request) -> Result<Vec<u8>, TypesetError> {
        let world = Desk::new(&self.shelf, request)?;
        let pdf = pdf(&world, request);
        typst::comemo::evict(0);
        pdf
    }
}

impl Default for Typesetter {
    fn default() -> Typesetter {
        Typesetter::new()
    }
}

fn pdf(world: &Desk<'_>, request: &Request) -> Result<Vec<u8>, TypesetError> {
    let Warned { output, warnings: _ } = typst::compile::<PagedDocument>(world);
    let document = output.map_err(|found| failed(world, &found))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", request.title, request.date)),
        creator: Smart::Custom(None),
        timestamp: world.today(None).map(Timestamp::new_utc),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|found| failed(world, &found))
}

fn failed(world: &Desk<'_>, found: &[SourceDiagnostic]) -> TypesetError {
    TypesetError::Template(found.iter().map(|found| Diagnostic::of(world, found)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    fn typeset(template: &str) -> Result<Vec<u8>, TypesetError> {
        let request = Request::new(template, json!({"name": "An"}), "Thử", date(2026, 11, 22));
        Typesetter::new()
            .typeset(&request.with_file("/shared/parts.typ", "#let twice(x) = 2 * x\n#let fail() = 1 + \"x\"\n"))
    }

    fn diagnostic(template: &str) -> Diagnostic {
        match typeset(template) {
            Err(TypesetError::Template(found)) => found.into_iter().next().expect("at least one"),
            other => panic!("{:?}", other.map(|pdf| pdf.len())),
        }
    }

    #[test]
    fn all_four_fonts_can_be_read() {
        assert_eq!(Typesetter::new().shelf.fonts.len(), FONTS.len());
    }

    #[test]
    fn a_template_reads_its_data_and_its_files() {
        let template = "#import \"/shared/parts.typ\": twice\n#assert.eq(json(\"/data.json\").name, \"An\")\n\
            #assert.eq(twice(2), 4)\n#assert.eq(datetime.today(), datetime(year: 2026, month: 11, day: 22))";
        assert!(typeset(template).expect("a PDF").starts_with(b"%PDF-1.7"));
    }

    #[test]
    fn nothing_else_can_be_read() {
        for template in [
            "#read(\"/etc/passwd\")",
            "#read(\"../../etc/passwd\")",
            "#import \"@preview/cetz:0.3.0\"",
            "#image(\"/home/x.png\")",
            "#json(\"https://example.org/x.json\")",
        ] {
            let message = diagnostic(template).message;
            assert!(message.contains("not found") || message.contains("escape"), "{template}: {message}");
        }
        let outside = Request::new("", json!({}), "", date(2026, 11, 22)).with_file("../x", "");
        assert_eq!(Typesetter::new().typeset(&outside), Err(TypesetError::Path("../x".into())));
    }

    #[test]
    fn a_fault_is_told_with_its_place_and_what_to_do() {
        let found = diagnostic("= Một\n\n  #let x = 1 + \"x\"");
        assert_eq!((found.file.as_str(), found.line, found.column), ("/form.typ", 3, 12), "{found}");
        let inside = diagnostic("#import \"/shared/parts.typ\": fail\n#fail()");
        assert_eq!((inside.file.as_str(), inside.line), ("/shared/parts.typ", 2), "{inside}");
        let unknown = diagnostic("#let a-b = 1\n#let a = 1\n#let b = 1\n#(a-c)");
        assert!(!unknown.hints.is_empty(), "{unknown}");
    }
}
