//! Sends commands over a link, through secure messaging where it is on: picks length fields, chains commands that are
//! too long for one, and keeps the session in step where the chip answers without protection.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{CardError, Instruction};
use crate::{
    apdu::{Command, LengthFields, Link, LinkError, Response, StatusWord},
    secure_messaging::{self, SecureMessaging, SecureMessagingError},
    terminal_authentication::Binding,
    transport::{LinkLimits, Transport, TransportError},
};

/// The bit of CLA that says: not the last command of a chain (ISO/IEC 7816-4, 5.3.3).
pub(crate) const CHAIN: u8 = 0x10;

/// The most pieces of one answer that are fetched with protected GET RESPONSE commands.
const MAX_PIECES: usize = 600;

/// A link with its secure messaging.
pub(crate) struct Channel<T> {
    link: Link<T>,
    security: Option<SecureMessaging>,
    /// Whether the chip has taken a command with extended length fields: a wrong length is about something else then.
    extended_works: bool,
    /// Whether the chip has given a file once it was selected, and not by its short identifier.
    needs_selection: bool,
    binding: Binding,
}

/// An answer, and whether it was protected.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub data: Zeroizing<Vec<u8>>,
    pub status: StatusWord,
    /// Whether it came under secure messaging and verified. Always false where that is off.
    pub protected: bool,
}

impl<T: Transport> Channel<T> {
    pub(crate) const fn new(transport: T) -> Self {
        let binding = Binding::new();
        Self { link: Link::new(transport), security: None, extended_works: false, needs_selection: false, binding }
    }

    /// What Terminal Authentication has to know of the protocols before it.
    pub(crate) const fn binding(&self) -> &Binding {
        &self.binding
    }

    pub(crate) const fn binding_mut(&mut self) -> &mut Binding {
        &mut self.binding
    }

    pub(crate) const fn link(&self) -> &Link<T> {
        &self.link
    }

    pub(crate) const fn link_mut(&mut self) -> &mut Link<T> {
        &mut self.link
    }

    pub(crate) fn into_transport(self) -> T {
        self.link.into_transport()
    }

    /// The secure messaging that is on.
    pub(crate) const fn security(&self) -> Option<&SecureMessaging> {
        self.security.as_ref()
    }

    /// Turns secure messaging on, or changes its keys.
    pub(crate) fn secure(&mut self, mut security: SecureMessaging) {
        if let Some(before) = &self.security {
            security.learn_from(before);
        }
        self.security = Some(security);
    }

    /// Expects a chip that counts so many of the two messages of an exchange which it answers without protection.
    pub(crate) const fn expect_counted(&mut self, counted: u8) {
        if let Some(security) = &mut self.security {
            security.expect_counted(counted);
        }
    }

    /// Whether the chip is known not to find files of the application by short identifier.
    pub(crate) const fn needs_selection(&self) -> bool {
        self.needs_selection
    }

    /// Remembers that it does not.
    pub(crate) const fn learn_selection(&mut self) {
        self.needs_selection = true;
    }

    /// The most bytes that one answer can bring.
    pub(crate) fn max_content(&self) -> usize {
        self.max_content_with(self.longest_fields())
    }

    /// The same with these length fields.
    pub(crate) fn max_content_with(&self, fields: LengthFields) -> usize {
        let response = self.link.limits().max_response.saturating_sub(2).min(fields.max_expected());
        match &self.security {
            Some(security) => secure_messaging::max_content(security.cipher(), response),
            None => response,
        }
    }

    /// The most bytes that one command can take along.
    fn max_data_with(&self, fields: LengthFields) -> usize {
        let around = if fields == LengthFields::Short { 6 } else { 9 };
        let command = self.link.limits().max_command.saturating_sub(around).min(fields.max_data());
        match &self.security {
            Some(security) => secure_messaging::max_data(security.cipher(), command),
            None => command,
        }
    }

    pub(crate) fn longest_fields(&self) -> LengthFields {
        if self.link.limits().extended_length() { LengthFields::Extended } else { LengthFields::Short }
    }

