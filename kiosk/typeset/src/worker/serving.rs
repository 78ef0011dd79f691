//! The worker's side.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::frames;
use crate::typesetter::Typesetter;

/// A template that wants more memory ends its process. Address space, so several times what is really used.
const MOST_MEMORY: u64 = 2 * 1024 * 1024 * 1024;

/// Answers requests until the input ends. For a process of its own: it lowers what the process may take.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    // A system that refuses is no reason not to work: the limit of time still holds.
    let _ = setrlimit(Resource::As, Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) });
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let typesetter = Typesetter::new();
    while let Some(request) = frames::read_request(&mut input)? {
        frames::write_answer(&mut output, typesetter.typeset(&request))?;
    }
    Ok(())
}
