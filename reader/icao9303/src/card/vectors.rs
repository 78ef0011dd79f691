//! The published sessions of `../shared/vectors`, replayed against the reader byte for byte.

use alloc::{format, string::String, vec::Vec};

use serde_json::Value;

use super::{Access, Card, Connected};
use crate::{
    apdu::{Command, LengthFields, Response, script::Script},
    check::Check,
    crypto::{
        cipher::Cipher,
        key_agreement::{Domain, StandardizedParameters},
    },
    lds::security_infos::SecurityInfos,
    mrz::MrzKey,
    pace::Password,
    random::Scripted,
    secure_messaging::SecureMessaging,
    tlv,
};

/// The exchanges of Doc 9303-11, Appendix I.
const APPENDIX_I: &[(&str, &str)] = &[
    ("0022C1A412800A04007F0007020204060283010184010D", "9000"),
    ("10860000027C0000", "7C128010CB60E8E0D85B76A9BD304747C2AD42E29000"),
    (
        "10860000457C43814104\
         7F1D410ADB7DDB3B84BF1030800981A9105D7457B4A3ADE002384F3086C67EDE\
         1AB889104A27DB6D842B019020FBF3CEACB0DC627F7BDCAC29969E19D0E553C100",
        "7C43824104\
         A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B3\
         04F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E239000",
    ),
    (
        "10860000457C43834104\
         446C934084D9DAB863944F219520076C29EE3F7AE6722B11FF319EC1C7728F95\
         5483400BFF60BF0C5929270009277DC2A515E12575010AD9BA916CF1BF86FEFC00",
        "7C43844104\
         02AD566F3C6EC7F9324509AD50A51FA52030782A4968FCFEDF737DAEA9933331\
         11C3B9B4C2287789BD137E7F8AA882E2A3C633CCD6ECC2C63C57AD401A09C2E19000",
    ),
    (
        "008600000C7C0A8508E86BD06018A1CD3B00",
        "7C3C86088596CF055C67C1A38A30\
         1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD\
         10CBA372B42BE0B9B5F28AA8DE2F4F929000",
    ),
];

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
    decode(value.as_str().unwrap())
}

fn decode(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).unwrap()
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
    assert_eq!((selection.domain.name(), *password), ("brainpoolP256r1", "MRZ"));
    assert!(card.transport().is_finished());
    assert!(card.chip_authentication_mapping().is_none());

    // The keys that follow, told by the first command they protect.
    let after = &vector["expected_sm_after"];
    let expected = SecureMessaging::new(Cipher::Aes128, &hex(&after["ks_enc"]), &hex(&after["ks_mac"]), 0).unwrap();
    assert!(card.session.channel.security().unwrap().is_same(&expected));
}

#[test]
fn generic_mapping_in_a_prime_field_is_that_of_appendix_g() {
    let Some(vector) = vector("icao-worked-examples/icao_g2_dh_gm.json") else { return };
    crate::pace::replay::generic_mapping_in_a_prime_field(&vector["values"]);
}

#[test]
fn integrated_mapping_is_that_of_appendix_h() {
    let Some(numbers) = vector("icao-worked-examples/icao_h1_ecdh_im_prf.json") else { return };
    let Some(point) = vector("icao-worked-examples/icao_h1_ecdh_im_map2point.json") else { return };
    let (numbers, point) = (&numbers["values"], &point["values"]);
    let [s, t, number] = ["s", "t", "expectedX"].map(|name| hex(&numbers[name]));
    let [x, y] = ["expectedMappedGeneratorX", "expectedMappedGeneratorY"].map(|name| hex(&point[name]));
    let generator = [&[4], &x[..], &y].concat();
    let curve = Domain::from(StandardizedParameters::from_id(13).unwrap());
    crate::pace::replay::integrated_mapping(&curve, &s, &t, &number, &generator);

    let Some(numbers) = vector("icao-worked-examples/icao_h2_dh_im.json") else { return };
    let numbers = &numbers["values"];
    let [s, t, number, generator] = ["s", "t", "expectedX", "expectedMappedGenerator"].map(|name| hex(&numbers[name]));
    let group = StandardizedParameters::from_id(0).unwrap();
    crate::pace::replay::integrated_mapping(&group.into(), &s, &t, &number, &generator);
    let StandardizedParameters::Modp(group) = group else { panic!() };
    assert_eq!(group.p_g_q().map(<[u8]>::to_vec), ["p", "g", "q"].map(|name| hex(&numbers[name])));
}

