//! What is recorded: each act with what belongs to it, and never a value of a citizen.

use cccd::messages::Words;
use cccd_records::log;
use serde_json::{Map, Value, json};

use crate::desk::bridge::acts::BridgeAct;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The desk's program began.
    Started,
    /// It ended in order.
    Stopped,
    /// A session began.
    SessionBegun,
    /// A session ended.
    SessionEnded {
        /// By what.
        by: EndedBy,
        /// Whether anybody in it was of practice, and nobody else.
        practice: bool,
    },
    /// A card is about to be read.
    ReadBegun {
        /// What for.
        purpose: Purpose,
        /// A sample card.
        practice: bool,
    },
    /// Somebody's data came to the desk.
    Read {
        /// Which of the seven ways (Decree 104/2022/NĐ-CP, art. 14, as the guidance counts them).
        way: u8,
        /// What the checks said, where a chip was read.
        verdict: Option<&'static str>,
        /// What for.
        purpose: Purpose,
        /// Who, by pseudonym.
        people: Vec<String>,
        /// A sample card.
        practice: bool,
    },
    /// A card could not be read.
    ReadFailed {
        /// The stable code of the error.
        code: &'static str,
        /// Who was shown before it ended, by pseudonym.
        people: Vec<String>,
        /// A sample card.
        practice: bool,
    },
    /// A service was chosen, and its form opened where there is one: the purpose of what was read before, from now on.
    FormOpened {
        /// Its number.
        service: u16,
        /// The form pack.
        form: Option<String>,
        /// Who was in the session, by pseudonym.
        people: Vec<String>,
        /// All of practice.
        practice: bool,
    },
    /// Data left the desk.
    Export {
        /// How.
        kind: ExportKind,
        /// The form pack.
        form: Option<String>,
        /// The service, by its number.
        service: Option<u16>,
        /// Whose data, by pseudonym.
        people: Vec<String>,
        /// Somebody of practice is among them: it is marked as worth nothing.
        practice: bool,
    },
    /// The office or another setting was changed.
    SettingsChanged {
        /// Which.
        what: &'static str,
    },
    /// An officer logged in.
    Login {
        /// With a recovery code instead of the second factor.
        by_recovery_code: bool,
        /// From the officer's computer elsewhere in the office.
        over_link: bool,
    },
    /// Somebody tried to log in, and could not.
    LoginFailed {
        /// The name that was typed, where it is an account's.
        account: Option<String>,
        /// Why: `wrong`, `locked`.
        why: &'static str,
    },
    /// An officer logged out.
    Logout {
        /// By what.
        by: EndedBy,
    },
    /// An account was made or changed.
    Account {
        /// What was done to it.
        change: AccountChange,
        /// Whose.
        account: String,
        /// Its roles now.
        roles: Vec<&'static str>,
    },
    /// Something about the officer's computer elsewhere in the office.
    Link {
        /// What.
        change: LinkChange,
        /// What the computer calls itself.
        computer: Option<String>,
    },
    /// Somebody looked at the log.
    LogSearched {
        /// By what: names of filters, never a number.
        by: Vec<&'static str>,
        /// About whom, by pseudonym.
        people: Vec<String>,
    },
    /// A part of the log was exported.
    LogExported {
        /// `jsonl`, `csv`.
        format: &'static str,
        /// The first and the last record.
        span: Option<(u64, u64)>,
    },
    /// The log was verified.
    LogVerified {
        /// `whole`, or the code of what is wrong.
        result: &'static str,
        /// How many records were looked at.
        records: u64,
    },
    /// A citizen asked for what is stored of them, and got it.
    CitizenExport {
        /// Who, by pseudonym.
        people: Vec<String>,
        /// `pdf`, `json`.
        format: &'static str,
    },
    /// A citizen asked to be forgotten: the pseudonym is nobody's any more.
    CitizenForgotten {
        /// The pseudonym that was theirs.
        people: Vec<String>,
    },
    /// People who were not here for long were forgotten, as the notice promises.
    LinksExpired {
        /// How many.
        count: usize,
    },
    /// Something of other software that is connected.
    Bridge(BridgeAct),
    /// A complaint was received.
    Complaint {
        /// The number the office gave it.
        number: String,
        /// The day it is of.
        day: String,
    },
}

/// What a read is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purpose {
    /// The service, by its number: a service is a purpose.
    pub service: Option<u16>,
    /// The purpose that stood by the number pad, by its id.
    pub purpose: Option<String>,
    /// The version of the notice that was shown.
    pub notice: Option<String>,
}

