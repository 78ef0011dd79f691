//! The ZIP file that a DOCX or XLSX file is (ECMA-376 part 2, Open Packaging Conventions).

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::OoxmlError;
use crate::xml::Element;

/// No file has more parts.
const MOST_PARTS: usize = 1000;
/// No file is larger when unpacked, in bytes. The largest that is known, with every commune in a list, has 2 MB.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The parts of a file, in their order.
#[derive(Clone, Debug, Default)]
pub struct Package {
    parts: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// The parts of a file.
    ///
    /// # Errors
    /// It is no such file, is damaged, or too large.
    pub fn read(bytes: &[u8]) -> Result<Self, OoxmlError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        if archive.len() > MOST_PARTS {
            return Err(OoxmlError::TooLarge { what: "the number of its parts", most: MOST_PARTS });
        }
        let mut package = Self::default();
        let mut room = MOST_BYTES;
        for index in 0..archive.len() {
            let file = archive.by_index(index)?;
            let name = file.name().to_owned();
            if file.is_dir() {
                continue;
            }
            // What the file says of its length may be a lie: what comes out is counted.
            let mut content = Vec::new();
            let unpacked = file.take(room as u64 + 1).read_to_end(&mut content);
            unpacked.map_err(|source| OoxmlError::Damaged { part: name.clone(), source })?;
            room = room
                .checked_sub(content.len())
                .ok_or(OoxmlError::TooLarge { what: "what is in it, in bytes,", most: MOST_BYTES })?;
            package.set(&name, content);
        }
        Ok(package)
    }

    /// The content of a part.
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts.iter().find(|(part, _)| part == name).map(|(_, content)| content.as_slice())
    }

    /// The names of all parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|(name, _)| name.as_str())
    }

    /// Gives a part another content, or adds it at the end.
    pub fn set(&mut self, name: &str, content: Vec<u8>) {
        match self.parts.iter_mut().find(|(part, _)| part == name) {
            Some((_, old)) => *old = content,
            None => self.parts.push((name.to_owned(), content)),
        }
    }

    /// Takes a part out. Whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.parts.len();
        self.parts.retain(|(part, _)| part != name);
        self.parts.len() < before
    }

    /// The file.
    ///
    /// # Errors
    /// A name or a content is too long for a ZIP file.
    pub fn write(&self) -> Result<Vec<u8>, OoxmlError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        // Without a time of day, so that equal contents are equal files.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in &self.parts {
            writer.start_file(name.as_str(), options)?;
            writer.write_all(content).map_err(|source| OoxmlError::Damaged { part: name.clone(), source })?;
        }
        Ok(writer.finish()?.into_inner())
    }

    /// A part as a tree.
    pub(crate) fn tree(&self, name: &str, kind: &'static str) -> Result<Element, OoxmlError> {
        let content = self.part(name).ok_or_else(|| OoxmlError::Missing { part: name.to_owned(), kind })?;
        Element::read(name, content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_in_its_order() {
        let mut package = Package::default();
        package.set("[Content_Types].xml", b"<Types/>".to_vec());
        package.set("word/document.xml", "chữ Việt".as_bytes().to_vec());
        let again = Package::read(&package.write().unwrap()).unwrap();
        assert_eq!(again.names().collect::<Vec<_>>(), ["[Content_Types].xml", "word/document.xml"]);
        assert_eq!(again.part("word/document.xml"), Some("chữ Việt".as_bytes()));
    }

    #[test]
    fn what_is_no_package_is_refused() {
        assert!(matches!(Package::read(b"%PDF-1.7"), Err(OoxmlError::NotAPackage(_))));
        assert!(matches!(Package::read(b""), Err(OoxmlError::NotAPackage(_))));
    }

    #[test]
    fn a_file_that_unpacks_to_much_more_than_it_is_is_refused() {
        let mut package = Package::default();
        package.set("word/document.xml", vec![b' '; MOST_BYTES + 1]);
        let bomb = package.write().unwrap();
        assert!(bomb.len() < 100_000);
        assert!(matches!(Package::read(&bomb), Err(OoxmlError::TooLarge { .. })));
    }
}
