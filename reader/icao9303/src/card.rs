//! A session with one chip. A [`Card`] starts [`Connected`]; PACE or BAC make it [`Secured`], and from then on
//! everything is under secure messaging. There is no way back: a channel that breaks ends the session.
//!
//! ```text
//! Card::new(transport)                    Connected: EF.CardAccess, EF.ATR/INFO, EF.DIR
//!     .pace(offer, password, rng)         PACE, before the eMRTD application is selected
//!     .bac(key, rng)                      or BAC, inside it
//!         .read_file(file)                Secured: the application is selected when first needed
//!         .chip_authentication(infos, rng)
//!         .chip_authentication_mapping()      what PACE-CAM has left to be verified
//!         .active_authentication(key, infos, challenge)
//!         .terminal_authentication(infos, terminal, rng)
//! ```
//!
//! Nothing here does input or output, asks for the time or draws random numbers: a [`Transport`] carries the bytes, and
//! the random number generator is an argument.
//!
//! Below: `channel.rs` (length fields, chaining, secure messaging), `reading.rs` (files), `error.rs`.

pub(crate) mod channel;
mod error;
mod instruction;
mod reading;
#[cfg(test)]
mod vectors;

pub use self::{
    error::{AccessError, AccessStep, CardError, FileError},
    instruction::Instruction,
    reading::{DEFAULT_FILE_LIMIT, FileContent},
};

use alloc::vec::Vec;

use rand_core::CryptoRng;

use self::channel::Channel;
use crate::{
    active_authentication::{self, ActiveAuthentication},
    apdu::{Command, StatusWord},
    bac,
    check::Check,
    chip_authentication,
    crypto::cipher::Cipher,
    lds::{
        file::{EMRTD_AID, ElementaryFile, Location},
        security_infos::SecurityInfos,
    },
    mrz::MrzKey,
    pace::{self, ChipAuthenticationMapping, Established, PaceSelection, Password},
    secure_messaging::SecureMessaging,
    terminal_authentication::{self, Terminal, TerminalAuthentication},
    transport::{Learnt, LinkLimits, Transport},
};

/// A chip in the state `S`: [`Connected`] or [`Secured`].
pub struct Card<T, S> {
    session: Session<T>,
    state: S,
}

/// Nothing is protected.
#[derive(Clone, Copy, Debug)]
pub struct Connected(());

/// Secure messaging is on.
#[derive(Clone, Debug)]
pub struct Secured {
    access: Access,
    mapping_proof: Option<ChipAuthenticationMapping>,
}

/// How the secure channel was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// By PACE.
    Pace {
        /// Which variant, and with which domain parameters.
        selection: PaceSelection,
        /// `CAN`, `MRZ`, `PIN` or `PUK`.
        password: &'static str,
    },
    /// By BAC.
    Bac,
}

/// PACE or BAC did not succeed: the error, and the card to try something else with.
pub struct Refused<T> {
    /// The card as it was before. Its chip may have counted a try.
    pub card: Card<T, Connected>,
    /// What went wrong.
    pub error: CardError,
}

// `Refused` gives the card back, so it is as large as the card that success yields.
#[expect(clippy::result_large_err)]
impl<T: Transport> Card<T, Connected> {
    /// A session with a chip that was just powered: no application is selected.
    pub const fn new(transport: T) -> Self {
        Self { session: Session::new(transport), state: Connected(()) }
    }

