//! A document from nothing: paragraphs and tables, as a first template for an office that has no file of its own.

use crate::OoxmlError;
use crate::package::Package;
use crate::xml::{Element, Node, allowed};

/// A document that is being written.
#[derive(Debug, Default)]
pub struct Outline {
    content: Vec<Element>,
}

/// How a paragraph looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Centred and bold.
    Title,
    /// Bold.
    Heading,
    /// As the rest.
    Plain,
    /// At the right, slanted.
    Right,
}

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
pub const CORE: &str = "docProps/core.xml";
const CONTENT_TYPES: &str = "[Content_Types].xml";
const RELATIONSHIPS: &str = "_rels/.rels";
const CORE_TYPE: &str = "application/vnd.openxmlformats-package.core-properties+xml";
const CORE_RELATIONSHIP: &str = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";

impl Outline {
    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: &str, look: Look) {
        self.content.push(paragraph(text, look));
    }

    /// Adds a table: the first row is its head.
    pub fn table(&mut self, rows: &[Vec<String>]) {
        let edge = |name| Element::new(name).with("w:val", "single").with("w:sz", "4").with("w:color", "auto");
        let edges = ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"].map(edge).map(Node::Element);
        let width = Element::new("w:tblW").with("w:w", "5000").with("w:type", "pct");
        let looks = Element::new("w:tblPr")
            .holding([Node::Element(width), Node::Element(Element::new("w:tblBorders").holding(edges))]);
        let columns = rows.first().map_or(0, Vec::len);
        let grid = Element::new("w:tblGrid").holding((0..columns).map(|_| Node::Element(Element::new("w:gridCol"))));
        let cell = |text: &String, look| Element::new("w:tc").holding([Node::Element(paragraph(text, look))]);
        let row = |(number, row): (usize, &Vec<String>)| {
            let look = if number == 0 { Look::Heading } else { Look::Plain };
            Node::Element(Element::new("w:tr").holding(row.iter().map(|text| Node::Element(cell(text, look)))))
        };
        let table = Element::new("w:tbl")
            .holding([Node::Element(looks), Node::Element(grid)])
            .holding(rows.iter().enumerate().map(row));
        self.content.push(table);
    }

    /// The file.
    ///
    /// # Errors
    /// It is larger than a file can be.
    pub fn write(self) -> Result<Vec<u8>, OoxmlError> {
        let mut package = Package::default();
        package.set(CONTENT_TYPES, CONTENT_TYPES_PART.into());
        package.set(RELATIONSHIPS, RELATIONSHIPS_PART.into());
        package.set("word/styles.xml", STYLES_PART.into());
        package.set("word/_rels/document.xml.rels", DOCUMENT_RELATIONSHIPS_PART.into());
        let page = Element::new("w:sectPr").holding([
            // A4, in twentieths of a point; margins as Decree 30/2020 has them.
            Node::Element(Element::new("w:pgSz").with("w:w", "11906").with("w:h", "16838")),
            Node::Element(
                ["w:top", "w:right", "w:bottom", "w:left", "w:header", "w:footer", "w:gutter"]
                    .into_iter()
                    .zip(["1134", "1134", "1134", "1701", "567", "567", "0"])
                    .fold(Element::new("w:pgMar"), |margins, (side, width)| margins.with(side, width)),
            ),
        ]);
        let content = self.content.into_iter().chain([page]).map(Node::Element);
        let body = Element::new("w:body").holding(content);
        let document = Element::new("w:document").with("xmlns:w", MAIN).holding([Node::Element(body)]);
        let whole = Element::new("").holding([Node::Element(document)]);
        let declaration = b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
        package.set("word/document.xml", [declaration.as_slice(), &whole.write()].concat());
        package.write()
    }
}

/// A paragraph.
pub fn paragraph(text: &str, look: Look) -> Element {
    let align = match look {
        Look::Title => Some("center"),
        Look::Right => Some("right"),
        Look::Heading | Look::Plain => None,
    };
    let style = match look {
        Look::Title | Look::Heading => Some("w:b"),
        Look::Right => Some("w:i"),
        Look::Plain => None,
    };
    let of_paragraph =
        align.map(|align| Element::new("w:pPr").holding([Node::Element(Element::new("w:jc").with("w:val", align))]));
    let of_run = style.map(|style| Element::new("w:rPr").holding([Node::Element(Element::new(style))]));
    let text = Element::new("w:t").with("xml:space", "preserve").holding([Node::Text(allowed(text))]);
    let run = Element::new("w:r").holding(of_run.into_iter().chain([text]).map(Node::Element));
    Element::new("w:p").holding(of_paragraph.into_iter().chain([run]).map(Node::Element))
}

/// The core properties of a document with this title and description.
pub fn core_properties(title: &str, description: &str) -> Vec<u8> {
    let text = |name, text: &str| Node::Element(Element::new(name).holding([Node::Text(allowed(text))]));
    let core = Element::new("cp:coreProperties")
        .with("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties")
        .with("xmlns:dc", "http://purl.org/dc/elements/1.1/")
        .holding([text("dc:title", title), text("dc:description", description)]);
    Element::new("").holding([Node::Element(core)]).write()
}

/// Names the part with the core properties where the package does not name it yet.
pub fn name_core_properties(package: &mut Package) -> Result<(), OoxmlError> {
    let mut types = package.tree(CONTENT_TYPES, "DOCX")?;
    let named = types.all().iter().any(|entry| entry.attribute("ContentType").as_deref() == Some(CORE_TYPE));
    if let Some(list) = types.find_mut("Types").filter(|_| !named) {
        let entry = Element::new("Override").with("PartName", &format!("/{CORE}")).with("ContentType", CORE_TYPE);
        list.children.push(Node::Element(entry));
        package.set(CONTENT_TYPES, types.write());
    }
    let mut relationships = package.tree(RELATIONSHIPS, "DOCX")?;
    let named = relationships.all().iter().any(|entry| entry.attribute("Type").as_deref() == Some(CORE_RELATIONSHIP));
    if let Some(list) = relationships.find_mut("Relationships").filter(|_| !named) {
        let entry = Element::new("Relationship")
            .with("Id", "rIdCoreProperties")
            .with("Type", CORE_RELATIONSHIP)
            .with("Target", CORE);
        list.children.push(Node::Element(entry));
        package.set(RELATIONSHIPS, relationships.write());
    }
    Ok(())
}

const CONTENT_TYPES_PART: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">",
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>",
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>",
    "<Override PartName=\"/word/document.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>",
    "<Override PartName=\"/word/styles.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>",
    "</Types>",
);

const RELATIONSHIPS_PART: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" ",
    "Target=\"word/document.xml\"/>",
    "</Relationships>",
);

const DOCUMENT_RELATIONSHIPS_PART: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>",
    "</Relationships>",
);

/// Times New Roman 13 pt, 6 pt between paragraphs: what Decree 30/2020 asks of papers of offices.
const STYLES_PART: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:docDefaults>",
    "<w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" ",
    "w:eastAsia=\"Times New Roman\"/><w:sz w:val=\"26\"/><w:lang w:val=\"vi-VN\"/></w:rPr></w:rPrDefault>",
    "<w:pPrDefault><w:pPr><w:spacing w:before=\"60\" w:after=\"60\"/></w:pPr></w:pPrDefault>",
    "</w:docDefaults></w:styles>",
);
