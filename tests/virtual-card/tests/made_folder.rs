//! `virtual-card make`: what is in the folder, and that the card can be played from it.

use std::fs;

use virtual_card::image::ActiveAuthenticationKey;
use virtual_card::make::{self, Arguments, MakeError};

fn arguments(dir: &std::path::Path) -> Arguments {
    Arguments { dir: dir.to_owned(), profile: None, person: None, seed: Some(3) }
}

#[test]
fn the_folder_holds_the_card_its_issuer_and_how_to_use_them() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("card");
    let (_, card) = make::run(&arguments(&dir)).expect("made");
    for name in
        ["csca.der", "csca.pem", "ds.der", "csca.crl", "master-list.ml", "card.toml", "profile.toml", "chip.toml"]
    {
        assert!(dir.join(name).is_file(), "{name}");
    }
    let mut dump: Vec<_> = fs::read_dir(dir.join("dump"))
        .expect("a folder")
        .map(|it| it.expect("a file").file_name().into_string().expect("a name"))
        .collect();
    dump.sort();
    let expected =
        ["DG1.bin", "DG13.bin", "DG14.bin", "DG15.bin", "DG2.bin", "EF.COM.bin", "EF.CardAccess.bin", "EF.SOD.bin"];
    assert_eq!(dump, expected, "DG3 needs terminal authentication and is not in a dump");
    assert_eq!(fs::read(dir.join("dump/DG2.bin")).expect("a file"), card.image.application_files[&0x0102]);
    let text = fs::read_to_string(dir.join("README.txt")).expect("a text");
    for part in ["123456", "IDVNM1901234569001190123456<<0", "cccd read --can 123456 --trust", "--crl"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("precious"), b"data").expect("written");
    assert!(matches!(make::run(&arguments(root.path())), Err(MakeError::NotEmpty { .. })));
}

#[cfg(unix)]
#[test]
fn the_private_keys_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("card");
    make::run(&arguments(&dir)).expect("made");
    assert_eq!(fs::metadata(dir.join("chip.toml")).expect("a file").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_stored_card_is_read_back_with_all_its_keys() {
    for profile in [
        "",
        "[active_authentication]\nkey = \"rsa-1024\"\ndigest = \"sha-1\"\none_byte_trailer = true",
        "[files]\nextended_length = { command = 1000, response = 2000 }\n[access]\npin = \"111111\"\npuk = \"2222222222\"\nbac = false",
        "[chip_authentication]\nkeys = [{ key_id = 5, cipher = \"3des\" }, { key_id = 6 }]\n[active_authentication]\noffered = false",
    ] {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("card");
        let file = root.path().join("profile.toml");
        fs::write(&file, profile).expect("written");
        let (profile, card) = make::run(&Arguments { profile: Some(file), ..arguments(&dir) }).expect("made");
        let (stored_profile, stored) = make::read(&dir).expect("read");
        assert_eq!(stored_profile, profile);
        let image = card.image;
        assert_eq!(stored.atr, image.atr);
        assert_eq!(stored.master_files, image.master_files);
        assert_eq!(stored.application_files, image.application_files);
        assert_eq!(stored.passwords.mrz_information, image.passwords.mrz_information);
        assert_eq!(
            (&stored.passwords.can, &stored.passwords.pin, &stored.passwords.puk),
            (&image.passwords.can, &image.passwords.pin, &image.passwords.puk)
        );
        assert_eq!((stored.bac, &stored.pace, stored.extended_length), (image.bac, &image.pace, image.extended_length));
        assert_eq!(stored.chip_authentication.len(), image.chip_authentication.len());
        for (one, other) in stored.chip_authentication.iter().zip(&image.chip_authentication) {
            assert_eq!(
                (one.key_id, one.cipher, one.key.to_bytes()),
                (other.key_id, other.cipher, other.key.to_bytes())
            );
        }
        match (stored.active_authentication, image.active_authentication) {
            (None, None) => {}
            (
                Some(ActiveAuthenticationKey::Ecdsa { key: one, .. }),
                Some(ActiveAuthenticationKey::Ecdsa { key: other, .. }),
            ) => {
                assert_eq!(one.to_bytes(), other.to_bytes());
            }
            (
                Some(ActiveAuthenticationKey::Rsa { key: one, one_byte_trailer: true, .. }),
                Some(ActiveAuthenticationKey::Rsa { key: other, .. }),
            ) => assert_eq!(one, other),
            _ => panic!("another kind of key"),
        }
    }
}
