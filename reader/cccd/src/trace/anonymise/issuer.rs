//! The issuer of a made-up card: trust anchors, revocation lists and EF.SOD with other names, numbers, keys and
//! signatures, in the shape of those they stand for. What verified verifies; what did not, does not.

use std::collections::BTreeMap;

use icao9303::check::Status;
use icao9303::crypto::hash::HashAlgorithm;
use icao9303::crypto::signature::SignatureScheme;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::{Certificate, Crl, EfSod};
use icao9303::tlv::{Reader, Tlv, parse_one};

use super::AnonymiseError;
use super::der::{Depth, apply, edits, sign, unverifiable, verifies};
use super::substitutes::{Substitutes, random};

const OID_MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
const OID_SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05];

/// The certificates that can have signed something: as they were.
pub(super) struct Issuer {
    pool: Vec<Certificate>,
}

impl Issuer {
    /// Of all certificates of a trace.
    pub(super) fn new(
        anchors: impl Iterator<Item = Certificate>,
        sod: Option<&[u8]>,
        substitutes: &mut Substitutes,
    ) -> Self {
        let mut pool: Vec<_> = anchors.collect();
        let found = sod.and_then(certificate_set).map(|set| set.raw.to_vec());
        let set = found.as_deref().and_then(|set| parse_one(set).ok());
        pool.extend(
            set.iter().flat_map(|(set, _)| set.children().flatten()).filter_map(|one| Certificate::parse(one.raw).ok()),
        );
        // Before any identifier of a key is met. Keys of other kinds are refused where one has to sign.
        for certificate in &pool {
            let _ = substitutes.key(certificate.public_key_info());
        }
        Self { pool }
    }

    /// A certificate in the shape of this one.
    pub(super) fn certificate(&self, old: &[u8], substitutes: &mut Substitutes) -> Result<Vec<u8>, AnonymiseError> {
        let known =
            Certificate::parse(old).map_err(|_| AnonymiseError::Unsupported("certificates that cannot be read"))?;
        let signer = self.pool.iter().find(|issuer| known.verify_signature(issuer).is_ok());
        signed(old, signer, substitutes)
    }

    /// A revocation list in the shape of this one.
    pub(super) fn revocation_list(&self, old: &[u8], substitutes: &mut Substitutes) -> Result<Vec<u8>, AnonymiseError> {
        let known = Crl::parse(old).map_err(|_| AnonymiseError::Unsupported("revocation lists that cannot be read"))?;
        let signer = self.pool.iter().find(|issuer| known.verify_signature(issuer).is_ok());
        signed(old, signer, substitutes)
    }

    /// EF.SOD in the shape of this one, for other files. `before` and `after` are the files as they were and as they are;
    /// `signature` is what was found of the signature.
    pub(super) fn sod(
        &self,
        old: &[u8],
        before: &BTreeMap<ElementaryFile, Vec<u8>>,
        after: &BTreeMap<ElementaryFile, Vec<u8>>,
        signature: Status,
        substitutes: &mut Substitutes,
    ) -> Result<Vec<u8>, AnonymiseError> {
        let unreadable = AnonymiseError::Unsupported("an EF.SOD that cannot be read");
        let Ok(sod) = EfSod::parse(old) else {
            // Nothing is verified by it, so nothing of it has to hold.
            return Ok(opaque(old));
        };
        let parts = Parts::of(old).ok_or(unreadable)?;
        let mut new = old.to_vec();
        // Bytes that the chip filled the file with.
        if let Ok((outer, rest)) = parse_one(old) {
            apply(&mut new, &[(outer.raw.len(), random(rest.len()))]);
        }
        let mut changes = Vec::new();
        for certificate in parts.certificates.iter().flat_map(Tlv::children) {
            let certificate = certificate?;
            changes.push((certificate.position, self.certificate(certificate.raw, substitutes)?));
        }
        for element in &parts.others {
            edits(element, Depth::Everything, substitutes, &mut changes)?;
        }
        apply(&mut new, &changes);
        apply(&mut new, &hashes(&parts, &sod, before, after)?);
        let hint = hash_of(parts.digest.raw);
        let scheme = SignatureScheme::from_algorithm_identifier(parts.algorithm.raw, hint);
        let was = parts.signature.value;
        let signs = |one: &&Certificate| {
            let verifies = |scheme| verifies(scheme, one.public_key_info(), &parts.message(old), was);
            scheme.as_ref().is_ok_and(verifies)
        };
        let signer = self.pool.iter().find(signs).or_else(|| self.pool.last());
        let content = |bytes: &[u8]| bytes.get(parts.content.clone()).map(<[u8]>::to_vec).unwrap_or_default();
        if let Some(attributes) = &parts.attributes {
            let made = signer.map_or(0, Certificate::not_before);
            let contents = [content(old), content(&new)];
            apply(&mut new, &attribute_edits(attributes, hint, &contents, made, substitutes)?);
        }
        let value = match (&scheme, signer, signature) {
            (Ok(scheme), Some(signer), Status::Passed) => {
                sign(scheme, &substitutes.private_key(signer.public_key_info())?, &parts.message(&new), was)?
            }
            _ => unverifiable(was),
        };
        apply(&mut new, &[(parts.signature.value_position(), value)]);
        Ok(new)
    }
}

