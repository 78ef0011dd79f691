//! Which readers there are, what each can do, and waiting for a card on one of them.

use std::ffi::{CStr, CString};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ::pcsc::{Attribute, Card, Context, Protocols, ReaderState, Scope, ShareMode, State, ctl_code};

use super::error::PcscError;

/// A reader and what lies on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The name the service gives it.
    pub name: String,
    /// What lies on it.
    pub card: CardState,
    /// Another program is using the card.
    pub in_use: bool,
}

/// What lies on a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardState {
    /// Nothing.
    Empty,
    /// A card, with its answer to reset.
    Present(Vec<u8>),
    /// A card that does not answer.
    Mute,
    /// The reader cannot say.
    Unknown,
}

/// Which reader to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReaderChoice {
    /// The first one with a card on it.
    #[default]
    Any,
    /// The one at that place of the list, counted from 0.
    Index(usize),
    /// The one of that name, or the only one whose name contains it, in upper or lower case.
    Name(String),
}

impl ReaderChoice {
    /// A choice as it is typed: a number is a place in the list, anything else a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Index)
    }

    /// Keeps the readers that fit.
    fn select(&self, readers: Vec<Reader>) -> Result<Vec<Reader>, PcscError> {
        if readers.is_empty() {
            return Err(PcscError::NoReader);
        }
        let not_found = |wanted: String| PcscError::ReaderNotFound {
            wanted,
            readers: readers.iter().map(|reader| reader.name.clone()).collect(),
        };
        match self {
            Self::Any => Ok(readers),
            Self::Index(index) => match readers.get(*index) {
                Some(reader) => Ok(vec![reader.clone()]),
                None => Err(not_found(index.to_string())),
            },
            Self::Name(name) => {
                let wanted = name.to_lowercase();
                let exact = readers.iter().find(|reader| reader.name == *name);
                let mut partial = readers.iter().filter(|reader| reader.name.to_lowercase().contains(&wanted));
                match (exact, partial.next(), partial.next()) {
                    (Some(reader), ..) | (None, Some(reader), None) => Ok(vec![reader.clone()]),
                    _ => Err(not_found(name.clone())),
                }
            }
        }
    }
}

/// The readers that the service knows, in its order.
///
/// # Errors
/// The service does not run or lets nobody in. No reader is an empty list, not an error.
pub fn list() -> Result<Vec<Reader>, PcscError> {
    snapshot(&Context::establish(Scope::User)?)
}

/// Waits until a card lies on one of the readers chosen, and says on which one.
///
/// A wait of zero looks once. A mute card counts as none: it may still settle while it is put down.
///
/// # Errors
/// What was missing when the time was over: [`PcscError::NoReader`], [`PcscError::ReaderNotFound`],
/// [`PcscError::NoCard`] or [`PcscError::Unresponsive`].
pub fn wait_for_card(choice: &ReaderChoice, wait: Duration) -> Result<Reader, PcscError> {
    let context = Context::establish(Scope::User)?;
    let deadline = Instant::now() + wait;
    loop {
        let missing = match snapshot(&context).and_then(|readers| choice.select(readers)) {
            Ok(readers) => {
                if let Some(reader) = readers.iter().find(|reader| matches!(reader.card, CardState::Present(_))) {
                    return Ok(reader.clone());
                }
                if readers.iter().any(|reader| reader.card == CardState::Mute) {
                    PcscError::Unresponsive
                } else {
                    PcscError::NoCard
                }
            }
            Err(missing @ (PcscError::NoReader | PcscError::ReaderNotFound { .. })) => missing,
            Err(error) => return Err(error),
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(missing);
        }
        thread::sleep(left.min(LOOK_AGAIN));
    }
}

/// How often a wait looks again. The service itself polls its readers every 200 to 400 ms.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

fn snapshot(context: &Context) -> Result<Vec<Reader>, PcscError> {
    Ok(states(context)?.iter().map(Reader::from).collect())
}

/// The readers and their states now.
pub(super) fn states(context: &Context) -> Result<Vec<ReaderState>, PcscError> {
    let names = match context.list_readers_owned() {
        Ok(names) => names,
        Err(::pcsc::Error::NoReadersAvailable) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut states: Vec<_> = names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)).collect();
    if states.is_empty() {
        return Ok(Vec::new());
    }
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(::pcsc::Error::Timeout) => {}
        // A reader went away between the two calls: the next look sees the rest.
        Err(::pcsc::Error::UnknownReader) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    }
    Ok(states)
}

impl From<&ReaderState> for Reader {
    fn from(state: &ReaderState) -> Self {
        let event = state.event_state();
        let card = if event.contains(State::MUTE) {
            CardState::Mute
        } else if event.contains(State::PRESENT) {
            CardState::Present(state.atr().to_vec())
        } else if event.contains(State::EMPTY) {
            CardState::Empty
        } else {
            CardState::Unknown
        };
        Self { name: display_name(state.name()), card, in_use: event.intersects(State::INUSE | State::EXCLUSIVE) }
    }
}

