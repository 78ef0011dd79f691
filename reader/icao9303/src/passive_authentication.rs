//! Passive authentication (Doc 9303-11 §5.1, Doc 9303-12): are the data those that the issuing state signed?
//!
//! [`verify`] is a function of its arguments alone: the files, what the caller trusts, and the time. It gives four
//! results that stand apart, because they mean different things to a person: the hashes, the signature of EF.SOD, who
//! issued the signer, and whether it was revoked. Unknown is not failed, and failed is not unknown.
//!
//! Read in this order: `sod` is the file, `cms` its signature container, `certificate` (with `name`, `extensions`, `time`)
//! the Document Signer; `data_groups`, `signature`, `issuer` and `revocation` are the four checks; `anchors` and `chain`
//! lead to whom the caller trusts, `crl` to what he distrusts; `import` takes both from files, `master_list` and `ldif`
//! among them. `asn1`, `ber` and `signed` are below all of them: signatures are verified over bytes as received.

mod anchors;
mod asn1;
mod ber;
mod card_security;
mod certificate;
mod chain;
mod cms;
mod country;
mod crl;
mod data_groups;
mod deviations;
mod extensions;
mod import;
mod issuer;
mod ldif;
mod master_list;
mod name;
mod revocation;
mod signature;
mod signed;
mod sod;
mod time;

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::check::{Check, Reason, Remark, Status};

pub use anchors::{Added, TrustAnchors};
pub use asn1::{Asn1Error, Asn1ErrorKind};
pub use card_security::{CardSecurity, CardSecurityResult};
pub use certificate::{Certificate, MAX_CERTIFICATE_LEN};
pub use crl::{Crl, MAX_CRL_LEN};
pub use data_groups::{Asked, DataGroupHashes, GroupState};
pub use extensions::{BasicConstraints, Extensions, KeyUsage};
pub use import::{ImportError, Imported, import};
pub use issuer::{DocumentIdentity, IssuerCheck};
pub use master_list::{MasterList, MasterListError};
pub use name::Name;
pub use signature::SignatureCheck;
pub use signed::Unverified;
pub use sod::{EfSod, LdsSecurityObject, MAX_SOD_LEN};
pub use time::UnixTime;

use chain::Pool;

/// Whom the caller trusts, and when.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// Country signing authorities.
    pub anchors: &'a TrustAnchors,
    /// Certificate revocation lists.
    pub revocation_lists: &'a [Crl],
    /// The time of checking.
    pub now: UnixTime,
}

/// What was read from the chip.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// EF.SOD, where the chip gave it.
    pub sod: Option<&'a [u8]>,
    /// The data groups read: number, and exactly the bytes of the outer element.
    pub files: &'a [(u8, &'a [u8])],
    /// Those of them that end before their own header says. Whoever stands between card and reader can end a file with
    /// a status word that nothing protects, so what was cut short counts as not given, unless its hash is the listed one.
    pub cut: &'a [u8],
    /// Which data groups the reader set out to read.
    pub asked: Asked<'a>,
    /// What DG1 says of the document. It counts only where EF.SOD lists DG1 and the chip gave it whole: whoever adds a DG1
    /// could name the state that suits the signer.
    pub document: DocumentIdentity<'a>,
}

/// The results.
#[derive(Clone, Debug)]
pub struct PassiveAuthentication {
    /// Are the data groups those that EF.SOD lists?
    pub data_group_hashes: DataGroupHashes,
    /// Is EF.SOD as its signer made it?
    pub sod_signature: SignatureCheck,
    /// Is the signer one of the issuing state?
    pub issuer: IssuerCheck,
    /// Is the signer's certificate still good?
    pub revocation: Check,
    /// When the signer says it signed.
    pub signing_time: Option<UnixTime>,
    /// The Document Signer's certificate.
    pub document_signer: Option<Certificate>,
    /// What is odd and decides nothing.
    pub remarks: Vec<Remark>,
}

impl PassiveAuthentication {
    /// Whether that data group is what the signer of EF.SOD signed. A key for Chip or Active Authentication proves
    /// nothing unless its data group is covered.
    #[must_use]
    pub fn covers(&self, group: u8) -> bool {
        self.data_group_hashes.groups.get(&group) == Some(&GroupState::Match)
            && self.sod_signature.check.status == Status::Passed
    }

