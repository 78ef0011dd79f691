//! `cccd readers`: the readers, what each can do, and what lies on them.

use std::time::Duration;

use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::output;
use crate::messages::Words;
use crate::pcsc::readers::{self, Capabilities};
use crate::pcsc::watch::{Change, Watch};
use crate::pcsc::{CardState, Reader};
use crate::terminal::Style;
use crate::terminal::rows::{labelled, marked};
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, wrapped};

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
        let words = Words::new(
            "Không có đầu đọc nào; `cccd doctor` cho biết vì sao",
            "no card reader is attached; `cccd doctor` says why",
        );
        return marked(("–", Paint::Open), &words, style).join("\n") + "\n";
    }
    let mut lines = Vec::new();
    for (index, (can, reader)) in found.iter().enumerate() {
        let name = clean(&reader.name);
        for (row, part) in wrapped(&name, style.width.saturating_sub(4)).iter().enumerate() {
            let number = if row == 0 { index.to_string() } else { String::new() };
            lines.push(format!("{number:<3} {}", style.paint(Paint::Strong, part)));
        }
        let inside = Style { width: style.width.saturating_sub(4), ..*style };
        lines.extend(labelled(&rows(can, reader), &inside, 0).into_iter().map(|line| format!("    {line}")));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What is known of a reader and of what lies on it.
fn rows(can: &Capabilities, reader: &Reader) -> Vec<((&'static str, &'static str), String)> {
    let card = match &reader.card {
        CardState::Empty => "không có · none".to_owned(),
        CardState::Present(_) if reader.in_use => {
            "có, chương trình khác đang dùng · yes, in use by another program".to_owned()
        }
        CardState::Present(_) => "có · yes".to_owned(),
        CardState::Mute => "có, nhưng không trả lời · yes, and it does not answer".to_owned(),
        CardState::Unknown => "không rõ · unknown".to_owned(),
    };
    let mut rows = vec![(("Thẻ", "card"), card)];
    if let CardState::Present(atr) = &reader.card {
        rows.push((("ATR", ""), base16ct::lower::encode_string(atr)));
    }
    if let Some(vendor) = &can.vendor {
        rows.push((("Hãng", "vendor"), vendor.clone()));
    }
    if let Some(most) = can.max_apdu_data {
        rows.push((("APDU dài nhất", "longest APDU"), format!("{most} B")));
    }
    rows
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
