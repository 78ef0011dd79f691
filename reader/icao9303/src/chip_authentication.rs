//! Chip Authentication, version 1: the chip proves that it holds the private key belonging to the public key in DG14, by
//! going on under keys that only its holder can derive (Doc 9303-11, 6.2; BSI TR-03110-3, B.2).
//!
//! On elliptic curves and in prime fields, with all ciphers, in both forms: MSE:Set KAT for 3DES, MSE:Set AT with GENERAL
//! AUTHENTICATE for AES. That a chip *accepts* our key proves nothing: the check passes when an answer under the new keys verifies.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use rand_core::CryptoRng;

use crate::{
    apdu::{Command, LengthFields, StatusWord},
    card::{CardError, Instruction, channel::Channel},
    check::{Check, Reason, Status},
    crypto::{
        cipher::Cipher,
        key_agreement::{KeyAgreementError, PublicKey},
    },
    lds::{
        file::DataGroup,
        security_infos::{ChipAuthenticationProtocol, ChipAuthenticationPublicKeyInfo, KeyAgreement, SecurityInfos},
    },
    pace::unsigned,
    secure_messaging::{SecureMessaging, SecureMessagingError},
    tlv,
    transport::Transport,
};

/// Chip Authentication with one key.
#[derive(Clone, Debug)]
struct Candidate {
    protocol: ChipAuthenticationProtocol,
    /// Whether a ChipAuthenticationInfo says so; without one a key stands for 3DES (Doc 9303-11, 9.2.5).
    stated: bool,
    key_id: Option<u64>,
    key: PublicKey,
}

/// Runs Chip Authentication with the strongest key and cipher offered.
pub(crate) fn run<T: Transport>(
    channel: &mut Channel<T>,
    infos: &SecurityInfos,
    rng: &mut dyn CryptoRng,
) -> Result<Check, CardError> {
    let candidate = match choose(infos) {
        Ok(candidate) => candidate,
        Err(check) => return Ok(check),
    };
    let ephemeral = candidate.key.domain().generate(rng);
    let (Ok(ours), Ok(shared)) = (ephemeral.public_key(), ephemeral.agree(&candidate.key)) else {
        return Ok(Check::unknown(Reason::Malformed, "the key of DG14 gives no shared secret"));
    };
    if let Err(status) = send_key(channel, &candidate, &ours)? {
        return Ok(Check::unknown(Reason::NoAnswer, format!("the chip refused Chip Authentication with {status}")));
    }
    channel.secure(SecureMessaging::from_secret(candidate.protocol.cipher, &shared.secret(), 0));
    let check = prove(channel)?;
    channel.binding_mut().terminal_key = (check.status == Status::Passed).then(|| ours.compressed());
    Ok(check)
}

/// The best way that is offered and supported, or what the check comes to without any: elliptic curves before prime
/// fields, which take the chip several times longer; then by the strength of the cipher and of the key.
fn choose(infos: &SecurityInfos) -> Result<Candidate, Check> {
    if !infos.offers_chip_authentication() {
        return Err(Check::not_offered("DG14 offers no Chip Authentication"));
    }
    let mut best: Option<Candidate> = None;
    let mut problem = Check::unknown(Reason::Malformed, "DG14 offers Chip Authentication without a key for it");
    for (protocol, key, stated) in offers(infos) {
        let key_id = key.key_id;
        let key = match usable(protocol, key) {
            Ok(key) => key,
            Err(check) => {
                problem = check;
                continue;
            }
        };
        let candidate = Candidate { protocol, stated, key_id, key };
        if best.as_ref().is_none_or(|best| candidate.rank() > best.rank()) {
            best = Some(candidate);
        }
    }
    best.ok_or(problem)
}

impl Candidate {
    fn rank(&self) -> (KeyAgreement, Cipher, usize) {
        (self.protocol.key_agreement, self.protocol.cipher, self.key.domain().field_bits())
    }
}

