//! A print service of the test's own, with one printer of the network.

use std::fs::{self, Permissions};
use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::browser::until;

/// A print service of this test's own, with one printer on the network (JetDirect, port 9100 of the world's printers).
pub struct Cups {
    service: Child,
    folder: tempfile::TempDir,
    paper: Receiver<Vec<u8>>,
}

impl Cups {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        // The service may give up its rights: what it writes to must be open to it.
        fs::set_permissions(at, Permissions::from_mode(0o777)).expect("a folder of ours");
        let places = ["ServerRoot", "RequestRoot", "CacheDir", "StateDir", "TempDir"].map(|place| {
            let folder = at.join(place);
            fs::create_dir(&folder).expect("a folder");
            format!("{place} {}\n", folder.display())
        });
        let logs = ["AccessLog", "ErrorLog", "PageLog"].map(|log| format!("{log} {}\n", at.join(log).display()));
        let files = [places.concat(), logs.concat(), "SystemGroup root\n".to_owned()].concat();
        fs::write(at.join("cups-files.conf"), files).expect("written");
        let open = "Browsing Off\nDefaultAuthType None\nWebInterface No\nPreserveJobFiles No\n<Location />\nAllow all\n</Location>\n\
                    <Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n";
        let socket = at.join("cups.sock");
        fs::write(at.join("cupsd.conf"), format!("Listen {}\n{open}", socket.display())).expect("written");
        let program = ["/usr/sbin/cupsd", "cupsd"].into_iter().find(|program| Path::new(program).exists());
        let service = Command::new(program.unwrap_or("cupsd"))
            .arg("-f")
            .args(["-c".as_ref(), at.join("cupsd.conf").as_os_str()])
            .args(["-s".as_ref(), at.join("cups-files.conf").as_os_str()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("cupsd is installed: make test installs it");
        let (printer, paper) = printer();
        let cups = Self { service, folder, paper };
        until("the print service", || socket.exists());
        let device = format!("socket://{printer}");
        cups.say("lpadmin", &["-p", "may-in-tang-1", "-E", "-v", &device, "-m", "raw"]);
        cups
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("cups.sock")
    }

    /// What came out of the printer.
    pub fn printed(&self) -> Vec<u8> {
        self.paper.recv_timeout(Duration::from_secs(30)).expect("paper")
    }

    pub fn say(&self, program: &str, options: &[&str]) -> String {
        let output = Command::new(program).args(options).env("CUPS_SERVER", self.socket()).output().expect("a command");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// A printer: where it is, and what comes out of it.
fn printer() -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, paper) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut page = Vec::new();
            stream.expect("a connection").read_to_end(&mut page).expect("a page");
            // The service may only have looked whether somebody is there.
            if !page.is_empty() && sender.send(page).is_err() {
                return;
            }
        }
    });
    (address, paper)
}

impl Drop for Cups {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}
