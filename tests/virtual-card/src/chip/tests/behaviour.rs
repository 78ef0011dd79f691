//! What the chip answers, case by case.

use icao9303::crypto::curve::{Curve, Point, PrivateKey};

use super::super::{
    pace::PasswordKind,
    terminal::{DEFAULT_OFFER, MRZ, Terminal, image},
    tlv::{data_object, single},
};
use crate::{
    faults::{
        ActiveAuthenticationFault, Addressing, ChipAuthenticationFault, CloneOf, Faults, FileName, HiddenFile,
        LengthLie, PaceFault, StatusWord, UnprotectedErrors,
    },
    image::{ActiveAuthenticationKey, Cipher, Domain, ExtendedLength, Hash, PaceOffer},
};

/// A terminal that has passed PACE with the CAN and selected the application.
fn inside(faults: Faults) -> Terminal {
    let mut terminal = Terminal::new(faults);
    terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456").expect("PACE");
    terminal.select_application();
    terminal
}

fn read(terminal: &mut Terminal, p1: u8, p2: u8, le: u8) -> (Vec<u8>, u16) {
    terminal.send([0, 0xB0, p1, p2], &[], Some(le))
}

#[test]
fn card_access_is_read_before_the_application_is_selected_both_ways() {
    let mut terminal = Terminal::new(Faults::default());
    assert_eq!(terminal.plain("00B09C0000"), (data_object(0x31, &[0x31; 52]), 0x9000));
    assert_eq!(terminal.plain("00A4020C02011C").1, 0x9000);
    assert_eq!(terminal.plain("00B0000000").0.len(), 54);
    assert_eq!(terminal.plain("00A4000C023F00").1, 0x9000);
}

#[test]
fn inside_the_application_card_access_is_another_file_and_the_master_file_is_out_of_reach() {
    let mut terminal = Terminal::new(Faults::default());
    terminal.select_application();
    assert_eq!(terminal.plain("00A4020C02011C").1, 0x6A82);
    assert_eq!(terminal.plain("00B09C0000").1, 0x6A82);
    assert_eq!(terminal.plain("00A4000C023F00").1, 0x6D00);
    assert_eq!(terminal.plain("00A4040C06A00000024710").1, 0x6A82);
}

#[test]
fn data_groups_need_access_control_and_fingerprints_stay_closed_after_it() {
    let mut terminal = Terminal::new(Faults::default());
    terminal.select_application();
    for command in ["00A4020C020101", "00B0810000", "00A4020C02011D", "00B0830000", "0088000008000000000000000000"] {
        assert_eq!(terminal.plain(command).1, 0x6982, "{command}");
    }
    assert_eq!(terminal.plain("00A4020C02010B").1, 0x6A82);
    terminal.bac(MRZ).expect("BAC");
    assert_eq!(read(&mut terminal, 0x81, 0, 0), (data_object(0x61, &[0x61; 93]), 0x9000));
    assert_eq!(read(&mut terminal, 0x83, 0, 0).1, 0x6982);
    assert_eq!(read(&mut terminal, 0x8B, 0, 0).1, 0x6A82);
    assert_eq!(terminal.send([0, 0xA4, 2, 0x0C], &[1, 0x0D], None).1, 0x9000);
    assert_eq!(read(&mut terminal, 0, 0, 4).0, [0x6D, 0x82, 0x01, 0x2C]);
}

#[test]
fn a_wrong_mrz_or_can_is_answered_6300_and_the_right_one_still_opens() {
    let mut terminal = Terminal::new(Faults::default());
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"654321"), Err(0x6300));
    terminal.select_application();
    assert_eq!(terminal.bac("190123456990031523003151"), Err(0x6300));
    assert_eq!(terminal.bac(MRZ), Ok(()));
}

#[test]
fn wrong_pins_are_counted_down_to_a_block_which_the_unblock_key_lifts() {
    let mut terminal = Terminal::new(Faults::default());
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Pin, b"000000"), Err(0x63C2));
    // From now on MSE:Set AT warns of it, which this terminal takes for a refusal.
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Pin, b"000000"), Err(0x63C2));
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Puk, b"3141592653"), Ok(()));
    let mut terminal = Terminal::new(Faults { pin_blocked: true, ..Faults::default() });
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Pin, b"271828"), Err(0x63C0));
    assert_eq!(terminal.plain("10860000027C0000").1, 0x6983);
}

