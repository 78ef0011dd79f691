//! Published examples and recorded sessions, byte for byte.

use std::{collections::BTreeMap, fs, path::PathBuf};

use icao9303::crypto::curve::{Curve, Point, PrivateKey};
use num_bigint::BigUint;
use serde_json::Value;

use super::super::{
    Chip,
    apdu::{Command, Reply},
    block_cipher::{self, BlockCipher},
    key_agreement::Element,
    key_derivation,
    modp::{self, Group},
    pace::integrated,
    randomness::scripted::Scripted,
    secure_messaging::{AnswerDefect, Session},
    terminal::{self, chip_session},
    tlv::data_object,
};
use crate::{
    faults::Faults,
    image::{ChipImage, Cipher, Domain, Mapping, PaceOffer, Passwords},
};

/// A published file, where the shared vectors are.
fn shared(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("CCCD_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let bytes = fs::read(root.join("vectors").join(path)).ok();
    if bytes.is_none() {
        println!("skipped: shared vectors absent");
    }
    bytes
}

pub(crate) fn json(path: &str) -> Option<Value> {
    shared(path).map(|bytes| serde_json::from_slice(&bytes).expect("the vector is JSON"))
}

fn hex(text: &str) -> Vec<u8> {
    let text: String = text.split_whitespace().collect();
    base16ct::mixed::decode_vec(text).expect("hexadecimal")
}

pub(crate) fn field(value: &Value, name: &str) -> Vec<u8> {
    hex(value[name].as_str().unwrap_or_else(|| panic!("{name} is there")))
}

fn apdus(value: &Value) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pair = |pair: &Value| (hex(pair[0].as_str().unwrap()), hex(pair[1].as_str().unwrap_or_default()));
    value["apdus"].as_array().expect("APDUs").iter().map(pair).collect()
}

fn bare_image(mrz_information: &str, pace: Vec<PaceOffer>) -> ChipImage {
    ChipImage {
        master_files: BTreeMap::new(),
        application_files: BTreeMap::new(),
        chip_authentication: Vec::new(),
        active_authentication: None,
        passwords: Passwords {
            mrz_information: mrz_information.into(),
            can: Some("123456".into()),
            pin: None,
            puk: None,
        },
        ..terminal::image(pace)
    }
}

