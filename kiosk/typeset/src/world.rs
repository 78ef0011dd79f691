//! Everything that a template can see: its virtual files, the embedded fonts, one day.

use std::collections::HashMap;

use jiff::civil::Date;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use crate::diagnostic::TypesetError;
use crate::request::Request;

/// Stands before the template: the document's properties, from the request.
const MAIN: &str = r#"#let about = json("/request.json")
#set document(title: about.title, date: datetime(year: about.year, month: about.month, day: about.day))
#set text(lang: about.lang)
#include "/form.typ"
"#;

/// What every run shares.
pub(crate) struct Shelf {
    pub(crate) library: LazyHash<Library>,
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
}

/// What one run sees.
pub(crate) struct Desk<'a> {
    shelf: &'a Shelf,
    main: FileId,
    files: HashMap<FileId, Bytes>,
    today: Date,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(shelf: &'a Shelf, request: &Request) -> Result<Desk<'a>, TypesetError> {
        let day = request.date;
        let about = serde_json::json!({
            "title": request.title,
            "lang": request.lang,
            "year": day.year(), "month": day.month(), "day": day.day(),
        });
        let main = id("/main.typ")?;
        let mut files = HashMap::new();
        for (path, content) in &request.files {
            files.insert(id(path)?, Bytes::new(content.clone()));
        }
        files.insert(id("/form.typ")?, Bytes::from_string(request.template.clone()));
        files.insert(id("/data.json")?, Bytes::from_string(request.data.to_string()));
        files.insert(id("/request.json")?, Bytes::from_string(about.to_string()));
        files.insert(main, Bytes::new(MAIN.as_bytes()));
        Ok(Desk { shelf, main, files, today: day })
    }
}

/// The id of a virtual path of the project: packages have none.
fn id(path: &str) -> Result<FileId, TypesetError> {
    let path = VirtualPath::new(path).map_err(|_| TypesetError::Path(path.into()))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shelf.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shelf.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let bytes = self.file(id)?;
        let text = bytes.as_str().map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let missing = || FileError::NotFound(id.get().vpath().get_with_slash().into());
        self.files.get(&id).cloned().ok_or_else(missing)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shelf.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        let month = u8::try_from(self.today.month()).ok()?;
        Datetime::from_ymd(self.today.year().into(), month, u8::try_from(self.today.day()).ok()?)
    }
}
