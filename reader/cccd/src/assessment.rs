//! What a reading is worth: from files and proofs to the holder, the checks and the verdict.
//!
//! Nothing here talks to a card: the same serves a live read, a folder of files and a recorded session. [`content`]
//! parses the data groups; [`unsigned`] says which of them nobody vouches for; [`proofs`] what the chip's own proofs are
//! worth under passive authentication; [`card_security`] whether EF.CardSecurity is the issuer's; [`offer`] compares the
//! unsigned offer of PACE with the signed one; [`identity`] is what can be said before everything is read.

use std::collections::{BTreeMap, BTreeSet};

use icao9303::card::Access;
use icao9303::check::{Check, Remark};
use icao9303::lds;
use icao9303::lds::dg1::MrzHead;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::pace::ChipAuthenticationMapping;
use icao9303::passive_authentication::{
    self, Asked, DocumentIdentity, GroupState, IssuerCheck, PassiveAuthentication, SignatureCheck, Trust,
};
use jiff::Timestamp;

use crate::agreement;
use crate::checks::{self, Checks};
use crate::holder::{Given, Holder};
use crate::inspection::known;
use crate::mrz::DocumentMrz;
use crate::read::Reading;
use crate::trust_store::Trusted;
use crate::verdict::{self, Verdict};
use crate::{validity, warning};

mod card_security;
pub mod content;
pub mod identity;
mod offer;
mod proofs;
mod unsigned;

use content::Content;
pub use content::Portrait;

/// What there is to judge.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The files, each exactly its outer element.
    pub files: &'a BTreeMap<ElementaryFile, Vec<u8>>,
    /// The data groups that EF.SOD lists; `None` where it is missing or cannot be read.
    pub listed: Option<&'a BTreeSet<DataGroup>>,
    /// The data groups asked for by name; `None`: all.
    pub asked: Option<&'a [u8]>,
    /// The session with the chip; `None` where there was none, as for a folder of files.
    pub session: Option<Session<'a>>,
}

/// What only a session with a chip shows.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The chip itself answered, just now; not so in a replay.
    pub live: bool,
    /// PACE opened the chip; otherwise BAC did.
    pub by_pace: bool,
    /// EF.CardAccess, where the chip has one.
    pub card_access: Option<&'a [u8]>,
    /// Why PACE failed, where BAC was used after it.
    pub pace_failed: Option<&'a str>,
    /// What PACE with chip authentication mapping left to be verified.
    pub mapping_proof: Option<&'a ChipAuthenticationMapping>,
    /// Chip Authentication, where it was done.
    pub chip_authentication: Option<&'a Check>,
    /// Active Authentication, where it was done.
    pub active_authentication: Option<&'a Check>,
}

impl<'a> Evidence<'a> {
    /// The evidence of a reading.
    #[must_use]
    pub fn of(reading: &'a Reading, asked: Option<&'a [u8]>, live: bool) -> Self {
        let session = Session {
            live,
            by_pace: matches!(reading.access, Access::Pace { .. }),
            card_access: reading.card_access.as_deref(),
            pace_failed: reading.pace_failed.as_deref(),
            mapping_proof: reading.mapping_proof.as_ref(),
            chip_authentication: reading.chip_authentication.as_ref(),
            active_authentication: reading.active_authentication.as_ref(),
        };
        Self { files: &reading.files, listed: reading.listed.as_ref(), asked, session: Some(session) }
    }

    fn group(&self, group: DataGroup) -> Option<&'a [u8]> {
        self.files.get(&ElementaryFile::Dg(group)).map(Vec::as_slice)
    }
}

/// What it is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Yardstick<'a> {
    /// Trust anchors and revocation lists.
    pub trusted: &'a Trusted,
    /// The time of checking.
    pub at: Timestamp,
    /// What did not come from the chip.
    pub given: Given<'a>,
}

