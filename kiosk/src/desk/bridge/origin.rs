//! Who a page is: its origin (RFC 6454), as a browser writes it into each request. An officer may paste the address of any
//! page of the software; what is kept of it is the origin.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An origin, written as browsers do: small letters, no port where it is the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// Why an address is none that may be paired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginError {
    /// It is no address of a page.
    Malformed,
    /// Whoever sits on the line could be that page: only https proves who a page is, but on this very machine. Browsers
    /// would let such a page neither reach the desk nor verify what it answers.
    NotSecure,
}

/// The longest name of a host (RFC 1035, section 2.3.4).
const LONGEST_HOST: usize = 253;

impl Origin {
    /// The origin of an address as it is typed or pasted.
    ///
    /// # Errors
    /// It is none, or not one to be trusted.
    pub fn parse(typed: &str) -> Result<Self, OriginError> {
        let typed = typed.trim();
        let (scheme, rest) = typed.split_once("://").ok_or(OriginError::Malformed)?;
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let (host, port) = host_and_port(authority).ok_or(OriginError::Malformed)?;
        let usual = match scheme.as_str() {
            "https" => 443,
            "http" if is_this_machine(&host) => 80,
            "http" => return Err(OriginError::NotSecure),
            _ => return Err(OriginError::Malformed),
        };
        let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self(format!("{scheme}://{host}{port}")))
    }

    /// As a browser writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host in small letters, and the port where one is named.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), port)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (name, port) = authority.split_at(end);
            (name_of_host(name)?, port)
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0') => {
            Some(digits.parse().ok()?)
        }
        _ => return None,
    };
    Some((host, port))
}

/// A name of the DNS or an IPv4 address. Names with other letters are typed as browsers send them (`xn--…`).
fn name_of_host(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > LONGEST_HOST || !name.split('.').all(is_label) {
        return None;
    }
    // Browsers take whatever ends in a number for an address, and write it anew.
    let ends_in_number = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let is_address = name.parse::<Ipv4Addr>().is_ok();
    (!ends_in_number || is_address).then_some(name)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_the_origin_that_a_browser_sends() {
        let origin = |typed| Origin::parse(typed).unwrap().to_string();
        assert_eq!(origin(" https://MotCua.NgheAn.gov.vn/ho-so?id=1#x "), "https://motcua.nghean.gov.vn");
        assert_eq!(origin("https://motcua.example:443"), "https://motcua.example");
        assert_eq!(origin("HTTPS://motcua.example:8443/"), "https://motcua.example:8443");
        assert_eq!(origin("http://127.0.0.1:8080/examples/"), "http://127.0.0.1:8080");
        assert_eq!(origin("http://localhost:80"), "http://localhost");
        assert_eq!(origin("http://[::1]:3000"), "http://[::1]:3000");
        assert_eq!(origin("https://[2001:DB8::0:1]"), "https://[2001:db8::1]");
    }

    #[test]
    fn a_page_that_anybody_on_the_line_could_be_is_not_paired() {
        for typed in ["http://motcua.example", "http://192.168.1.5:8080", "http://localhost.example"] {
            assert_eq!(Origin::parse(typed), Err(OriginError::NotSecure), "{typed}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        let long = format!("https://{}.vn", "a".repeat(64));
        for typed in [
            "",
            "null",
            "motcua.example",
            "https://",
            "https://*.example",
            "https://user@motcua.example",
            "https://motcua.example:0",
            "https://motcua.example:99999",
            "https://motcua.example:",
            "https://motcua..example",
            "https://motcua.example.",
            "https://mộtcửa.vn",
            "https://1.2.3",
            "https://[::1",
            "file:///home",
            "ftp://motcua.example",
            "https://-a.vn",
            &long,
        ] {
            assert_eq!(Origin::parse(typed), Err(OriginError::Malformed), "{typed}");
        }
    }
}
