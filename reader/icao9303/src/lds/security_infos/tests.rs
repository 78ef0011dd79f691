//! EF.CardAccess and DG14 as they are, and as they should not be.

use alloc::format;

use proptest::prelude::*;

use super::*;
use crate::crypto::cipher::Cipher;

fn hex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).unwrap()
}

/// SecurityInfos of these SEQUENCEs.
fn set_of(entries: &[&str]) -> SecurityInfos {
    SecurityInfos::parse(&tlv::encode(SET, &hex(&entries.concat()))).unwrap()
}

/// The EF.CardAccess of the Vietnamese ID card.
const CARD_ACCESS: &str =
    "3134300d060804007f0007020202020101300f060a04007f000702020302020201013012060a04007f0007020204020202010202010d";

#[test]
fn the_offer_of_the_vietnamese_card_is_read() {
    let infos = SecurityInfos::parse(&hex(CARD_ACCESS)).unwrap();
    assert_eq!(infos.iter().count(), 3);
    let pace: Vec<_> = infos.pace().collect();
    assert_eq!(pace.len(), 1);
    assert_eq!((pace[0].version, pace[0].parameter_id), (2, Some(13)));
    assert_eq!(pace[0].protocol.mechanism(), "ECDH-GM");
    assert_eq!(pace[0].protocol.cipher, Cipher::Aes128);
    let chip = infos.chip_authentication().next().unwrap();
    assert_eq!((chip.protocol.cipher, chip.version, chip.key_id), (Cipher::Aes128, 1, None));
    assert_eq!(infos.pace_offer(), [&hex("3012060a04007f0007020204020202010202010d")[..]]);
}

#[test]
fn an_unknown_or_malformed_entry_leaves_the_others() {
    let infos = set_of(&[
        "300806032a0304020101",               // an unknown protocol
        "300f060a04007f000702020402020c0132", // PACEInfo whose version is a string
        "300c060a04007f00070202040202",       // PACEInfo without version
        "300f060a04007f00070202040202020102", // PACEInfo
    ]);
    let contents: Vec<_> = infos.iter().map(|info| &info.content).collect();
    assert_eq!(
        contents[..3],
        [&SecurityInfoContent::Other, &SecurityInfoContent::Malformed, &SecurityInfoContent::Malformed]
    );
    assert_eq!(infos.pace().count(), 1);
    assert_eq!(infos.pace_offer().len(), 3);
}

#[test]
fn the_offer_is_compared_as_a_set() {
    let (pace, other) = ("3012060a04007f0007020204020202010202010d", "3012060a04007f0007020204020402010202010d");
    let chip = "300f060a04007f00070202030202020101";
    assert_eq!(set_of(&[pace, other]).pace_offer(), set_of(&[other, chip, pace, other]).pace_offer());
    assert_ne!(set_of(&[pace, other]).pace_offer(), set_of(&[pace]).pace_offer());
}

#[test]
fn what_is_no_set_of_sequences_is_refused() {
    for text in ["", "30020500", "310305", "31020500", "31023000", "310430020500", "6e023100"] {
        assert!(SecurityInfos::parse(&hex(text)).is_err(), "{text}");
    }
    assert!(SecurityInfos::parse(&hex("3100")).unwrap().pace().next().is_none());
    assert!(SecurityInfos::parse_dg14(&hex("6e023100")).is_ok());
}

#[test]
fn more_entries_than_any_chip_has_are_refused() {
    let mut set = Vec::new();
    (0..=MAX_INFOS).for_each(|_| set.extend_from_slice(&hex("300806032a0304020101")));
    assert_eq!(SecurityInfos::parse(&tlv::encode(SET, &set)), Err(SecurityInfosError::TooMany));
}

#[test]
fn integers_are_not_negative_and_not_endless() {
    let parse = |text: &str| integer(&tlv::parse_one(&hex(text)).unwrap().0);
    assert_eq!(parse("020200ff"), Some(255));
    assert_eq!(parse("0201ff"), None);
    assert_eq!(parse("0200"), None);
    assert_eq!(parse("0209010000000000000000"), None);
    assert_eq!(parse("020900ffffffffffffffff"), Some(u64::MAX));
}

#[test]
fn the_specimen_offers_chip_authentication() {
    let path =
        std::env::var("CCCD_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let Ok(bytes) = std::fs::read(format!("{path}/vectors/bsi-tr03105-5-specimen/Datagroup14.bin")) else {
        std::println!("skipped: shared vectors absent");
        return;
    };
    let infos = SecurityInfos::parse_dg14(&bytes).unwrap();
    assert!(infos.offers_chip_authentication());
    assert!(infos.chip_authentication_keys().count() > 0);
}

proptest! {
    #[test]
    fn any_bytes_are_security_infos_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = SecurityInfos::parse(&bytes);
        let _ = SecurityInfos::parse(&tlv::encode(SET, &tlv::encode(SEQUENCE, &bytes)));
    }
}
