//! `cccd-link` as an officer's computer has it: the real program, beside a desk whose pages say back what they are told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use cccd_link::code::{Code, Secret};
use cccd_link::desk::{Doorkeeper, listen};
use cccd_link::identity::{Fingerprint, Identity};
use cccd_link::protocol::{Answer, Request};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Pairs whoever has the secret.
struct Keeper {
    secret: Secret,
    paired: Mutex<Option<(Fingerprint, String)>>,
    changed: watch::Sender<u64>,
}

impl Doorkeeper for Keeper {
    fn is_paired(&self, computer: &Fingerprint) -> bool {
        self.paired.lock().unwrap().as_ref().is_some_and(|(paired, _)| paired == computer)
    }

    fn pair(&self, computer: &Fingerprint, request: &Request) -> Answer {
        if !request.secret.fits(&self.secret) {
            return Answer::No;
        }
        *self.paired.lock().unwrap() = Some((*computer, request.name.clone()));
        Answer::Yes
    }

    fn came(&self, _: &Fingerprint) {}

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

struct Desk {
    address: String,
    code: String,
    keeper: Arc<Keeper>,
    _runtime: Runtime,
}

fn desk() -> Desk {
    let runtime = Runtime::new().unwrap();
    let identity = Identity::make().unwrap();
    let secret = Secret::make().unwrap();
    let code = Code::new(&identity.fingerprint(), secret.clone()).to_string();
    let keeper = Arc::new(Keeper { secret, paired: Mutex::default(), changed: watch::Sender::new(0) });
    let address = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut connections = listen(listener, &identity, Arc::clone(&keeper) as Arc<dyn Doorkeeper>).unwrap();
        tokio::spawn(async move {
            while let Some((stream, _)) = connections.next().await {
                let (mut from, mut to) = tokio::io::split(stream);
                tokio::spawn(async move { tokio::io::copy(&mut from, &mut to).await });
            }
        });
        address
    });
    Desk { address, code, keeper, _runtime: runtime }
}

fn link(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cccd-link"));
    command.args(arguments).arg("--data").arg(data).env_remove("CCCD_LINK_LISTEN");
    command
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_computer_is_paired_with_a_typed_code_and_serves_the_desks_pages() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let mut pairing = link(folder.path(), &["pair", &desk.address, "--name", "Máy 2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    pairing.stdin.take().unwrap().write_all(format!("{}\n", desk.code.to_lowercase()).as_bytes()).unwrap();
    let paired = pairing.wait_with_output().unwrap();
    assert!(paired.status.success(), "{}", said(&paired));
    assert_eq!(desk.keeper.paired.lock().unwrap().as_ref().unwrap().1, "Máy 2");
    let status = link(folder.path(), &["status"]).output().unwrap();
    assert!(status.status.success() && said(&status).contains(&desk.address), "{}", said(&status));

    let mut running =
        Running(link(folder.path(), &["run", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let at = line.split_once("http://").unwrap().1.split_once('/').unwrap().0;
    let mut browser = TcpStream::connect(at).unwrap();
    browser.write_all("xin chào".as_bytes()).unwrap();
    browser.shutdown(Shutdown::Write).unwrap();
    let mut back = String::new();
    browser.read_to_string(&mut back).unwrap();
    assert_eq!(back, "xin chào");

    assert!(link(folder.path(), &["forget"]).status().unwrap().success());
    let status = link(folder.path(), &["status"]).output().unwrap();
    assert!(!status.status.success() && said(&status).contains("chưa ghép"), "{}", said(&status));
}

#[test]
fn what_goes_wrong_is_said_in_both_languages_and_nothing_is_kept() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let wrong_secret = format!("{}0000-0000", &desk.code[..20]);
    let of_another = format!("0000{}", &desk.code[4..]);
    for (code, words) in [
        ("1234", "24 chữ và số"),
        (&wrong_secret, "Mã không đúng hoặc đã dùng"),
        (&of_another, "không phải của bàn ở địa chỉ đó"),
    ] {
        let refused = link(folder.path(), &["pair", &desk.address, "--code", code]).output().unwrap();
        assert!(!refused.status.success() && said(&refused).contains(words), "{code}: {}", said(&refused));
        assert!(!folder.path().join("desk").exists());
    }
    let outside = link(folder.path(), &["run", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert!(!outside.status.success() && said(&outside).contains("--listen 0.0.0.0:0"), "{}", said(&outside));
}