/// The key, if it is one of the key agreement and in its group.
fn usable(protocol: ChipAuthenticationProtocol, key: &ChipAuthenticationPublicKeyInfo) -> Result<PublicKey, Check> {
    match (PublicKey::from_spki(&key.public_key), protocol.key_agreement) {
        (Ok(key @ PublicKey::Ec(_)), KeyAgreement::Ecdh) | (Ok(key @ PublicKey::Dh(_)), KeyAgreement::Dh) => Ok(key),
        (Ok(key), _) => Err(unsupported(&key.domain().to_string())),
        (Err(KeyAgreementError::Unsupported(name)), _) => Err(unsupported(&name)),
        (Err(error), _) => Err(Check::unknown(Reason::Malformed, format!("the key of DG14: {error}"))),
    }
}

/// Every protocol with every key that it may mean.
fn offers(infos: &SecurityInfos) -> Vec<(ChipAuthenticationProtocol, &ChipAuthenticationPublicKeyInfo, bool)> {
    let mut offers = Vec::new();
    for key in infos.chip_authentication_keys() {
        let fits = |info: &&crate::lds::security_infos::ChipAuthenticationInfo| {
            info.protocol.key_agreement == key.key_agreement
        };
        // An info without a number means whichever key there is; one with a number, only the key that has it.
        let stated = infos.chip_authentication().filter(fits).filter(|info| {
            info.version == 1 && (info.key_id.is_none() || key.key_id.is_none() || info.key_id == key.key_id)
        });
        offers.extend(stated.map(|info| (info.protocol, key, true)));
        if infos.chip_authentication().find(fits).is_none() {
            let implied = ChipAuthenticationProtocol { key_agreement: key.key_agreement, cipher: Cipher::TripleDes };
            offers.push((implied, key, false));
        }
    }
    offers
}

/// Sends the ephemeral public key, in the form that the cipher demands.
fn send_key<T: Transport>(
    channel: &mut Channel<T>,
    candidate: &Candidate,
    ephemeral: &PublicKey,
) -> Result<Result<(), StatusWord>, CardError> {
    if candidate.protocol.cipher != Cipher::TripleDes {
        return by_general_authenticate(channel, candidate, ephemeral);
    }
    match by_set_kat(channel, candidate, ephemeral)? {
        // Newer chips know the form of AES only, for 3DES too.
        Err(_) if candidate.stated => by_general_authenticate(channel, candidate, ephemeral),
        done => Ok(done),
    }
}

/// MSE:Set KAT (Doc 9303-11, 6.2.4.1).
fn by_set_kat<T: Transport>(
    channel: &mut Channel<T>,
    candidate: &Candidate,
    ephemeral: &PublicKey,
) -> Result<Result<(), StatusWord>, CardError> {
    let mut data = tlv::encode(0x91, ephemeral.as_bytes());
    add_key_id(&mut data, candidate);
    let command = Command::new(0x00, 0x22, 0x41, 0xA6).with_data(data);
    let answer = channel.transmit(Instruction::ManageSecurityEnvironment, &command)?;
    Ok(success(answer.status))
}

/// MSE:Set AT and GENERAL AUTHENTICATE (Doc 9303-11, 6.2.4.2).
fn by_general_authenticate<T: Transport>(
    channel: &mut Channel<T>,
    candidate: &Candidate,
    ephemeral: &PublicKey,
) -> Result<Result<(), StatusWord>, CardError> {
    let mut data = tlv::encode(0x80, candidate.protocol.oid().as_bytes());
    add_key_id(&mut data, candidate);
    let set = Command::new(0x00, 0x22, 0x41, 0xA4).with_data(data);
    let answer = channel.transmit(Instruction::ManageSecurityEnvironment, &set)?;
    if let Err(status) = success(answer.status) {
        return Ok(Err(status));
    }
    let command = Command::new(0x00, 0x86, 0x00, 0x00)
        .with_data(tlv::encode(0x7C, &tlv::encode(0x80, ephemeral.as_bytes())))
        .expecting(LengthFields::Short.max_expected());
    let answer = channel.transmit(Instruction::GeneralAuthenticate, &command)?;
    Ok(success(answer.status))
}

