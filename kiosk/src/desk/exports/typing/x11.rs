//! Keys under X11, through its XTEST extension.
//!
//! A keyboard has few Vietnamese letters, so spare keys are given those that the text needs. Tools that give a spare key each
//! letter as it comes lose letters: a program looks up what a key means when it gets to it, and by then the key may mean the
//! next letter. Here the keys are given for a stretch of text at once, and keep their letters until every program has had time
//! to read them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask, Keycode, Keysym, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::TypingError;

/// Between keys: old software loses what comes faster.
const BETWEEN_KEYS: Duration = Duration::from_millis(8);
/// Until every program has taken in what the keys mean now, or has read what was typed before they mean something else.
const SETTLING: Duration = Duration::from_millis(500);
/// How long a window must stay in front before it is typed into: who goes to it by way of others is not there yet.
const STAYING: Duration = Duration::from_millis(1200);
/// How often it is looked which window is in front.
const LOOK: Duration = Duration::from_millis(100);

const TAB: Keysym = 0xff09;
const RETURN: Keysym = 0xff0d;
const SHIFT_LEFT: Keysym = 0xffe1;

/// Types a text into the window that comes to the front next, until another does or it is not wanted any more.
///
/// # Errors
/// No other window came, or not everything was typed.
pub fn type_text(text: &str, patience: Duration, wanted: &dyn Fn() -> bool) -> Result<(), TypingError> {
    let none = |error: Box<dyn Error>| TypingError::NoKeyboard(error.to_string());
    let (connection, screen) = x11rb::connect(None).map_err(|error| none(error.into()))?;
    let keyboard = Keyboard::of(&connection).map_err(none)?;
    let window = next_window(&connection, patience, wanted)?;
    if is_modified(&connection, screen).map_err(none)? {
        return Err(TypingError::Modifiers);
    }
    let typed = keyboard.type_into(&connection, window, text, wanted);
    // Whatever happened, the spare keys mean nothing again.
    keyboard.take_back(&connection).map_err(none)?;
    typed
}

/// The window in front.
fn focus(connection: &RustConnection) -> Result<Window, TypingError> {
    let asked = connection.get_input_focus().map_err(|error| TypingError::NoKeyboard(error.to_string()))?;
    Ok(asked.reply().map_err(|error| TypingError::NoKeyboard(error.to_string()))?.focus)
}

/// The window that comes to the front after the present one, and stays there.
fn next_window(
    connection: &RustConnection,
    patience: Duration,
    wanted: &dyn Fn() -> bool,
) -> Result<Window, TypingError> {
    let own = focus(connection)?;
    let began = Instant::now();
    let (mut window, mut since) = (own, began);
    while window == own || since.elapsed() < STAYING {
        if !wanted() {
            return Err(TypingError::Stopped);
        }
        if began.elapsed() > patience {
            return Err(TypingError::NobodyWent);
        }
        thread::sleep(LOOK);
        let now = focus(connection)?;
        if now != window {
            (window, since) = (now, Instant::now());
        }
    }
    Ok(window)
}

/// Whether keys mean something else now: Caps Lock, Ctrl, Alt or the Windows key.
fn is_modified(connection: &RustConnection, screen: usize) -> Result<bool, Box<dyn Error>> {
    let root = connection.setup().roots.get(screen).ok_or("no screen")?.root;
    let mask = connection.query_pointer(root)?.reply()?.mask;
    let others = KeyButMask::LOCK | KeyButMask::CONTROL | KeyButMask::MOD1 | KeyButMask::MOD4 | KeyButMask::SHIFT;
    Ok(u16::from(mask) & u16::from(others) != 0)
}

/// What the keys mean.
struct Keyboard {
    /// The key of each meaning, and whether with Shift.
    keys: BTreeMap<Keysym, (Keycode, bool)>,
    /// Keys that mean nothing.
    spare: Vec<Keycode>,
    /// Those of them that were given a letter.
    given: RefCell<Vec<Keycode>>,
    /// How many meanings a key has.
    meanings: u8,
    shift: Option<Keycode>,
}

impl Keyboard {
    fn of(connection: &RustConnection) -> Result<Self, Box<dyn Error>> {
        connection.xtest_get_version(2, 2)?.reply()?;
        let setup = connection.setup();
        let count = setup.max_keycode.saturating_sub(setup.min_keycode).saturating_add(1);
        let mapping = connection.get_keyboard_mapping(setup.min_keycode, count)?.reply()?;
        let meanings = mapping.keysyms_per_keycode;
        let mut keyboard =
            Self { keys: BTreeMap::new(), spare: Vec::new(), given: RefCell::default(), meanings, shift: None };
        for (key, syms) in
            (setup.min_keycode..=setup.max_keycode).zip(mapping.keysyms.chunks(usize::from(meanings.max(1))))
        {
            if syms.iter().all(|sym| *sym == 0) {
                keyboard.spare.push(key);
            }
            // The first group, without and with Shift.
            for (sym, shifted) in syms.iter().zip([false, true]).filter(|(sym, _)| **sym != 0) {
                keyboard.keys.entry(*sym).or_insert((key, shifted));
            }
        }
        keyboard.shift = keyboard.keys.get(&SHIFT_LEFT).map(|(key, _)| *key);
        if keyboard.spare.is_empty() {
            return Err("the keyboard of this session has no spare keys".into());
        }
        Ok(keyboard)
    }

