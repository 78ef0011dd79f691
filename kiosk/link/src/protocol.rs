//! What is said once TLS stands. Which of the two kinds of connection it is stands in the handshake (ALPN, RFC 7301): a
//! pairing, or the pages of a computer that is paired.
//!
//! A pairing is one message and one answer. The computer sends the five bytes of the secret, one byte of length, and so many
//! bytes of its name (UTF-8); the desk answers one byte. After the handshake of the other kind the desk's first byte says
//! whether the computer is known; what follows are the bytes of HTTP.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::code::Secret;

/// The protocol of a pairing.
pub const PAIR: &[u8] = b"cccd-pair/1";

/// The protocol of the pages.
pub const PAGES: &[u8] = b"cccd-pages/1";

/// The longest name of a computer, in bytes.
pub const LONGEST_NAME: usize = 64;

/// What the desk says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The computer is paired.
    Yes,
    /// The secret is wrong, or this computer is not paired.
    No,
    /// No pairing is open.
    NotOpen,
    /// There are too many connections, or the desk cannot write.
    NotNow,
}

impl Answer {
    fn byte(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::NotOpen => 2,
            Self::NotNow => 3,
        }
    }

    /// Sends it.
    ///
    /// # Errors
    /// Nobody is there any more.
    pub async fn send(self, to: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        to.write_all(&[self.byte()]).await?;
        to.flush().await
    }

    /// Receives one.
    ///
    /// # Errors
    /// Nobody is there any more, or it is none.
    pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Self> {
        let byte = from.read_u8().await?;
        let answers = [Self::Yes, Self::No, Self::NotOpen, Self::NotNow];
        answers.into_iter().find(|answer| answer.byte() == byte).ok_or_else(|| wrong("an answer that is none"))
    }
}

/// A computer asks to be paired.
pub struct Request {
    /// What it read from the screen.
    pub secret: Secret,
    /// What it is called.
    pub name: String,
}

impl Request {
    /// Sends it. A name that is too long is cut.
    ///
    /// # Errors
    /// Nobody is there any more.
    pub async fn send(&self, to: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        let mut name = String::new();
        for letter in self.name.chars().filter(|letter| !letter.is_control()) {
            if name.len() + letter.len_utf8() > LONGEST_NAME {
                break;
            }
            name.push(letter);
        }
        to.write_all(self.secret.bytes()).await?;
        // It has at most 64 bytes.
        to.write_u8(u8::try_from(name.len()).unwrap_or(0)).await?;
        to.write_all(name.as_bytes()).await?;
        to.flush().await
    }

    /// Receives one.
    ///
    /// # Errors
    /// Nobody is there any more, or it is none.
    pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Self> {
        let mut secret = [0; 5];
        from.read_exact(&mut secret).await?;
        let length = usize::from(from.read_u8().await?);
        if length > LONGEST_NAME {
            return Err(wrong("a name that is too long"));
        }
        let mut name = vec![0; length];
        from.read_exact(&mut name).await?;
        let name = String::from_utf8(name).map_err(|_| wrong("a name that is no text"))?;
        if name.chars().any(char::is_control) {
            return Err(wrong("a name with control characters"));
        }
        Ok(Self { secret: Secret::of(secret), name })
    }
}

fn wrong(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_arrives_as_it_was_sent_and_a_long_name_is_cut_between_letters() {
        let (mut computer, mut desk) = tokio::io::duplex(256);
        let request = Request { secret: Secret::of([1, 2, 3, 4, 5]), name: "Máy của chị Hạnh\n".to_owned() };
        request.send(&mut computer).await.unwrap();
        let received = Request::receive(&mut desk).await.unwrap();
        assert!(received.secret.fits(&request.secret));
        assert_eq!(received.name, "Máy của chị Hạnh");
        let long = Request { name: "ệ".repeat(40), ..request };
        long.send(&mut computer).await.unwrap();
        assert_eq!(Request::receive(&mut desk).await.unwrap().name, "ệ".repeat(21));
    }

    #[tokio::test]
    async fn what_is_no_request_and_no_answer_is_an_error() {
        for bytes in [&b"12345\xFF"[..], b"12345\x02\xFF\xFF", b"12345\x01\x07", b"1234", b"12345\x05ab"] {
            assert!(Request::receive(&mut &bytes[..]).await.is_err(), "{bytes:?}");
        }
        assert!(Answer::receive(&mut &[9][..]).await.is_err());
        assert!(Answer::receive(&mut &[][..]).await.is_err());
    }
}