pub(super) fn display_name(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

/// What a reader says about itself. Everything is optional: few drivers answer all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Who made it.
    pub vendor: Option<String>,
    /// The most bytes of APDU data it carries (PC/SC part 10, dwMaxAPDUDataSize): 256 or less is short length only.
    pub max_apdu_data: Option<u32>,
}

/// Asks a reader about itself, without touching a card in it. Bounded in time: a driver that hangs says nothing.
#[must_use]
pub fn capabilities(reader: &str) -> Capabilities {
    let Ok(name) = CString::new(reader) else { return Capabilities::default() };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let asked = Context::establish(Scope::User)
            .and_then(|context| context.connect(&name, ShareMode::Direct, Protocols::UNDEFINED))
            .map(|card| {
                let capabilities = ask(&card);
                // Nobody is left to tell about a failure here.
                let _ = card.disconnect(::pcsc::Disposition::LeaveCard);
                capabilities
            });
        let _ = sender.send(asked.unwrap_or_default());
    });
    receiver.recv_timeout(Duration::from_secs(2)).unwrap_or_default()
}

/// Asks over a connection that is open already.
pub(super) fn ask(card: &Card) -> Capabilities {
    let vendor = card
        .get_attribute_owned(Attribute::VendorName)
        .ok()
        .map(|name| String::from_utf8_lossy(&name).trim_end_matches('\0').to_owned())
        .filter(|name| !name.is_empty());
    Capabilities { vendor, max_apdu_data: max_apdu_data(card) }
}

/// dwMaxAPDUDataSize, found in two steps (PC/SC part 10, 2.2 and 2.6.14): the list of features gives the control code
/// of FEATURE_GET_TLV_PROPERTIES, and that gives the properties.
fn max_apdu_data(card: &Card) -> Option<u32> {
    const CM_IOCTL_GET_FEATURE_REQUEST: ::pcsc::ffi::DWORD = 3400;
    const FEATURE_GET_TLV_PROPERTIES: u8 = 0x12;
    const MAX_APDU_DATA_SIZE: u8 = 0x0A;
    let mut buffer = [0; 512];
    let features = card.control(ctl_code(CM_IOCTL_GET_FEATURE_REQUEST), &[], &mut buffer).ok()?;
    let code = simple_tlv(features, FEATURE_GET_TLV_PROPERTIES)?;
    let code = u32::from_be_bytes(code.try_into().ok()?);
    let mut buffer = [0; 512];
    let properties = card.control(code.into(), &[], &mut buffer).ok()?;
    let value = simple_tlv(properties, MAX_APDU_DATA_SIZE)?;
    // Little-endian, in as many bytes as the driver likes.
    value.iter().rev().try_fold(0u32, |sum, &byte| sum.checked_mul(256)?.checked_add(byte.into()))
}

/// The value of one object in a list of one-byte tags and one-byte lengths.
fn simple_tlv(mut list: &[u8], wanted: u8) -> Option<&[u8]> {
    while let [tag, length, rest @ ..] = list {
        let value = rest.get(..usize::from(*length))?;
        if *tag == wanted {
            return Some(value);
        }
        list = rest.get(usize::from(*length)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(names: &[&str]) -> Vec<Reader> {
        names.iter().map(|name| Reader { name: (*name).into(), card: CardState::Empty, in_use: false }).collect()
    }

    fn chosen(choice: &str, names: &[&str]) -> Result<Vec<String>, PcscError> {
        let selected = ReaderChoice::parse(choice).select(readers(names))?;
        Ok(selected.into_iter().map(|reader| reader.name).collect())
    }

    #[test]
    fn a_reader_is_chosen_by_place_by_name_or_by_a_part_of_its_name() {
        let names = ["ACS ACR1252 00 00", "Virtual PCD 00 00", "Virtual PCD 00 01"];
        assert_eq!(chosen("1", &names).unwrap(), ["Virtual PCD 00 00"]);
        assert_eq!(chosen("Virtual PCD 00 01", &names).unwrap(), ["Virtual PCD 00 01"]);
        assert_eq!(chosen("acr1252", &names).unwrap(), ["ACS ACR1252 00 00"]);
    }

    #[test]
    fn a_choice_that_fits_none_or_two_readers_names_those_there_are() {
        let names = ["Virtual PCD 00 00", "Virtual PCD 00 01"];
        for choice in ["virtual", "omnikey", "7"] {
            let Err(PcscError::ReaderNotFound { wanted, readers }) = chosen(choice, &names) else { panic!("{choice}") };
            assert_eq!(wanted, choice);
            assert_eq!(readers, names);
        }
        assert_eq!(chosen("0", &[]), Err(PcscError::NoReader));
    }

    #[test]
    fn a_property_is_found_behind_others_and_a_cut_list_gives_none() {
        let list = [0x09, 0x02, 0xFF, 0xFF, 0x0A, 0x04, 0x00, 0x00, 0x01, 0x00];
        assert_eq!(simple_tlv(&list, 0x0A), Some(&[0x00, 0x00, 0x01, 0x00][..]));
        assert_eq!(simple_tlv(&list[..8], 0x0A), None);
        assert_eq!(simple_tlv(&list, 0x0B), None);
    }
}
