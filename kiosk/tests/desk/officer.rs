//! What an officer does at the desk, in the words of its page: one place to change when the page changes.

use serde_json::json;

use crate::browser::Browser;
use crate::desk::Desk;

/// An officer at a desk nobody has used before.
pub struct Officer {
    pub desk: Desk,
    pub browser: Browser,
}

/// A sample card: what it is called in the list, what opens it, and whose it is.
pub struct Sample {
    pub title: &'static str,
    pub can: &'static str,
    pub name: &'static str,
}

pub const AN: Sample = Sample { title: "Nguyễn Thị An", can: "123456", name: "Nguyễn Thị An" };
pub const VIET: Sample = Sample { title: "Đặng Quốc Việt", can: "000567", name: "Đặng Quốc Việt" };
pub const JUN: Sample = Sample { title: "Zơ Râm Thị Jưn", can: "000890", name: "Zơ Râm Thị Jưn" };

/// The window of an office's old screen.
const WINDOW: (u32, u32) = (1366, 900);

impl Officer {
    /// Starts the desk and opens its page.
    #[track_caller]
    pub fn at_a_new_desk() -> Self {
        Self::at(Desk::start())
    }

    /// Opens the page of a desk.
    #[track_caller]
    pub fn at(desk: Desk) -> Self {
        let officer = Self { desk, browser: Browser::start(WINDOW) };
        officer.open();
        officer
    }

    /// Opens the page, and waits until it follows what happens.
    #[track_caller]
    pub fn open(&self) {
        self.browser.open(&self.desk.page("/"));
        self.browser.until_shown("#card", "Đặt thẻ căn cước lên đầu đọc");
    }

    /// Puts a sample card down.
    #[track_caller]
    pub fn put_down(&self, title: &str) {
        self.browser.press(".samples button strong", title);
        self.browser.until_shown("#card h2", "Thẻ đã nằm trên đầu đọc");
    }

    /// Types the six digits and has the card read.
    #[track_caller]
    pub fn open_with(&self, can: &str) {
        self.browser.type_anew("#key", can);
        self.browser.press("#open-card", "");
    }

    /// Puts a sample card down and has it read to the end.
    #[track_caller]
    pub fn read(&self, sample: &Sample) {
        self.put_down(sample.title);
        self.open_with(sample.can);
        self.browser.until_shown("#people .person h2", sample.name);
    }

    /// Looks for a service by some letters of its name, and chooses it.
    #[track_caller]
    pub fn choose(&self, letters: &str, service: &str) {
        self.browser.type_anew("#search", letters);
        // The list moves once more when what was looked for is found.
        self.browser.press("#services:not([aria-busy]) button.service", service);
        self.browser.until_shown("#work h2", service);
    }

    /// What the field of the form with this label holds.
    #[track_caller]
    pub fn field(&self, label: &str) -> String {
        let body = "const label = [...document.querySelectorAll('#work .field label')]\
                    .find((label) => label.innerText.includes(arguments[0])); \
                    return label ? { value: document.getElementById(label.htmlFor).value } : null";
        let value = self.browser.until(&format!("a field «{label}»"), body, &[json!(label)]);
        value["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Ends the session.
    #[track_caller]
    pub fn end_session(&self) {
        self.browser.press("#status button.end", "");
        self.browser.until_gone("#status button.end");
    }

    /// Fetches a file of the desk from within its page: what kind it is, how long, and how it begins.
    #[track_caller]
    pub fn fetch(&self, path: &str) -> (String, u64, String) {
        let body = "const done = arguments[1]; fetch(arguments[0]).then(async (answer) => { \
                    const bytes = new Uint8Array(await answer.arrayBuffer()); \
                    done([answer.headers.get('content-type'), bytes.length, \
                    String.fromCharCode(...bytes.slice(0, 8)), answer.status]); })";
        let answer = self.browser.script_async(body, &[json!(path)]);
        let text = |index: usize| answer[index].as_str().unwrap_or_default().to_owned();
        (text(0), answer[1].as_u64().unwrap_or_default(), text(2))
    }

    /// Leaves, after a look at what must hold for every visit.
    #[track_caller]
    pub fn leave(self) {
        self.browser.finish(self.desk.address);
    }

    /// The same, where pages of another program were visited too.
    #[track_caller]
    pub fn leave_with(self, other: std::net::SocketAddr) {
        self.browser.finish_with(&[self.desk.address, other]);
    }
}
