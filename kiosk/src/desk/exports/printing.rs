//! Printers of this machine, through CUPS and its own commands: whatever printer the office has, its driver is there already.
//!
//! The PDF goes through a pipe, never through a file of ours, and the name of the job says nothing of the citizen. What CUPS
//! itself keeps of a job is a setting of CUPS (`PreserveJobFiles No`).

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use cccd::messages::Words;
use zeroize::Zeroizing;

use crate::desk::notice::Notice;

/// The longest that CUPS may take to say something.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a job is watched. A page of a form is out before that.
const WATCHED: Duration = Duration::from_secs(45);
/// How long one that comes out is watched: some papers have pages and some printers take their time.
const LONGEST_JOB: Duration = Duration::from_secs(150);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(700);

/// The printers there are, by name; the usual one first. None where there is no CUPS.
pub fn printers() -> Vec<String> {
    let lines = |options: &[&str]| said("lpstat", options, None).map(|said| said.out).unwrap_or_default();
    let mut printers: Vec<String> =
        lines(&["-e"]).lines().map(str::trim).filter(|name| is_name(name)).map(str::to_owned).collect();
    let usual = lines(&["-d"]).rsplit_once(": ").map(|(_, name)| name.trim().to_owned());
    printers.sort_by_key(|name| Some(name) != usual.as_ref());
    printers
}

/// What is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// A form, on A4.
    Form,
    /// The number of who waits, on a roll of 80 mm.
    Ticket,
}

/// Prints a PDF, and waits until the printer has taken it. It blocks.
///
/// # Errors
/// The printer is gone, refuses, or does not print: what to do is said, and nothing is lost.
pub fn print(printer: &str, pdf: &[u8], paper: Paper) -> Result<(), Notice> {
    let Some(_turn) = Turn::at(printer) else { return Err(busy()) };
    if !is_name(printer) || !printers().iter().any(|name| name == printer) {
        return Err(gone(printer, "not in the list of CUPS"));
    }
    let (title, media) = match paper {
        Paper::Form => ("to khai", "media=A4"),
        Paper::Ticket => ("so thu tu", "media=Custom.80x70mm"),
    };
    let options = ["-d", printer, "-t", title, "-o", media, "-o", "fit-to-page"];
    let queued = said("lp", &options, Some(pdf)).map_err(|error| gone(printer, &error.to_string()))?;
    let job = queued.out.split_whitespace().find(|word| word.rsplit_once('-').is_some_and(|(name, _)| name == printer));
    let Some(job) = job.filter(|_| queued.well) else { return Err(gone(printer, queued.error.trim())) };
    match watch(printer, job) {
        Ok(()) => Ok(()),
        // A job that nobody waits for would print the citizen's data later, to whoever stands there.
        Err(state) => Err(match said("cancel", &[job], None) {
            Ok(said) if said.well => stuck(printer, &state),
            _ => left_behind(printer, job, &state),
        }),
    }
}

/// One job at a time for each printer: a button that is pressed twice prints once.
struct Turn(String);