impl<'a> Yardstick<'a> {
    fn trust(&self) -> Trust<'a> {
        let Trusted { anchors, revocation_lists, .. } = self.trusted;
        Trust { anchors, revocation_lists, now: self.at.as_second() }
    }
}

/// The judgement.
#[derive(Debug)]
pub struct Assessment {
    /// Who it is, each field with its source.
    pub holder: Holder,
    /// The MRZ of DG1.
    pub mrz: Option<DocumentMrz>,
    /// The portrait of DG2.
    pub portrait: Option<Portrait>,
    /// The ten checks.
    pub checks: Checks,
    /// What they add up to.
    pub verdict: Verdict,
    /// What is odd about the person's data and decides nothing.
    pub warnings: Vec<Remark>,
    /// What is odd about encodings and certificates and decides nothing.
    pub deviations: Vec<Remark>,
    /// The files that EF.SOD lists, or that were asked for, and that were not read.
    pub absent: Vec<String>,
    /// The chip itself answered, just now.
    pub live: bool,
}

/// Judges.
#[must_use]
pub fn assess(evidence: &Evidence<'_>, by: &Yardstick<'_>) -> Assessment {
    assess_knowing(evidence, by, None)
}

/// The same, where passive authentication of the same EF.SOD and DG1 was done before and succeeded.
pub(crate) fn assess_knowing(
    evidence: &Evidence<'_>,
    by: &Yardstick<'_>,
    known: Option<&PassiveAuthentication>,
) -> Assessment {
    let content = Content::of(evidence.files, validity::today_in_vietnam(by.at));
    let trust = by.trust();
    let passive = passively(evidence, &content, &trust, known);
    let vouched_for = &passive.data_group_hashes.given;
    let named = vouched_for.contains(&DataGroup::DG1.number());
    let identity = if named { document(evidence, &content) } else { DocumentIdentity::default() };
    let (card_security, oddities) = card_security::judge(evidence, identity, &trust);
    let chip = content.chip().only(vouched_for);
    let holder = Holder::from_sources(&chip, &by.given);
    let (chip_authentication, active_authentication) = proofs::judge(evidence, &passive, &card_security);
    let checks = Checks {
        secure_channel: match evidence.session {
            Some(_) => Check::passed(),
            None => Check::skipped("the files were not read from a chip"),
        },
        data_group_hashes: hashes(&passive),
        sod_signature: signature(&passive),
        issuer: issuer(&passive),
        revocation: passive.revocation.clone(),
        chip_authentication,
        active_authentication,
        access_offer: offer::judge(evidence, &passive, &card_security),
        agreement: agreement::compare(&chip, &by.given),
        validity: validity::check(&chip, by.at),
    };
    let live = evidence.session.is_some_and(|session| session.live);
    let mut warnings = unsigned::warnings(evidence, &passive);
    warnings.extend(content.warnings.iter().cloned());
    warnings.extend(by.given.qr.iter().flat_map(|qr| qr.warnings().iter().cloned()));
    warnings.extend(warning::about_holder(&holder));
    let mut deviations = content.deviations.clone();
    deviations.extend(passive.remarks.iter().cloned());
    // Mostly the same signer as EF.SOD's, with the same oddities.
    let new: Vec<_> = oddities.into_iter().filter(|oddity| !deviations.contains(oddity)).collect();
    deviations.extend(new);
    Assessment {
        verdict: verdict::of(&checks, live),
        absent: absent(evidence, &passive),
        portrait: content.portrait.filter(|_| vouched_for.contains(&DataGroup::DG2.number())),
        mrz: content.dg1.filter(|_| vouched_for.contains(&DataGroup::DG1.number())),
        holder,
        checks,
        warnings,
        deviations,
        live,
    }
}

