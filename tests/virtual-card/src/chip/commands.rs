//! What each instruction does, its protection taken off.

use super::{
    Chip, active_authentication,
    apdu::{Command, Reply},
    bac, chip_authentication, files,
    key_agreement::PrivateKey,
    pace::{Choice, Pace, PasswordKind, Progress},
    randomness, status,
};
use crate::faults::{ActiveAuthenticationFault, ChipAuthenticationFault, Effect};

/// Longest data that a chain of commands may add up to.
const LONGEST_CHAIN: usize = 4096;

impl Chip {
    /// Carries a plain command out. `room` is how many bytes of data its answer can hold.
    pub(super) fn carry_out(&mut self, command: &Command, room: usize, fault: Option<&Effect>) -> Reply {
        if let Some(Effect::Fail { status }) = fault {
            return Reply::status(status.0);
        }
        if command.cla & !0x10 != 0 {
            return status::UNKNOWN_CLASS.into();
        }
        if command.ins == 0x86 && self.state.pace.is_none() && self.state.chip_authentication.is_none() {
            return status::CONDITIONS.into();
        }
        // PACE chains its steps and answers each; every other chain is one command cut into pieces.
        let pace = command.ins == 0x86 && self.state.pace.is_some();
        let command = match self.joined(command, pace) {
            Ok(Some(command)) => command,
            Ok(None) => return Reply::success(Vec::new()),
            Err(refusal) => return refusal.into(),
        };
        if command.ins != 0x86 {
            self.state.pace = None;
        }
        let done = match command.ins {
            0xA4 => self.select(&command),
            0xB0 | 0xB1 => return self.read_binary(&command, room),
            0x84 => self.get_challenge(&command),
            0x82 => self.external_authenticate(&command),
            0x22 => self.manage_security_environment(&command),
            0x2A => self.perform_security_operation(&command),
            0x86 => self.general_authenticate(&command),
            0x88 => self.internal_authenticate(&command),
            _ => Err(status::UNKNOWN_INSTRUCTION),
        };
        done.map_or_else(Reply::from, Reply::success)
    }

    /// The whole command, once the last of a chain is there. The steps of PACE are a chain of commands of which each is
    /// answered; there a command goes on as long as its data object is not whole, as that of a 2048-bit number in short
    /// length is not.
    fn joined(&mut self, command: &Command, pace: bool) -> Result<Option<Command>, u16> {
        let chain = &mut self.state.chain;
        if chain.len() + command.data.len() > LONGEST_CHAIN {
            chain.clear();
            return Err(status::WRONG_LENGTH);
        }
        chain.extend_from_slice(&command.data);
        let goes_on = if pace { command.is_chained() && begins_object(chain) } else { command.is_chained() };
        if goes_on {
            return Ok(None);
        }
        Ok(Some(Command { data: std::mem::take(chain), ..command.clone() }))
    }

    fn read_binary(&mut self, command: &Command, room: usize) -> Reply {
        let (reply, current) = self.files.read(command, self.standing(), room, &self.faults);
        self.state.current = current;
        reply
    }

    fn select(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        if self.faults.select_with_le_refused && command.le.is_some() {
            return Err(status::WRONG_LENGTH);
        }
        match (command.p1, command.p2, &command.data[..]) {
            (0x04, 0x00 | 0x0C, name) if name == files::APPLICATION => {
                self.state.application = true;
                self.state.current = None;
                let fci = self.faults.select_gives_fci || command.p2 == 0x00;
                let template = || super::tlv::data_object(0x6F, &super::tlv::data_object(0x84, &files::APPLICATION));
                Ok(if fci && command.le.is_some() { template() } else { Vec::new() })
            }
            (0x04, 0x00 | 0x0C, _) => Err(status::NOT_FOUND),
            (0x00, 0x00 | 0x0C, [] | [0x3F, 0x00]) => self.select_master_file(),
            (0x00 | 0x02, 0x00 | 0x0C, [high, low]) => {
                let identifier = u16::from_be_bytes([*high, *low]);
                self.state.current = Some(self.files.select(identifier, self.standing(), &self.faults)?);
                Ok(Vec::new())
            }
            (0x00 | 0x02 | 0x04, _, _) => Err(status::WRONG_DATA),
            _ => Err(status::WRONG_PARAMETERS),
        }
    }

    fn select_master_file(&mut self) -> Result<Vec<u8>, u16> {
        match self.faults.select_master_file {
            Some(word) if word.0 != status::SUCCESS => Err(word.0),
            None if self.state.application => Err(status::UNKNOWN_INSTRUCTION),
            _ => {
                self.state.application = false;
                self.state.current = None;
                Ok(Vec::new())
            }
        }
    }

    fn get_challenge(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        match command.le {
            Some(8 | 256) if self.state.terminal.is_under_way() => Ok(self.challenge_terminal()),
            _ if !self.state.application || !self.image.bac => Err(status::UNKNOWN_INSTRUCTION),
            Some(8 | 256) => {
                let challenge = randomness::bytes::<8>(&mut self.randomness);
                self.state.bac_challenge = Some(challenge);
                Ok(challenge.to_vec())
            }
            _ => Err(status::WRONG_LENGTH),
        }
    }