/// The printers that print.
static PRINTING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Turn {
    fn at(printer: &str) -> Option<Self> {
        let mut printing = PRINTING.lock().unwrap_or_else(PoisonError::into_inner);
        printing.insert(printer.to_owned()).then(|| Self(printer.to_owned()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        PRINTING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Waits until a job is done. Where it is not: what the printer says.
fn watch(printer: &str, job: &str) -> Result<(), String> {
    let began = Instant::now();
    loop {
        let ask = |options: &[&str]| match said("lpstat", options, None) {
            Ok(said) if said.well => Ok(said.out),
            Ok(said) => Err(said.error),
            Err(error) => Err(error.to_string()),
        };
        let waiting = ask(&["-W", "not-completed", "-o", printer])?;
        if !waiting.split_whitespace().any(|word| word == job) {
            return Ok(());
        }
        let state = ask(&["-p", printer])?.split_whitespace().collect::<Vec<_>>().join(" ");
        let longest = if state.contains("now printing") { LONGEST_JOB } else { WATCHED };
        if began.elapsed() >= longest || state.contains(" disabled ") {
            return Err(state);
        }
        thread::sleep(LOOK);
    }
}

/// A name that CUPS may give a printer: no option of a command, and nothing that a shell or a list could misread.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '-');
    !name.is_empty() && name.len() <= 127 && !name.starts_with('-') && name.chars().all(plain)
}

/// What a command said.
struct Said {
    out: String,
    error: String,
    well: bool,
}

/// Runs a command of CUPS in the language of programs.
fn said(program: &str, options: &[&str], input: Option<&[u8]>) -> io::Result<Said> {
    let mut child = Command::new(program)
        .args(options)
        .env("LC_ALL", "C")
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let id = child.id();
    let (done, ended) = mpsc::channel();
    let (pipe, input) = (child.stdin.take(), Zeroizing::new(input.unwrap_or_default().to_vec()));
    thread::spawn(move || {
        if let Some(mut pipe) = pipe {
            // A command that ends before it has read all says why itself.
            let _ = pipe.write_all(&input);
        }
        done.send(child.wait_with_output())
    });
    match ended.recv_timeout(PATIENCE) {
        Ok(output) => {
            let output = output?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Ok(Said { out: text(&output.stdout), error: text(&output.stderr), well: output.status.success() })
        }
        Err(_) => {
            if let Some(id) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
            }
            Err(io::Error::new(io::ErrorKind::TimedOut, "the print service does not answer"))
        }
    }
}

fn gone(printer: &str, why: &str) -> Notice {
    Notice::wrong(
        Words::new(
            format!("Chưa in được: máy in {printer} không nhận việc."),
            format!("Not printed: the printer {printer} took no job."),
        ),
        Words::new(
            format!("Tờ khai vẫn còn. Kiểm tra máy in, hoặc bấm «In tờ khai (PDF)» để in từ trình duyệt. ({why})"),
            format!(
                "The form is still there. Check the printer, or press “Print the form (PDF)” to print from the browser. ({why})"
            ),
        ),
    )
}

/// A paper comes out of that printer at this moment.
pub fn busy() -> Notice {
    Notice::wrong(
        Words::new("Đang in tờ trước.", "The paper before is still being printed."),
        Words::new("Chờ in xong rồi bấm lại nếu cần thêm bản.", "Wait for it, then press again for another copy."),
    )
}

fn left_behind(printer: &str, job: &str, state: &str) -> Notice {
    Notice::wrong(
        Words::new(
            format!("Máy in {printer} chưa in, và việc in {job} chưa hủy được: có thể in ra sau."),
            format!(
                "The printer {printer} did not print, and the job {job} could not be taken back: it may come out later."
            ),
        ),
        Words::new(
            format!("Tắt máy in hoặc nhờ người quản trị hủy việc in đó, vì trên giấy có dữ liệu công dân. ({state})"),
            format!(
                "Turn the printer off or have the administrator cancel the job: the paper holds a citizen's data. ({state})"
            ),
        ),
    )
}

fn stuck(printer: &str, state: &str) -> Notice {
    Notice::wrong(
        Words::new(
            format!("Máy in {printer} chưa in; việc in đã được hủy để không in ra sau."),
            format!("The printer {printer} did not print; the job was taken back so that it does not come out later."),
        ),
        Words::new(
            format!("Kiểm tra giấy, mực, dây và nguồn của máy in rồi in lại. Tờ khai vẫn còn. ({state})"),
            format!("Check paper, toner, cable and power, then print again. The form is still there. ({state})"),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_printer_is_never_an_option() {
        assert!(is_name("HP_LaserJet-1020@may-in.local"));
        for name in ["", "-o", "a b", "a;b", "a/b", "x\n"] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
