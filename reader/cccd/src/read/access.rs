//! Opening the chip: PACE or BAC.

use icao9303::card::{AccessError, AccessStep, Card, CardError, Connected, Refused, Secured};
use icao9303::lds::atr_info::AtrInfo;
use icao9303::lds::file::ElementaryFile;
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::pace::{Password, select};
use icao9303::transport::{Learnt, LinkLimits, Transport};
use rand_core::CryptoRng;

use super::{AccessChoice, ReadError, Request};

/// How many offers are tried after one that the chip does not set up.
const MOST_OTHER_OFFERS: usize = 4;

/// An open chip.
pub(super) struct Opened<T> {
    pub card: Card<T, Secured>,
    pub pace_failed: Option<String>,
    pub card_access: Option<Vec<u8>>,
}

/// Reads EF.CardAccess and opens the chip as the request allows. What the link and such chips carry is asked only where no
/// earlier session has learnt it.
pub(super) fn open<T: Transport>(
    mut card: Card<T, Connected>,
    learnt: Option<Learnt>,
    request: &Request,
    rng: &mut dyn CryptoRng,
) -> Result<Opened<T>, ReadError> {
    if let Some(learnt) = learnt {
        card.recall(learnt);
    }
    let card_access = card.card_access()?.map(|content| content.bytes);
    if learnt.is_none() {
        learn_limits(&mut card)?;
    }
    let offer = match &card_access {
        None => None,
        Some(bytes) => match SecurityInfos::parse(bytes) {
            Ok(infos) => Some(infos).filter(|infos| !infos.pace_offer().is_empty()),
            // Nobody can say whether PACE is offered: BAC then only where it was chosen.
            Err(_) if request.access == AccessChoice::Bac => None,
            Err(error) => return Err(ReadError::UnclearOffer(error.to_string())),
        },
    };
    let (card, pace_failed) = match (request.access, offer) {
        (AccessChoice::Auto | AccessChoice::Pace, Some(offer)) => pace(card, &offer, request, rng)?,
        (AccessChoice::Pace, None) => {
            emrtd(&mut card)?;
            return Err(ReadError::OtherAccessNeeded("the card does not offer PACE"));
        }
        (AccessChoice::Auto, None) => {
            (bac(card, request, rng, "the card does not offer PACE, and BAC needs the MRZ data")?, None)
        }
        (AccessChoice::Bac, _) => (bac(card, request, rng, "BAC needs the MRZ data")?, None),
    };
    Ok(Opened { card, pace_failed, card_access })
}

/// Asks a card that took extended length how much of it: EF.ATR/INFO says, where there is one (Doc 9303-10, 3.11.2).
fn learn_limits<T: Transport>(card: &mut Card<T, Connected>) -> Result<(), ReadError> {
    if !card.limits().extended_length() {
        return Ok(());
    }
    match card.read_file(ElementaryFile::AtrInfo) {
        Ok(content) => {
            if let Some(stated) = AtrInfo::parse(&content.bytes).extended_length {
                let bytes = |stated: u32, short: usize| usize::try_from(stated).unwrap_or(usize::MAX).max(short);
                card.restrict(LinkLimits {
                    max_command: bytes(stated.max_command, LinkLimits::SHORT.max_command),
                    max_response: bytes(stated.max_response, LinkLimits::SHORT.max_response),
                });
            }
            Ok(())
        }
        Err(error) if error.session_goes_on() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn pace<T: Transport>(
    card: Card<T, Connected>,
    offer: &SecurityInfos,
    request: &Request,
    rng: &mut dyn CryptoRng,
) -> Result<(Card<T, Secured>, Option<String>), ReadError> {
    let password = match (&request.keys.can, &request.keys.mrz) {
        (Some(can), _) => Password::can(can.as_str()),
        (None, Some(mrz)) => Password::Mrz(mrz.clone()),
        (None, None) => return Err(ReadError::OtherAccessNeeded("no password was given")),
    };
    let refused = match pace_as_the_chip_likes_it(card, offer, &password, rng) {
        Ok(card) => return Ok((card, None)),
        Err(refused) => refused,
    };
    let failed = refused.error.is_failed_access() || matches!(refused.error, CardError::Access { .. });
    if !(failed && request.bac_fallback && request.access == AccessChoice::Auto && request.keys.mrz.is_some()) {
        return Err(refused.error.into());
    }
    let reason = refused.error.to_string();
    let card = bac(refused.card, request, rng, "BAC needs the MRZ data")?;
    Ok((card, Some(reason)))
}

/// PACE. A chip that refuses to set it up, which costs no try, may want the application selected before, or does not have
/// all that it offers: then the next best that it offers.
// `Refused` gives the card back, so it is as large as the card that success yields.
#[expect(clippy::result_large_err)]
fn pace_as_the_chip_likes_it<T: Transport>(
    card: Card<T, Connected>,
    offer: &SecurityInfos,
    password: &Password,
    rng: &mut dyn CryptoRng,
) -> Result<Card<T, Secured>, Refused<T>> {
    let first = match card.pace(offer, password, rng) {
        Err(refused) if is_set_up_refused(&refused.error) => refused,
        done => return done,
    };
    let Refused { mut card, error } = first;
    let mut rest = offer.clone();
    for _ in 0..MOST_OTHER_OFFERS {
        if let Ok(tried) = select(&rest) {
            rest = rest.without_pace(tried.protocol, tried.parameter_id);
        }
        if select(&rest).is_err() {
            break;
        }
        match card.pace(&rest, password, rng) {
            Err(refused) if is_set_up_refused(&refused.error) => card = refused.card,
            done => return done,
        }
    }
    if card.select_application().is_err() {
        return Err(Refused { card, error });
    }
    match card.pace(offer, password, rng) {
        // The first refusal says more.
        Err(refused) if is_set_up_refused(&refused.error) => Err(Refused { card: refused.card, error }),
        done => done,
    }
}

/// Whether MSE:Set AT was refused, before any password was used.
fn is_set_up_refused(error: &CardError) -> bool {
    matches!(error, CardError::Access { source: AccessError::Refused { step: AccessStep::Setup, .. }, .. })
}

fn bac<T: Transport>(
    mut card: Card<T, Connected>,
    request: &Request,
    rng: &mut dyn CryptoRng,
    without_key: &'static str,
) -> Result<Card<T, Secured>, ReadError> {
    emrtd(&mut card)?;
    let Some(key) = &request.keys.mrz else { return Err(ReadError::OtherAccessNeeded(without_key)) };
    card.bac(key, rng).map_err(|refused| refused.error.into())
}

/// Finds out whether the card has the eMRTD application at all, before anything is said about passwords.
fn emrtd<T: Transport>(card: &mut Card<T, Connected>) -> Result<(), ReadError> {
    card.select_application().map_err(|error| match error {
        error @ CardError::Status { .. } => ReadError::NotAnEmrtd(error),
        error => error.into(),
    })
}
