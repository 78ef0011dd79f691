//! The other issuer of a state: the CVCA, which says whose terminals may read fingerprints, a document verifier, and a
//! terminal with its private key (BSI TR-03110-3, C and D.3).

use icao9303::crypto::curve::Curve;
use rand_chacha::ChaCha20Rng;
use rsa::pkcs8::EncodePrivateKey;
use rsa::traits::PublicKeyParts;

use super::key::{KeyError, Signer, SigningKey, flip_last_bit};
use super::randomness::Randomness;
use crate::asn1;
use crate::calendar::Date;
use crate::image::TerminalTrust;
use crate::profile::algorithms::{Digest, KeyKind};
use crate::profile::signatures::{Scheme, Signing};
use crate::profile::terminals::TerminalAuthentication;
use crate::profile::{Profile, ProfileError};

/// What the chip is given, and what the terminal is.
pub struct TerminalIssuer {
    /// What the chip trusts.
    pub trust: TerminalTrust,
    /// The CVCA's own certificates: the one in use, and before it an older one where there is a link.
    pub cvca: Vec<Vec<u8>>,
    /// The link from the older key to the one in use.
    pub link: Option<Vec<u8>>,
    /// The document verifier's certificate.
    pub document_verifier: Vec<u8>,
    /// The terminal's certificate.
    pub terminal: Vec<u8>,
    /// The terminal's private key, in PKCS #8 and DER.
    pub private_key: Vec<u8>,
}

/// Terminals cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// A key cannot be made or cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Two settings do not go together.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// An RSA key cannot be written.
    #[error("the terminal's private key cannot be written: {0}")]
    Encoding(#[from] rsa::pkcs8::Error),
}

const CVCA: u8 = 0b1100_0000;
const DOMESTIC_VERIFIER: u8 = 0b1000_0000;
const FOREIGN_VERIFIER: u8 = 0b0100_0000;

impl TerminalIssuer {
    /// The issuer of a profile; none where the chip has no Terminal Authentication.
    ///
    /// # Errors
    /// Where the key cannot sign as the profile says.
    pub fn new(profile: &Profile, randomness: &Randomness) -> Result<Option<Self>, TerminalError> {
        let settings = &profile.terminal_authentication;
        if !settings.offered {
            return Ok(None);
        }
        let today = profile.today();
        let years = |before: i16, after: i16| [today.plus_years(-before), today.plus_years(after)];
        let party =
            |name: &'static str, authorization, dates| Party::new(name, authorization, dates, settings, randomness);
        let cvca = party(if settings.linked { "VNCVCA00002" } else { "VNCVCA00001" }, CVCA | 3, years(1, 2))?;
        let role = if settings.foreign_verifier { FOREIGN_VERIFIER } else { DOMESTIC_VERIFIER };
        let verifier = party("VNDV0100001", role | 3, [today.plus_days(-60), today.plus_days(60)])?;
        let rights = u8::from(settings.rights.fingerprints) | u8::from(settings.rights.irises) << 1;
        let dates = match settings.expired_days_ago {
            None => [today.plus_days(-10), today.plus_days(20)],
            Some(days) => [today.plus_days(-40 - i64::from(days)), today.plus_days(-i64::from(days))],
        };
        let terminal = party("VNIS0100001", rights, dates)?;
        let mut random = randomness.stream("terminal certificates");
        let mut certify = |issuer: &Party, subject: &Party, with| issuer.certify(subject, with, &mut random);

        let own = certify(&cvca, &cvca, true)?;
        let (roots, link) = match settings.linked {
            true => {
                let older = party("VNCVCA00001", CVCA | 3, years(4, 0))?;
                (vec![certify(&older, &older, true)?, own], Some(certify(&older, &cvca, true)?))
            }
            false => (vec![own], None),
        };
        let document_verifier = certify(&cvca, &verifier, false)?;
        let mut certificate = certify(&verifier, &terminal, false)?;
        if settings.bad_signature {
            flip_last_bit(&mut certificate);
        }
        let certificates = if settings.other_cvca {
            let stranger = party("VNCVCA00009", CVCA | 3, years(1, 2))?;
            vec![certify(&stranger, &stranger, true)?]
        } else {
            vec![roots[0].clone()]
        };
        let private_key = match settings.other_key {
            false => terminal.private_key()?,
            true => party("VNIS0100009", rights, dates)?.private_key()?,
        };
        let trust = TerminalTrust {
            certificates,
            date: digits(settings.chip_date.unwrap_or(today)),
            file_identifier: settings.file_identifier.unwrap_or(0x011C),
        };
        Ok(Some(Self { trust, cvca: roots, link, document_verifier, terminal: certificate, private_key }))
    }

    /// All certificates, one after the other: what a terminal is given.
    #[must_use]
    pub fn certificates(&self) -> Vec<u8> {
        let mut all = self.cvca.concat();
        all.extend(self.link.iter().flatten());
        all.extend_from_slice(&self.document_verifier);
        all.extend_from_slice(&self.terminal);
        all
    }
}

struct Party {
    name: &'static str,
    authorization: u8,
    dates: [Date; 2],
    signer: Signer,
}

