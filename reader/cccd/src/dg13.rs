//! DG13: the data group of its own that Doc 9303-10, 4.7.13 leaves to the issuing state. On the Vietnamese card it holds
//! what is printed, accented, and more: parents, spouse, religion, the old number.
//!
//! ```text
//! 6D { SEQUENCE { INTEGER 1, OID 1.0.10646.1.0.8, SET OF SEQUENCE { INTEGER n, value… } } }
//! ```
//!
//! There is no public specification; this follows what readers have met. Items are told apart by `n`, never by their
//! place. Whatever is odd but readable is kept and remarked upon; items nobody knows are kept too. Cards issued from July
//! 2024 may encode some items in a way of the authority's own (Circular 16/2024/TT-BCA, art. 6): such an item is there,
//! without text.

use std::fmt;

use icao9303::check::Remark;
use icao9303::tlv::{self, Tlv, TlvError};
use thiserror::Error;

mod text;

use text::ItemText;

/// The most bytes taken for a DG13. Those met are under 1,000 bytes.
pub const MAX_LENGTH: usize = 64 * 1024;
/// The most items taken. Sixteen are known.
const MAX_ITEMS: usize = 256;

const TAG_DG13: u32 = 0x6D;
const TAG_INTEGER: u32 = 0x02;
const TAG_OID: u32 = 0x06;
const TAG_SEQUENCE: u32 = 0x30;
const TAG_SET: u32 = 0x31;

/// 1.0.10646.1.0.8: the UTF-8 encoding form of ISO/IEC 10646.
const OID_UTF8: [u8; 6] = [0x28, 0xD3, 0x16, 0x01, 0x00, 0x08];

/// The numbers `n` whose meaning is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum ItemNumber {
    /// The twelve-digit ID number.
    IdNumber = 1,
    /// Full name, accented.
    FullName = 2,
    /// Date of birth, `dd/MM/yyyy`.
    DateOfBirth = 3,
    /// `Nam` or `Nữ`.
    Sex = 4,
    /// Nationality, in words.
    Nationality = 5,
    /// Ethnicity: sensitive personal data (Decree 356/2025/NĐ-CP, art. 4).
    Ethnicity = 6,
    /// Religion: sensitive personal data (Decree 356/2025/NĐ-CP, art. 4).
    Religion = 7,
    /// Place of origin (`quê quán`).
    PlaceOfOrigin = 8,
    /// Place of residence as of the card's issue.
    PlaceOfResidence = 9,
    /// Personal identifying features.
    IdentifyingFeatures = 10,
    /// Date of issue, `dd/MM/yyyy`.
    DateOfIssue = 11,
    /// Date of expiry, or `Không thời hạn`.
    DateOfExpiry = 12,
    /// Father and mother.
    Parents = 13,
    /// Wife or husband.
    Spouse = 14,
    /// The old nine-digit number.
    OldIdNumber = 15,
}

/// One item.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number, where it has one.
    pub number: Option<u32>,
    /// Its strings in order, nested ones included, empty ones too.
    pub strings: Vec<String>,
    /// The item as read. Personal: for a look at what the parser does not know, never for a log.
    pub raw: Vec<u8>,
    /// Strings by the innermost structure they stand in, to tell father from mother.
    groups: Vec<Vec<String>>,
}

/// A DG13 that could be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Dg13 {
    items: Vec<Item>,
    remarks: Vec<Remark>,
}

impl Dg13 {
    /// Reads the file, tag 6D included.
    ///
    /// # Errors
    /// When the outer structure is not the one known, so that no item can be found in it. Damage further in is
    /// a remark, and costs no more than the items it strikes.
    pub fn parse(file: &[u8]) -> Result<Self, Dg13Error> {
        if file.len() > MAX_LENGTH {
            return Err(Dg13Error { kind: Dg13ErrorKind::TooLong, position: MAX_LENGTH });
        }
        let mut dg13 = Self { items: Vec::new(), remarks: Vec::new() };
        let (outer, rest) = tlv::parse_one(file)?;
        let sequence = outer.expect(TAG_DG13)?.children().expect(TAG_SEQUENCE)?;
        if !rest.is_empty() {
            dg13.remark("dg13_trailing_bytes", format!("{} bytes follow DG13", rest.len()));
        }
        let (items, skip) = dg13.find_items(&sequence)?;
        dg13.read_items(&items, skip);
        if dg13.items.is_empty() {
            return Err(Dg13Error { kind: Dg13ErrorKind::NoItems, position: items.position });
        }
        Ok(dg13)
    }

