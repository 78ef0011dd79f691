//! Which variant of PACE to use, out of those that a chip offers (Doc 9303-11, 9.2.1 and 9.5.1).

use alloc::{format, string::String, vec::Vec};

use const_oid::ObjectIdentifier;

use crate::{
    card::AccessError,
    crypto::{
        cipher::Cipher,
        key_agreement::{Domain, StandardizedParameters},
    },
    lds::security_infos::{KeyAgreement, Mapping, PaceInfo, PaceProtocol, SecurityInfos},
};

/// The variant of PACE in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSelection {
    /// Key agreement, mapping and cipher.
    pub protocol: PaceProtocol,
    /// The domain parameters.
    pub domain: StandardizedParameters,
    /// The number of the domain parameters, where the chip gives one.
    pub parameter_id: Option<u64>,
    pub(super) oid: ObjectIdentifier,
}

/// The best variant supported here. In this order:
///
/// 1. Elliptic curves before prime fields: a chip computes on them several times faster, the smallest is about as strong
///    as 2048 bits, and keys of 2048 bits need extended length.
/// 2. Chip authentication mapping, since it is generic mapping with the chip's proof, and the only one of a chip that has
///    no Chip Authentication beside it.
/// 3. The security of the weakest part, cipher or domain parameters.
/// 4. Integrated mapping, which saves the chip two of the four key operations of generic mapping.
/// 5. The longer key of the cipher, the larger curve; and between equals, the one that the chip names first.
///
/// # Errors
/// [`AccessError::NotOffered`] or [`AccessError::Unsupported`].
pub fn select(offer: &SecurityInfos) -> Result<PaceSelection, AccessError> {
    let mut best: Option<(PaceSelection, Rank)> = None;
    for candidate in offer.pace().filter_map(|info| supported(info, offer)) {
        let rank = rank(&candidate);
        if best.is_none_or(|(_, best)| rank > best) {
            best = Some((candidate, rank));
        }
    }
    best.map(|(selection, _)| selection).ok_or_else(|| {
        let names: Vec<String> = offer.pace().map(describe).collect();
        if names.is_empty() { AccessError::NotOffered } else { AccessError::Unsupported(names.join(", ")) }
    })
}

type Rank = (KeyAgreement, bool, usize, bool, Cipher, usize);

fn rank(selection: &PaceSelection) -> Rank {
    let PaceProtocol { key_agreement, mapping, cipher } = selection.protocol;
    let domain = Domain::from(selection.domain);
    let is = |wanted| mapping == wanted;
    let strength = domain.strength().min(cipher.strength());
    (key_agreement, is(Mapping::ChipAuthentication), strength, is(Mapping::Integrated), cipher, domain.field_bits())
}

fn supported(info: &PaceInfo, offer: &SecurityInfos) -> Option<PaceSelection> {
    let PaceInfo { protocol, version, parameter_id } = *info;
    if version != 2 {
        return None;
    }
    let domain = match parameter_id {
        Some(id) if id < 32 => StandardizedParameters::from_id(u8::try_from(id).ok()?),
        id => own_parameters(offer, protocol, id),
    }?;
    fits(protocol, domain).then_some(())?;
    Some(PaceSelection { protocol, domain, parameter_id, oid: protocol.oid()? })
}

/// Whether the variant is defined with these domain parameters.
fn fits(protocol: PaceProtocol, domain: StandardizedParameters) -> bool {
    match (domain, protocol.key_agreement, protocol.mapping) {
        (StandardizedParameters::Curve(curve), KeyAgreement::Ecdh, Mapping::Integrated) => curve.has_point_encoding(),
        (StandardizedParameters::Curve(_), KeyAgreement::Ecdh, _) => true,
        (StandardizedParameters::Modp(_), KeyAgreement::Dh, mapping) => mapping != Mapping::ChipAuthentication,
        _ => false,
    }
}

/// The PACEDomainParameterInfo with that number; without a number, the only one there is. Explicit parameters are taken
/// where they equal known ones.
fn own_parameters(offer: &SecurityInfos, protocol: PaceProtocol, id: Option<u64>) -> Option<StandardizedParameters> {
    let mut fitting = offer.pace_domain_parameters().filter(|parameters| {
        parameters.key_agreement == protocol.key_agreement
            && parameters.mapping == protocol.mapping
            && (id.is_none() || parameters.parameter_id == id)
    });
    let found = fitting.next()?;
    if id.is_none() && fitting.next().is_some() {
        return None;
    }
    StandardizedParameters::from_algorithm_identifier(&found.domain_parameter)
}

