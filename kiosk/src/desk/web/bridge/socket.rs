//! The WebSocket of one page: bytes in and out, with a limit on all that the other side decides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::time::{self, MissedTickBehavior};

use crate::desk::bridge::conversation::{Conversation, Told};
use crate::desk::state::Desk;

/// How often the page is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// After so long without a word it is not.
const SILENCE: Duration = Duration::from_secs(60);

/// How long it may take to hand a message over: a page that does not read must not hold the desk.
const SENDING: Duration = Duration::from_secs(5);

/// Serves a page until it goes, or is sent away. With the conversation goes all that was gathered for it.
pub async fn serve(mut socket: WebSocket, desk: Arc<Desk>, mut conversation: Conversation) {
    let mut changes = desk.changes();
    let mut seconds = time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut heard, mut pinged) = (Instant::now(), Instant::now());
    let greeting = conversation.greet();
    if send(&mut socket, &Told { messages: vec![greeting], over: false }).await.is_none() {
        return;
    }
    loop {
        let said = tokio::select! {
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) => Some(text),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => { heard = Instant::now(); None }
                Some(Ok(Message::Binary(_))) => return close(socket, close_code::UNSUPPORTED).await,
                // Too large, or no WebSocket any more.
                Some(Err(_)) => return close(socket, close_code::SIZE).await,
                Some(Ok(Message::Close(_))) | None => return,
            },
            changed = changes.changed() => match changed {
                Ok(()) => None,
                Err(_) => return,
            },
            _ = seconds.tick() => None,
        };
        if said.is_some() {
            heard = Instant::now();
        }
        if heard.elapsed() >= SILENCE {
            return close(socket, close_code::AWAY).await;
        }
        if pinged.elapsed() >= PING {
            pinged = Instant::now();
            if time::timeout(SENDING, socket.send(Message::Ping(Bytes::new()))).await.is_err() {
                return;
            }
        }
        changes.mark_unchanged();
        // What is recorded waits for the disk.
        let work = move || {
            let told = match said {
                Some(text) => conversation.hear(&text),
                None => conversation.look(),
            };
            (conversation, told)
        };
        // Where it panics, the conversation is gone, and so is what was gathered for it.
        let Ok((same, told)) = tokio::task::spawn_blocking(work).await else {
            return close(socket, close_code::ERROR).await;
        };
        conversation = same;
        if send(&mut socket, &told).await.is_none() {
            return;
        }
        if told.over {
            return close(socket, close_code::POLICY).await;
        }
    }
}

/// Hands messages over. Nothing where the page does not take them.
async fn send(socket: &mut WebSocket, told: &Told) -> Option<()> {
    for message in &told.messages {
        let text = serde_json::to_string(message).ok()?;
        time::timeout(SENDING, socket.send(Message::Text(text.into()))).await.ok()?.ok()?;
    }
    Some(())
}

async fn close(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
    // It may have gone.
    let _ = time::timeout(SENDING, socket.send(Message::Close(Some(frame)))).await;
}
