//! What can be wrong with such a file.

/// Why a file is not filled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OoxmlError {
    /// It is no ZIP file, or a damaged one.
    #[error("no DOCX or XLSX file, or a damaged one ({0}): save it again as .docx or .xlsx")]
    NotAPackage(#[from] zip::result::ZipError),
    /// A part cannot be unpacked.
    #[error("the file is damaged: {part} cannot be unpacked ({source}); save it again")]
    Damaged {
        /// Which part.
        part: String,
        /// Why not.
        source: std::io::Error,
    },
    /// It is larger than any form.
    #[error("the file is too large: {what} is over {most}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// A part that such a file must have is not there.
    #[error("{part} is missing: this is no {kind} file")]
    Missing {
        /// Which part.
        part: String,
        /// DOCX or XLSX.
        kind: &'static str,
    },
    /// A part is not XML.
    #[error("{part}, byte {position}: {why}")]
    Xml {
        /// Which part.
        part: String,
        /// Where, in bytes from its beginning.
        position: u64,
        /// What is wrong.
        why: String,
    },
    /// A placeholder names nothing.
    #[error("{part}: {{{{{name}}}}} names no field of the form; see pack.toml for their names")]
    UnknownPlaceholder {
        /// Which part.
        part: String,
        /// What stands between the braces.
        name: String,
    },
    /// A sheet of that name is not there.
    #[error("the workbook has no sheet named {0}")]
    NoSheet(String),
}
