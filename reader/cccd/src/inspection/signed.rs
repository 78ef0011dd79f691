//! EF.SOD and EF.CardSecurity: what is signed, and by whom. The signature is verified with the certificate that comes along;
//! who issued that one is not asked here.

use icao9303::check::Check;
use icao9303::lds::file::ElementaryFile;
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::passive_authentication::{
    self, Asked, CardSecurity, Certificate, DocumentIdentity, EfSod, Evidence, SignatureCheck, Trust, TrustAnchors,
    UnixTime,
};
use icao9303::tlv;
use serde_json::{Map, Value, json};

use super::pki::{details, hex, malformed, time};
use super::{InspectError, Inspection, Kind, security};

const SOD_TAG: u32 = 0x77;

pub(super) fn sod(bytes: &[u8], now: UnixTime) -> Result<Inspection, InspectError> {
    let sod = EfSod::parse(bytes).map_err(|error| malformed("EF.SOD", &error))?;
    let mut inspection = Inspection::new(Kind::File(ElementaryFile::Sod));
    let object = sod.security_object();
    inspection.set("version", object.version);
    if let Some((lds, unicode)) = &object.lds_version {
        inspection.set("lds_version", lds.as_str());
        inspection.set("unicode_version", unicode.as_str());
    }
    let hash =
        object.hash_algorithm.as_ref().map_or_else(|name| format!("{name} (not supported)"), |hash| hash.name().into());
    inspection.set("hash_algorithm", hash);
    let hashes: Map<_, _> =
        object.hashes.iter().map(|(group, hash)| (format!("DG{group}"), hex(hash).into())).collect();
    inspection.set("hashes", hashes);
    let anchors = TrustAnchors::new();
    let evidence = Evidence {
        sod: Some(bytes),
        files: &[],
        cut: &[],
        asked: Asked::Only(&[]),
        document: DocumentIdentity::default(),
    };
    let trust = Trust { anchors: &anchors, revocation_lists: &[], now };
    let result = passive_authentication::verify(&evidence, &trust);
    signature(&mut inspection, &result.sod_signature, result.document_signer.as_ref(), now);
    inspection.set("signing_time", json!(result.signing_time.map(time)));
    inspection.deviations = result.remarks;
    Ok(inspection)
}

/// The content of EF.SOD without its tag 77, as some tools save it.
pub(super) fn bare_sod(bytes: &[u8], now: UnixTime) -> Result<Inspection, InspectError> {
    let mut inspection = sod(&tlv::encode(SOD_TAG, bytes), now)?;
    let message = "the outer tag 77 of EF.SOD is missing".into();
    inspection.deviations.push(icao9303::check::Remark { code: "sod_without_tag", message });
    Ok(inspection)
}

pub(super) fn card_security(bytes: &[u8], now: UnixTime) -> Result<Inspection, InspectError> {
    let file = CardSecurity::parse(bytes).map_err(|error| malformed("EF.CardSecurity", &error))?;
    let mut inspection = Inspection::new(Kind::File(ElementaryFile::CardSecurity));
    match SecurityInfos::parse(file.security_infos()) {
        Ok(infos) => inspection.set("security_infos", security::values(&infos)),
        Err(error) => return Err(malformed("EF.CardSecurity", &error)),
    }
    let trust = Trust { anchors: &TrustAnchors::new(), revocation_lists: &[], now };
    let result =
        file.verify(DocumentIdentity::default(), &trust).map_err(|error| malformed("EF.CardSecurity", &error))?;
    signature(&mut inspection, &result.signature, result.document_signer.as_ref(), now);
    inspection.deviations = result.remarks;
    Ok(inspection)
}

fn signature(inspection: &mut Inspection, check: &SignatureCheck, signer: Option<&Certificate>, now: UnixTime) {
    inspection.set("signature", state(&check.check));
    inspection.set("signature_algorithm", json!(check.algorithm));
    inspection.set("signer", signer.map_or(Value::Null, |signer| Value::Object(details(signer, now))));
}

fn state(check: &Check) -> Value {
    let mut state = Map::new();
    state.insert("status".into(), check.status.as_str().into());
    if let Some(reason) = check.reason {
        state.insert("reason".into(), reason.as_str().into());
        state.insert("message".into(), check.message.as_str().into());
    }
    Value::Object(state)
}