/// A signed structure, `SEQUENCE { what, algorithm, BIT STRING }`, with everything in it replaced.
fn signed(old: &[u8], signer: Option<&Certificate>, substitutes: &mut Substitutes) -> Result<Vec<u8>, AnonymiseError> {
    let (outer, _) = parse_one(old)?;
    let parts: Vec<_> = outer.children().collect::<Result<_, _>>()?;
    let [what, algorithm, signature] = parts.as_slice() else {
        return Err(AnonymiseError::Unsupported("certificates that cannot be read"));
    };
    let mut new = old.to_vec();
    let mut changes = Vec::new();
    edits(what, Depth::Everything, substitutes, &mut changes)?;
    apply(&mut new, &changes);
    let was = signature.value.get(1..).unwrap_or_default();
    let value = match signer {
        Some(signer) => {
            let scheme = SignatureScheme::from_algorithm_identifier(algorithm.raw, None)
                .map_err(|_| AnonymiseError::Unsupported("signature algorithms that are not known"))?;
            let message = new.get(what.position..what.position + what.raw.len()).unwrap_or_default().to_vec();
            sign(&scheme, &substitutes.private_key(signer.public_key_info())?, &message, was)?
        }
        None => unverifiable(was),
    };
    apply(&mut new, &[(signature.value_position() + 1, value)]);
    Ok(new)
}

/// The outer tag and length, and random bytes.
pub(super) fn opaque(old: &[u8]) -> Vec<u8> {
    let header = parse_one(old).map_or(0, |(outer, _)| outer.value_position());
    let mut new = random(old.len());
    new.iter_mut().zip(old).take(header).for_each(|(new, old)| *new = *old);
    new
}

/// Where in EF.SOD is what (RFC 5652, 5.1 and 5.3).
struct Parts<'a> {
    /// The LDS security object.
    content: std::ops::Range<usize>,
    content_element: Tlv<'a>,
    certificates: Option<Tlv<'a>>,
    digest: Tlv<'a>,
    attributes: Option<Tlv<'a>>,
    algorithm: Tlv<'a>,
    signature: Tlv<'a>,
    /// What is replaced as it comes.
    others: Vec<Tlv<'a>>,
}

impl<'a> Parts<'a> {
    fn of(file: &'a [u8]) -> Option<Self> {
        let signed_data = signed_data(file)?;
        let mut others = Vec::new();
        let (mut content_element, mut certificates, mut signers) = (None, None, None);
        for child in signed_data.children() {
            let child = child.ok()?;
            match child.tag {
                0x02 => {}
                0x30 => content_element = child.children().nth(1)?.ok()?.children().next()?.ok(),
                0xA0 => certificates = Some(child),
                // The first SET names digest algorithms.
                0x31 => signers = Some(child),
                _ => others.push(child),
            }
        }
        let content_element = content_element.filter(|element| element.tag == 0x04)?;
        let start = content_element.value_position();
        let mut signers = signers?.children();
        let signer = signers.next()?.ok()?;
        if signers.next().is_some() {
            return None;
        }
        let fields: Vec<_> = signer.children().collect::<Result<_, _>>().ok()?;
        let [_version, identifier, digest, rest @ ..] = fields.as_slice() else { return None };
        let (attributes, rest) = match rest {
            [first, rest @ ..] if first.tag == 0xA0 => (Some(*first), rest),
            rest => (None, rest),
        };
        let [algorithm, signature, unsigned @ ..] = rest else { return None };
        others.push(*identifier);
        others.extend(unsigned);
        Some(Self {
            content: start..start + content_element.value.len(),
            content_element,
            certificates,
            digest: *digest,
            attributes,
            algorithm: *algorithm,
            signature: *signature,
            others,
        })
    }

