//! What happens meanwhile, on standard error: a line that replaces itself on a terminal, nothing elsewhere.

use std::io::{IsTerminal, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::read::Event;
use crate::terminal::text::{clean, wrapped};
use crate::terminal::view;

/// Shows progress. Clones are of the same line.
#[derive(Clone)]
pub(super) struct Progress {
    terminal: bool,
    shown: Arc<AtomicBool>,
}

impl Progress {
    pub(super) fn on_stderr() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { terminal: std::io::stderr().is_terminal() && !dumb, shown: Arc::default() }
    }

    pub(super) fn show(&self, event: &Event<'_>) {
        let words = match event {
            Event::Phase(phase) => {
                let phase = view::phase(phase).0;
                format!("Đang đọc, giữ yên thẻ · reading, keep the card still: {}", clean(phase))
            }
            Event::WaitingForCard => "Thẻ bị nhấc ra, đặt lại thẻ · the card was removed, put it back".to_owned(),
            Event::Resumed => "Vẫn là thẻ đó: đọc tiếp · the same card: reading on".to_owned(),
            Event::StartedOver => "Đọc lại từ đầu · starting over".to_owned(),
            Event::File(..) => return,
        };
        if self.terminal {
            self.shown.store(true, Ordering::Relaxed);
            // A line that the terminal breaks could not be taken back.
            let width =
                terminal_size::terminal_size_of(std::io::stderr()).map_or(80, |(width, _)| usize::from(width.0));
            let words = wrapped(&words, width.saturating_sub(1)).swap_remove(0);
            // Standard error may be closed: there is nobody left to tell.
            let _ = write!(std::io::stderr(), "\r\x1b[2K{words}");
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self.shown.swap(false, Ordering::Relaxed) {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}
