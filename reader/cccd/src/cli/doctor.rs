//! `cccd doctor`: what stands between this machine and a first read, each with its mend.

use std::fmt::Write as _;

use serde_json::json;

use super::failure::{Exit, Failure};
use super::output;
use crate::terminal::Style;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, wrapped};

mod examination;
mod usb;

/// How one examination went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// In order.
    Well,
    /// A read works without it, but not everything can be checked.
    Lacking,
    /// No read works.
    Ill,
}

/// The same in Vietnamese and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    vi: String,
    en: String,
}

impl Words {
    fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

/// One thing looked at.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// Machine-readable name.
    name: &'static str,
    health: Health,
    found: Words,
    /// What to do about it.
    mend: Option<Words>,
    /// Commands to type for that.
    commands: Vec<String>,
}

pub(super) fn run(json: bool) -> Result<Exit, Failure> {
    let findings = examination::examine(&usb::System::this_machine());
    let ready = findings.iter().all(|finding| finding.health != Health::Ill);
    if json {
        let checks: Vec<_> = findings.iter().map(value).collect();
        output::json(&json!({ "schema": "cccd.doctor/1", "ready": ready, "checks": checks }));
    } else {
        output::text(&shown(&findings, &Style::of_stdout()));
    }
    Ok(if ready { Exit::Done } else { Exit::Unconfirmed })
}

fn value(finding: &Finding) -> serde_json::Value {
    let status = match finding.health {
        Health::Well => "ok",
        Health::Lacking => "warning",
        Health::Ill => "problem",
    };
    json!({
        "name": finding.name, "status": status, "message": finding.found.en, "message_vi": finding.found.vi,
        "mend": finding.mend.as_ref().map(|mend| &mend.en), "mend_vi": finding.mend.as_ref().map(|mend| &mend.vi),
        "commands": finding.commands,
    })
}

fn shown(findings: &[Finding], style: &Style) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        let written = writeln!(text, "{}", line.trim_end());
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    };
    for finding in findings {
        let mark = match finding.health {
            Health::Well => style.paint(Paint::Good, "✓"),
            Health::Lacking => style.paint(Paint::Open, "!"),
            Health::Ill => style.paint(Paint::Bad, "✗"),
        };
        line(format!("{mark} {}", style.paint(Paint::Strong, &clean(&finding.found.vi))));
        for part in wrapped(&clean(&finding.found.en), style.width - 4) {
            line(format!("  {}", style.paint(Paint::Faint, &part)));
        }
        if let Some(mend) = &finding.mend {
            for part in wrapped(&clean(&mend.vi), style.width - 6) {
                line(format!("    {part}"));
            }
            for part in wrapped(&clean(&mend.en), style.width - 6) {
                line(format!("    {}", style.paint(Paint::Faint, &part)));
            }
        }
        for command in &finding.commands {
            line(format!("      {}", clean(command)));
        }
    }
    text
}
