//! What happened in a recorded session, in words: one [`Exchange`] for each command and its answer.

use std::time::Duration;

use icao9303::apdu::{Command, StatusWord};
use icao9303::lds::file::{EMRTD_AID, ElementaryFile};
use icao9303::transport::TransportError;

use super::rerun::rerun;
use super::{Event, Trace};

/// A command and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was being done, as far as reading the trace anew can tell.
    pub phase: Option<String>,
    /// When it left.
    pub at: Duration,
    /// How long the answer took; nothing where the recording ends.
    pub took: Option<Duration>,
    /// What the command is, in words.
    pub name: String,
    /// Whether it went under secure messaging.
    pub protected: bool,
    /// The command.
    pub command: Vec<u8>,
    /// What came of it; nothing where the recording ends.
    pub answer: Option<Result<Vec<u8>, TransportError>>,
}

impl Exchange {
    /// The status word, where an answer came.
    #[must_use]
    pub fn status(&self) -> Option<StatusWord> {
        let response = self.answer.as_ref()?.as_ref().ok()?;
        response.last_chunk().map(|bytes| StatusWord::from_bytes(*bytes))
    }
}

/// The exchanges of a trace, in order.
#[must_use]
pub fn exchanges(trace: &Trace) -> Vec<Exchange> {
    let phases = rerun(trace).map(|rerun| rerun.phases).unwrap_or_default();
    let mut exchanges: Vec<Exchange> = Vec::new();
    // Numbered as the replay counts.
    let mut number = 0;
    let mut pace_step = 0;
    for event in &trace.events {
        number += usize::from(matches!(
            event,
            Event::Limits(..)
                | Event::Random(_)
                | Event::Command(..)
                | Event::Response(..)
                | Event::LinkError(..)
                | Event::CardReturned(_)
        ));
        let answer = match event {
            Event::Command(at, bytes) => {
                let (name, protected) = name(bytes, &mut pace_step);
                let phase = phases.iter().rev().find(|(before, _)| *before < number).map(|(_, name)| name.clone());
                let command = bytes.clone();
                exchanges.push(Exchange { phase, at: *at, took: None, name, protected, command, answer: None });
                continue;
            }
            Event::Response(at, bytes) => (at, Ok(bytes.clone())),
            Event::LinkError(at, error) => (at, Err(error.clone())),
            _ => continue,
        };
        if let Some(open) = exchanges.last_mut().filter(|exchange| exchange.answer.is_none()) {
            open.took = Some(answer.0.saturating_sub(open.at));
            open.answer = Some(answer.1);
        }
    }
    exchanges
}

/// The name of a command, and whether it is protected. `pace_step` counts the steps of a run of PACE.
fn name(bytes: &[u8], pace_step: &mut usize) -> (String, bool) {
    let Ok(command) = Command::parse(bytes) else { return ("no command APDU".to_owned(), false) };
    let protected = command.class & 0x0C == 0x0C;
    // What is inside a protected command cannot be seen.
    let data = if protected { &[][..] } else { command.data() };
    let name = match command.instruction {
        0xA4 => select(command.p1, data),
        0xB0 if command.p1 & 0x80 != 0 => {
            format!("READ BINARY SFI {:02X} offset {}", command.p1 & 0x1F, command.p2)
        }
        0xB0 => format!("READ BINARY offset {}", u16::from_be_bytes([command.p1, command.p2])),
        0xB1 => "READ BINARY, odd instruction".to_owned(),
        0xC0 => "GET RESPONSE".to_owned(),
        0x84 => "GET CHALLENGE".to_owned(),
        0x82 => "EXTERNAL AUTHENTICATE, BAC".to_owned(),
        0x88 => "INTERNAL AUTHENTICATE, Active Authentication".to_owned(),
        0x22 => match (command.p1, command.p2) {
            (0xC1, 0xA4) => {
                *pace_step = 0;
                "MSE:Set AT, PACE".to_owned()
            }
            (0x41, 0xA4) => "MSE:Set AT, Chip Authentication".to_owned(),
            (0x41, 0xA6) => "MSE:Set KAT, Chip Authentication".to_owned(),
            (p1, p2) => format!("MSE {p1:02X}{p2:02X}"),
        },
        0x86 if protected => "GENERAL AUTHENTICATE, Chip Authentication".to_owned(),
        0x86 => {
            *pace_step += 1;
            let step = match *pace_step {
                1 => "encrypted nonce",
                2 => "mapping",
                3 => "key agreement",
                _ => "mutual authentication",
            };
            format!("GENERAL AUTHENTICATE, PACE step {pace_step}: {step}")
        }
        other => format!("instruction {other:02X}"),
    };
    (name, protected)
}

fn select(p1: u8, data: &[u8]) -> String {
    if p1 == 0x04 && data == EMRTD_AID {
        return "SELECT the eMRTD application".to_owned();
    }
    let file = |identifier: u16| {
        let names: Vec<_> =
            ElementaryFile::all().filter(|file| file.identifier() == identifier).map(ElementaryFile::name).collect();
        if names.is_empty() { String::new() } else { format!(" ({})", names.join(" or ")) }
    };
    match *data {
        [] => "SELECT".to_owned(),
        [0x3F, 0x00] => "SELECT the master file".to_owned(),
        [high, low] => format!("SELECT {high:02X}{low:02X}{}", file(u16::from_be_bytes([high, low]))),
        _ => format!("SELECT {}", base16ct::upper::encode_string(data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
format cccd.trace/1
time 2026-11-21T08:30:00Z
password can 123456
limits 261 258
> 1.000 00a4020c02011c
< 2.500 9000
> 3.000 00b09c0000
< 4.000 6a82
> 5.000 00a4040c07a0000002471001
! 9.000 card_removed
> 10.000 0cb08d000d97010600000000000000000000
";

    #[test]
    fn each_command_is_named_with_its_time_and_what_came_of_it() {
        let shown = exchanges(&TEXT.parse().unwrap());
        let names: Vec<_> = shown.iter().map(|exchange| exchange.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "SELECT 011C (EF.CardAccess or EF.CVCA)",
                "READ BINARY SFI 1C offset 0",
                "SELECT the eMRTD application",
                "READ BINARY SFI 0D offset 0"
            ]
        );
        assert_eq!(shown[0].took, Some(Duration::from_micros(1500)));
        assert_eq!(shown[1].status().map(StatusWord::meaning), Some("file or application not found"));
        assert_eq!(shown[2].answer, Some(Err(TransportError::CardRemoved)));
        assert!(shown[3].protected && shown[3].answer.is_none());
    }

    #[test]
    fn bytes_that_are_no_command_are_shown_as_such() {
        assert_eq!(name(&[0x00], &mut 0).0, "no command APDU");
        assert_eq!(name(&[0x80, 0xCA, 0, 0, 0], &mut 0).0, "instruction CA");
    }
}
