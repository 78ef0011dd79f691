//! Who may ask. The desk listens on the loopback interface, and every page that this machine's browser shows can reach it
//! there; so each request must name this desk as its host, and come from the desk's own page or from no page at all.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Web, bridge};
use crate::desk::bridge::PATH;

/// The way that a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// From this machine.
    #[default]
    Here,
    /// From the officer's computer, which is paired.
    Link,
}

/// The names under which the desk is reached.
pub struct Own {
    way: Way,
    hosts: Vec<String>,
}

impl Own {
    /// The desk at that address of the loopback interface.
    pub fn at(address: SocketAddr) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string(), format!("localhost:{port}")];
        if port == 80 {
            // Browsers leave it out.
            hosts.extend([address.ip().to_string(), "localhost".to_owned()]);
        }
        Self { way: Way::Here, hosts }
    }

    /// The desk as the officer's computer serves it: at a port of its own loopback interface, which the desk does not know.
    pub fn through_the_link() -> Self {
        Self { way: Way::Link, hosts: Vec::new() }
    }

    fn is_host(&self, host: &str) -> bool {
        match self.way {
            Way::Here => self.hosts.iter().any(|own| own == host),
            Way::Link => is_loopback(host),
        }
    }

    /// The host that a request names, once, where it is the desk.
    fn host<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next()?.to_str().ok()?;
        (hosts.next().is_none() && self.is_host(host)).then_some(host)
    }

    /// Whether a page of that origin is the desk's own, where it was asked for under that host.
    fn is_origin(&self, origin: &str, host: &str) -> bool {
        let named = origin.strip_prefix("http://");
        named.is_some_and(|named| self.is_host(named) && (self.way == Way::Here || named == host))
    }
}

/// Whether that is a name of the loopback interface, with or without a port.
fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let is_port = port.parse::<u16>().is_ok();
    is_port && (name == "localhost" || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()))
}

/// Nothing but what the desk itself serves: no inline script or style, no other host, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What goes with every answer. Pages hold personal data: no copy is kept.
const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // With `no-referrer` browsers would not say either that the desk's own forms come from the desk.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(), geolocation=(), usb=()"),
    ),
];

/// What the guard knows.
#[derive(Clone)]
pub struct Guard {
    /// The names under which the desk is reached.
    pub own: Arc<Own>,
    /// Which pages of other software may come to the bridge.
    pub web: Web,
}

/// Lets a request through, or not. A page that is not the desk's own gets to the bridge, where it may, and to nothing else.
pub async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(guard.own.way);
    let mut response = if request.uri().path().starts_with(PATH) {
        at_the_bridge(&guard, request, next).await
    } else {
        match refusal(&guard.own, request.method(), request.headers(), request.uri().path()) {
            Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
            None => next.run(request).await,
        }
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A page of other software asks. Which page it is, its browser says; a page that says nothing is nobody.
async fn at_the_bridge(guard: &Guard, request: Request, next: Next) -> Response {
    if guard.own.host(request.headers()).is_none() {
        return (StatusCode::FORBIDDEN, NOT_THAT_NAME).into_response();
    }
    let Some(origin) = bridge::allowed(&guard.web, request.headers()) else {
        return (StatusCode::FORBIDDEN, "this page is not paired with this desk").into_response();
    };
    let mut response = if bridge::is_preflight(request.method(), request.headers()) {
        bridge::preflight(request.headers())
    } else {
        next.run(request).await
    };
    bridge::readable_by(origin, &mut response);
    response
}

/// What is said to whoever calls the desk by another name.
const NOT_THAT_NAME: &str = "this desk is not called by that name";

/// Why a request is refused.
fn refusal(own: &Own, method: &Method, headers: &HeaderMap, path: &str) -> Option<&'static str> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(host) = own.host(headers) else { return Some(NOT_THAT_NAME) };
    if text(&header::ORIGIN).is_some_and(|origin| !own.is_origin(origin, host)) {
        return Some("another page asks");
    }
    // Browsers say where a request comes from. A link to the first page may stand anywhere.
    let site = text(&HeaderName::from_static("sec-fetch-site"));
    let from_outside = site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let first_page = *method == Method::GET && matches!(path, "/" | "/login");
    if from_outside && !first_page {
        return Some("another page asks");
    }
    // What changes something comes from the page itself, which says so in one of the two ways.
    let says_so = text(&header::ORIGIN).is_some() || site.is_some();
    (*method != Method::GET && !says_so).then_some("the page that asks is not known")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, path: &str, headers: &[(&'static str, &str)]) -> Option<&'static str> {
        let own = Own::at("127.0.0.1:8630".parse().unwrap());
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        refusal(&own, &method, &headers.collect(), path)
    }

    #[test]
    fn the_desks_own_page_may_do_everything() {
        let own = [("host", "127.0.0.1:8630"), ("origin", "http://127.0.0.1:8630"), ("sec-fetch-site", "same-origin")];
        assert_eq!(asked(Method::POST, "/end", &own), None);
        assert_eq!(asked(Method::GET, "/form.pdf", &[("host", "localhost:8630"), ("sec-fetch-site", "none")]), None);
    }

    #[test]
    fn a_name_that_was_pointed_at_this_machine_gets_nothing() {
        assert!(asked(Method::GET, "/", &[("host", "evil.example:8630")]).is_some());
        assert!(asked(Method::GET, "/", &[("host", "127.0.0.1:8631")]).is_some());
        assert!(asked(Method::GET, "/", &[]).is_some());
    }

    #[test]
    fn another_page_may_link_to_the_desk_and_do_nothing_else() {
        let link = [("host", "127.0.0.1:8630"), ("sec-fetch-site", "cross-site")];
        assert_eq!(asked(Method::GET, "/", &link), None);
        assert!(asked(Method::GET, "/portrait/1", &link).is_some());
        assert!(asked(Method::POST, "/end", &link).is_some());
        let other_port = [("host", "127.0.0.1:8630"), ("origin", "http://127.0.0.1:3000")];
        assert!(asked(Method::POST, "/key", &other_port).is_some());
        assert!(asked(Method::POST, "/key", &[("host", "127.0.0.1:8630"), ("origin", "null")]).is_some());
    }

    #[test]
    fn through_the_link_the_desk_is_called_by_names_of_the_loopback_alone() {
        let linked = |host: &str, origin: &str| {
            let headers = [("host", host), ("origin", origin)]
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
            refusal(&Own::through_the_link(), &Method::POST, &headers.into_iter().collect(), "/end")
        };
        for host in ["127.0.0.1:8630", "localhost:9000", "[::1]:8630", "127.0.0.1", "localhost"] {
            assert_eq!(linked(host, &format!("http://{host}")), None, "{host}");
        }
        for host in ["evil.example:8630", "192.168.1.20:8631", "localhost.evil.example", "localhost:x", ""] {
            assert!(linked(host, &format!("http://{host}")).is_some(), "{host}");
        }
        assert!(linked("127.0.0.1:8630", "http://127.0.0.1:3000").is_some(), "another program of that computer");
        assert!(linked("127.0.0.1:8630", "null").is_some());
    }

    #[test]
    fn whoever_does_not_say_which_page_asks_changes_nothing() {
        assert!(asked(Method::POST, "/end", &[("host", "127.0.0.1:8630")]).is_some());
    }
}