#[test]
fn pace_works_with_every_curve_cipher_and_password() {
    for curve in Curve::ALL {
        for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256] {
            let offer = PaceOffer::on_curve(cipher, curve);
            let mut terminal = Terminal::facing(image(vec![DEFAULT_OFFER, offer]), Faults::default());
            let secret = super::super::key_derivation::mrz_secret(MRZ);
            terminal.pace(offer, PasswordKind::Mrz, &secret).unwrap_or_else(|status| panic!("{offer:?}: {status:04X}"));
            terminal.select_application();
            assert_eq!(read(&mut terminal, 0x9E, 0, 0).0.len(), 22, "{offer:?}");
        }
    }
}

#[test]
fn an_ambiguous_or_unknown_pace_choice_is_refused() {
    let other = PaceOffer::on_curve(Cipher::Aes128, Curve::Secp256r1);
    let mut terminal = Terminal::facing(image(vec![DEFAULT_OFFER, other]), Faults::default());
    // Two parameter sets and no data object 84; an unknown set; an unknown mechanism; an unknown password.
    assert_eq!(terminal.plain("0022C1A40F800A04007F00070202040202830102").1, 0x6A80);
    assert_eq!(terminal.plain("0022C1A412800A04007F00070202040202830102840112").1, 0x6A88);
    assert_eq!(terminal.plain("0022C1A412800A04007F0007020204040283010284010D").1, 0x6A80);
    assert_eq!(terminal.plain("0022C1A412800A04007F0007020204020283010584010D").1, 0x6A88);
    assert_eq!(terminal.plain("0022C1A412800A04007F0007020204020283010284010D").1, 0x9000);
    // Steps in order only, and chained.
    assert_eq!(terminal.plain("00860000027C0000").1, 0x6A80);
    assert_eq!(terminal.plain("10860000027C0000").1, 0x6985);
}

#[test]
fn a_wrong_mac_a_missing_object_and_a_plain_command_each_end_the_session() {
    for (command, refusal) in [
        ("0CB09E000D9701008E08000000000000000000", 0x6988),
        ("0CB09E000397010000", 0x6987),
        ("0CB09E000000", 0x6700),
        ("00B09E0000", 0x6982),
    ] {
        let mut terminal = inside(Faults::default());
        assert_eq!(terminal.plain(command).1, refusal, "{command}");
        let (_, status) = read(&mut terminal, 0x9E, 0, 0);
        assert_eq!(status, if refusal == 0x6700 { 0x9000 } else { 0x6988 }, "{command}");
    }
}

#[test]
fn a_reset_ends_the_session_and_deselects_the_application() {
    let mut terminal = inside(Faults::default());
    terminal.chip.reset();
    assert_eq!(read(&mut terminal, 0x9E, 0, 0).1, 0x6988);
    assert_eq!(terminal.plain("00B09C0000").1, 0x9000);
}

#[test]
fn a_protected_short_answer_holds_223_bytes_and_the_end_of_a_file_is_exact() {
    let mut terminal = inside(Faults::default());
    assert_eq!(read(&mut terminal, 0x82, 0, 0).0.len(), 223);
    assert_eq!(read(&mut terminal, 0x82, 0, 223).0.len(), 223);
    assert_eq!(read(&mut terminal, 0x9D, 0, 0).0.len(), 223);
    // EF.SOD has 904 bytes.
    assert_eq!(read(&mut terminal, 0x03, 0x80, 0), (vec![0x77; 8], 0x9000));
    assert_eq!(read(&mut terminal, 0x03, 0x88, 0).1, 0x6B00);
    assert_eq!(read(&mut terminal, 0x03, 0x89, 0).1, 0x6B00);
}

#[test]
fn the_odd_read_reaches_beyond_32_kilobytes() {
    let mut terminal = inside(Faults::default());
    let (answer, status) = terminal.send([0, 0xB1, 0, 2], &data_object(0x54, &[0x9C, 0x43]), Some(0));
    assert_eq!((single(&answer, 0x53).map(<[u8]>::len), status), (Some(1), 0x9000));
    let (answer, _) = terminal.send([0, 0xB1, 0, 0], &data_object(0x54, &[0]), Some(0));
    assert_eq!(answer.len(), 223);
    assert_eq!(terminal.send([0, 0xB1, 0, 0], &data_object(0x54, &[1, 0, 0]), Some(0)).1, 0x6B00);
}

