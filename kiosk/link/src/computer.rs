//! The side that connects: the officer's computer. Its browser is served at the computer's own loopback address; each
//! connection is carried to the desk.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::code::Code;
use crate::identity::{Fingerprint, Identity};
use crate::protocol::{Answer, PAGES, PAIR, Request};
use crate::tls::{self, Expected};

/// How long the desk may take to answer.
const TIME_TO_ANSWER: Duration = Duration::from_secs(10);

/// How many connections a browser may have at the same time.
const MOST: usize = 64;

/// How long to wait where the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(200);

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Nobody answers there.
    #[error("the desk at {address} does not answer: {source}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// What answers there is not the desk that was paired, or whose code it is.
    #[error("what answers at {0} is not the desk that this computer is paired with")]
    AnotherDesk(String),
    /// The code is another desk's, or was mistyped.
    #[error("the code is not of the desk at {0}")]
    AnotherCode(String),
    /// The secret is wrong or was used.
    #[error("the desk does not take this code")]
    WrongCode,
    /// No code is shown at the desk now.
    #[error("the desk shows no code now")]
    NotOpen,
    /// The desk does not know this computer any more.
    #[error("the desk does not know this computer any more")]
    NotPaired,
    /// The desk is busy.
    #[error("the desk has no room for another connection now")]
    NotNow,
    /// The identity is of no use.
    #[error("{0}")]
    Tls(#[from] rustls::Error),
}

/// Pairs this computer with the desk that shows that code. What is to be pinned from now on.
///
/// # Errors
/// The desk does not answer, is another one, or does not want to.
pub async fn pair(address: &str, identity: &Identity, code: &Code, name: &str) -> Result<Fingerprint, LinkError> {
    let of_desk = code.clone();
    let expected: Expected = Box::new(move |desk| of_desk.is_of(desk));
    let config = tls::of_computer(identity, expected, PAIR)?;
    let (answer, desk) = in_time(address, async {
        let mut stream = connect(address, config).await?;
        Request { secret: code.secret.clone(), name: name.to_owned() }.send(&mut stream).await?;
        let answer = Answer::receive(&mut stream).await?;
        let (_, session) = stream.get_ref();
        let shown = session.peer_certificates().and_then(|certificates| certificates.first());
        let desk = shown.map(Fingerprint::of).ok_or_else(|| io::Error::other("the desk shows no certificate"))?;
        Ok((answer, desk))
    })
    .await
    .map_err(|error| match error {
        LinkError::AnotherDesk(address) => LinkError::AnotherCode(address),
        other => other,
    })?;
    match answer {
        Answer::Yes => Ok(desk),
        Answer::No => Err(LinkError::WrongCode),
        Answer::NotOpen => Err(LinkError::NotOpen),
        Answer::NotNow => Err(LinkError::NotNow),
    }
}

/// The way to a desk that this computer is paired with.
pub struct Tunnel {
    address: String,
    config: Arc<ClientConfig>,
}

impl Tunnel {
    /// To the desk at that address, which has this certificate.
    ///
    /// # Errors
    /// The identity is of no use.
    pub fn to(address: &str, identity: &Identity, desk: Fingerprint) -> Result<Self, LinkError> {
        let expected: Expected = Box::new(move |shown| *shown == desk);
        Ok(Self { address: address.to_owned(), config: tls::of_computer(identity, expected, PAGES)? })
    }

    /// Whether the desk is there and lets this computer in.
    ///
    /// # Errors
    /// It is not, or does not.
    pub async fn check(&self) -> Result<(), LinkError> {
        self.open().await.map(drop)
    }

    /// Carries what comes, for as long as the program runs.
    pub async fn carry(self, listener: TcpListener) {
        let tunnel = Arc::new(self);
        let room = Arc::new(Semaphore::new(MOST));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
            let Ok((mut browser, _)) = listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let tunnel = Arc::clone(&tunnel);
            tokio::spawn(async move {
                let _place = place;
                match tunnel.open().await {
                    // One side closed in the middle of something: the browser asks again.
                    Ok(mut desk) => drop(copy_bidirectional(&mut browser, &mut desk).await),
                    Err(error) => drop(say(&mut browser, &error).await),
                }
            });
        }
    }

    async fn open(&self) -> Result<TlsStream<TcpStream>, LinkError> {
        let opened = in_time(&self.address, async {
            let mut stream = connect(&self.address, Arc::clone(&self.config)).await?;
            let answer = Answer::receive(&mut stream).await?;
            Ok((stream, answer))
        });
        match opened.await? {
            (stream, Answer::Yes) => Ok(stream),
            (_, Answer::NotNow) => Err(LinkError::NotNow),
            (_, Answer::No | Answer::NotOpen) => Err(LinkError::NotPaired),
        }
    }
}