    /// Sends a command with the shortest length fields that it fits, chained where it fits none, and falls back to short
    /// ones for good where the chip or the reader does not take long ones.
    pub(crate) fn transmit(&mut self, name: Instruction, command: &Command) -> Result<Answer, CardError> {
        let short = command.data().len() <= self.max_data_with(LengthFields::Short)
            && command.expected().unwrap_or(0) <= self.max_content_with(LengthFields::Short);
        if short || self.longest_fields() == LengthFields::Short {
            return self.transmit_with(name, command, LengthFields::Short);
        }
        match self.transmit_with(name, command, LengthFields::Extended) {
            Ok(answer) if !self.extended_works && may_be_length_fields(answer.status) => {}
            Ok(answer) => {
                self.extended_works |= answer.status.is_success() || answer.status == StatusWord::END_OF_FILE;
                return Ok(answer);
            }
            Err(CardError::Link { source: LinkError::Transport(TransportError::Failed(_)), .. }) => {
                if let Some(security) = &mut self.security {
                    security.resume_after_loss();
                }
            }
            Err(error) => return Err(error),
        }
        self.link.restrict(LinkLimits::SHORT);
        self.transmit_with(name, command, LengthFields::Short)
    }

    /// The same where a response that was cut short on its way is no answer, instead of the end of the channel: nothing
    /// is taken from it.
    pub(crate) fn transmit_tolerant(
        &mut self,
        name: Instruction,
        command: &Command,
        fields: LengthFields,
    ) -> Result<Option<Answer>, CardError> {
        if let Some(security) = &mut self.security {
            security.tolerate_truncation(true);
        }
        let answer = self.transmit_with(name, command, fields);
        if let Some(security) = &mut self.security {
            security.tolerate_truncation(false);
        }
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(CardError::SecureMessaging { source: SecureMessagingError::Truncated, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same with these length fields, whatever answer they leave room for.
    pub(crate) fn transmit_with(
        &mut self,
        name: Instruction,
        command: &Command,
        fields: LengthFields,
    ) -> Result<Answer, CardError> {
        let max_data = self.max_data_with(fields).max(1);
        let mut pieces = command.data().chunks(max_data).peekable();
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                let last = Command::new(command.class, command.instruction, command.p1, command.p2).with_data(piece);
                return self.whole(name, with_expectation(last, command.expected()), fields);
            }
            let link = Command::new(command.class | CHAIN, command.instruction, command.p1, command.p2);
            let answer = self.once(name, &link.with_data(piece), fields)?;
            if !answer.status.is_success() {
                return Ok(answer);
            }
        }
        self.whole(name, command.clone(), fields)
    }

    /// Sends a command under secure messaging, again where the chip wants another Le (`6Cxx`), and collects an answer
    /// whose protected status word says that there is more (`61xx`). Without secure messaging the link has done so.
    fn whole(&mut self, name: Instruction, command: Command, fields: LengthFields) -> Result<Answer, CardError> {
        let most = fields.max_expected();
        let command = match command.expected() {
            Some(expected) if expected > most => command.expecting(most),
            _ => command,
        };
        let mut answer = self.once(name, &command, fields)?;
        if let (Some(_), Some(length)) = (&self.security, answer.status.correct_length()) {
            answer = self.once(name, &command.expecting(length), fields)?;
        }
        let mut pieces = 0;
        while let (true, Some(length)) = (answer.protected, answer.status.bytes_available()) {
            let more = self.once(name, &Command::new(0x00, 0xC0, 0x00, 0x00).expecting(length), fields)?;
            pieces += 1;
            if (more.data.is_empty() && more.status.bytes_available().is_some()) || pieces > MAX_PIECES {
                return Err(CardError::link(name, LinkError::Endless));
            }
            answer.data.extend_from_slice(&more.data);
            (answer.status, answer.protected) = (more.status, more.protected);
        }
        Ok(answer)
    }

    /// One command, one answer; sent again only where the chip has another idea of the send sequence counter.
    fn once(&mut self, name: Instruction, command: &Command, fields: LengthFields) -> Result<Answer, CardError> {
        let broken = |source| CardError::SecureMessaging { command: name, file: None, source };
        loop {
            let Some(security) = &mut self.security else {
                let response = self.link.exchange(command).map_err(|source| CardError::link(name, source))?;
                return Ok(Answer::unprotected(response));
            };
            let protected = security.protect(command, fields).map_err(broken)?;
            let response = self.link.exchange(&protected).map_err(|source| CardError::link(name, source))?;
            match security.open(command.instruction, &response) {
                Ok(Response { data, status }) => return Ok(Answer { data, status, protected: true }),
                Err(SecureMessagingError::Unprotected(status)) => {
                    // Chips that do not know extended length refuse it before they look at the protection.
                    let early =
                        fields == LengthFields::Extended && !self.extended_works && may_be_length_fields(status);
                    if security.resume_after(status, early) {
                        continue;
                    }
                    if security.has_ended() {
                        return Err(broken(SecureMessagingError::Unprotected(status)));
                    }
                    return Ok(Answer::unprotected(response));
                }
                Err(source) => return Err(broken(source)),
            }
        }
    }
}

impl Answer {
    fn unprotected(response: Response) -> Self {
        Self { data: response.data, status: response.status, protected: false }
    }

