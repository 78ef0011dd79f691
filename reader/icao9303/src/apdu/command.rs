//! Command APDUs: header, data, and how many bytes are expected back (ISO/IEC 7816-4, 5.1 and 5.2).

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::ApduError;

/// A command APDU of any of the four cases. Its data may hold secrets: they are wiped, and `Debug` shows their length.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// CLA.
    pub class: u8,
    /// INS.
    pub instruction: u8,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
    data: Zeroizing<Vec<u8>>,
    expected: Option<usize>,
}

/// How Lc and Le are written (ISO/IEC 7816-4, 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthFields {
    /// One byte each: up to 255 bytes of data, up to 256 expected.
    Short,
    /// Two bytes each after a zero byte: up to 65,535 bytes of data, up to 65,536 expected.
    Extended,
}

impl LengthFields {
    /// The most data a command carries.
    #[must_use]
    pub const fn max_data(self) -> usize {
        match self {
            Self::Short => 0xFF,
            Self::Extended => 0xFFFF,
        }
    }

    /// The most bytes a command can expect: what Le = 0 stands for.
    #[must_use]
    pub const fn max_expected(self) -> usize {
        self.max_data() + 1
    }
}

impl Command {
    /// A command of case 1: a header alone.
    #[must_use]
    pub fn new(class: u8, instruction: u8, p1: u8, p2: u8) -> Self {
        Self { class, instruction, p1, p2, data: Zeroizing::new(Vec::new()), expected: None }
    }

    /// The same with a data field. Empty data are none.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = Zeroizing::new(data.into());
        self
    }

    /// The same expecting up to `length` bytes (Ne), 1 to 65,536.
    #[must_use]
    pub fn expecting(mut self, length: usize) -> Self {
        self.expected = Some(length.clamp(1, LengthFields::Extended.max_expected()));
        self
    }

    /// The data field, empty where there is none.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// How many bytes may come back (Ne), if any.
    #[must_use]
    pub const fn expected(&self) -> Option<usize> {
        self.expected
    }

    /// CLA, INS, P1, P2.
    #[must_use]
    pub const fn header(&self) -> [u8; 4] {
        [self.class, self.instruction, self.p1, self.p2]
    }

    /// The shortest length fields that the command fits.
    #[must_use]
    pub fn length_fields(&self) -> LengthFields {
        let short = LengthFields::Short;
        if self.data.len() <= short.max_data() && self.expected.unwrap_or(0) <= short.max_expected() {
            short
        } else {
            LengthFields::Extended
        }
    }

    /// The bytes to send.
    ///
    /// # Errors
    /// [`ApduError::CommandTooLong`]: data or expectation do not fit the length fields.
    pub fn encode(&self, fields: LengthFields) -> Result<Zeroizing<Vec<u8>>, ApduError> {
        let expected = self.expected.unwrap_or(0);
        if self.data.len() > fields.max_data() || expected > fields.max_expected() {
            return Err(ApduError::CommandTooLong(match fields {
                LengthFields::Short => "short",
                LengthFields::Extended => "extended",
            }));
        }
        let mut out = Zeroizing::new(Vec::with_capacity(9 + self.data.len()));
        out.extend_from_slice(&self.header());
        match fields {
            LengthFields::Short => {
                if !self.data.is_empty() {
                    out.push(self.data.len() as u8);
                    out.extend_from_slice(&self.data);
                }
                if self.expected.is_some() {
                    out.push(expected as u8); // 256 wraps to 0, as it should
                }
            }
            LengthFields::Extended => {
                if !self.data.is_empty() || self.expected.is_some() {
                    out.push(0);
                }
                if !self.data.is_empty() {
                    out.extend_from_slice(&(self.data.len() as u16).to_be_bytes());
                    out.extend_from_slice(&self.data);
                }
                if self.expected.is_some() {
                    out.extend_from_slice(&(expected as u16).to_be_bytes()); // 65,536 wraps to 0, as it should
                }
            }
        }
        Ok(out)
    }

    /// The command that the bytes are, as a trace shows it: which length fields it has is not kept.
    ///
    /// # Errors
    /// The bytes are no command of cases 1 to 4.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let [class, instruction, p1, p2, rest @ ..] = bytes else { return Err(ApduError::LengthFields) };
        let header = Self::new(*class, *instruction, *p1, *p2);
        let expecting = |command: Self, fields: LengthFields, length: usize| {
            command.expecting(if length == 0 { fields.max_expected() } else { length })
        };
        match rest {
            [] => Ok(header),
            [le] => Ok(expecting(header, LengthFields::Short, usize::from(*le))),
            [0, high, low] => Ok(expecting(header, LengthFields::Extended, be16(*high, *low))),
            [0, high, low, body @ ..] => match body.split_at_checked(be16(*high, *low)) {
                Some(([], _)) => Err(ApduError::LengthFields),
                Some((data, [])) => Ok(header.with_data(data)),
                Some((data, [h, l])) => Ok(expecting(header.with_data(data), LengthFields::Extended, be16(*h, *l))),
                _ => Err(ApduError::LengthFields),
            },
            [lc, body @ ..] => match body.split_at_checked(usize::from(*lc)) {
                Some(([], _)) => Err(ApduError::LengthFields),
                Some((data, [])) => Ok(header.with_data(data)),
                Some((data, [le])) => Ok(expecting(header.with_data(data), LengthFields::Short, usize::from(*le))),
                _ => Err(ApduError::LengthFields),
            },
        }
    }
}