/// Doc 9303-11, Appendix I, whose MSE:Set AT does without the number of the domain parameters. Here it is sent always.
#[test]
fn chip_authentication_mapping_is_that_of_appendix_i() {
    let offer = SecurityInfos::parse(&decode("31143012060A04007F0007020204060202010202010D")).unwrap();
    let keys = "5D8BB87BD74D985A4B7D4325B9F7B976FE835122773400798914AA22738135CC\
                76ECFDAA9841C323A3F5FC5E88B88DB3EFF7E35EBF57A7E6946CB630006C2120";
    let card = Card::<_, Connected>::new(Script::new(APPENDIX_I));
    let password = Password::Mrz(MrzKey::new("C11T002JM", "960812", "231031").unwrap());
    let card = card.pace(&offer, &password, &mut Scripted::new(decode(keys))).unwrap();
    let Access::Pace { selection, .. } = card.access() else { panic!() };
    assert_eq!((selection.protocol.mechanism(), selection.domain.name()), ("ECDH-CAM", "brainpoolP256r1"));
    assert!(card.transport().is_finished());
    let keys = ["0A9DA4DB03BDDE39FC5202BC44B2E89E", "4B1C06491ED5140CA2B537D344C6C0B1"].map(decode);
    let expected = SecureMessaging::new(Cipher::Aes128, &keys[0], &keys[1], 0).unwrap();
    assert!(card.session.channel.security().unwrap().is_same(&expected));

    // The static key of the example's EF.CardSecurity, on brainpoolP256r1 (1.3.36.3.3.2.8.1.1.7).
    let key = "041872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC8\
               84D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F";
    let algorithm = tlv::encode(0x30, &decode("06072A8648CE3D020106092B2403030208010107"));
    let key = tlv::encode(0x30, &[algorithm, tlv::encode(0x03, &decode(&["00", key].concat()))].concat());
    let info = tlv::encode(0x30, &[decode("060904007F000702020102"), key].concat());
    let card_security = SecurityInfos::parse(&tlv::encode(0x31, &info)).unwrap();
    let proof = card.chip_authentication_mapping().unwrap();
    assert_eq!(proof.verify(&card_security), Check::passed());
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
    let length = tlv::length_of_file(&bytes).unwrap();
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

/// The same with integrated mapping, where everything that the reader drew is in the recording: the whole of PACE.
#[test]
fn recorded_sessions_of_integrated_mapping_are_replayed() {
    let Some(index) = vector("pace-transcripts/index.json") else { return };
    let mut replayed = 0;
    for entry in index.as_array().unwrap().iter().filter(|entry| entry["mapping"] == "IM") {
        let vector = vector(&format!("pace-transcripts/{}", entry["file"].as_str().unwrap())).unwrap();
        let apdus = vector["apdus"].as_array().unwrap();
        let pace = Value::Array(apdus[..vector["pace_apdu_count"].as_u64().unwrap() as usize].to_vec());
        let private = crate::pace::replay::private_key_of(&hex(&vector["pcd_ephemeral_private_pkcs8"]));
        let mut rng = Scripted::new([hex(&entry["map_pcd"]), private].concat());
        let offer = SecurityInfos::parse(&hex(&vector["ef_cardaccess"])).unwrap();
        let card = Card::<_, Connected>::new(Script::from_json(&pace));
        let card = card.pace(&offer, &Password::can(vector["can"].as_str().unwrap()), &mut rng).unwrap();
        let keys = [hex(&vector["ks_enc"]), hex(&vector["ks_mac"])];
        let expected = SecureMessaging::new(Cipher::Aes128, &keys[0], &keys[1], 0).unwrap();
        assert!(card.session.channel.security().unwrap().is_same(&expected));
        replay_protected(&vector);
        replayed += 1;
    }
    assert_eq!(replayed, 2);
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
