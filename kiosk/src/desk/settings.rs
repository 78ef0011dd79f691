//! The settings of the desk: options of the command, else environment variables, else one TOML file, else the defaults.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::exports::delivery::WebhookSettings;

/// Options of `cccd-kiosk desk`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A file of settings (TOML), with the names of these options
    #[arg(long, env = "CCCD_DESK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the page is served: an address of this machine alone [default: 127.0.0.1:8630]
    #[arg(long, env = "CCCD_DESK_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Where the office's name and settings are kept [default: the state folder of the user]
    #[arg(long, env = "CCCD_DESK_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The office's own forms, beside and before the embedded ones
    #[arg(long, env = "CCCD_DESK_FORMS", value_name = "DIR")]
    forms: Option<PathBuf>,
    /// The office's own services, beside and before the embedded ones
    #[arg(long, env = "CCCD_DESK_SERVICES", value_name = "FILE")]
    services: Option<PathBuf>,
    /// Whether sample cards can be put down for practice [default: true]
    #[arg(long, env = "CCCD_DESK_PRACTICE", value_name = "BOOL")]
    practice: Option<bool>,
    /// Whether officers must log in from the first start on; without it, as soon as there is an account [default: false]
    #[arg(long, env = "CCCD_DESK_ACCOUNTS", value_name = "BOOL")]
    accounts: Option<bool>,
    /// After how many minutes without a touch an officer is logged out [default: 15]
    #[arg(long, env = "CCCD_DESK_LOGIN_MINUTES", value_name = "MINUTES")]
    login_minutes: Option<u16>,
    /// The office's own notice to citizens, in the place of the embedded one (as seeds/notice.toml)
    #[arg(long, env = "CCCD_DESK_NOTICE", value_name = "FILE")]
    notice: Option<PathBuf>,
    /// The office's own list of what a card may be read for (as seeds/purposes.toml)
    #[arg(long, env = "CCCD_DESK_PURPOSES", value_name = "FILE")]
    purposes: Option<PathBuf>,
    /// Where the form is sent as signed JSON when the officer says so: https, or http on this machine
    #[arg(long, env = "CCCD_DESK_WEBHOOK", value_name = "URL")]
    webhook: Option<String>,
    /// A file with the secret that the receiver knows too (whsec_…)
    #[arg(long, env = "CCCD_DESK_WEBHOOK_SECRET", value_name = "FILE")]
    webhook_secret: Option<PathBuf>,
    /// The certificate (PEM) of the authority that the receiver's is from [default: the public ones]
    #[arg(long, env = "CCCD_DESK_WEBHOOK_AUTHORITY", value_name = "FILE")]
    webhook_authority: Option<PathBuf>,
    /// Whether citizens take numbers at /ticket, which the officer calls [default: false]
    #[arg(long, env = "CCCD_DESK_QUEUE", value_name = "BOOL")]
    queue: Option<bool>,
    /// The printer (of CUPS) that prints those numbers, on a roll of 80 mm
    #[arg(long, env = "CCCD_DESK_QUEUE_PRINTER", value_name = "NAME")]
    queue_printer: Option<String>,
    /// Where one officer's computer reaches this desk over the office network, once it is paired (TLS): this machine's address there, as 192.168.1.20:8631
    #[arg(long, env = "CCCD_DESK_LINK", value_name = "ADDRESS:PORT")]
    link: Option<SocketAddr>,
    /// A file with the token that a Prometheus on this machine shows to read figures at /metrics; without it nobody does
    #[arg(long, env = "CCCD_DESK_METRICS_TOKEN", value_name = "FILE")]
    metrics_token: Option<PathBuf>,
    /// Open the page in a browser
    #[arg(long, env = "CCCD_DESK_OPEN")]
    open: bool,
}

/// A file of settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    forms: Option<PathBuf>,
    services: Option<PathBuf>,
    practice: Option<bool>,
    accounts: Option<bool>,
    login_minutes: Option<u16>,
    notice: Option<PathBuf>,
    purposes: Option<PathBuf>,
    webhook: Option<String>,
    webhook_secret: Option<PathBuf>,
    webhook_authority: Option<PathBuf>,
    queue: Option<bool>,
    queue_printer: Option<String>,
    link: Option<SocketAddr>,
    metrics_token: Option<PathBuf>,
    open: bool,
}

