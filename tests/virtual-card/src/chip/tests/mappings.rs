//! PACE with every mapping, and what it refuses.

use icao9303::crypto::curve::Curve;

use super::super::{
    modp::Group,
    pace::PasswordKind,
    terminal::{DEFAULT_OFFER, Terminal, image},
    tlv::{data_object, single},
};
use crate::{
    faults::{CloneOf, Faults},
    image::{Cipher, Domain, ExtendedLength, Mapping, PaceOffer},
};

const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];

/// PACE with the CAN over that offer, on a chip that takes long commands.
fn opens(offer: PaceOffer, faults: Faults) -> Result<Terminal, u16> {
    let mut image = image(vec![DEFAULT_OFFER, offer]);
    image.extended_length = Some(ExtendedLength { max_command: 1000, max_response: 1000 });
    let mut terminal = Terminal::facing(image, faults);
    terminal.pace(offer, PasswordKind::Can, b"123456")?;
    terminal.select_application();
    assert_eq!(terminal.send([0, 0xB0, 0x9E, 0], &[], Some(0)).0.len(), 22, "{offer:?}");
    Ok(terminal)
}

#[test]
fn pace_works_with_every_mapping_in_every_kind_of_domain() {
    for cipher in CIPHERS {
        let curve = [Curve::BrainpoolP256r1, Curve::Secp521r1].map(Domain::Curve);
        let group = Group::ALL.map(Domain::Group);
        for (mapping, domains) in [
            (Mapping::Generic, &group[..]),
            (Mapping::Integrated, &group[..]),
            (Mapping::Integrated, &curve[..]),
            (Mapping::ChipAuthentication, &curve[..]),
        ] {
            if (mapping, cipher) == (Mapping::ChipAuthentication, Cipher::TripleDes) {
                continue;
            }
            for &domain in domains {
                let offer = PaceOffer { cipher, mapping, domain };
                assert!(opens(offer, Faults::default()).is_ok(), "{offer:?}");
            }
        }
    }
}

#[test]
fn a_copied_chip_cannot_make_the_proof_of_chip_authentication_mapping() {
    let offer = PaceOffer { mapping: Mapping::ChipAuthentication, ..DEFAULT_OFFER };
    let clone = CloneOf { chip_authentication_mapping: true, ..CloneOf::default() };
    assert!(opens(offer, Faults { clone, ..Faults::default() }).is_err());
    // And a chip that has no such key on that curve says so at once.
    let elsewhere = PaceOffer { domain: Domain::Curve(Curve::Secp384r1), ..offer };
    assert_eq!(opens(elsewhere, Faults::default()).err(), Some(0x6A88));
}

#[test]
fn integrated_mapping_takes_a_nonce_of_the_length_of_the_key_only() {
    for (cipher, length) in [(Cipher::Aes128, 17), (Cipher::Aes192, 16), (Cipher::Aes256, 0)] {
        let offer = PaceOffer { cipher, mapping: Mapping::Integrated, ..DEFAULT_OFFER };
        let mut terminal = Terminal::facing(image(vec![offer]), Faults::default());
        let template = [data_object(0x80, &offer.oid()), data_object(0x83, &[2])].concat();
        assert_eq!(terminal.send([0, 0x22, 0xC1, 0xA4], &template, None).1, 0x9000);
        let (answer, _) = terminal.plain("10860000027C0000");
        let nonce_len = if cipher == Cipher::Aes128 { 16 } else { 32 };
        assert_eq!(single(single(&answer, 0x7C).unwrap(), 0x80).unwrap().len(), nonce_len);
        let own = data_object(0x7C, &data_object(0x81, &vec![1; length]));
        assert_eq!(terminal.send([0x10, 0x86, 0, 0], &own, Some(0)).1, 0x6A80);
    }
}

#[test]
fn public_keys_outside_the_group_are_refused() {
    let offer = PaceOffer { domain: Domain::Group(Group::Modp1024_160), ..DEFAULT_OFFER };
    for outside in [vec![0], vec![1], vec![2], Group::Modp1024_160.p().to_bytes_be()] {
        let mut terminal = Terminal::facing(image(vec![offer]), Faults::default());
        let template = [data_object(0x80, &offer.oid()), data_object(0x83, &[2]), data_object(0x84, &[0])].concat();
        assert_eq!(terminal.send([0, 0x22, 0xC1, 0xA4], &template, None).1, 0x9000);
        assert_eq!(terminal.plain("10860000027C0000").1, 0x9000);
        let key = data_object(0x7C, &data_object(0x81, &outside));
        assert_eq!(terminal.send([0x10, 0x86, 0, 0], &key, Some(0)).1, 0x6A80, "{outside:?}");
    }
}