    fn external_authenticate(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        if self.state.terminal.is_under_way() {
            return self.authenticate_terminal(&command.data);
        }
        let challenge = self.state.bac_challenge.take();
        if !self.state.application || !self.image.bac {
            return Err(status::UNKNOWN_INSTRUCTION);
        }
        let challenge = challenge.ok_or(status::CONDITIONS)?;
        if let Some(word) = self.faults.bac_status {
            return Err(word.0);
        }
        if self.tries.others == Some(0) {
            return Err(status::BLOCKED);
        }
        let mrz = &self.image.passwords.mrz_information;
        match bac::authenticate(mrz, challenge, &command.data, &mut self.randomness) {
            Ok((answer, session)) => {
                self.tries.others = self.faults.tries;
                self.state.terminal.opened_by_bac(mrz);
                self.state.next_session = Some(session);
                Ok(answer)
            }
            Err(status::AUTHENTICATION_FAILED) => Err(count_down(&mut self.tries.others)),
            Err(refusal) => Err(refusal),
        }
    }

    fn manage_security_environment(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        self.state.chip_authentication = None;
        if self.faults.select_with_le_refused && command.le.is_some() {
            return Err(status::WRONG_LENGTH);
        }
        match command.parameters() {
            0xC1A4 => self.set_pace(&command.data),
            0x81A4 => self.set_terminal(&command.data),
            0x81B6 => self.set_digital_signature_template(&command.data),
            0x41A4 => {
                self.demand_access()?;
                if let Some(ChipAuthenticationFault::RefuseTemplate(word)) = self.faults.chip_authentication {
                    return Err(word.0);
                }
                let keys = &self.image.chip_authentication;
                let chosen = chip_authentication::set_authentication_template(&command.data, keys)?;
                self.state.chip_authentication = Some(chosen);
                Ok(Vec::new())
            }
            0x41A6 => {
                self.demand_access()?;
                if let Some(ChipAuthenticationFault::RefuseTemplate(word) | ChipAuthenticationFault::Refuse(word)) =
                    self.faults.chip_authentication
                {
                    return Err(word.0);
                }
                let keys = &self.image.chip_authentication;
                let session = chip_authentication::set_key_agreement_template(&command.data, keys)?;
                self.start_chip_authenticated(session);
                self.state.terminal.chip_authenticated(&command.data);
                Ok(Vec::new())
            }
            _ => Err(status::WRONG_PARAMETERS),
        }
    }

    fn set_pace(&mut self, data: &[u8]) -> Result<Vec<u8>, u16> {
        if let Some(fault) = self.faults.pace.as_ref().filter(|fault| fault.step == 0) {
            return Err(fault.status.map_or(status::WRONG_DATA, |word| word.0));
        }
        if self.image.pace.is_empty() {
            return Err(status::UNKNOWN_INSTRUCTION);
        }
        let refused_here = if self.state.application {
            self.faults.pace_in_master_file_only
        } else {
            self.faults.pace_in_application_only
        };
        if refused_here {
            return Err(status::CONDITIONS);
        }
        let choice = Choice::from_data(data, &self.image.pace, &self.image.passwords)?;
        if self.faults.pace_first_offer_only && self.image.pace.first() != Some(&choice.offer) {
            return Err(status::REFERENCE_NOT_FOUND);
        }
        let tries = match choice.password {
            PasswordKind::Pin => self.tries.pin,
            _ => self.tries.others,
        };
        self.state.pace = Some(Pace::new(choice, &self.image.passwords, &self.image.mapping_keys)?);
        match tries {
            // A blocked password is told here already; a used up try too (BSI TR-03110-3, B.11.1).
            Some(0) => Err(status::TRIES_LEFT),
            Some(left) if choice.password == PasswordKind::Pin && left < 3 => Err(status::TRIES_LEFT | u16::from(left)),
            _ => Ok(Vec::new()),
        }
    }

    fn general_authenticate(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        if command.parameters() != 0 {
            return Err(status::WRONG_PARAMETERS);
        }
        if let Some(pace) = self.state.pace.take() {
            return self.pace_step(pace, command);
        }
        let chosen = self.state.chip_authentication.take().ok_or(status::CONDITIONS)?;
        self.demand_access()?;
        if let Some(ChipAuthenticationFault::Refuse(word)) = self.faults.chip_authentication {
            return Err(word.0);
        }
        let key = &self.image.chip_authentication[chosen];
        let (answer, session) = chip_authentication::general_authenticate(&command.data, key)?;
        self.start_chip_authenticated(session);
        self.state.terminal.chip_authenticated(&command.data);
        Ok(answer)
    }

    fn start_chip_authenticated(&mut self, session: super::Session) {
        self.key_operations += 1;
        if self.faults.chip_authentication != Some(ChipAuthenticationFault::KeepOldKeys) {
            self.state.next_session = Some(session);
        }
    }

