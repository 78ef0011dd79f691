//! What is wrong with a file that an office wrote, where, and what to do about it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One fault of a data file: where it stands, what it is in both languages. It holds no personal data: packs and service lists
/// have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as it was named to us.
    pub file: PathBuf,
    /// Line and column, counted from 1, where they are known.
    pub position: Option<(usize, usize)>,
    /// The fault and what to do, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

/// Whether a fault keeps a file from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Usable; a person should look.
    Warning,
    /// Not usable.
    Error,
}

impl Finding {
    /// A fault of a whole file.
    pub fn error(file: &Path, vi: impl Into<String>, en: impl Into<String>) -> Finding {
        Finding { severity: Severity::Error, file: file.into(), position: None, vi: vi.into(), en: en.into() }
    }

    /// Something to look at in a whole file.
    pub fn warning(file: &Path, vi: impl Into<String>, en: impl Into<String>) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(file, vi, en) }
    }

    /// The same fault at a byte range of `text`, the file's content.
    #[must_use]
    pub fn at(mut self, text: &str, span: Option<Range<usize>>) -> Finding {
        self.position = span.and_then(|span| text.get(..span.start)).map(|before| {
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
            (line, column)
        });
        self
    }

    /// What the TOML reader says of `text`, with advice for the faults that people make.
    pub(crate) fn of_toml(file: &Path, text: &str, error: &toml::de::Error) -> Finding {
        let message = error.message().trim();
        let (vi, en) = if message.starts_with("unknown field") || message.starts_with("unknown variant") {
            ("Xóa khóa này hoặc viết đúng một tên trong danh sách.", "Remove it, or spell it as one of the list.")
        } else if message.starts_with("missing field") {
            ("Thêm khóa còn thiếu.", "Add what is missing.")
        } else if message.starts_with("invalid type") {
            ("Sửa giá trị cho đúng kiểu (chữ trong \"…\", true hoặc false, số).", "Write a value of the right kind.")
        } else {
            ("Sửa chỗ này theo cú pháp TOML.", "Correct this place as TOML demands.")
        };
        Finding::error(file, format!("{message}. {vi}"), format!("{message}. {en}")).at(text, error.span())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {} · {}", self.vi, self.en)
    }
}

impl std::error::Error for Finding {}