fn be16(high: u8, low: u8) -> usize {
    usize::from(u16::from_be_bytes([high, low]))
}

impl core::fmt::Debug for Command {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let [class, instruction, p1, p2] = self.header();
        write!(f, "Command({class:02X}{instruction:02X}{p1:02X}{p2:02X}, {} bytes", self.data.len())?;
        match self.expected {
            Some(length) => write!(f, ", expecting {length})"),
            None => write!(f, ")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex(command: &Command, fields: LengthFields) -> alloc::string::String {
        base16ct::lower::encode_string(&command.encode(fields).unwrap())
    }

    #[test]
    fn the_four_cases_are_written_as_the_standard_says() {
        let header = Command::new(0x00, 0xB0, 0x9C, 0x00);
        assert_eq!(hex(&header, LengthFields::Short), "00b09c00");
        assert_eq!(hex(&header.clone().expecting(256), LengthFields::Short), "00b09c0000");
        assert_eq!(hex(&header.clone().expecting(256), LengthFields::Extended), "00b09c00000100");
        assert_eq!(hex(&header.clone().expecting(65_536), LengthFields::Extended), "00b09c00000000");
        assert_eq!(hex(&header.clone().with_data([1, 2]), LengthFields::Short), "00b09c00020102");
        assert_eq!(hex(&header.clone().with_data([1, 2]), LengthFields::Extended), "00b09c000000020102");
        let case4 = header.with_data([1, 2]).expecting(3);
        assert_eq!(hex(&case4, LengthFields::Short), "00b09c0002010203");
        assert_eq!(hex(&case4, LengthFields::Extended), "00b09c0000000201020003");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = Command::new(0, 0xB0, 0, 0).with_data([0; 256]);
        assert_eq!(long.encode(LengthFields::Short), Err(ApduError::CommandTooLong("short")));
        assert_eq!(long.length_fields(), LengthFields::Extended);
        let greedy = Command::new(0, 0xB0, 0, 0).expecting(257);
        assert_eq!(greedy.encode(LengthFields::Short), Err(ApduError::CommandTooLong("short")));
    }

    #[test]
    fn length_fields_that_lie_are_refused() {
        for bytes in ["", "00b000", "00b0000002", "00b00000020102030405", "00b000000000020102030405", "00b000000000"] {
            let bytes = base16ct::lower::decode_vec(bytes).unwrap();
            let parsed = Command::parse(&bytes);
            assert!(bytes.len() == 5 || parsed == Err(ApduError::LengthFields), "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_undoes_encoding(
            header: [u8; 4], data in prop::collection::vec(any::<u8>(), 0..600), expected in prop::option::of(1_usize..=65_536),
        ) {
            let mut command = Command::new(header[0], header[1], header[2], header[3]).with_data(data);
            command.expected = expected;
            prop_assert_eq!(&Command::parse(&command.encode(LengthFields::Extended).unwrap()).unwrap(), &command);
            if let Ok(short) = command.encode(LengthFields::Short) {
                prop_assert_eq!(Command::parse(&short).unwrap(), command);
            }
        }

        #[test]
        fn any_bytes_are_a_command_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Command::parse(&bytes);
        }
    }
}