fn describe(info: &PaceInfo) -> String {
    let PaceInfo { protocol, version, parameter_id } = info;
    match parameter_id {
        Some(id) => match u8::try_from(*id).ok().and_then(StandardizedParameters::from_id) {
            Some(known) => format!("{protocol} version {version}, {}", known.name()),
            None => format!("{protocol} version {version}, domain parameters {id}"),
        },
        None => format!("{protocol} version {version}, domain parameters of its own"),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::{
        crypto::{
            curve::Curve,
            dh::{Group, ModpGroup},
        },
        tlv,
    };

    fn offer(entries: &[&str]) -> SecurityInfos {
        let entries = base16ct::lower::decode_vec(entries.concat()).unwrap();
        SecurityInfos::parse(&tlv::encode(0x31, &entries)).unwrap()
    }

    const GM_AES128_P256R1: &str = "3012060a04007f0007020204020202010202010d";
    const GM_AES256_P192: &str = "3012060a04007f00070202040204020102020108";
    const GM_AES256_P384: &str = "3012060a04007f0007020204020402010202010f";
    const GM_3DES_P521: &str = "3012060a04007f00070202040201020102020112";
    const GM_AES128_P384: &str = "3012060a04007f0007020204020202010202010f";
    const IM_AES128_P256R1: &str = "3012060a04007f0007020204040202010202010d";
    const IM_AES256_P224: &str = "3012060a04007f0007020204040402010202010a";
    const CAM_AES128_P256R1: &str = "3012060a04007f0007020204060202010202010d";
    const DH_GM_AES256: &str = "3012060a04007f00070202040104020102020102";
    const DH_IM_AES128_1024: &str = "3012060a04007f00070202040302020102020100";
    const DH_GM_ON_A_CURVE: &str = "3012060a04007f0007020204010402010202010d";
    const GM_IN_A_FIELD: &str = "3012060a04007f00070202040204020102020102";
    const GM_AES256_VERSION_1: &str = "3012060a04007f0007020204020402010102010f";
    const GM_AES256_UNKNOWN_CURVE: &str = "3012060a04007f0007020204020402010202011f";

    #[test]
    fn the_best_variant_that_is_supported_is_taken() {
        let pick = |entries: &[&str]| {
            let selection = select(&offer(entries)).unwrap();
            (selection.protocol.mechanism(), selection.protocol.cipher, selection.parameter_id.unwrap())
        };
        use Cipher::{Aes128, Aes256, TripleDes};
        assert_eq!(pick(&[GM_3DES_P521, GM_AES128_P256R1]), ("ECDH-GM", Aes128, 13));
        assert_eq!(pick(&[GM_AES128_P256R1, GM_AES256_P192, GM_AES256_P384]), ("ECDH-GM", Aes256, 15));
        assert_eq!(pick(&[GM_AES128_P256R1, GM_AES128_P384]), ("ECDH-GM", Aes128, 15));
        // Of equal strength, what costs the chip least.
        assert_eq!(pick(&[GM_AES128_P256R1, IM_AES128_P256R1]), ("ECDH-IM", Aes128, 13));
        assert_eq!(pick(&[IM_AES128_P256R1, CAM_AES128_P256R1, GM_AES128_P384]), ("ECDH-CAM", Aes128, 13));
        assert_eq!(pick(&[CAM_AES128_P256R1, GM_AES256_P384]), ("ECDH-CAM", Aes128, 13));
        // Prime fields where there is nothing else.
        assert_eq!(pick(&[DH_GM_AES256, GM_AES128_P256R1]), ("ECDH-GM", Aes128, 13));
        assert_eq!(pick(&[DH_IM_AES128_1024, DH_GM_AES256]), ("DH-GM", Aes256, 2));
        // What is not defined, or not known, is passed over.
        let unknown = [IM_AES256_P224, DH_GM_ON_A_CURVE, GM_IN_A_FIELD, GM_AES256_VERSION_1, GM_AES256_UNKNOWN_CURVE];
        assert_eq!(pick(&[&unknown[..], &[GM_3DES_P521]].concat()), ("ECDH-GM", TripleDes, 18));
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let error = select(&offer(&[IM_AES256_P224, GM_AES256_UNKNOWN_CURVE])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the chip offers only what is not supported: PACE-ECDH-IM with AES-256 version 2, secp224r1, \
             PACE-ECDH-GM with AES-256 version 2, domain parameters 31"
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
        let curve = StandardizedParameters::Curve;
        assert_eq!(select(&offer(&[info_32, &by_number])).unwrap().domain, curve(Curve::BrainpoolP384r1));
        assert_eq!(select(&offer(&[info_alone, &named])).unwrap().domain, curve(Curve::Secp256r1));
        assert!(select(&offer(&[info_alone, &named, &by_number])).is_err());
        assert!(select(&offer(&[info_32, &named])).is_err());
    }

    #[test]
    fn explicit_numbers_of_a_known_group_are_that_group() {
        let known = ModpGroup::Modp2048Order224;
        let info = "3012060a04007f00070202040102020102020121";
        let explicit = |change: u8| {
            let mut numbers = known.p_g_q().map(<[u8]>::to_vec);
            *numbers[0].last_mut().unwrap() ^= change;
            let fields: Vec<u8> =
                numbers.iter().flat_map(|number| tlv::encode(0x02, &[&[0], &number[..]].concat())).collect();
            // dhpublicnumber, and id-PACE-DH-GM as number 33.
            let name = base16ct::lower::decode_vec("06072a8648ce3e0201").unwrap();
            let algorithm = tlv::encode(0x30, &[name, tlv::encode(0x30, &fields)].concat());
            let name = base16ct::lower::decode_vec("060904007f000702020401").unwrap();
            let number = base16ct::lower::decode_vec("020121").unwrap();
            base16ct::lower::encode_string(&tlv::encode(0x30, &[name, algorithm, number].concat()))
        };
        let selection = select(&offer(&[info, &explicit(0)])).unwrap();
        assert_eq!(selection.domain, StandardizedParameters::Modp(known));
        assert_eq!(selection.parameter_id, Some(33));
        assert_eq!(Domain::from(selection.domain), Domain::Group(Group::standard(known)));
        // Another prime is another group, which PACE is not done in, however large it is.
        assert!(matches!(select(&offer(&[info, &explicit(2)])), Err(AccessError::Unsupported(_))));
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