impl Party {
    fn new(
        name: &'static str,
        authorization: u8,
        dates: [Date; 2],
        settings: &TerminalAuthentication,
        randomness: &Randomness,
    ) -> Result<Self, TerminalError> {
        let scheme = match settings.key {
            KeyKind::Ec(_) => Scheme::PlainEcdsa,
            _ => settings.scheme,
        };
        let signing = Signing {
            key: settings.key,
            digest: settings.digest,
            scheme,
            salt_length: None,
            mask_digest: None,
            explicit_parameters: false,
        };
        let signer = Signer::new(signing, &mut randomness.stream(&format!("terminal authentication {name}")))?;
        Ok(Self { name, authorization, dates, signer })
    }

    fn certify(&self, subject: &Self, parameters: bool, random: &mut ChaCha20Rng) -> Result<Vec<u8>, TerminalError> {
        let template = [asn1::oid("0.4.0.127.0.7.3.1.2.1"), asn1::tlv(0x53, &[subject.authorization])].concat();
        let body = [
            asn1::tlv(0x5F29, &[0]),
            asn1::tlv(0x42, self.name.as_bytes()),
            asn1::tlv(0x7F49, &subject.public_key(parameters)?),
            asn1::tlv(0x5F20, subject.name.as_bytes()),
            asn1::tlv(0x7F4C, &template),
            asn1::tlv(0x5F25, &digits(subject.dates[0])),
            asn1::tlv(0x5F24, &digits(subject.dates[1])),
        ];
        let body = asn1::tlv(0x7F4E, &body.concat());
        let signature = self.signer.sign(&body, random)?;
        Ok(asn1::tlv(0x7F21, &[body, asn1::tlv(0x5F37, &signature)].concat()))
    }

    /// The public key's data objects (TR-03110-3, D.3).
    fn public_key(&self, parameters: bool) -> Result<Vec<u8>, TerminalError> {
        let identifier = asn1::oid(&format!("0.4.0.127.0.7.2.2.2.{}", self.algorithm()?));
        Ok(match &self.signer.key {
            SigningKey::Ec(key) => {
                let point = asn1::tlv(0x86, &key.public_key().to_sec1());
                if parameters {
                    [identifier, with_parameters(key.curve(), &point)].concat()
                } else {
                    [identifier, point].concat()
                }
            }
            SigningKey::Rsa(key) => {
                [identifier, asn1::tlv(0x81, &key.n_bytes()), asn1::tlv(0x82, &key.e_bytes())].concat()
            }
            SigningKey::Dsa { .. } => return Err(no_such_algorithm().into()),
        })
    }

    /// The last two arcs of the algorithm's identifier (TR-03110-3, A.1.1.3).
    fn algorithm(&self) -> Result<String, ProfileError> {
        let Signing { key, digest, scheme, .. } = self.signer.signing;
        let number = match (key, scheme, digest) {
            (KeyKind::Ec(_), ..) => return Ok(format!("2.{}", digest as u8 + 1)),
            (KeyKind::Rsa(_), Scheme::Default, Digest::Sha1) => 1,
            (KeyKind::Rsa(_), Scheme::Default, Digest::Sha256) => 2,
            (KeyKind::Rsa(_), Scheme::Pss, Digest::Sha1) => 3,
            (KeyKind::Rsa(_), Scheme::Pss, Digest::Sha256) => 4,
            (KeyKind::Rsa(_), Scheme::Default, Digest::Sha512) => 5,
            (KeyKind::Rsa(_), Scheme::Pss, Digest::Sha512) => 6,
            _ => return Err(no_such_algorithm()),
        };
        Ok(format!("1.{number}"))
    }

    fn private_key(&self) -> Result<Vec<u8>, TerminalError> {
        Ok(match &self.signer.key {
            SigningKey::Ec(key) => {
                let algorithm =
                    asn1::sequence(&[asn1::oid("1.2.840.10045.2.1"), asn1::oid(&key.curve().oid().to_string())]);
                let number = asn1::sequence(&[asn1::integer(1), asn1::octet_string(&key.to_bytes())]);
                asn1::sequence(&[asn1::integer(0), algorithm, asn1::octet_string(&number)])
            }
            SigningKey::Rsa(key) => key.to_pkcs8_der()?.as_bytes().to_vec(),
            SigningKey::Dsa { .. } => return Err(no_such_algorithm().into()),
        })
    }
}

fn with_parameters(curve: Curve, point: &[u8]) -> Vec<u8> {
    let numbers = curve.domain_parameters();
    [
        asn1::tlv(0x81, numbers.p),
        asn1::tlv(0x82, numbers.a),
        asn1::tlv(0x83, numbers.b),
        asn1::tlv(0x84, &[&[4], numbers.gx, numbers.gy].concat()),
        asn1::tlv(0x85, numbers.n),
        point.to_vec(),
        asn1::tlv(0x87, &[1]),
    ]
    .concat()
}

/// YYMMDD, a digit to a byte.
fn digits(date: Date) -> [u8; 6] {
    let mut digits = [0; 6];
    digits.iter_mut().zip(date.mrz().bytes()).for_each(|(to, digit)| *to = digit - b'0');
    digits
}

fn no_such_algorithm() -> ProfileError {
    ProfileError::Contradiction("`terminal_authentication` has no algorithm with this key, digest and scheme".into())
}
