//! Parsers of what is not signed, or whose signature is somebody else's concern.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cccd::assessment::{Assessment, Evidence, Yardstick, assess};
use cccd::dg13::Dg13;
use cccd::holder::Given;
use cccd::mrz::DocumentMrz;
use cccd::terminal::style::Pictures;
use cccd::terminal::{Style, portrait};
use cccd::trace::Trace;
use cccd::{qr_text as card_qr, trace as traces};
use icao9303::apdu::{Command, Response};
use icao9303::crypto::cipher::Cipher;
use icao9303::lds::content::Content;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::mrz::Mrz;
use icao9303::secure_messaging::SecureMessaging;
use icao9303::tlv;
use jiff::civil::Date;
use virtual_card::personalise::personalise;
use virtual_card::profile::Profile;

use crate::genuine::GENUINE;

/// The day that two-digit years are read on.
const TODAY: Date = jiff::civil::date(2026, 1, 2);

/// As if EF.SOD listed them all.
static GROUPS: LazyLock<BTreeSet<DataGroup>> = LazyLock::new(|| DataGroup::all().collect());

/// A terminal that draws.
const STYLE: Style = Style { width: 80, colour: true, pictures: Pictures::Blocks };

/// The face, and the drawing of it.
pub fn dg2(input: &[u8]) {
    let file = ElementaryFile::Dg(DataGroup::DG2);
    if let Some(found) = alone(file, input).portrait {
        assert!(found.bytes.len() <= input.len(), "a portrait longer than its file");
        let _ = portrait::draw(&found.bytes, &STYLE);
    }
    let _ = Content::parse(file, input);
}

/// Genuine ones: a plain JPEG 2000, and a JPEG that can be drawn.
#[must_use]
pub fn dg2_seeds() -> Vec<Vec<u8>> {
    let profile = Profile::from_toml("seed = 1").expect("the usual card");
    let drawn = personalise(&profile).expect("a card can be made of it").image.application_files.remove(&0x0102);
    [Some(GENUINE.file(ElementaryFile::Dg(DataGroup::DG2))), drawn].into_iter().flatten().collect()
}

/// The card's own data group.
pub fn dg13(input: &[u8]) {
    if let Ok(group) = Dg13::parse(input) {
        assert!(group.items().len() <= input.len(), "more items than bytes");
        let _ = (group.father(), group.mother(), group.spouse(), group.remarks().len());
    }
    let _ = alone(ElementaryFile::Dg(DataGroup::DG13), input);
}

/// A genuine DG13.
#[must_use]
pub fn dg13_seeds() -> Vec<Vec<u8>> {
    vec![GENUINE.file(ElementaryFile::Dg(DataGroup::DG13))]
}

/// Every file of a chip: the first byte picks which.
pub fn chip_files(input: &[u8]) {
    let Some((&which, bytes)) = input.split_first() else { return };
    let mut files = ElementaryFile::all();
    let Some(file) = files.nth(usize::from(which) % ElementaryFile::all().count()) else { return };
    let _ = Content::parse(file, bytes).map(|content| content.remarks().len());
    let _ = alone(file, bytes);
    let _ = tlv::length_of_file(bytes);
    walk(bytes, 0);
}

/// What a card of this file alone is worth.
fn alone(file: ElementaryFile, bytes: &[u8]) -> Assessment {
    let files = BTreeMap::from([(file, bytes.to_vec())]);
    let evidence = Evidence { files: &files, listed: Some(&GROUPS), asked: None, session: None };
    assess(&evidence, &Yardstick { trusted: &GENUINE.trusted, at: GENUINE.at, given: Given::default() })
}

/// Every data object inside, to a depth that no file has.
fn walk(bytes: &[u8], depth: u32) {
    for object in tlv::Reader::new(bytes).map_while(Result::ok) {
        assert!(object.value.len() < bytes.len(), "a value as long as what it is in");
        if object.is_constructed() && depth < 16 {
            walk(object.value, depth + 1);
        }
    }
}

/// The genuine files.
#[must_use]
pub fn chip_file_seeds() -> Vec<Vec<u8>> {
    let seed = |(number, file): (usize, ElementaryFile)| {
        Some([&[u8::try_from(number).ok()?][..], GENUINE.files.get(&file)?].concat())
    };
    ElementaryFile::all().enumerate().filter_map(seed).collect()
}

/// EF.CardAccess and DG14.
pub fn security_infos(input: &[u8]) {
    for infos in [SecurityInfos::parse(input), SecurityInfos::parse_dg14(input)].into_iter().flatten() {
        let _ = (infos.pace().count(), infos.chip_authentication_keys().count(), infos.pace_offer().len());
    }
}

