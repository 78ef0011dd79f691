//! The desk as an officer starts it: the real program, on a free port of the loopback, with an empty folder for what it
//! keeps.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::http::{self, Answer};

/// A desk that runs.
pub struct Desk {
    program: Child,
    /// Where its pages are.
    pub address: SocketAddr,
    folder: TempDir,
}

impl Desk {
    /// Starts one.
    #[track_caller]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these variables of the environment.
    #[track_caller]
    pub fn start_with(variables: &[(&str, &Path)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = Command::new(env!("CARGO_BIN_EXE_cccd-kiosk"))
            .args(["desk", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .env("HOME", folder.path())
            .envs(variables.iter().copied())
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_CACHE_HOME")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is there");
        let output = BufReader::new(program.stdout.take().expect("it is piped"));
        let mut lines = output.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.split('/').next()?.parse().ok()
        });
        std::thread::spawn(move || lines.for_each(drop));
        Self { program, address: address.expect("the desk says where its page is"), folder }
    }

    /// The address of a page.
    pub fn page(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it answers to a request that no page made.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        http::ask(self.address, "GET", path, &[], &[])
    }

    /// Where it keeps what outlives a session.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it, as a crash would.
    pub fn stop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
    }
}
