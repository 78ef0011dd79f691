use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpSocket;

use super::*;
use crate::code::{Code, Secret};
use crate::computer::{self, LinkError, Tunnel};

/// Pairs whoever has the secret, and keeps the last one.
struct Keeper {
    secret: Secret,
    paired: Mutex<Option<(Fingerprint, String)>>,
    came: AtomicUsize,
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
        self.changed.send_modify(|count| *count += 1);
        Answer::Yes
    }

    fn came(&self, _: &Fingerprint) {
        self.came.fetch_add(1, Ordering::SeqCst);
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// A desk whose pages say back what they are told.
struct Desk {
    address: String,
    keeper: Arc<Keeper>,
    code: Code,
}

async fn desk() -> Desk {
    let identity = Identity::make().unwrap();
    let secret = Secret::make().unwrap();
    let code = Code::new(&identity.fingerprint(), secret.clone());
    let keeper = Arc::new(Keeper {
        secret,
        paired: Mutex::default(),
        came: AtomicUsize::default(),
        changed: watch::Sender::new(0),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut connections = listen(listener, &identity, Arc::clone(&keeper) as Arc<dyn Doorkeeper>).unwrap();
    tokio::spawn(async move {
        while let Some((stream, _)) = connections.next().await {
            tokio::spawn(async move {
                let (mut from, mut to) = tokio::io::split(stream);
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    Desk { address, keeper, code }
}

/// A computer's own address that leads to the desk.
async fn tunnel(desk: &Desk, identity: &Identity, pinned: Fingerprint) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(Tunnel::to(&desk.address, identity, pinned).unwrap().carry(listener));
    at
}

/// What comes back.
async fn said(to: SocketAddr, what: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(what).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut back = Vec::new();
    // A connection that is cut off is one that said no more.
    let _ = stream.read_to_end(&mut back).await;
    back
}

#[tokio::test]
async fn a_computer_is_paired_by_the_code_and_its_bytes_go_through() {
    let desk = desk().await;
    let identity = Identity::make().unwrap();
    let pinned = computer::pair(&desk.address, &identity, &desk.code, "Máy chị Hạnh").await.unwrap();
    assert_eq!(desk.keeper.paired.lock().unwrap().as_ref().unwrap().1, "Máy chị Hạnh");
    let at = tunnel(&desk, &identity, pinned).await;
    let much: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
    assert_eq!(said(at, &much).await, much);
    assert_eq!(desk.keeper.came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_wrong_secret_pairs_nobody() {
    let desk = desk().await;
    let identity = Identity::make().unwrap();
    let mut wrong = desk.code.clone();
    wrong.secret = Secret::make().unwrap();
    let refused = computer::pair(&desk.address, &identity, &wrong, "x").await;
    assert!(matches!(refused, Err(LinkError::WrongCode)), "{refused:?}");
    assert!(desk.keeper.paired.lock().unwrap().is_none());
}

#[tokio::test]
async fn the_secret_is_not_said_to_another_desk() {
    let (desk, other) = (desk().await, desk().await);
    let identity = Identity::make().unwrap();
    let refused = computer::pair(&other.address, &identity, &desk.code, "x").await;
    assert!(matches!(refused, Err(LinkError::AnotherCode(_))), "{refused:?}");
    let pinned = computer::pair(&desk.address, &identity, &desk.code, "x").await.unwrap();
    let misled = Tunnel::to(&other.address, &identity, pinned).unwrap();
    assert!(matches!(misled.check().await, Err(LinkError::AnotherDesk(_))));
}

#[tokio::test]
async fn a_computer_that_is_not_paired_gets_a_page_that_says_so_and_no_byte_of_the_desk() {
    let desk = desk().await;
    let (paired, stranger) = (Identity::make().unwrap(), Identity::make().unwrap());
    let pinned = computer::pair(&desk.address, &paired, &desk.code, "x").await.unwrap();
    let at = tunnel(&desk, &stranger, pinned).await;
    let page = String::from_utf8(said(at, b"GET / HTTP/1.1\r\n\r\n").await).unwrap();
    assert!(page.starts_with("HTTP/1.1 502") && page.contains("không còn nhận máy này"), "{page}");
    assert_eq!(desk.keeper.came.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_open_connection_is_cut_when_another_computer_is_paired() {
    let desk = desk().await;
    let (first, second) = (Identity::make().unwrap(), Identity::make().unwrap());
    let pinned = computer::pair(&desk.address, &first, &desk.code, "1").await.unwrap();
    let at = tunnel(&desk, &first, pinned).await;
    let mut open = TcpStream::connect(at).await.unwrap();
    open.write_all(b"here").await.unwrap();
    let mut back = [0; 4];
    open.read_exact(&mut back).await.unwrap();
    computer::pair(&desk.address, &second, &desk.code, "2").await.unwrap();
    // It ends, with or without words.
    assert!(matches!(open.read(&mut back).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn who_says_nothing_keeps_nobody_else_out() {
    let desk = desk().await;
    let mut silent = Vec::new();
    for _ in 0..AT_THE_DOOR {
        let socket = TcpSocket::new_v4().unwrap();
        // Another machine's, as far as the desk sees.
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        silent.push(socket.connect(desk.address.parse().unwrap()).await.unwrap());
    }
    let mut rubbish = TcpStream::connect(&desk.address).await.unwrap();
    rubbish.write_all(&[0x16, 3, 1, 0xFF, 0xFF, 0, 7, b'x']).await.unwrap();
    drop(rubbish);
    let identity = Identity::make().unwrap();
    computer::pair(&desk.address, &identity, &desk.code, "x").await.unwrap();
}

#[tokio::test]
async fn a_desk_that_is_off_is_named() {
    let desk = desk().await;
    let identity = Identity::make().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let refused = computer::pair(&nobody, &identity, &desk.code, "x").await;
    assert!(matches!(&refused, Err(LinkError::Unreachable { address, .. }) if *address == nobody), "{refused:?}");
}
