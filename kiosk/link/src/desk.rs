//! The side that listens: it lets the paired computer's connections through to the pages, and computers that want to be
//! paired to whoever decides that.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncWriteExt as _, DuplexStream, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::identity::{Fingerprint, Identity};
use crate::protocol::{Answer, PAIR, Request};
use crate::tls::{self, notice_loss};

/// How long somebody may take until it is clear who they are.
const TIME_TO_ENTER: Duration = Duration::from_secs(10);

/// How many may be at the door at the same time. Who is through does not count.
const AT_THE_DOOR: usize = 256;

/// How many of one address: who says nothing keeps nobody else out.
const OF_ONE_ADDRESS: usize = 8;

/// How many connections the paired computer may have: a browser opens six to a host, and some pages stay open.
const THROUGH: usize = 64;

/// The bytes that wait between TLS and the pages.
const BUFFER: usize = 64 * 1024;

/// How long to wait where the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(200);

/// Who decides which computer is let through. What it does may wait for the disk.
pub trait Doorkeeper: Send + Sync + 'static {
    /// Whether this computer is paired.
    fn is_paired(&self, computer: &Fingerprint) -> bool;
    /// A computer asks to be paired.
    fn pair(&self, computer: &Fingerprint, request: &Request) -> Answer;
    /// A paired computer came through.
    fn came(&self, computer: &Fingerprint);
    /// Wakes whenever another computer is paired, or none.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// The connections of the paired computer, ready for the pages.
pub struct Connections(mpsc::Receiver<(DuplexStream, SocketAddr)>);

impl Connections {
    /// The next one. None comes any more where the listener is gone.
    pub async fn next(&mut self) -> Option<(DuplexStream, SocketAddr)> {
        self.0.recv().await
    }
}

/// Listens.
///
/// # Errors
/// The identity is of no use.
pub fn listen(
    listener: TcpListener,
    identity: &Identity,
    keeper: Arc<dyn Doorkeeper>,
) -> Result<Connections, rustls::Error> {
    let config = tls::of_desk(identity)?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let door = Door { config, keeper, sender, through: Arc::new(Semaphore::new(THROUGH)) };
        let at_the_door = Arc::new(Mutex::new(HashMap::new()));
        loop {
            let (stream, from) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            // Whoever finds no place is not answered: a browser asks again.
            let Some(place) = Place::take(&at_the_door, from.ip()) else { continue };
            let door = door.clone();
            tokio::spawn(async move {
                let entered = timeout(TIME_TO_ENTER, door.enter(stream)).await;
                drop(place);
                // Who does not get in has been told, or does not speak TLS: there is nobody to tell here.
                if let Ok(Ok(Some((stream, computer)))) = entered {
                    door.let_through(stream, &computer, from).await;
                }
            });
        }
    });
    Ok(Connections(receiver))
}

/// Somebody at the door, counted by address until they are in or gone.
struct Place {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    of: IpAddr,
}

impl Place {
    fn take(all: &Arc<Mutex<HashMap<IpAddr, usize>>>, of: IpAddr) -> Option<Self> {
        let mut counts = all.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.values().sum::<usize>() >= AT_THE_DOOR
            || counts.get(&of).is_some_and(|count| *count >= OF_ONE_ADDRESS)
        {
            return None;
        }
        *counts.entry(of).or_default() += 1;
        Some(Self { all: Arc::clone(all), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.of) {
            *count = count.saturating_sub(1);
        }
        counts.retain(|_, count| *count > 0);
    }
}

#[derive(Clone)]
struct Door {
    config: Arc<ServerConfig>,
    keeper: Arc<dyn Doorkeeper>,
    sender: mpsc::Sender<(DuplexStream, SocketAddr)>,
    through: Arc<Semaphore>,
}

impl Door {
    /// The connection, where it is one of the paired computer.
    async fn enter(&self, stream: TcpStream) -> io::Result<Option<(TlsStream<TcpStream>, Fingerprint)>> {
        notice_loss(&stream)?;
        let mut stream = TlsAcceptor::from(Arc::clone(&self.config)).accept(stream).await?;
        let (_, session) = stream.get_ref();
        let computer = session.peer_certificates().and_then(|certificates| certificates.first()).map(Fingerprint::of);
        let Some(computer) = computer else { return Ok(None) };
        let pairs = session.alpn_protocol() == Some(PAIR);
        if pairs {
            let request = Request::receive(&mut stream).await?;
            let answer = self.ask(move |keeper| keeper.pair(&computer, &request)).await;
            answer.unwrap_or(Answer::NotNow).send(&mut stream).await?;
            stream.shutdown().await?;
            return Ok(None);
        }
        if self.ask(move |keeper| keeper.is_paired(&computer)).await == Some(true) {
            return Ok(Some((stream, computer)));
        }
        Answer::No.send(&mut stream).await?;
        stream.shutdown().await?;
        Ok(None)
    }

    /// Carries bytes to and fro until one side closes, or the computer is paired no more.
    async fn let_through(&self, mut stream: TlsStream<TcpStream>, computer: &Fingerprint, from: SocketAddr) {
        let Ok(_place) = self.through.try_acquire() else {
            let _ = Answer::NotNow.send(&mut stream).await;
            let _ = stream.shutdown().await;
            return;
        };
        let mut changes = self.keeper.changes();
        let computer = *computer;
        // It may have been removed since it was asked about.
        if self.ask(move |keeper| keeper.is_paired(&computer)).await != Some(true) {
            return;
        }
        let (mut here, pages) = tokio::io::duplex(BUFFER);
        if Answer::Yes.send(&mut stream).await.is_err() || self.sender.send((pages, from)).await.is_err() {
            return;
        }
        self.keeper.came(&computer);
        let carried = copy_bidirectional(&mut stream, &mut here);
        tokio::pin!(carried);
        loop {
            tokio::select! {
                _ = &mut carried => return,
                changed = changes.changed() => {
                    let still = self.ask(move |keeper| keeper.is_paired(&computer)).await;
                    if changed.is_err() || still != Some(true) {
                        return;
                    }
                }
            }
        }
    }

    /// Asks where that may wait.
    async fn ask<R: Send + 'static>(&self, question: impl FnOnce(&dyn Doorkeeper) -> R + Send + 'static) -> Option<R> {
        let keeper = Arc::clone(&self.keeper);
        tokio::task::spawn_blocking(move || question(&*keeper)).await.ok()
    }
}

#[cfg(test)]
mod tests;
