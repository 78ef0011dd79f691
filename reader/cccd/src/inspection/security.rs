//! SecurityInfos: the protocols a chip offers and its keys.

use icao9303::crypto::key_agreement::{self, KeyAgreementError, StandardizedParameters};
use icao9303::crypto::signature::PublicKey;
use icao9303::lds::security_infos::{SecurityInfo, SecurityInfoContent, SecurityInfos};
use serde_json::{Value, json};

/// Each of them, in the order of the file.
pub(super) fn values(infos: &SecurityInfos) -> Vec<Value> {
    infos.iter().map(value).collect()
}

fn value(info: &SecurityInfo) -> Value {
    let mut value = match &info.content {
        SecurityInfoContent::Pace(pace) => json!({
            "type": "PACEInfo", "protocol": pace.protocol.to_string(), "version": pace.version,
            "parameter_id": pace.parameter_id, "domain": pace.parameter_id.and_then(domain),
        }),
        SecurityInfoContent::PaceDomainParameters(parameters) => json!({
            "type": "PACEDomainParameterInfo", "parameter_id": parameters.parameter_id,
            "bytes": parameters.domain_parameter.len(),
        }),
        SecurityInfoContent::ChipAuthentication(chip) => json!({
            "type": "ChipAuthenticationInfo",
            "protocol": format!("CA-{:?} with {}", chip.protocol.key_agreement, chip.protocol.cipher).to_uppercase()
                .replace("WITH", "with"),
            "version": chip.version, "key_id": chip.key_id,
        }),
        SecurityInfoContent::ChipAuthenticationPublicKey(key) => json!({
            "type": "ChipAuthenticationPublicKeyInfo", "public_key": key_name(&key.public_key), "key_id": key.key_id,
        }),
        SecurityInfoContent::TerminalAuthentication { version, .. } => {
            json!({ "type": "TerminalAuthenticationInfo", "version": version })
        }
        SecurityInfoContent::ActiveAuthentication { signature_algorithm } => json!({
            "type": "ActiveAuthenticationInfo", "signature_algorithm": signature_algorithm.to_string(),
        }),
        SecurityInfoContent::Malformed => json!({ "type": "malformed" }),
        _ => json!({ "type": "unknown" }),
    };
    value["oid"] = info.protocol.to_string().into();
    value["length"] = info.raw.len().into();
    value
}

/// The standardised domain parameters (Doc 9303-11, 9.5.1).
fn domain(id: u64) -> Option<&'static str> {
    Some(StandardizedParameters::from_id(u8::try_from(id).ok()?)?.name())
}

/// The name of a key, or why it has none.
pub(super) fn key_name(public_key_info: &[u8]) -> String {
    match key_agreement::PublicKey::from_spki(public_key_info) {
        Ok(key_agreement::PublicKey::Dh(key)) => format!("DH {}", key.group()),
        Err(error @ KeyAgreementError::Dh(_)) => error.to_string(),
        _ => PublicKey::from_spki(public_key_info).map_or_else(|error| error.to_string(), |key| key.name()),
    }
}
