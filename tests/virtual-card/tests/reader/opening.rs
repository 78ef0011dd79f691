//! PACE and BAC.

use icao9303::{
    card::{Access, AccessError, Card, CardError, Connected},
    crypto::curve::Curve,
    lds::security_infos::SecurityInfos,
    mrz::MrzKey,
    pace::Password,
    transport::LinkLimits,
};
use virtual_card::{
    faults::{Faults, PaceFault, StatusWord},
    image::{ChipImage, Cipher, PaceOffer},
};

use super::cards::*;

fn offering(offers: Vec<PaceOffer>) -> ChipImage {
    let mut image = image();
    image.master_files.insert(0x011C, card_access(&offers));
    image.pace = offers;
    image
}

#[test]
fn the_strongest_of_several_offers_opens() {
    let weak = PaceOffer::on_curve(Cipher::TripleDes, Curve::Secp521r1);
    let strong = PaceOffer::on_curve(Cipher::Aes256, Curve::Secp384r1);
    let card = opened(offering(vec![weak, AES_128, strong]), Faults::default(), LinkLimits::SHORT);
    let Access::Pace { selection, .. } = card.access() else { panic!() };
    assert_eq!(selection.parameter_id, Some(strong.domain.parameter_id().into()));
}

#[test]
fn every_password_opens() {
    for password in
        [Password::Mrz(mrz_key()), Password::can("123456"), Password::pin("271828"), Password::puk("3141592653")]
    {
        let mut card = open(slot(image(), Faults::default(), LinkLimits::SHORT), &password).unwrap();
        assert_eq!(card.read_file(dg(1)).unwrap().bytes.len(), 95, "{password:?}");
    }
}

#[test]
fn a_wrong_password_is_told_and_another_can_be_tried() {
    let refused = open(slot(image(), Faults::default(), LinkLimits::SHORT), &Password::can("654321")).unwrap_err();
    assert!(refused.error.is_wrong_password() && refused.error.is_failed_access());
    assert_eq!((refused.error.tries_left(), refused.error.code()), (None, "wrong_password"));
    let offer = SecurityInfos::parse(&card_access(&[AES_128])).unwrap();
    assert!(refused.card.pace(&offer, &Password::can("123456"), &mut rng()).is_ok());

    let refused = open(slot(image(), Faults::default(), LinkLimits::SHORT), &Password::pin("000000")).unwrap_err();
    assert_eq!((refused.error.is_wrong_password(), refused.error.tries_left()), (true, Some(2)));
    // The warning of MSE:Set AT that a try was lost does not stop the next one.
    assert!(refused.card.pace(&offer, &Password::pin("271828"), &mut rng()).is_ok());
}

#[test]
fn a_blocked_password_is_told() {
    let faults = Faults { pin_blocked: true, ..Faults::default() };
    let refused = open(slot(image(), faults, LinkLimits::SHORT), &Password::pin("271828")).unwrap_err();
    assert!(refused.error.is_blocked() && !refused.error.is_wrong_password());
}

#[test]
fn every_step_of_pace_that_fails_is_told_apart_from_a_wrong_password() {
    for step in 0..=4 {
        for status in [Some(StatusWord(0x6A80)), Some(StatusWord(0x6985)), None] {
            let faults = Faults { pace: Some(PaceFault { step, status }), ..Faults::default() };
            let error = open(slot(image(), faults, LinkLimits::SHORT), &Password::can("123456")).unwrap_err().error;
            if matches!((step, status), (4, None)) {
                let expected = CardError::Access { protocol: "PACE", source: AccessError::NotAuthentic };
                assert_eq!(error, expected);
            }
            // Another nonce or point looks like a wrong password to the chip.
            assert_eq!(error.is_wrong_password(), status.is_none() && (1..4).contains(&step), "step {step}: {error}");
            assert!(error.is_failed_access());
        }
    }
}

#[test]
fn bac_opens_with_the_mrz() {
    let card = Card::<_, Connected>::new(slot(image(), Faults::default(), LinkLimits::SHORT));
    let mut card = card.bac(&mrz_key(), &mut rng()).unwrap();
    assert_eq!(card.access(), &Access::Bac);
    assert_eq!(card.read_file(dg(2)).unwrap().bytes, dummy(0x75, 15_000));
    assert!(card.read_file(dg(3)).unwrap_err().is_access_denied());
    assert!(card.read_file(dg(11)).unwrap_err().is_not_found());
    assert_eq!(card.read_file(dg(1)).unwrap().bytes.len(), 95);
}

#[test]
fn bac_with_another_mrz_is_a_wrong_password() {
    let card = Card::<_, Connected>::new(slot(image(), Faults::default(), LinkLimits::SHORT));
    let wrong = MrzKey::new("190123457", "900315", "300315").unwrap();
    let refused = card.bac(&wrong, &mut rng()).unwrap_err();
    assert!(refused.error.is_wrong_password());
    assert!(refused.card.bac(&mrz_key(), &mut rng()).is_ok());
    for (status, blocked) in [(0x6983, true), (0x63C0, true), (0x63C1, false), (0x6988, false)] {
        let faults = Faults { bac_status: Some(StatusWord(status)), ..Faults::default() };
        let card = Card::<_, Connected>::new(slot(image(), faults, LinkLimits::SHORT));
        let error = card.bac(&mrz_key(), &mut rng()).unwrap_err().error;
        assert_eq!((error.is_blocked(), error.is_blocked() || error.is_wrong_password()), (blocked, true), "{error}");
    }
}

#[test]
fn a_chip_without_pace_is_one_without_an_offer() {
    let mut plain = image();
    plain.master_files.clear();
    plain.pace.clear();
    let mut card = Card::<_, Connected>::new(slot(plain, Faults::default(), LinkLimits::SHORT));
    assert_eq!(card.card_access().unwrap(), None);
    let refused = card.pace(&SecurityInfos::default(), &Password::can("123456"), &mut rng()).unwrap_err();
    let expected = CardError::Access { protocol: "PACE", source: AccessError::NotOffered };
    assert_eq!(refused.error, expected);
    assert!(!refused.error.is_failed_access());
    assert!(refused.card.bac(&mrz_key(), &mut rng()).is_ok());
}

#[test]
fn card_access_is_found_by_selection_too_and_select_mf_is_no_precondition() {
    for faults in [
        Faults { card_access_by_selection_only: true, ..Faults::default() },
        Faults { select_master_file: Some(StatusWord(0x6D00)), ..Faults::default() },
        Faults {
            card_access_by_selection_only: true,
            select_master_file: Some(StatusWord(0x6A82)),
            ..Faults::default()
        },
        Faults { select_with_le_refused: true, ..Faults::default() },
        Faults { select_gives_fci: true, ..Faults::default() },
    ] {
        let mut card = opened(image(), faults.clone(), LinkLimits::SHORT);
        assert!(card.read_file(dg(1)).is_ok(), "{faults:?}");
    }
}
