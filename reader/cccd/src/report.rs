//! The result of a read as other programs get it: the JSON of the command line's contract.

use std::collections::BTreeMap;
use std::time::Duration;

use icao9303::card::Access;
use icao9303::check::{Reason, Remark};
use icao9303::cv_certificate::CertificateReference;
use icao9303::lds::file::ElementaryFile;
use icao9303::terminal_authentication::TerminalAuthentication;
use icao9303::transport::LinkLimits;
use serde_json::{Map, Value, json};

use crate::assessment::{Assessment, Portrait};
use crate::read::{Reading, Statistics};

/// The reader that a card lies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderSection {
    /// Its name.
    pub name: String,
    /// The card's answer to reset.
    pub atr: Option<Vec<u8>>,
}

/// `cccd.read/1`.
#[must_use]
pub fn of_read(
    reader: &ReaderSection,
    reading: &Reading,
    assessment: &Assessment,
    statistics: &Statistics,
    total: Duration,
) -> Value {
    let mut report = Map::new();
    report.insert("schema".into(), "cccd.read/1".into());
    report.insert("reader".into(), reader_value(reader, reading.learnt.limits));
    report.insert("access".into(), access(reading));
    add_assessment(&mut report, &files(reading), assessment);
    if let Some(done) = &reading.terminal_authentication {
        report.insert("terminal_authentication".into(), terminal_authentication(done));
    }
    report.insert("timing".into(), timing(statistics, total));
    Value::Object(report)
}

/// `cccd.verify/1`: the same without a reader and a session.
#[must_use]
pub fn of_files(files: &BTreeMap<ElementaryFile, Vec<u8>>, assessment: &Assessment) -> Value {
    let mut report = Map::new();
    report.insert("schema".into(), "cccd.verify/1".into());
    add_assessment(&mut report, &files.iter().map(|(file, bytes)| (*file, bytes.as_slice())).collect(), assessment);
    Value::Object(report)
}

fn add_assessment(report: &mut Map<String, Value>, files: &BTreeMap<ElementaryFile, &[u8]>, assessment: &Assessment) {
    let sizes: Map<_, _> = files.iter().map(|(file, bytes)| (file.to_string(), bytes.len().into())).collect();
    let lines = assessment.mrz.as_ref().map(|mrz| mrz.mrz().lines().map(str::to_owned).collect::<Vec<_>>());
    let mut add = |name: &str, value: Value| report.insert(name.to_owned(), value);
    add("files", Value::Object(sizes));
    add("absent", json!(assessment.absent));
    add("mrz", json!(lines));
    add("holder", json!(assessment.holder));
    add("portrait", assessment.portrait.as_ref().map_or(Value::Null, portrait));
    add("checks", json!(assessment.checks));
    add("warnings", remarks(&assessment.warnings));
    add("deviations", remarks(&assessment.deviations));
    add("live", assessment.live.into());
    add("verdict", assessment.verdict.as_str().into());
}

/// All files that were read, EF.CardAccess among them.
#[must_use]
pub fn files(reading: &Reading) -> BTreeMap<ElementaryFile, &[u8]> {
    let card_access = reading.card_access.iter().map(|bytes| (ElementaryFile::CardAccess, bytes.as_slice()));
    card_access.chain(reading.files.iter().map(|(file, bytes)| (*file, bytes.as_slice()))).collect()
}

fn reader_value(reader: &ReaderSection, limits: LinkLimits) -> Value {
    json!({
        "name": reader.name,
        "atr": reader.atr.as_deref().map(base16ct::lower::encode_string),
        "max_command": limits.max_command,
        "max_response": limits.max_response,
        "extended_length": limits.extended_length(),
    })
}

fn access(reading: &Reading) -> Value {
    let cipher = reading.cipher.name();
    match &reading.access {
        Access::Pace { selection, password } => json!({
            "protocol": "PACE",
            "mechanism": selection.protocol.mechanism(),
            "cipher": cipher,
            "domain": selection.domain.name(),
            "password": password,
        }),
        _ => json!({ "protocol": "BAC", "cipher": cipher, "password": "MRZ" }),
    }
}

/// How far the terminal came, and what its certificates allow. Beside the checks and not among them: it says nothing
/// about the card.
fn terminal_authentication(done: &TerminalAuthentication) -> Value {
    let names = |references: &[CertificateReference]| references.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut rights = Vec::new();
    rights.extend(done.rights.fingerprints.then_some("DG3"));
    rights.extend(done.rights.irises.then_some("DG4"));
    json!({
        "status": done.check.status.as_str(),
        "reason": done.check.reason.map(Reason::as_str),
        "message": done.check.message,
        "trust_points": names(&done.trust_points),
        "chain": names(&done.chain),
        "rights": rights,
    })
}

fn portrait(portrait: &Portrait) -> Value {
    json!({
        "format": portrait.format,
        "width": portrait.size.map(|(width, _)| width),
        "height": portrait.size.map(|(_, height)| height),
        "bytes": portrait.bytes.len(),
        "sha256": base16ct::lower::encode_string(&portrait.sha256()),
    })
}

fn remarks(remarks: &[Remark]) -> Value {
    remarks.iter().map(|remark| json!({ "code": remark.code, "message": remark.message })).collect()
}

/// What was counted, in milliseconds to a tenth.
#[must_use]
pub fn timing(statistics: &Statistics, total: Duration) -> Value {
    let phases: Map<_, _> =
        statistics.phases().into_iter().map(|(name, spent)| (name, milliseconds(spent).into())).collect();
    let mut timing = json!({
        "total_ms": milliseconds(total),
        "apdus": statistics.apdus(),
        "bytes_sent": statistics.bytes_sent(),
        "bytes_received": statistics.bytes_received(),
        "phases": phases,
    });
    // From the first command on: to the last response, and until DG1 and DG13 were proven.
    for (name, spent) in [("exchange_ms", statistics.exchange()), ("identity_ms", statistics.identity())] {
        if let Some(spent) = spent {
            timing[name] = milliseconds(spent).into();
        }
    }
    timing
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}