    /// The same once more files are read: the hashes anew, what follows from EF.SOD and DG1 as it was. These two must be
    /// those that it was done with.
    #[must_use]
    pub fn with_files(&self, evidence: &Evidence<'_>) -> Self {
        match evidence.sod.map(EfSod::parse) {
            Some(Ok(sod)) => {
                let data_group_hashes = data_groups::check(sod.security_object(), evidence);
                Self { data_group_hashes, ..self.clone() }
            }
            Some(Err(_)) | None => undecided(evidence, &Check::unknown(Reason::FileMissing, "EF.SOD is not there")),
        }
    }
}

/// Does passive authentication.
#[must_use]
pub fn verify(evidence: &Evidence<'_>, trust: &Trust<'_>) -> PassiveAuthentication {
    let Some(file) = evidence.sod else {
        return undecided(evidence, &Check::unknown(Reason::FileMissing, "the chip does not give EF.SOD"));
    };
    match EfSod::parse(file) {
        Ok(sod) => verify_sod(&sod, evidence, trust),
        Err(error) => {
            undecided(evidence, &Check::unknown(Reason::Malformed, alloc::format!("EF.SOD cannot be read: {error}")))
        }
    }
}

fn verify_sod(sod: &EfSod, evidence: &Evidence<'_>, trust: &Trust<'_>) -> PassiveAuthentication {
    let data_group_hashes = data_groups::check(sod.security_object(), evidence);
    let signed_data = match sod.signed_data() {
        Ok(signed_data) => signed_data,
        Err(error) => return undecided(evidence, &Check::unknown(Reason::Malformed, error.to_string())),
    };
    let judged = signature::check(&signed_data, sod::is_lds_security_object);
    let named = data_group_hashes.given.contains(&1);
    let document = if named { evidence.document } else { DocumentIdentity::default() };
    let provenance = provenance(judged.certificate.as_ref(), &signed_data.certificates, document, trust);
    let mut remarks = deviations::of_sod(sod, &signed_data.content_type);
    remarks.extend(judged.remarks);
    remarks.extend(provenance.remarks);
    if let Some(certificate) = &judged.certificate {
        remarks.extend(deviations::of_signing_time(certificate, judged.signing_time));
    }
    PassiveAuthentication {
        data_group_hashes,
        sod_signature: judged.result,
        issuer: provenance.issuer,
        revocation: provenance.revocation,
        signing_time: judged.signing_time,
        document_signer: judged.certificate,
        remarks,
    }
}

/// Where a signer comes from.
struct Provenance {
    issuer: IssuerCheck,
    revocation: Check,
    remarks: Vec<Remark>,
}

fn provenance(
    signer: Option<&Certificate>,
    supplied: &[Certificate],
    document: DocumentIdentity<'_>,
    trust: &Trust<'_>,
) -> Provenance {
    let Some(signer) = signer else {
        let check = Check::unknown(Reason::DsMissing, "the Document Signer's certificate is not there");
        return Provenance { issuer: no_issuer(check.clone()), revocation: check, remarks: Vec::new() };
    };
    let pool = Pool::new(trust.anchors, supplied);
    let (issuer, authority) = issuer::check(signer, &pool, document, trust.now);
    let revocation = match authority {
        Some(authority) => revocation::check(signer, authority, &pool, trust.revocation_lists, trust.now),
        None => Check::unknown(Reason::NoCrl, "without the issuer no revocation list can be verified"),
    };
    let mut remarks = deviations::of_certificate(signer, "Document Signer");
    if let Some(authority) = authority {
        remarks.extend(deviations::of_certificate(authority, "country signer"));
        remarks.extend(deviations::of_issuing_time(signer, authority));
    }
    Provenance { issuer, revocation, remarks }
}

fn undecided(evidence: &Evidence<'_>, check: &Check) -> PassiveAuthentication {
    PassiveAuthentication {
        data_group_hashes: data_groups::without_sod(check.clone(), evidence.files),
        sod_signature: SignatureCheck { check: check.clone(), algorithm: None, signer: None },
        issuer: no_issuer(check.clone()),
        revocation: check.clone(),
        signing_time: None,
        document_signer: None,
        remarks: Vec::new(),
    }
}

fn no_issuer(check: Check) -> IssuerCheck {
    IssuerCheck { check, anchor: None, anchor_fingerprint: None, path: Vec::new() }
}
