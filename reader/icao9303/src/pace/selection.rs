//! Which variant of PACE to use, out of those that a chip offers (Doc 9303-11, 9.2.1 and 9.5.1).

use alloc::{format, string::String, vec::Vec};

use const_oid::ObjectIdentifier;

use crate::{
    card::AccessError,
    crypto::{cipher::Cipher, curve::Curve},
    lds::security_infos::{KeyAgreement, Mapping, PaceInfo, PaceProtocol, SecurityInfos},
    tlv,
};

/// An AlgorithmIdentifier whose parameter is the number of standardised domain parameters (BSI TR-03110-3, A.2.1.1).
const STANDARDISED: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.2");
/// An AlgorithmIdentifier whose parameters are those of an elliptic curve.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// The variant of PACE in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSelection {
    /// Key agreement, mapping and cipher.
    pub protocol: PaceProtocol,
    /// The curve.
    pub curve: Curve,
    /// The number of the domain parameters, where the chip gives one.
    pub parameter_id: Option<u64>,
    pub(super) oid: ObjectIdentifier,
}

/// The strongest variant supported here: by cipher first, then by the size of the curve; between equals, the one that
/// the chip names first.
///
/// # Errors
/// [`AccessError::NotOffered`] or [`AccessError::Unsupported`].
pub fn select(offer: &SecurityInfos) -> Result<PaceSelection, AccessError> {
    let mut best: Option<PaceSelection> = None;
    for candidate in offer.pace().filter_map(|info| supported(info, offer)) {
        if best.is_none_or(|best| strength(&candidate) > strength(&best)) {
            best = Some(candidate);
        }
    }
    best.ok_or_else(|| {
        let names: Vec<String> = offer.pace().map(describe).collect();
        if names.is_empty() { AccessError::NotOffered } else { AccessError::Unsupported(names.join(", ")) }
    })
}

fn strength(selection: &PaceSelection) -> (Cipher, usize) {
    (selection.protocol.cipher, selection.curve.order_bits())
}

fn supported(info: &PaceInfo, offer: &SecurityInfos) -> Option<PaceSelection> {
    let PaceInfo { protocol, version, parameter_id } = *info;
    if version != 2 || protocol.key_agreement != KeyAgreement::Ecdh || protocol.mapping != Mapping::Generic {
        return None;
    }
    let curve = match parameter_id {
        Some(id) if id < 32 => Curve::from_parameter_id(u8::try_from(id).ok()?),
        id => own_curve(offer, protocol, id),
    }?;
    Some(PaceSelection { protocol, curve, parameter_id, oid: protocol.oid()? })
}

/// The curve of a PACEDomainParameterInfo with that number; without a number, of the only one there is.
fn own_curve(offer: &SecurityInfos, protocol: PaceProtocol, id: Option<u64>) -> Option<Curve> {
    let mut fitting = offer.pace_domain_parameters().filter(|parameters| {
        parameters.key_agreement == protocol.key_agreement
            && parameters.mapping == protocol.mapping
            && (id.is_none() || parameters.parameter_id == id)
    });
    let found = fitting.next()?;
    if id.is_none() && fitting.next().is_some() {
        return None;
    }
    let algorithm = tlv::parse_exact(&found.domain_parameter).ok()?;
    let mut fields = algorithm.children();
    let name = ObjectIdentifier::from_bytes(fields.expect(0x06).ok()?.value).ok()?;
    let parameters = fields.next()?.ok()?;
    match name {
        STANDARDISED => match parameters.expect(0x02).ok()?.value {
            [id] => Curve::from_parameter_id(*id),
            _ => None,
        },
        EC_PUBLIC_KEY => Curve::from_ec_parameters(parameters.raw).ok().map(|(curve, _)| curve),
        _ => None,
    }
}

fn describe(info: &PaceInfo) -> String {
    match info.parameter_id {
        Some(id) => format!("{} version {}, domain parameters {id}", info.protocol, info.version),
        None => format!("{} version {}, domain parameters of its own", info.protocol, info.version),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn offer(entries: &[&str]) -> SecurityInfos {
        let entries = base16ct::lower::decode_vec(entries.concat()).unwrap();
        SecurityInfos::parse(&tlv::encode(0x31, &entries)).unwrap()
    }

    const GM_AES128_P256R1: &str = "3012060a04007f0007020204020202010202010d";
    const GM_AES256_P192: &str = "3012060a04007f00070202040204020102020108";
    const GM_AES256_P384: &str = "3012060a04007f0007020204020402010202010f";
    const GM_3DES_P521: &str = "3012060a04007f00070202040201020102020112";
    const IM_AES256_P521: &str = "3012060a04007f00070202040404020102020112";
    const DH_GM_AES256: &str = "3012060a04007f00070202040104020102020102";
    const GM_AES256_VERSION_1: &str = "3012060a04007f0007020204020402010102010f";
    const GM_AES256_UNKNOWN_CURVE: &str = "3012060a04007f0007020204020402010202011f";

    #[test]
    fn the_strongest_variant_that_is_supported_is_taken() {
        let pick = |entries: &[&str]| {
            let selection = select(&offer(entries)).unwrap();
            (selection.protocol.cipher, selection.parameter_id)
        };
        assert_eq!(pick(&[GM_3DES_P521, GM_AES128_P256R1]), (Cipher::Aes128, Some(13)));
        assert_eq!(pick(&[GM_AES128_P256R1, GM_AES256_P192, GM_AES256_P384]), (Cipher::Aes256, Some(15)));
        assert_eq!(
            pick(&[IM_AES256_P521, DH_GM_AES256, GM_AES256_VERSION_1, GM_AES256_UNKNOWN_CURVE, GM_3DES_P521]),
            (Cipher::TripleDes, Some(18))
        );
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let error = select(&offer(&[IM_AES256_P521])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the chip offers only what is not supported: PACE-ECDH-IM with AES-256 version 2, domain parameters 18"
        );
        assert_eq!(select(&offer(&[])), Err(AccessError::NotOffered));
    }

    #[test]
    fn domain_parameters_of_the_chips_own_are_found_by_number_or_alone() {
        // PACEDomainParameterInfo for id-PACE-ECDH-GM: standardised domain parameters 16, as number 32; and secp256r1.
        let by_number = "301b060904007f0007020204023009060704007f0007010202 0110020120".replace(' ', "");
        let by_number = fix(&by_number);
        let named = fix("3020060904007f000702020402301306072a8648ce3d020106082a8648ce3d030107");
        let info_32 = "3012060a04007f00070202040202020102020120";
        let info_alone = "300f060a04007f00070202040202020102";
        assert_eq!(select(&offer(&[info_32, &by_number])).unwrap().curve, Curve::BrainpoolP384r1);
        assert_eq!(select(&offer(&[info_alone, &named])).unwrap().curve, Curve::Secp256r1);
        assert!(select(&offer(&[info_alone, &named, &by_number])).is_err());
        assert!(select(&offer(&[info_32, &named])).is_err());
    }

    /// The same SEQUENCE with its lengths made right.
    fn fix(text: &str) -> String {
        let bytes = base16ct::lower::decode_vec(text).unwrap();
        let name = &bytes[2..13];
        let algorithm_name = &bytes[15..15 + 2 + usize::from(bytes[16])];
        let rest = &bytes[15 + algorithm_name.len()..];
        let parameter_len = 2 + usize::from(rest[1]);
        let algorithm = tlv::encode(0x30, &[algorithm_name, &rest[..parameter_len]].concat());
        let whole = tlv::encode(0x30, &[name, &algorithm, &rest[parameter_len..]].concat());
        base16ct::lower::encode_string(&whole)
    }
}
