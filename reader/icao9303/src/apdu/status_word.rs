//! Status words SW1 SW2 and what they mean (ISO/IEC 7816-4, 5.6, tables 6 to 8).

use core::fmt;

/// SW1 SW2, as one number: `0x9000`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Done.
    pub const SUCCESS: Self = Self(0x9000);
    /// End of file reached before reading as many bytes as asked for.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// Authentication failed, without a count of tries left.
    pub const AUTHENTICATION_FAILED: Self = Self(0x6300);
    /// Wrong length, without the right one.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// Security status not satisfied.
    pub const SECURITY_STATUS_NOT_SATISFIED: Self = Self(0x6982);
    /// Authentication method blocked.
    pub const AUTHENTICATION_METHOD_BLOCKED: Self = Self(0x6983);
    /// Conditions of use not satisfied.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// Secure messaging data objects expected and missing.
    pub const SM_OBJECTS_MISSING: Self = Self(0x6987);
    /// Secure messaging data objects incorrect.
    pub const SM_OBJECTS_INCORRECT: Self = Self(0x6988);
    /// Incorrect parameters in the command data field.
    pub const INCORRECT_DATA: Self = Self(0x6A80);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Referenced data or reference data not found.
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    /// Wrong parameters P1-P2: for READ BINARY, an offset outside the file.
    pub const OFFSET_OUTSIDE: Self = Self(0x6B00);
    /// Instruction not supported.
    pub const INSTRUCTION_NOT_SUPPORTED: Self = Self(0x6D00);
    /// Class not supported.
    pub const CLASS_NOT_SUPPORTED: Self = Self(0x6E00);

    /// The status word of the last two bytes of a response.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }

    /// SW1 and SW2.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// SW1.
    #[must_use]
    pub const fn sw1(self) -> u8 {
        self.to_bytes()[0]
    }

    /// SW2.
    #[must_use]
    pub const fn sw2(self) -> u8 {
        self.to_bytes()[1]
    }

    /// Whether the command was carried out without a remark.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == Self::SUCCESS.0
    }

    /// Carried out, with a remark: `62xx`, `63xx`. For an authentication `63xx` says that it failed.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self.sw1(), 0x62 | 0x63)
    }

    /// Not carried out: `64xx` to `6Fxx`, but not `6Cxx`, which asks for the command again. Also all that is no status
    /// word at all.
    #[must_use]
    pub const fn is_error(self) -> bool {
        !self.is_success() && !self.is_warning() && !matches!(self.sw1(), 0x61 | 0x6C)
    }

    /// `61xx`: how many bytes GET RESPONSE can still fetch; 256 stands for that many or more.
    #[must_use]
    pub const fn bytes_available(self) -> Option<usize> {
        self.length_after(0x61)
    }

    /// `6Cxx`: the Le with which the command should be repeated.
    #[must_use]
    pub const fn correct_length(self) -> Option<usize> {
        self.length_after(0x6C)
    }

    const fn length_after(self, sw1: u8) -> Option<usize> {
        match self.to_bytes() {
            [first, 0] if first == sw1 => Some(256),
            [first, length] if first == sw1 => Some(length as usize),
            _ => None,
        }
    }

    /// `63Cx`: tries left.
    #[must_use]
    pub const fn tries_left(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 { Some(self.sw2() & 0x0F) } else { None }
    }

    /// Whether the authentication method is blocked: `6983`, `63C0`.
    #[must_use]
    pub const fn is_blocked(self) -> bool {
        matches!(self.0, 0x6983 | 0x63C0)
    }

    /// Whether the chip could not make sense of the protection of a command: `6987`, `6988`. It has usually forgotten
    /// the session keys then (Doc 9303-11, 9.8.7).
    #[must_use]
    pub const fn is_secure_messaging_error(self) -> bool {
        matches!(self.0, 0x6987 | 0x6988)
    }

    /// Whether the length of the command or of what it expects is at fault: `6700`, `6Cxx`.
    #[must_use]
    pub const fn is_wrong_length(self) -> bool {
        matches!(self.sw1(), 0x67 | 0x6C)
    }

    /// What ISO/IEC 7816-4 says it means.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            0x9000 => "done",
            0x6100..=0x61FF => "more data available",
            0x6281 => "part of the data may be corrupted",
            0x6282 => "end of file reached early",
            0x6283 => "file or application deactivated",
            0x6284 => "file control information is malformed",
            0x6285 => "file in termination state",
            0x6286 => "no input data from a sensor",
            0x6200..=0x62FF => "warning, nothing changed",
            0x6300 => "authentication failed",
            0x6381 => "file filled up",
            0x63C0..=0x63CF => "authentication failed, with a count of tries left",
            0x6301..=0x63FF => "warning, state changed",
            0x6401 => "immediate answer required",
            0x6400..=0x64FF => "execution error, nothing changed",
            0x6581 => "memory failure",
            0x6500..=0x65FF => "execution error, state changed",
            0x6600..=0x66FF => "security issue",
            0x6700..=0x67FF => "wrong length",
            0x6881 => "logical channel not supported",
            0x6882 => "secure messaging not supported",
            0x6883 => "last command of the chain expected",
            0x6884 => "command chaining not supported",
            0x6800..=0x68FF => "function in the class byte not supported",
            0x6981 => "command incompatible with the file structure",
            0x6982 => "security status not satisfied",
            0x6983 => "authentication method blocked",
            0x6984 => "reference data not usable",
            0x6985 => "conditions of use not satisfied",
            0x6986 => "no current file",
            0x6987 => "secure messaging data objects missing",
            0x6988 => "secure messaging data objects incorrect",
            0x6900..=0x69FF => "command not allowed",
            0x6A80 => "incorrect parameters in the data field",
            0x6A81 => "function not supported",
            0x6A82 => "file or application not found",
            0x6A83 => "record not found",
            0x6A84 => "not enough memory in the file",
            0x6A85 => "length inconsistent with the structure of the data",
            0x6A86 => "incorrect parameters P1-P2",
            0x6A87 => "length inconsistent with parameters P1-P2",
            0x6A88 => "referenced data not found",
            0x6A89 => "file already exists",
            0x6A8A => "application name already exists",
            0x6A00..=0x6AFF => "wrong parameters P1-P2",
            0x6B00..=0x6BFF => "wrong parameters P1-P2, or offset outside the file",
            0x6C00..=0x6CFF => "wrong expected length",
            0x6D00..=0x6DFF => "instruction not supported or invalid",
            0x6E00..=0x6EFF => "class not supported",
            0x6F00..=0x6FFF => "no precise diagnosis",
            _ => "no status word of the standard",
        }
    }
}