#[test]
fn chip_authentication_moves_to_new_keys_in_both_variants() {
    let [brainpool, secp] = [Curve::BrainpoolP256r1, Curve::Secp256r1].map(Domain::Curve);
    let mut terminal = inside(Faults::default());
    terminal.chip_authentication(1, Cipher::Aes128, brainpool).expect("AES variant");
    assert_eq!(read(&mut terminal, 0x9E, 0, 0).0.len(), 22);
    terminal.chip_authentication(2, Cipher::TripleDes, secp).expect("triple DES variant");
    assert_eq!(read(&mut terminal, 0x9E, 0, 0).0.len(), 22);
    assert_eq!(terminal.chip_authentication(9, Cipher::TripleDes, secp), Err(0x6A88));
    assert_eq!(terminal.chip_authentication(1, Cipher::Aes256, brainpool), Err(0x6A80));
}

#[test]
fn a_clone_cannot_answer_under_the_new_keys_nor_sign_for_dg15() {
    let faults = Faults {
        clone: CloneOf { chip_authentication: true, active_authentication: true, ..CloneOf::default() },
        ..Faults::default()
    };
    let mut terminal = inside(faults);
    let signature = terminal.send([0, 0x88, 0, 0], &[5; 8], Some(0)).0;
    assert!(!verifies(&signature, &[5; 8]));
    let domain = Domain::Curve(Curve::BrainpoolP256r1);
    terminal.chip_authentication(1, Cipher::Aes128, domain).expect("the clone says 9000");
    assert_eq!(read(&mut terminal, 0x9E, 0, 0).1, 0x6988);
}

#[test]
fn active_authentication_signs_the_challenge_with_the_key_of_dg15() {
    let mut terminal = inside(Faults::default());
    let (signature, status) = terminal.send([0, 0x88, 0, 0], &[5; 8], Some(0));
    assert_eq!((signature.len(), status), (64, 0x9000));
    assert!(verifies(&signature, &[5; 8]));
    assert!(!verifies(&signature, &[6; 8]));
    assert_eq!(terminal.send([0, 0x88, 0, 0], &[5; 7], Some(0)).1, 0x6700);
}

fn verifies(signature: &[u8], challenge: &[u8]) -> bool {
    let public: Point = PrivateKey::from_bytes(Curve::Secp256r1, &[7; 32]).unwrap().public_key();
    let (r, s) = signature.split_at(32);
    icao9303::crypto::ecdsa::verify_prehash(&public, &Hash::Sha256.digest(challenge), r, s)
}

#[test]
fn a_256_byte_signature_comes_in_two_pieces_over_short_length() {
    use rsa::traits::PublicKeyParts as _;
    let mut random = rand_core::SeedableRng::from_seed([3; 32]);
    let key = rsa::RsaPrivateKey::new::<rand_chacha::ChaCha20Rng>(&mut random, 2048).unwrap();
    for (hash, one_byte_trailer) in [
        (Hash::Sha1, true),
        (Hash::Sha1, false),
        (Hash::Sha224, false),
        (Hash::Sha256, false),
        (Hash::Sha384, false),
        (Hash::Sha512, false),
    ] {
        let mut content = image(vec![DEFAULT_OFFER]);
        let chip_key = ActiveAuthenticationKey::Rsa { key: Box::new(key.clone()), hash, one_byte_trailer };
        content.active_authentication = Some(chip_key);
        let mut terminal = Terminal::facing(content, Faults::default());
        terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456").unwrap();
        terminal.select_application();
        let (signature, status) = terminal.send([0, 0x88, 0, 0], &[5; 8], Some(0));
        assert_eq!((signature.len(), status), (256, 0x9000));
        let number = rsa::BoxedUint::from_be_slice(&signature, key.n().bits_precision()).unwrap();
        let message = rsa::hazmat::rsa_encrypt(&key, &number).unwrap().to_be_bytes();
        let trailer: &[u8] = match (hash, one_byte_trailer) {
            (_, true) => &[0xBC],
            (Hash::Sha1, _) => &[0x33, 0xCC],
            (Hash::Sha224, _) => &[0x38, 0xCC],
            (Hash::Sha256, _) => &[0x34, 0xCC],
            (Hash::Sha384, _) => &[0x36, 0xCC],
            (Hash::Sha512, _) => &[0x35, 0xCC],
        };
        let body = message.strip_suffix(trailer).expect("the trailer").strip_prefix(&[0x6A]).expect("the header");
        let (recoverable, digest) = body.split_at(body.len() - hash.digest(&[]).len());
        assert_eq!(digest, hash.digest(&[recoverable, &[5; 8]].concat()));
    }
}