    /// One step of PACE. A refusal ends the run.
    fn pace_step(&mut self, mut pace: Pace, command: &Command) -> Result<Vec<u8>, u16> {
        let step = pace.step_number();
        let password = pace.choice().password;
        // The first three commands are chained, the fourth ends the chain (ICAO Doc 9303-11, 4.4.4.2).
        if command.is_chained() != (step < 4) {
            return Err(if step < 4 { status::WRONG_DATA } else { status::LAST_OF_CHAIN_EXPECTED });
        }
        if command.le.is_none() {
            return Err(status::WRONG_LENGTH);
        }
        let tries = match password {
            PasswordKind::Pin => self.tries.pin,
            _ => self.tries.others,
        };
        if tries == Some(0) {
            return Err(status::BLOCKED);
        }
        let fault = self.faults.pace.clone().filter(|fault| fault.step == step);
        if let Some(word) = fault.as_ref().and_then(|fault| fault.status) {
            return Err(word.0);
        }
        self.key_operations += pace.key_operations();
        let mut answer = match pace.advance(&command.data, &mut self.randomness) {
            Ok(Progress::Continue(answer)) => {
                self.state.pace = Some(pace);
                self.state.terminal.answered_in_pace(&answer);
                answer
            }
            Ok(Progress::Done(answer, session)) => {
                self.restore_tries(password);
                self.state.next_session = Some(*session);
                answer
            }
            Err(status::AUTHENTICATION_FAILED) if step == 4 => {
                return Err(match password {
                    PasswordKind::Pin => count_down(&mut self.tries.pin),
                    _ => count_down(&mut self.tries.others),
                });
            }
            Err(refusal) => return Err(refusal),
        };
        if fault.is_some() {
            self.falsify(&mut answer);
        }
        Ok(answer)
    }

    /// Makes a step's answer wrong and leaves it well formed: another public key where it is one, otherwise other last
    /// bits.
    fn falsify(&mut self, answer: &mut [u8]) {
        let domain = self.state.pace.as_ref().map(|pace| pace.choice().offer.domain);
        let other = domain.map(|domain| PrivateKey::generate(domain, &mut self.randomness).public_key().to_bytes());
        match other.filter(|other| other.len() < answer.len()) {
            Some(other) => {
                let start = answer.len() - other.len();
                answer[start..].copy_from_slice(&other);
            }
            None => answer.last_mut().into_iter().for_each(|last| *last ^= 1),
        }
    }

    fn restore_tries(&mut self, password: PasswordKind) {
        match password {
            PasswordKind::Pin | PasswordKind::Puk => self.tries.pin = Some(3),
            _ => self.tries.others = self.faults.tries,
        }
    }

    fn internal_authenticate(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        let key = self.image.active_authentication.as_ref().ok_or(status::UNKNOWN_INSTRUCTION)?;
        if self.state.session.is_none() {
            return Err(status::SECURITY_STATUS);
        }
        if command.parameters() != 0 {
            return Err(status::WRONG_PARAMETERS);
        }
        if command.data.len() != 8 || command.le.is_none() {
            return Err(status::WRONG_LENGTH);
        }
        let mut challenge = command.data.clone();
        match self.faults.active_authentication {
            Some(ActiveAuthenticationFault::Refuse(word)) => return Err(word.0),
            Some(ActiveAuthenticationFault::ExtendedLengthOnly(word)) if !command.extended => return Err(word.0),
            Some(ActiveAuthenticationFault::Empty) => return Ok(Vec::new()),
            Some(ActiveAuthenticationFault::ShortLengthOnly) if command.extended => return Ok(Vec::new()),
            Some(ActiveAuthenticationFault::OtherChallenge) => challenge.fill(0xAA),
            _ => {}
        }
        self.key_operations += 1;
        let mut signature = active_authentication::sign(key, &challenge, &mut self.randomness);
        if let Some(ActiveAuthenticationFault::Truncate(bytes)) = self.faults.active_authentication {
            signature.truncate(bytes);
        }
        Ok(signature)
    }

    const fn demand_access(&self) -> Result<(), u16> {
        if self.state.session.is_some() { Ok(()) } else { Err(status::SECURITY_STATUS) }
    }
}

/// Whether these bytes begin a data object 7C that needs more of them.
fn begins_object(bytes: &[u8]) -> bool {
    let (header, length) = match *bytes {
        [0x7C, 0x81, length, ..] => (3, usize::from(length)),
        [0x7C, 0x82, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
        _ => return false,
    };
    bytes.len() < header + length && header + length <= LONGEST_CHAIN
}

/// Takes one try off and says what is left, `6300` where tries are not counted.
fn count_down(tries: &mut Option<u8>) -> u16 {
    match tries {
        Some(left) => {
            *left = left.saturating_sub(1);
            status::TRIES_LEFT | u16::from((*left).min(15))
        }
        None => status::AUTHENTICATION_FAILED,
    }
}
