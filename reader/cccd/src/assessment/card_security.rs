//! EF.CardSecurity: SecurityInfos that are signed apart from EF.SOD, in the master file. It is the signed copy of the PACE
//! offer where DG14 holds none, and has the key of chip authentication mapping.

use icao9303::check::{Check, Reason, Remark};
use icao9303::lds;
use icao9303::lds::file::ElementaryFile;
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::passive_authentication::{self, DocumentIdentity, Trust};

use super::Evidence;

/// What EF.CardSecurity is worth.
#[derive(Debug)]
pub(super) enum CardSecurity {
    /// It was not needed, or the chip did not give it.
    NotRead,
    /// The state that issued the document signed it.
    Trusted(SecurityInfos),
    /// It was read and is not known to be the issuing state's: unknown, with the reason.
    Doubtful(Check),
}

impl CardSecurity {
    /// Its SecurityInfos, where they count.
    pub(super) const fn infos(&self) -> Option<&SecurityInfos> {
        match self {
            Self::Trusted(infos) => Some(infos),
            Self::NotRead | Self::Doubtful(_) => None,
        }
    }
}

/// Verifies EF.CardSecurity as EF.SOD is: its signature, and that its signer is one of the state that issued the document,
/// up to an anchor, and not revoked. The second value is what is odd about it.
pub(super) fn judge(
    evidence: &Evidence<'_>,
    document: DocumentIdentity<'_>,
    trust: &Trust<'_>,
) -> (CardSecurity, Vec<Remark>) {
    let Some(file) = evidence.files.get(&ElementaryFile::CardSecurity) else {
        return (CardSecurity::NotRead, Vec::new());
    };
    if lds::is_cut_short(file) {
        let check = Check::unknown(Reason::FileMissing, "the chip does not give all of EF.CardSecurity");
        return (CardSecurity::Doubtful(check), Vec::new());
    }
    let malformed = |why: &dyn std::fmt::Display| {
        let check = Check::unknown(Reason::Malformed, format!("EF.CardSecurity cannot be read: {why}"));
        (CardSecurity::Doubtful(check), Vec::new())
    };
    let parsed = passive_authentication::CardSecurity::parse(file)
        .and_then(|parsed| Ok((SecurityInfos::parse(parsed.security_infos()), parsed.verify(document, trust)?)));
    let (infos, result) = match parsed {
        Ok((Ok(infos), result)) => (infos, result),
        Ok((Err(error), _)) => return malformed(&error),
        Err(error) => return malformed(&error),
    };
    let objection = result.objection().map(|check| {
        let reason = check.reason.unwrap_or(Reason::NotRead);
        // Never failed: it says nothing about the document's own data, which have a signature of their own.
        Check::unknown(reason, format!("EF.CardSecurity is not known to be the issuer's: {}", check.message))
    });
    (objection.map_or(CardSecurity::Trusted(infos), CardSecurity::Doubtful), result.remarks)
}