    /// The data, if the command was carried out without a remark.
    pub(crate) fn success(self, name: Instruction) -> Result<Zeroizing<Vec<u8>>, CardError> {
        if self.status.is_success() { Ok(self.data) } else { Err(CardError::status_of(name, self.status)) }
    }
}

/// What chips answer that do not know extended length fields: wrong length, or confusion.
fn may_be_length_fields(status: StatusWord) -> bool {
    matches!(status.sw1(), 0x67 | 0x6D | 0x6E | 0x6F)
}

fn with_expectation(command: Command, expected: Option<usize>) -> Command {
    match expected {
        Some(length) => command.expecting(length),
        None => command,
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::*;
    use crate::{apdu::script::Script, crypto::cipher::Cipher};

    fn repeated(byte: &str, times: usize) -> String {
        byte.repeat(times)
    }

    #[test]
    fn a_command_that_is_too_long_is_chained() {
        let first = format!("10860000ff{}", repeated("ab", 255));
        let last = format!("008600002d{}00", repeated("ab", 45));
        let script = Script::new(&[(&first, "9000"), (&last, "0102039000")]);
        let command = Command::new(0, 0x86, 0, 0).with_data([0xAB; 300]).expecting(256);
        let answer = Channel::new(script).transmit(Instruction::GeneralAuthenticate, &command).unwrap();
        assert_eq!((&answer.data[..], answer.protected), (&[1, 2, 3][..], false));

        let script = Script::new(&[(&first, "6884")]);
        let answer = Channel::new(script).transmit(Instruction::GeneralAuthenticate, &command).unwrap();
        assert_eq!(answer.status, StatusWord(0x6884));
    }

    #[test]
    fn pieces_under_secure_messaging_are_protected_one_by_one() {
        let security = || SecureMessaging::from_secret(Cipher::Aes128, b"secret", 0);
        let long = Command::new(0, 0x86, 0, 0).with_data([0xAB; 300]).expecting(100);
        let pieces =
            [Command::new(0x10, 0x86, 0, 0).with_data([0xAB; 223]), Command::new(0, 0x86, 0, 0).with_data([0xAB; 77])];
        let mut sender = security();
        let first = sender.protect(&pieces[0], LengthFields::Short).unwrap().encode(LengthFields::Short).unwrap();
        assert!(first[0] == 0x1C && first.len() <= 261);

        // The chip's answers are not at hand: an error without protection ends the chain.
        let first = base16ct::lower::encode_string(&first);
        let mut channel = Channel::new(Script::new(&[(&first, "6a80")]));
        channel.secure(security());
        let answer = channel.transmit(Instruction::GeneralAuthenticate, &long).unwrap();
        assert_eq!((answer.status, answer.protected), (StatusWord::INCORRECT_DATA, false));
        assert!(channel.link().transport().is_finished());
    }
}
