//! What the terminal can do, and painting with it.

use std::env;
use std::io::IsTerminal;

/// How to write to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns there are.
    pub width: usize,
    /// Colours and cursor movements may be used.
    pub colour: bool,
    /// How pictures can be drawn.
    pub pictures: Pictures,
}

/// How a terminal shows pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// Not at all.
    None,
    /// Two pixels a character, upper and lower half block, in 24-bit colour.
    Blocks,
    /// The same in the 256-colour palette.
    Blocks256,
    /// The kitty graphics protocol.
    Kitty,
    /// The inline images of iTerm2.
    Iterm,
    /// DEC sixel graphics.
    Sixel,
}

/// The role of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// As the terminal writes by itself.
    Plain,
    /// What the eye should find first.
    Strong,
    /// What is beside the point.
    Faint,
    /// Good.
    Good,
    /// Open.
    Open,
    /// Bad.
    Bad,
}

impl Style {
    /// No colours, no pictures: what a pipe or a file gets.
    pub const PLAIN: Self = Self { width: 100, colour: false, pictures: Pictures::None };

    /// What standard output can do. `NO_COLOR` (set and not empty), `TERM=dumb` and anything that is no terminal get
    /// plain text.
    #[must_use]
    pub fn of_stdout() -> Self {
        if !std::io::stdout().is_terminal() {
            return Self::PLAIN;
        }
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).clamp(30, 140);
        Self { width, ..Self::from_environment(|name| env::var(name).ok()) }
    }

    /// What standard error can do, but for pictures.
    #[must_use]
    pub fn of_stderr() -> Self {
        let stderr = std::io::stderr();
        if !stderr.is_terminal() {
            return Self { width: usize::MAX, ..Self::PLAIN };
        }
        let width =
            terminal_size::terminal_size_of(stderr).map_or(80, |(width, _)| usize::from(width.0)).clamp(30, 140);
        let of_terminal = Self::from_environment(|name| env::var(name).ok());
        Self { width, pictures: Pictures::None, ..of_terminal }
    }

    fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).unwrap_or_default();
        let term = variable("TERM");
        if !variable("NO_COLOR").is_empty() || term == "dumb" || term.is_empty() {
            return Self { width: 80, ..Self::PLAIN };
        }
        let program = variable("TERM_PROGRAM");
        let truecolour = matches!(variable("COLORTERM").as_str(), "truecolor" | "24bit");
        // A multiplexer between hides what the terminal outside could draw.
        let multiplexed = !variable("TMUX").is_empty() || term.starts_with("screen") || term.starts_with("tmux");
        let pictures = if multiplexed {
            if truecolour { Pictures::Blocks } else { Pictures::Blocks256 }
        } else if term == "xterm-kitty" || !variable("KITTY_WINDOW_ID").is_empty() || program == "ghostty" {
            Pictures::Kitty
        } else if matches!(program.as_str(), "iTerm.app" | "WezTerm" | "mintty") {
            Pictures::Iterm
        } else if term.starts_with("foot") || term.starts_with("mlterm") || term.contains("sixel") {
            Pictures::Sixel
        } else if truecolour {
            Pictures::Blocks
        } else {
            Pictures::Blocks256
        };
        Self { width: 80, colour: true, pictures }
    }

    /// The text in its role.
    #[must_use]
    pub fn paint(&self, role: Paint, text: &str) -> String {
        if !self.colour || text.is_empty() || role == Paint::Plain {
            return text.to_owned();
        }
        let code = match role {
            Paint::Plain => "0",
            Paint::Strong => "1",
            Paint::Faint => "2",
            Paint::Good => "32",
            Paint::Open => "33",
            Paint::Bad => "1;31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(variables: &[(&str, &str)]) -> Style {
        Style::from_environment(|wanted| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn no_color_and_a_dumb_terminal_get_plain_text() {
        assert!(!style(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).colour);
        assert!(!style(&[("TERM", "dumb")]).colour);
        assert!(style(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).colour);
        assert_eq!(Style::PLAIN.paint(Paint::Bad, "x"), "x");
    }

    #[test]
    fn pictures_follow_the_terminal_and_not_through_a_multiplexer() {
        assert_eq!(style(&[("TERM", "xterm-kitty")]).pictures, Pictures::Kitty);
        assert_eq!(style(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")]).pictures, Pictures::Iterm);
        assert_eq!(style(&[("TERM", "foot")]).pictures, Pictures::Sixel);
        assert_eq!(style(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]).pictures, Pictures::Blocks);
        let inside = [("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), ("KITTY_WINDOW_ID", "1")];
        assert_eq!(style(&inside).pictures, Pictures::Blocks256);
    }
}
