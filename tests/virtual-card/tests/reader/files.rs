//! Reading files, over links and from chips of all kinds.

use icao9303::{
    card::{CardError, FileError},
    lds::file::ElementaryFile,
    transport::LinkLimits,
};
use virtual_card::faults::{Addressing, Faults, FileName, HiddenFile, LengthLie, StatusWord, UnprotectedErrors};

use super::cards::*;

const LINKS: [LinkLimits; 3] =
    [LinkLimits::SHORT, LinkLimits::EXTENDED, LinkLimits { max_command: 1000, max_response: 1200 }];

/// Reads all files of a chip with these faults and says how many APDUs it took.
fn read_all(faults: Faults, limits: LinkLimits) -> usize {
    let what = format!("{faults:?} {limits:?}");
    let mut card = opened(image(), faults, limits);
    for (file, tag, length) in [
        (ElementaryFile::Sod, 0x77, 1900),
        (dg(1), 0x61, 95),
        (dg(13), 0x6D, 432),
        (dg(2), 0x75, 15_000),
        (dg(15), 0x6F, 100),
        (ElementaryFile::Com, 0x60, 24),
    ] {
        let read = card.read_file(file).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(read.is_complete(), "{what} {file}");
        assert_eq!(read.bytes, dummy(tag, length), "{what} {file}");
    }
    assert!(card.read_file(dg(11)).unwrap_err().is_not_found());
    card.transport().apdus
}

#[test]
fn all_files_are_read_with_few_commands() {
    // EF.CardAccess 1, PACE 5, SELECT 1; SOD 9, DG1 1, DG13 2, DG2 68, DG15 1, COM 1; DG11 by both ways 2.
    assert_eq!(read_all(Faults::default(), LINKS[0]), 7 + 9 + 1 + 2 + 68 + 1 + 1 + 2);
    assert_eq!(read_all(Faults::default(), LINKS[1]), 7 + 6 + 2);
    assert_eq!(read_all(Faults::default(), LINKS[2]), 7 + 2 + 1 + 1 + 13 + 1 + 1 + 2);
}

#[test]
fn chips_of_all_habits_are_read() {
    for limits in LINKS {
        for faults in [
            Faults { end_of_file: Some(StatusWord(0x6282)), ..Faults::default() },
            Faults { read_beyond_end: Some(StatusWord(0x6700)), ..Faults::default() },
            Faults { read_beyond_end: Some(StatusWord(0x6B00)), ..Faults::default() },
            Faults { read_at_most: Some(100), ..Faults::default() },
            Faults { max_le: Some(128), ..Faults::default() },
            Faults { max_le: Some(16), ..Faults::default() },
            Faults { wrong_le_hint: Some(64), ..Faults::default() },
            Faults {
                wrong_le_hint: Some(64),
                unprotected_errors: Some(UnprotectedErrors::Counted),
                ..Faults::default()
            },
            Faults { addressing: Addressing::Selection, ..Faults::default() },
            Faults { addressing: Addressing::ShortIdentifier, ..Faults::default() },
            Faults { extended_length_refused: true, ..Faults::default() },
            Faults {
                extended_length_refused: true,
                unprotected_errors: Some(UnprotectedErrors::Counted),
                ..Faults::default()
            },
            Faults { unprotected_errors: Some(UnprotectedErrors::Counted), ..Faults::default() },
            Faults {
                unprotected_errors: Some(UnprotectedErrors::Counted),
                addressing: Addressing::Selection,
                ..Faults::default()
            },
            Faults {
                unprotected_errors: Some(UnprotectedErrors::Counted),
                read_beyond_end: Some(StatusWord(0x6700)),
                ..Faults::default()
            },
        ] {
            read_all(faults, limits);
        }
    }
}

#[test]
fn hidden_files_are_refused_one_by_one_and_the_others_read() {
    for status in [0x6A82, 0x6982, 0x6985, 0x6A86, 0x6D00, 0x6F00, 0x6300] {
        for unprotected_errors in [None, Some(UnprotectedErrors::Counted)] {
            let hidden = vec![HiddenFile { file: FileName::data_group(2), status: StatusWord(status) }];
            let faults = Faults { hidden, unprotected_errors, ..Faults::default() };
            let mut card = opened(image(), faults, LinkLimits::SHORT);
            assert!(card.read_file(dg(1)).is_ok());
            let error = card.read_file(dg(2)).unwrap_err();
            assert!(error.session_goes_on(), "{error}");
            assert!(card.read_file(dg(13)).is_ok(), "{status:04X} {unprotected_errors:?}");
        }
    }
}

#[test]
fn a_file_beyond_32_kilobytes_is_read_whole() {
    for limits in LINKS {
        let mut image = image();
        image.application_files.insert(0x0102, dummy(0x75, 60_000));
        let mut card = opened(image, Faults::default(), limits);
        assert_eq!(card.read_file(dg(2)).unwrap().bytes, dummy(0x75, 60_000), "{limits:?}");
    }
}

#[test]
fn a_file_that_lies_about_its_length_ends() {
    let lying = |length, endless| Faults {
        lengths: vec![LengthLie { file: FileName::data_group(2), length, endless }],
        ..Faults::default()
    };
    let mut card = opened(image(), lying(0x7FFF_FFFF, true), LinkLimits::SHORT);
    let error = card.read_file(dg(2)).unwrap_err();
    assert!(matches!(error, CardError::File { source: FileError::TooLong { .. }, .. }), "{error}");
    assert!(card.read_file(dg(13)).is_ok());
    assert!(card.transport().apdus < 20);

    let mut card = opened(image(), lying(20_000, false), LinkLimits::SHORT);
    let read = card.read_file(dg(2)).unwrap();
    assert!(!read.is_complete() && read.bytes.len() >= 15_000 && read.bytes.len() < 20_000);
    assert!(card.read_file(dg(13)).is_ok());

    card.set_file_limit(400);
    assert!(matches!(
        card.read_file(dg(13)),
        Err(CardError::File { source: FileError::TooLong { length: 432, limit: 400 }, .. })
    ));
}

#[test]
fn extended_length_that_is_refused_is_given_up_for_good() {
    let faults = Faults { extended_length_refused: true, ..Faults::default() };
    let mut card = opened(image(), faults, LinkLimits::EXTENDED);
    assert!(!card.limits().extended_length());
    assert!(card.read_file(dg(2)).unwrap().is_complete());
}
