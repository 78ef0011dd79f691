//! The published sessions of `../shared/vectors`, replayed against the reader byte for byte.

use alloc::{format, string::String, vec::Vec};

use serde_json::Value;

use super::{Access, Card, Connected};
use crate::{
    apdu::{Command, LengthFields, Response, script::Script},
    crypto::cipher::Cipher,
    lds::security_infos::SecurityInfos,
    mrz::MrzKey,
    pace::Password,
    random::Scripted,
    secure_messaging::SecureMessaging,
};

fn folder() -> String {
    let shared = std::env::var("CCCD_SHARED");
    format!("{}/vectors", shared.unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into()))
}

/// The vector file, or nothing and a word about it where the shared vectors are absent.
fn vector(name: &str) -> Option<Value> {
    let Ok(text) = std::fs::read_to_string(format!("{}/{name}", folder())) else {
        std::println!("skipped: shared vectors absent");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn hex(value: &Value) -> Vec<u8> {
    base16ct::mixed::decode_vec(value.as_str().unwrap()).unwrap()
}

fn mrz_key(vector: &Value) -> MrzKey {
    let text = |name| vector[name].as_str().unwrap();
    MrzKey::new(text("mrz_doc_number"), text("mrz_birth"), text("mrz_expiry")).unwrap()
}

#[test]
fn pace_is_that_of_appendix_g() {
    let Some(vector) = vector("icao-worked-examples/icao_g1_ecdh_gm_aes128.json") else { return };
    let offer = SecurityInfos::parse(&hex(&vector["ef_cardaccess"])).unwrap();
    // The example's EF.CardAccess names the parameters 13, as its MSE:Set AT does.
    let keys = &vector["terminal_ephemeral_private_keys"];
    let mut rng = Scripted::new([hex(&keys[0]), hex(&keys[1])].concat());
    let card = Card::<_, Connected>::new(Script::from_json(&vector["apdus"]));
    let card = card.pace(&offer, &Password::Mrz(mrz_key(&vector)), &mut rng).unwrap();
    let Access::Pace { selection, password } = card.access() else { panic!() };
    assert_eq!((selection.curve.name(), *password), ("brainpoolP256r1", "MRZ"));
    assert!(card.transport().is_finished());

    // The keys that follow, told by the first command they protect.
    let after = &vector["expected_sm_after"];
    let expected = SecureMessaging::new(Cipher::Aes128, &hex(&after["ks_enc"]), &hex(&after["ks_mac"]), 0).unwrap();
    assert!(card.session.channel.security().unwrap().is_same(&expected));
}

#[test]
fn a_whole_session_of_bac_is_replayed() {
    let Some(vector) = vector("icao-worked-examples/bac-full-read-3des.json") else { return };
    let mut apdus = vector["apdus"].as_array().unwrap().clone();
    apdus.pop(); // INTERNAL AUTHENTICATE, which that simulator does not know
    let mut rng = Scripted::new([hex(&vector["rnd_ifd"]), hex(&vector["k_ifd"])].concat());
    let card = Card::<_, Connected>::new(Script::from_json(&Value::Array(apdus)));
    let mut card = card.bac(&mrz_key(&vector), &mut rng).unwrap();
    assert_eq!(card.access(), &Access::Bac);
    let expected =
        SecureMessaging::new(Cipher::TripleDes, &hex(&vector["ks_enc"]), &hex(&vector["ks_mac"]), counter(&vector));
    assert!(card.session.channel.security().unwrap().is_same(&expected.unwrap()));

    // The recorded reader selects each file and reads its header first; the protected commands are the same all the same.
    for (identifier, name) in [
        (0x011E, "EF_COM.bin"),
        (0x011D, "EF_SOD.bin"),
        (0x0101, "Datagroup1.bin"),
        (0x0102, "Datagroup2.bin"),
        (0x010F, "Datagroup15.bin"),
    ] {
        let read = read_in_the_recorded_way(&mut card, identifier);
        let file = std::fs::read(format!("{}/bsi-tr03105-5-specimen/{name}", folder())).unwrap();
        assert_eq!(read, file, "{name}");
    }
    assert!(card.transport().is_finished());
}

fn counter(vector: &Value) -> u128 {
    u128::from_str_radix(vector["initial_ssc"].as_str().unwrap(), 16).unwrap()
}

fn read_in_the_recorded_way<S>(card: &mut Card<Script, S>, identifier: u16) -> Vec<u8> {
    let channel = &mut card.session.channel;
    let mut send = |command: Command| channel.transmit(super::Instruction::ReadBinary, &command).unwrap();
    let selected = send(Command::new(0, 0xA4, 0x02, 0x0C).with_data(identifier.to_be_bytes()));
    assert!(selected.protected && selected.status.is_success());
    let mut bytes = send(Command::new(0, 0xB0, 0, 0).expecting(8)).data.to_vec();
    let length = crate::tlv::length_of_file(&bytes).unwrap();
    while bytes.len() < length {
        // It leaves room for the header in the second block.
        let most = if bytes.len() == 8 { 223 - 8 } else { 223 };
        let [high, low] = (bytes.len() as u16).to_be_bytes();
        let command = Command::new(0, 0xB0, high, low).expecting(most.min(length - bytes.len()));
        bytes.extend_from_slice(&send(command).data);
    }
    bytes
}

/// PACE recorded between JMRTD and a simulated chip. The reader's key for the mapping is not in the recording, so the
/// recorded generator takes its place; what follows from it is computed and compared.
#[test]
fn recorded_sessions_of_generic_mapping_give_the_same_tokens_and_keys() {
    let Some(index) = vector("pace-transcripts/index.json") else { return };
    let mut replayed = 0;
    for entry in index.as_array().unwrap().iter().filter(|entry| entry["mapping"] == "GM") {
        let vector = vector(&format!("pace-transcripts/{}", entry["file"].as_str().unwrap())).unwrap();
        crate::pace::replay::tokens_and_keys(entry, &vector);
        replay_protected(&vector);
        replayed += 1;
    }
    assert_eq!(replayed, 8);
}

/// The protected commands and answers behind PACE: both are made and opened as recorded.
fn replay_protected(vector: &Value) {
    let apdus = vector["apdus"].as_array().unwrap();
    let after_pace = &apdus[vector["pace_apdu_count"].as_u64().unwrap() as usize..];
    if after_pace.is_empty() {
        return;
    }
    let keys = (hex(&vector["ks_enc"]), hex(&vector["ks_mac"]));
    let cipher = Cipher::ALL.into_iter().skip(1).find(|cipher| cipher.key_len() == keys.0.len()).unwrap();
    let mut security = SecureMessaging::new(cipher, &keys.0, &keys.1, 0).unwrap();
    let files = vector["files_read_after_pace"].as_array().unwrap();
    for (file, exchanges) in files.iter().zip(after_pace.chunks(2)) {
        let commands =
            [Command::new(0, 0xA4, 0x02, 0x0C).with_data(hex(file)), Command::new(0, 0xB0, 0, 0).expecting(0x40)];
        for (command, exchange) in commands.iter().zip(exchanges) {
            let protected = security.protect(command, LengthFields::Short).unwrap();
            assert_eq!(protected.encode(LengthFields::Short).unwrap()[..], hex(&exchange[0]), "{command:?}");
            let response = Response::parse(&hex(&exchange[1])).unwrap();
            let opened = security.open(command.instruction, &response).unwrap();
            assert!(opened.status.is_success() && !opened.data.is_empty());
        }
    }
}
