//! Who it is, as soon as that is proven: DG1 and DG13 are read first and are a few hundred bytes, while the portrait takes
//! half of the read.

use std::collections::{BTreeMap, BTreeSet};

use icao9303::check::Status;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::PassiveAuthentication;

use super::content::Content;
use super::{Evidence, Yardstick, passively};
use crate::holder::Holder;
use crate::mrz::DocumentMrz;
use crate::validity::today_in_vietnam;

/// The data groups that say who it is.
pub const GROUPS: [DataGroup; 2] = [DataGroup::DG1, DataGroup::DG13];

/// Who it is: signed by a trusted issuer and not revoked. Whether the chip is a copy, and everything else, is not known yet.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The fields of DG1 and DG13, each with its source.
    pub holder: Holder,
    /// The MRZ of DG1.
    pub mrz: Option<DocumentMrz>,
    /// Passive authentication of what it follows from.
    pub(crate) passive: PassiveAuthentication,
}

/// Who it is by these files, if passive authentication covers all of them: their hashes, the signature, the issuer, and no
/// revocation. Otherwise nothing: then only the whole judgement can say what is to be made of the card.
#[must_use]
pub fn identify(
    files: &BTreeMap<ElementaryFile, Vec<u8>>,
    listed: &BTreeSet<DataGroup>,
    by: &Yardstick<'_>,
) -> Option<Identity> {
    let evidence = Evidence { files, listed: Some(listed), asked: None, session: None };
    let content = Content::of(files, today_in_vietnam(by.at));
    let passive = passively(&evidence, &content, &by.trust(), None);
    let covered = DataGroup::all().filter(|group| evidence.group(*group).is_some());
    let proven = covered.map(DataGroup::number).all(|group| passive.covers(group))
        && passive.issuer.check.status == Status::Passed
        && passive.revocation.status != Status::Failed;
    let chip = content.chip().only(&passive.data_group_hashes.given);
    proven.then(|| Identity { holder: Holder::from_sources(&chip, &by.given), mrz: content.dg1.clone(), passive })
}
