//! A card for `vpcd`, the virtual reader of the vsmartcard project that plugs into the real PC/SC service.
//!
//! vpcd listens, the card connects. Each message is two bytes of length, high byte first, and a body. A body of one byte
//! is for the slot: 0 power off, 1 power on, 2 reset, 4 give the answer to reset (the only one that is answered); a
//! longer one is a command APDU. Taking the card away is closing the connection.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::card::{Away, Card, Outcome};

/// The port vpcd listens on for its first slot.
pub const PORT: u16 = 35963;
/// How often a connection is tried while there is no service.
const RETRY: Duration = Duration::from_millis(50);

/// What happens to a served card, for a person to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// No service listens yet.
    Waiting,
    /// The card is in the slot.
    Inserted,
    /// The service closed the connection.
    Closed,
    /// The card was taken away, as its faults say.
    Removed(Away),
    /// The chip does not answer any more.
    Silent,
    /// Power on, or a reset.
    Powered,
}

/// Serves a card until it is removed for good, or a connection once made is not taken up again.
///
/// # Errors
/// Never while the service is merely absent: that is waited for. Other failures of the socket end it.
pub fn serve(card: &mut Card, host: &str, port: u16, mut report: impl FnMut(Event)) -> io::Result<()> {
    loop {
        let mut stream = connect(host, port, &mut report);
        report(Event::Inserted);
        card.reset();
        match serve_connection(card, &mut stream, &mut report)? {
            End::Closed => report(Event::Closed),
            End::Removed(away) => {
                drop(stream);
                report(Event::Removed(away));
                match away.until() {
                    Some(back) => thread::sleep(back.saturating_duration_since(Instant::now())),
                    None => return Ok(()),
                }
            }
        }
    }
}

/// Why a connection ended.
enum End {
    Closed,
    Removed(Away),
}

fn connect(host: &str, port: u16, report: &mut impl FnMut(Event)) -> TcpStream {
    let mut reported = false;
    loop {
        match TcpStream::connect((host, port)) {
            Ok(stream) => return stream,
            Err(_) => {
                if !reported {
                    report(Event::Waiting);
                    reported = true;
                }
                thread::sleep(RETRY);
            }
        }
    }
}

fn serve_connection(card: &mut Card, stream: &mut TcpStream, report: &mut impl FnMut(Event)) -> io::Result<End> {
    stream.set_nodelay(true)?;
    loop {
        let message = match receive(stream) {
            Ok(message) => message,
            Err(error) if is_closed(&error) => return Ok(End::Closed),
            Err(error) => return Err(error),
        };
        let sent = match message[..] {
            [] => Ok(()),
            [0x00] => {
                card.reset();
                Ok(())
            }
            [0x01 | 0x02] => {
                card.reset();
                report(Event::Powered);
                Ok(())
            }
            [0x04] => send(stream, card.atr()),
            [_] => Ok(()),
            _ => match card.exchange(&message) {
                Outcome::Answer(answer, None) => send(stream, &answer),
                Outcome::Answer(answer, Some(away)) => {
                    send(stream, &answer)?;
                    return Ok(End::Removed(away));
                }
                Outcome::Removed(away) => return Ok(End::Removed(away)),
                Outcome::Silent => {
                    report(Event::Silent);
                    return stay_silent(stream);
                }
            },
        };
        match sent {
            Err(error) if is_closed(&error) => return Ok(End::Closed),
            other => other?,
        }
    }
}

/// Takes everything and answers nothing, as a chip that hangs does, until the service lets go.
fn stay_silent(stream: &mut TcpStream) -> io::Result<End> {
    let mut ignored = [0; 256];
    loop {
        match stream.read(&mut ignored) {
            Ok(0) => return Ok(End::Closed),
            Ok(_) => {}
            Err(error) if is_closed(&error) => return Ok(End::Closed),
            Err(error) => return Err(error),
        }
    }
}

fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    acknowledge_at_once(stream)?;
    stream.read_exact(&mut length)?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    acknowledge_at_once(stream)?;
    stream.read_exact(&mut body)?;
    Ok(body)
}

