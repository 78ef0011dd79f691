//! One session with a chip, from EF.CardAccess to the last file.

use std::collections::{BTreeMap, BTreeSet};

use icao9303::card::{Access, Card, CardError, FileContent, Secured};
use icao9303::check::Check;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::lds::security_infos::{Mapping, SecurityInfos};
use icao9303::passive_authentication::EfSod;
use icao9303::secure_messaging::SecureMessagingError;
use icao9303::terminal_authentication::TerminalAuthentication;
use icao9303::transport::Transport;
use rand_core::CryptoRng;

use super::resumption::{Kept, Proofs};
use super::statistics::{Metered, Statistics};
use super::{Event, ReadError, Reading, Request, access, proofs};

mod terminal;

/// How a session ended early.
#[derive(Clone, Debug)]
pub enum Ended {
    /// Nothing more can be done.
    Failed(ReadError),
    /// The chip failed to prove itself in a way that took the channel with it. What it would have given can still be
    /// read in another session that does not ask for this proof again.
    ChannelLostInProof(Check),
    /// The channel broke at this file, though the link stands: the chip dropped its keys. It was lifted for a moment, or
    /// it does so at a file that it does not give.
    ChannelLostAt(ElementaryFile, CardError),
    /// It is not the chip whose files were kept.
    AnotherChip,
}

/// What earlier sessions with the same card taught.
#[derive(Clone, Debug, Default)]
pub struct Lessons {
    /// The result of a Chip Authentication that took the channel with it.
    pub proof: Option<Check>,
    /// How often the channel was lost at a file, perhaps behind an answer without protection and for a wrong idea of what
    /// the chip counts then: each time the next idea comes first.
    pub losses: u8,
    /// Files that cost the channel, and how: not asked for again.
    pub unreadable: BTreeMap<ElementaryFile, String>,
}

