//! A trace as text: one event a line.

use std::{str::FromStr, time::Duration};

use icao9303::transport::{Learnt, LinkLimits, TransportError};
use zeroize::Zeroizing;

use super::{Event, Trace};

/// The first line of every trace.
pub const FORMAT: &str = "format cccd.trace/1";

/// The longest trace read, in bytes: a full read is some 100 kB, each anchor some 3 kB more.
pub const MAX_TRACE_LEN: usize = 64 << 20;

/// Why a text is not a trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct TraceError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: TraceErrorKind,
}

/// What is wrong with a line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceErrorKind {
    /// The text does not begin with [`FORMAT`].
    #[error("not a trace: it must begin with `{FORMAT}`")]
    NotATrace,
    /// Longer than [`MAX_TRACE_LEN`].
    #[error("longer than {MAX_TRACE_LEN} bytes")]
    TooLong,
    /// An event that is not known.
    #[error("unknown event")]
    UnknownEvent,
    /// A value that is missing or cannot be read.
    #[error("the {0} cannot be read")]
    Value(&'static str),
}

/// The word that begins an event's line.
#[must_use]
pub fn keyword(event: &Event) -> &'static str {
    match event {
        Event::Time(_) => "time",
        Event::Reader(_) => "reader",
        Event::Atr(_) => "atr",
        Event::Limits(..) => "limits",
        Event::Option(..) => "option",
        Event::Password(..) => "password",
        Event::Anchor(_) => "anchor",
        Event::Crl(_) => "crl",
        Event::Random(_) => "random",
        Event::Command(..) => ">",
        Event::Response(..) => "<",
        Event::LinkError(..) | Event::CardReturned(_) => "!",
    }
}

/// An event's line, without its end.
#[must_use]
pub fn line(event: &Event) -> Zeroizing<String> {
    let word = keyword(event);
    Zeroizing::new(match event {
        Event::Time(time) => format!("{word} {time}"),
        Event::Reader(name) => format!("{word} {}", one_line(name)),
        Event::Atr(bytes) | Event::Anchor(bytes) | Event::Crl(bytes) => format!("{word} {}", Hex(bytes)),
        Event::Limits(limits, None) => format!("{word} {}", Lengths(*limits)),
        Event::Limits(limits, Some(Learnt { limits: chip, block })) => {
            let block = block.map_or_else(String::new, |block| format!(" {block}"));
            format!("{word} {} learnt {}{block}", Lengths(*limits), Lengths(*chip))
        }
        Event::Option(name, value) => format!("{word} {name} {}", one_line(value)).trim_end().to_owned(),
        Event::Password(kind, value) => format!("{word} {kind} {}", one_line(value)),
        Event::Random(bytes) => format!("{word} {}", Hex(bytes)),
        Event::Command(at, bytes) | Event::Response(at, bytes) => {
            format!("{word} {} {}", Millis(*at), Hex(bytes)).trim_end().to_owned()
        }
        Event::LinkError(at, error) => format!("{word} {} {}", Millis(*at), error_text(error)),
        Event::CardReturned(at) => format!("{word} {} card_returned", Millis(*at)),
    })
}

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{FORMAT}")?;
        self.events.iter().try_for_each(|event| writeln!(f, "{}", line(event).as_str()))
    }
}

impl FromStr for Trace {
    type Err = TraceError;

