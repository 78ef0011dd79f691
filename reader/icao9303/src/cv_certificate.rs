//! Card-verifiable certificates: how a chip comes to know a terminal (BSI TR-03110-3, C.1; ISO/IEC 7816-8, annex A).
//!
//! A chain goes from the CVCA of the issuing state, whose public key every chip of that state holds, over a document
//! verifier (DV) to the terminal. Read in this order: [`CvCertificate`] here; its parts in [`reference`](mod@reference)
//! (who issued it and who holds it), [`date`], [`authorization`] and [`public_key`]; [`chain`] finds and verifies the
//! chain that suits a chip.
//!
//! ```text
//! 7F21 certificate
//!   7F4E body: 5F29 profile, 42 CAR, 7F49 public key, 5F20 CHR, 7F4C CHAT, 5F25 effective, 5F24 expiration, 65 extensions
//!   5F37 signature over the body, tag and length included
//! ```

pub mod authorization;
pub mod chain;
pub mod date;
#[cfg(test)]
pub(crate) mod mint;
pub mod public_key;
pub mod reference;

use alloc::vec::Vec;
use core::fmt;

use const_oid::ObjectIdentifier;

pub use self::{
    authorization::{AccessRights, HolderAuthorization, Role},
    chain::{ChainError, TerminalChain},
    date::CvDate,
    public_key::{CvAlgorithm, CvPublicKey},
    reference::CertificateReference,
};
use crate::{
    crypto::curve::KeyError,
    tlv::{self, Tlv, TlvError, TlvErrorKind},
};

/// The longest certificate taken: RSA with 8192 bits needs some 2,200 bytes.
const MAX_CERTIFICATE: usize = 8192;
/// More certificates in one file than any terminal has reason for.
const MAX_CERTIFICATES: usize = 64;

const CERTIFICATE: u32 = 0x7F21;
const BODY: u32 = 0x7F4E;
const SIGNATURE: u32 = 0x5F37;
const PROFILE: u32 = 0x5F29;
const AUTHORITY: u32 = 0x42;
const PUBLIC_KEY: u32 = 0x7F49;
const HOLDER: u32 = 0x5F20;
const AUTHORIZATION: u32 = 0x7F4C;
const EFFECTIVE: u32 = 0x5F25;
const EXPIRATION: u32 = 0x5F24;
const EXTENSIONS: u32 = 0x65;

/// One card-verifiable certificate. Its signature is not verified by reading it: [`chain`] does that.
#[derive(Clone, PartialEq, Eq)]
pub struct CvCertificate {
    /// Certification Authority Reference: whose key signed it.
    pub authority: CertificateReference,
    /// The public key.
    pub public_key: CvPublicKey,
    /// Certificate Holder Reference: what the key in it is called.
    pub holder: CertificateReference,
    /// Certificate Holder Authorization Template: role and rights.
    pub authorization: HolderAuthorization,
    /// Certificate Effective Date: the day of its generation.
    pub effective: CvDate,
    /// Certificate Expiration Date: the last day on which it counts.
    pub expiration: CvDate,
    /// Certificate Extensions, as read; chips of Terminal Authentication version 1 take none.
    pub extensions: Option<Vec<u8>>,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl CvCertificate {
    /// Reads a certificate that is all of `bytes`.
    ///
    /// # Errors
    /// It is none, or not one of profile 0.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvCertificateError> {
        let object = tlv::parse_exact(bytes)?;
        Self::from_object(object.expect(CERTIFICATE)?)
    }

