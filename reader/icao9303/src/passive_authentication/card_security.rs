//! EF.CardSecurity (Doc 9303-11 §9.2.11): SecurityInfos, signed like EF.SOD.

use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use crate::check::{Check, Remark, Status};

use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, Result, tag};
use super::ber;
use super::certificate::Certificate;
use super::cms::SignedData;
use super::issuer::{DocumentIdentity, IssuerCheck};
use super::name::Name;
use super::signature::{self, SignatureCheck};
use super::sod::MAX_SOD_LEN;
use super::{Trust, provenance};

/// id-SecurityObject.
const SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.3.2.1");

/// EF.CardSecurity, read but **not verified**.
#[derive(Clone, Debug)]
pub struct CardSecurity {
    content_info: Vec<u8>,
    security_infos: Vec<u8>,
}

/// Who signed EF.CardSecurity, and whether that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSecurityResult {
    /// Is it as its signer made it?
    pub signature: SignatureCheck,
    /// Is the signer one of the issuing state?
    pub issuer: IssuerCheck,
    /// Is the signer's certificate still good?
    pub revocation: Check,
    /// The signer's certificate.
    pub document_signer: Option<Certificate>,
    /// What is odd and decides nothing.
    pub remarks: Vec<Remark>,
}

impl CardSecurityResult {
    /// Why its SecurityInfos do not count as the issuing state's word; `None`: they do. They do only where the signature
    /// is good, its signer chains to an anchor of the state that issued the document, and is not revoked.
    #[must_use]
    pub fn objection(&self) -> Option<&Check> {
        let needed = [&self.signature.check, &self.issuer.check].into_iter();
        let revoked = Some(&self.revocation).filter(|check| check.status == Status::Failed);
        needed.filter(|check| check.status != Status::Passed).chain(revoked).next()
    }
}

impl CardSecurity {
    /// Reads EF.CardSecurity. Bytes after it are taken for what the chip filled the file with.
    ///
    /// # Errors
    /// Where and why the bytes are no EF.CardSecurity.
    pub fn parse(file: &[u8]) -> Result<Self> {
        if file.len() > MAX_SOD_LEN {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, position: MAX_SOD_LEN });
        }
        let (whole, _) = ber::definite(file)?;
        let signed_data = SignedData::parse(&Reader::only(&whole, tag::SEQUENCE)?)?;
        let security_infos = signed_data.content.to_vec();
        Ok(Self { content_info: whole.into_owned(), security_infos })
    }

    /// The SecurityInfos: a SET. Not verified.
    #[must_use]
    pub fn security_infos(&self) -> &[u8] {
        &self.security_infos
    }

    /// The names of the authorities that issued the certificates it holds. Not verified.
    #[must_use]
    pub fn certificate_issuers(&self) -> Vec<Name> {
        let signed_data = Reader::only(&self.content_info, tag::SEQUENCE).and_then(|whole| SignedData::parse(&whole));
        let certificates = signed_data.map(|signed| signed.certificates).unwrap_or_default();
        certificates.iter().map(|certificate| certificate.issuer().clone()).collect()
    }

    /// Verifies it as EF.SOD is verified.
    ///
    /// # Errors
    /// Never for what [`CardSecurity::parse`] has read.
    pub fn verify(&self, document: DocumentIdentity<'_>, trust: &Trust<'_>) -> Result<CardSecurityResult> {
        let signed_data = SignedData::parse(&Reader::only(&self.content_info, tag::SEQUENCE)?)?;
        let judged = signature::check(&signed_data, |kind| *kind == SECURITY_OBJECT);
        let found = provenance(judged.certificate.as_ref(), &signed_data.certificates, document, trust);
        let mut remarks = judged.remarks;
        remarks.extend(found.remarks);
        Ok(CardSecurityResult {
            signature: judged.result,
            issuer: found.issuer,
            revocation: found.revocation,
            document_signer: judged.certificate,
            remarks,
        })
    }
}
