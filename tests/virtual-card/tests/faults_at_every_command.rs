//! Every fault of an answer, and a removal, at every single command of a read: the reader tells of it or is not harmed by
//! it, and what it gives is always exactly what the chip holds.

use std::{collections::BTreeMap, time::Duration};

use icao9303::{
    card::{Card as Session, CardError, Connected, Secured},
    crypto::curve::Curve,
    lds::{
        file::{DataGroup, ElementaryFile},
        security_infos::SecurityInfos,
    },
    pace::Password,
    transport::{Transport, TransportError},
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use virtual_card::{
    card::Card,
    chip::tlv::data_object,
    faults::{AnswerFault, Effect, Faults, Removal, StatusWord},
    image::{ChipImage, Cipher, PaceOffer, Passwords},
    in_process::Slot,
    link::LinkModel,
};

const OFFER: PaceOffer = PaceOffer::on_curve(Cipher::Aes128, Curve::BrainpoolP256r1);
/// The files that a session reads, with their identifiers and tags.
const FILES: [(ElementaryFile, u16, u8); 3] = [
    (ElementaryFile::Sod, 0x011D, 0x77),
    (ElementaryFile::Dg(DataGroup::DG1), 0x0101, 0x61),
    (ElementaryFile::Dg(DataGroup::DG13), 0x010D, 0x6D),
];

fn image() -> ChipImage {
    let files = FILES.iter().map(|(_, identifier, tag)| (*identifier, content(*tag)));
    ChipImage {
        atr: vec![0x3B, 0x80, 0x80, 0x01, 0x01],
        master_files: BTreeMap::from([(0x011C, data_object(0x31, &pace_info(&OFFER)))]),
        application_files: files.collect(),
        passwords: Passwords {
            mrz_information: "190123456990031523003150".into(),
            can: Some("123456".into()),
            pin: None,
            puk: None,
        },
        pace: vec![OFFER],
        ..ChipImage::default()
    }
}

/// PACEInfo: mechanism, version 2, parameter identifier.
fn pace_info(offer: &PaceOffer) -> Vec<u8> {
    let id = [offer.domain.parameter_id()];
    let info = [data_object(0x06, &offer.oid()), data_object(0x02, &[2]), data_object(0x02, &id)];
    data_object(0x30, &info.concat())
}

/// A file whose bytes tell their place, longer than one answer where it is EF.SOD.
fn content(tag: u8) -> Vec<u8> {
    let length = if tag == 0x77 { 700 } else { 93 };
    data_object(u16::from(tag), &(0..length).map(|place| (place * 7 % 251) as u8).collect::<Vec<u8>>())
}

fn slot(faults: Faults) -> Slot {
    Slot::new(Card::new(image(), faults, LinkModel::default(), [1; 32]))
}

fn random() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([2; 32])
}

/// Why a read came to nothing.
#[derive(Debug)]
#[allow(dead_code, reason = "shown when a test fails")]
enum Failure {
    Card(CardError),
    /// EF.CardAccess was not given, or is damaged; nothing protects it.
    NoOffer,
}

impl From<CardError> for Failure {
    fn from(error: CardError) -> Self {
        Self::Card(error)
    }
}

fn open<T: Transport>(transport: T) -> Result<Session<T, Secured>, Failure> {
    let mut session = Session::<_, Connected>::new(transport);
    let access = session.card_access()?.ok_or(Failure::NoOffer)?;
    let offer = SecurityInfos::parse(&access.bytes).map_err(|_| Failure::NoOffer)?;
    Ok(session.pace(&offer, &Password::can("123456"), &mut random()).map_err(CardError::from)?)
}

/// Reads every file; whatever it gives is exactly what the chip holds.
fn read_all<T: Transport>(session: &mut Session<T, Secured>) -> Result<(), Failure> {
    for (file, _, tag) in FILES {
        let read = session.read_file(file)?;
        let expected = content(tag);
        // A chip may say itself that a file ends early; the reader then says so too.
        let expected = if read.is_complete() { &expected[..] } else { &expected[..read.bytes.len()] };
        assert_eq!(read.bytes, expected, "{file}");
    }
    Ok(())
}

fn read_with(faults: Faults) -> Result<(), Failure> {
    read_all(&mut open(slot(faults))?)
}

/// How many commands a read of all files takes.
fn commands_of_a_read() -> u64 {
    let mut session = open(slot(Faults::default())).expect("PACE");
    read_all(&mut session).expect("all files");
    session.transport().card().commands()
}

#[test]
fn every_fault_at_every_command_is_an_error_or_does_no_harm() {
    let status = StatusWord(0x6F00);
    let effects = [
        Effect::Silent,
        Effect::Nothing,
        Effect::Truncate { bytes: 1 },
        Effect::Truncate { bytes: 2 },
        Effect::Truncate { bytes: 12 },
        Effect::Append { bytes: 1 },
        Effect::Append { bytes: 300 },
        Effect::FlipBit { bit: 0 },
        Effect::FlipBit { bit: 21 },
        Effect::FlipBit { bit: 77 },
        Effect::FlipBit { bit: usize::MAX },
        Effect::Replay,
        Effect::Status { status },
        Effect::Refuse { status },
        Effect::Refuse { status: StatusWord(0x9000) },
        Effect::Fail { status },
        Effect::Fail { status: StatusWord(0x6282) },
        Effect::Unprotected,
        Effect::WithoutMac,
        Effect::WithoutStatus,
        Effect::OuterStatus { status },
        Effect::CounterStandsStill,
        Effect::BadPadding,
        Effect::DropSession,
    ];
    for at in 1..=commands_of_a_read() {
        for what in &effects {
            let answers = vec![AnswerFault { at: Some(at), ..AnswerFault::every(what.clone()) }];
            // `read_all` itself asserts that what was read is right; here it matters that nothing panics.
            let _ = read_with(Faults { answers, ..Faults::default() });
        }
    }
}

#[test]
fn spoiled_protection_is_never_taken_for_data() {
    let effects = [
        Effect::WithoutMac,
        Effect::WithoutStatus,
        Effect::CounterStandsStill,
        Effect::BadPadding,
        Effect::Unprotected,
    ];
    for what in effects {
        let answers =
            vec![AnswerFault { protected: Some(true), skip: 1, times: Some(1), ..AnswerFault::every(what.clone()) }];
        let read = read_with(Faults { answers, ..Faults::default() });
        assert!(matches!(read, Err(Failure::Card(CardError::SecureMessaging { .. }))), "{what:?}: {read:?}");
    }
}

#[test]
fn a_card_pulled_at_any_command_is_told_and_reads_when_put_back() {
    for after in 0..commands_of_a_read() {
        for during_next in [false, true] {
            let removals = vec![Removal { after, during_next, back_after_ms: Some(0) }];
            let mut slot = slot(Faults { removals, ..Faults::default() });
            let read = open(&mut slot).and_then(|mut session| read_all(&mut session));
            assert!(read.is_err() || (after == 0 && !during_next), "after {after}");
            assert_eq!(slot.reconnect(Duration::from_millis(50)), Ok(()));
            let mut session = open(slot).expect("PACE after the card is back");
            read_all(&mut session).expect("all files");
        }
    }
}

#[test]
fn a_card_that_stays_away_is_not_reconnected() {
    let removals = vec![Removal { after: 1, during_next: false, back_after_ms: None }];
    let mut slot = slot(Faults { removals, ..Faults::default() });
    let _ = Session::<_, Connected>::new(&mut slot).card_access();
    assert!(!slot.is_present());
    assert_eq!(slot.reconnect(Duration::from_millis(1)), Err(TransportError::CardRemoved));
}
