//! What a personalised card holds.

use virtual_card::calendar::Date;
use virtual_card::personalise::{IssuedCard, personalise};
use virtual_card::profile::Profile;

/// A card with the same keys every time, made on a fixed day.
fn card(profile: &str) -> IssuedCard {
    let mut profile = Profile::from_toml(profile).expect("a valid profile");
    profile.seed = profile.seed.or(Some(1));
    profile.today = profile.today.or(Date::parse("2026-11-21"));
    personalise(&profile).expect("a card")
}

/// The same without a portrait, which takes longer than everything else.
fn plain_card(profile: &str) -> IssuedCard {
    let mut profile = Profile::from_toml(profile).expect("a valid profile");
    profile.portrait.present = Some(false);
    card(&toml::to_string(&profile).expect("writable"))
}

fn file(card: &IssuedCard, identifier: u16) -> &[u8] {
    &card.image.application_files[&identifier]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_default_card_access_file_is_the_cards_own() {
    assert_eq!(
        hex(&plain_card("").image.master_files[&0x011C]),
        "3134300d060804007f0007020202020101300f060a04007f000702020302020201013012060a04007f0007020204020202010202010d"
    );
}

#[test]
fn the_default_card_has_the_data_groups_of_the_card() {
    let card = card("");
    let identifiers: Vec<u16> = card.image.application_files.keys().copied().collect();
    assert_eq!(identifiers, [0x0101, 0x0102, 0x0103, 0x010D, 0x010E, 0x010F, 0x011C, 0x011D, 0x011E]);
    assert_eq!(hex(file(&card, 0x011E)), "60185f0104303130375f36063034303030305c066175636d6e6f");
    assert_eq!(card.image.passwords.can.as_deref(), Some("123456"));
    assert_eq!(card.image.passwords.mrz_information, "190123456990031523003150");
    assert!(card.image.bac);
}

#[test]
fn the_portrait_file_has_exactly_the_length_asked_for() {
    for (profile, length) in [
        ("", 15_000),
        ("[portrait]\nsize = 14700", 14_700),
        ("[portrait]\nsize = 40000", 40_000),
        ("[portrait]\nsize = 90000", 90_000),
        ("[portrait]\nencoding = \"iso-39794\"", 15_000),
        ("[portrait]\nformat = \"jpeg2000\"", 15_000),
        ("[portrait]\nformat = \"jpeg2000_codestream\"", 15_000),
        ("[portrait]\nformat = \"undecodable\"\nsize = 5000", 5000),
        ("[portrait]\nfaces = 3\nsize = 60000", 60_000),
        ("[portrait]\nfaces = 2\nsize = 60000\nencoding = \"iso-39794\"", 60_000),
    ] {
        assert_eq!(file(&card(profile), 0x0102).len(), length, "{profile}");
    }
}

#[test]
fn a_portrait_that_cannot_fit_is_refused() {
    let profile = Profile::from_toml("[portrait]\nsize = 900").expect("valid");
    assert!(personalise(&profile).err().expect("refused").to_string().contains("900"));
}

#[test]
fn the_drawn_portrait_is_a_jpeg_of_480_by_640() {
    let card = card("");
    let group = file(&card, 0x0102);
    let start = group.windows(3).position(|window| window == [0xFF, 0xD8, 0xFF]).expect("a JPEG");
    let picture = image::load_from_memory(&group[start..]).expect("a picture that decodes");
    assert_eq!((picture.width(), picture.height()), (480, 640));
}

#[test]
fn a_child_without_portrait_has_no_dg2() {
    let card = card("person = \"pham-gia-han\"");
    assert!(!card.image.application_files.contains_key(&0x0102));
    assert!(!contains(file(&card, 0x011E), &[0x61, 0x75]));
}

#[test]
fn the_same_seed_makes_the_same_card_and_no_seed_a_new_one() {
    let (one, other) = (card("seed = 7"), card("seed = 7"));
    assert_eq!(one.image.application_files, other.image.application_files);
    assert_eq!(one.issuer.csca.certificate.der, other.issuer.csca.certificate.der);
    assert_eq!(one.issuer.revocation_list, other.issuer.revocation_list);
    assert_eq!(one.issuer.master_list, other.issuer.master_list);
    let different = card("seed = 8");
    assert_ne!(file(&one, 0x011D), file(&different, 0x011D));
    let unseeded = Profile::default();
    let (one, other) = (personalise(&unseeded).expect("a card"), personalise(&unseeded).expect("a card"));
    assert_ne!(file(&one, 0x010F), file(&other, 0x010F));
}

#[test]
fn every_pace_offer_stands_in_card_access_and_in_dg14_unless_told_otherwise() {
    let card = plain_card(
        r#"
        [access]
        pace = [{ cipher = "aes-256", curve = "secp521r1" }, { cipher = "3des", curve = "secp256r1" }]
        "#,
    );
    let offers = ["3012060a04007f00070202040204020102020112", "3012060a04007f0007020204020102010202010c"];
    for offer in offers {
        assert!(hex(&card.image.master_files[&0x011C]).contains(offer));
        assert!(hex(file(&card, 0x010E)).contains(offer));
    }
    assert_eq!(card.image.pace.len(), 2);
}

#[test]
fn a_card_access_file_can_differ_from_the_signed_offer() {
    let card = plain_card("[access]\ncard_access = [{ cipher = \"3des\", curve = \"secp256r1\" }]");
    let (weak, strong) = ("3012060a04007f0007020204020102010202010c", "3012060a04007f0007020204020202010202010d");
    let (unsigned, signed) = (hex(&card.image.master_files[&0x011C]), hex(file(&card, 0x010E)));
    assert!(unsigned.contains(weak) && !unsigned.contains(strong));
    assert!(signed.contains(strong) && !signed.contains(weak));
    assert_eq!(card.image.pace.len(), 2, "the chip plays both");
}

#[test]
fn a_card_without_pace_has_no_card_access_file() {
    let card = plain_card("[access]\npace = []");
    assert!(card.image.master_files.is_empty());
    assert!(card.image.pace.is_empty());
}

#[test]
fn chip_authentication_keys_are_announced_with_their_numbers() {
    let card = plain_card(
        r#"
        [chip_authentication]
        keys = [
            { curve = "secp256r1", cipher = "3des", key_id = 1 },
            { curve = "brainpoolP512r1", cipher = "aes-256", key_id = 2, parameters = "standardized" },
            { curve = "secp384r1", cipher = "aes-192", key_id = 3, parameters = "explicit" },
        ]
        "#,
    );
    let group = hex(file(&card, 0x010E));
    for info in ["0202030201020101020101", "0202030204020101020102", "0202030203020101020103"] {
        assert!(group.contains(info), "{info} in {group}");
    }
    assert_eq!(card.image.chip_authentication.len(), 3);
    for key in &card.image.chip_authentication {
        assert!(contains(file(&card, 0x010E), &key.key.public_key().to_bytes()));
    }
}

#[test]
fn a_card_without_chip_proofs_has_neither_dg15_nor_keys() {
    let card = plain_card("[chip_authentication]\nkeys = []\n[active_authentication]\noffered = false");
    assert!(card.image.chip_authentication.is_empty());
    assert!(card.image.active_authentication.is_none());
    assert!(!card.image.application_files.contains_key(&0x010F));
}

#[test]
fn an_active_authentication_hash_is_named_for_ecdsa_and_not_for_rsa() {
    assert!(hex(file(&plain_card(""), 0x010E)).contains("0606678108010105020101060a04007f00070101040103"));
    let rsa = plain_card("[active_authentication]\nkey = \"rsa-1024\"\ndigest = \"sha-1\"");
    assert!(!hex(file(&rsa, 0x010E)).contains("060667810801"));
}

#[test]
fn dg13_holds_every_item_and_its_variants_change_what_they_say() {
    let has = |profile: &str, text: &str| contains(file(&plain_card(profile), 0x010D), text.as_bytes());
    for text in
        ["001190123456", "Nguyễn Thị An", "15/03/1990", "Nữ", "Kinh", "Phạm Thị Dung", "123456789", "20/04/2021"]
    {
        assert!(has("", text), "{text}");
    }
    assert!(has("[dg13]\ndates = \"dashes\"", "1990-03-15"));
    assert!(has("[dg13]\ndates = \"day_first\"", "15031990"));
    assert!(has("[dg13]\ndates = \"year_first\"", "19900315"));
    assert!(has("[dg13]\ndates = \"text\"", "ngày 15 tháng 3 năm 1990"));
    assert!(!has("[dg13]\nmissing = [6, 7]", "Kinh"));
    assert!(has("[dg13]\nreplace = { 2 = \"Người Khác\" }", "Người Khác"));
    assert!(!has("[dg13]\nopaque = [6]", "Kinh"));
    assert!(has("[dg13]\nunknown_items = true", "O+"));
    assert!(has("person = \"tran-van-binh\"", "Không thời hạn"));
    let long = plain_card("[dg13]\nlong_values = true");
    assert!(contains(file(&long, 0x010D), &[0x0C, 0x81]) && contains(file(&long, 0x010D), &[0x0C, 0x82]));
    for undecodable in ["random", "truncated", "other_identifier"] {
        let card = plain_card(&format!("[dg13]\nundecodable = \"{undecodable}\""));
        assert_eq!(file(&card, 0x010D)[0], 0x6D, "{undecodable}");
    }
    assert!(!plain_card("[dg13]\npresent = false").image.application_files.contains_key(&0x010D));
}

#[test]
fn optional_data_groups_are_there_when_asked_for() {
    let card = plain_card("[files]\noptional = [\"DG4\", \"DG5\", \"DG7\", \"DG11\", \"DG12\", \"DG16\"]\ndir = true");
    for (identifier, tag) in
        [(0x0104, 0x76), (0x0105, 0x65), (0x0107, 0x67), (0x010B, 0x6B), (0x010C, 0x6C), (0x0110, 0x70)]
    {
        assert_eq!(file(&card, identifier)[0], tag);
    }
    assert_eq!(hex(&card.image.master_files[&0x2F00]), "61094f07a0000002471001");
    let profile = Profile::from_toml("[files]\noptional = [\"DG1\"]").expect("valid");
    assert!(personalise(&profile).err().expect("refused").to_string().contains("DG1"));
}

#[test]
fn a_tampered_file_differs_from_the_signed_one_by_one_bit() {
    let (good, bad) = (plain_card(""), plain_card("[files]\ntampered = [\"DG1\"]"));
    let (good, bad) = (file(&good, 0x0101), file(&bad, 0x0101));
    let changed: u32 = good.iter().zip(bad).map(|(one, other)| (one ^ other).count_ones()).sum();
    assert_eq!((good.len(), changed), (bad.len(), 1));
}

#[test]
fn what_is_printed_can_differ_from_the_chip() {
    let card = plain_card("[print.changes]\nid_number = \"001190999999\"\nfull_name = \"Nguyễn Thị Anh\"");
    assert!(card.printed.qr_text.starts_with("001190999999|123456789|Nguyễn Thị Anh|"));
    assert!(contains(file(&card, 0x0101), b"001190123456"));
    assert_eq!(card.printed.can.as_deref(), Some("123456"), "the chip's own number opens it");
}

#[test]
fn every_profile_that_comes_with_the_project_makes_a_card_and_is_explained() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let explained = std::fs::read_to_string(dir.join("README.md")).expect("a text");
    let mut count = 0;
    for entry in std::fs::read_dir(&dir).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).expect("a text");
            assert!(text.starts_with("# "), "{}", path.display());
            // Long RSA keys take long, and the shorter ones show the same here.
            plain_card(&text.replace("rsa-3072", "rsa-1024").replace("rsa-2048", "rsa-1024"));
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            assert!(explained.contains(&format!("`{name}`")), "{name} is not in README.md");
            count += 1;
        }
    }
    assert!(count > 20);
}

