//! Tests over published files, read from the shared vectors: the reference data set of BSI TR-03105 part 5 (ERIKA
//! MUSTERMANN), and the files written out in the test suites of other readers.

extern crate std;

use std::{env, eprintln, fs, path::Path};

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{
    biometric::BiometricTemplates,
    com::Com,
    content::Content,
    dg1::Dg1,
    dg2::Dg2,
    dg11::Dg11,
    dg12::Dg12,
    dg15::public_key_of_dg15,
    displayed::DisplayedPictures,
    face::FaceEncoding,
    file::{DataGroup, ElementaryFile},
    picture::PictureFormat,
};
use crate::mrz::Format;

/// A file of the data set, or nothing where the vectors are absent.
fn specimen(name: &str) -> Option<Vec<u8>> {
    shared("bsi-tr03105-5-specimen", name)
}

/// A file written out in another reader's test suite, by the name of the test.
fn literal(test: &str) -> Option<Vec<u8>> {
    let all: serde_json::Value =
        serde_json::from_slice(&shared("icao-worked-examples", "appendix-d-g-literals.json")?).unwrap();
    Some(base16ct::mixed::decode_vec(all[test]["values"][0].as_str().unwrap()).unwrap())
}

fn shared(folder: &str, name: &str) -> Option<Vec<u8>> {
    let shared =
        env::var("CCCD_SHARED").unwrap_or(String::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")));
    let file = fs::read(Path::new(&shared).join("vectors").join(folder).join(name)).ok();
    if file.is_none() {
        eprintln!("skipped: shared vectors absent");
    }
    file
}

/// Parses every beginning of the file, all short ones and a sample of the long ones.
fn every_truncation(file: &[u8], parse: impl Fn(&[u8])) {
    for length in (0..file.len().min(1500)).chain((1500..file.len()).step_by(53)) {
        parse(&file[..length]);
    }
}

#[test]
fn ef_com_of_the_specimen_is_read() {
    let Some(file) = specimen("EF_COM.bin") else { return };
    let com = Com::parse(&file).unwrap();
    assert_eq!(com.data_groups.iter().map(|group| group.number()).collect::<Vec<_>>(), [1, 2, 3, 4, 14]);
    assert_eq!((com.lds_version.unwrap().update, com.unicode_version.unwrap().major), (7, 4));
    assert_eq!(com.remarks, []);
    every_truncation(&file, |part| assert!(Com::parse(part).is_err()));
}

#[test]
fn dg1_of_the_specimen_is_read() {
    let Some(file) = specimen("Datagroup1.bin") else { return };
    let dg1 = Dg1::parse(&file).unwrap();
    assert_eq!((dg1.mrz.format(), dg1.mrz.problems()), (Format::Td3, &[][..]));
    assert_eq!((dg1.mrz.issuing_state(), &*dg1.mrz.names().primary), ("D", "MUSTERMANN"));
    assert_eq!(*dg1.mrz.key().unwrap().mrz_information(), "C11T002JM496081222310314");
    every_truncation(&file, |part| assert!(Dg1::parse(part).is_err()));
}

#[test]
fn dg2_of_the_specimen_is_read() {
    let Some(file) = specimen("Datagroup2.bin") else { return };
    let dg2 = Dg2::parse(&file).unwrap();
    let [face] = dg2.faces[..] else { panic!("one face") };
    assert_eq!((face.encoding, face.picture.format), (FaceEncoding::Iso19794, PictureFormat::Jp2));
    assert_eq!((face.picture.size, face.picture.bytes.len()), (Some((413, 531)), 0x3AC5 - 46));
    assert_eq!(dg2.templates[0].header.format_type, Some(8));
    // Its image information says 337 by 449.
    let codes: Vec<_> = dg2.remarks.iter().map(|remark| remark.code).collect();
    assert_eq!(codes, ["picture_size_differs"]);
    every_truncation(&file, |part| {
        let salvaged = Dg2::parse(part).is_ok_and(|dg2| dg2.faces.len() == 1);
        assert!(salvaged || part.len() < 100);
    });
}

#[test]
fn dg3_and_dg4_of_the_specimen_are_read_up_to_the_templates() {
    for (name, group, biometric_type, format_type) in
        [("Datagroup3.bin", DataGroup::DG3, 8, 7), ("Datagroup4.bin", DataGroup::DG4, 16, 9)]
    {
        let Some(file) = specimen(name) else { return };
        let found = BiometricTemplates::parse(&file, group).unwrap();
        assert_eq!((found.stated, found.templates.len(), &found.remarks[..]), (Some(2), 2, &[][..]));
        for template in &found.templates {
            assert_eq!(template.header.biometric_type, Some(biometric_type));
            assert_eq!((template.header.format_owner, template.header.format_type), (Some(0x0101), Some(format_type)));
        }
        every_truncation(&file, |part| assert!(BiometricTemplates::parse(part, group).is_err()));
    }
}

#[test]
fn dg15_of_the_specimen_holds_the_key_given_beside_it() {
    let (Some(dg15), Some(key)) = (specimen("Datagroup15.bin"), specimen("DG15_pk.bin")) else { return };
    assert_eq!(public_key_of_dg15(&dg15).unwrap(), key);
    every_truncation(&dg15, |part| assert!(public_key_of_dg15(part).is_err()));
}

#[test]
fn dg14_of_the_specimen_is_one_data_object() {
    let Some(dg14) = specimen("Datagroup14.bin") else { return };
    let file = ElementaryFile::from_outer_tag(0x6E).unwrap();
    let Ok(Content::Raw { object, remarks }) = Content::parse(file, &dg14) else { panic!("raw") };
    assert_eq!((object.raw, remarks.len()), (&dg14[..], 0));
    every_truncation(&dg14, |part| assert!(Content::parse(file, part).is_err()));
}

/// Their lengths from 7F60 inwards, or from 7F61, go past the end of the file.
#[test]
fn the_literal_dg2_files_give_their_pictures_in_spite_of_wrong_lengths() {
    for (test, format) in
        [("testDatagroup2ParsingJPEG", PictureFormat::Jpeg), ("testDatagroup2ParsingJPEG2000", PictureFormat::Jp2)]
    {
        let Some(file) = literal(test) else { return };
        let dg2 = Dg2::parse(&file).unwrap();
        assert_eq!((dg2.faces[0].encoding, dg2.faces[0].picture.format), (FaceEncoding::Salvaged, format));
        assert_eq!(dg2.faces[0].picture.bytes.len(), 10);
    }
}

#[test]
fn the_other_literal_files_are_read() {
    let Some(com) = literal("testCOMDatagroupParsing") else { return };
    let groups = Com::parse(&com).unwrap().data_groups;
    assert_eq!(groups.iter().map(|group| group.number()).collect::<Vec<_>>(), [1, 2, 3, 7, 11, 12, 14, 15]);

    let dg11 = literal("testDatagroup11Parsing").unwrap();
    let dg11 = Dg11::parse(&dg11).unwrap();
    assert_eq!((dg11.full_name.unwrap().as_str(), dg11.remarks.len()), (Some("Test<<Tester"), 0));
    assert_eq!(dg11.date_of_birth.unwrap().to_string(), "1970-12-01");
    assert_eq!(dg11.place_of_birth.unwrap().as_str(), Some("Northampton"));

    let dg12 = literal("testDatagroup12Parsing").unwrap();
    let dg12 = Dg12::parse(&dg12).unwrap();
    assert_eq!(dg12.date_of_issue.unwrap().to_string(), "2018-03-26");
    assert_eq!((dg12.issuing_authority.unwrap().as_str(), dg12.remarks.len()), (Some("TESTER"), 0));

    // Its outer length is 22 bytes too long, and its picture empty.
    let dg7 = literal("testDatagroup7ParsingJPEG").unwrap();
    assert!(DisplayedPictures::parse(&dg7, DataGroup::DG7).is_err());

    let dg15 = literal("testDatagroup15Parsing").unwrap();
    assert_eq!(public_key_of_dg15(&dg15).unwrap(), &dg15[4..]);
}
