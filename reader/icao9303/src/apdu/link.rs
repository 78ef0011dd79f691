//! Sends one command APDU and collects the whole of its response: repeats it where the chip asks for another Le
//! (`6Cxx`), and fetches what did not fit with GET RESPONSE (`61xx`) (ISO/IEC 7816-4, 5.3.4 and 11.7.1).
//!
//! This lies below secure messaging. Of a protected command only the pieces of its response are the link's business:
//! the same bytes must not be sent twice, since the chip has counted them, and a status word inside the protection is
//! for those who can open it.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{ApduError, Command, LengthFields, Response};
use crate::{
    tlv::Reader,
    transport::{LinkLimits, Transport, TransportError},
};

/// The most bytes that one response may add up to. Twice the largest single one: a protected answer is a little longer
/// than its content.
const MAX_COLLECTED: usize = 2 * 65_536;

/// The most GET RESPONSE commands for one response: [`MAX_COLLECTED`] in pieces of 256, and some for pieces cut shorter.
const MAX_PIECES: usize = 600;

/// The bits of CLA that say that a command is protected (ISO/IEC 7816-4, 5.4.1).
const SECURE_MESSAGING: u8 = 0x0C;

/// The data object that ends a protected response: its authentication code.
const DO_MAC: u32 = 0x8E;

/// A [`Transport`] with what is known of the chip at its end.
pub struct Link<T> {
    transport: T,
    chip: LinkLimits,
}

/// Why a link brought no usable response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The link failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// What came is no response, or the command is none that the link can carry.
    #[error(transparent)]
    Apdu(#[from] ApduError),
    /// The chip goes on announcing more data (`61xx`) and gives nothing, or more than any response may hold.
    #[error("the response has no end")]
    Endless,
}

impl<T: Transport> Link<T> {
    /// A link to a chip of which nothing is known: it is asked for whatever the transport carries.
    pub const fn new(transport: T) -> Self {
        Self { transport, chip: LinkLimits::EXTENDED }
    }

    /// What link and chip both carry.
    pub fn limits(&self) -> LinkLimits {
        let transport = self.transport.limits();
        LinkLimits {
            max_command: transport.max_command.min(self.chip.max_command),
            max_response: transport.max_response.min(self.chip.max_response),
        }
    }

    /// Records what the chip carries: EF.ATR/INFO, its ATR, or a refusal said so.
    pub const fn restrict(&mut self, chip: LinkLimits) {
        self.chip = chip;
    }

    /// The transport.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, to use beside the link. A command sent to the chip there puts a secure channel out of step.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Gives the transport back.
    pub fn into_transport(self) -> T {
        self.transport
    }

    /// Sends a command, with short length fields where it fits them.
    ///
    /// # Errors
    /// The link failed, or what came is no response. A status word that reports an error is a response.
    pub fn exchange(&mut self, command: &Command) -> Result<Response, LinkError> {
        let mut response = self.once(command)?;
        let is_protected = command.class & SECURE_MESSAGING != 0;
        if let (false, Some(length)) = (is_protected, response.status.correct_length()) {
            response = self.once(&command.clone().expecting(length))?;
        }
        match response.status.bytes_available() {
            Some(_) if is_protected && is_whole(&response.data) => Ok(response),
            Some(length) => self.collect(command.class, response.data, length),
            None => Ok(response),
        }
    }

    fn collect(
        &mut self,
        class: u8,
        mut data: Zeroizing<Vec<u8>>,
        mut available: usize,
    ) -> Result<Response, LinkError> {
        // GET RESPONSE belongs to the transmission, not to the protected dialogue: only the logical channel stays.
        let get_response = Command::new(class & 0x03, 0xC0, 0x00, 0x00);
        for _ in 0..MAX_PIECES {
            let mut piece = self.once(&get_response.clone().expecting(available))?;
            if let Some(length) = piece.status.correct_length() {
                piece = self.once(&get_response.clone().expecting(length))?;
            }
            data.extend_from_slice(&piece.data);
            match piece.status.bytes_available() {
                Some(_) if piece.data.is_empty() || data.len() > MAX_COLLECTED => return Err(LinkError::Endless),
                Some(length) => available = length,
                None => return Ok(Response { data, status: piece.status }),
            }
        }
        Err(LinkError::Endless)
    }

