//! What the chip proves.

use icao9303::card::{Card, Secured};
use icao9303::check::{Check, Reason, Status};
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::transport::Transport;
use rand_core::CryptoRng;

use super::session::Ended;

/// Chip Authentication with what DG14 offers. It renews the channel, and a chip that does not hold the key, or whose
/// answer under the new keys is no proof, has none afterwards.
pub(super) fn chip_authentication<T: Transport>(
    card: &mut Card<T, Secured>,
    dg14: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Check, Ended> {
    let infos = match SecurityInfos::parse_dg14(dg14) {
        Ok(infos) => infos,
        Err(error) => return Ok(Check::unknown(Reason::Malformed, format!("DG14: {error}"))),
    };
    let check = card.chip_authentication(&infos, rng)?;
    if check.status == Status::Failed || card.channel_has_ended() {
        return Err(Ended::ChannelLostInProof(check));
    }
    Ok(check)
}

/// Active Authentication with the key of DG15.
pub(super) fn active_authentication<T: Transport>(
    card: &mut Card<T, Secured>,
    dg15: &[u8],
    dg14: Option<&[u8]>,
    challenge: Option<[u8; 8]>,
    rng: &mut dyn CryptoRng,
) -> Result<Check, Ended> {
    let challenge = challenge.unwrap_or_else(|| {
        let mut drawn = [0; 8];
        rng.fill_bytes(&mut drawn);
        drawn
    });
    // Only ECDSA needs DG14: it names the hash.
    let infos = dg14.and_then(|dg14| SecurityInfos::parse_dg14(dg14).ok());
    Ok(card.active_authentication(dg15, infos.as_ref(), challenge)?.check)
}
