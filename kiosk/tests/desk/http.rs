//! As much of HTTP/1.1 as it takes to talk to a WebDriver and to the desk on this machine: one request, one connection,
//! one answer with a length. A client for the world would bring forty crates for what these lines do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take: the first start of a browser on a busy machine is what takes longest.
const PATIENCE: Duration = Duration::from_secs(90);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Asks, and waits for the answer.
#[track_caller]
pub fn ask(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    try_ask(to, method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path} at {to}: {error}"))
}

/// The same, where it may be that nobody answers.
pub fn try_ask(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("Host: {to}\r\n"));
    }
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    (&stream).write_all(&[head.as_bytes(), b"\r\n", body].concat())?;
    answer(&mut BufReader::new(stream))
}

fn answer(stream: &mut BufReader<TcpStream>) -> std::io::Result<Answer> {
    let wrong = |what: &str| std::io::Error::other(what.to_owned());
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| wrong("no answer"))?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    match answer.header("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) => {
            answer.body.resize(length, 0);
            stream.read_exact(&mut answer.body)?;
        }
        Some(Err(_)) => return Err(wrong("a length that is no number")),
        None if answer.header("transfer-encoding").is_some() => return Err(wrong("an answer without a length")),
        None => drop(stream.read_to_end(&mut answer.body)?),
    }
    Ok(answer)
}
