//! What decides a session before it begins: the time of checking, what opens the chip, what is asked for, and what the
//! chip is compared with. As events of a trace, and back.

use icao9303::lds::file::DataGroup;
use icao9303::mrz::MrzKey;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Event, Trace};
use crate::can::Can;
use crate::holder::Given;
use crate::id_number::IdNumber;
use crate::mrz::DocumentMrz;
use crate::qr_text::{self, QrCard, QrContent};
use crate::read::{AccessChoice, Goal, Keys, Request};
use crate::report::ReaderSection;
use crate::validity::today_in_vietnam;

/// Options that hold something about the person, or a number that the terminal drew.
pub const SECRET_OPTIONS: [&str; 4] = ["id", "qr-text", "mrz", "challenge"];

/// Something given that did not come from the chip, as it was given: the name of its option (`id`, `qr-text`, `mrz`) and
/// its text.
pub type Claim = (&'static str, Zeroizing<String>);

/// The events that say how a read begins.
#[must_use]
pub fn events(at: Timestamp, reader: &str, request: &Request, claims: &[Claim]) -> Vec<Event> {
    let option = |name: &str, value: &str| Event::Option(name.to_owned(), value.to_owned());
    let access = match request.access {
        AccessChoice::Auto => "auto",
        AccessChoice::Pace => "pace",
        AccessChoice::Bac => "bac",
    };
    let mut events = vec![Event::Time(at), Event::Reader(reader.to_owned()), option("access", access)];
    if request.bac_fallback {
        events.push(option("allow-bac-fallback", ""));
    }
    if let Some(numbers) = request.goal.numbers() {
        let numbers: Vec<_> = numbers.iter().map(u8::to_string).collect();
        events.push(option("dg", &numbers.join(",")));
    }
    if request.goal.com {
        events.push(option("dump", ""));
    }
    if let Some(challenge) = &request.challenge {
        events.push(option("challenge", &base16ct::lower::encode_string(challenge)));
    }
    // A line break would end the event.
    events.extend(claims.iter().map(|(name, text)| option(name, &text.replace("\r\n", "\n").replace('\n', "\\n"))));
    if let Some(can) = &request.keys.can {
        events.push(Event::Password("can".into(), can.as_str().to_owned().into()));
    }
    if let Some(key) = &request.keys.mrz {
        let key = format!("{} {} {}", key.document_number(), key.date_of_birth(), key.date_of_expiry());
        events.push(Event::Password("mrz".into(), key.into()));
    }
    events
}

/// How a recorded read began.
#[derive(Debug)]
pub struct Settings {
    /// The time of checking.
    pub at: Timestamp,
    /// The reader and the card's answer to reset.
    pub reader: ReaderSection,
    /// What to read, and how.
    pub request: Request,
    qr: Option<Box<QrCard>>,
    mrz: Option<DocumentMrz>,
    id_number: Option<IdNumber>,
}

impl Settings {
    /// The settings of a trace.
    ///
    /// # Errors
    /// Which of them is missing or malformed.
    pub fn of(trace: &Trace) -> Result<Self, String> {
        let at = trace.events.iter().find_map(|event| match event {
            Event::Time(time) => Some(*time),
            _ => None,
        });
        let at = at.ok_or("the trace does not say at what time it was checked")?;
        let today = today_in_vietnam(at);
        let claim = |name: &str| trace.option(name).map(|text| text.replace("\\n", "\n"));
        let bad = |name: &str, error: &dyn std::fmt::Display| format!("option {name} of the trace: {error}");
        let qr = match claim("qr-text").map(|text| qr_text::read_str(&text)).transpose() {
            Ok(Some(QrContent::Card(card))) => Some(card),
            Ok(None) => None,
            Ok(Some(QrContent::Other(_))) => return Err(bad("qr-text", &"not the text of a card's QR code")),
            Err(error) => return Err(bad("qr-text", &error)),
        };
        let mrz = claim("mrz").map(|text| DocumentMrz::parse(&text, today)).transpose();
        let id_number = claim("id").map(|text| IdNumber::parse(&text)).transpose();
        Ok(Self {
            at,
            reader: reader(trace),
            request: request(trace)?,
            qr,
            mrz: mrz.map_err(|error| bad("mrz", &error))?,
            id_number: id_number.map_err(|error| bad("id", &error))?,
        })
    }

    /// What the chip's data are compared with.
    #[must_use]
    pub fn given(&self) -> Given<'_> {
        Given { qr: self.qr.as_deref(), mrz: self.mrz.as_ref(), id_number: self.id_number.as_ref() }
    }
}