/// Genuine ones.
#[must_use]
pub fn security_infos_seeds() -> Vec<Vec<u8>> {
    let card_access = GENUINE.card.image.master_files.get(&0x011C).cloned().unwrap_or_default();
    vec![card_access, GENUINE.file(ElementaryFile::Dg(DataGroup::DG14))]
}

/// What a person types or a scanner sends.
pub fn machine_readable_zone(input: &[u8]) {
    if let Ok(mrz) = Mrz::parse(input) {
        assert!(mrz.suggestions().len() < 1000, "suggestions without end");
        let _ = (mrz.key(), mrz.names(), mrz.date_of_birth(), mrz.problems().len());
        let again: Vec<&str> = mrz.lines().collect();
        assert_eq!(Mrz::parse_lines(&again).as_ref().map(|mrz| mrz.lines().collect()), Ok(again.clone()));
    }
    if let Ok(text) = std::str::from_utf8(input) {
        if let Ok(mrz) = DocumentMrz::parse(text, TODAY) {
            let _ = (mrz.key(), mrz.full_name(), mrz.expiry(), mrz.remarks().len());
        }
    }
}

/// The card's zone.
#[must_use]
pub fn mrz_seeds() -> Vec<Vec<u8>> {
    let td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    vec![GENUINE.card.printed.mrz.join("\n").into_bytes(), td3.as_bytes().to_vec()]
}

/// The text of a QR code.
pub fn qr_text(input: &[u8]) {
    if let Ok(content) = card_qr::read(input) {
        let _ = format!("{content:?}");
    }
}

/// The card's text.
#[must_use]
pub fn qr_text_seeds() -> Vec<Vec<u8>> {
    vec![GENUINE.card.printed.qr_text.clone().into_bytes()]
}

/// Commands and responses.
pub fn apdus(input: &[u8]) {
    if let Ok(command) = Command::parse(input) {
        let encoded = command.encode(command.length_fields()).expect("what was parsed can be written");
        assert_eq!(Command::parse(&encoded).expect("what was written can be parsed").data(), command.data());
    }
    let _ = Response::parse(input);
}

/// A SELECT and a READ BINARY.
#[must_use]
pub fn apdu_seeds() -> Vec<Vec<u8>> {
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x07][..], &[0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01]].concat();
    vec![select, vec![0x00, 0xB0, 0x9C, 0x00, 0x00], vec![0x6A, 0x82]]
}

/// Protected answers. Nothing that was not made with the keys may open.
pub fn secure_messaging(input: &[u8]) {
    let Ok(response) = Response::parse(input) else { return };
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let mut channel = SecureMessaging::from_secret(cipher, b"a shared secret that nobody has", 0);
        let command = Command::new(0x00, 0xB0, 0x9C, 0x00).expecting(256);
        channel.protect(&command, command.length_fields()).expect("a plain command can be protected");
        let opened = channel.open(0xB0, &response);
        assert!(opened.is_err(), "an answer opened that was made without the keys");
    }
}

/// The shape of an answer.
#[must_use]
pub fn secure_messaging_seeds() -> Vec<Vec<u8>> {
    let objects = [&[0x87, 0x11, 0x01][..], &[0xAA; 16], &[0x99, 0x02, 0x90, 0x00, 0x8E, 0x08], &[0xBB; 8]].concat();
    vec![[&objects[..], &[0x90, 0x00]].concat(), vec![0x99, 0x02, 0x90, 0x00, 0x8E, 0x08, 1, 2, 3, 4, 5, 6, 7, 8]]
}

/// Files of any kind.
pub fn inspection(input: &[u8]) {
    if let Ok(found) = cccd::inspection::inspect(input, GENUINE.at.as_second()) {
        assert!(!found.value().is_empty());
    }
}

/// Every genuine file, and the master list.
#[must_use]
pub fn inspection_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = GENUINE.files.values().cloned().collect();
    seeds.extend(GENUINE.card.issuer.master_list.clone());
    seeds.extend(GENUINE.card.issuer.revocation_list.clone());
    seeds
}

/// Recorded sessions. What is read and written again reads the same, and a rerun of it ends.
pub fn trace(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(trace) = text.parse::<Trace>() else { return };
    let written = trace.to_string();
    let again = written.parse::<Trace>().expect("what was written can be read");
    assert_eq!(again.to_string(), written);
    if let Ok(rerun) = traces::rerun::rerun(&trace) {
        let _ = rerun.assessment();
    }
}

/// The beginning of one.
#[must_use]
pub fn trace_seeds() -> Vec<Vec<u8>> {
    vec![include_bytes!("../../traces/pace-can-short-length.trace").to_vec()]
}