/// ICAO Doc 9303-11, appendix D.3 and D.4: the example of Basic Access Control and secure messaging.
#[test]
fn the_chip_gives_the_answers_of_the_appendix_d_example() {
    let mut image = bare_image("L898902C<369080619406236", Vec::new());
    // EF.COM of the example: the bytes that appendix D.4 decrypts.
    image.application_files.insert(0x011E, hex("60145F0104303130365F36063034303030305C026175"));
    let random = Scripted::new(&[&hex("4608F91988702212"), &hex("0B4F80323EB3191CB04970CB4052790B")]);
    let mut chip = Chip::new(image, Faults::default(), random);
    for (command, answer) in [
        ("00A4040C07A0000002471001", "9000"),
        ("0084000008", "4608F919887022129000"),
        (
            "0082000028 72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2 5F1448EEA8AD90A7 28",
            "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F 2F2D235D074D7449 9000",
        ),
        ("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800", "990290008E08FA855A5D4C50A8ED9000"),
        ("0CB000000D9701048E08ED6705417E96BA5500", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"),
        (
            "0CB000040D9701128E082EA28A70F3C7B53500",
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
        ),
    ] {
        let given = chip.answer(&hex(command), None);
        assert_eq!(given, hex(answer), "{command}: {given:02X?}");
    }
}

/// ICAO Doc 9303-11, appendix G.1: PACE with generic mapping on brainpoolP256r1, AES-128, MRZ.
#[test]
fn the_chip_gives_the_answers_of_the_pace_g1_example() {
    let (Some(session), Some(numbers)) =
        (json("icao-worked-examples/icao_g1_ecdh_gm_aes128.json"), json("icao-worked-examples/icao_g1_ecdh_gm.json"))
    else {
        return;
    };
    let numbers = &numbers["values"];
    let offer = PaceOffer::on_curve(Cipher::Aes128, Curve::BrainpoolP256r1);
    let random = Scripted::new(&[
        &field(numbers, "nonceS"),
        &field(numbers, "piccMappingPrivateKeyFieldElement"),
        // The standard prints the chip's ephemeral key too; the vector file does not.
        &hex("107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A"),
    ]);
    let mut chip = Chip::new(bare_image("T22000129364081251010318", vec![offer]), Faults::default(), random);
    for (command, answer) in apdus(&session) {
        assert_eq!(chip.answer(&command, None), answer, "{command:02X?}");
    }
    let secret = field(numbers, "expectedSharedSecret");
    let key = |counter| key_derivation::derive(Cipher::Aes128, &secret, counter);
    assert_eq!(key(key_derivation::ENCRYPTION), field(&session["expected_sm_after"], "ks_enc"));
    assert_eq!(key(key_derivation::MAC), field(&session["expected_sm_after"], "ks_mac"));
    assert!(chip.is_secured());
}

/// A complete read of the BSI specimen, recorded between other implementations.
#[test]
fn the_chip_gives_the_answers_of_a_recorded_bac_read() {
    let Some(session) = json("icao-worked-examples/bac-full-read-3des.json") else { return };
    let mut image = bare_image(session["mrz_information"].as_str().unwrap(), Vec::new());
    for (identifier, name) in session["expected_files"].as_object().unwrap().iter().filter(|(key, _)| *key != "dir") {
        let identifier = u16::from_str_radix(identifier, 16).unwrap();
        let file = shared(&format!("bsi-tr03105-5-specimen/{}", name.as_str().unwrap())).unwrap();
        image.application_files.insert(identifier, file);
    }
    let random = Scripted::new(&[&field(&session, "rnd_ic"), &field(&session, "k_ic")]);
    let mut chip = Chip::new(image, Faults::default(), random);
    let mut compared = 0;
    for (command, answer) in apdus(&session) {
        let given = chip.answer(&command, None);
        match command[1] {
            // That applet gives file control information to SELECT; INTERNAL AUTHENTICATE failed in the recording.
            0xA4 if command[0] == 0x0C => assert_eq!(given[given.len() - 2..], answer[answer.len() - 2..]),
            0x88 => {}
            _ => {
                assert_eq!(given, answer, "{command:02X?}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 3 + 85);
}

/// Recorded PACE runs: the chip's private keys are not known, but all that follows from nonce and shared secret is.
#[test]
fn recorded_pace_runs_fit_nonce_keys_tokens_and_protected_answers() {
    let Some(index) = json("pace-transcripts/index.json") else { return };
    let mut runs = 0;
    for entry in index.as_array().unwrap().iter() {
        let file = entry["file"].as_str().unwrap();
        let run = json(&format!("pace-transcripts/{file}")).unwrap();
        let cipher = match entry["cipher"].as_str().unwrap() {
            "3DES" => Cipher::TripleDes,
            "AES128" => Cipher::Aes128,
            "AES192" => Cipher::Aes192,
            _ => Cipher::Aes256,
        };
        let curve = Curve::from_parameter_id(entry["param_id"].as_u64().unwrap() as u8).unwrap();
        let mapping = if entry["mapping"] == "IM" { Mapping::Integrated } else { Mapping::Generic };
        let offer = PaceOffer { mapping, ..PaceOffer::on_curve(cipher, curve) };
        let apdus = apdus(&run);
        if mapping == Mapping::Integrated {
            check_integrated_mapping(file, offer, entry, &apdus);
        }
        check_pace_run(file, offer, entry, &apdus);
        runs += 1;
    }
    assert_eq!(runs, 10);
}

/// The chip's answer to the terminal's nonce, and the generator that both make of the nonces.
fn check_integrated_mapping(file: &str, offer: PaceOffer, entry: &Value, apdus: &[(Vec<u8>, Vec<u8>)]) {
    let mut image = bare_image("", vec![offer]);
    image.passwords.can = Some("123456".into());
    let random = Scripted::new(&[&field(entry, "nonce"), &[5; 32]]);
    let mut chip = Chip::new(image, Faults::default(), random);
    for (command, answer) in &apdus[..3] {
        assert_eq!(chip.answer(command, None), *answer, "{file}: {command:02X?}");
    }
    let (nonce, own) = (field(entry, "nonce"), field(entry, "map_pcd"));
    let generator = integrated::generator(offer.domain, offer.cipher, &nonce, &own).unwrap();
    assert_eq!(generator.to_bytes(), field(entry, "mapped_generator"), "{file}: the generator");
}

/// ICAO Doc 9303-11, appendix G.2: PACE with generic mapping in the group of RFC 5114, 2.1. The chip's private keys are
/// not in the vectors; what it computes with them, the terminal's keys give too.
#[test]
fn generic_mapping_in_a_group_of_integers_is_that_of_example_g2() {
    let Some(example) = json("icao-worked-examples/icao_g2_dh_gm.json") else { return };
    // Numbers are printed as signed there: with a zero in front.
    let value = |name: &str| field(&example["values"], name);
    let number = |name: &str| modp::Element::from_bytes(Group::Modp1024_160, &value(name)).expect(name);
    let generator = number("sharedSecretHBytes").times_generator_to(&value("nonceSBytes")).unwrap();
    assert_eq!(generator, number("expectedEphemeralGeneratorBytes"));

    // The example's keys are as long as the modulus: the same keys, below the order.
    let key = BigUint::from_bytes_be(&value("pcdPrivateKeyFieldElement")) % Group::Modp1024_160.q();
    let key = modp::PrivateKey::from_bytes(Group::Modp1024_160, &key.to_bytes_be()).unwrap();
    let own = key.raise(&generator);
    assert_eq!(own, number("pcdPublicKeyFieldElement"));
    let chip = number("piccPublicKeyFieldElement");
    let secret = key.raise(&chip).to_padded_bytes();
    assert_eq!(secret, value("expectedSharedSecret"));

    let derive = |counter| key_derivation::derive(Cipher::Aes128, &secret, counter);
    assert_eq!(derive(key_derivation::ENCRYPTION), value("expectedEncKeyBytes"));
    assert_eq!(derive(key_derivation::MAC), value("expectedMacKeyBytes"));
    let group = Domain::Group(Group::Modp1024_160);
    let offer = PaceOffer { cipher: Cipher::Aes128, mapping: Mapping::Generic, domain: group };
    for (key, input, token) in [
        (chip, "expectedInputDataForPCDToken", "expectedPCDAuthenticationToken"),
        (own, "expectedInputDataForPICCToken", "expectedPICCAuthenticationToken"),
    ] {
        let key = Element::Number(key);
        assert_eq!(offer.token_input(&key), value(input));
        assert_eq!(offer.token(&derive(key_derivation::MAC), &key)[..], value(token));
    }
}

fn check_pace_run(file: &str, offer: PaceOffer, entry: &Value, apdus: &[(Vec<u8>, Vec<u8>)]) {
    let cipher = offer.cipher;
    let key = key_derivation::derive(cipher, b"123456", key_derivation::PASSWORD);
    let nonce = field(entry, "nonce");
    let encrypted = BlockCipher::new(cipher, &key).encrypt_cbc(&vec![0; cipher.block_len()], &nonce);
    let answer = data_object(0x7C, &data_object(0x80, &encrypted));
    assert_eq!(apdus[1].1, [&answer[..], &[0x90, 0]].concat(), "{file}: the encrypted nonce");

    let Domain::Curve(curve) = offer.domain else { panic!("{file}: on a curve") };
    let points = |index: usize, skip: usize| {
        let (command, answer) = &apdus[index];
        let length = 1 + 2 * curve.field_len();
        let of = |bytes: &[u8], end: usize| bytes[bytes.len() - end - length..bytes.len() - end].to_vec();
        (of(command, skip), of(answer, 2))
    };
    let (terminal_point, chip_point) = points(3, 1);
    let secret = field(entry, "shared_x");
    let mac_key = key_derivation::derive(cipher, &secret, key_derivation::MAC);
    let token =
        |point: &[u8]| offer.token(&mac_key, &Element::from_bytes(offer.domain, point).expect("a point")).to_vec();
    assert_eq!(token(&chip_point), field(entry, "token_pcd"), "{file}: the terminal's token");
    assert_eq!(token(&terminal_point), field(entry, "token_ic"), "{file}: the chip's token");

    let mut session = Session::from_secret(cipher, &secret);
    for (command, answer) in &apdus[5..] {
        let plain = session
            .unprotect(&Command::parse(command).unwrap())
            .unwrap_or_else(|status| panic!("{file}: {status:04X}"));
        assert_eq!(plain.cla, 0);
        // What the chip said is in the recording only under its protection: take it off with a copy of the session.
        let data = decrypt_recorded(cipher, &secret, answer, &mut session);
        let again = session.protect(
            &Reply::success(data),
            plain.ins,
            AnswerDefect { counter_stands_still: true, ..AnswerDefect::default() },
        );
        assert_eq!(again.to_bytes(), *answer, "{file}: a protected answer");
    }
}

/// The data of a recorded answer; counts the session's counter on.
fn decrypt_recorded(cipher: Cipher, secret: &[u8], answer: &[u8], session: &mut Session) -> Vec<u8> {
    let body = &answer[..answer.len() - 2];
    session.skip();
    let Some(object) = super::super::tlv::data_objects(body).unwrap().into_iter().find(|object| object.tag == 0x87)
    else {
        return Vec::new();
    };
    let key = key_derivation::derive(cipher, secret, key_derivation::ENCRYPTION);
    let padded = BlockCipher::new(cipher, &key).decrypt_cbc(&session.present_iv(), &object.value[1..]);
    block_cipher::unpad(&padded).unwrap().to_vec()
}

#[test]
fn sessions_of_the_worked_examples_protect_as_published() {
    let Some(examples) = json("icao-worked-examples/appendix-d-g-literals.json") else { return };
    let example = &examples["testSecureMessagingUnprotectWithData"]["values"];
    let part = |index: usize| hex(example[index].as_str().unwrap());
    let mut session = chip_session(Cipher::TripleDes, &part(0), &part(1), part(2));
    let given = session.protect(&Reply::success(part(4)), 0xB0, AnswerDefect::default());
    assert_eq!(given.to_bytes(), part(3));
}

#[test]
fn the_ephemeral_key_of_g1_belongs_to_its_published_public_key() {
    let Some(numbers) = json("icao-worked-examples/icao_g1_ecdh_gm.json") else { return };
    let numbers = &numbers["values"];
    let generator =
        [vec![4], field(numbers, "expectedEphemeralGeneratorX"), field(numbers, "expectedEphemeralGeneratorY")];
    let generator = Point::from_sec1(Curve::BrainpoolP256r1, &generator.concat()).unwrap();
    let key = hex("107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A");
    let key = PrivateKey::from_bytes(Curve::BrainpoolP256r1, &key).unwrap();
    assert_eq!(key.public_key_on(&generator).unwrap().x(), field(numbers, "piccPublicKeyPoint"));
}