fn passively(
    evidence: &Evidence<'_>,
    content: &Content,
    trust: &Trust<'_>,
    known: Option<&PassiveAuthentication>,
) -> PassiveAuthentication {
    let files: Vec<_> = DataGroup::all().filter_map(|group| Some((group.number(), evidence.group(group)?))).collect();
    let cut: Vec<_> = files.iter().filter(|(_, file)| lds::is_cut_short(file)).map(|(group, _)| *group).collect();
    let sod = evidence.files.get(&ElementaryFile::Sod).map(Vec::as_slice);
    let seen = passive_authentication::Evidence {
        sod: sod.filter(|sod| !lds::is_cut_short(sod)),
        files: &files,
        cut: &cut,
        asked: evidence.asked.map_or(Asked::All, Asked::Only),
        document: document(evidence, content),
    };
    match known {
        Some(known) => known.with_files(&seen),
        None => passive_authentication::verify(&seen, trust),
    }
}

/// What DG1 says of the document: by its MRZ, or where that cannot be read, by the letters it begins with. What is wrong
/// further on changes nothing about who issued the document.
fn document<'a>(evidence: &Evidence<'a>, content: &'a Content) -> DocumentIdentity<'a> {
    if let Some(mrz) = content.dg1.as_ref().map(DocumentMrz::mrz) {
        let (state, code) = (mrz.issuing_state(), mrz.document_code());
        return DocumentIdentity { issuing_state: Some(state), document_code: Some(code) };
    }
    let head = evidence.group(DataGroup::DG1).and_then(MrzHead::of);
    DocumentIdentity {
        issuing_state: head.map(|head| head.issuing_state),
        document_code: head.map(|head| head.document_code),
    }
}

fn signature(passive: &PassiveAuthentication) -> checks::SodSignature {
    let SignatureCheck { check, algorithm, signer } = passive.sod_signature.clone();
    checks::SodSignature { check, algorithm, signer }
}

fn issuer(passive: &PassiveAuthentication) -> checks::Issuer {
    let IssuerCheck { check, anchor, anchor_fingerprint, path } = passive.issuer.clone();
    let known_as = anchor_fingerprint.as_ref().and_then(known::words_of_fingerprint);
    checks::Issuer { check, anchor, known_as, path }
}

fn hashes(passive: &PassiveAuthentication) -> checks::DataGroupHashes {
    let state = |state: &GroupState| match state {
        GroupState::Match => checks::GroupState::Match,
        GroupState::Mismatch => checks::GroupState::Mismatch,
        GroupState::Missing => checks::GroupState::Missing,
        GroupState::NotRead => checks::GroupState::NotRead,
        GroupState::Denied => checks::GroupState::Denied,
        GroupState::NotInSod => checks::GroupState::NotInSod,
    };
    let hashes = &passive.data_group_hashes;
    checks::DataGroupHashes {
        check: hashes.check.clone(),
        algorithm: hashes.algorithm.clone(),
        groups: hashes.groups.iter().map(|(number, found)| (*number, state(found))).collect(),
    }
}

/// Files that are listed or were asked for, and were not read, or not to their end: hidden, refused, or not to be read
/// without terminal authentication. Groups that nobody asked for are no such thing.
fn absent(evidence: &Evidence<'_>, passive: &PassiveAuthentication) -> Vec<String> {
    let listed = evidence.listed.into_iter().flatten().copied();
    let asked = evidence.asked.into_iter().flatten().filter_map(|&number| DataGroup::new(number));
    let expected: BTreeSet<_> = match evidence.asked {
        None => listed.collect(),
        Some(_) => {
            let proofs = listed.filter(|group| matches!(*group, DataGroup::DG14 | DataGroup::DG15));
            asked.chain(proofs).collect()
        }
    };
    let mut absent = Vec::new();
    if !evidence.files.contains_key(&ElementaryFile::Sod) {
        absent.push(ElementaryFile::Sod.to_string());
    }
    let is_there = |group: &DataGroup| evidence.group(*group).is_some() && !unsigned::is_withheld(*group, passive);
    absent.extend(expected.into_iter().filter(|group| !is_there(group)).map(|group| group.to_string()));
    absent
}