    /// Types as long as the window is in front.
    fn type_into(
        &self,
        connection: &RustConnection,
        window: Window,
        text: &str,
        wanted: &dyn Fn() -> bool,
    ) -> Result<(), TypingError> {
        let none = |error: Box<dyn Error>| TypingError::NoKeyboard(error.to_string());
        let mut rest = text;
        while !rest.is_empty() {
            let (stretch, after) = rest.split_at(self.stretch(rest));
            let given = self.give(connection, stretch).map_err(none)?;
            thread::sleep(SETTLING);
            for letter in stretch.chars() {
                if focus(connection)? != window || !wanted() {
                    return Err(TypingError::Stopped);
                }
                self.press(connection, &given, letter).map_err(none)?;
            }
            thread::sleep(SETTLING);
            rest = after;
        }
        Ok(())
    }

    /// How many bytes of a text can be typed with the spare keys given once.
    fn stretch(&self, text: &str) -> usize {
        let mut needed = Vec::new();
        for (at, letter) in text.char_indices() {
            let sym = keysym(letter);
            if !self.keys.contains_key(&sym) && !needed.contains(&sym) {
                if needed.len() == self.spare.len() {
                    return at;
                }
                needed.push(sym);
            }
        }
        text.len()
    }

    /// Gives spare keys the letters of a stretch that the keyboard does not have.
    fn give(&self, connection: &RustConnection, stretch: &str) -> Result<BTreeMap<Keysym, Keycode>, Box<dyn Error>> {
        let mut given = BTreeMap::new();
        let mut spare = self.spare.iter();
        for sym in stretch.chars().map(keysym) {
            if !self.keys.contains_key(&sym) && !given.contains_key(&sym) {
                let Some(key) = spare.next() else { break };
                // Whatever modifier is on, the key means the same.
                let syms = vec![sym; usize::from(self.meanings)];
                self.given.borrow_mut().push(*key);
                connection.change_keyboard_mapping(1, *key, self.meanings, &syms)?;
                given.insert(sym, *key);
            }
        }
        connection.sync()?;
        Ok(given)
    }

    fn press(
        &self,
        connection: &RustConnection,
        given: &BTreeMap<Keysym, Keycode>,
        letter: char,
    ) -> Result<(), Box<dyn Error>> {
        let sym = keysym(letter);
        let (key, shifted) = match (self.keys.get(&sym), given.get(&sym)) {
            (Some(key), _) => *key,
            (None, Some(key)) => (*key, false),
            (None, None) => return Ok(()),
        };
        let send = |kind: u8, key: Keycode| connection.xtest_fake_input(kind, key, 0, x11rb::NONE, 0, 0, 0).map(drop);
        let shift = self.shift.filter(|_| shifted);
        if let Some(shift) = shift {
            send(KEY_PRESS_EVENT, shift)?;
        }
        send(KEY_PRESS_EVENT, key)?;
        send(KEY_RELEASE_EVENT, key)?;
        if let Some(shift) = shift {
            send(KEY_RELEASE_EVENT, shift)?;
        }
        connection.flush()?;
        thread::sleep(BETWEEN_KEYS);
        Ok(())
    }

    /// The keys that were given a letter mean nothing again.
    fn take_back(&self, connection: &RustConnection) -> Result<(), Box<dyn Error>> {
        for key in self.given.borrow().iter() {
            connection.change_keyboard_mapping(1, *key, self.meanings, &vec![0; usize::from(self.meanings)])?;
        }
        connection.sync()?;
        Ok(())
    }
}

/// What X calls a letter (X Window System Protocol, appendix A): Latin-1 by its number, all others by that of Unicode.
fn keysym(letter: char) -> Keysym {
    match letter {
        '\t' => TAB,
        '\n' => RETURN,
        ' '..='~' | '\u{a0}'..='\u{ff}' => u32::from(letter),
        _ => 0x0100_0000 | u32::from(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_the_spare_keys_run_out() {
        let keys = [(u32::from('a'), (38, false)), (u32::from(' '), (65, false))].into();
        let keyboard = Keyboard { keys, spare: vec![97, 98], given: RefCell::default(), meanings: 2, shift: None };
        assert_eq!(keyboard.stretch("a a"), 3);
        assert_eq!(keyboard.stretch("ắ ạ ắa ậ"), "ắ ạ ắa ".len());
        assert_eq!(keyboard.stretch(""), 0);
    }

    #[test]
    fn letters_have_the_numbers_that_x_gives_them() {
        assert_eq!([keysym('a'), keysym('ê'), keysym('Đ'), keysym('ữ')], [0x61, 0xea, 0x0100_0110, 0x0100_1eef]);
    }
}
