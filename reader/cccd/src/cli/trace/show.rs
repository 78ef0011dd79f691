//! `cccd trace show`: a recorded session for people, and for programs.

use std::time::Duration;

use icao9303::transport::TransportError;
use serde_json::{Map, Value, json};

use crate::cli::output;
use crate::terminal::Style;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, padded};
use crate::trace::settings::SECRET_OPTIONS;
use crate::trace::show::{Exchange, exchanges};
use crate::trace::{Event, Trace};

/// What stands in the place of a secret.
const HIDDEN: &str = "…";

pub(super) fn run(trace: &Trace, secrets: bool, json: bool) {
    if json {
        output::json(&value(trace, secrets));
    } else {
        output::text(&page(trace, secrets, &Style::of_stdout()));
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

fn shown_option<'a>(name: &str, value: &'a str, secrets: bool) -> &'a str {
    if SECRET_OPTIONS.contains(&name) && !secrets { HIDDEN } else { value }
}

/// `cccd.trace-show/1`.
fn value(trace: &Trace, secrets: bool) -> Value {
    let mut report = Map::new();
    report.insert("schema".into(), "cccd.trace-show/1".into());
    let (mut options, mut random, mut trusted) = (Map::new(), Vec::new(), [0, 0]);
    for event in &trace.events {
        let (name, value): (_, Value) = match event {
            Event::Time(time) => ("time", time.to_string().into()),
            Event::Reader(name) => ("reader", name.as_str().into()),
            Event::Atr(bytes) => ("atr", hex(bytes).into()),
            Event::Limits(limits) => {
                ("limits", json!({ "max_command": limits.max_command, "max_response": limits.max_response }))
            }
            Event::Option(name, value) => {
                options.insert(name.clone(), shown_option(name, value, secrets).into());
                continue;
            }
            Event::Password(kind, value) => {
                ("password", json!({ "kind": kind, "value": secrets.then(|| value.as_str()) }))
            }
            Event::Anchor(_) => {
                trusted[0] += 1;
                continue;
            }
            Event::Crl(_) => {
                trusted[1] += 1;
                continue;
            }
            Event::Random(bytes) => {
                random.push(json!({ "bytes": bytes.len(), "hex": secrets.then(|| hex(bytes)) }));
                continue;
            }
            Event::Command(..) | Event::Response(..) | Event::LinkError(..) | Event::CardReturned(_) => continue,
        };
        report.insert(name.into(), value);
    }
    report.insert("options".into(), options.into());
    report.insert("anchors".into(), trusted[0].into());
    report.insert("crls".into(), trusted[1].into());
    report.insert("random".into(), random.into());
    let exchanges = exchanges(trace);
    report.insert("exchanges".into(), exchanges.iter().map(|exchange| exchange_value(exchange, secrets)).collect());
    Value::Object(report)
}

fn exchange_value(exchange: &Exchange, secrets: bool) -> Value {
    let status = exchange.status();
    let response = exchange.answer.as_ref().and_then(|answer| answer.as_ref().ok());
    let error = exchange.answer.as_ref().and_then(|answer| answer.as_ref().err());
    let mut value = json!({
        "phase": exchange.phase,
        "at_ms": milliseconds(exchange.at),
        "ms": exchange.took.map(milliseconds),
        "command": exchange.name,
        "protected": exchange.protected,
        "sent": exchange.command.len(),
        "received": response.map(Vec::len),
        "status": status.map(|status| hex(&status.to_bytes())),
        "meaning": status.map(|status| status.meaning()),
        "error": error.map(TransportError::to_string),
    });
    if secrets {
        value["command_hex"] = hex(&exchange.command).into();
        value["response_hex"] = response.map(|bytes| hex(bytes)).into();
    }
    value
}

fn page(trace: &Trace, secrets: bool, style: &Style) -> String {
    let mut lines = header(trace, secrets, style);
    let mut phase = None;
    for exchange in exchanges(trace) {
        if phase != exchange.phase {
            phase.clone_from(&exchange.phase);
            lines.push(String::new());
            lines.push(style.paint(Paint::Strong, &clean(phase.as_deref().unwrap_or("?"))));
        }
        lines.push(line(&exchange, style));
        if secrets {
            lines.push(style.paint(Paint::Faint, &format!("             > {}", hex(&exchange.command))));
            if let Some(Ok(response)) = &exchange.answer {
                lines.push(style.paint(Paint::Faint, &format!("             < {}", hex(response))));
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn header(trace: &Trace, secrets: bool, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut anchors, mut lists, mut random) = (0, 0, 0);
    let mut add = |label: &str, value: &str| {
        lines.push(format!("{} {}", style.paint(Paint::Faint, &padded(label, 22)), clean(value)));
    };
    for event in &trace.events {
        match event {
            Event::Time(time) => add("checked at", &time.to_string()),
            Event::Reader(name) => add("reader", name),
            Event::Atr(bytes) => add("answer to reset", &hex(bytes)),
            Event::Limits(limits) => {
                add("limits", &format!("{} bytes out, {} bytes back", limits.max_command, limits.max_response));
            }
            Event::Option(name, value) => {
                let name = clean(name);
                add(&format!("option {name}"), shown_option(&name, value, secrets));
            }
            Event::Password(kind, value) => {
                add(&format!("password {}", clean(kind)), if secrets { value } else { HIDDEN });
            }
            Event::Anchor(_) => anchors += 1,
            Event::Crl(_) => lists += 1,
            Event::Random(bytes) if secrets => add("random", &hex(bytes)),
            Event::Random(_) => random += 1,
            Event::Command(..) | Event::Response(..) | Event::LinkError(..) | Event::CardReturned(_) => {}
        }
    }
    add("trusted", &format!("{anchors} certificates, {lists} revocation lists"));
    if !secrets {
        add("random numbers", &format!("{random}, hidden: --secrets shows them"));
    }
    lines
}

fn line(exchange: &Exchange, style: &Style) -> String {
    let protected = if exchange.protected { "SM" } else { "  " };
    let took = exchange.took.map_or_else(|| "-".to_owned(), |took| format!("{:.3}", milliseconds(took)));
    let sizes = |received: &str| format!("{:>5} → {received:>5}", exchange.command.len());
    let (sizes, paint, what) = match (&exchange.answer, exchange.status()) {
        (Some(Ok(response)), Some(status)) => {
            let paint = match () {
                () if status.is_success() => Paint::Good,
                () if status.is_error() => Paint::Bad,
                () => Paint::Open,
            };
            let what = format!("{} {}", base16ct::upper::encode_string(&status.to_bytes()), status.meaning());
            (sizes(&response.len().to_string()), paint, what)
        }
        (Some(Ok(response)), None) => (sizes(&response.len().to_string()), Paint::Bad, "no status word".to_owned()),
        (Some(Err(error)), _) => (sizes("-"), Paint::Bad, clean(&error.to_string()).into_owned()),
        (None, _) => (sizes("-"), Paint::Bad, "the recording ends here".to_owned()),
    };
    let at = format!("{:.3}", milliseconds(exchange.at));
    format!(
        "{} {} {} {} {} {}",
        style.paint(Paint::Faint, &format!("{at:>11}")),
        format_args!("{took:>9} ms"),
        style.paint(Paint::Faint, protected),
        padded(&exchange.name, 52),
        sizes,
        style.paint(paint, &what),
    )
}
