//! The checks, each with its state in plain words.

use icao9303::card::Access;
use icao9303::check::{Check, Status};

use super::labels;
use crate::agreement::Said;
use crate::checks::{Checks, GroupState};
use crate::messages::{self, Words};
use crate::read::Reading;
use crate::terminal::rows::Labels;
use crate::terminal::style::{Paint, Style};
use crate::terminal::text::{clean, day_first, wrapped};

/// One line or more for each check.
pub(super) fn lines(checks: &Checks, reading: Option<&Reading>, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, check) in checks.named() {
        let (mark, paint) = mark(check.status);
        let state = labels::state(check);
        let width = style.width.saturating_sub(2);
        let column = Labels::fitting(26, 46, width);
        let mut rows = column.row(labels::check(name), &state.vi, "", Some(paint), style, width).into_iter();
        if let Some(first) = rows.next() {
            lines.push(format!("{} {first}", style.paint(paint, mark)));
        }
        lines.extend(rows.map(|row| format!("  {row}")));
        if !state.en.is_empty() {
            let rows = column.row(("", ""), &state.en, "", Some(Paint::Faint), style, width);
            lines.extend(rows.iter().map(|row| format!("  {row}")));
        }
        for detail in details(name, checks, check, reading) {
            for part in wrapped(&clean(&detail), width.saturating_sub(4)) {
                lines.push(format!("      {}", style.paint(Paint::Faint, &part)));
            }
        }
    }
    lines
}

fn mark(status: Status) -> (&'static str, Paint) {
    match status {
        Status::Passed => ("✓", Paint::Good),
        Status::Failed => ("✗", Paint::Bad),
        Status::Unknown => ("?", Paint::Open),
        Status::NotOffered | Status::Skipped => ("–", Paint::Faint),
    }
}

/// What stands behind the state.
fn details(name: &str, checks: &Checks, check: &Check, reading: Option<&Reading>) -> Vec<String> {
    let mut details = Vec::new();
    // Which fields differ is said below, with what each source says.
    if name != "agreement" || checks.agreement.differences.is_empty() {
        let Words { vi, en } = messages::of_detail(check);
        details.extend([vi, en].into_iter().filter(|line| !line.is_empty()));
    }
    match name {
        "secure_channel" => details.extend(reading.map(channel)),
        "data_group_hashes" => details.extend(groups(checks)),
        "sod_signature" => {
            let signature = &checks.sod_signature;
            let parts = [signature.algorithm.as_deref(), signature.signer.as_deref()];
            details.extend(joined(&parts.into_iter().flatten().collect::<Vec<_>>()));
        }
        "issuer" => {
            details.extend(checks.issuer.anchor.as_ref().map(|anchor| format!("→ {anchor}")));
            details.extend(checks.issuer.known_as.as_ref().map(|name| format!("→ {} · {}", name.vi, name.en)));
        }
        "agreement" => details.extend(checks.agreement.differences.iter().map(|difference| {
            let [one, other] = &difference.between;
            let (vi, en) = labels::field(difference.field);
            let said = |said: &Said| {
                let value = day_first(&said.value).unwrap_or_else(|| said.value.clone());
                format!("{value} ({})", said.source.as_str())
            };
            format!("{vi} · {en}: {} ≠ {}", said(one), said(other))
        })),
        _ => {}
    }
    details
}

fn channel(reading: &Reading) -> String {
    let cipher = reading.cipher.name();
    match &reading.access {
        Access::Pace { selection, password } => {
            format!("PACE {}, {cipher}, {}, {password}", selection.protocol.mechanism(), selection.domain.name())
        }
        _ => format!("BAC, {cipher}"),
    }
}

fn groups(checks: &Checks) -> Option<String> {
    let hashes = &checks.data_group_hashes;
    let mut parts: Vec<String> = hashes.algorithm.iter().cloned().collect();
    parts.extend(hashes.groups.iter().map(|(number, state)| {
        let state = match state {
            GroupState::Match => "✓",
            GroupState::Mismatch => "✗",
            GroupState::Missing => "thiếu/missing",
            GroupState::NotRead => "không đọc/not read",
            GroupState::Denied => "cần quyền/needs a terminal certificate",
            GroupState::NotInSod => "không được ký/not signed",
        };
        format!("DG{number}\u{a0}{state}")
    }));
    let parts: Vec<_> = parts.iter().map(String::as_str).collect();
    joined(&parts)
}

fn joined(parts: &[&str]) -> Option<String> {
    if parts.is_empty() { None } else { Some(parts.join(" · ")) }
}
