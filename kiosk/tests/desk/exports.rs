//! What leaves the desk: files, a print job for a real CUPS, a signed message for other software, and keys typed into another
//! program on a real (unseen) screen.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::browser::until;
use crate::cups::Cups;
use crate::desk::Desk;
use crate::officer::{AN, JUN, Officer, VIET};

const FIELD: &str = "#work .field input:not([type=hidden]):not([type=checkbox])";

#[test]
fn a_filled_form_leaves_as_files_that_say_where_each_value_came_from() {
    let officer = Officer::at_a_new_desk();
    officer.read(&VIET);
    officer.choose("ket hon", "Đăng ký kết hôn");
    officer.read(&JUN);
    officer.browser.until_shown("#people .person h2", VIET.name);
    officer.browser.press("#elsewhere summary", "");
    officer.browser.picture("exports");
    let json: Value = serde_json::from_slice(&officer.desk.get("/form.json").body).expect("JSON");
    assert_eq!((&json["format"], &json["practice"]), (&"cccd-desk-record/1".into(), &true.into()));
    assert_eq!(json["form"]["procedure_codes"][0], "1.000894");
    assert_eq!(json["service"]["number"], 11);
    let name = json["fields"].as_array().and_then(|fields| fields.iter().find(|field| field["key"] == "groom_name"));
    let name = name.expect("the groom's name");
    assert_eq!((&name["value"], &name["origin"]), (&VIET.name.into(), &"chip_verified".into()));
    let people = json["people"].as_array().expect("people");
    assert_eq!(people.len(), 2);
    assert!(people.iter().all(|person| person["verdict"] == "genuine" && person["way"] == 5), "{people:?}");
    let csv = officer.desk.get("/form.csv");
    let text = String::from_utf8(csv.body).expect("UTF-8");
    assert!(text.starts_with('\u{feff}') && text.contains(VIET.name) && text.contains(",genuine,"), "{text}");
    for (path, begins) in [("/form.docx", "PK"), ("/form.xlsx", "PK"), ("/form.pdf", "%PDF")] {
        let answer = officer.desk.get(path);
        assert_eq!((answer.status, answer.body.starts_with(begins.as_bytes())), (200, true), "{path}");
    }
    let places = |person: usize| people[person]["places"].to_string();
    assert_eq!(places(0), "[{\"subject\":\"groom\",\"row\":1}]");
    // Another session's form is not given.
    assert_eq!(officer.desk.get("/form.json?s=999").status, 404);
    officer.leave();
}

#[test]
fn nobody_without_an_id_number_leaves_as_data_and_the_paper_still_prints() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    browser.press("#by-hand summary", "");
    browser.type_anew("#by-hand [name=full_name]", "Trần Gia Hân");
    browser.press("#by-hand button", "");
    browser.until_shown("#people .person h2", "Trần Gia Hân");
    officer.choose("tam tru", "Đăng ký tạm trú");
    for path in ["/form.json", "/form.csv", "/form.xlsx"] {
        let answer = officer.desk.get(path);
        let page = String::from_utf8(answer.body).expect("UTF-8");
        assert_eq!(answer.status, 409, "{path}");
        assert!(page.contains("thiếu số định danh cá nhân"), "{page}");
    }
    assert_eq!(officer.desk.get("/form.pdf").status, 200);
    browser.type_anew(FIELD, "Công an xã Thử Nghiệm");
    officer.leave();
}

#[test]
fn guests_leave_as_the_list_that_the_portal_takes() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.choose("khach san", "Thông báo lưu trú");
    for guest in [&AN, &VIET, &JUN] {
        officer.read(guest);
    }
    // Each is in the list without a further press.
    let record: Value = serde_json::from_slice(&officer.desk.get("/form.json").body).expect("JSON");
    let guests: Vec<&Value> =
        record["people"].as_array().expect("people").iter().map(|guest| &guest["full_name"]).collect();
    assert_eq!(guests, [AN.name, VIET.name, JUN.name]);
    // What the portal refuses is told before it does.
    let refused = officer.desk.get("/form/list.xlsx");
    assert_eq!(refused.status, 409);
    assert!(String::from_utf8_lossy(&refused.body).contains("Ngày đi dự kiến"));
    for (field, text) in [("departure", "25/11/2026"), ("establishment", "Nhà nghỉ Thử"), ("stay_address", "Số 1")]
    {
        browser.type_anew(&format!("#f-{field}"), text);
    }
    let reason = "const select = document.getElementById('f-reason'); select.value = 'Thăm thân'; \
                  select.dispatchEvent(new Event('change', { bubbles: true })); return true";
    browser.script(reason, &[]);
    browser.until(
        "the list is ready",
        "const done = arguments[0]; return fetch('/form/list.xlsx').then((a) => a.ok)",
        &[],
    );
    browser.picture("lodging");
    assert!(officer.desk.get("/form/list.xlsx").body.starts_with(b"PK"));
    officer.leave();
}

