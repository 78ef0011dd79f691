//! The record of a form, sent to the office's other software: an HTTP POST signed as Standard Webhooks 1.0 has it
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature`), again and again until it is taken, refused, or the session ends.
//! Nothing of it is kept on the disk: what was not taken by then is not sent.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use cccd::messages::Words;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use crate::desk::state::Desk;

/// How long is waited before each attempt after the first, in seconds; the last of them again and again.
const PAUSES: [u64; 7] = [1, 3, 5, 10, 20, 30, 60];
/// The longest that one attempt may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a secret begins with (Standard Webhooks 1.0).
const SECRET_PREFIX: &str = "whsec_";

/// Where records are sent to.
pub struct Webhook {
    address: String,
    secret: Zeroizing<Vec<u8>>,
    agent: Agent,
}

/// Where records are sent to, as settings say it.
#[derive(Clone, Debug, Default)]
pub struct WebhookSettings {
    /// An `https` address, or `http` on this machine.
    pub address: Option<String>,
    /// A file with the secret that both sides know.
    pub secret: Option<PathBuf>,
    /// A file with the certificate of the authority that the other side's is from, where it is the office's own.
    pub authority: Option<PathBuf>,
}

/// What is wrong with them.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address is none, or would send in the clear.
    #[error("--webhook {0}: use an https address; http only on this machine (127.0.0.1)")]
    Address(String),
    /// There is no secret.
    #[error("--webhook needs --webhook-secret FILE: without it nobody could tell our records from another's")]
    NoSecret,
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The secret is none.
    #[error("{}: write whsec_ and then 24 to 64 random bytes in base64, as `echo whsec_$(openssl rand -base64 32)` does", .0.display())]
    Secret(PathBuf),
    /// The certificate is none.
    #[error("{}: no certificate in PEM", .0.display())]
    Authority(PathBuf),
}

/// One record on its way.
pub struct Delivery {
    /// The form pack that it is of.
    pub pack: String,
    /// What is sent, without what changes each time: the same is not sent twice.
    pub content: [u8; 32],
    /// The number of the record. One that is sent again keeps it, so that who has it already knows.
    pub id: String,
    /// How far it is.
    pub state: DeliveryState,
}

/// How far a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is being sent.
    Sending,
    /// It was not taken, and is sent again.
    Waiting {
        /// Why not, for the administrator.
        why: String,
    },
    /// The other side has it.
    Delivered,
    /// The other side does not want it; it is not sent again.
    Refused {
        /// The status of its answer.
        status: u16,
    },
    /// It could not be recorded, so it was not sent.
    NotRecorded,
}

impl DeliveryState {
    /// For the officer: the sign, the class and the words.
    pub fn shown(&self) -> (&'static str, &'static str, Words) {
        match self {
            Self::Sending => {
                ("…", "unsure", Words::new("Đang gửi sang phần mềm của cơ quan", "Being sent to the office's software"))
            }
            Self::Waiting { why } => (
                "…",
                "unsure",
                Words::new(
                    format!("Chưa gửi được, đang tự thử lại; giữ phiên này mở ({why})"),
                    format!("Not sent yet, trying again; keep this session open ({why})"),
                ),
            ),
            Self::Delivered => {
                ("✓", "good", Words::new("Phần mềm của cơ quan đã nhận", "The office's software has it"))
            }
            Self::Refused { status } => (
                "✗",
                "bad",
                Words::new(
                    format!("Phần mềm của cơ quan từ chối (mã {status}): xem lại tờ khai hoặc báo người quản trị"),
                    format!(
                        "The office's software refused it (status {status}): look at the form again, or tell the administrator"
                    ),
                ),
            ),
            Self::NotRecorded => {
                ("✗", "bad", Words::new("Chưa gửi: không ghi được nhật ký", "Not sent: the log could not be written"))
            }
        }
    }

    /// Whether nothing more is done about it.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Sending | Self::Waiting { .. })
    }

    /// Whether it needs no more sending.
    pub fn is_under_way_or_done(&self) -> bool {
        matches!(self, Self::Sending | Self::Waiting { .. } | Self::Delivered)
    }
}

impl Webhook {
    /// The one that the settings name, if any.
    ///
    /// # Errors
    /// They are wrong.
    pub fn of(settings: &WebhookSettings) -> Result<Option<Self>, WebhookError> {
        let Some(address) = &settings.address else { return Ok(None) };
        if !is_safe(address) {
            return Err(WebhookError::Address(address.clone()));
        }
        let path = settings.secret.as_ref().ok_or(WebhookError::NoSecret)?;
        let secret = secret(&Zeroizing::new(read(path)?)).ok_or_else(|| WebhookError::Secret(path.clone()))?;
        let roots = match &settings.authority {
            Some(path) => {
                let certificate = Certificate::from_pem(read(path)?.as_bytes());
                RootCerts::new_with_certs(&[certificate.map_err(|_| WebhookError::Authority(path.clone()))?])
            }
            None => RootCerts::WebPki,
        };
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            // A record goes where the office said, and nowhere else.
            .max_redirects(0)
            .proxy(None)
            .http_status_as_error(false)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .new_agent();
        Ok(Some(Self { address: address.clone(), secret, agent }))
    }

    /// Sends a record once. It blocks.
    fn post(&self, id: &str, body: &[u8]) -> Attempt {
        let at = Timestamp::now().as_second();
        let sent = self
            .agent
            .post(&self.address)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", self.signature(id, at, body))
            .send(body);
        match sent.map(|answer| answer.status().as_u16()) {
            Ok(200..=299) => Attempt::Taken,
            // Too slow, too early, too many: these may change (RFC 9110, RFC 8470, RFC 6585).
            Ok(status @ (408 | 425 | 429 | 500..=599)) => Attempt::Failed(format!("HTTP {status}")),
            Ok(status) => Attempt::Refused(status),
            Err(error) => Attempt::Failed(error.to_string()),
        }
    }

    /// `v1,` and the HMAC-SHA256 of number, time and content.
    fn signature(&self, id: &str, at: i64, body: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret).map(|mut mac| {
            mac.update(format!("{id}.{at}.").as_bytes());
            mac.update(body);
            mac.finalize().into_bytes()
        });
        // HMAC takes a key of any length.
        mac.map_or_else(|_| String::new(), |code| format!("v1,{}", Base64::encode_string(&code)))
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("address", &self.address).finish_non_exhaustive()
    }
}

enum Attempt {
    Taken,
    Refused(u16),
    Failed(String),
}

/// Sends a record until it is taken or refused, or the session is over.
pub async fn deliver(desk: Arc<Desk>, webhook: Arc<Webhook>, session: u64, id: String, body: Zeroizing<Vec<u8>>) {
    let body = Arc::new(body);
    let mut pauses = PAUSES.into_iter();
    let mut pause = 0;
    loop {
        let (webhook, sent, number) = (Arc::clone(&webhook), Arc::clone(&body), id.clone());
        let attempt = tokio::task::spawn_blocking(move || webhook.post(&number, &sent)).await;
        let why = match attempt {
            Ok(Attempt::Taken) => return desk.delivery(session, &id, DeliveryState::Delivered),
            Ok(Attempt::Refused(status)) => return desk.delivery(session, &id, DeliveryState::Refused { status }),
            Ok(Attempt::Failed(why)) => why,
            Err(error) => error.to_string(),
        };
        pause = pauses.next().unwrap_or(pause);
        desk.delivery(session, &id, DeliveryState::Waiting { why });
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(pause)) => {}
            () = ended(&desk, session) => return,
        }
    }
}

/// Waits until another session, or none, is there.
async fn ended(desk: &Desk, session: u64) {
    let mut changes = desk.changes();
    while desk.look().session_id() == session {
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// Whether what is sent there stays between the two.
fn is_safe(address: &str) -> bool {
    let Ok(address) = address.parse::<Uri>() else { return false };
    let Some(host) = address.host() else { return false };
    let here = host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    match address.scheme_str() {
        Some("https") => true,
        Some("http") => here,
        _ => false,
    }
}

fn secret(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let secret = Zeroizing::new(Base64::decode_vec(text.trim().strip_prefix(SECRET_PREFIX)?).ok()?);
    (24..=64).contains(&secret.len()).then_some(secret)
}

fn read(path: &Path) -> Result<String, WebhookError> {
    fs::read_to_string(path).map_err(|source| WebhookError::Unreadable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_published_example() {
        // Standard Webhooks 1.0, the example that its libraries test themselves with.
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let webhook = Webhook { address: String::new(), secret, agent: Agent::new_with_defaults() };
        let signature = webhook.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn nothing_is_sent_in_the_clear_to_another_machine() {
        assert!(
            is_safe("https://mot-cua.example/records")
                && is_safe("http://127.0.0.1:9000/x")
                && is_safe("http://[::1]/")
        );
        for address in
            ["http://mot-cua.example/", "http://127.0.0.1.example/", "ftp://127.0.0.1/", "127.0.0.1", "", "http:///x"]
        {
            assert!(!is_safe(address), "{address}");
        }
    }

    #[test]
    fn a_secret_is_long_enough_and_never_shown() {
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert!(secret(text).is_none(), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let of = |address: &str, secret: Option<&Path>| {
            let settings = WebhookSettings {
                address: Some(address.to_owned()),
                secret: secret.map(Path::to_owned),
                authority: None,
            };
            Webhook::of(&settings)
        };
        assert!(matches!(of("https://a.example/", None), Err(WebhookError::NoSecret)));
        assert!(matches!(of("https://a.example/", Some(&path)), Err(WebhookError::Unreadable { .. })));
        fs::write(&path, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let webhook = of("https://a.example/", Some(&path)).unwrap().unwrap();
        assert!(!format!("{webhook:?}").contains("MfKQ"));
        assert!(Webhook::of(&WebhookSettings::default()).unwrap().is_none());
    }
}