#[test]
fn extended_length_is_announced_kept_and_enforced() {
    let mut content = image(vec![DEFAULT_OFFER]);
    content.extended_length = Some(ExtendedLength { max_command: 1024, max_response: 2050 });
    let mut terminal = Terminal::facing(content, Faults::default());
    let announced = "470 39C01E0 7F6608 02020400 02020802".replace(' ', "");
    assert_eq!(terminal.plain("00B0810000"), (base16ct::mixed::decode_vec(announced).unwrap(), 0x9000));
    terminal.select_application();
    terminal.bac(MRZ).unwrap();
    let mut session = terminal.session.take().unwrap();
    let short = session.protect([0, 0xB0, 0x82, 0], &[], Some(0));
    let mut extended = short[..4].to_vec();
    extended.extend([0, 0, short[4]]);
    extended.extend_from_slice(&short[5..short.len() - 1]);
    let answer = terminal.chip.answer(&[&extended[..], &[0x08, 0x01]].concat(), None);
    assert_eq!(answer, [0x67, 0x00]);
    let answer = terminal.chip.answer(&[&extended[..], &[0, 0]].concat(), None);
    assert_eq!(answer.len(), 4 + 1 + 264 + 14 + 2);
}

#[test]
fn extended_length_is_refused_by_a_chip_that_does_not_know_it() {
    let mut terminal = Terminal::new(Faults::default());
    assert_eq!(terminal.plain("00B09C00000000").1, 0x6700);
    assert_eq!(terminal.plain("00B0810000").1, 0x6A82);
}

#[test]
fn a_chain_of_commands_is_one_command() {
    let mut terminal = Terminal::new(Faults::default());
    assert_eq!(terminal.plain("10A4040C03A00000").1, 0x9000);
    assert_eq!(terminal.plain("00A4040C0402471001").1, 0x9000);
    assert_eq!(terminal.plain("00B09C0000").1, 0x6A82);
}

#[test]
fn files_can_be_hidden_lie_about_their_length_and_never_end() {
    let faults = Faults {
        hidden: vec![HiddenFile { file: FileName::data_group(13), status: StatusWord(0x6982) }],
        lengths: vec![LengthLie { file: FileName::data_group(2), length: 0x7FFF_FFFF, endless: true }],
        ..Faults::default()
    };
    let mut terminal = inside(faults);
    assert_eq!(read(&mut terminal, 0x8D, 0, 0).1, 0x6982);
    assert_eq!(read(&mut terminal, 0x82, 0, 6).0, [0x75, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]);
    let beyond = terminal.send([0, 0xB1, 0, 2], &data_object(0x54, &[0x7F, 0, 0, 0]), Some(0));
    assert_eq!((beyond.0.len(), beyond.1), (223, 0x9000));
}

#[test]
fn reading_has_the_limits_and_habits_that_the_faults_say() {
    let with = |faults: Faults, p1, p2, le| {
        let (data, status) = read(&mut inside(faults), p1, p2, le);
        (data.len(), status)
    };
    let none = Faults::default;
    assert_eq!(with(Faults { end_of_file: Some(StatusWord(0x6282)), ..none() }, 0x9E, 10, 0), (12, 0x6282));
    assert_eq!(with(Faults { end_of_file: Some(StatusWord(0x6282)), ..none() }, 0x9E, 10, 12), (12, 0x9000));
    assert_eq!(with(Faults { read_beyond_end: Some(StatusWord(0x6700)), ..none() }, 0x9E, 10, 13), (0, 0x6700));
    assert_eq!(with(Faults { read_at_most: Some(5), ..none() }, 0x9E, 0, 0), (5, 0x9000));
    assert_eq!(with(Faults { max_le: Some(128), ..none() }, 0x9E, 0, 0), (0, 0x6700));
    assert_eq!(with(Faults { max_le: Some(128), ..none() }, 0x82, 0, 128), (128, 0x9000));
    assert_eq!(with(Faults { wrong_le_hint: Some(16), ..none() }, 0x9E, 0, 0), (0, 0x6C10));
    assert_eq!(with(Faults { addressing: Addressing::Selection, ..none() }, 0x9E, 0, 0), (0, 0x6A82));
    let mut terminal = inside(Faults { addressing: Addressing::ShortIdentifier, ..none() });
    assert_eq!(terminal.send([0, 0xA4, 2, 0x0C], &[1, 1], None).1, 0x6A82);
    assert_eq!(read(&mut terminal, 0x81, 0, 0).1, 0x9000);
}

