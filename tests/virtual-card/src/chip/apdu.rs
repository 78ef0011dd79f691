//! Command and response APDUs as a chip takes them apart (ISO/IEC 7816-4:2020, 5.2 and 5.3).

use super::status;

/// A command APDU, its length fields decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter byte.
    pub p1: u8,
    /// Second parameter byte.
    pub p2: u8,
    /// Command data field, empty where absent.
    pub data: Vec<u8>,
    /// The most response bytes expected, absent where no response data is expected.
    pub le: Option<usize>,
    /// Whether the length fields are extended.
    pub extended: bool,
}

impl Command {
    /// Takes a command APDU apart.
    ///
    /// # Errors
    /// The status word with which a chip answers lengths that do not fit: `6700`.
    pub fn parse(bytes: &[u8]) -> Result<Self, u16> {
        let [cla, ins, p1, p2, body @ ..] = bytes else { return Err(status::WRONG_LENGTH) };
        let (data, le, extended) = split_body(body).ok_or(status::WRONG_LENGTH)?;
        Ok(Self { cla: *cla, ins: *ins, p1: *p1, p2: *p2, data: data.to_vec(), le, extended })
    }

    /// Whether the class byte asks for secure messaging with an authenticated header.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.cla & 0x0C == 0x0C
    }

    /// Whether more commands of a chain follow.
    #[must_use]
    pub const fn is_chained(&self) -> bool {
        self.cla & 0x10 != 0
    }

    /// P1 and P2 together.
    #[must_use]
    pub const fn parameters(&self) -> u16 {
        u16::from_be_bytes([self.p1, self.p2])
    }
}

/// Data field, Le and whether the fields are extended; nothing where the lengths do not fit.
fn split_body(body: &[u8]) -> Option<(&[u8], Option<usize>, bool)> {
    match *body {
        [] => Some((&[], None, false)),
        [le] => Some((&[], Some(short_le(le)), false)),
        [0, high, low] => Some((&[], Some(extended_le(high, low)), true)),
        [0, high, low, ref rest @ ..] => {
            let lc = usize::from(u16::from_be_bytes([high, low]));
            if lc == 0 {
                return None;
            }
            match *rest.get(lc..)? {
                [] => Some((rest, None, true)),
                [high, low] => Some((rest.get(..lc)?, Some(extended_le(high, low)), true)),
                _ => None,
            }
        }
        [0, _] => None,
        [lc, ref rest @ ..] => {
            let lc = usize::from(lc);
            match *rest.get(lc..)? {
                [] => Some((rest, None, false)),
                [le] => Some((rest.get(..lc)?, Some(short_le(le)), false)),
                _ => None,
            }
        }
    }
}

fn short_le(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended_le(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => usize::from(le),
    }
}

/// What a chip answers: data and a status word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Response data field.
    pub data: Vec<u8>,
    /// Status word.
    pub status: u16,
}

impl Reply {
    /// Data and `9000`.
    #[must_use]
    pub const fn success(data: Vec<u8>) -> Self {
        Self { data, status: status::SUCCESS }
    }

    /// A status word alone.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { data: Vec::new(), status }
    }

    /// The response APDU.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.data.clone();
        bytes.extend(self.status.to_be_bytes());
        bytes
    }
}

/// A refusal: a status word alone.
impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        Self::status(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(bytes: &[u8]) -> Result<(usize, Option<usize>, bool), u16> {
        Command::parse(bytes).map(|command| (command.data.len(), command.le, command.extended))
    }

    #[test]
    fn the_four_cases_are_told_apart_in_short_and_extended_length() {
        assert_eq!(lengths(&[0, 0xA4, 0, 0]), Ok((0, None, false)));
        assert_eq!(lengths(&[0, 0xB0, 0, 0, 0]), Ok((0, Some(256), false)));
        assert_eq!(lengths(&[0, 0xA4, 2, 12, 2, 1, 0x1C]), Ok((2, None, false)));
        assert_eq!(lengths(&[0, 0xA4, 2, 12, 2, 1, 0x1C, 8]), Ok((2, Some(8), false)));
        assert_eq!(lengths(&[0, 0xB0, 0, 0, 0, 0, 0]), Ok((0, Some(65_536), true)));
        assert_eq!(lengths(&[0, 0xB0, 0, 0, 0, 1, 0]), Ok((0, Some(256), true)));
        assert_eq!(lengths(&[0, 0x86, 0, 0, 0, 0, 2, 1, 2]), Ok((2, None, true)));
        assert_eq!(lengths(&[0, 0x86, 0, 0, 0, 0, 2, 1, 2, 0, 0]), Ok((2, Some(65_536), true)));
    }

    #[test]
    fn lengths_that_do_not_fit_are_answered_6700() {
        for bytes in [
            &[0, 0xA4, 0][..],
            &[0, 0xA4, 2, 12, 3, 1, 2],
            &[0, 0xA4, 2, 12, 1, 1, 2, 3],
            &[0, 0xA4, 2, 12, 0, 1],
            &[0, 0xA4, 2, 12, 0, 0, 0, 1],
            &[0, 0xA4, 2, 12, 0, 0, 2, 1, 2, 3],
        ] {
            assert_eq!(lengths(bytes), Err(0x6700), "{bytes:02X?}");
        }
    }
}
