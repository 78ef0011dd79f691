//! Habits of chips in the wild, each a switch.

use super::super::{
    pace::PasswordKind,
    terminal::{DEFAULT_OFFER, Terminal, image},
    tlv::data_object,
};
use crate::{
    faults::{Faults, FileName, HiddenFile, StatusWord, UnprotectedErrors},
    image::{ActiveAuthenticationKey, Cipher, ExtendedLength, Hash, PaceOffer},
};
use icao9303::crypto::curve::Curve;

fn inside(faults: Faults) -> Terminal {
    let mut terminal = Terminal::new(faults);
    terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456").expect("PACE");
    terminal.select_application();
    terminal
}

#[test]
fn pace_may_need_the_application() {
    let mut terminal = Terminal::new(Faults { pace_in_application_only: true, ..Faults::default() });
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456"), Err(0x6985));
    terminal.select_application();
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456"), Ok(()));
}

#[test]
fn the_first_of_several_offers_may_be_the_only_one_that_works() {
    let second = PaceOffer::on_curve(Cipher::Aes256, Curve::Secp384r1);
    let faults = Faults { pace_first_offer_only: true, ..Faults::default() };
    let mut terminal = Terminal::facing(image(vec![DEFAULT_OFFER, second]), faults);
    assert_eq!(terminal.pace(second, PasswordKind::Can, b"123456"), Err(0x6A88));
    assert_eq!(terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456"), Ok(()));
}

#[test]
fn a_template_with_le_may_be_refused() {
    let mut terminal = Terminal::new(Faults { select_with_le_refused: true, ..Faults::default() });
    assert_eq!(terminal.plain("0022C1A412800A04007F0007020204020283010284010D00").1, 0x6700);
    assert_eq!(terminal.plain("0022C1A412800A04007F0007020204020283010284010D").1, 0x9000);
}

#[test]
fn le_may_be_ignored() {
    let mut terminal = inside(Faults { ignores_le: true, ..Faults::default() });
    assert_eq!(terminal.send([0, 0xB0, 0x82, 0], &[], Some(4)).0.len(), 223);
}

#[test]
fn neither_command_nor_answer_may_count_where_an_error_comes_bare() {
    let hidden = vec![HiddenFile { file: FileName::data_group(13), status: StatusWord(0x6A82) }];
    let unprotected_errors = Some(UnprotectedErrors::NothingCounted);
    let mut terminal = inside(Faults { hidden, unprotected_errors, ..Faults::default() });
    let before = terminal.session.as_ref().expect("secured").counter();
    let refused = terminal.session.as_mut().expect("secured").protect([0, 0xB0, 0x8D, 0], &[], Some(0));
    assert_eq!(terminal.chip.answer(&refused, None), [0x6A, 0x82]);
    terminal.session.as_mut().expect("secured").set_counter(&before);
    assert_eq!(terminal.send([0, 0xB0, 0x81, 0], &[], Some(0)).1, 0x9000);
}

#[test]
fn a_long_proof_comes_in_pieces_under_protection_or_of_the_protected_answer() {
    let mut random = <rand_chacha::ChaCha20Rng as rand_core::SeedableRng>::from_seed([3; 32]);
    let key = rsa::RsaPrivateKey::new::<rand_chacha::ChaCha20Rng>(&mut random, 2048).unwrap();
    for pieces_under_protection in [false, true] {
        let key = Box::new(key.clone());
        let active = ActiveAuthenticationKey::Rsa { key, hash: Hash::Sha1, one_byte_trailer: true };
        let mut image = image(vec![DEFAULT_OFFER]);
        image.active_authentication = Some(active);
        let mut terminal = Terminal::facing(image, Faults { pieces_under_protection, ..Faults::default() });
        terminal.pace(DEFAULT_OFFER, PasswordKind::Can, b"123456").unwrap();
        terminal.select_application();
        let (mut signature, mut status) = terminal.send([0, 0x88, 0, 0], &[1; 8], Some(0));
        assert_eq!(status, if pieces_under_protection { 0x6121 } else { 0x9000 });
        if pieces_under_protection {
            let (rest, last) = terminal.send([0, 0xC0, 0, 0], &[], Some(0x21));
            signature.extend(rest);
            status = last;
        }
        assert_eq!((signature.len(), status), (256, 0x9000));
    }
}

#[test]
fn a_2048_bit_group_opens_in_short_length_too() {
    use crate::{chip::modp::Group, image::Domain};
    let offer = PaceOffer { domain: Domain::Group(Group::Modp2048_256), ..DEFAULT_OFFER };
    let mut image = image(vec![offer]);
    image.extended_length = None::<ExtendedLength>;
    let mut terminal = Terminal::facing(image, Faults::default());
    let template = [data_object(0x80, &offer.oid()), data_object(0x83, &[2])].concat();
    assert_eq!(terminal.send([0, 0x22, 0xC1, 0xA4], &template, None).1, 0x9000);
    assert_eq!(terminal.plain("10860000027C0000").1, 0x9000);
    let key = data_object(0x7C, &data_object(0x81, &Group::Modp2048_256.g().to_bytes_be()));
    let (first, second) = key.split_at(255);
    assert_eq!(terminal.send([0x10, 0x86, 0, 0], first, None), (Vec::new(), 0x9000));
    let (start, status) = terminal.send([0x10, 0x86, 0, 0], second, Some(0));
    assert_eq!((start.len(), status >> 8), (256, 0x61));
    assert_eq!(terminal.plain("00C0000000").1, 0x9000);
}
