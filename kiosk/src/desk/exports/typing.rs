//! The form typed into another program, as a keyboard would: for software that takes nothing else. Under X11 the desk presses the
//! keys itself ([`x11`]): once another window than the desk's own has come to the front, and no longer than it stays there.
//! Under Wayland, where no program knows which window is in front, `wtype` does after some seconds.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use cccd::messages::Words;
use cccd_forms::filling::{FilledField, Form, Section};
use cccd_forms::packs::{Kind, TypingOrder};
use zeroize::Zeroizing;

use crate::desk::notice::Notice;

mod x11;

/// How long the officer has to go to the other program.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long before `wtype` types, which cannot know where to.
const BLIND_PAUSE: Duration = Duration::from_secs(6);
/// The longest that `wtype` may take.
const LONGEST: Duration = Duration::from_secs(120);

/// What types in this graphical session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// The X server.
    X11,
    /// `wtype`.
    Wayland,
}

/// Why nothing, or not everything, was typed.
#[derive(Debug, thiserror::Error)]
pub enum TypingError {
    /// The officer stayed at the desk.
    #[error("no other window came to the front")]
    NobodyWent,
    /// Another window came to the front while it was typed, or the session ended.
    #[error("stopped in the middle")]
    Stopped,
    /// It is being typed already.
    #[error("busy")]
    Busy,
    /// A key is held down, or Caps Lock is on: letters would come out as others.
    #[error("Caps Lock, Ctrl or Alt is on")]
    Modifiers,
    /// There is no screen, or it lets nobody type.
    #[error("{0}")]
    NoKeyboard(String),
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
}

/// Types a text into the window that comes to the front next, as long as it is `wanted`. It blocks until everything is typed.
///
/// # Errors
/// Nothing, or not everything, was typed.
pub fn type_out(text: &Zeroizing<String>, wanted: impl Fn() -> bool) -> Result<(), TypingError> {
    // Twice at once would mix the letters.
    static TYPING: Mutex<()> = Mutex::new(());
    let Ok(_turn) = TYPING.try_lock() else { return Err(TypingError::Busy) };
    match Keyboard::of_session() {
        Some(Keyboard::X11) => x11::type_text(text, PATIENCE, &wanted),
        Some(Keyboard::Wayland) => {
            thread::sleep(BLIND_PAUSE);
            if wanted() {
                by_wtype(text).map_err(|error| TypingError::NoKeyboard(error.to_string()))
            } else {
                Err(TypingError::Stopped)
            }
        }
        None => Err(TypingError::NoKeyboard("DISPLAY, WAYLAND_DISPLAY".to_owned())),
    }
}

/// The tool gets the text through a pipe: a list of processes does not show it.
fn by_wtype(text: &str) -> Result<(), Box<dyn Error>> {
    let command =
        Command::new("wtype").arg("-").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = command.map_err(|error| format!("wtype: {error}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        // A tool that cannot type ends before it has read everything, and says why. A form is shorter than a pipe is deep.
        let _ = pipe.write_all(text.as_bytes());
    }
    let began = Instant::now();
    while child.try_wait()?.is_none() {
        if began.elapsed() > LONGEST {
            child.kill()?;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let output = child.wait_with_output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().into()) }
}

/// What is typed: the order that the pack knows for a program, else every field that takes text, a tab between: also those that
/// are empty, so that the others keep their places.
pub fn text_of(form: &Form, order: Option<&TypingOrder>) -> Zeroizing<String> {
    let text = match order {
        Some(order) => order.keys.iter().map(|key| of_key(form, key)).collect(),
        None => {
            let fields = form.sections.iter().flat_map(rows_in_use).filter(|field| field.kind != Kind::Tick);
            fields.map(|field| typed(&field.value)).collect::<Vec<_>>().join("\t")
        }
    };
    Zeroizing::new(text)
}

/// The fields of a section, in a table without the empty row at its end.
fn rows_in_use(section: &Section) -> impl Iterator<Item = &FilledField> {
    let rows = section.fields.chunk_by(|one, next| one.row == next.row);
    rows.filter(|row| section.rows.is_none() || row.iter().any(|field| !field.value.is_empty())).flatten()
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

impl Notice {
    /// What the officer does now.
    pub fn go_to_the_other_program() -> Self {
        match Keyboard::of_session() {
            Some(Keyboard::Wayland) => Self::info(
                "Tắt bộ gõ tiếng Việt, bấm vào ô đầu tiên của phần mềm kia: 6 giây nữa bàn sẽ gõ ở đó.",
                "Turn the Vietnamese input method off and press the first field of the other program: the desk types there in 6 seconds.",
            ),
            _ => Self::info(
                "Tắt bộ gõ tiếng Việt, bấm vào ô đầu tiên của phần mềm kia: bàn sẽ gõ ở đó. Về lại trang này là dừng.",
                "Turn the Vietnamese input method off and press the first field of the other program: the desk types there. Coming back here stops it.",
            ),
        }
    }

    /// Everything is typed.
    pub fn typed_out() -> Self {
        Self::info("Đã gõ xong vào phần mềm kia.", "Everything is typed into the other program.")
    }
}

impl From<TypingError> for Notice {
    fn from(error: TypingError) -> Self {
        let (what, todo) = match &error {
            TypingError::NobodyWent => (
                Words::new(
                    "Chưa gõ gì: không thấy chuyển sang phần mềm khác.",
                    "Nothing was typed: no other program came to the front.",
                ),
                Words::new(
                    "Bấm lại, rồi bấm vào ô đầu tiên của phần mềm kia.",
                    "Press again, then press the first field of the other program.",
                ),
            ),
            TypingError::Stopped => (
                Words::new("Đã dừng gõ giữa chừng.", "The typing was stopped in the middle."),
                Words::new(
                    "Xem phần mềm kia đã có những ô nào; xóa rồi làm lại, hoặc chép từng ô.",
                    "See which fields the other program has; clear them and try again, or copy field by field.",
                ),
            ),
            TypingError::Busy => (
                Words::new("Đang gõ rồi.", "It is being typed already."),
                Words::new("Chờ gõ xong.", "Wait until it is done."),
            ),
            TypingError::Modifiers => (
                Words::new(
                    "Chưa gõ gì: Caps Lock, Ctrl hoặc Alt đang bật.",
                    "Nothing was typed: Caps Lock, Ctrl or Alt is on.",
                ),
                Words::new("Tắt các phím đó rồi bấm lại.", "Turn them off and press again."),
            ),
            TypingError::NoKeyboard(why) => (
                Words::new("Chưa gõ hộ được trên máy này.", "Nothing could be typed on this machine."),
                Words::new(
                    format!(
                        "Dùng nút chép ở từng ô. Người quản trị: chạy bàn trong phiên đồ họa; với Wayland cài gói wtype. ({why})"
                    ),
                    format!(
                        "Use the copy button of each field. Administrator: run the desk in the graphical session; under Wayland install wtype. ({why})"
                    ),
                ),
            ),
        };
        Self::wrong(what, todo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_a_key() {
        assert_eq!(typed("Tổ 4\nXã\tHưng Lộc\u{1b}"), "Tổ 4 Xã Hưng Lộc ");
    }
}
