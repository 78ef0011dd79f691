//! DG16: persons to notify (Doc 9303-10, 4.7.16).

use alloc::vec::Vec;

use super::{
    LdsError, outer, remark,
    text::{Date, Text},
};
use crate::{check::Remark, tlv::Tlv};

/// More persons than anyone has; what follows is passed over.
const MAX_PERSONS: usize = 64;

/// Content of DG16.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dg16<'a> {
    /// The persons, in the order of the file.
    pub persons: Vec<PersonToNotify<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

/// One person to notify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonToNotify<'a> {
    /// When the details were recorded (5F50).
    pub recorded_on: Option<Date>,
    /// Name (5F51).
    pub name: Option<Text<'a>>,
    /// Telephone number (5F52).
    pub telephone: Option<Text<'a>>,
    /// Address (5F53).
    pub address: Option<Text<'a>>,
}

impl<'a> Dg16<'a> {
    /// Reads DG16.
    ///
    /// # Errors
    /// The file is no DG16. What is wrong inside is a remark.
    pub fn parse(file: &'a [u8]) -> Result<Self, LdsError> {
        let mut remarks = Vec::new();
        let content = outer(file, 0x70, &mut remarks)?;
        let (mut persons, mut stated) = (Vec::new(), None);
        // Templates are numbered by their tags, A1, A2 …
        for object in content.children().take(MAX_PERSONS) {
            match object {
                Ok(object) if object.tag == 0x02 => stated = object.value.last().copied(),
                Ok(object) if (0xA0..=0xBF).contains(&object.tag) => persons.push(person(object)),
                Ok(_) => {}
                Err(error) => {
                    remarks.push(remark("lds_object_malformed", alloc::format!("{error}; what follows is lost")))
                }
            }
        }
        if stated.map(usize::from) != Some(persons.len()) {
            remarks.push(remark("dg16_count", "another number of persons than stated"));
        }
        Ok(Self { persons, remarks })
    }
}

fn person(template: Tlv<'_>) -> PersonToNotify<'_> {
    let mut person = PersonToNotify::default();
    for object in template.children().flatten() {
        let text = Some(Text::new(object.value));
        match object.tag {
            0x5F50 => person.recorded_on = Date::parse(object.value),
            0x5F51 => person.name = text,
            0x5F52 => person.telephone = text,
            0x5F53 => person.address = text,
            _ => {}
        }
    }
    person
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;

    /// Doc 9303-10, 4.7.16, example.
    #[test]
    fn the_standards_example_is_read() {
        let person = |name: &[u8]| {
            let objects = [
                encode(0x5F50, b"20020101"),
                encode(0x5F51, name),
                encode(0x5F52, b"9525551212"),
                encode(0x5F53, b"123 MAPLE RD<ANYTOWN"),
            ];
            objects.concat()
        };
        let objects =
            [encode(0x02, &[2]), encode(0xA1, &person(b"SMITH<<CHARLES<R")), encode(0xA2, &person(b"BROWN<<MARY<J"))];
        let file = encode(0x70, &objects.concat());
        let dg16 = Dg16::parse(&file).unwrap();
        assert_eq!(dg16.remarks, []);
        let names: Vec<_> = dg16.persons.iter().map(|person| person.name.unwrap().name().unwrap().0).collect();
        assert_eq!(names, ["SMITH", "BROWN"]);
        assert_eq!(dg16.persons[1].address.unwrap().parts().count(), 2);
        assert!(dg16.persons[0].recorded_on.is_some() && dg16.persons[0].telephone.is_some());
    }

    #[test]
    fn a_wrong_count_is_remarked() {
        let file = encode(0x70, &[encode(0x02, &[1]), [0xA1, 9].to_vec()].concat());
        let dg16 = Dg16::parse(&file).unwrap();
        assert_eq!((dg16.persons.len(), dg16.remarks.len()), (0, 2));
    }
}
