//! Whether the Document Signer's certificate is revoked.

use alloc::format;
use alloc::string::String;

use crate::check::{Check, Reason};

use super::certificate::Certificate;
use super::chain::Pool;
use super::crl::Crl;
use super::time::UnixTime;

/// Looks the certificate up in every list that verifies under its issuer, or under an authority linked to it.
///
/// Serial numbers collide between issuers: a list of another authority says nothing. A list that has it counts even
/// when it is out of date, because what is revoked stays revoked.
pub(crate) fn check<'a>(
    signer: &Certificate,
    authority: &'a Certificate,
    pool: &Pool<'a>,
    lists: &[Crl],
    now: UnixTime,
) -> Check {
    let mut newest: Option<&Crl> = None;
    let mut limited = None;
    let issuers = if lists.is_empty() { alloc::vec![authority] } else { pool.linked_to(authority) };
    for list in lists {
        let issued =
            issuers.iter().any(|issuer| list.issuer() == issuer.subject() && list.verify_signature(issuer).is_ok());
        if !issued {
            continue;
        }
        if list.lists(signer) {
            let message = format!("the Document Signer's certificate is on the revocation list of {}", list.issuer());
            return Check::failed(Reason::Revoked, message);
        }
        if list.covers(signer) && newest.is_none_or(|newest| is_better(list, newest, now)) {
            newest = Some(list);
        }
        limited = limited.or(list.limitation().map(|why| (list, why)));
    }
    match newest {
        None => Check::unknown(Reason::NoCrl, without_list(signer, limited)),
        Some(list) if is_current(list, now) => Check::passed(),
        Some(list) => {
            let message = format!("the revocation list of {} is not current", list.issuer());
            Check::unknown(Reason::CrlOutOfDate, message)
        }
    }
}

/// What is missing, and where there is a list that does not do, why.
fn without_list(signer: &Certificate, limited: Option<(&Crl, &str)>) -> String {
    match limited {
        None => format!("no revocation list of {} is loaded", signer.issuer()),
        Some((list, why)) => {
            format!("the revocation list of {} does not cover the Document Signer: {why}", list.issuer())
        }
    }
}

/// A list without an end has no way to be too old, and so none to be current.
fn is_current(list: &Crl, now: UnixTime) -> bool {
    list.this_update() <= now && list.next_update().is_some_and(|next| now <= next)
}

fn is_better(list: &Crl, other: &Crl, now: UnixTime) -> bool {
    is_current(list, now) && !is_current(other, now)
}
