//! A real Chromium without a window, driven through WebDriver (W3C) by `chromedriver`. Each test has one of its own, with
//! a new, empty profile.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http;

/// How long something may take to come about before the test gives up. No test waits for this where all is well.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether it has.
const PAUSE: Duration = Duration::from_millis(40);

/// Keys as WebDriver names them (17.4.2 of the recommendation).
pub mod key {
    pub const TAB: &str = "\u{E004}";
    pub const ENTER: &str = "\u{E007}";
    pub const SPACE: &str = "\u{E00D}";
}

/// A browser.
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    /// What it asked the network for, and what its console said, as far as that was taken out of the driver.
    requests: RefCell<Vec<String>>,
    _profile: TempDir,
    _turn: Turn,
}

impl Browser {
    /// Starts one, with a window of this size.
    #[track_caller]
    pub fn start((width, height): (u32, u32)) -> Self {
        let turn = Turn::wait();
        let profile = tempfile::tempdir().expect("a folder");
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: make test installs it");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&mut driver)));
        let mut browser = Self {
            driver,
            address,
            session: String::new(),
            requests: RefCell::default(),
            _profile: profile,
            _turn: turn,
        };
        let mut arguments: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", browser._profile.path().display()));
        arguments.push(format!("--window-size={width},{height}"));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments, "binary": "/usr/bin/chromium" },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let session = browser.command("POST", "/session", &wanted).expect("a session");
        browser.session = session["sessionId"].as_str().expect("an identifier").to_owned();
        browser
    }

    /// Opens a page.
    #[track_caller]
    pub fn open(&self, address: &str) {
        self.expect("POST", "/url", &json!({ "url": address }));
    }

    #[track_caller]
    pub fn reload(&self) {
        self.expect("POST", "/refresh", &json!({}));
    }

    /// Opens a second tab and goes there; the handle of the one before.
    #[track_caller]
    pub fn new_tab(&self) -> String {
        let before = self.tab();
        let tab = self.expect("POST", "/window/new", &json!({ "type": "tab" }));
        self.go_to_tab(tab["handle"].as_str().expect("a handle"));
        before
    }

    /// The handle of the tab that is looked at.
    #[track_caller]
    pub fn tab(&self) -> String {
        self.expect("GET", "/window", &Value::Null).as_str().expect("a handle").to_owned()
    }

    #[track_caller]
    pub fn go_to_tab(&self, handle: &str) {
        self.expect("POST", "/window", &json!({ "handle": handle }));
    }

    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        self.expect("POST", "/window/rect", &json!({ "width": width, "height": height }));
    }

    /// Runs a function body in the page and takes what it returns. Scripts of the driver are not under the page's policy.
    #[track_caller]
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.expect("POST", "/execute/sync", &json!({ "script": body, "args": arguments }))
    }

    /// The same for a body that ends by calling its last argument.
    #[track_caller]
    pub fn script_async(&self, body: &str, arguments: &[Value]) -> Value {
        self.expect("POST", "/execute/async", &json!({ "script": body, "args": arguments }))
    }

    /// Waits until a function body returns something that is true.
    #[track_caller]
    pub fn until(&self, what: &str, body: &str, arguments: &[Value]) -> Value {
        let began = Instant::now();
        loop {
            // A page that is just being left has no answer.
            let answer = self.in_session("POST", "/execute/sync", &json!({ "script": body, "args": arguments }));
            match answer {
                Ok(Value::Null | Value::Bool(false)) | Err(_) => {}
                Ok(answer) => return answer,
            }
            if began.elapsed() > PATIENCE {
                let shown = self.picture("given-up");
                panic!("{what}: it never came about; the page was:\n{}\n{}", self.page_text(), shown.display());
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until some element of this selector shows this text.
    #[track_caller]
    pub fn until_shown(&self, selector: &str, text: &str) {
        let body = "return [...document.querySelectorAll(arguments[0])].some((element) => \
                    element.checkVisibility() && element.innerText.includes(arguments[1]))";
        self.until(&format!("«{text}» in {selector}"), body, &[json!(selector), json!(text)]);
    }

    /// Waits until no element of this selector is there any more.
    #[track_caller]
    pub fn until_gone(&self, selector: &str) {
        self.until(&format!("no {selector}"), "return !document.querySelector(arguments[0])", &[json!(selector)]);
    }

    /// Presses the first visible element of this selector that shows this text, as a finger would.
    #[track_caller]
    pub fn press(&self, selector: &str, text: &str) {
        self.act(&format!("press «{text}» of {selector}"), selector, text, |element| {
            self.in_session("POST", &format!("/element/{element}/click"), &json!({}))
        });
    }

    /// Types into the first visible element of this selector.
    #[track_caller]
    pub fn type_into(&self, selector: &str, text: &str) {
        self.act(&format!("type into {selector}"), selector, "", |element| {
            self.in_session("POST", &format!("/element/{element}/value"), &json!({ "text": text }))
        });
    }

    /// Empties a field and types into it.
    #[track_caller]
    pub fn type_anew(&self, selector: &str, text: &str) {
        self.act(&format!("empty {selector}"), selector, "", |element| {
            self.in_session("POST", &format!("/element/{element}/clear"), &json!({}))
        });
        self.type_into(selector, text);
    }

    /// Presses keys one after the other, wherever the focus is.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| [("keyDown", key), ("keyUp", key)])
            .map(|(kind, key)| json!({ "type": kind, "value": key.to_string() }))
            .collect();
        self.expect("POST", "/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }));
    }

    /// What the visible page says.
    #[track_caller]
    pub fn page_text(&self) -> String {
        self.script("return document.body.innerText", &[]).as_str().unwrap_or_default().to_owned()
    }

    /// What the page is, as it stands in the browser now.
    #[track_caller]
    pub fn page_source(&self) -> String {
        self.script("return document.documentElement.outerHTML", &[]).as_str().unwrap_or_default().to_owned()
    }

    /// Takes a picture of the whole page, under this name, for people to look at: into the folder that
    /// `DESK_PICTURES` names, else into the build folder.
    #[track_caller]
    pub fn picture(&self, name: &str) -> PathBuf {
        let folder = std::env::var_os("DESK_PICTURES")
            .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("desk-pictures"), PathBuf::from);
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.png"));
        let whole = json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true } });
        let picture = self.expect("POST", "/goog/cdp/execute", &whole);
        let bytes = Base64::decode_vec(picture["data"].as_str().unwrap_or_default()).expect("base64");
        std::fs::write(&path, bytes).expect("a picture");
        path
    }

    /// Everything it asked the network for so far.
    #[track_caller]
    pub fn requests(&self) -> Vec<String> {
        let entries = self.expect("POST", "/se/log", &json!({ "type": "performance" }));
        let mut requests = self.requests.borrow_mut();
        for entry in entries.as_array().into_iter().flatten() {
            let message: Value =
                serde_json::from_str(entry["message"].as_str().unwrap_or_default()).unwrap_or_default();
            if message["message"]["method"] == "Network.requestWillBeSent" {
                requests.extend(message["message"]["params"]["request"]["url"].as_str().map(str::to_owned));
            }
        }
        requests.clone()
    }

    /// Ends, after a look at what must hold for every visit: the console said nothing, so no policy was violated, and
    /// nothing was asked of any other machine or program.
    #[track_caller]
    pub fn finish(self, desk: SocketAddr) {
        self.finish_with(&[desk]);
    }

    /// The same, where pages of several programs were visited.
    #[track_caller]
    pub fn finish_with(self, programs: &[SocketAddr]) {
        let is_own = |request: &str| programs.iter().any(|program| request.starts_with(&format!("http://{program}/")));
        for request in self.requests() {
            let stays = is_own(&request) || request.starts_with("data:") || request.starts_with("chrome:");
            assert!(stays, "asked of another: {request}");
        }
        let console = self.expect("POST", "/se/log", &json!({ "type": "browser" }));
        // What the browser says of its own pages is its own affair.
        let of_desk = |entry: &&Value| !entry["message"].as_str().unwrap_or_default().starts_with("chrome://");
        let said: Vec<_> = console.as_array().into_iter().flatten().filter(of_desk).collect();
        assert!(said.is_empty(), "the console is not silent: {said:#?}");
    }

    /// Does something to the first visible element that fits, once there is one, and unfolds what hides it. The page may
    /// draw it anew meanwhile: then it is looked for again.
    #[track_caller]
    fn act(&self, what: &str, selector: &str, text: &str, act: impl Fn(&str) -> Result<Value, Value>) {
        let find = "const fitting = [...document.querySelectorAll(arguments[0])]\
                    .filter((element) => element.textContent.includes(arguments[1])); \
                    const visible = fitting.find((element) => element.checkVisibility()); \
                    if (visible) return [visible, true]; \
                    const folded = fitting.flatMap((element) => { const around = []; \
                    for (let place = element.parentElement; place; place = place.parentElement) \
                    if (place.matches('details:not([open])')) around.unshift(place); return around.slice(0, 1); })[0]; \
                    return folded ? [folded.querySelector('summary'), false] : null";
        let began = Instant::now();
        let mut last = Value::Null;
        while began.elapsed() < PATIENCE {
            let found = self.in_session("POST", "/execute/sync", &json!({ "script": find, "args": [selector, text] }));
            let found = found.unwrap_or_default();
            if let Some(element) = found[0][ELEMENT].as_str() {
                let visible = found[1] == true;
                let click = |element: &str| self.in_session("POST", &format!("/element/{element}/click"), &json!({}));
                match if visible { act(element) } else { click(element) } {
                    Ok(_) if visible => return,
                    Ok(_) => {}
                    Err(error) => last = error,
                }
            }
            std::thread::sleep(PAUSE);
        }
        let shown = self.picture("given-up");
        panic!("{what}: not possible: {last}; the page was:\n{}\n{}", self.page_text(), shown.display());
    }

    #[track_caller]
    fn expect(&self, method: &str, path: &str, body: &Value) -> Value {
        self.in_session(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn in_session(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        self.command(method, &format!("/session/{}{path}", self.session), body)
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [("Content-Type", "application/json; charset=utf-8")];
        let answer = http::try_ask(self.address, method, path, &headers, body.as_bytes())
            .map_err(|error| json!(error.to_string()))?;
        let value: Value = serde_json::from_slice(&answer.body).map_err(|error| json!(error.to_string()))?;
        if answer.status == 200 { Ok(value["value"].clone()) } else { Err(value["value"]["message"].clone()) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session, the driver by itself alone does not end it.
        let _ = self.in_session("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The name under which WebDriver gives elements (12.1 of the recommendation).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// No window, no sandbox of its own (tests run as root in a container), and nothing in the background.
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--incognito",
    "--lang=vi",
    "--force-device-scale-factor=1",
];

/// The port that the driver took.
#[track_caller]
fn port_of(driver: &mut Child) -> u16 {
    let output = BufReader::new(driver.stdout.take().expect("it is piped"));
    let mut lines = output.lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("successfully on port")).expect("chromedriver says its port");
    // What else it says must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let digits = line.rsplit("on port").next().unwrap_or_default();
    digits.trim().trim_end_matches('.').parse().expect("a port")
}

/// At most so many browsers at once, however many processors there are: each takes a quarter of a gigabyte.
const MOST_AT_ONCE: usize = 4;
static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// The turn of one of them.
struct Turn;

impl Turn {
    fn wait() -> Self {
        let running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut running = ENDED.wait_while(running, |running| *running >= MOST_AT_ONCE).expect("nobody panics inside");
        *running += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner) -= 1;
        ENDED.notify_one();
    }
}

/// Waits for something that is no matter of a page.
#[track_caller]
pub fn until(what: &str, mut is_there: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_there() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}: it never came about");
        std::thread::sleep(PAUSE);
    }
}
