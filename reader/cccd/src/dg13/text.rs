//! The strings inside one item: five ASN.1 string types have been seen, sometimes one level down, sometimes two.

use icao9303::tlv::Tlv;

/// How deep structures inside an item are followed. Two levels have been seen.
const MAX_DEPTH: usize = 6;
/// The most strings taken from one item. Two have been seen.
const MAX_STRINGS: usize = 64;

const TAG_NULL: u32 = 0x05;
const TAG_UTF8: u32 = 0x0C;
const TAG_NUMERIC: u32 = 0x12;
const TAG_PRINTABLE: u32 = 0x13;
const TAG_TELETEX: u32 = 0x14;
const TAG_IA5: u32 = 0x16;
const TAG_VISIBLE: u32 = 0x1A;
const TAG_BMP: u32 = 0x1E;

/// What was found in one item.
#[derive(Default)]
pub(super) struct ItemText {
    /// The strings, grouped by the innermost structure they stand in.
    pub(super) groups: Vec<Vec<String>>,
    /// The first thing found that is no readable string, in words.
    pub(super) fault: Option<&'static str>,
    count: usize,
}

impl ItemText {
    /// Collects the strings of an item, passing over its first `skip` objects.
    pub(super) fn collect(&mut self, item: &Tlv<'_>, skip: usize) {
        let mut direct = Vec::new();
        self.walk(item, skip, 0, &mut direct);
        if !direct.is_empty() {
            self.groups.push(direct);
        }
    }

    /// The strings in order.
    pub(super) fn strings(&self) -> Vec<String> {
        self.groups.concat()
    }

    fn walk(&mut self, parent: &Tlv<'_>, skip: usize, depth: usize, group: &mut Vec<String>) {
        for object in parent.children().skip(skip) {
            let Ok(object) = object else {
                return self.note("a broken structure");
            };
            if self.count == MAX_STRINGS {
                return self.note("too many strings");
            }
            if object.is_constructed() {
                // Strings before a nested structure come before its strings.
                if !group.is_empty() {
                    self.groups.push(std::mem::take(group));
                }
                self.nested(&object, depth);
            } else {
                match decode(&object) {
                    Ok(text) => {
                        group.push(text);
                        self.count += 1;
                    }
                    Err(fault) => self.note(fault),
                }
            }
        }
    }

    fn nested(&mut self, object: &Tlv<'_>, depth: usize) {
        if depth == MAX_DEPTH {
            return self.note("structures nested too deep");
        }
        let mut inner = Vec::new();
        let groups_before = self.groups.len();
        self.walk(object, 0, depth + 1, &mut inner);
        // An empty structure stands for an empty string, and keeps its place.
        if inner.is_empty() && self.groups.len() == groups_before {
            inner.push(String::new());
            self.count += 1;
        }
        if !inner.is_empty() {
            self.groups.push(inner);
        }
    }

    fn note(&mut self, fault: &'static str) {
        self.fault.get_or_insert(fault);
    }
}

/// The text of a string object. UTF-8 is tried whatever the type says: personalisers put it under wrong tags.
fn decode(object: &Tlv<'_>) -> Result<String, &'static str> {
    match object.tag {
        TAG_NULL => Ok(String::new()),
        TAG_UTF8 | TAG_NUMERIC | TAG_PRINTABLE | TAG_IA5 | TAG_VISIBLE => {
            std::str::from_utf8(object.value).map(str::to_owned).map_err(|_| "a string that is not UTF-8")
        }
        // Teletex strings of today are Latin-1 in all but name (RFC 5280, 4.1.2.4 leaves it at that).
        TAG_TELETEX => Ok(std::str::from_utf8(object.value)
            .map_or_else(|_| object.value.iter().map(|b| char::from(*b)).collect(), str::to_owned)),
        TAG_BMP => bmp(object.value).ok_or("a string that is not UTF-16"),
        _ => Err("something that is not text"),
    }
}

/// BMPString: two bytes a character, big-endian.
fn bmp(value: &[u8]) -> Option<String> {
    if value.len() % 2 != 0 {
        return None;
    }
    let units: Vec<u16> = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}