fn reader(trace: &Trace) -> ReaderSection {
    let mut section = ReaderSection { name: String::new(), atr: None };
    for event in &trace.events {
        match event {
            Event::Reader(name) => section.name.clone_from(name),
            Event::Atr(atr) => section.atr = Some(atr.clone()),
            _ => {}
        }
    }
    section
}

fn request(trace: &Trace) -> Result<Request, String> {
    let access = match trace.option("access") {
        None | Some("auto") => AccessChoice::Auto,
        Some("pace") => AccessChoice::Pace,
        Some("bac") => AccessChoice::Bac,
        Some(_) => return Err("option access of the trace: auto, pace or bac is expected".to_owned()),
    };
    let group = |text: &str| text.parse().ok().and_then(DataGroup::new);
    let groups = trace.option("dg").map(|list| list.split(',').map(group).collect::<Option<_>>());
    if groups == Some(None) {
        return Err("option dg of the trace: numbers from 1 to 16 are expected".to_owned());
    }
    let challenge = match trace.option("challenge").map(base16ct::mixed::decode_vec) {
        None => None,
        Some(bytes) => {
            let bytes = bytes.ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
            Some(bytes.ok_or("option challenge of the trace: 16 hexadecimal digits are expected")?)
        }
    };
    Ok(Request {
        keys: keys(trace)?,
        access,
        bac_fallback: trace.option("allow-bac-fallback").is_some(),
        goal: Goal { groups: groups.flatten(), com: trace.option("dump").is_some() },
        challenge,
        // A recording ends where Terminal Authentication begins.
        terminal: None,
    })
}

fn keys(trace: &Trace) -> Result<Keys, String> {
    let mut keys = Keys::default();
    for event in &trace.events {
        let Event::Password(kind, value) = event else { continue };
        match kind.as_str() {
            "can" => keys.can = Some(Can::parse(value).map_err(|error| format!("the CAN of the trace: {error}"))?),
            "mrz" => {
                let mut parts = value.split(' ');
                let mut part = || parts.next().unwrap_or_default();
                let key = MrzKey::new(part(), part(), part());
                keys.mrz = Some(key.map_err(|error| format!("the MRZ key of the trace: {error}"))?);
            }
            _ => return Err("the trace holds a password of a kind that cannot be replayed".to_owned()),
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            keys: Keys {
                can: Some(Can::parse("123456").unwrap()),
                mrz: Some(MrzKey::new("L898902C<", "690806", "940623").unwrap()),
            },
            access: AccessChoice::Pace,
            bac_fallback: true,
            goal: Goal { groups: Some([1, 13].into_iter().filter_map(DataGroup::new).collect()), com: true },
            challenge: Some([7; 8]),
            terminal: None,
        }
    }

    #[test]
    fn what_decides_a_read_comes_back_from_its_trace() {
        let at = "2026-11-21T08:30:00Z".parse().unwrap();
        let claims = [("id", Zeroizing::new("001190123456".to_owned()))];
        let trace = Trace { events: events(at, "A reader", &request(), &claims) };
        let trace: Trace = trace.to_string().parse().unwrap();
        let back = Settings::of(&trace).unwrap();
        assert_eq!((back.at, back.reader.name.as_str()), (at, "A reader"));
        assert_eq!(back.given().id_number.unwrap().as_str(), "001190123456");
        assert_eq!(back.request.access, AccessChoice::Pace);
        assert!(back.request.bac_fallback);
        assert_eq!((&back.request.goal, back.request.challenge), (&request().goal, Some([7; 8])));
        assert_eq!(back.request.keys.can.unwrap().as_str(), "123456");
        let key = request().keys.mrz.unwrap();
        assert_eq!(back.request.keys.mrz.unwrap().mrz_information(), key.mrz_information());
    }

    #[test]
    fn a_malformed_setting_is_refused_by_name() {
        for (line, named) in [
            ("option access card", "access"),
            ("option dg 1,99", "dg"),
            ("option challenge 00", "challenge"),
            ("option id 12", "id"),
            ("password can 12", "CAN"),
            ("password mrz 12", "MRZ"),
        ] {
            let trace: Trace = format!("format cccd.trace/1\ntime 2026-11-21T08:30:00Z\n{line}\n").parse().unwrap();
            assert!(Settings::of(&trace).unwrap_err().contains(named), "{line}");
        }
    }
}