    /// Reads EF.CardAccess, which says how PACE is offered, or finds that the chip has none. To be read before the
    /// eMRTD application is selected: inside it, the same identifiers stand for another file.
    ///
    /// On a link that carries extended length this is also where it shows whether the chip does.
    ///
    /// # Errors
    /// The link failed, or the file is no file. Whatever reason the chip gives for not handing it over, there is none.
    pub fn card_access(&mut self) -> Result<Option<FileContent>, CardError> {
        let file = ElementaryFile::CardAccess;
        let mut read = self.session.read(file);
        let is_other_file = |content: &FileContent| content.bytes.first().copied() != file.outer_tag();
        if !self.session.knows_master_file && read.as_ref().map_or_else(CardError::session_goes_on, is_other_file) {
            // Perhaps the chip selects an application by itself.
            if self.session.select_master_file().is_ok() {
                read = self.session.read(file);
            }
        }
        match read {
            Ok(content) if is_other_file(&content) => Ok(None),
            Ok(content) => Ok(Some(content)),
            Err(CardError::Status { .. } | CardError::File { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens a secure channel by PACE, with the best variant that both sides know (Doc 9303-11, 4.4; [`pace::select`]).
    ///
    /// # Errors
    /// [`CardError::Access`], or the link failed.
    pub fn pace(
        mut self,
        offer: &SecurityInfos,
        password: &Password,
        rng: &mut dyn CryptoRng,
    ) -> Result<Card<T, Secured>, Refused<T>> {
        match pace::establish(&mut self.session.channel, offer, password, rng) {
            Ok(Established { selection, security, mapping_proof }) => {
                let access = Access::Pace { selection, password: password.name() };
                Ok(self.secured(security, access, mapping_proof))
            }
            Err(error) => Err(Refused { card: self, error }),
        }
    }

    /// Opens a secure channel by BAC, inside the eMRTD application (Doc 9303-11, 4.3).
    ///
    /// # Errors
    /// [`CardError::Access`], the application is not there, or the link failed.
    pub fn bac(mut self, key: &MrzKey, rng: &mut dyn CryptoRng) -> Result<Card<T, Secured>, Refused<T>> {
        let established = self
            .session
            .enter(Location::Application)
            .and_then(|()| bac::establish(&mut self.session.channel, key, rng));
        match established {
            Ok(security) => {
                let identifier = key.document_number_with_check_digit();
                self.session.channel.binding_mut().chip_identifier = identifier.as_bytes().to_vec();
                Ok(self.secured(security, Access::Bac, None))
            }
            Err(error) => Err(Refused { card: self, error }),
        }
    }

    fn secured(
        mut self,
        security: SecureMessaging,
        access: Access,
        mapping_proof: Option<ChipAuthenticationMapping>,
    ) -> Card<T, Secured> {
        self.session.channel.secure(security);
        Card { session: self.session, state: Secured { access, mapping_proof } }
    }
}

impl<T: Transport> Card<T, Secured> {
    /// How the channel was opened.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.state.access
    }

    /// What PACE with chip authentication mapping has left to be verified, once EF.CardSecurity is read and known to be
    /// genuine: whether the chip holds the private key of the public key in there (Doc 9303-11, 4.4.3.5.2). Nothing
    /// where the channel was opened in another way.
    #[must_use]
    pub const fn chip_authentication_mapping(&self) -> Option<&ChipAuthenticationMapping> {
        self.state.mapping_proof.as_ref()
    }

    /// The cipher of the channel. Chip Authentication may change it.
    #[must_use]
    pub fn cipher(&self) -> Cipher {
        // Invariant: a card becomes `Secured` with secure messaging on, and it is never turned off.
        self.session.channel.security().map_or(Cipher::TripleDes, SecureMessaging::cipher)
    }

    /// Expects the chip to count so many of the two messages of an exchange that it answers without protection: both (as
    /// it is without this), the command alone, or none. For a session after one whose channel was lost right behind such
    /// an answer: chips differ here, and some take one wrong guess for the end.
    pub const fn expect_counted(&mut self, counted: u8) {
        self.session.channel.expect_counted(counted);
    }

    /// Whether the channel is lost, so that nothing more can be read in this session.
    #[must_use]
    pub fn channel_has_ended(&self) -> bool {
        self.session.channel.security().is_none_or(SecureMessaging::has_ended)
    }

    /// Chip Authentication (Doc 9303-11, 6.2): does the chip hold the private key that belongs to the public key in
    /// `infos` (the content of DG14)? Passed only once an answer under the new keys has verified.
    ///
    /// It proves something only if passive authentication covers DG14. After a check that failed as
    /// [`Reason::Clone`](crate::check::Reason::Clone) the channel is lost: nothing can be read any more. So it is after
    /// an answer that is malformed or not protected ([`Self::channel_has_ended`]).
    ///
    /// # Errors
    /// The link failed.
    pub fn chip_authentication(&mut self, infos: &SecurityInfos, rng: &mut dyn CryptoRng) -> Result<Check, CardError> {
        self.session.enter(Location::Application)?;
        chip_authentication::run(&mut self.session.channel, infos, rng)
    }

    /// Active Authentication (Doc 9303-11, 6.1): does the chip hold the private key that belongs to the public key in
    /// DG15? `public_key` is the content of DG15 and `infos` that of DG14, which names the hash function of ECDSA.
    ///
    /// It proves something only if passive authentication covers both.
    ///
    /// # Errors
    /// The link failed.
    pub fn active_authentication(
        &mut self,
        public_key: &[u8],
        infos: Option<&SecurityInfos>,
        challenge: [u8; 8],
    ) -> Result<ActiveAuthentication, CardError> {
        self.session.enter(Location::Application)?;
        active_authentication::run(&mut self.session.channel, public_key, infos, challenge)
    }

    /// Terminal Authentication, version 1 (BSI TR-03110-1): shows the terminal's certificates, and opens DG3 and DG4 as far
    /// as they allow. Chip Authentication has to have passed; `infos` is the content of DG14.
    ///
    /// Never failed: what it finds is about the terminal, not about the chip.
    ///
    /// # Errors
    /// The link or the channel failed.
    pub fn terminal_authentication(
        &mut self,
        infos: Option<&SecurityInfos>,
        terminal: &Terminal<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<TerminalAuthentication, CardError> {
        self.session.enter(Location::Application)?;
        terminal_authentication::run(&mut self.session.channel, infos, terminal, rng)
    }
}

impl<T: Transport, S> Card<T, S> {
    /// Reads a file whole, selecting the eMRTD application where it lies in there. Under secure messaging if that is on.
    ///
    /// A file that ends before its header says is returned as far as it goes: [`FileContent::is_complete`].
    ///
    /// # Errors
    /// The chip refuses ([`CardError::is_not_found`], [`CardError::is_access_denied`]), it is no file, or the link or
    /// the channel failed.
    pub fn read_file(&mut self, file: ElementaryFile) -> Result<FileContent, CardError> {
        self.session.read(file)
    }

    /// Selects the eMRTD application, if it is not selected yet. Reading a file does so by itself; this tells early
    /// whether the card is an eMRTD at all.
    ///
    /// # Errors
    /// The chip has no such application ([`CardError::is_not_found`]), or the link failed.
    pub fn select_application(&mut self) -> Result<(), CardError> {
        self.session.enter(Location::Application)
    }

    /// The most bytes that a file may have, [`DEFAULT_FILE_LIMIT`] unless set.
    pub const fn set_file_limit(&mut self, limit: usize) {
        self.session.file_limit = limit;
    }

    /// Records what the chip carries, as EF.ATR/INFO (data object `7F66`) or its ATR say. What the transport carries
    /// bounds it in any case.
    pub const fn restrict(&mut self, chip: LinkLimits) {
        self.session.channel.link_mut().restrict(chip);
    }

    /// Takes over what an earlier session with such a chip over the same link learnt. It holds until the chip or the link
    /// refuses it.
    pub const fn recall(&mut self, learnt: Learnt) {
        self.restrict(learnt.limits);
        self.session.block = reading::BlockSize::of_at_most(learnt.block);
    }

    /// What this session has learnt of link and chip, for the next one.
    #[must_use]
    pub fn learnt(&self) -> Learnt {
        Learnt { limits: self.limits(), block: self.session.block.limit() }
    }

    /// What link and chip carry, as far as it is known now: extended length is given up where it was refused.
    #[must_use]
    pub fn limits(&self) -> LinkLimits {
        self.session.channel.link().limits()
    }

    /// The transport.
    #[must_use]
    pub const fn transport(&self) -> &T {
        self.session.channel.link().transport()
    }

    /// The transport, to read its statistics or clear them. A command sent to the chip there puts the secure channel out
    /// of step.
    #[must_use]
    pub const fn transport_mut(&mut self) -> &mut T {
        self.session.channel.link_mut().transport_mut()
    }

    /// Ends the session and gives the transport back.
    #[must_use]
    pub fn into_transport(self) -> T {
        self.session.channel.into_transport()
    }
}

impl<T> From<Refused<T>> for CardError {
    fn from(refused: Refused<T>) -> Self {
        refused.error
    }
}

impl<T> core::fmt::Debug for Refused<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Refused({:?})", self.error)
    }
}

impl<T, S: core::fmt::Debug> core::fmt::Debug for Card<T, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Card({:?})", self.state)
    }
}