    /// Reads the certificates that follow each other in a file.
    ///
    /// # Errors
    /// One of them is none, or there are more than 64.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, CvCertificateError> {
        let mut certificates = Vec::new();
        for object in tlv::Reader::new(bytes) {
            let object = object?;
            if certificates.len() == MAX_CERTIFICATES {
                return Err(CvCertificateErrorKind::TooMany.at(object.position));
            }
            certificates.push(Self::from_object(object.expect(CERTIFICATE)?)?);
        }
        if certificates.is_empty() {
            return Err(CvCertificateErrorKind::Tlv(TlvErrorKind::Missing { tag: CERTIFICATE }).at(0));
        }
        Ok(certificates)
    }

    fn from_object(object: Tlv<'_>) -> Result<Self, CvCertificateError> {
        if object.raw.len() > MAX_CERTIFICATE {
            return Err(CvCertificateErrorKind::TooLong.at(object.position));
        }
        let mut parts = object.children();
        let body = parts.expect(BODY)?;
        let signature = parts.expect(SIGNATURE)?;
        ends(&mut parts)?;

        // The order is fixed (TR-03110-3, C.1), and chips take no other.
        let mut fields = body.children();
        let profile = fields.expect(PROFILE)?;
        if profile.value != [0] {
            return Err(CvCertificateErrorKind::Profile.at(profile.value_position()));
        }
        let authority = CertificateReference::from_object(&fields.expect(AUTHORITY)?)?;
        let public_key = CvPublicKey::from_object(&fields.expect(PUBLIC_KEY)?)?;
        let holder = CertificateReference::from_object(&fields.expect(HOLDER)?)?;
        let authorization = HolderAuthorization::from_object(&fields.expect(AUTHORIZATION)?)?;
        let effective = CvDate::from_object(&fields.expect(EFFECTIVE)?)?;
        let expiration = CvDate::from_object(&fields.expect(EXPIRATION)?)?;
        let extensions = match fields.next().transpose()? {
            Some(object) => Some(object.expect(EXTENSIONS)?.value.to_vec()),
            None => None,
        };
        ends(&mut fields)?;
        Ok(Self {
            authority,
            public_key,
            holder,
            authorization,
            effective,
            expiration,
            extensions,
            body: body.raw.to_vec(),
            signature: signature.value.to_vec(),
        })
    }

    /// The body as read, tag and length included: what is signed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The signature as read: `r ‖ s`, or as long as the modulus.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Body and signature without the wrapping: the data of PSO:Verify Certificate (TR-03110-3, B.3.2).
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        let mut content = self.body.clone();
        tlv::encode_into(&mut content, SIGNATURE, &self.signature);
        content
    }

    /// The whole certificate.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        tlv::encode(CERTIFICATE, &self.content())
    }

    /// Whether the holder signed it with this very key: a CVCA's own certificate, and no link to another.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.authority == self.holder
    }
}

/// Nothing may follow.
fn ends(reader: &mut tlv::Reader<'_>) -> Result<(), CvCertificateError> {
    let position = tlv::Reader::position(reader);
    match reader.next() {
        None => Ok(()),
        Some(_) => Err(CvCertificateErrorKind::Tlv(TlvErrorKind::TrailingData).at(position)),
    }
}

/// Without the numbers of key and signature.
impl fmt::Debug for CvCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { authority, holder, authorization, effective, expiration, .. } = self;
        write!(f, "CvCertificate({holder} by {authority}, {authorization:?}, {effective} to {expiration})")
    }
}

/// Why bytes are not a card-verifiable certificate, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {position}")]
pub struct CvCertificateError {
    /// What is wrong.
    pub kind: CvCertificateErrorKind,
    /// Offset of the offending byte or data object.
    pub position: usize,
}

/// What is wrong with a card-verifiable certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CvCertificateErrorKind {
    /// The data objects are not those of a certificate.
    #[error("{0}")]
    Tlv(TlvErrorKind),
    /// Another profile than 0.
    #[error("a certificate of another profile than 0")]
    Profile,
    /// Not a country code, a holder's mnemonic and a sequence number.
    #[error("not a holder reference of country, mnemonic and sequence number")]
    Reference,
    /// Not six digits of a date.
    #[error("not a date YYMMDD of unpacked digits")]
    Date,
    /// Not a role and rights.
    #[error("not an authorization template")]
    Authorization,
    /// Not an object identifier.
    #[error("not an object identifier")]
    Identifier,
    /// A signature algorithm that is not one of Terminal Authentication.
    #[error("{0} is no signature algorithm of terminal authentication")]
    Algorithm(ObjectIdentifier),
    /// A key that cannot be used.
    #[error("the public key: {0}")]
    Key(#[from] KeyError),
    /// Domain parameters of a curve that is not known, or not all of them.
    #[error("domain parameters that are not those of a known curve")]
    DomainParameters,
    /// An RSA key where RSA was left out of the program.
    #[error("RSA is not supported")]
    Unsupported,
    /// Longer than any certificate has reason to be.
    #[error("a certificate of more than {MAX_CERTIFICATE} bytes")]
    TooLong,
    /// More certificates than any terminal has reason for.
    #[error("more than {MAX_CERTIFICATES} certificates")]
    TooMany,
}

impl CvCertificateErrorKind {
    pub(crate) const fn at(self, position: usize) -> CvCertificateError {
        CvCertificateError { kind: self, position }
    }
}

impl From<TlvError> for CvCertificateError {
    fn from(error: TlvError) -> Self {
        CvCertificateErrorKind::Tlv(error.kind).at(error.position)
    }
}

#[cfg(test)]
mod tests;
