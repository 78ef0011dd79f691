//! Who was trusted: of all anchors and revocation lists that were loaded, those that could decide something.
//!
//! A trust store holds hundreds of certificates. For one document only those count that bear the name of its signer's
//! issuer, and those linked to them by name: no other can be in a chain, forge one, or sign a revocation list that
//! matters. Only these are recorded, and the checks of a replay come out as with all of them.

use icao9303::lds::file::ElementaryFile;
use icao9303::passive_authentication::{CardSecurity, Certificate, Crl, EfSod, Name, import};

use super::{Event, Trace};
use crate::read::Reading;
use crate::trust_store::Trusted;

/// The events that say who was trusted in this reading.
#[must_use]
pub fn events(trusted: &Trusted, reading: &Reading) -> Vec<Event> {
    let file = |name| reading.files.get(&name).map(Vec::as_slice);
    let sod = file(ElementaryFile::Sod).and_then(|file| EfSod::parse(file).ok());
    let card_security = file(ElementaryFile::CardSecurity).and_then(|file| CardSecurity::parse(file).ok());
    let mut names = sod.map(|sod| sod.certificate_issuers()).unwrap_or_default();
    names.extend(card_security.map(|file| file.certificate_issuers()).unwrap_or_default());
    let anchors = linked(trusted.anchors.iter(), &mut names);
    let lists = trusted.revocation_lists.iter().filter(|list| names.iter().any(|name| is_of(list, name)));
    let anchors = anchors.into_iter().map(|anchor| Event::Anchor(anchor.as_bytes().to_vec()));
    anchors.chain(lists.map(|list| Event::Crl(list.as_bytes().to_vec()))).collect()
}

/// The certificates that bear one of the names as subject or issuer, and those linked to them. `names` grows with it.
fn linked<'a>(all: impl Iterator<Item = &'a Certificate>, names: &mut Vec<Name>) -> Vec<&'a Certificate> {
    let mut rest: Vec<_> = all.collect();
    let mut found = Vec::new();
    loop {
        let (hit, miss): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|certificate| names.iter().any(|name| bears(certificate, name)));
        if hit.is_empty() {
            return found;
        }
        for certificate in &hit {
            for name in [certificate.subject(), certificate.issuer()] {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        found.extend(hit);
        rest = miss;
    }
}

fn bears(certificate: &Certificate, name: &Name) -> bool {
    [certificate.subject(), certificate.issuer()].into_iter().any(|own| same(own, name))
}

fn is_of(list: &Crl, name: &Name) -> bool {
    same(list.issuer(), name)
}

/// Some software writes names back to front.
fn same(own: &Name, name: &Name) -> bool {
    own == name || own.is_reverse_of(name)
}

/// Who is trusted in a replay.
///
/// # Errors
/// What was recorded is no certificate of an authority, or no revocation list.
pub fn of(trace: &Trace) -> Result<Trusted, String> {
    let mut trusted = Trusted::default();
    for event in &trace.events {
        match event {
            Event::Anchor(bytes) => {
                let imported = import(bytes).map_err(|error| format!("an anchor of the trace: {error}"))?;
                trusted.anchors.extend(imported.certificates);
            }
            Event::Crl(bytes) => {
                let imported = import(bytes).map_err(|error| format!("a revocation list of the trace: {error}"))?;
                trusted.revocation_lists.extend(imported.revocation_lists);
            }
            _ => {}
        }
    }
    Ok(trusted)
}
