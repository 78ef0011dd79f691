//! Other decoders on the same pictures in the same run: those that are there.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use qr_pictures::score::{Answer, Reader};
use qr_pictures::sensor::Grey;
use serde_json::Value;

#[cfg(feature = "peers")]
mod crates;

/// Decoders with a Python package, by the names that the script knows.
const IN_PYTHON: [&str; 3] = ["zxing-cpp", "opencv", "zbar"];

/// All that can be asked. Those that cannot are said.
pub(crate) fn found(python: &Path) -> Vec<Box<dyn Reader>> {
    let mut readers: Vec<Box<dyn Reader>> = Vec::new();
    for name in IN_PYTHON {
        match Script::start(python, name) {
            Some(script) => readers.push(Box::new(script)),
            None => eprintln!("absent: {name}"),
        }
    }
    #[cfg(feature = "peers")]
    readers.extend(crates::readers());
    #[cfg(not(feature = "peers"))]
    eprintln!("absent: rxing and rqrr (build with --features peers)");
    readers
}

/// A decoder in a process of its own.
struct Script {
    name: &'static str,
    process: Child,
    pictures: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Script {
    fn start(python: &Path, name: &'static str) -> Option<Self> {
        let mut process = Command::new(python)
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/peers/read.py"), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (pictures, answers) = (process.stdin.take()?, process.stdout.take()?);
        let mut script = Self { name, process, pictures, answers: BufReader::new(answers) };
        let mut version = String::new();
        let read = script.answers.read_line(&mut version).ok()?;
        if read == 0 {
            return None;
        }
        eprintln!("beside ours: {}", version.trim());
        Some(script)
    }

    fn ask(&mut self, picture: &Grey) -> Option<Answer> {
        writeln!(self.pictures, "{} {}", picture.width, picture.height).ok()?;
        self.pictures.write_all(&picture.pixels).ok()?;
        self.pictures.flush().ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        let answer: Value = serde_json::from_str(&line).ok()?;
        let payloads = answer["payloads"].as_array()?.iter().filter_map(|hex| crate::files::bytes(hex.as_str()?));
        Some(Answer { payloads: payloads.collect(), time: Duration::from_secs_f64(answer["ms"].as_f64()? / 1000.0) })
    }
}

impl Reader for Script {
    fn name(&self) -> &str {
        self.name
    }

    fn read(&mut self, picture: &Grey) -> Answer {
        self.ask(picture).unwrap_or_default()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
