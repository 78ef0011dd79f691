//! The plain files: EF.COM, EF.DIR, DG1, DG3, DG15, and the data groups that other documents have (Doc 9303-10, 4.6 and
//! 4.7).

use rand_core::Rng;

use super::portrait;
use crate::asn1;
use crate::calendar::Date;
use crate::chip::terminal_authentication::TrustMemory;
use crate::image::TerminalTrust;
use crate::person::{Expiry, Person};
use crate::pki::randomness::Randomness;
use crate::profile::contents::{AdditionalDetails, DetailDate, Files};

/// EF.COM: versions, and the data groups that there are.
#[must_use]
pub fn ef_com(groups: &[u8]) -> Vec<u8> {
    let tags: Vec<u8> = groups.iter().filter_map(|&group| tag(group)).collect();
    let content = [asn1::tlv(0x5F01, b"0107"), asn1::tlv(0x5F36, b"040000"), asn1::tlv(0x5C, &tags)];
    asn1::tlv(0x60, &content.concat())
}

/// EF.CVCA, with its file identifier: the names of the chip's trust points (TR-03110-3, A.1.2).
#[must_use]
pub fn ef_cvca(trust: &TerminalTrust) -> Option<(u16, Vec<u8>)> {
    TrustMemory::new(trust).map(|memory| (trust.file_identifier, memory.file()))
}

/// EF.DIR: the eMRTD application (Doc 9303-10, 3.11.2).
#[must_use]
pub fn ef_dir() -> Vec<u8> {
    asn1::tlv(0x61, &asn1::tlv(0x4F, &[0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01]))
}

/// The tag of a data group, 1 to 16.
#[must_use]
pub const fn tag(group: u8) -> Option<u8> {
    const TAGS: [u8; 16] =
        [0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70];
    match group {
        1..=16 => Some(TAGS[group as usize - 1]),
        _ => None,
    }
}

/// DG1: the machine readable zone, with small letters or incomplete where that is asked for.
#[must_use]
pub fn data_group_1(person: &Person, files: &Files) -> Vec<u8> {
    let lines = if files.mrz_incomplete { 1 } else { 3 };
    let mrz: String = person.mrz().into_iter().take(lines).collect();
    let mrz = if files.lower_case_mrz { mrz.to_lowercase() } else { mrz };
    asn1::tlv(0x61, &asn1::tlv(0x5F1F, mrz.as_bytes()))
}

/// DG3 or DG4: fingerprints or irises. Nobody reads them without terminal authentication, and nobody's are in them.
#[must_use]
pub fn protected_biometrics(group: u8, randomness: &Randomness) -> Vec<u8> {
    let (biometric_type, subtype, format) = if group == 3 { (0x08, 0x09, 0x07) } else { (0x10, 0x01, 0x09) };
    let mut data = vec![0; 1200];
    randomness.stream(&format!("DG{group}")).fill_bytes(&mut data);
    let header = [
        asn1::tlv(0x80, &[0x01, 0x01]),
        asn1::tlv(0x81, &[biometric_type]),
        asn1::tlv(0x82, &[subtype]),
        asn1::tlv(0x87, &[0x01, 0x01]),
        asn1::tlv(0x88, &[0x00, format]),
    ];
    let template = [asn1::tlv(0xA1, &header.concat()), asn1::tlv(0x5F2E, &data)].concat();
    let group_template = [asn1::tlv(0x02, &[1]), asn1::tlv(0x7F60, &template)].concat();
    asn1::tlv(tag(group).unwrap_or(0x63).into(), &asn1::tlv(0x7F61, &group_template))
}

/// DG5: the portrait as displayed (tag 5F40); DG7: the signature as displayed (5F43).
#[must_use]
pub fn displayed_image(group: u8, person: &Person) -> Vec<u8> {
    let (outer, inner) = if group == 5 { (0x65, 0x5F40) } else { (0x67, 0x5F43) };
    let picture = portrait::jpeg(person, group, 0).unwrap_or_default();
    asn1::tlv(outer, &[asn1::tlv(0x02, &[1]), asn1::tlv(inner, &picture)].concat())
}