#[test]
fn every_step_of_pace_can_fail_by_status_word_or_by_a_wrong_answer() {
    for step in 0..=4 {
        let refused = Faults { pace: Some(PaceFault { step, status: Some(StatusWord(0x6A80)) }), ..Faults::default() };
        assert_eq!(Terminal::new(refused).pace(DEFAULT_OFFER, PasswordKind::Can, b"123456"), Err(0x6A80), "{step}");
    }
    for step in 1..=3 {
        let wrong = Faults { pace: Some(PaceFault { step, status: None }), ..Faults::default() };
        assert_eq!(Terminal::new(wrong).pace(DEFAULT_OFFER, PasswordKind::Can, b"123456"), Err(0x6300), "{step}");
    }
}

#[test]
#[should_panic(expected = "the chip's token")]
fn a_wrong_token_of_the_chip_is_seen_by_the_terminal() {
    let wrong = Faults { pace: Some(PaceFault { step: 4, status: None }), ..Faults::default() };
    let _ = Terminal::new(wrong).pace(DEFAULT_OFFER, PasswordKind::Can, b"123456");
}

#[test]
fn chip_and_active_authentication_go_wrong_as_the_faults_say() {
    let domain = Domain::Curve(Curve::BrainpoolP256r1);
    for fault in [
        ChipAuthenticationFault::RefuseTemplate(StatusWord(0x6A80)),
        ChipAuthenticationFault::Refuse(StatusWord(0x6A80)),
    ] {
        let mut terminal = inside(Faults { chip_authentication: Some(fault), ..Faults::default() });
        assert_eq!(terminal.chip_authentication(1, Cipher::Aes128, domain), Err(0x6A80));
        assert_eq!(read(&mut terminal, 0x9E, 0, 0).1, 0x9000);
    }
    let mut terminal =
        inside(Faults { chip_authentication: Some(ChipAuthenticationFault::KeepOldKeys), ..Faults::default() });
    terminal.chip_authentication(1, Cipher::Aes128, domain).unwrap();
    assert_eq!(read(&mut terminal, 0x9E, 0, 0).1, 0x6988);
    let proof = |fault| {
        let mut terminal = inside(Faults { active_authentication: Some(fault), ..Faults::default() });
        let (signature, status) = terminal.send([0, 0x88, 0, 0], &[5; 8], Some(0));
        (signature.len(), status, signature.len() == 64 && verifies(&signature, &[5; 8]))
    };
    assert_eq!(proof(ActiveAuthenticationFault::Refuse(StatusWord(0x6982))), (0, 0x6982, false));
    assert_eq!(proof(ActiveAuthenticationFault::Empty), (0, 0x9000, false));
    assert_eq!(proof(ActiveAuthenticationFault::Truncate(20)), (20, 0x9000, false));
    assert_eq!(proof(ActiveAuthenticationFault::OtherChallenge), (64, 0x9000, false));
    assert_eq!(proof(ActiveAuthenticationFault::ExtendedLengthOnly(StatusWord(0x6700))), (0, 0x6700, false));
    assert_eq!(proof(ActiveAuthenticationFault::ShortLengthOnly), (64, 0x9000, true));
}

#[test]
fn errors_can_come_unprotected_and_the_session_goes_on() {
    let mut terminal = inside(Faults { unprotected_errors: Some(UnprotectedErrors::Counted), ..Faults::default() });
    assert_eq!(read(&mut terminal, 0x8B, 0, 0), (Vec::new(), 0x6A82));
    terminal.session.as_mut().unwrap().count();
    assert_eq!(read(&mut terminal, 0x9E, 0, 0).0.len(), 22);
}
