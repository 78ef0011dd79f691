//! `cccd doctor`: what stands between this machine and a first read, each with its mend.

use serde_json::json;

use super::failure::{Exit, Failure};
use super::output;
use crate::messages::Words;
use crate::terminal::Style;
use crate::terminal::rows::marked;
use crate::terminal::style::Paint;
use crate::terminal::text::clean;

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
    let mut lines = Vec::new();
    for finding in findings {
        let mark = match finding.health {
            Health::Well => ("✓", Paint::Good),
            Health::Lacking => ("!", Paint::Open),
            Health::Ill => ("✗", Paint::Bad),
        };
        lines.extend(marked(mark, &finding.found, style));
        if let Some(mend) = &finding.mend {
            let inside = Style { width: style.width.saturating_sub(2), ..*style };
            lines.extend(marked(("→", Paint::Faint), mend, &inside).into_iter().map(|line| format!("  {line}")));
        }
        // Not broken into lines: they are there to be copied.
        lines.extend(finding.commands.iter().map(|command| format!("      {}", clean(command))));
    }
    let ready = findings.iter().all(|finding| finding.health != Health::Ill);
    let lacking = findings.iter().any(|finding| finding.health == Health::Lacking);
    let sum = match (ready, lacking) {
        (true, false) => Words::new("Sẵn sàng đọc thẻ", "ready to read a card"),
        (true, true) => {
            Words::new("Đọc được thẻ, nhưng nên xem các mục có dấu !", "a card can be read; see what has a !")
        }
        (false, _) => {
            Words::new("Chưa đọc được thẻ: sửa các mục có dấu ✗", "no card can be read yet: mend what has a ✗")
        }
    };
    lines.push(String::new());
    let mark = if ready { ("=", Paint::Good) } else { ("=", Paint::Bad) };
    lines.extend(marked(mark, &sum, style));
    lines.push(String::new());
    lines.join("\n")
}