/// By what something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The officer.
    Officer,
    /// Nobody was there for long.
    Idle,
    /// The officer logged out.
    Logout,
    /// Another officer logged in.
    AnotherLogin,
    /// The account was changed or taken away.
    AccountChanged,
    /// The software for which it began is connected no more.
    Disconnected,
}

/// How data left the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// The filled form as a PDF, to be printed or kept.
    Pdf,
    /// Sent to a printer by the desk.
    Print,
    /// The filled form as a document of a word processor.
    Docx,
    /// The data as JSON.
    Json,
    /// The data as CSV.
    Csv,
    /// The data as a spreadsheet.
    Xlsx,
    /// Fields copied.
    Copied,
    /// Typed into another program.
    TypedOut,
    /// Sent to another system.
    Webhook,
    /// The record of how somebody was read.
    ReadRecord,
    /// A list of several people.
    Batch,
}

/// What was done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// It was made.
    Made,
    /// Its roles were changed.
    Roles,
    /// Its password was changed by its owner.
    Password,
    /// Its second factor was set up by its owner.
    SecondFactor,
    /// Password and second factor were taken back by an administrator.
    Reset,
    /// The same, at the machine, by who has its files.
    ResetAtTheMachine,
    /// It was taken away.
    Removed,
}

/// What happened to the link to the officer's computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkChange {
    /// A code to pair with was shown.
    CodeShown,
    /// A computer was paired, and another one is not any more.
    Paired,
    /// A computer had a wrong code.
    Refused,
    /// The computer was taken away.
    Removed,
}

impl Act {
    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::SessionBegun => "session_begun",
            Self::SessionEnded { .. } => "session_ended",
            Self::ReadBegun { .. } => "read_begun",
            Self::Read { .. } => "read",
            Self::ReadFailed { .. } => "read_failed",
            Self::FormOpened { .. } => "form_opened",
            Self::Export { .. } => "export",
            Self::SettingsChanged { .. } => "settings_changed",
            Self::Login { .. } => "login",
            Self::LoginFailed { .. } => "login_failed",
            Self::Logout { .. } => "logout",
            Self::Account { .. } => "account",
            Self::Link { .. } => "link",
            Self::LogSearched { .. } => "log_searched",
            Self::LogExported { .. } => "log_exported",
            Self::LogVerified { .. } => "log_verified",
            Self::CitizenExport { .. } => "citizen_export",
            Self::CitizenForgotten { .. } => "citizen_forgotten",
            Self::LinksExpired { .. } => "links_expired",
            Self::Bridge(act) => act.name(),
            Self::Complaint { .. } => "complaint",
        }
    }

    /// Whether it concerns sample cards alone.
    pub fn is_practice(&self) -> bool {
        match self {
            Self::SessionEnded { practice, .. }
            | Self::ReadBegun { practice, .. }
            | Self::Read { practice, .. }
            | Self::ReadFailed { practice, .. }
            | Self::FormOpened { practice, .. }
            | Self::Export { practice, .. } => *practice,
            Self::Bridge(act) => act.is_practice(),
            _ => false,
        }
    }

    /// What is recorded of it, and by whom. `officer` is null where there is no account.
    pub fn body(&self, officer: Option<&str>) -> Value {
        let mut body = Map::new();
        body.insert("officer".into(), json!(officer));
        let mut add = |name: &str, value: Value| {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value == Value::Bool(false);
            if !empty {
                body.insert(name.into(), value);
            }
        };
        match self {
            Self::Started | Self::Stopped => add("version", json!(env!("CARGO_PKG_VERSION"))),
            Self::SessionBegun => {}
            Self::SessionEnded { by, .. } | Self::Logout { by } => add("by", json!(by.code())),
            Self::ReadBegun { purpose, .. } => purpose.add_to(&mut add),
            Self::Read { way, verdict, purpose, people, .. } => {
                add("way", json!(way));
                add("verdict", json!(verdict));
                purpose.add_to(&mut add);
                add("people", json!(people));
            }
            Self::ReadFailed { code, people, .. } => {
                add("code", json!(code));
                add("people", json!(people));
            }
            Self::FormOpened { service, form, people, .. } => {
                add("service", json!(service));
                add("form", json!(form));
                add("people", json!(people));
            }
            Self::Export { kind, form, service, people, .. } => {
                add("kind", json!(kind.code()));
                add("service", json!(service));
                add("form", json!(form));
                add("people", json!(people));
            }
            Self::SettingsChanged { what } => add("what", json!(what)),
            Self::Login { by_recovery_code, over_link } => {
                add("by_recovery_code", json!(by_recovery_code));
                add("over_link", json!(over_link));
            }
            Self::LoginFailed { account, why } => {
                add("account", json!(account));
                add("why", json!(why));
            }
            Self::Account { change, account, roles } => {
                add("change", json!(change.code()));
                add("account", json!(account));
                add("roles", json!(roles));
            }
            Self::Link { change, computer } => {
                add("change", json!(change.code()));
                add("computer", json!(computer));
            }
            Self::LogSearched { by, people } => {
                add("by", json!(by));
                add("people", json!(people));
            }
            Self::LogExported { format, span } => {
                add("format", json!(format));
                add("span", json!(span));
            }
            Self::LogVerified { result, records } => {
                add("result", json!(result));
                add("records", json!(records));
            }
            Self::CitizenExport { people, format } => {
                add("format", json!(format));
                add("people", json!(people));
            }
            Self::CitizenForgotten { people } => add("people", json!(people)),
            Self::LinksExpired { count } => add("count", json!(count)),
            Self::Bridge(act) => act.add_to(&mut add),
            Self::Complaint { number, day } => {
                add("number", json!(number));
                add("day", json!(day));
            }
        }
        add("practice", json!(self.is_practice()));
        Value::Object(body)
    }
}

