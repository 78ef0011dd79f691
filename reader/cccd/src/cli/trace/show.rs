//! `cccd trace show`: a recorded session for people, and for programs.

use std::time::Duration;

use icao9303::transport::TransportError;
use serde_json::{Map, Value, json};

use crate::cli::output;
use crate::terminal::rows::labelled;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, columns, padded, wrapped};
use crate::terminal::{Style, view};
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
            Event::Limits(limits, _) => {
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
    let mut lines = labelled(&header(trace, secrets), style, 0);
    let mut phase = None;
    for exchange in exchanges(trace) {
        if phase != exchange.phase {
            phase.clone_from(&exchange.phase);
            let (vi, en) = view::phase(phase.as_deref().unwrap_or("?"));
            let en = if en.is_empty() { String::new() } else { format!(" · {en}") };
            lines.push(String::new());
            lines.push(format!("{}{}", style.paint(Paint::Strong, &clean(vi)), style.paint(Paint::Faint, &en)));
        }
        lines.extend(shown(&exchange, style));
        if secrets {
            let sent = format!("> {}", hex(&exchange.command));
            let received = exchange.answer.iter().flatten().map(|response| format!("< {}", hex(response)));
            for bytes in std::iter::once(sent).chain(received) {
                let parts = wrapped(&bytes, style.width.saturating_sub(4));
                lines.extend(parts.iter().map(|part| format!("    {}", style.paint(Paint::Faint, part))));
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

type Row = ((&'static str, &'static str), String);

fn header(trace: &Trace, secrets: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut anchors, mut lists, mut random) = (0, 0, 0);
    let mut add = |vi, en, value: String| rows.push(((vi, en), value));
    for event in &trace.events {
        match event {
            Event::Time(time) => add("Thời điểm kiểm tra", "checked at", time.to_string()),
            Event::Reader(name) => add("Đầu đọc", "reader", name.clone()),
            Event::Atr(bytes) => add("ATR", "answer to reset", hex(bytes)),
            Event::Limits(limits, _) => {
                let (out, back) = (limits.max_command, limits.max_response);
                add("Giới hạn", "limits", format!("{out} B đi · out, {back} B về · back"));
            }
            Event::Option(name, value) => {
                add("Tùy chọn", "option", format!("{name} {}", shown_option(name, value, secrets)));
            }
            Event::Password(kind, value) => {
                add("Mật khẩu", "password", format!("{kind} {}", if secrets { value.as_str() } else { HIDDEN }));
            }
            Event::Anchor(_) => anchors += 1,
            Event::Crl(_) => lists += 1,
            Event::Random(bytes) if secrets => add("Số ngẫu nhiên", "random", hex(bytes)),
            Event::Random(_) => random += 1,
            Event::Command(..) | Event::Response(..) | Event::LinkError(..) | Event::CardReturned(_) => {}
        }
    }
    add("Tin cậy", "trusted", format!("{anchors} chứng thư · certificates, {lists} CRL"));
    if !secrets {
        add("Số ngẫu nhiên", "random numbers", format!("{random}, ẩn · hidden: --secrets"));
    }
    rows
}

/// Fewer columns than this do not hold an exchange in one line.
const ONE_LINE: usize = 118;

/// Columns before the status word in one line: time, duration, protection, name, sizes.
const BEFORE_STATUS: usize = 95;

/// One exchange: in one line where the terminal is wide enough, else its name in a line of its own.
fn shown(exchange: &Exchange, style: &Style) -> Vec<String> {
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
    let at = style.paint(Paint::Faint, &format!("{:>11}", format!("{:.3}", milliseconds(exchange.at))));
    let protected = style.paint(Paint::Faint, protected);
    if style.width >= ONE_LINE {
        let start = format!("{at} {took:>9} ms {protected} {} {sizes} ", padded(&exchange.name, 52));
        let parts = wrapped(&what, style.width - BEFORE_STATUS);
        let beside = |(row, part): (usize, &String)| {
            let start = if row == 0 { start.clone() } else { " ".repeat(BEFORE_STATUS) };
            format!("{start}{}", style.paint(paint, part))
        };
        return parts.iter().enumerate().map(beside).collect();
    }
    let mut lines = wrapped(&exchange.name, style.width);
    // Time, duration, protection, sizes: so much stands before the status word.
    let beside = style.width.saturating_sub(42);
    let start = format!("{at} {took:>9} ms {protected} {sizes}");
    if columns(&what) <= beside {
        lines.push(format!("{start}  {}", style.paint(paint, &what)));
    } else {
        lines.push(start);
        let below = wrapped(&what, style.width.saturating_sub(4));
        lines.extend(below.iter().map(|part| format!("    {}", style.paint(paint, part))));
    }
    lines
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
";

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_secret_is_shown() {
        let trace: Trace = TEXT.parse().unwrap();
        for width in [42, 80, 118, 140] {
            let text = page(&trace, false, &Style { width, ..Style::PLAIN });
            assert!(text.lines().all(|line| columns(line) <= width), "{width}:\n{text}");
            assert!(!text.contains("123456") && text.contains("6A82"), "{text}");
        }
    }
}
