//! The chip's portrait as a browser shows it: a small JPEG that this program wrote itself.
//!
//! The picture on a chip is anybody's bytes, and decoders of pictures are where such bytes do harm. So a process of its
//! own decodes it ([`converter`]), with little memory and little time: whatever the picture makes of that, a panic, a
//! full memory or an endless loop, the desk goes on and shows no portrait. What the browser gets has been drawn anew: no
//! orientation, comment or second picture that the chip slipped in comes with it.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use cccd::assessment::content::Portrait;
use zeroize::Zeroizing;

use crate::own_process;

pub mod converter;

/// A portrait for a browser: a JPEG. Wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture(Zeroizing<Vec<u8>>);

impl Picture {
    /// What kind of file it is.
    pub const MEDIA_TYPE: &'static str = "image/jpeg";

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Never prints the picture.
impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} bytes)", self.0.len())
    }
}

/// A portrait that is not shown.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// The process that decodes could not be run.
    #[error("no process to decode it in: {0}")]
    NoProcess(#[from] std::io::Error),
    /// The picture is none, is too large, or took too much memory or time.
    #[error("the picture cannot be decoded")]
    Undecodable,
}

/// The portrait for a browser.
///
/// # Errors
/// The picture cannot be decoded within bounds.
pub fn for_browser(portrait: &Portrait) -> Result<Picture, NotShown> {
    convert_by(&mut own_process::command(converter::COMMAND)?, &portrait.bytes)
}

/// Has a program convert a picture. It reads all of it before it answers, so that neither waits for the other for ever.
fn convert_by(program: &mut Command, picture: &[u8]) -> Result<Picture, NotShown> {
    let quiet = program.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Reaped(quiet.spawn()?);
    if let Some(mut input) = child.0.stdin.take() {
        // One that refuses the picture before it has read it all says so by its end.
        let _ = input.write_all(picture);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(converter::MOST_BYTES));
    if let Some(output) = child.0.stdout.take() {
        output.take(converter::MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    }
    let done = child.0.wait()?.success();
    let is_jpeg = bytes.starts_with(&[0xFF, 0xD8, 0xFF]) && bytes.len() <= converter::MOST_BYTES;
    if done && is_jpeg { Ok(Picture(bytes)) } else { Err(NotShown::Undecodable) }
}

/// A process that does not outlive who waits for it.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_shell(script: &str, picture: &[u8]) -> Result<Picture, NotShown> {
        convert_by(Command::new("/bin/sh").args(["-c", script]), picture)
    }

    #[test]
    fn only_a_jpeg_of_a_process_that_ended_well_is_shown() {
        let jpeg = b"\xFF\xD8\xFF\xE0 as far as this test goes";
        assert_eq!(by_shell("exec /bin/cat", jpeg).unwrap().bytes(), jpeg);
        for (script, picture) in [
            ("exec /bin/cat", &b"no picture"[..]),
            ("/bin/cat; exit 1", jpeg),
            ("/bin/cat; kill -9 $$", jpeg),
            ("exit 0", jpeg),
            ("printf '\\377\\330\\377'; exec /bin/cat /dev/zero", jpeg),
        ] {
            assert!(matches!(by_shell(script, picture), Err(NotShown::Undecodable)), "{script}");
        }
    }

    #[test]
    fn a_process_that_does_not_listen_is_no_reason_to_wait() {
        let large = vec![0xFF; 1 << 20];
        assert!(matches!(by_shell("exit 0", &large), Err(NotShown::Undecodable)));
        let mut missing = Command::new("/nothing/here");
        assert!(matches!(convert_by(&mut missing, &large), Err(NotShown::NoProcess(_))));
    }

    #[test]
    fn a_portrait_is_never_printed() {
        let picture = by_shell("exec /bin/cat", b"\xFF\xD8\xFF secret").unwrap();
        assert_eq!(format!("{picture:?}"), "Picture(10 bytes)");
    }
}
