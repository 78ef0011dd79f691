//! The result for a person: who it is as soon as that is proven, while the portrait still comes, and then the rest.

use std::io::IsTerminal as _;

use crate::assessment::identity::Identity;
use crate::cli::output;
use crate::terminal::{Style, view};

/// What is written to standard output, in one or two goes.
pub(super) struct Page {
    style: Style,
    /// On a terminal the first part can be taken back: beside a portrait it looks different.
    terminal: bool,
    shown: String,
}

impl Page {
    pub(super) fn new() -> Self {
        Self { style: Style::of_stdout(), terminal: std::io::stdout().is_terminal(), shown: String::new() }
    }

    pub(super) const fn style(&self) -> &Style {
        &self.style
    }

    /// Writes the fields that are proven.
    pub(super) fn identity(&mut self, identity: &Identity) {
        self.take_back();
        self.shown = view::of_identity(identity, &self.style);
        // The line that says what is being read stands where this begins.
        let clear = if self.terminal && self.style.colour { "\r\x1b[2K" } else { "" };
        output::text(&format!("{clear}{}", self.shown));
    }

    /// Makes room for the whole, unless it goes on as the first part began. What else there is to say may be written then.
    pub(super) fn make_room(&mut self, whole: &str) {
        if !whole.starts_with(&self.shown) {
            self.take_back();
        }
    }

    /// Writes what is missing of the whole.
    pub(super) fn whole(&self, whole: &str) {
        output::text(whole.strip_prefix(self.shown.as_str()).unwrap_or(whole));
    }

    /// Takes the first part away; where it cannot be, as in a pipe, an empty line parts it from what follows.
    fn take_back(&mut self) {
        let shown = std::mem::take(&mut self.shown);
        if shown.is_empty() {
            return;
        }
        if self.terminal && self.style.colour {
            output::text(&format!("\r\x1b[{}A\x1b[J", shown.lines().count()));
        } else {
            output::text("\n");
        }
    }
}
