//! Typesetting in a process of its own, which the desk starts from its own executable.
//!
//! A template is written by an office and may loop; Typst needs much memory and keeps what it saw. So the child does the work:
//! what takes too long is killed, and ending the process wipes everything.
//!
//! Frames on stdin and stdout: four bytes of length, big-endian, then that many bytes. A request is one frame of JSON and one
//! frame for each file it names; an answer is one frame of JSON and, if that says so, one frame with the PDF.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::diagnostic::TypesetError;
use crate::request::Request;

mod frames;
mod serving;

pub use serving::serve;

/// Why a worker gave no PDF.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The template is wrong.
    #[error(transparent)]
    Typeset(#[from] TypesetError),
    /// The request is larger than a worker takes.
    #[error("the request is over {} MB", frames::MOST_BYTES / 1_048_576)]
    TooLarge,
    /// It took longer than allowed and was ended.
    #[error("the template took longer than {0:?} and was stopped")]
    TimedOut(Duration),
    /// The process ended before it answered, or answered something else.
    #[error("the worker process ended without an answer")]
    Died,
    /// The process cannot be started.
    #[error("the worker process cannot be started: {0}")]
    Start(#[source] io::Error),
}

/// A worker process, started again whenever it is needed and not there.
pub struct Worker {
    command: Command,
    running: Option<Running>,
}

struct Running {
    child: Child,
    pipes: Pipes,
}

/// The worker's ends; they move into the thread that talks to it, and back.
struct Pipes {
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    /// Starts `command`, which must call [`serve`] on its stdin and stdout. If it cannot be started now, the first request says
    /// why.
    pub fn start(mut command: Command) -> Worker {
        // What a panic would print may hold personal data.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut worker = Worker { command, running: None };
        worker.running = worker.spawn().ok();
        worker
    }

    /// The PDF of a request, or the end of the process after `limit`. Blocks.
    pub fn typeset(&mut self, request: &Request, limit: Duration) -> Result<Vec<u8>, WorkerError> {
        let frames = frames::Outgoing::new(request).ok_or(WorkerError::TooLarge)?;
        let running = match self.running.take().and_then(still_running) {
            Some(running) => running,
            None => self.spawn().map_err(WorkerError::Start)?,
        };
        let Running { child, mut pipes } = running;
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            let answer = ask(&mut pipes, &frames);
            // Nobody listens any more where the limit was passed.
            let _ = sender.send((answer, pipes));
        });
        match answers.recv_timeout(limit) {
            Ok((Ok(answer), pipes)) => {
                self.running = Some(Running { child, pipes });
                answer.map_err(WorkerError::Typeset)
            }
            Ok((Err(_), _)) | Err(RecvTimeoutError::Disconnected) => {
                end(child);
                Err(WorkerError::Died)
            }
            Err(RecvTimeoutError::Timeout) => {
                end(child);
                Err(WorkerError::TimedOut(limit))
            }
        }
    }

    /// Ends the process, and with it everything it knows. The next request starts a new one.
    pub fn wipe(&mut self) {
        if let Some(running) = self.running.take() {
            end(running.child);
        }
    }

    /// Starts the process if it is not there, so that the next request does not wait for it.
    pub fn warm_up(&mut self) {
        if self.running.is_none() {
            self.running = self.spawn().ok();
        }
    }

    /// The process id, where it runs.
    pub fn id(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    fn spawn(&mut self) -> io::Result<Running> {
        let mut child = self.command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Running { child, pipes: Pipes { input, output } }),
            _ => {
                end(child);
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.wipe();
    }
}

fn still_running(mut running: Running) -> Option<Running> {
    matches!(running.child.try_wait(), Ok(None)).then_some(running)
}

fn end(mut child: Child) {
    // Both fail only where the process has already ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// Sends the request and reads the answer.
fn ask(pipes: &mut Pipes, frames: &frames::Outgoing) -> io::Result<Result<Vec<u8>, TypesetError>> {
    frames.write(&mut pipes.input)?;
    pipes.input.flush()?;
    frames::read_answer(&mut pipes.output)
}