/// Length and body in one segment.
fn send(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(body.len()).map_err(|_| io::Error::other("an answer is longer than vpcd can carry"))?;
    stream.write_all(&[&length.to_be_bytes()[..], body].concat())
}

/// vpcd sends length and body apart and waits for the acknowledgement in between; a delayed one costs 40 ms an APDU.
/// Linux forgets the setting after a while, so it is set before each receive.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_tcp_quickack(stream, true)?)
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::{
        chip::terminal,
        faults::{AnswerFault, Effect, Faults, Removal},
        link::LinkModel,
    };

    /// Serves a card to a listener of this test, until the card is gone for good.
    fn served(faults: Faults) -> (TcpListener, thread::JoinHandle<Vec<Event>>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let image = terminal::image(vec![terminal::DEFAULT_OFFER]);
        let server = thread::spawn(move || {
            let mut events = Vec::new();
            let mut card = Card::new(image, faults, LinkModel::default(), [1; 32]);
            serve(&mut card, "127.0.0.1", port, |event| events.push(event)).expect("the sockets work");
            events
        });
        (listener, server)
    }

    /// Sends a message with its length apart, as vpcd does, and gives the answer where there is one.
    fn exchange(stream: &mut TcpStream, message: &[u8]) -> io::Result<Vec<u8>> {
        stream.write_all(&(message.len() as u16).to_be_bytes())?;
        stream.write_all(message)?;
        receive(stream)
    }

    #[test]
    fn a_slot_is_answered_its_atr_and_its_commands() {
        let removals = vec![Removal { after: 1, during_next: true, back_after_ms: None }];
        let (listener, server) = served(Faults { removals, ..Faults::default() });
        let (mut slot, _) = listener.accept().expect("the card connects");
        assert_eq!(exchange(&mut slot, &[4]).expect("the ATR"), [0x3B, 0x80, 0x80, 0x01, 0x01]);
        slot.write_all(&[0, 1, 1]).expect("power on");
        let answer = exchange(&mut slot, &[0, 0xB0, 0x9C, 0, 0]).expect("EF.CardAccess");
        assert_eq!(answer.len(), 56);
        assert!(exchange(&mut slot, &[0, 0xB0, 0x9C, 0, 0]).is_err());
        let events = server.join().expect("the server ends by itself");
        assert_eq!(events, [Event::Inserted, Event::Powered, Event::Removed(Away::Forever)]);
    }

    #[test]
    fn a_removed_card_connects_again_and_has_lost_its_state() {
        let back = Removal { after: 1, during_next: false, back_after_ms: Some(20) };
        let gone = Removal { after: 2, during_next: false, back_after_ms: None };
        let (listener, server) = served(Faults { removals: vec![back, gone], ..Faults::default() });
        let (mut slot, _) = listener.accept().expect("the card connects");
        let select = [&[0, 0xA4, 4, 0x0C, 7][..], &crate::chip::files::APPLICATION].concat();
        assert_eq!(exchange(&mut slot, &select).expect("an answer"), [0x90, 0]);
        assert!(exchange(&mut slot, &[4]).is_err());
        let (mut slot, _) = listener.accept().expect("the card connects again");
        // EF.CardAccess can be read in the master file only.
        assert_eq!(exchange(&mut slot, &[0, 0xB0, 0x9C, 0, 0]).expect("an answer").len(), 56);
        server.join().expect("the server ends by itself");
    }

    #[test]
    fn a_silent_chip_answers_nothing_until_the_slot_lets_go() {
        let silent = AnswerFault { at: Some(1), ..AnswerFault::every(Effect::Silent) };
        let gone = Removal { after: 1, during_next: true, back_after_ms: None };
        let (listener, server) = served(Faults { answers: vec![silent], removals: vec![gone], ..Faults::default() });
        let (mut slot, _) = listener.accept().expect("the card connects");
        slot.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        assert!(exchange(&mut slot, &[0, 0xB0, 0x9C, 0, 0]).is_err());
        drop(slot);
        let (mut slot, _) = listener.accept().expect("the card connects again");
        assert!(exchange(&mut slot, &[0, 0xB0, 0x9C, 0, 0]).is_err());
        server.join().expect("the server ends by itself");
    }
}