/// DG11: additional personal details, as Doc 9303-10, 4.7.11 has them. Not on the card, where DG13 takes their place.
#[must_use]
pub fn data_group_11(person: &Person, details: AdditionalDetails) -> Vec<u8> {
    let (surname, given) = person.full_name.split_once(' ').unwrap_or((&person.full_name, ""));
    let origin = person.place_of_origin.replace(", ", "<");
    let residence = person.place_of_residence.replace(", ", "<");
    let mut fields = vec![
        (0x5F0E, format!("{surname}<<{}", given.replace(' ', "<")).into_bytes()),
        (0x5F10, person.id_number.clone().into_bytes()),
        (0x5F11, origin.into_bytes()),
        (0x5F42, residence.into_bytes()),
        (0x5F2B, detail_date(person.date_of_birth, details.dates)),
    ];
    if details.empty_fields {
        // Telephone, profession, title, summary, proof of citizenship, other document numbers, custody.
        fields.extend((0x5F12..=0x5F18).map(|tag| (tag, Vec::new())));
    }
    with_tag_list(0x6B, &fields)
}

/// DG12: additional document details (Doc 9303-10, 4.7.12).
#[must_use]
pub fn data_group_12(person: &Person, details: AdditionalDetails) -> Vec<u8> {
    let validity = match person.date_of_expiry {
        Expiry::On(day) => format!("Valid until {day}"),
        Expiry::Never => "No expiry".into(),
    };
    let mut fields = vec![
        (0x5F19, b"MINISTRY OF PUBLIC SECURITY (SYNTHETIC)".to_vec()),
        (0x5F26, detail_date(person.date_of_issue, details.dates)),
        (0x5F1B, validity.into_bytes()),
    ];
    if details.empty_fields {
        // Tax or exit requirements, images of front and rear, time and number of the personalisation.
        fields.extend([0x5F1C, 0x5F1D, 0x5F1E, 0x5F55, 0x5F56].map(|tag| (tag, Vec::new())));
    }
    with_tag_list(0x6C, &fields)
}

fn detail_date(date: Date, form: DetailDate) -> Vec<u8> {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let digits = date.compact();
    match form {
        DetailDate::Digits => digits.into_bytes(),
        DetailDate::Bcd => digits.as_bytes().chunks(2).map(|pair| (pair[0] & 0x0F) << 4 | pair[1] & 0x0F).collect(),
        DetailDate::Text => {
            let month = MONTHS.get(usize::from(date.month).wrapping_sub(1)).copied().unwrap_or("???");
            format!("{:02} {month} {}", date.day, date.year).into_bytes()
        }
        DetailDate::Partial => format!("{}0000", &digits[..4]).into_bytes(),
    }
}

/// DG16: a person to notify (Doc 9303-10, 4.7.16).
#[must_use]
pub fn data_group_16(person: &Person) -> Vec<u8> {
    let name = person.spouse.as_ref().or(person.mother.as_ref()).map_or("", String::as_str);
    let (surname, given) = name.split_once(' ').unwrap_or((name, ""));
    let entry = [
        asn1::tlv(0x5F50, person.date_of_issue.compact().as_bytes()),
        asn1::tlv(0x5F51, format!("{surname}<<{}", given.replace(' ', "<")).as_bytes()),
        asn1::tlv(0x5F52, b"+84000000000"),
        asn1::tlv(0x5F53, person.place_of_residence.replace(", ", "<").as_bytes()),
    ];
    asn1::tlv(0x70, &[asn1::tlv(0x02, &[1]), asn1::tlv(0xA1, &entry.concat())].concat())
}

fn with_tag_list(outer: u32, fields: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let tags: Vec<u8> = fields.iter().flat_map(|(tag, _)| [(tag >> 8) as u8, *tag as u8]).collect();
    let values: Vec<u8> = fields.iter().flat_map(|(tag, value)| asn1::tlv(*tag, value)).collect();
    asn1::tlv(outer, &[asn1::tlv(0x5C, &tags), values].concat())
}
