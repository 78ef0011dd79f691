//! XML as a tree: what is not changed is written as it was read.

use std::borrow::Cow;

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, escape};

use crate::OoxmlError;

/// No part is nested deeper. Word itself refuses more than a few tables in tables.
const MOST_DEPTH: usize = 200;
/// No part has more elements and texts.
const MOST_NODES: usize = 1_000_000;

/// An element with what is in it.
#[derive(Clone, Debug)]
pub struct Element {
    /// The start tag, as read.
    pub start: BytesStart<'static>,
    /// In order.
    pub children: Vec<Node>,
}

/// What stands in an element.
#[derive(Clone, Debug)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, without its escapes.
    Text(String),
    /// Comments, declarations and the like.
    Other(Event<'static>),
}

impl Element {
    /// An element of a name, with nothing in it.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { start: BytesStart::new(name), children: Vec::new() }
    }

    /// An element of the same vocabulary as this one, under the prefix that it has here.
    pub fn like(&self, name: &str) -> Self {
        let prefix = self.start.name().prefix().map(|prefix| String::from_utf8_lossy(prefix.into_inner()).into_owned());
        Self::new(prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}")))
    }

    /// The same with an attribute.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.start.push_attribute((name, value));
        self
    }

    /// The same with something in it.
    pub fn holding(mut self, children: impl IntoIterator<Item = Node>) -> Self {
        self.children.extend(children);
        self
    }

    /// A part, as an element without a name that holds all of it.
    pub fn read(part: &str, content: &[u8]) -> Result<Self, OoxmlError> {
        let mut reader = Reader::from_reader(content);
        let mut open = vec![Self::new("")];
        let mut nodes = 0;
        loop {
            let event = reader.read_event();
            let wrong = |why: String| OoxmlError::Xml {
                part: part.to_owned(),
                position: reader.error_position().max(reader.buffer_position()),
                why,
            };
            let event = event.map_err(|error| wrong(error.to_string()))?;
            nodes += 1;
            if nodes > MOST_NODES || open.len() > MOST_DEPTH {
                return Err(wrong("more in it than in any form".to_owned()));
            }
            let node = match event {
                Event::Eof => break,
                Event::Start(start) => {
                    open.push(Self { start: start.into_owned(), children: Vec::new() });
                    continue;
                }
                Event::End(_) => match open.pop() {
                    // The reader has compared the names; the outermost one has no end tag.
                    Some(element) if !open.is_empty() => Node::Element(element),
                    _ => return Err(wrong("an end without a beginning".to_owned())),
                },
                Event::Empty(start) => Node::Element(Self { start: start.into_owned(), children: Vec::new() }),
                Event::Text(text) => Node::Text(text.decode().map_err(|error| wrong(error.to_string()))?.into_owned()),
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|error| wrong(error.to_string()))?;
                    let text = escape::unescape(&format!("&{name};")).map(Cow::into_owned);
                    Node::Text(text.map_err(|error| wrong(error.to_string()))?)
                }
                // Entities of its own are how XML is made to explode.
                Event::DocType(_) => return Err(wrong("a DOCTYPE, which such a file may not have".to_owned())),
                other => Node::Other(other.into_owned()),
            };
            // The outermost element is never taken out.
            if let Some(last) = open.last_mut() {
                last.add(node);
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(whole), true) => Ok(whole),
            _ => Err(OoxmlError::Xml {
                part: part.to_owned(),
                position: content.len() as u64,
                why: "it ends in the middle of an element".to_owned(),
            }),
        }
    }

    /// Texts that follow each other are one.
    fn add(&mut self, node: Node) {
        match (self.children.last_mut(), node) {
            (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
            (_, node) => self.children.push(node),
        }
    }

    /// The part, of an element that [`Element::read`] made.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        for child in &self.children {
            child.write(&mut writer);
        }
        writer.into_inner()
    }

    /// Its name without a prefix.
    pub fn name(&self) -> &str {
        std::str::from_utf8(self.start.local_name().into_inner()).unwrap_or_default()
    }

    /// An attribute, by its name without a prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes().filter_map(Result::ok);
        let found = attributes.find(|attribute| attribute.key.local_name().into_inner() == name.as_bytes())?;
        let raw = std::str::from_utf8(&found.value).ok()?;
        Some(escape::unescape(raw).ok()?.into_owned())
    }

    /// The elements directly in it.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(Node::element)
    }

    /// The first element of that name at any depth.
    pub fn find_mut(&mut self, name: &str) -> Option<&mut Element> {
        if self.name() == name {
            return Some(self);
        }
        self.children.iter_mut().filter_map(Node::element_mut).find_map(|element| element.find_mut(name))
    }

    /// Every element in it at any depth, with itself.
    pub fn all(&self) -> Vec<&Element> {
        let mut all = vec![self];
        for element in self.elements() {
            all.extend(element.all());
        }
        all
    }

    /// All text in it, in order.
    pub fn text(&self) -> String {
        self.text_outside("")
    }

    /// The same without what stands in elements of a name inside it.
    pub fn text_outside(&self, name: &str) -> String {
        let mut text = String::new();
        for child in &self.children {
            match child {
                Node::Element(element) if !name.is_empty() && element.name() == name => {}
                Node::Element(element) => text.push_str(&element.text_outside(name)),
                Node::Text(part) => text.push_str(part),
                Node::Other(_) => {}
            }
        }
        text
    }
}

impl Node {
    /// The element that it is.
    pub fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The element that it is.
    pub fn element_mut(&mut self) -> Option<&mut Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    /// Writing into memory does not fail.
    fn write(&self, writer: &mut Writer<Vec<u8>>) {
        let _ = match self {
            Self::Element(element) if element.children.is_empty() => {
                writer.write_event(Event::Empty(element.start.borrow()))
            }
            Self::Element(element) => {
                let _ = writer.write_event(Event::Start(element.start.borrow()));
                element.children.iter().for_each(|child| child.write(writer));
                writer.write_event(Event::End(BytesEnd::from(element.start.name())))
            }
            Self::Text(text) => writer.write_event(Event::Text(BytesText::new(text))),
            Self::Other(event) => writer.write_event(event.borrow()),
        };
    }
}

/// A text without what XML 1.0 does not allow in one (section 2.2).
pub fn allowed(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | ' '..) && !matches!(c, '\u{7f}' | '\u{fffe}' | '\u{ffff}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_is_written_as_it_was() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<w:a w:x=\"1 &amp; 2\"><!-- c --><w:b/>chữ &lt;Việt&gt; &amp; <w:c> </w:c></w:a>";
        let tree = Element::read("part", text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(tree.write()).unwrap(), text);
        let [a] = tree.elements().collect::<Vec<_>>()[..] else { panic!("one element") };
        assert_eq!((a.name(), a.attribute("x").as_deref()), ("a", Some("1 & 2")));
        assert_eq!(tree.text(), "\nchữ <Việt> &  ");
    }

    #[test]
    fn entities_depth_and_broken_elements_are_refused() {
        let deep = "<a>".repeat(MOST_DEPTH + 2);
        for text in ["<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a>&x;</a>", "<a>", "<a></b>", "</a>", &deep] {
            assert!(matches!(Element::read("part", text.as_bytes()), Err(OoxmlError::Xml { .. })), "{text}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        proptest::proptest!(|(bytes: Vec<u8>)| { let _ = Element::read("part", &bytes); });
        proptest::proptest!(|(text in "[<>/a&;#x0-9 \"=!?-]{0,60}")| {
            if let Ok(tree) = Element::read("part", text.as_bytes()) {
                assert!(Element::read("part", &tree.write()).is_ok());
            }
        });
    }
}
