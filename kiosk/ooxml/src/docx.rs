//! Documents of a word processor (WordprocessingML, ECMA-376 part 1 section 17) with placeholders in them.
//!
//! | in the document | what comes there |
//! |---|---|
//! | `{{FIELD}}` | the field's value; dots to write on where it is empty and stands in no row |
//! | `{{SUBJECT.FIELD}}` in a row of a table | the row is repeated, one for each person of the subject |
//! | `{{SUBJECT.#}}` | the number of that row |
//! | `{{tick:FIELD}}` | ☒ or ☐: whether the box is ticked |
//! | `{{tick:FIELD=Nam}}` | ☒ where the field says so |
//! | `{{digit:FIELD:3}}` | the third letter or digit, for boxes |
//! | `{{day:FIELD}}` `{{month:FIELD}}` `{{year:FIELD}}` | the parts of a date |
//! | `{{desk.today}}` `{{desk.authority}}` `{{pack.title}}` … | what the form knows beside its fields |
//!
//! A word processor cuts text into runs wherever somebody stopped typing, so a placeholder may lie in several: the value takes
//! the looks of the run in which the placeholder begins. The data are those that a Typst template reads.

use serde_json::Value;

use crate::OoxmlError;
use crate::package::Package;
use crate::xml::{Element, Node, allowed};

mod outline;
mod placeholder;

pub use outline::{Look, Outline};
use placeholder::{Placeholder, Scope};

/// The part that holds the text.
const DOCUMENT: &str = "word/document.xml";
const KIND: &str = "DOCX";
/// Rows are repeated until they have so many elements together.
const MOST_REPEATED: usize = 1_000_000;
/// Between the lines of a value, until they become breaks: no other text has it there.
const LINE: char = '\u{2028}';

/// Fills the document. `mark`, where there is one, stands above everything else: what must not be taken for a real form says so.
///
/// # Errors
/// It is no such document, or a placeholder names nothing in `data`.
pub fn fill(template: &[u8], data: &Value, mark: Option<&str>) -> Result<Vec<u8>, OoxmlError> {
    let mut package = Package::read(template)?;
    for part in parts_with_text(&package)? {
        let mut tree = package.tree(&part, KIND)?;
        fill_in(&mut tree, Scope::of(data), &mut MOST_REPEATED.clone()).map_err(|problem| match problem {
            Problem::Unknown(name) => OoxmlError::UnknownPlaceholder { part: part.clone(), name },
            Problem::TooLarge => OoxmlError::TooLarge { what: "its repeated rows", most: MOST_REPEATED },
        })?;
        if let Some(mark) = mark.filter(|_| part == DOCUMENT) {
            put_above(&mut tree, mark);
        }
        package.set(&part, tree.write());
    }
    package.write()
}

/// The document with that as what its properties say of it (ECMA-376 part 2, core properties): where its values come from.
///
/// # Errors
/// It is no such document.
pub fn with_description(document: &[u8], title: &str, description: &str) -> Result<Vec<u8>, OoxmlError> {
    let mut package = Package::read(document)?;
    package.set(outline::CORE, outline::core_properties(title, description));
    outline::name_core_properties(&mut package)?;
    package.write()
}

/// The placeholders in a document, without their braces, in order, each as often as it stands there.
///
/// # Errors
/// It is no such document.
pub fn placeholders(template: &[u8]) -> Result<Vec<String>, OoxmlError> {
    let package = Package::read(template)?;
    let mut found = Vec::new();
    for part in parts_with_text(&package)? {
        let tree = package.tree(&part, KIND)?;
        for paragraph in tree.all().into_iter().filter(|element| element.name() == "p") {
            let text = texts_of(paragraph).concat();
            found.extend(placeholder::all(&text).into_iter().map(|range| placeholder::inner(&text, &range).to_owned()));
        }
    }
    Ok(found)
}

/// The body, headers, footers and notes.
fn parts_with_text(package: &Package) -> Result<Vec<String>, OoxmlError> {
    let with_text = |name: &&str| {
        let name = name.strip_prefix("word/").and_then(|name| name.strip_suffix(".xml")).unwrap_or_default();
        name == "document" || ["header", "footer", "footnotes", "endnotes"].iter().any(|kind| name.starts_with(kind))
    };
    let parts: Vec<String> = package.names().filter(with_text).map(str::to_owned).collect();
    if parts.iter().any(|part| part == DOCUMENT) {
        Ok(parts)
    } else {
        Err(OoxmlError::Missing { part: DOCUMENT.to_owned(), kind: KIND })
    }
}

