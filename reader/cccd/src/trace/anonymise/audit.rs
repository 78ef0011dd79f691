//! Looks through an anonymised trace for anything of the original: its random numbers, its protected exchanges, what
//! identifies the person in its files, its certificates.

use std::collections::{BTreeMap, HashSet};

use icao9303::lds::file::{DataGroup, ElementaryFile};

use super::AnonymiseError;
use crate::trace::{Event, Trace};

/// As many bytes in a row are no chance.
const SHORT: usize = 8;
/// The same where most are the same in every session: headers and status of secure messaging, structures of ASN.1.
const LONG: usize = 16;

/// The same in pictures, where areas of one shade look alike.
const PICTURE: usize = 32;

/// Refuses a trace in which something of the original remains.
pub(super) fn look_through(
    old: &Trace,
    old_files: &BTreeMap<ElementaryFile, Vec<u8>>,
    new: &Trace,
    new_files: &BTreeMap<ElementaryFile, Vec<u8>>,
) -> Result<(), AnonymiseError> {
    let written: Vec<&[u8]> =
        new.events.iter().filter_map(bytes_of).chain(new_files.values().map(Vec::as_slice)).collect();
    let short = windows(&written, SHORT);
    let long = windows(&written, LONG);
    let picture = windows(&written, PICTURE);
    let mut public = false;
    for event in &old.events {
        let found = match event {
            Event::Random(bytes) => bytes.windows(SHORT).any(|window| short.contains(window)),
            Event::Command(_, bytes) | Event::Response(_, bytes) => {
                if matches!(event, Event::Command(..)) {
                    public = is_public(bytes);
                }
                !public && bytes.windows(LONG).any(|window| long.contains(window))
            }
            Event::Password(_, value) => {
                new.events.iter().any(|event| matches!(event, Event::Password(_, new) if new == value))
            }
            Event::Option(name, value) if super::settings::SECRET_OPTIONS.contains(&name.as_str()) => {
                new.option(name) == Some(value)
            }
            _ => false,
        };
        if found {
            return Err(AnonymiseError::Remains(match event {
                Event::Random(_) => "a random number",
                Event::Password(..) => "the password",
                Event::Option(..) => "an option",
                _ => "an exchange",
            }));
        }
    }
    for (name, before) in old_files {
        let after = new_files.get(name).map(Vec::as_slice).unwrap_or_default();
        let (length, known) = match name {
            ElementaryFile::Dg(group) if matches!(group.number(), 1 | 11 | 12 | 13) => (SHORT, &short),
            ElementaryFile::Dg(DataGroup::DG2) => (PICTURE, &picture),
            _ => (LONG, &long),
        };
        // Pictures have tables that all pictures have.
        let start = if length == PICTURE { before.len() / 2 } else { 0 };
        if remains(before, after, start, length, known) {
            return Err(AnonymiseError::Remains(name.name()));
        }
    }
    Ok(())
}

/// Whether a part of a file of which more than half was replaced is found somewhere all the same.
fn remains(before: &[u8], after: &[u8], start: usize, length: usize, known: &HashSet<&[u8]>) -> bool {
    before.windows(length).enumerate().skip(start).any(|(at, window)| {
        let same = after.get(at..at + length).unwrap_or_default();
        let replaced = window.iter().zip(same).filter(|(old, new)| old != new).count();
        let distinct = window.iter().collect::<HashSet<_>>().len();
        replaced * 2 > length && distinct * 5 > length * 2 && known.contains(window)
    })
}

fn windows<'a>(all: &[&'a [u8]], length: usize) -> HashSet<&'a [u8]> {
    all.iter().flat_map(|bytes| bytes.windows(length)).collect()
}

fn bytes_of(event: &Event) -> Option<&[u8]> {
    match event {
        Event::Anchor(bytes) | Event::Crl(bytes) | Event::Command(_, bytes) | Event::Response(_, bytes) => Some(bytes),
        Event::Random(bytes) => Some(bytes),
        _ => None,
    }
}

/// A command without protection whose answer is the same for every card of a kind: selecting, and reading EF.CardAccess
/// or EF.ATR/INFO.
fn is_public(command: &[u8]) -> bool {
    matches!(command, [class, 0xA4 | 0xB0 | 0xB1 | 0xC0 | 0x22, ..] if class & 0x0C == 0)
}