fn add_key_id(data: &mut Vec<u8>, candidate: &Candidate) {
    if let Some(id) = candidate.key_id {
        tlv::encode_into(data, 0x84, &unsigned(id));
    }
}

const fn success(status: StatusWord) -> Result<(), StatusWord> {
    if status.is_success() { Ok(()) } else { Err(status) }
}

/// One command under the new keys: the beginning of DG14, which is there. Whatever a protected answer says, its
/// authentication code is the proof. A chip that does not know short identifiers may refuse them without protection, and
/// thus without proof: it is told to select the file.
fn prove<T: Transport>(channel: &mut Channel<T>) -> Result<Check, CardError> {
    let (name, command) = if channel.needs_selection() {
        let identifier = [0x01, DataGroup::DG14.number()];
        (Instruction::Select, Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(identifier))
    } else {
        let short = 0x80 | DataGroup::DG14.number();
        (Instruction::ReadBinary, Command::new(0x00, 0xB0, short, 0x00).expecting(8))
    };
    match channel.transmit_with(name, &command, LengthFields::Short) {
        Ok(answer) if answer.protected => Ok(Check::passed()),
        Ok(answer) => Ok(Check::unknown(
            Reason::NoAnswer,
            format!("the chip answered {} without protection after Chip Authentication", answer.status),
        )),
        Err(CardError::SecureMessaging { source, .. }) => Ok(match source {
            SecureMessagingError::Mac => {
                Check::failed(Reason::Clone, "the answer under the new keys has a wrong authentication code")
            }
            SecureMessagingError::Unprotected(status) => {
                Check::failed(Reason::Clone, format!("the chip does not know the new keys: {status}"))
            }
            other => Check::unknown(Reason::NoAnswer, format!("no proof under the new keys: {other}")),
        }),
        Err(error) => Err(error),
    }
}