    /// Looks at what stands before the items, and returns the object they are in and how many others are before them.
    fn find_items<'a>(&mut self, sequence: &Tlv<'a>) -> Result<(Tlv<'a>, usize), Dg13Error> {
        for (index, object) in sequence.children().enumerate() {
            let object = object?;
            match object.tag {
                TAG_SET => return Ok((object, 0)),
                // Items without a SET around them.
                TAG_SEQUENCE if number_of(&object).is_some() => return Ok((*sequence, index)),
                // A SEQUENCE OF in place of the SET OF: the order of items means nothing either way.
                TAG_SEQUENCE => return Ok((object, 0)),
                TAG_INTEGER if object.value == [1] => {}
                TAG_INTEGER => self.remark("dg13_version", "the version of DG13 is not 1".to_owned()),
                TAG_OID if object.value == OID_UTF8 => {}
                TAG_OID => self.remark("dg13_object_identifier", "DG13 names another encoding than usual".to_owned()),
                tag => self.remark("dg13_unknown_object", format!("DG13 holds an object {tag:02X} before its items")),
            }
        }
        Err(Dg13Error { kind: Dg13ErrorKind::NoItems, position: sequence.position })
    }

    fn read_items(&mut self, parent: &Tlv<'_>, skip: usize) {
        for object in parent.children().skip(skip) {
            match object {
                Ok(_) if self.items.len() == MAX_ITEMS => {
                    self.remark("dg13_too_many_items", format!("only the first {MAX_ITEMS} items of DG13 were read"));
                    return;
                }
                Ok(object) => self.read_item(&object),
                Err(error) => {
                    self.remark("dg13_cut_short", format!("the items of DG13 cannot be read on: {error}"));
                    return;
                }
            }
        }
    }

    fn read_item(&mut self, object: &Tlv<'_>) {
        let number = number_of(object);
        if number.is_none() {
            self.remark(
                "dg13_item_without_number",
                format!("the item of DG13 at byte {} has no number", object.position),
            );
        }
        let mut text = ItemText::default();
        let skip = usize::from(number.is_some());
        text.collect(object, skip);
        if let (Some(n), Some(fault)) = (number, text.fault) {
            self.remark("dg13_item_without_text", format!("item {n} of DG13 holds {fault}"));
        }
        let repeated = number.is_some_and(|n| self.item(n).is_some());
        if repeated && !number.is_some_and(is_nested) {
            self.remark("dg13_item_repeated", "an item of DG13 occurs twice; the first counts".to_owned());
        }
        self.items.push(Item { number, strings: text.strings(), groups: text.groups, raw: object.raw.to_vec() });
    }

    fn remark(&mut self, code: &'static str, message: String) {
        self.remarks.push(Remark { code, message });
    }

    /// All items in the order of the file, unknown ones too.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What is odd about the file and decides nothing.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The first item of that number.
    #[must_use]
    pub fn item(&self, number: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.number == Some(number))
    }

    /// The text of an item as it stands on the chip; `None` where the item is absent, empty, or not text.
    #[must_use]
    pub fn text(&self, item: ItemNumber) -> Option<&str> {
        self.item(item as u32)?.strings.iter().map(String::as_str).find(|text| !text.trim().is_empty())
    }

    /// The father's name.
    #[must_use]
    pub fn father(&self) -> Option<&str> {
        self.parent(0)
    }

    /// The mother's name.
    #[must_use]
    pub fn mother(&self) -> Option<&str> {
        self.parent(1)
    }

    /// Father first, mother second: each in a SEQUENCE of its own, or both strings in one. An empty one keeps its
    /// place, so that a mother without a father stays the mother.
    fn parent(&self, index: usize) -> Option<&str> {
        let items = || self.items.iter().filter(|item| item.number == Some(ItemNumber::Parents as u32));
        let groups: Vec<&Vec<String>> = items().flat_map(|item| &item.groups).collect();
        let text = match groups.as_slice() {
            [father, mother] => [father, mother].get(index)?.first()?,
            _ => items().flat_map(|item| &item.strings).nth(index)?,
        };
        Some(text.as_str()).filter(|text| !text.trim().is_empty())
    }

    /// The name of wife or husband.
    #[must_use]
    pub fn spouse(&self) -> Option<&str> {
        self.text(ItemNumber::Spouse)
    }
}

/// The items that hold structures, and may be split over two of the same number.
fn is_nested(number: u32) -> bool {
    number == ItemNumber::Parents as u32 || number == ItemNumber::Spouse as u32
}

/// The number that an item begins with.
fn number_of(object: &Tlv<'_>) -> Option<u32> {
    match object.children().next() {
        Some(Ok(first)) if object.tag == TAG_SEQUENCE && first.tag == TAG_INTEGER => small_number(first.value),
        _ => None,
    }
}

/// An INTEGER of at most four bytes that is not negative.
fn small_number(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [] => None,
        [first, ..] if first & 0x80 != 0 || bytes.len() > 4 => None,
        _ => Some(bytes.iter().fold(0, |sum, b| sum << 8 | u32::from(*b))),
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({:?}, {} strings, {} bytes)", self.number, self.strings.len(), self.raw.len())
    }
}

impl fmt::Debug for Dg13 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dg13").field("items", &self.items).field("remarks", &self.remarks).finish()
    }
}

/// Why nothing could be read from a DG13, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("DG13 cannot be read: {kind} (byte {position})")]
pub struct Dg13Error {
    /// What is wrong.
    pub kind: Dg13ErrorKind,
    /// Offset of the offending byte.
    pub position: usize,
}

/// What is wrong with a DG13.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Dg13ErrorKind {
    /// More than [`MAX_LENGTH`] bytes.
    #[error("longer than any that exists")]
    TooLong,
    /// The data objects around the items are not the ones known.
    #[error("{0}")]
    Structure(tlv::TlvErrorKind),
    /// The structure is there, and no item in it.
    #[error("no items")]
    NoItems,
}

impl Dg13Error {
    /// The same as a warning, for a result that goes on without DG13.
    #[must_use]
    pub fn remark(&self) -> Remark {
        Remark { code: "dg13_unreadable", message: self.to_string() }
    }
}

impl From<TlvError> for Dg13Error {
    fn from(error: TlvError) -> Self {
        Self { kind: Dg13ErrorKind::Structure(error.kind), position: error.position }
    }
}

#[cfg(test)]
mod tests;