    fn once(&mut self, command: &Command) -> Result<Response, LinkError> {
        let bytes = command.encode(command.length_fields())?;
        if bytes.len() > self.limits().max_command {
            let name = if command.length_fields() == LengthFields::Short { "short" } else { "extended" };
            return Err(ApduError::CommandTooLong(name).into());
        }
        let answer = Zeroizing::new(self.transport.transmit(&bytes)?);
        Ok(Response::parse(&answer)?)
    }
}

/// Whether a protected response is all there, so that its `61xx` is not about pieces of it.
fn is_whole(data: &[u8]) -> bool {
    let mut last = None;
    for object in Reader::new(data) {
        match object {
            Ok(object) => last = Some(object.tag),
            Err(_) => return false,
        }
    }
    last == Some(DO_MAC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::{StatusWord, script::Script};

    #[test]
    fn a_protected_command_is_not_repeated_and_its_status_not_read() {
        for answer in ["6c05", "990261108e0801020304050607086110", "99026c108e0801020304050607086c10"] {
            let mut link = Link::new(Script::new(&[("0cb000000d9701008e08010203040506070800", answer)]));
            let data = base16ct::lower::decode_vec("9701008e080102030405060708").unwrap();
            let command = Command::new(0x0C, 0xB0, 0, 0).with_data(data).expecting(256);
            let response = link.exchange(&command).unwrap();
            assert_eq!(response.data.len() + 2, answer.len() / 2);
        }
        let mut link =
            Link::new(Script::new(&[("0cb0000003970100", "87030102036104"), ("00c0000004", "990290009000")]));
        let command = Command::new(0x0C, 0xB0, 0, 0).with_data([0x97, 0x01, 0x00]);
        assert_eq!(link.exchange(&command).unwrap().data[..], [0x87, 3, 1, 2, 3, 0x99, 2, 0x90, 0]);
    }

    #[test]
    fn another_le_is_taken_once() {
        let mut link = Link::new(Script::new(&[("00b0000000", "6c05"), ("00b0000005", "01020304059000")]));
        let response = link.exchange(&Command::new(0, 0xB0, 0, 0).expecting(256)).unwrap();
        assert_eq!((&response.data[..], response.status), (&[1, 2, 3, 4, 5][..], StatusWord::SUCCESS));

        let mut link = Link::new(Script::new(&[("00b0000000", "6c05"), ("00b0000005", "6c05")]));
        let response = link.exchange(&Command::new(0, 0xB0, 0, 0).expecting(256)).unwrap();
        assert_eq!(response.status, StatusWord(0x6C05));
    }

    #[test]
    fn a_response_in_pieces_is_put_together() {
        let mut link = Link::new(Script::new(&[
            ("0088000008010203040506070800", "aabb6102"),
            ("00c0000002", "ccdd6101"),
            ("00c0000001", "ee9000"),
        ]));
        let response =
            link.exchange(&Command::new(0x0C & 0x03, 0x88, 0, 0).with_data([1, 2, 3, 4, 5, 6, 7, 8]).expecting(256));
        assert_eq!(response.unwrap().data[..], [0xAA, 0xBB, 0xCC, 0xDD, 0xEE]);
    }

    #[test]
    fn pieces_of_nothing_come_to_an_end() {
        let mut link = Link::new(Script::new(&[("00b0000000", "6110"), ("00c0000010", "6110")]));
        assert_eq!(link.exchange(&Command::new(0, 0xB0, 0, 0).expecting(256)), Err(LinkError::Endless));
    }

    #[test]
    fn pieces_without_end_come_to_an_end() {
        struct Endless(usize);
        impl Transport for Endless {
            fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
                self.0 += 1;
                Ok(alloc::vec![0x61; 258])
            }
            fn limits(&self) -> LinkLimits {
                LinkLimits::SHORT
            }
        }
        let mut link = Link::new(Endless(0));
        assert_eq!(link.exchange(&Command::new(0, 0xB0, 0, 0).expecting(256)), Err(LinkError::Endless));
        assert!(link.transport().0 <= MAX_PIECES + 1);
    }

    #[test]
    fn a_response_of_no_bytes_is_an_error() {
        let mut link = Link::new(Script::new(&[("00b0000000", "")]));
        let error = link.exchange(&Command::new(0, 0xB0, 0, 0).expecting(256)).unwrap_err();
        assert_eq!(error, LinkError::Apdu(ApduError::NoStatusWord(0)));
    }
}
