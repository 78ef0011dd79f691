//! What Typst says of a template that it cannot typeset.

use std::fmt;

use serde::{Deserialize, Serialize};
use typst::diag::SourceDiagnostic;
use typst::syntax::DiagSpan;
use typst::{World, WorldExt};

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum TypesetError {
    /// The template is wrong. There is at least one diagnostic.
    #[error("the template cannot be typeset: {}", shown(.0))]
    Template(Vec<Diagnostic>),
    /// A file of the request has a path that leads out of the virtual files.
    #[error("{0:?} is no path of a virtual file: write it as \"/shared/parts.typ\"")]
    Path(String),
}

/// One fault of a template. The message may quote the template's data: show it, do not log it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The virtual file, as `/form.typ`; empty where the fault has no place.
    pub file: String,
    /// Line, from 1; 0 where the fault has no place.
    pub line: usize,
    /// Column in characters, from 1; 0 where the fault has no place.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do, if Typst knows.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// One of Typst's, with its place looked up.
    pub(crate) fn of(world: &dyn World, found: &SourceDiagnostic) -> Diagnostic {
        // What fails inside another file's function is told where that function was called, if the place itself is not known.
        let own = place(world, found.span);
        let called = || found.trace.iter().find_map(|point| place(world, point.span.into()));
        let (file, line, column) = own.or_else(called).unwrap_or_default();
        let hints = found.hints.iter().map(|hint| hint.v.to_string()).collect();
        Diagnostic { file, line, column, message: found.message.to_string(), hints }
    }
}

fn place(world: &dyn World, span: DiagSpan) -> Option<(String, usize, usize)> {
    let id = span.id()?;
    let range = world.range(span)?;
    let source = world.source(id).ok()?;
    let (line, column) = source.lines().byte_to_line_column(range.start)?;
    Some((id.get().vpath().get_with_slash().to_owned(), line + 1, column + 1))
}

fn shown(found: &[Diagnostic]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        }
        write!(f, "{}", self.message)?;
        for hint in &self.hints {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}
