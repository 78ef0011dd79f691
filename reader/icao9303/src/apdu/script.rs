//! A chip for tests that knows its lines: it expects certain commands, in order, and gives the answers written down.

use alloc::{collections::VecDeque, vec::Vec};

use crate::transport::{LinkLimits, Transport, TransportError};

/// Commands expected and answers given, both as bytes. Stays silent on a command it does not expect: it panics.
pub(crate) struct Script {
    lines: VecDeque<(Vec<u8>, Vec<u8>)>,
}

impl Script {
    pub fn new(lines: &[(&str, &str)]) -> Self {
        let bytes = |text: &str| base16ct::mixed::decode_vec(text).unwrap();
        Self { lines: lines.iter().map(|(command, answer)| (bytes(command), bytes(answer))).collect() }
    }

    /// The `apdus` of a recorded session: a JSON array of pairs.
    pub fn from_json(apdus: &serde_json::Value) -> Self {
        let pairs: Vec<(&str, &str)> =
            apdus.as_array().unwrap().iter().map(|p| (p[0].as_str().unwrap(), p[1].as_str().unwrap())).collect();
        Self::new(&pairs)
    }

    pub fn is_finished(&self) -> bool {
        self.lines.is_empty()
    }
}

impl Transport for Script {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let (expected, answer) = self.lines.pop_front().expect("a command after the last line");
        let hex = base16ct::lower::encode_string;
        assert_eq!(hex(command), hex(&expected), "{} lines left", self.lines.len());
        Ok(answer)
    }

    fn limits(&self) -> LinkLimits {
        LinkLimits::SHORT
    }
}