async fn connect(address: &str, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    tls::notice_loss(&stream)?;
    // It is sent to nobody and compared with nothing: the certificate is known by its hash.
    let name = ServerName::try_from("desk").map_err(io::Error::other)?;
    TlsConnector::from(config).connect(name, stream).await
}

async fn in_time<R>(address: &str, work: impl Future<Output = io::Result<R>>) -> Result<R, LinkError> {
    let late = || io::Error::from(io::ErrorKind::TimedOut);
    timeout(TIME_TO_ANSWER, work).await.unwrap_or_else(|_| Err(late())).map_err(|source| {
        if tls::is_another_desk(&source) {
            LinkError::AnotherDesk(address.to_owned())
        } else {
            LinkError::Unreachable { address: address.to_owned(), source }
        }
    })
}

impl LinkError {
    /// What happened and what to do next, in Vietnamese and in English.
    #[must_use]
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unreachable { .. } => (
                "Không kết nối được với bàn đọc thẻ. Kiểm tra máy ở bàn đã bật, dây mạng và địa chỉ, rồi tải lại trang.",
                "The desk does not answer. See that its machine is on, the network cable and the address, then reload.",
            ),
            Self::AnotherDesk(_) => (
                "Máy trả lời ở địa chỉ này không phải bàn đã ghép: đã dừng, chưa gửi gì. Báo người quản trị; nếu bàn vừa thay máy, ghép lại.",
                "What answers at this address is not the desk of the pairing: stopped, nothing was sent. Tell the administrator; pair again if the desk's machine was replaced.",
            ),
            Self::AnotherCode(_) => (
                "Mã này không phải của bàn ở địa chỉ đó: xem lại mã và địa chỉ rồi nhập lại. Nếu nhập đúng mà vẫn vậy, dừng lại và báo người quản trị: có thể có máy khác giả làm bàn.",
                "This code is not of the desk at that address: look at both and type again. If they are right, stop and tell the administrator: another machine may pose as the desk.",
            ),
            Self::WrongCode => (
                "Mã không đúng hoặc đã dùng. Lấy mã mới ở bàn đọc thẻ rồi nhập lại.",
                "The code is wrong or was used. Have the desk show a new one and type it again.",
            ),
            Self::NotOpen => (
                "Bàn đọc thẻ chưa mở ghép máy, hoặc mã đã hết hạn. Mở «Máy của cán bộ» ở bàn để lấy mã mới.",
                "The desk shows no code now, or it has expired. Open “Officer's computer” at the desk for a new one.",
            ),
            Self::NotPaired => (
                "Bàn đọc thẻ không còn nhận máy này. Ghép lại bằng mã mới từ bàn.",
                "The desk does not know this computer any more. Pair again with a new code from the desk.",
            ),
            Self::NotNow => (
                "Bàn đọc thẻ đang bận. Chờ vài giây rồi thử lại.",
                "The desk is busy. Wait a few seconds and try again.",
            ),
            Self::Tls(_) => (
                "Chứng thư của máy này bị hỏng. Chạy cccd-link forget rồi ghép lại.",
                "This computer's certificate is broken. Run cccd-link forget, then pair again.",
            ),
        }
    }
}

/// Tells the browser why the page does not come.
async fn say(browser: &mut TcpStream, error: &LinkError) -> io::Result<()> {
    // What the browser asks is taken first: an answer to somebody who still talks would be lost.
    let mut asked = [0; 16 * 1024];
    let mut length = 0;
    let whole = async {
        while let Some(room) = asked.get_mut(length..).filter(|room| !room.is_empty()) {
            let read = browser.read(room).await?;
            length += read;
            let so_far = asked.get(..length).unwrap_or_default();
            if read == 0 || so_far.windows(4).any(|end| end == b"\r\n\r\n") {
                break;
            }
        }
        io::Result::Ok(())
    };
    // Who says nothing is answered all the same.
    let _ = timeout(Duration::from_secs(2), whole).await;
    let (vi, en) = error.words();
    let page = format!(
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Chưa kết nối được bàn đọc thẻ</title><h1>Chưa kết nối được bàn đọc thẻ</h1><p>{vi}</p>\
         <p lang=\"en\">{en}</p><p><a href=\"/\">Thử lại / Try again</a></p></html>"
    );
    let head = format!(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n",
        page.len()
    );
    browser.write_all(&[head.as_bytes(), page.as_bytes()].concat()).await?;
    browser.shutdown().await
}
