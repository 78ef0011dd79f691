//! The door of the bridge: what a page of other software may ask over HTTP, and the WebSocket on which it reads. Who comes
//! here has passed [`super::guard`]; each route but the pairing demands the token besides.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use zeroize::Zeroizing;

use super::Web;
use super::access::{Access, Routes};
use crate::desk::audit::Act;
use crate::desk::bridge::acts::BridgeAct;
use crate::desk::bridge::conversation::Conversation;
use crate::desk::bridge::grants::Grant;
use crate::desk::bridge::messages::{
    Code, DeviceOf, Failed, GrantOf, LARGEST, PROTOCOL, Paired, State as Shown, TOKEN_PROTOCOL,
};
use crate::desk::bridge::progress;
use crate::desk::bridge::refusal::Refusal;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

mod socket;

/// The largest body that is taken: a code.
const LARGEST_BODY: usize = 1024;

/// All routes of the bridge. Whom they are for is not a matter of the officers' logins: [`allowed`] and the token say it.
pub fn routes() -> Routes {
    Routes::new()
        .route("/bridge/v1/pairing", Access::Everyone, post(pair))
        .route("/bridge/v1/grant", Access::Everyone, get(state).delete(give_up))
        .route("/bridge/v1/socket", Access::Everyone, get(connect))
        .layered(|router| router.layer(DefaultBodyLimit::max(LARGEST_BODY)))
}

// What the guard asks.

/// The page that asks, where it may: one origin, and one that is paired or being paired. A page in a frame without an origin
/// (`null`), a program that names none and every other page are nobody.
pub fn allowed(web: &Web, headers: &HeaderMap) -> Option<HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = origins.next().filter(|_| origins.next().is_none())?;
    web.bridge.allows(origin.to_str().ok()?).then(|| origin.clone())
}

/// The answer to a browser that asks whether the page may ask (Fetch, section 4.8: the CORS preflight).
pub fn preflight(headers: &HeaderMap) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let said = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "60"),
    ];
    for (name, value) in said {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // Private Network Access: asked by browsers before they came to ask the person instead (Local Network Access).
    if headers.get("access-control-request-private-network").is_some_and(|value| value == "true") {
        let name = HeaderName::from_static("access-control-allow-private-network");
        answer.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    answer
}

/// Says to the browser that just this page may read the answer.
pub fn readable_by(origin: HeaderValue, response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
}

/// Whether a browser only asks whether the page may ask.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

// The routes.

/// Gives the code of a pairing, and gets a token.
async fn pair(State(web): State<Web>, headers: HeaderMap, body: Bytes) -> Response {
    let is_json = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = is_json.is_some_and(|kind| kind.split(';').next().map(str::trim) == Some("application/json"));
    let body = Zeroizing::new(body.to_vec());
    let code = serde_json::from_slice::<Code>(&body).ok().filter(|_| is_json);
    let (Some(code), Some(origin)) = (code, origin_of(&headers)) else { return refused(Refusal::Malformed) };
    if !web.bridge.takes_request(&origin) {
        return refused(Refusal::TooFast);
    }
    let work = move || {
        // A code has few tries: so few records there are. Where none waits, nothing is tried.
        let waits = web.bridge.pairing(|pairing| pairing.origin.as_str() == origin).unwrap_or(false);
        let paired = paired(&web, &origin, &code.code);
        if let (Err(refusal), true) = (&paired, waits) {
            let act = BridgeAct::PairingFailed { origin, why: refusal.code() };
            web.desk.audit.note(&Act::Bridge(act));
        }
        // The page of the officer shows what became of the code.
        web.desk.tell();
        paired
    };
    said(tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::Internal)))
}