#[test]
fn a_copied_field_is_in_the_clipboard_until_the_citizen_goes() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    browser.press("[data-copy=f-full_name]", "");
    browser.until_shown("[data-copy=f-full_name]", "✓");
    let paste = |into: &str| {
        browser.type_anew(into, " ");
        browser.type_into(into, "\u{E009}v\u{E000}");
        browser.script("return document.querySelector(arguments[0]).value", &[into.into()])
    };
    assert!(paste(FIELD).as_str().is_some_and(|text| text.contains(AN.name)));
    officer.end_session();
    browser.until_gone("#people .person");
    browser.until("nothing is copied", "return sessionStorage.getItem('copied') === null", &[]);
    assert_eq!(paste("#search"), " ");
    officer.leave();
}

#[test]
fn a_form_is_sent_signed_again_until_it_is_taken_and_never_twice() {
    const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    fs::write(&secret, format!("whsec_{}", Base64::encode_string(SECRET))).expect("written");
    let (address, requests) = receiver(&["503 Busy", "200 OK", "200 OK"]);
    let url = PathBuf::from(format!("http://{address}/records"));
    let desk = Desk::start_with(&[("CCCD_DESK_WEBHOOK", &url), ("CCCD_DESK_WEBHOOK_SECRET", &secret)]);
    let officer = Officer::at(desk);
    let browser = &officer.browser;
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    browser.press("#elsewhere summary", "");
    browser.press("#send", "");
    browser.until_shown("#work .delivery.good", "đã nhận");
    browser.press("#send", "");
    browser.until_shown("#notice", "không gửi hai lần");
    browser.picture("sent");
    let (first, second) = (requests.recv().expect("a request"), requests.recv().expect("another"));
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
    for request in [&first, &second] {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("any key");
        mac.update(format!("{}.{}.", request.header("webhook-id"), request.header("webhook-timestamp")).as_bytes());
        mac.update(&request.body);
        let expected = format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()));
        assert_eq!(request.header("webhook-signature"), expected);
    }
    let record: Value = serde_json::from_slice(&second.body).expect("JSON");
    assert_eq!(record["id"], second.header("webhook-id").as_str());
    assert_eq!(record["people"][0]["full_name"], AN.name);
    assert!(requests.try_recv().is_err(), "it was sent a third time");
    officer.leave();
}

#[test]
fn a_form_goes_to_the_printer_and_a_printer_that_is_off_is_named() {
    let service = Cups::start();
    let officer = Officer::at(Desk::start_with(&[("CUPS_SERVER", &service.socket())]));
    let browser = &officer.browser;
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    browser.until("a printer", "return document.querySelector('#printer option') !== null", &[]);
    browser.press("#elsewhere summary", "");
    browser.press("#print", "");
    browser.until_shown("#notice", "Đã in ra may-in-tang-1");
    assert!(service.printed().starts_with(b"%PDF"), "what came out is no PDF");
    service.say("cupsdisable", &["may-in-tang-1"]);
    browser.press("#print", "");
    browser.until_shown("#notice", "việc in đã được hủy");
    browser.picture("printer-off");
    assert_eq!(service.say("lpstat", &["-W", "not-completed", "-o"]), "");
    service.say("lpadmin", &["-x", "may-in-tang-1"]);
    browser.press("#print", "");
    browser.until_shown("#notice", "không nhận việc");
    officer.leave();
}