/// Why a document is not filled.
enum Problem {
    /// A placeholder, without its braces, that names nothing.
    Unknown(String),
    /// Its rows grow beyond bounds.
    TooLarge,
}

/// Fills every paragraph, and repeats each row of a table that speaks of the persons of a subject. What has been filled is not
/// looked at again: a value is never a placeholder.
///
/// # Errors
/// A placeholder that names nothing; more rows than there is `room` for.
fn fill_in(element: &mut Element, scope: Scope<'_>, room: &mut usize) -> Result<(), Problem> {
    if element.name() == "p" {
        fill_paragraph(element, &scope).map_err(Problem::Unknown)?;
    }
    let mut children = Vec::with_capacity(element.children.len());
    for mut child in element.children.drain(..) {
        let rows = child
            .element()
            .filter(|child| child.name() == "tr")
            .and_then(|row| scope.rows_of(&row.text_outside("tbl")));
        match (&mut child, rows) {
            (Node::Element(row), Some((subject, rows))) => {
                let size = row.all().len();
                for (index, of_row) in rows.iter().enumerate() {
                    *room = room.checked_sub(size).ok_or(Problem::TooLarge)?;
                    let mut row = row.clone();
                    fill_in(&mut row, scope.in_row(subject, index + 1, of_row), room)?;
                    children.push(Node::Element(row));
                }
            }
            (Node::Element(element), None) => {
                fill_in(element, scope, room)?;
                children.push(child);
            }
            _ => children.push(child),
        }
    }
    element.children = children;
    Ok(())
}

fn fill_paragraph(paragraph: &mut Element, scope: &Scope<'_>) -> Result<(), String> {
    let mut texts = texts_of(paragraph);
    let whole = texts.concat();
    let found = placeholder::all(&whole);
    // From the end, so that what stands before keeps its place.
    for range in found.iter().rev() {
        let inner = placeholder::inner(&whole, range);
        let value = Placeholder::parse(inner).value(scope).ok_or_else(|| inner.to_owned())?;
        let value = value.replace('\n', LINE.encode_utf8(&mut [0; 4]));
        replace(&mut texts, range.start, range.end, &value);
    }
    if !found.is_empty() {
        put_texts(paragraph, &mut texts.into_iter());
    }
    Ok(())
}

/// The texts of a paragraph in order, one for each `w:t`; those of paragraphs inside it (text boxes) are theirs.
fn texts_of(paragraph: &Element) -> Vec<String> {
    let mut texts = Vec::new();
    for child in paragraph.elements() {
        match child.name() {
            "p" => {}
            "t" => texts.push(child.text()),
            _ => texts.extend(texts_of(child)),
        }
    }
    texts
}

/// Puts a text in the place of the bytes from `start` to `end` of the texts as they stand one after the other.
fn replace(texts: &mut [String], start: usize, end: usize, value: &str) {
    let mut at = 0;
    let mut value = Some(value);
    for text in texts {
        let (from, to) = (start.clamp(at, at + text.len()) - at, end.clamp(at, at + text.len()) - at);
        at += text.len();
        if from < to {
            // Both ends lie at a brace or at an end of the text, so between two letters.
            text.replace_range(from..to, value.take().unwrap_or_default());
        }
    }
}

/// Gives each `w:t` its text again; lines become breaks.
fn put_texts(element: &mut Element, texts: &mut impl Iterator<Item = String>) {
    let mut children = Vec::with_capacity(element.children.len());
    for mut child in element.children.drain(..) {
        match child.element_mut() {
            Some(inner) if inner.name() == "t" => {
                let text = allowed(&texts.next().unwrap_or_default());
                for (number, line) in text.split(LINE).enumerate() {
                    if number > 0 {
                        children.push(Node::Element(inner.like("br")));
                    }
                    // Without this, spaces at the ends would be dropped (section 17.3.3.31).
                    let text = inner.like("t").with("xml:space", "preserve");
                    children.push(Node::Element(text.holding([Node::Text(line.to_owned())])));
                }
            }
            Some(inner) if inner.name() != "p" => {
                put_texts(inner, texts);
                children.push(child);
            }
            _ => children.push(child),
        }
    }
    element.children = children;
}

/// A line in bold above everything else.
fn put_above(tree: &mut Element, mark: &str) {
    if let Some(body) = tree.find_mut("body") {
        body.children.insert(0, Node::Element(outline::paragraph(mark, Look::Heading)));
    }
}

#[cfg(test)]
mod tests;
