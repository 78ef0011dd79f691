//! `cccd readers`: the readers, what each can do, and what lies on them.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::output;
use crate::pcsc::readers::{self, Capabilities};
use crate::pcsc::watch::{Change, Watch};
use crate::pcsc::{CardState, Reader};
use crate::terminal::Style;
use crate::terminal::style::Paint;
use crate::terminal::text::clean;

/// Options of `cccd readers`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Go on and report every reader and card that comes or goes; with --json one value a line
    #[arg(long)]
    watch: bool,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    if arguments.watch {
        return watch(json);
    }
    let found: Vec<_> =
        readers::list()?.into_iter().map(|reader| (readers::capabilities(&reader.name), reader)).collect();
    if json {
        let list: Vec<_> = found.iter().enumerate().map(|(index, (can, reader))| value(index, reader, can)).collect();
        output::json(&json!({ "schema": "cccd.readers/1", "readers": list }));
    } else {
        output::text(&listed(&found, &Style::of_stdout()));
    }
    Ok(Exit::Done)
}

fn value(index: usize, reader: &Reader, can: &Capabilities) -> Value {
    let (card, atr) = match &reader.card {
        CardState::Empty => ("empty", None),
        CardState::Present(atr) => ("present", Some(base16ct::lower::encode_string(atr))),
        CardState::Mute => ("mute", None),
        CardState::Unknown => ("unknown", None),
    };
    json!({
        "index": index, "name": reader.name, "card": card, "atr": atr, "in_use": reader.in_use,
        "vendor": can.vendor, "max_apdu_data": can.max_apdu_data,
        "extended_length": can.max_apdu_data.map(|most| most > 256),
    })
}

fn listed(found: &[(Capabilities, Reader)], style: &Style) -> String {
    if found.is_empty() {
        return "Không có đầu đọc nào.  No card reader is attached.\n".into();
    }
    let mut text = String::new();
    for (index, (can, reader)) in found.iter().enumerate() {
        let card = match &reader.card {
            CardState::Empty => style.paint(Paint::Faint, "trống · empty"),
            CardState::Present(atr) => {
                let atr = base16ct::lower::encode_string(atr);
                format!("{} {}", style.paint(Paint::Good, "có thẻ · card"), style.paint(Paint::Faint, &atr))
            }
            CardState::Mute => style.paint(Paint::Bad, "thẻ không trả lời · card does not answer"),
            CardState::Unknown => "?".into(),
        };
        let length = match can.max_apdu_data {
            Some(most) if most > 256 => format!(", APDU ≤ {most} B"),
            Some(_) => ", APDU ≤ 256 B".into(),
            None => String::new(),
        };
        let used = if reader.in_use { ", đang dùng · in use" } else { "" };
        let line =
            writeln!(text, "{index}  {}  {card}{length}{used}", style.paint(Paint::Strong, &clean(&reader.name)));
        debug_assert!(line.is_ok(), "writing to a string does not fail");
    }
    text
}

fn watch(json: bool) -> Result<Exit, Failure> {
    let mut watch = Watch::start()?;
    loop {
        let Some(change) = watch.next_change(Duration::from_secs(3600))? else { continue };
        let (event, reader, atr) = match &change {
            Change::ReaderAttached(reader) => ("reader_attached", reader, None),
            Change::ReaderDetached(reader) => ("reader_detached", reader, None),
            Change::CardInserted { reader, atr } => {
                ("card_inserted", reader, Some(base16ct::lower::encode_string(atr)))
            }
            Change::CardRemoved(reader) => ("card_removed", reader, None),
        };
        if json {
            output::json_line(&json!({ "event": event, "reader": reader, "atr": atr }));
        } else {
            let words = match change {
                Change::ReaderAttached(_) => "cắm đầu đọc · reader attached",
                Change::ReaderDetached(_) => "rút đầu đọc · reader detached",
                Change::CardInserted { .. } => "đặt thẻ · card inserted",
                Change::CardRemoved(_) => "nhấc thẻ · card removed",
            };
            output::text(&format!("{words}: {} {}\n", clean(reader), atr.unwrap_or_default()));
        }
    }
}