/// The settings.
#[derive(Debug)]
pub struct Settings {
    /// Where the page is served; of the loopback interface.
    pub listen: SocketAddr,
    /// Where the little is kept that outlives a session.
    pub data: PathBuf,
    /// The office's own forms.
    pub forms: Option<PathBuf>,
    /// The office's own services.
    pub services: Option<PathBuf>,
    /// Whether sample cards can be put down.
    pub practice: bool,
    /// Whether login is demanded although there is no account.
    pub accounts: bool,
    /// How long an officer stays logged in without a touch.
    pub login_idle: Duration,
    /// The office's own notice.
    pub notice: Option<PathBuf>,
    /// The office's own purposes.
    pub purposes: Option<PathBuf>,
    /// Where forms are sent to as data.
    pub webhook: WebhookSettings,
    /// Whether citizens take numbers.
    pub queue: bool,
    /// What prints them.
    pub queue_printer: Option<String>,
    /// Where the officer's computer reaches the desk.
    pub link: Option<SocketAddr>,
    /// Where the token is that figures are scraped with.
    pub metrics_token: Option<PathBuf>,
    /// Whether the page is opened.
    pub open: bool,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{}: {why}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Where, and what is wrong.
        why: String,
    },
    /// The page would be served to others.
    #[error("--listen {0}: the desk is served on this machine alone; use an address as 127.0.0.1:8630")]
    NotLoopback(SocketAddr),
    /// There is nowhere to keep anything.
    #[error("no folder for the desk's data is known: give one with --data, or set HOME")]
    NoData,
}

impl Settings {
    /// The settings that these options, the environment and the file give.
    ///
    /// # Errors
    /// One of them is wrong.
    pub fn of(options: Options) -> Result<Self, SettingsError> {
        let file = options.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, 8630));
        let listen = options.listen.or(file.listen).unwrap_or(default);
        if !listen.ip().is_loopback() {
            return Err(SettingsError::NotLoopback(listen));
        }
        Ok(Self {
            listen,
            data: options.data.or(file.data).or_else(state_folder).ok_or(SettingsError::NoData)?,
            forms: options.forms.or(file.forms),
            services: options.services.or(file.services),
            practice: options.practice.or(file.practice).unwrap_or(true),
            accounts: options.accounts.or(file.accounts).unwrap_or(false),
            login_idle: Duration::from_secs(
                60 * u64::from(options.login_minutes.or(file.login_minutes).unwrap_or(15).max(1)),
            ),
            notice: options.notice.or(file.notice),
            purposes: options.purposes.or(file.purposes),
            webhook: WebhookSettings {
                address: options.webhook.or(file.webhook),
                secret: options.webhook_secret.or(file.webhook_secret),
                authority: options.webhook_authority.or(file.webhook_authority),
            },
            queue: options.queue.or(file.queue).unwrap_or(false),
            queue_printer: options.queue_printer.or(file.queue_printer),
            link: options.link.or(file.link),
            metrics_token: options.metrics_token.or(file.metrics_token),
            open: options.open || file.open,
        })
    }
}

fn read(path: &Path) -> Result<File, SettingsError> {
    let text =
        fs::read_to_string(path).map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|error| SettingsError::Malformed { path: path.to_owned(), why: error.to_string() })
}

/// Where the desk's data are by default.
pub fn data_folder() -> Option<PathBuf> {
    std::env::var_os("CCCD_DESK_DATA").map(PathBuf::from).or_else(state_folder)
}

/// Where a user's programs keep such things (XDG Base Directory Specification).
fn state_folder() -> Option<PathBuf> {
    let of = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of("XDG_STATE_HOME").or_else(|| Some(of("HOME")?.join(".local/state"))).map(|folder| folder.join("cccd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(config: Option<PathBuf>, listen: Option<&str>) -> Options {
        Options {
            config,
            listen: listen.map(|listen| listen.parse().unwrap()),
            data: Some("/tmp".into()),
            forms: None,
            services: None,
            practice: None,
            accounts: None,
            login_minutes: None,
            notice: None,
            purposes: None,
            webhook: None,
            webhook_secret: None,
            webhook_authority: None,
            queue: None,
            queue_printer: None,
            link: None,
            metrics_token: None,
            open: false,
        }
    }

    #[test]
    fn the_page_is_never_served_to_another_machine() {
        assert!(matches!(Settings::of(options(None, Some("0.0.0.0:8630"))), Err(SettingsError::NotLoopback(_))));
        assert!(Settings::of(options(None, Some("[::1]:0"))).is_ok());
    }

    #[test]
    fn an_option_outweighs_the_file_and_the_file_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.toml");
        fs::write(&path, "listen = \"127.0.0.1:9000\"\npractice = false\n").unwrap();
        let of_file = Settings::of(options(Some(path.clone()), None)).unwrap();
        assert_eq!((of_file.listen.port(), of_file.practice), (9000, false));
        let of_option = Settings::of(options(Some(path), Some("127.0.0.1:9001"))).unwrap();
        assert_eq!(of_option.listen.port(), 9001);
        assert_eq!(Settings::of(options(None, None)).unwrap().listen.port(), 8630);
    }

    #[test]
    fn a_setting_that_is_none_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.toml");
        fs::write(&path, "practice = true\nlisen = \"x\"\n").unwrap();
        let error = Settings::of(options(Some(path), None)).unwrap_err().to_string();
        assert!(error.contains("lisen") && error.contains("line 2"), "{error}");
    }
}