#[test]
fn a_form_is_typed_into_another_program_with_every_letter() {
    let screen = Screen::start();
    let typed = screen.folder.path().join("typed");
    let officer = Officer::at(Desk::start_with(&[("DISPLAY", Path::new(&screen.name))]));
    let browser = &officer.browser;
    officer.read(&JUN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    let terminal = screen.terminal(&typed);
    browser.press("#elsewhere summary", "");
    browser.press("#type", "");
    browser.until_shown("#notice", "bấm vào ô đầu tiên");
    // The officer goes to the other program.
    screen.do_with(&["search", "--sync", "--onlyvisible", "--class", "xterm", "windowfocus"]);
    browser.until_shown("#notice", "Đã gõ xong");
    screen.press(&["Return", "ctrl+d"]);
    drop(terminal);
    let text = fs::read_to_string(&typed).expect("what was typed");
    let fields: Vec<&str> = text.trim_end().split('\t').collect();
    // What is empty keeps its place: the addressee before the name, telephone and e-mail after the number.
    assert_eq!(fields.get(..6), Some(&["", JUN.name, "01/01/1999", "Nữ", "049199000890", ""][..]), "{text:?}");
    // Whoever goes to another window in the middle stops it.
    let again = screen.folder.path().join("again");
    let terminal = screen.terminal(&again);
    browser.press("#type", "");
    browser.until_shown("#notice", "bấm vào ô đầu tiên");
    screen.do_with(&["search", "--sync", "--onlyvisible", "--class", "xterm", "windowfocus"]);
    officer.end_session();
    browser.until_gone("#people .person");
    screen.press(&["Return", "ctrl+d"]);
    drop(terminal);
    let text = fs::read_to_string(&again).expect("what was typed");
    assert!(!text.contains("049199000890"), "it went on after the session: {text:?}");
    officer.leave();
}

/// A request that somebody sent.
struct Request {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or_else(|| panic!("no {name}"), |(_, value)| value.clone())
    }
}

/// Software of an office that answers so, one after the other, and what it is sent.
fn receiver(answers: &'static [&'static str]) -> (SocketAddr, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for (stream, answer) in listener.incoming().zip(answers) {
            let mut stream = stream.expect("a connection");
            sender.send(request(&mut stream)).expect("the test waits");
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("sent");
        }
    });
    (address, requests)
}

fn request(stream: &mut TcpStream) -> Request {
    let mut stream = BufReader::new(stream);
    let mut headers = Vec::new();
    for line in stream.by_ref().lines().map_while(Result::ok).skip(1).take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').expect("a header");
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { headers, body: Vec::new() };
    request.body.resize(request.header("content-length").parse().expect("a length"), 0);
    stream.read_exact(&mut request.body).expect("a body");
    request
}

/// An X11 screen that nobody sees.
struct Screen {
    server: Child,
    name: String,
    folder: tempfile::TempDir,
}

/// A terminal on it, which ends with this.
struct Terminal(Child);

impl Screen {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed: make test installs it");
        let mut number = String::new();
        let said = server.stdout.take().expect("it is piped");
        BufReader::new(said).read_line(&mut number).expect("the number of the screen");
        Self { server, name: format!(":{}", number.trim()), folder: tempfile::tempdir().expect("a folder") }
    }

    /// A program that takes what is typed: it writes it into a file.
    fn terminal(&self, into: &Path) -> Terminal {
        let ready = self.folder.path().join("ready");
        let script = format!("stty -echo; touch '{}'; cat > '{}'", ready.display(), into.display());
        let terminal = Command::new("xterm")
            .args(["-u8", "-e", "bash", "-c", &script])
            .env("DISPLAY", &self.name)
            .env("LC_ALL", "C.UTF-8")
            .stderr(Stdio::null())
            .spawn()
            .expect("xterm is installed: make test installs it");
        until("the other program", || ready.exists());
        Terminal(terminal)
    }

    fn press(&self, keys: &[&str]) {
        self.do_with(&[&["key"], keys].concat());
    }

    fn do_with(&self, words: &[&str]) {
        let done = Command::new("xdotool").args(words).env("DISPLAY", &self.name).status();
        assert!(done.expect("xdotool is installed: make test installs it").success(), "{words:?}");
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It ends by itself when what it runs has read the end.
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
