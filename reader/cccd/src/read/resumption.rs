//! What is kept of a session that broke off, and how the next one shows that it is with the same chip.
//!
//! The files of two cards must never be mixed. EF.SOD already holds them together as one set; but a chip proof that the one
//! card gave must not stand for the files of the other, so that nothing is taken over before this chip has proven anew that
//! it holds the key of the earlier one, or, where it has no such key, has given the same EF.SOD and the same first file.

use std::collections::BTreeMap;

use icao9303::check::{Check, Status};
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::transport::Transport;
use rand_core::CryptoRng;

use super::session::{Ended, Session};
use super::{Event, Request, proofs};

/// The files that an earlier session read to their end.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    files: BTreeMap<ElementaryFile, Vec<u8>>,
}

impl Kept {
    /// Whether it saves anything: EF.SOD alone is read again for the proof.
    #[must_use]
    pub fn is_worth_a_proof(&self) -> bool {
        self.first_group().is_some()
    }

    /// Keeps nothing.
    pub fn forget(&mut self) {
        self.files.clear();
    }

    fn first_group(&self) -> Option<ElementaryFile> {
        self.files.keys().copied().find(|file| matches!(file, ElementaryFile::Dg(_)))
    }

    fn group(&self, group: DataGroup) -> Option<&[u8]> {
        self.files.get(&ElementaryFile::Dg(group)).map(Vec::as_slice)
    }
}

/// The chip proofs that a session began with.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    pub chip_authentication: Option<Check>,
    pub active_authentication: Option<Check>,
}

impl<T: Transport> Session<'_, '_, T> {
    /// Takes over what was kept, where this chip proves to be the one that gave it. [`Ended::AnotherChip`] where it does
    /// not.
    pub(super) fn resume(
        &mut self,
        kept: &mut Kept,
        request: &Request,
        rng: &mut dyn CryptoRng,
    ) -> Result<Proofs, Ended> {
        let mut proofs = Proofs::default();
        if kept.is_worth_a_proof() {
            proofs = self.same_chip(kept, request, rng)?;
            self.resumed = true;
            (self.observer)(Event::Resumed);
        }
        for (file, bytes) in std::mem::take(&mut kept.files) {
            self.files.entry(file).or_insert(bytes);
        }
        self.began = true;
        Ok(proofs)
    }

    /// Leaves what was read to its end to the next session.
    pub(super) fn leave(self, kept: &mut Kept) {
        if self.began {
            kept.files = self.files;
            kept.files.retain(|file, _| !self.cut.contains(file));
        }
    }

    fn same_chip(&mut self, kept: &Kept, request: &Request, rng: &mut dyn CryptoRng) -> Result<Proofs, Ended> {
        let dg14 = kept.group(DataGroup::DG14);
        if let Some(dg14) = dg14 {
            self.phase("chip_authentication");
            match proofs::chip_authentication(&mut self.card, dg14, rng) {
                Ok(check) if check.status == Status::Passed => {
                    return Ok(Proofs { chip_authentication: Some(check), active_authentication: None });
                }
                Ok(_) => {}
                Err(Ended::ChannelLostInProof(_)) => return Err(Ended::AnotherChip),
                Err(ended) => return Err(ended),
            }
        }
        // An answer to a challenge that the caller chose may be the one of the earlier session, played again.
        if let (Some(dg15), None) = (kept.group(DataGroup::DG15), request.challenge) {
            self.phase("active_authentication");
            let check = proofs::active_authentication(&mut self.card, dg15, dg14, None, rng)?;
            match check.status {
                Status::Passed => {
                    return Ok(Proofs { chip_authentication: None, active_authentication: Some(check) });
                }
                Status::Failed => return Err(Ended::AnotherChip),
                _ => {}
            }
        }
        for file in [Some(ElementaryFile::Sod), kept.first_group()].into_iter().flatten() {
            self.read(file)?;
            if self.files.get(&file) != kept.files.get(&file) {
                return Err(Ended::AnotherChip);
            }
        }
        Ok(Proofs::default())
    }
}
