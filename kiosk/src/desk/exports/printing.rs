//! Printers of this machine, through CUPS and its own commands: whatever printer the office has, its driver is there already.
//!
//! The PDF goes through a pipe, never through a file of ours, and the name of the job says nothing of the citizen. What CUPS
//! itself keeps of a job is a setting of CUPS (`PreserveJobFiles No`).

use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cccd::messages::Words;

use crate::desk::notice::Notice;

/// The longest that CUPS may take to say something.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a job is watched. A page of a form is out before that.
const WATCHED: Duration = Duration::from_secs(45);
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

/// Prints a PDF, and waits until the printer has taken it. It blocks.
///
/// # Errors
/// The printer is gone, refuses, or does not print: what to do is said, and nothing is lost.
pub fn print(printer: &str, pdf: &[u8]) -> Result<(), Notice> {
    if !is_name(printer) || !printers().iter().any(|name| name == printer) {
        return Err(gone(printer, "not in the list of CUPS"));
    }
    let options = ["-d", printer, "-t", "to khai", "-o", "media=A4", "-o", "fit-to-page"];
    let queued = said("lp", &options, Some(pdf)).map_err(|error| gone(printer, &error.to_string()))?;
    let job = queued.out.split_whitespace().find(|word| word.rsplit_once('-').is_some_and(|(name, _)| name == printer));
    let Some(job) = job.filter(|_| queued.well) else { return Err(gone(printer, queued.error.trim())) };
    let began = Instant::now();
    loop {
        let waiting = said("lpstat", &["-W", "not-completed", "-o", printer], None)
            .map_err(|error| gone(printer, &error.to_string()))?;
        if !waiting.out.split_whitespace().any(|word| word == job) {
            return Ok(());
        }
        let state = said("lpstat", &["-p", printer], None).map(|said| said.out).unwrap_or_default();
        let state = state.split_whitespace().collect::<Vec<_>>().join(" ");
        if began.elapsed() >= WATCHED || state.contains(" disabled ") {
            // A job that nobody waits for would print the citizen's data later, to whoever stands there.
            let _ = said("cancel", &[job], None);
            return Err(stuck(printer, &state));
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
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        // A command that ends before it has read all says why itself.
        let _ = pipe.write_all(input);
    }
    let id = child.id();
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
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