fn unsupported(what: &str) -> Check {
    Check::unknown(Reason::UnsupportedAlgorithm, String::from("Chip Authentication with ") + what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{
        curve::{Curve, Point},
        dh::{self, Group, ModpGroup},
    };

    /// A ChipAuthenticationPublicKeyInfo with a number.
    fn ec_key(curve: Curve, id: u8) -> Vec<u8> {
        let algorithm = [tlv::encode(0x06, &hex("2a8648ce3d0201")), tlv::encode(0x06, curve.oid().as_bytes())].concat();
        key_info("04007f000702020102", &algorithm, Point::generator(curve).as_sec1(), id)
    }

    /// The same in a group, as X9.42 (with the order) or PKCS #3 (without) say it.
    fn dh_key(name: &str, numbers: &[&[u8]], key: &[u8], id: u8) -> Vec<u8> {
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| integer(number)).collect();
        let algorithm = [tlv::encode(0x06, &hex(name)), tlv::encode(0x30, &numbers)].concat();
        key_info("04007f000702020101", &algorithm, &integer(key), id)
    }

    fn key_info(protocol: &str, algorithm: &[u8], key: &[u8], id: u8) -> Vec<u8> {
        let bits = tlv::encode(0x03, &[&[0], key].concat());
        let spki = tlv::encode(0x30, &[tlv::encode(0x30, algorithm), bits].concat());
        tlv::encode(0x30, &[tlv::encode(0x06, &hex(protocol)), spki, integer(&[id])].concat())
    }

    /// ChipAuthenticationInfo, version 1.
    fn info(key_agreement: KeyAgreement, cipher: Cipher, id: u8) -> Vec<u8> {
        let protocol = ChipAuthenticationProtocol { key_agreement, cipher }.oid();
        tlv::encode(0x30, &[tlv::encode(0x06, protocol.as_bytes()), integer(&[1]), integer(&[id])].concat())
    }

    fn integer(number: &[u8]) -> Vec<u8> {
        let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        tlv::encode(0x02, &[sign, number].concat())
    }

    fn hex(text: &str) -> Vec<u8> {
        base16ct::lower::decode_vec(text).unwrap()
    }

    fn dg14(infos: &[Vec<u8>]) -> SecurityInfos {
        SecurityInfos::parse(&tlv::encode(0x31, &infos.concat())).unwrap()
    }

    const X9_42: &str = "2a8648ce3e0201";
    const PKCS_3: &str = "2a864886f70d010301";

    #[test]
    fn a_key_in_a_prime_field_is_found_in_every_form() {
        for group in ModpGroup::ALL {
            let [p, g, q] = group.p_g_q();
            let forms =
                [dh_key(X9_42, &[p, g, q], g, 7), dh_key(PKCS_3, &[p, g], g, 7), dh_key(PKCS_3, &[p, g, &[160]], g, 7)];
            for form in forms {
                let chosen = choose(&dg14(&[info(KeyAgreement::Dh, Cipher::Aes192, 7), form])).unwrap();
                assert_eq!((chosen.protocol.cipher, chosen.key_id), (Cipher::Aes192, Some(7)));
                let expected = dh::PublicKey::generator(&Group::standard(group));
                assert_eq!(chosen.key, PublicKey::Dh(expected));
            }
        }
    }

    #[test]
    fn an_elliptic_curve_is_preferred_and_then_the_stronger_cipher() {
        let [p, g, q] = ModpGroup::Modp2048Order256.p_g_q();
        let both = [
            info(KeyAgreement::Dh, Cipher::Aes256, 1),
            dh_key(X9_42, &[p, g, q], g, 1),
            info(KeyAgreement::Ecdh, Cipher::TripleDes, 2),
            ec_key(Curve::BrainpoolP512r1, 2),
            info(KeyAgreement::Ecdh, Cipher::Aes128, 3),
            ec_key(Curve::Secp256r1, 3),
        ];
        assert_eq!(choose(&dg14(&both)).unwrap().key_id, Some(3));
        assert_eq!(choose(&dg14(&both[..4])).unwrap().key_id, Some(2));
        assert_eq!(choose(&dg14(&both[..2])).unwrap().key_id, Some(1));
    }

    #[test]
    fn hostile_keys_in_a_prime_field_are_refused() {
        let [p, g, q] = ModpGroup::Modp1024Order160.p_g_q();
        let mut below = p.to_vec();
        *below.last_mut().unwrap() -= 1;
        let long = [1; 600];
        let even = [p, &[0]].concat();
        for key in [
            dh_key(X9_42, &[p, g, q], &[0], 1),
            dh_key(X9_42, &[p, g, q], &[1], 1),
            dh_key(X9_42, &[p, g, q], &[2], 1),
            dh_key(PKCS_3, &[p, g], &[2], 1),
            dh_key(PKCS_3, &[p, g], &below, 1),
            dh_key(PKCS_3, &[p, g], p, 1),
            dh_key(PKCS_3, &[p, &[1]], g, 1),
            dh_key(PKCS_3, &[&long, g], g, 1),
            dh_key(PKCS_3, &[&even, g], g, 1),
            dh_key(PKCS_3, &[g], g, 1),
        ] {
            let check = choose(&dg14(&[info(KeyAgreement::Dh, Cipher::Aes128, 1), key])).unwrap_err();
            assert_eq!(check.reason, Some(Reason::Malformed), "{check:?}");
        }
        // A good one beside it is found all the same.
        let offer = [dh_key(X9_42, &[p, g, q], &[2], 1), dh_key(X9_42, &[p, g, q], g, 2)];
        assert_eq!(choose(&dg14(&offer)).unwrap().key_id, Some(2));
        // id-PK-ECDH with a key in a prime field.
        let mixed = key_info("04007f000702020102", &dh_algorithm(), &integer(g), 1);
        assert_eq!(choose(&dg14(&[mixed])).unwrap_err().reason, Some(Reason::UnsupportedAlgorithm));
    }

    fn dh_algorithm() -> Vec<u8> {
        let numbers: Vec<u8> = ModpGroup::Modp1024Order160.p_g_q().iter().flat_map(|number| integer(number)).collect();
        [tlv::encode(0x06, &hex(X9_42)), tlv::encode(0x30, &numbers)].concat()
    }
}