/// What both states share: the channel, where on the chip the session is, and what was learnt of the chip.
struct Session<T> {
    channel: Channel<T>,
    block: reading::BlockSize,
    location: Location,
    /// Whether the master file was selected by command, not merely assumed.
    knows_master_file: bool,
    file_limit: usize,
}

impl<T: Transport> Session<T> {
    const fn new(transport: T) -> Self {
        Self {
            channel: Channel::new(transport),
            block: reading::BlockSize::new(),
            location: Location::MasterFile,
            knows_master_file: false,
            file_limit: DEFAULT_FILE_LIMIT,
        }
    }

    fn read(&mut self, file: ElementaryFile) -> Result<FileContent, CardError> {
        self.enter(file.location()).map_err(|error| error.about(file))?;
        reading::read(&mut self.channel, &mut self.block, file, self.file_limit)
    }

    fn enter(&mut self, location: Location) -> Result<(), CardError> {
        if self.location == location {
            return Ok(());
        }
        match location {
            Location::Application => {
                self.select(&Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(EMRTD_AID))?;
                self.location = Location::Application;
                Ok(())
            }
            Location::MasterFile => self.select_master_file(),
        }
    }

    /// SELECT of the master file, by name and by position. Some chips refuse it always: it is never a precondition.
    fn select_master_file(&mut self) -> Result<(), CardError> {
        let by_name = Command::new(0x00, 0xA4, 0x00, 0x0C).with_data(Vec::from([0x3F, 0x00]));
        match self.select(&by_name) {
            Err(CardError::Status { status, .. }) if status != StatusWord::INSTRUCTION_NOT_SUPPORTED => {
                self.select(&Command::new(0x00, 0xA4, 0x00, 0x0C))?;
            }
            selected => selected?,
        }
        self.location = Location::MasterFile;
        self.knows_master_file = true;
        Ok(())
    }

    fn select(&mut self, command: &Command) -> Result<(), CardError> {
        self.channel.transmit(Instruction::Select, command)?.success(Instruction::Select).map(drop)
    }
}
