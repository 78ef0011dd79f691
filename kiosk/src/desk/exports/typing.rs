//! The form typed into another program, as a keyboard would: for software that takes nothing else. Under X11 the desk presses the
//! keys itself ([`x11`]); under Wayland, where each compositor has its own way, `wtype` does.
//!
//! The page asks for this only when another window has come to the front, so nothing is typed into the desk itself.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use cccd::messages::Words;
use cccd_forms::filling::{FilledField, Form};
use cccd_forms::packs::{Kind, TypingOrder};
use zeroize::Zeroizing;

use crate::desk::notice::Notice;

mod x11;

/// So that the field that was just pressed has the focus.
const PAUSE: Duration = Duration::from_millis(600);

/// What types in this graphical session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// The X server.
    X11,
    /// `wtype`.
    Wayland,
}

impl Keyboard {
    /// The one of the session that this program runs in.
    pub fn of_session() -> Option<Self> {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match (set("WAYLAND_DISPLAY"), set("DISPLAY")) {
            (true, _) => Some(Self::Wayland),
            (false, true) => Some(Self::X11),
            (false, false) => None,
        }
    }

    fn type_text(self, text: &str) -> Result<(), Box<dyn Error>> {
        match self {
            Self::X11 => x11::type_text(text),
            Self::Wayland => by_wtype(text),
        }
    }
}

/// Types a text into the window that has the focus. It blocks until everything is typed.
///
/// # Errors
/// There is no graphical session, or it lets nobody type.
pub fn type_out(text: &Zeroizing<String>) -> Result<(), Notice> {
    // Twice at once would mix the letters.
    static TYPING: Mutex<()> = Mutex::new(());
    let Ok(_turn) = TYPING.try_lock() else { return Ok(()) };
    let keyboard = Keyboard::of_session().ok_or_else(|| no_keyboard("DISPLAY, WAYLAND_DISPLAY"))?;
    thread::sleep(PAUSE);
    keyboard.type_text(text).map_err(|error| no_keyboard(&error.to_string()))
}

/// The tool gets the text through a pipe: a list of processes does not show it.
fn by_wtype(text: &str) -> Result<(), Box<dyn Error>> {
    let command =
        Command::new("wtype").arg("-").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = command.map_err(|error| format!("wtype: {error}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        // A tool that cannot type ends before it has read everything, and says why.
        let _ = pipe.write_all(text.as_bytes());
    }
    let output = child.wait_with_output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().into()) }
}

/// What is typed: the order that the pack knows for a program, else every field that holds text, a tab between.
pub fn text_of(form: &Form, order: Option<&TypingOrder>) -> Zeroizing<String> {
    let filled = |field: &&FilledField| field.kind != Kind::Tick && !field.value.is_empty();
    let text = match order {
        Some(order) => order.keys.iter().map(|key| of_key(form, key)).collect(),
        None => {
            let fields = form.sections.iter().flat_map(|section| &section.fields).filter(filled);
            fields.map(|field| typed(&field.value)).collect::<Vec<_>>().join("\t")
        }
    };
    Zeroizing::new(text)
}

fn of_key(form: &Form, key: &str) -> String {
    match key {
        TypingOrder::TAB => "\t".to_owned(),
        TypingOrder::ENTER => "\n".to_owned(),
        field => form.field(field).map(|field| typed(&field.value)).unwrap_or_default(),
    }
}

/// A value is letters alone: nothing in it is a key that leaves the field or sends the form.
fn typed(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn no_keyboard(why: &str) -> Notice {
    Notice::wrong(
        Words::new("Chưa gõ hộ được trên máy này.", "Nothing could be typed on this machine."),
        Words::new(
            format!(
                "Dùng nút «Chép» ở từng ô. Người quản trị: chạy bàn trong phiên đồ họa; với Wayland cài gói wtype. ({why})"
            ),
            format!(
                "Use “Copy” beside each field. Administrator: run the desk in the graphical session; under Wayland install wtype. ({why})"
            ),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_a_key() {
        assert_eq!(typed("Tổ 4\nXã\tHưng Lộc\u{1b}"), "Tổ 4 Xã Hưng Lộc ");
    }
}
