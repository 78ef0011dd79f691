//! What is typeset.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// A template with everything it may read.
#[derive(Debug, Clone)]
pub struct Request {
    /// The template's text; it stands at `/form.typ`.
    pub template: String,
    /// Other files by path, as `/shared/parts.typ`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What the template reads with `json("/data.json")`.
    pub data: serde_json::Value,
    /// The document's title, for its properties and for screen readers.
    pub title: String,
    /// Language of the text, as `vi`.
    pub lang: String,
    /// The day that stands in the document's properties and that `datetime.today()` gives.
    pub date: Date,
}

impl Request {
    /// A Vietnamese document without other files.
    pub fn new(template: impl Into<String>, data: serde_json::Value, title: impl Into<String>, date: Date) -> Request {
        let (template, title) = (template.into(), title.into());
        Request { template, files: BTreeMap::new(), data, title, lang: "vi".into(), date }
    }

    /// The same with one more file.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Request {
        self.files.insert(path.into(), content.into());
        self
    }
}
