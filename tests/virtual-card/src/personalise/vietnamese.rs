//! DG13, the Vietnamese data group: numbered items under an object identifier, in all the forms that a profile names.

use rand_core::Rng;

use crate::asn1;
use crate::calendar::Date;
use crate::person::{Expiry, Person};
use crate::pki::randomness::Randomness;
use crate::profile::contents::{DateForm, Parents, Strings, Undecodable, VietnameseGroup};

/// DG13 of this person.
#[must_use]
pub fn data_group_13(settings: &VietnameseGroup, person: &Person, randomness: &Randomness) -> Vec<u8> {
    let mut random = randomness.stream("DG13");
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        random.fill_bytes(&mut bytes);
        bytes
    };
    match settings.undecodable {
        Undecodable::Random => return asn1::tlv(0x6D, &bytes(400)),
        Undecodable::Empty => return asn1::tlv(0x6D, &[]),
        Undecodable::No | Undecodable::Truncated | Undecodable::OtherIdentifier => {}
    }
    let mut items: Vec<Vec<u8>> = Vec::new();
    for (number, value) in values(settings, person) {
        if settings.missing.contains(&number) {
            continue;
        }
        let replaced =
            settings.replace.get(&number.to_string()).map(|text| string(settings.strings, text, Usual::Utf8));
        let value =
            if settings.opaque.contains(&number) { asn1::octet_string(&bytes(48)) } else { replaced.unwrap_or(value) };
        items.push(item(number, &value));
    }
    if settings.unknown_items {
        items.push(item(17, &string(Strings::Utf8, "O+", Usual::Utf8)));
        items.push(item(42, &asn1::sequence(&[asn1::integer(7), asn1::sequence(&[asn1::octet_string(&bytes(9))])])));
    }
    if settings.reversed {
        items.reverse();
    }
    let identifier = match settings.undecodable {
        Undecodable::OtherIdentifier => "1.3.6.1.4.1.55555.1",
        _ => "1.0.10646.1.0.8",
    };
    let mut content = asn1::sequence(&[asn1::integer(1), asn1::oid(identifier), asn1::set_as_given(&items)]);
    if settings.undecodable == Undecodable::Truncated {
        content.truncate(content.len() * 2 / 3);
    }
    asn1::tlv(0x6D, &content)
}

/// The items of a person, by number, each with the encoded value or values that follow the number.
fn values(settings: &VietnameseGroup, person: &Person) -> Vec<(u8, Vec<u8>)> {
    let text = |value: &str| string(settings.strings, value, Usual::Utf8);
    let plain = |value: &str| string(settings.strings, value, Usual::Printable);
    let date = |date: Date| {
        // Prose has letters that a PrintableString does not hold.
        let usual = if settings.dates == DateForm::Text { Usual::Utf8 } else { Usual::Printable };
        string(settings.strings, &settings.dates.write(date), usual)
    };
    let mut residence = person.place_of_residence.clone();
    let mut features = person.identifying_features.clone();
    if settings.long_values {
        residence = ["Thôn Đoài, ".repeat(6), residence].concat();
        features = Some("Sẹo chấm cách 1,5cm dưới sau mép trái; ".repeat(6) + features.as_deref().unwrap_or("không"));
    }
    let expiry = match person.date_of_expiry {
        Expiry::On(day) => text(&settings.dates.write(day)),
        Expiry::Never => text("Không thời hạn"),
    };
    let mut values = vec![
        (1, plain(&person.id_number)),
        (2, text(&person.full_name)),
        (3, date(person.date_of_birth)),
        (4, text(person.sex.vietnamese())),
        (5, text(&person.nationality)),
        (6, text(&person.ethnicity)),
        (7, text(&person.religion)),
        (8, text(&person.place_of_origin)),
        (9, text(&residence)),
    ];
    values.extend(features.map(|features| (10, text(&features))));
    values.push((11, date(person.date_of_issue)));
    values.push((12, expiry));
    values.push((13, parents(settings, person)));
    values.extend(person.spouse.as_ref().map(|spouse| (14, asn1::sequence(&[text(spouse)]))));
    values.extend(person.old_id_number.as_ref().map(|number| (15, plain(number))));
    values.push((16, plain(&reference(person))));
    values
}

fn parents(settings: &VietnameseGroup, person: &Person) -> Vec<u8> {
    let names = [&person.father, &person.mother].map(|name| {
        let name = name.as_deref().unwrap_or_default();
        string(settings.strings, name, Usual::Utf8)
    });
    match settings.parents {
        Parents::TwoSequences => names.map(|name| asn1::sequence(&[name])).concat(),
        Parents::OneSequence => asn1::sequence(&names),
        Parents::Bare => names.concat(),
    }
}

/// Item 16 is 16 hexadecimal digits whose meaning nobody has confirmed: here they follow from the ID number.
fn reference(person: &Person) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(person.id_number.as_bytes());
    base16ct::upper::encode_string(&digest[..8])
}

fn item(number: u8, value: &[u8]) -> Vec<u8> {
    asn1::sequence(&[asn1::integer(number.into()), value.to_vec()])
}

/// The type that the card itself uses for a value.
#[derive(Clone, Copy)]
enum Usual {
    Utf8,
    Printable,
}

fn string(strings: Strings, value: &str, usual: Usual) -> Vec<u8> {
    match (strings, usual) {
        (Strings::AsSeen, Usual::Utf8) | (Strings::Utf8, _) => asn1::tlv(0x0C, value.as_bytes()),
        (Strings::AsSeen, Usual::Printable) | (Strings::Printable, _) => asn1::tlv(0x13, value.as_bytes()),
        (Strings::Teletex, _) => asn1::tlv(0x14, value.as_bytes()),
        (Strings::Ia5, _) => asn1::tlv(0x16, value.as_bytes()),
        (Strings::Bmp, _) => {
            let units: Vec<u8> = value.encode_utf16().flat_map(u16::to_be_bytes).collect();
            asn1::tlv(0x1E, &units)
        }
    }
}