impl<E: Into<ReadError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Who wants to know what happens meanwhile.
pub type Observer<'a> = &'a mut dyn FnMut(Event<'_>);

/// Reads one chip over one link, which must carry a card that was just reset. What an earlier session read to its end is
/// taken over, where the chip proves to be the same; what this one did, where it breaks off, is left to the next.
///
/// # Errors
/// The chip could not be opened, or the channel or the link failed on the way. A file that the chip does not give is no
/// error: it is reported beside the rest.
pub fn run<T: Transport>(
    link: T,
    statistics: &Statistics,
    request: &Request,
    lessons: &Lessons,
    kept: &mut Kept,
    rng: &mut dyn CryptoRng,
    observer: Observer<'_>,
) -> Result<Reading, Ended> {
    begin(statistics, observer, "access");
    let learnt = link.learnt();
    let mut opened = access::open(Card::new(Metered::new(link, statistics)), learnt, request, rng)?;
    opened.card.expect_counted(2 - lessons.losses % 3);
    let mut session = Session {
        cipher: opened.card.cipher(),
        card: opened.card,
        observer,
        lessons,
        files: BTreeMap::new(),
        refused: BTreeMap::new(),
        cut: BTreeSet::new(),
        began: false,
        resumed: false,
    };
    match session.everything(request, kept, rng) {
        Ok(found) => Ok(session.reading(found, opened.pace_failed, opened.card_access)),
        Err(ended) => {
            session.leave(kept);
            Err(ended)
        }
    }
}

/// What is known only when everything is read.
struct Found {
    listed: Option<BTreeSet<DataGroup>>,
    proofs: Proofs,
    terminal_authentication: Option<TerminalAuthentication>,
}

pub(super) struct Session<'a, 'o, T> {
    pub(super) card: Card<Metered<T>, Secured>,
    cipher: icao9303::crypto::cipher::Cipher,
    pub(super) observer: Observer<'o>,
    lessons: &'a Lessons,
    pub(super) files: BTreeMap<ElementaryFile, Vec<u8>>,
    refused: BTreeMap<ElementaryFile, String>,
    /// The files that end before their header says.
    pub(super) cut: BTreeSet<ElementaryFile>,
    /// The files are this chip's: from here on they are worth keeping.
    pub(super) began: bool,
    /// Files of an earlier session were taken over.
    pub(super) resumed: bool,
}

impl<T: Transport> Session<'_, '_, T> {
    fn everything(&mut self, request: &Request, kept: &mut Kept, rng: &mut dyn CryptoRng) -> Result<Found, Ended> {
        // It lies in the master file, which some chips do not let a session return to.
        let at_once = self.mapped_with_chip_authentication();
        if at_once {
            self.read(ElementaryFile::CardSecurity)?;
        }
        let proofs = self.resume(kept, request, rng)?;
        let listed = self.security_object()?;
        let proofs = self.groups(request, listed.as_ref(), proofs, rng)?;
        if request.goal.com {
            self.read(ElementaryFile::Com)?;
        }
        if !at_once && self.offer_is_not_in_dg14() {
            self.card_security()?;
        }
        let terminal_authentication = self.terminal_authentication(request, listed.as_ref(), rng)?;
        if self.files.is_empty() {
            let why = self.refused.values().next().cloned().unwrap_or_default();
            return Err(ReadError::NothingGiven(why).into());
        }
        Ok(Found { listed, proofs, terminal_authentication })
    }

    fn reading(self, found: Found, pace_failed: Option<String>, card_access: Option<Vec<u8>>) -> Reading {
        let Self { card, cipher, files, refused, resumed, .. } = self;
        card.transport().statistics().end_phase();
        Reading {
            access: card.access().clone(),
            cipher,
            pace_failed,
            card_access,
            files,
            refused,
            listed: found.listed,
            mapping_proof: card.chip_authentication_mapping().cloned(),
            chip_authentication: found.proofs.chip_authentication,
            active_authentication: found.proofs.active_authentication,
            terminal_authentication: found.terminal_authentication,
            learnt: card.learnt(),
            restarts: 0,
            resumed,
            atr: None,
        }
    }

    /// EF.SOD first: it says which data groups there are. EF.COM says so too and is not signed.
    fn security_object(&mut self) -> Result<Option<BTreeSet<DataGroup>>, Ended> {
        self.read(ElementaryFile::Sod)?;
        let sod = self.files.get(&ElementaryFile::Sod).and_then(|file| EfSod::parse(file).ok());
        Ok(sod.map(|sod| sod.data_groups().filter_map(DataGroup::new).collect()))
    }

    fn groups(
        &mut self,
        request: &Request,
        listed: Option<&BTreeSet<DataGroup>>,
        mut proofs: Proofs,
        rng: &mut dyn CryptoRng,
    ) -> Result<Proofs, Ended> {
        let chip = &mut proofs.chip_authentication;
        *chip = chip.take().or_else(|| self.lessons.proof.clone());
        for group in request.goal.plan(listed) {
            self.read(ElementaryFile::Dg(group))?;
            let Some(file) = self.files.get(&ElementaryFile::Dg(group)) else { continue };
            match group {
                DataGroup::DG14 if proofs.chip_authentication.is_none() => {
                    let file = file.clone();
                    self.phase("chip_authentication");
                    proofs.chip_authentication = Some(proofs::chip_authentication(&mut self.card, &file, rng)?);
                }
                DataGroup::DG15 if proofs.active_authentication.is_none() => {
                    let (file, dg14) = (file.clone(), self.files.get(&ElementaryFile::Dg(DataGroup::DG14)).cloned());
                    self.phase("active_authentication");
                    let (dg14, challenge) = (dg14.as_deref(), request.challenge);
                    proofs.active_authentication =
                        Some(proofs::active_authentication(&mut self.card, &file, dg14, challenge, rng)?);
                }
                _ => {}
            }
        }
        Ok(proofs)
    }

    /// Whether PACE ran with chip authentication mapping, whose key is in EF.CardSecurity.
    fn mapped_with_chip_authentication(&self) -> bool {
        match self.card.access() {
            Access::Pace { selection, .. } => selection.protocol.mapping == Mapping::ChipAuthentication,
            _ => false,
        }
    }

    /// Whether PACE was done and DG14 holds no signed copy of what was offered: it may be in EF.CardSecurity.
    fn offer_is_not_in_dg14(&self) -> bool {
        let dg14 = self.files.get(&ElementaryFile::Dg(DataGroup::DG14));
        let infos = dg14.and_then(|file| SecurityInfos::parse_dg14(file).ok()).unwrap_or_default();
        matches!(self.card.access(), Access::Pace { .. }) && infos.pace_offer().is_empty()
    }

    /// Reads EF.CardSecurity after everything else. A chip that does not let the session return to its master file, or that
    /// gives the session up at that, has given the rest.
    fn card_security(&mut self) -> Result<(), Ended> {
        let file = ElementaryFile::CardSecurity;
        if self.files.contains_key(&file) {
            return Ok(());
        }
        self.phase(&file.to_string());
        match self.card.read_file(file) {
            Ok(content) => {
                self.take(file, content);
                Ok(())
            }
            Err(error) if error.transport().is_some() => Err(error.into()),
            Err(error) => {
                self.refused.insert(file, error.to_string());
                Ok(())
            }
        }
    }

    /// Reads a file that is not there yet. That the chip does not give it, or that it is none, is noted and no error.
    pub(super) fn read(&mut self, file: ElementaryFile) -> Result<(), Ended> {
        if self.files.contains_key(&file) {
            return Ok(());
        }
        if let Some(why) = self.lessons.unreadable.get(&file) {
            self.refused.insert(file, why.clone());
            return Ok(());
        }
        self.phase(&file.to_string());
        match self.card.read_file(file) {
            Ok(content) => {
                self.take(file, content);
                Ok(())
            }
            Err(error) if error.session_goes_on() => {
                self.refused.insert(file, error.to_string());
                Ok(())
            }
            Err(error @ CardError::SecureMessaging { source: SecureMessagingError::Unprotected(_), .. }) => {
                Err(Ended::ChannelLostAt(file, error))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn take(&mut self, file: ElementaryFile, content: FileContent) {
        if !content.is_complete() {
            self.cut.insert(file);
        }
        (self.observer)(Event::File(file, &content.bytes));
        self.files.insert(file, content.bytes);
    }

    pub(super) fn phase(&mut self, name: &str) {
        begin(self.card.transport().statistics(), self.observer, name);
    }
}

fn begin(statistics: &Statistics, observer: Observer<'_>, name: &str) {
    statistics.phase(name);
    observer(Event::Phase(name));
}