impl Purpose {
    fn add_to(&self, add: &mut impl FnMut(&str, Value)) {
        add("service", json!(self.service));
        add("purpose", json!(self.purpose));
        add("notice", json!(self.notice));
    }
}

impl EndedBy {
    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Idle => "idle",
            Self::Logout => "logout",
            Self::AnotherLogin => "another_login",
            Self::AccountChanged => "account_changed",
            Self::Disconnected => "disconnected",
        }
    }
}

impl ExportKind {
    /// Whether what leaves is a paper, or a file to print.
    pub const fn is_paper(self) -> bool {
        matches!(self, Self::Pdf | Self::Print | Self::Docx | Self::ReadRecord)
    }

    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Print => "print",
            Self::Docx => "docx",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Copied => "copied",
            Self::TypedOut => "typed_out",
            Self::Webhook => "webhook",
            Self::ReadRecord => "read_record",
            Self::Batch => "batch",
        }
    }
}

impl AccountChange {
    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Roles => "roles",
            Self::Password => "password",
            Self::SecondFactor => "second_factor",
            Self::Reset => "reset",
            Self::ResetAtTheMachine => "reset_at_the_machine",
            Self::Removed => "removed",
        }
    }
}

impl LinkChange {
    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CodeShown => "code_shown",
            Self::Paired => "paired",
            Self::Refused => "refused",
            Self::Removed => "removed",
        }
    }
}

/// Every act by its stable name, and what it is called.
const NAMES: &[(&str, &str, &str)] = &[
    ("read", "Đọc thông tin công dân", "Citizen read"),
    ("export", "In, xuất dữ liệu", "Data out of the desk"),
    ("form_opened", "Chọn dịch vụ, mở tờ khai", "Service chosen, form opened"),
    ("read_begun", "Bắt đầu đọc thẻ", "Reading begun"),
    ("read_failed", "Đọc thẻ không được", "Reading failed"),
    ("session_begun", "Bắt đầu phiên", "Session begun"),
    ("session_ended", "Kết thúc phiên", "Session ended"),
    ("login", "Đăng nhập", "Login"),
    ("login_failed", "Đăng nhập không được", "Failed login"),
    ("logout", "Đăng xuất", "Logout"),
    ("account", "Tài khoản cán bộ", "Officer's account"),
    ("link", "Máy của cán bộ", "Officer's computer"),
    ("settings_changed", "Đổi cài đặt", "Settings changed"),
    ("log_searched", "Xem nhật ký", "Log looked at"),
    ("log_exported", "Xuất nhật ký", "Log exported"),
    ("log_verified", "Kiểm tra nhật ký", "Log verified"),
    ("citizen_export", "Cung cấp dữ liệu cho công dân", "Citizen got their data"),
    ("citizen_forgotten", "Xóa dữ liệu theo yêu cầu công dân", "Citizen forgotten"),
    ("links_expired", "Xóa liên kết hết hạn lưu", "Old links deleted"),
    ("complaint", "Tiếp nhận khiếu nại, phản ánh", "Complaint received"),
    ("started", "Chương trình khởi động", "Program started"),
    ("stopped", "Chương trình dừng", "Program stopped"),
    (log::FOUND_BEHIND, "Nhật ký không khớp đầu đã ghi", "Log behind its noted head"),
];

/// Every act that there is, with those of the bridge.
pub fn all_names() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    NAMES.iter().chain(&BridgeAct::NAMES)
}

/// What an act is called, by its stable name.
pub fn words(name: &str) -> Words {
    let found = all_names().find(|(other, ..)| *other == name);
    found.map_or_else(|| Words::new(name, name), |(_, vi, en)| Words::new(*vi, *en))
}