    /// What is signed, in this file or one of the same shape.
    fn message(&self, bytes: &[u8]) -> Vec<u8> {
        let Some(attributes) = &self.attributes else {
            return bytes.get(self.content.clone()).map(<[u8]>::to_vec).unwrap_or_default();
        };
        let end = attributes.position + attributes.raw.len();
        let mut message = bytes.get(attributes.position..end).map(<[u8]>::to_vec).unwrap_or_default();
        // As a SET OF (RFC 5652, 5.4).
        message.first_mut().into_iter().for_each(|tag| *tag = 0x31);
        message
    }
}

fn signed_data(file: &[u8]) -> Option<Tlv<'_>> {
    let (outer, _) = parse_one(file).ok()?;
    let info = outer.children().next()?.ok()?;
    info.children().nth(1)?.ok()?.children().next()?.ok()
}

fn certificate_set(file: &[u8]) -> Option<Tlv<'_>> {
    signed_data(file)?.children().flatten().find(|child| child.tag == 0xA0)
}

fn hash_of(algorithm: &[u8]) -> Option<HashAlgorithm> {
    let (algorithm, _) = parse_one(algorithm).ok()?;
    let identifier = algorithm.children().next()?.ok()?;
    HashAlgorithm::from_oid(&der::asn1::ObjectIdentifier::from_bytes(identifier.value).ok()?)
}

/// The hash of each group: of the new file where it was that of the old one, anything else where it was not.
fn hashes(
    parts: &Parts<'_>,
    sod: &EfSod,
    before: &BTreeMap<ElementaryFile, Vec<u8>>,
    after: &BTreeMap<ElementaryFile, Vec<u8>>,
) -> Result<Vec<(usize, Vec<u8>)>, AnonymiseError> {
    let mut changes = Vec::new();
    let content = Reader::at(parts.content_element.value, parts.content.start).next();
    let Some(object) = content.transpose()? else { return Ok(changes) };
    let algorithm = sod.security_object().hash_algorithm.as_ref().ok();
    let list = object.children().flatten().filter(|child| child.tag == 0x30).nth(1);
    for entry in list.iter().flat_map(Tlv::children) {
        let fields: Vec<_> = entry?.children().collect::<Result<_, _>>()?;
        let [number, hash] = fields.as_slice() else { continue };
        let group = number.value.last().copied().and_then(DataGroup::new).map(ElementaryFile::Dg);
        let file = |files: &BTreeMap<ElementaryFile, Vec<u8>>| group.and_then(|group| files.get(&group).cloned());
        let matched =
            algorithm.zip(file(before)).is_some_and(|(algorithm, file)| algorithm.digest(&file) == hash.value);
        let new = match (matched, algorithm.zip(file(after))) {
            (true, Some((algorithm, file))) => algorithm.digest(&file),
            _ => random(hash.value.len()),
        };
        changes.push((hash.value_position(), new));
    }
    Ok(changes)
}

/// `contents` are the signed contents before and after, `made` when the signer's certificate begins to be valid.
fn attribute_edits(
    attributes: &Tlv<'_>,
    hash: Option<HashAlgorithm>,
    contents: &[Vec<u8>; 2],
    made: i64,
    substitutes: &mut Substitutes,
) -> Result<Vec<(usize, Vec<u8>)>, AnonymiseError> {
    let [old, new] = contents;
    let mut changes = Vec::new();
    for attribute in attributes.children() {
        let attribute = attribute?;
        let parts: Vec<_> = attribute.children().collect::<Result<_, _>>()?;
        let [kind, values] = parts.as_slice() else { continue };
        let value = values.children().next().transpose()?;
        match (kind.value, value) {
            (OID_MESSAGE_DIGEST, Some(value)) => {
                let digest = hash.filter(|hash| hash.digest(old) == value.value);
                let new = digest.map_or_else(|| random(value.value.len()), |hash| hash.digest(new));
                changes.push((value.value_position(), new));
            }
            // The moment in which the card was made: the first in which it could have been.
            (OID_SIGNING_TIME, Some(value)) => {
                let made = jiff::Timestamp::from_second(made).unwrap_or_default();
                let form = if value.tag == 0x17 { "%y%m%d%H%M%SZ" } else { "%Y%m%d%H%M%SZ" };
                let time = made.strftime(form).to_string().into_bytes();
                if time.len() != value.value.len() {
                    return Err(AnonymiseError::Unsupported("signing times in another form than usual"));
                }
                changes.push((value.value_position(), time));
            }
            _ => edits(values, Depth::Everything, substitutes, &mut changes)?,
        }
    }
    Ok(changes)
}