#[test]
fn an_offer_names_its_mechanism_and_its_domain_parameters() {
    for (offer, arcs) in [
        ("mapping = \"generic\"", "04020202010202010d"),
        ("mapping = \"integrated\", cipher = \"aes-256\"", "04040402010202010d"),
        ("mapping = \"chip_authentication\", curve = \"secp384r1\"", "04060202010202010f"),
        ("group = \"modp1024_160\", cipher = \"3des\"", "040101020102020100"),
        ("group = \"modp2048_256\", mapping = \"integrated\"", "040302020102020102"),
    ] {
        let card = plain_card(&format!("[access]\npace = [{{ {offer} }}]"));
        let info = format!("3012060a04007f00070202{arcs}");
        assert!(hex(&card.image.master_files[&0x011C]).contains(&info), "{offer}");
        assert!(hex(file(&card, 0x010E)).contains(&info), "{offer}: the signed copy");
    }
    for refused in [
        "curve = \"secp256r1\", group = \"modp1024_160\"",
        "mapping = \"chip_authentication\", group = \"modp1024_160\"",
        "mapping = \"chip_authentication\", cipher = \"3des\"",
        "mapping = \"integrated\", curve = \"secp224r1\"",
        "group = \"modp512_160\"",
        "colour = \"red\"",
    ] {
        assert!(Profile::from_toml(&format!("[access]\npace = [{{ {refused} }}]")).is_err(), "{refused}");
    }
}

