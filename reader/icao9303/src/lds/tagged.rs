//! What DG11, DG12 and DG16 have in common: data objects in any order, after a list of their tags.

use alloc::{collections::BTreeSet, format, vec::Vec};

use super::{
    remark,
    text::{Date, DateTime, Text},
};
use crate::{
    check::Remark,
    tlv::{self, Tlv},
};

/// More objects than any such file has; what follows is passed over.
const MAX_OBJECTS: usize = 128;

/// The data objects of one template.
pub(super) struct Tagged<'a> {
    objects: Vec<Tlv<'a>>,
    taken: BTreeSet<u32>,
}

impl<'a> Tagged<'a> {
    /// Reads the objects up to the first malformed one, which is a remark, and compares them with the tag list.
    pub(super) fn read(content: Tlv<'a>, remarks: &mut Vec<Remark>) -> Self {
        let mut objects = Vec::new();
        for object in content.children().take(MAX_OBJECTS) {
            match object {
                Ok(object) => objects.push(object),
                Err(error) => remarks.push(remark("lds_object_malformed", format!("{error}; what follows is lost"))),
            }
        }
        compare_with_list(&objects, remarks);
        Self { objects, taken: BTreeSet::from([0x5C]) }
    }

    /// The first object with the tag.
    pub(super) fn object(&mut self, tag: u32) -> Option<Tlv<'a>> {
        self.taken.insert(tag);
        self.objects.iter().find(|object| object.tag == tag).copied()
    }

    /// The text with the tag. One that is not UTF-8 is kept with a remark.
    pub(super) fn text(&mut self, tag: u32, remarks: &mut Vec<Remark>) -> Option<Text<'a>> {
        let text = Text::new(self.object(tag)?.value);
        check_text(text, tag, remarks);
        Some(text)
    }

    /// The date with the tag. One that is not understood is a remark, unless it is blank.
    pub(super) fn date(&mut self, tag: u32, remarks: &mut Vec<Remark>) -> Option<Date> {
        let value = self.object(tag)?.value;
        let date = Date::parse(value);
        if date.is_none() && !Text::new(value).is_blank() {
            remarks.push(remark("lds_date", format!("{tag:X}: {} bytes that are no date", value.len())));
        }
        date
    }

    /// The time with the tag, as [`Tagged::date`].
    pub(super) fn time(&mut self, tag: u32, remarks: &mut Vec<Remark>) -> Option<DateTime> {
        let value = self.object(tag)?.value;
        let time = DateTime::parse(value);
        if time.is_none() && !Text::new(value).is_blank() {
            remarks.push(remark("lds_date", format!("{tag:X}: {} bytes that are no date and time", value.len())));
        }
        time
    }

    /// Every text with the tag, inside the template A0 or beside it.
    pub(super) fn texts(&mut self, tag: u32, remarks: &mut Vec<Remark>) -> Vec<Text<'a>> {
        self.taken.extend([0xA0, tag]);
        let nested = self.objects.iter().filter(|object| object.tag == 0xA0).flat_map(Tlv::children).flatten();
        let all = nested.chain(self.objects.iter().copied()).filter(|object| object.tag == tag);
        let texts: Vec<_> = all.map(|object| Text::new(object.value)).take(MAX_OBJECTS).collect();
        for text in &texts {
            check_text(*text, tag, remarks);
        }
        texts
    }

    /// Every object with a tag that was not asked for.
    pub(super) fn others(&self) -> Vec<Tlv<'a>> {
        self.objects.iter().filter(|object| !self.taken.contains(&object.tag)).copied().collect()
    }
}

fn check_text(text: Text<'_>, tag: u32, remarks: &mut Vec<Remark>) {
    if text.as_str().is_none() {
        remarks.push(remark("lds_text_encoding", format!("{tag:X}: not UTF-8")));
    }
}

/// The list names the objects inside the template A0 instead of the template, or both.
fn compare_with_list(objects: &[Tlv<'_>], remarks: &mut Vec<Remark>) {
    let Some(list) = objects.iter().find(|object| object.tag == 0x5C) else {
        remarks.push(remark("lds_tag_list", "no list of tags"));
        return;
    };
    let mut listed = BTreeSet::new();
    let mut rest = list.value;
    while let Ok((tag, after)) = tlv::parse_tag(rest) {
        listed.insert(tag);
        rest = after;
    }
    let nested = objects.iter().filter(|object| object.tag == 0xA0).flat_map(Tlv::children).flatten();
    let found: BTreeSet<u32> = objects.iter().copied().chain(nested).map(|object| object.tag).collect();
    let structural = |tag: &&u32| ![0x5C, 0xA0, 0x02].contains(*tag);
    let differs = listed.symmetric_difference(&found).filter(structural).count();
    if differs > 0 || !rest.is_empty() {
        remarks.push(remark("lds_tag_list", format!("the list of tags and the content differ in {differs} tags")));
    }
}
