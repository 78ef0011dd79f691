//! Trust anchors and revocation lists from files: PEM, DER, master lists, LDIF. What a file is shows in its bytes.

use alloc::vec::Vec;

use base64ct::{Base64, Encoding};
use der::asn1::ObjectIdentifier;

use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, Tlv, tag};
use super::certificate::Certificate;
use super::crl::Crl;
use super::ldif;
use super::master_list::{MAX_MASTER_LIST_LEN, MasterList, MasterListError};

/// A file longer than this is refused. The directory of all countries takes 30 MB.
const MAX_FILE_LEN: usize = 128 * 1024 * 1024;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

/// What a file holds. Nothing of it is trusted yet.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Certificates, of whatever kind.
    pub certificates: Vec<Certificate>,
    /// Revocation lists.
    pub revocation_lists: Vec<Crl>,
    /// Master lists, whose own signatures are good.
    pub master_lists: Vec<MasterList>,
    /// What could not be taken from a file that holds more: which one, counted from 1, and why.
    pub refused: Vec<(usize, ImportError)>,
}

/// Why a file, or a part of it, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It holds nothing of what is looked for.
    #[error("holds no certificate, revocation list or master list")]
    Nothing,
    /// It is too long.
    #[error("too long")]
    TooLong,
    /// Not what base 64 looks like.
    #[error("base 64 not valid")]
    Base64,
    /// No certificate and no revocation list.
    #[error("neither certificate nor revocation list: {0}")]
    Malformed(#[from] Asn1Error),
    /// A master list that is refused.
    #[error(transparent)]
    MasterList(#[from] MasterListError),
}

/// Reads a file of any of these kinds.
///
/// # Errors
/// It holds nothing that can be taken. A PEM or LDIF file that holds more than one thing gives what can be taken, and
/// names the rest in [`Imported::refused`].
pub fn import(bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.len() > MAX_FILE_LEN {
        return Err(ImportError::TooLong);
    }
    let mut imported = Imported::default();
    if bytes.first() == Some(&tag::SEQUENCE) {
        imported.take(bytes)?;
        return Ok(imported);
    }
    let parts = if contains(bytes, PEM_BEGIN) { pem(bytes) } else { ldif::values(bytes) };
    for (index, part) in parts.into_iter().enumerate() {
        let taken = part.and_then(|part| imported.take(&part));
        if let Err(error) = taken {
            imported.refused.push((index + 1, error));
        }
    }
    if imported.is_empty() {
        let first = imported.refused.into_iter().next();
        return Err(first.map_or(ImportError::Nothing, |(_, error)| error));
    }
    Ok(imported)
}

impl Imported {
    fn take(&mut self, der: &[u8]) -> Result<(), ImportError> {
        match kind(der)? {
            Kind::Certificate => self.certificates.push(Certificate::parse(der)?),
            Kind::RevocationList => self.revocation_lists.push(Crl::parse(der)?),
            Kind::SignedData => self.master_lists.push(MasterList::parse(der)?),
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.revocation_lists.is_empty() && self.master_lists.is_empty()
    }
}

enum Kind {
    Certificate,
    RevocationList,
    SignedData,
}

/// What a DER or BER structure is: signed data begins with an object identifier; the list of a certificate has a serial
/// number or a version in `[0]` before the algorithm, and a revocation list has the algorithm before a name and a time.
fn kind(bytes: &[u8]) -> Result<Kind, Asn1Error> {
    if bytes.len() > MAX_MASTER_LIST_LEN.max(super::crl::MAX_CRL_LEN) {
        return Err(Asn1Error { kind: Asn1ErrorKind::Length, position: 0 });
    }
    // The outermost length may be indefinite; then it can only be signed data.
    if bytes.get(1) == Some(&0x80) {
        return Ok(Kind::SignedData);
    }
    let mut fields = Reader::only(bytes, tag::SEQUENCE)?.contents();
    let first = fields.next()?;
    if first.tag == tag::OID && first.oid()? == SIGNED_DATA {
        return Ok(Kind::SignedData);
    }
    let tags = first.contents().all(16)?;
    let tags: Vec<u8> = tags.iter().map(|element: &Tlv<'_>| element.tag).collect();
    Ok(match tags.as_slice() {
        [tag::SEQUENCE, tag::SEQUENCE, time, ..] | [tag::INTEGER, tag::SEQUENCE, tag::SEQUENCE, time, ..]
            if matches!(*time, tag::UTC_TIME | tag::GENERALIZED_TIME) =>
        {
            Kind::RevocationList
        }
        _ => Kind::Certificate,
    })
}

const PEM_BEGIN: &[u8] = b"-----BEGIN ";
const PEM_END: &[u8] = b"-----END ";

/// The blocks of a PEM file (RFC 7468) that can hold what is looked for; text between them, and keys, are passed over.
fn pem(bytes: &[u8]) -> Vec<Result<Vec<u8>, ImportError>> {
    let mut blocks = Vec::new();
    let mut body: Option<Vec<u8>> = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if let Some(label) = line.strip_prefix(PEM_BEGIN) {
            let wanted = [
                &b"CERTIFICATE-----"[..],
                b"TRUSTED CERTIFICATE-----",
                b"X509 CERTIFICATE-----",
                b"X509 CRL-----",
                b"CMS-----",
                b"PKCS7-----",
            ];
            body = wanted.contains(&label).then(Vec::new);
        } else if line.starts_with(PEM_END) {
            blocks.extend(body.take().map(|body| base64(&body)));
        } else if let Some(body) = &mut body {
            body.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    if body.is_some() {
        blocks.push(Err(ImportError::Base64));
    }
    blocks
}

pub(crate) fn base64(text: &[u8]) -> Result<Vec<u8>, ImportError> {
    let text = core::str::from_utf8(text).map_err(|_| ImportError::Base64)?;
    Base64::decode_vec(text).map_err(|_| ImportError::Base64)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