fn paired(web: &Web, origin: &str, code: &str) -> Result<Paired, Refusal> {
    let (grant, token) = web.bridge.try_code(origin, code)?;
    let shown = GrantOf::of(&grant);
    let act = Act::Bridge(BridgeAct::Granted { grant: grant.clone() });
    web.desk.audit.record(&act).map_err(|_| Refusal::NotRecorded)?;
    web.bridge.keep(grant).map_err(|_| Refusal::Internal)?;
    let device = DeviceOf::of(web.desk.audit.log.key());
    Ok(Paired { token: Zeroizing::new(token.text().to_owned()), grant: shown, device })
}

/// What the grant is, with whom the page speaks, and whether somebody is connected.
async fn state(State(web): State<Web>, headers: HeaderMap) -> Response {
    let grant = match authorised(&web, &headers, bearer(&headers)).await {
        Ok(grant) => grant,
        Err(refusal) => return refused(refusal),
    };
    let inner = web.desk.look();
    said(Ok(Shown {
        grant: GrantOf::of(&grant),
        device: DeviceOf::of(web.desk.audit.log.key()),
        reader: progress::readers(&inner),
        connected: inner.line.client.is_some(),
    }))
}

/// The software gives its grant up.
async fn give_up(State(web): State<Web>, headers: HeaderMap) -> Response {
    let grant = match authorised(&web, &headers, bearer(&headers)).await {
        Ok(grant) => grant,
        Err(refusal) => return refused(refusal),
    };
    let work = move || {
        let revoked = revoke(&web, &grant, "software", None);
        web.desk.tell();
        revoked
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        _ => refused(Refusal::Internal),
    }
}

/// Takes a grant back, and records it. What protects is done also where it cannot be recorded.
pub fn revoke(web: &Web, grant: &Grant, by: &'static str, officer: Option<&str>) -> Result<(), String> {
    let act = BridgeAct::Revoked { grant: grant.id.clone(), origin: grant.origin.to_string(), by };
    web.desk.audit.note_by(officer, &Act::Bridge(act));
    web.bridge.revoke(&grant.id).map(drop).map_err(|error| error.to_string())
}

/// The WebSocket: one page at a time.
async fn connect(
    State(web): State<Web>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else { return refused(Refusal::Malformed) };
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let offered: Vec<&str> = offered.flat_map(|value| value.split(',')).map(str::trim).collect();
    let token = offered.iter().find_map(|protocol| protocol.strip_prefix(TOKEN_PROTOCOL)).map(str::to_owned);
    if !offered.contains(&PROTOCOL) {
        return refused(Refusal::Malformed);
    }
    let grant = match authorised(&web, &headers, token.map(Zeroizing::new)).await {
        Ok(grant) => grant,
        Err(refusal) => return refused(refusal),
    };
    let Some(seat) = web.desk.connect(&grant.id, &grant.origin) else { return refused(Refusal::AnotherClient) };
    let conversation = Conversation::begin(&web.desk, &web.bridge, &web.officers, grant, seat);
    let desk = Arc::clone(&web.desk);
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .on_upgrade(move |socket| socket::serve(socket, desk, conversation))
}

/// The grant of the token that a page shows.
async fn authorised(web: &Web, headers: &HeaderMap, token: Option<Zeroizing<String>>) -> Result<Grant, Refusal> {
    let origin = origin_of(headers).unwrap_or_default();
    if !web.bridge.takes_request(&origin) {
        return Err(Refusal::TooFast);
    }
    let token = token.ok_or(Refusal::WrongToken)?;
    let bridge = Arc::clone(&web.bridge);
    // The last use is written to the disk.
    let work = move || bridge.authorise(&token, &origin);
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::Internal))
}

fn bearer(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| Zeroizing::new(token.trim().to_owned()))
}

fn origin_of(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::ORIGIN)?.to_str().ok()?.to_owned())
}

fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, json(&Failed::of(refusal, None, Vec::new()))).into_response()
}

fn said(result: Result<impl Serialize, Refusal>) -> Response {
    match result {
        Ok(body) => json(&body),
        Err(refusal) => refused(refusal),
    }
}

fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