    /// Reads a trace. Empty lines and lines that begin with `#` are passed over.
    fn from_str(text: &str) -> Result<Self, TraceError> {
        if text.len() > MAX_TRACE_LEN {
            return Err(TraceError { line: 1, kind: TraceErrorKind::TooLong });
        }
        let mut lines = (1..)
            .zip(text.lines())
            .map(|(number, line)| (number, line.trim_end()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        match lines.next() {
            Some((_, FORMAT)) => {}
            other => {
                let line = other.map_or(1, |(number, _)| number);
                return Err(TraceError { line, kind: TraceErrorKind::NotATrace });
            }
        }
        let events = lines
            .map(|(number, line)| parse_line(line).map_err(|kind| TraceError { line: number, kind }))
            .collect::<Result<_, _>>()?;
        Ok(Self { events })
    }
}

fn parse_line(line: &str) -> Result<Event, TraceErrorKind> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Ok(match word {
        "time" => Event::Time(rest.parse().map_err(|_| TraceErrorKind::Value("time"))?),
        "reader" => Event::Reader(rest.to_owned()),
        "atr" => Event::Atr(bytes(rest)?),
        "limits" => match rest.split_once(" learnt ") {
            None => Event::Limits(limits(rest)?, None),
            Some((link, learnt)) => Event::Limits(limits(link)?, Some(parse_learnt(learnt)?)),
        },
        "option" => {
            let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
            Event::Option(name.to_owned(), value.to_owned())
        }
        "password" => {
            let (kind, value) = rest.split_once(' ').ok_or(TraceErrorKind::Value("password"))?;
            Event::Password(kind.to_owned(), Zeroizing::new(value.to_owned()))
        }
        "anchor" => Event::Anchor(bytes(rest)?),
        "crl" => Event::Crl(bytes(rest)?),
        "random" => Event::Random(Zeroizing::new(bytes(rest)?)),
        ">" => timed(rest).and_then(|(at, rest)| Ok(Event::Command(at, bytes(rest)?)))?,
        "<" => timed(rest).and_then(|(at, rest)| Ok(Event::Response(at, bytes(rest)?)))?,
        "!" => {
            let (at, rest) = timed(rest)?;
            if rest == "card_returned" { Event::CardReturned(at) } else { Event::LinkError(at, error(rest)?) }
        }
        _ => return Err(TraceErrorKind::UnknownEvent),
    })
}

fn bytes(hex: &str) -> Result<Vec<u8>, TraceErrorKind> {
    base16ct::mixed::decode_vec(hex).map_err(|_| TraceErrorKind::Value("hexadecimal text"))
}

fn limits(text: &str) -> Result<LinkLimits, TraceErrorKind> {
    let (command, response) = text.split_once(' ').ok_or(TraceErrorKind::Value("limits"))?;
    let number = |text: &str| text.parse().map_err(|_| TraceErrorKind::Value("limits"));
    Ok(LinkLimits { max_command: number(command)?, max_response: number(response)? })
}

fn parse_learnt(text: &str) -> Result<Learnt, TraceErrorKind> {
    let block = text.match_indices(' ').nth(1).map(|(at, _)| text.split_at(at));
    let number = |text: &str| text.trim_start().parse().map_err(|_| TraceErrorKind::Value("limits"));
    Ok(match block {
        None => Learnt { limits: limits(text)?, block: None },
        Some((lengths, block)) => Learnt { limits: limits(lengths)?, block: Some(number(block)?) },
    })
}

/// Milliseconds with three decimals, and what follows them.
fn timed(text: &str) -> Result<(Duration, &str), TraceErrorKind> {
    let (time, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (millis, micros) = time.split_once('.').ok_or(TraceErrorKind::Value("time"))?;
    if micros.len() != 3 {
        return Err(TraceErrorKind::Value("time"));
    }
    let number = |text: &str| text.parse::<u32>().map_err(|_| TraceErrorKind::Value("time"));
    Ok((Duration::from_millis(number(millis)?.into()) + Duration::from_micros(number(micros)?.into()), rest))
}

fn error_text(error: &TransportError) -> String {
    match error {
        TransportError::CardRemoved => "card_removed".to_owned(),
        TransportError::Timeout => "timeout".to_owned(),
        TransportError::ReaderUnavailable(why) => format!("reader_unavailable {}", one_line(why)),
        TransportError::Failed(why) => format!("failed {}", one_line(why)),
        other => format!("failed {}", one_line(&other.to_string())),
    }
}

fn error(text: &str) -> Result<TransportError, TraceErrorKind> {
    let (word, why) = text.split_once(' ').unwrap_or((text, ""));
    Ok(match word {
        "card_removed" => TransportError::CardRemoved,
        "timeout" => TransportError::Timeout,
        "reader_unavailable" => TransportError::ReaderUnavailable(why.to_owned()),
        "failed" => TransportError::Failed(why.to_owned()),
        _ => return Err(TraceErrorKind::Value("link error")),
    })
}

/// A name or message may come from a driver: nothing in it may begin a line of its own, nor be what a line loses at its end.
fn one_line(text: &str) -> String {
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.truncate(line.trim_end().len());
    line
}

struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Lengths(LinkLimits);

impl std::fmt::Display for Lengths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0.max_command, self.0.max_response)
    }
}

struct Millis(Duration);

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0.as_millis(), self.0.subsec_micros() % 1000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "\
format cccd.trace/1
time 2026-11-21T08:30:00Z
reader Virtual PCD 00 00
atr 3b88800149534349434343441e
limits 261 258
limits 65544 65538 learnt 4096 2048
limits 65544 65538 learnt 261 258 100
option access auto
option allow-bac-fallback
password can 123456
anchor 3082
crl 3083
> 0.412 00b09c0000
< 5.890 31349000
random 7f4e
> 6.000 00a4040c07a0000002471001
! 812.004 card_removed
! 900.000 card_returned
! 901.001 failed broken pipe
";

    #[test]
    fn a_trace_reads_back_as_it_was_written() {
        let trace: Trace = TEXT.parse().unwrap();
        assert_eq!(trace.events.len(), 18);
        assert_eq!(trace.option("access"), Some("auto"));
        assert_eq!(trace.to_string(), TEXT);
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        for (bad, kind) in [
            ("nonsense", TraceErrorKind::UnknownEvent),
            ("> 1 00", TraceErrorKind::Value("time")),
            ("< 1.000 0", TraceErrorKind::Value("hexadecimal text")),
            ("limits 261", TraceErrorKind::Value("limits")),
            ("limits 261 258 learnt 261", TraceErrorKind::Value("limits")),
            ("limits 261 258 learnt 261 258 a", TraceErrorKind::Value("limits")),
            ("time tomorrow", TraceErrorKind::Value("time")),
        ] {
            let text = format!("{FORMAT}\n# a comment\n\n{bad}\n");
            assert_eq!(text.parse::<Trace>().unwrap_err(), TraceError { line: 4, kind }, "{bad}");
        }
        assert_eq!("hello".parse::<Trace>().unwrap_err().kind, TraceErrorKind::NotATrace);
        assert_eq!("".parse::<Trace>().unwrap_err().line, 1);
    }

    #[test]
    fn a_readers_name_cannot_forge_an_event() {
        let text = line(&Event::Reader("evil\n< 1.000 9000".to_owned()));
        assert!(!text.contains('\n'));
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let event = Event::Password("can".to_owned(), Zeroizing::new("123456".to_owned()));
        assert!(!format!("{event:?}").contains("123456"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = format!("{FORMAT}\n{text}").parse::<Trace>();
        }

        #[test]
        fn exchanges_survive_the_text(at in 0u64..4_000_000_000, data in proptest::collection::vec(any::<u8>(), 0..300)) {
            let at = Duration::from_micros(at);
            let trace = Trace { events: vec![Event::Command(at, data.clone()), Event::Random(data.clone().into())] };
            let back: Trace = trace.to_string().parse().unwrap();
            let [Event::Command(time, bytes), Event::Random(random)] = &back.events[..] else { panic!("{back:?}") };
            prop_assert!(*time == at && bytes == &data && **random == data);
        }
    }
}
