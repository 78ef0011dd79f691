//! One session with a chip, from EF.CardAccess to the last file.

use std::collections::{BTreeMap, BTreeSet};

use icao9303::card::{Access, Card, CardError, Secured};
use icao9303::check::Check;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::lds::security_infos::{Mapping, SecurityInfos};
use icao9303::passive_authentication::EfSod;
use icao9303::secure_messaging::SecureMessagingError;
use icao9303::transport::Transport;
use rand_core::CryptoRng;

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

/// Reads one chip over one link, which must carry a card that was just reset.
///
/// # Errors
/// The chip could not be opened, or the channel or the link failed on the way. A file that the chip does not give is no
/// error: it is reported beside the rest.
pub fn run<T: Transport>(
    link: T,
    statistics: &mut Statistics,
    request: &Request,
    lessons: &Lessons,
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
        cut: BTreeMap::new(),
    };
    let cipher = session.cipher;
    // It lies in the master file, which some chips do not let a session return to.
    let at_once = session.mapped_with_chip_authentication();
    if at_once {
        session.read(ElementaryFile::CardSecurity)?;
    }
    let listed = session.security_object()?;
    let (chip_authentication, active_authentication) = session.groups(request, listed.as_ref(), rng)?;
    if request.goal.com {
        session.read(ElementaryFile::Com)?;
    }
    if !at_once && session.offer_is_not_in_dg14() {
        session.card_security()?;
    }
    let terminal_authentication = session.terminal_authentication(request, listed.as_ref(), rng)?;
    if session.files.is_empty() {
        let why = session.refused.values().next().cloned().unwrap_or_default();
        return Err(ReadError::NothingGiven(why).into());
    }
    let learnt = session.card.learnt();
    let access = session.card.access().clone();
    let Session { mut card, files, refused, cut, .. } = session;
    card.transport_mut().statistics().end_phase();
    Ok(Reading {
        access,
        cipher,
        pace_failed: opened.pace_failed,
        card_access: opened.card_access,
        files,
        refused,
        cut,
        listed,
        mapping_proof: card.chip_authentication_mapping().cloned(),
        chip_authentication,
        active_authentication,
        terminal_authentication,
        learnt,
        restarts: 0,
    })
}

struct Session<'a, 'o, T> {
    card: Card<Metered<'a, T>, Secured>,
    cipher: icao9303::crypto::cipher::Cipher,
    observer: Observer<'o>,
    lessons: &'a Lessons,
    files: BTreeMap<ElementaryFile, Vec<u8>>,
    refused: BTreeMap<ElementaryFile, String>,
    cut: BTreeMap<ElementaryFile, (usize, usize)>,
}

impl<T: Transport> Session<'_, '_, T> {
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
        rng: &mut dyn CryptoRng,
    ) -> Result<(Option<Check>, Option<Check>), Ended> {
        let (mut chip, mut active) = (self.lessons.proof.clone(), None);
        for group in request.goal.plan(listed) {
            self.read(ElementaryFile::Dg(group))?;
            let Some(file) = self.files.get(&ElementaryFile::Dg(group)) else { continue };
            match group {
                DataGroup::DG14 if chip.is_none() => {
                    let file = file.clone();
                    self.phase("chip_authentication");
                    chip = Some(proofs::chip_authentication(&mut self.card, &file, rng)?);
                }
                DataGroup::DG15 => {
                    let (file, dg14) = (file.clone(), self.files.get(&ElementaryFile::Dg(DataGroup::DG14)).cloned());
                    self.phase("active_authentication");
                    let challenge = request.challenge;
                    active =
                        Some(proofs::active_authentication(&mut self.card, &file, dg14.as_deref(), challenge, rng)?);
                }
                _ => {}
            }
        }
        Ok((chip, active))
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
        self.phase(&file.to_string());
        match self.card.read_file(file) {
            Ok(content) => {
                (self.observer)(Event::File(file, &content.bytes));
                self.files.insert(file, content.bytes);
                Ok(())
            }
            Err(error) if error.transport().is_some() => Err(error.into()),
            Err(error) => {
                self.refused.insert(file, error.to_string());
                Ok(())
            }
        }
    }

    /// Reads a file. That the chip does not give it, or that it is none, is noted and no error.
    fn read(&mut self, file: ElementaryFile) -> Result<(), Ended> {
        if let Some(why) = self.lessons.unreadable.get(&file) {
            self.refused.insert(file, why.clone());
            return Ok(());
        }
        self.phase(&file.to_string());
        match self.card.read_file(file) {
            Ok(content) => {
                if let Some(declared) = content.declared.filter(|_| !content.is_complete()) {
                    self.cut.insert(file, (declared, content.bytes.len()));
                }
                (self.observer)(Event::File(file, &content.bytes));
                self.files.insert(file, content.bytes);
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

    fn phase(&mut self, name: &str) {
        begin(self.card.transport_mut().statistics(), self.observer, name);
    }
}

fn begin(statistics: &mut Statistics, observer: Observer<'_>, name: &str) {
    statistics.phase(name);
    observer(Event::Phase(name));
}