/// `6A82 (file or application not found)`.
impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tries_left() {
            Some(tries) => write!(f, "{:04X} (authentication failed, {tries} tries left)", self.0),
            None => write!(f, "{:04X} ({})", self.0, self.meaning()),
        }
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({:04X})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn every_status_word_is_of_one_kind() {
        for number in 0..=u16::MAX {
            let status = StatusWord(number);
            let kinds = [
                status.is_success(),
                status.is_warning(),
                status.is_error(),
                status.bytes_available().is_some(),
                status.correct_length().is_some(),
            ];
            assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1, "{status}");
        }
    }

    #[test]
    fn counts_are_read_from_the_second_byte() {
        assert_eq!(StatusWord(0x63C2).tries_left(), Some(2));
        assert_eq!(StatusWord(0x6300).tries_left(), None);
        assert!(StatusWord(0x63C0).is_blocked());
        assert_eq!(StatusWord(0x6100).bytes_available(), Some(256));
        assert_eq!(StatusWord(0x6C1F).correct_length(), Some(31));
        assert_eq!(StatusWord(0x6C00).bytes_available(), None);
    }

    #[test]
    fn it_says_what_it_means() {
        assert_eq!(StatusWord::NOT_FOUND.to_string(), "6A82 (file or application not found)");
        assert_eq!(StatusWord(0x63C2).to_string(), "63C2 (authentication failed, 2 tries left)");
        assert_eq!(StatusWord(0x1234).to_string(), "1234 (no status word of the standard)");
    }
}