#[test]
fn the_key_of_chip_authentication_mapping_is_in_card_security_unless_someone_changed_it() {
    let offer = "[access]\npace = [{ mapping = \"chip_authentication\" }]\n";
    let of = |more: &str| plain_card(&format!("{offer}{more}"));
    let [good, forged] = ["", "card_security_tampered = \"content\""].map(of);
    let key = good.image.mapping_keys[0].public_key().to_sec1();
    assert!(contains(&good.image.master_files[&0x011D], &key));
    assert!(!contains(file(&good, 0x010E), &key), "DG14 has the other key");
    assert_eq!(forged.image.mapping_keys[0].public_key().to_sec1(), key);
    assert!(!contains(&forged.image.master_files[&0x011D], &key));
    let bad = of("card_security_tampered = \"signature\"");
    assert_ne!(bad.image.master_files[&0x011D], good.image.master_files[&0x011D]);
    assert!(!of("card_security = false").image.master_files.contains_key(&0x011D));
    assert!(!plain_card("").image.master_files.contains_key(&0x011D));
}

#[test]
fn details_are_written_as_asked() {
    let details = |more: &str| {
        let card = plain_card(&format!("files = {{ optional = [\"DG11\", \"DG12\"] }}\n[additional_details]\n{more}"));
        hex(&[file(&card, 0x010B), file(&card, 0x010C)].concat())
    };
    // 5F2B is the date of birth, 15 March 1990.
    for (dates, value) in [
        ("digits", "5f2b083139393030333135"),
        ("bcd", "5f2b0419900315"),
        ("text", "5f2b0b3135204d41522031393930"),
        ("partial", "5f2b083139393030303030"),
    ] {
        assert!(details(&format!("dates = \"{dates}\"")).contains(value), "{dates}");
    }
    let empty = details("empty_fields = true");
    assert!(empty.contains("5f1200") && empty.contains("5f5600"));
    let small = plain_card("[files]\nlower_case_mrz = true");
    assert!(contains(file(&small, 0x0101), b"idvnm190123456"));
    assert_eq!(hex(file(&plain_card("[dg13]\nundecodable = \"empty\""), 0x010D)), "6d00");
}
