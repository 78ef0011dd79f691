//! The personaliser and the reader, written apart, understand each other: what is made right passes, and each thing
//! made wrong is found, under its own name and no other.

use icao9303::check::{Check, Status};
use icao9303::crypto::curve::Curve;
use icao9303::lds::content::Content;
use icao9303::lds::dg1::Dg1;
use icao9303::lds::dg2::Dg2;
use icao9303::lds::face::FaceEncoding;
use icao9303::lds::file::ElementaryFile;
use icao9303::lds::picture::PictureFormat;
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::passive_authentication::{
    Asked, Certificate, DocumentIdentity, Evidence, Imported, PassiveAuthentication, Trust, TrustAnchors, import,
    verify,
};
use virtual_card::calendar::Date;
use virtual_card::personalise::{IssuedCard, personalise};
use virtual_card::profile::Profile;

/// Noon of 21 November 2026, UTC.
const NOW: i64 = 1_795_262_400;

fn card(profile: &str) -> IssuedCard {
    let mut profile = Profile::from_toml(profile).unwrap_or_else(|error| panic!("{profile}: {error}"));
    profile.seed = profile.seed.or(Some(1));
    profile.today = profile.today.or(Date::parse("2026-11-21"));
    personalise(&profile).unwrap_or_else(|error| panic!("{error}"))
}

/// Without a portrait, which takes longer than signatures.
fn plain_card(profile: &str) -> IssuedCard {
    let mut profile = Profile::from_toml(profile).unwrap_or_else(|error| panic!("{profile}: {error}"));
    profile.portrait.present = Some(false);
    card(&toml::to_string(&profile).expect("writable"))
}

fn file(card: &IssuedCard, identifier: u16) -> &[u8] {
    &card.image.application_files[&identifier]
}

fn imported(bytes: &[u8]) -> Imported {
    import(bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that the chip gives, checked against what the issuer exports.
fn authenticate(card: &IssuedCard) -> PassiveAuthentication {
    let files: Vec<(u8, &[u8])> = card
        .image
        .application_files
        .iter()
        .filter(|(identifier, _)| (0x0101..=0x0110).contains(*identifier) && **identifier != 0x0103)
        .map(|(identifier, content)| ((identifier & 0xFF) as u8, content.as_slice()))
        .collect();
    let mut anchors = TrustAnchors::default();
    let mut trusted: Vec<Certificate> = imported(&card.issuer.anchor().der).certificates;
    if let Some(link) = &card.issuer.link {
        trusted.extend(imported(&link.certificate.der).certificates);
    }
    for certificate in trusted {
        anchors.add(certificate);
    }
    let lists = card.issuer.revocation_list.as_ref().map(|der| imported(der).revocation_lists).unwrap_or_default();
    verify(
        &Evidence {
            sod: Some(file(card, 0x011D)),
            files: &files,
            cut: &[],
            asked: Asked::All,
            document: DocumentIdentity { issuing_state: Some("VNM"), document_code: Some("ID") },
        },
        &Trust { anchors: &anchors, revocation_lists: &lists, now: NOW },
    )
}

/// `passed`, or the reason why not.
fn outcome(check: &Check) -> &'static str {
    match check.reason {
        Some(reason) if check.status != Status::Passed => reason.as_str(),
        _ => check.status.as_str(),
    }
}

fn outcomes(profile: &str) -> [&'static str; 4] {
    let result = authenticate(&plain_card(profile));
    [
        outcome(&result.data_group_hashes.check),
        outcome(&result.sod_signature.check),
        outcome(&result.issuer.check),
        outcome(&result.revocation),
    ]
}

const GOOD: [&str; 4] = ["passed"; 4];

#[test]
fn the_default_card_passes_all_of_passive_authentication() {
    let result = authenticate(&card(""));
    for check in
        [&result.data_group_hashes.check, &result.sod_signature.check, &result.issuer.check, &result.revocation]
    {
        assert_eq!(check.status, Status::Passed, "{check:?}");
    }
    assert_eq!(result.sod_signature.algorithm.as_deref(), Some("ECDSA-SHA256"));
    assert!(result.remarks.is_empty(), "{:?}", result.remarks);
    assert!([1, 2, 13, 14, 15].into_iter().all(|group| result.covers(group)));
}

const DIGESTS: [&str; 5] = ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"];

/// A table of how someone signs.
fn signing(key: &str, digest: &str, more: &str) -> String {
    format!("key = \"{key}\"\ndigest = \"{digest}\"\n{more}")
}

#[test]
fn ecdsa_passes_with_every_curve_and_hash_by_name_and_by_numbers_for_signer_and_csca() {
    let curves = Curve::ALL.map(Curve::name);
    for (i, curve) in curves.into_iter().enumerate() {
        for (j, digest) in DIGESTS.into_iter().enumerate() {
            for explicit in [false, true] {
                // The CSCA goes through all of it too, always in another place than the signer.
                let scheme = ["default", "default", "plain_ecdsa"][(i + j) % 3];
                let more = |explicit| format!("scheme = \"{scheme}\"\nexplicit_parameters = {explicit}");
                let signer = signing(curve, digest, &more(explicit));
                let csca = signing(curves[(i + 5) % 11], DIGESTS[(j + 2) % 5], &more(!explicit));
                let profile = format!("[document_signer.signing]\n{signer}\n[csca.signing]\n{csca}");
                assert_eq!(outcomes(&profile), GOOD, "{profile}");
            }
        }
    }
}

#[test]
fn rsa_passes_with_every_hash_and_padding_for_signer_and_csca() {
    for (j, digest) in DIGESTS.into_iter().enumerate() {
        let paddings =
            ["", "scheme = \"pss\"", "scheme = \"pss\"\nsalt_length = 0", "scheme = \"pss\"\nmask_digest = \"sha-1\""];
        for (i, padding) in paddings.into_iter().enumerate() {
            let signer = signing("rsa-2048", digest, padding);
            let csca = signing("rsa-2048", DIGESTS[(j + 3) % 5], paddings[(i + 1) % 4]);
            let identifiers = ["combined", "key_only"][(i + j) % 2];
            let profile = format!(
                "[document_signer.signing]\n{signer}\n[csca.signing]\n{csca}\n[sod]\nidentifiers = \"{identifiers}\""
            );
            assert_eq!(outcomes(&profile), GOOD, "{profile}");
        }
    }
    for (key, digest, more) in [
        // Other sizes of the modulus, one of them no multiple of a machine word; the identifier of old.
        ("rsa-1024", "sha-1", "[sod]\nidentifiers = \"old\""),
        ("rsa-1544", "sha-256", "scheme = \"pss\""),
    ] {
        let profile = format!("[document_signer.signing]\n{}", signing(key, digest, more));
        assert_eq!(outcomes(&profile), GOOD, "{profile}");
    }
}

#[test]
fn every_form_of_the_security_object_passes() {
    for profile in [
        "[sod]\nversion = 1",
        "[sod]\ndigest = \"sha-1\"",
        "[sod]\ndigest = \"sha-224\"",
        "[sod]\ndigest = \"sha-384\"",
        "[sod]\ndigest = \"sha-512\"",
        "[sod]\nencoding = \"ber\"",
        "[sod]\nencoding = \"ber\"\nsigned_attributes = false",
        "[sod]\nsigned_attributes = false",
        "[sod]\nsigning_time = false",
        "[sod]\nsigner = \"key_identifier\"",
        "[sod]\nidentifiers = \"key_only\"",
        "[sod]\ncontent_type = \"1.3.27.1.1.1\"",
        "[sod]\ncontent_type = \"1.2.528.1.1006.1.20.1\"",
        "[csca]\nkey_identifiers = false",
        "[csca]\nlink = true",
        "[csca.name]\ncommon_name = \"CSCA\"\nstrings = \"bmp\"",
        "[csca.name]\ncommon_name = \"CSCA\"\nstrings = \"teletex\"",
        "[csca.name]\ncommon_name = \"CSCA\"\nstrings = \"printable\"\n[document_signer]\nissuer_strings = \"utf8\"",
        "[document_signer]\ndocument_types = [\"ID\"]",
        "[files]\nnot_in_com = [\"DG13\"]",
        "[files]\noptional = [\"DG7\", \"DG11\", \"DG12\", \"DG16\"]",
    ] {
        assert_eq!(outcomes(profile), GOOD, "{profile}");
    }
}

#[test]
fn everything_made_wrong_is_found_under_its_own_name() {
    let (passed, unknown) = ("passed", "no_crl");
    for (profile, expected) in [
        ("[files]\ntampered = [\"DG1\"]", ["hash_mismatch", passed, passed, passed]),
        ("[files]\ntampered = [\"DG13\", \"DG14\"]", ["hash_mismatch", passed, passed, passed]),
        ("[files]\ntampered = [\"DG1\"]\n[sod]\ntampered = \"hashes\"", [passed, "signature_invalid", passed, passed]),
        (
            "[files]\ntampered = [\"DG1\"]\n[sod]\ntampered = \"hashes_and_message_digest\"",
            [passed, "signature_invalid", passed, passed],
        ),
        ("[sod]\ntampered = \"signature\"", [passed, "signature_invalid", passed, passed]),
        ("[sod]\ncertificate = false", [passed, "ds_missing", "ds_missing", "ds_missing"]),
        ("[document_signer.signing]\nkey = \"dsa-1024\"", [passed, "unsupported_algorithm", passed, passed]),
        ("[csca]\nexported = false", [passed, passed, "unknown_issuer", unknown]),
        ("[document_signer]\nissued_by = \"stranger\"", [passed, passed, "unknown_issuer", unknown]),
        ("[document_signer]\nissued_by = \"itself\"", [passed, passed, "unknown_issuer", unknown]),
        ("[document_signer]\nissued_by = \"forger\"", [passed, passed, "signature_invalid", unknown]),
        ("[document_signer]\nca = true", [passed, passed, "wrong_issuer", passed]),
        ("[document_signer.name]\ncountry = \"UT\"\ncommon_name = \"DS\"", [passed, passed, "wrong_issuer", passed]),
        ("[document_signer]\ndocument_types = [\"P\"]", [passed, passed, "wrong_issuer", passed]),
        ("[document_signer]\nnot_after = \"2026-11-20\"", [passed, passed, "expired", passed]),
        ("[document_signer]\nnot_before = \"2026-11-22\"", [passed, passed, "not_yet_valid", passed]),
        ("[csca]\nnot_after = \"2026-11-20\"", [passed, passed, "expired", passed]),
        ("[csca]\nnot_before = \"2026-11-22\"", [passed, passed, "not_yet_valid", passed]),
        ("[document_signer]\nrevoked = true", [passed, passed, passed, "revoked"]),
        (
            "[document_signer]\nrevoked = true\n[crl]\nthis_update = \"2026-01-01\"\nnext_update = \"2026-02-01\"",
            [passed, passed, passed, "revoked"],
        ),
        (
            "[crl]\nthis_update = \"2026-01-01\"\nnext_update = \"2026-02-01\"",
            [passed, passed, passed, "crl_out_of_date"],
        ),
        ("[crl]\npresent = false", [passed, passed, passed, "no_crl"]),
        ("[crl]\nissued_by = \"stranger\"", [passed, passed, passed, "no_crl"]),
        ("[document_signer]\nrevoked = true\n[crl]\ntampered = true", [passed, passed, passed, "no_crl"]),
    ] {
        assert_eq!(outcomes(profile), expected, "{profile}");
    }
}

#[test]
fn an_unlisted_group_is_not_covered() {
    let result = authenticate(&plain_card("[sod]\nunlisted = [\"DG15\"]"));
    assert_eq!(outcome(&result.data_group_hashes.check), "passed");
    assert!(!result.covers(15) && result.covers(14));
}

#[test]
fn a_changed_certificate_in_the_security_object_never_passes() {
    let result = authenticate(&plain_card("[sod]\ntampered = \"certificate\""));
    assert_eq!(outcome(&result.issuer.check), "signature_invalid");
}

#[test]
fn the_master_list_is_taken_unless_its_signature_is_wrong() {
    let of = |profile: &str| plain_card(profile).issuer.master_list.expect("a list");
    let list = imported(&of("")).master_lists.remove(0);
    assert_eq!((list.certificates.len(), list.unreadable.len()), (2, 0));
    let mut anchors = TrustAnchors::default();
    for certificate in imported(&plain_card("").issuer.csca.certificate.der).certificates {
        anchors.add(certificate);
    }
    assert_eq!(list.signer_check(&anchors, NOW).status, Status::Passed);
    let unchained = imported(&of("[master_list]\nchained = false")).master_lists.remove(0);
    assert_ne!(unchained.signer_check(&anchors, NOW).status, Status::Passed);
    assert!(import(&of("[master_list]\ntampered = true")).is_err());
}

#[test]
fn the_reader_parses_every_file_without_a_remark() {
    let card = card("[files]\noptional = [\"DG4\", \"DG5\", \"DG7\", \"DG11\", \"DG12\", \"DG16\"]\ndir = true");
    for (&identifier, content) in &card.image.application_files {
        let file = match identifier {
            0x011E => ElementaryFile::Com,
            // EF.CVCA and EF.SOD have parsers of their own.
            0x011C | 0x011D => continue,
            _ => ElementaryFile::from_outer_tag(content[0].into()).expect("a data group"),
        };
        let parsed = Content::parse(file, content).unwrap_or_else(|error| panic!("{identifier:04X}: {error}"));
        assert!(parsed.remarks().is_empty(), "{identifier:04X}: {:?}", parsed.remarks());
    }
    assert!(Content::parse(ElementaryFile::Dir, &card.image.master_files[&0x2F00]).is_ok());
}

#[test]
fn the_reader_reads_the_machine_readable_zone_that_was_written() {
    let card = plain_card("person = \"le-minh-chau\"");
    let group = Dg1::parse(file(&card, 0x0101)).expect("DG1");
    assert!(format!("{group:?}").len() > 10);
    let text = String::from_utf8_lossy(file(&card, 0x0101)).into_owned();
    assert!(
        text.contains("IDVNM2050007776048205000777<<60512310M3012316VNM<<<<<<<<<<<4LE<<MINH<CHAU<<<<<<<<<<<<<<<<<")
    );
}

#[test]
fn the_reader_finds_every_face_in_both_encodings() {
    for (profile, faces, encoding, format) in [
        ("", 1, FaceEncoding::Iso19794, PictureFormat::Jpeg),
        ("[portrait]\nencoding = \"iso-39794\"", 1, FaceEncoding::Iso39794, PictureFormat::Jpeg),
        ("[portrait]\nfaces = 3\nsize = 60000", 3, FaceEncoding::Iso19794, PictureFormat::Jpeg),
        (
            "[portrait]\nfaces = 2\nsize = 60000\nencoding = \"iso-39794\"",
            2,
            FaceEncoding::Iso39794,
            PictureFormat::Jpeg,
        ),
        ("[portrait]\nformat = \"jpeg2000\"", 1, FaceEncoding::Iso19794, PictureFormat::Jp2),
        ("[portrait]\nformat = \"jpeg2000_codestream\"", 1, FaceEncoding::Iso19794, PictureFormat::Jpeg2000Codestream),
    ] {
        let card = card(profile);
        let group = Dg2::parse(file(&card, 0x0102)).unwrap_or_else(|error| panic!("{profile}: {error}"));
        assert_eq!(group.faces.len(), faces, "{profile}");
        assert!(group.remarks.is_empty(), "{profile}: {:?}", group.remarks);
        for face in &group.faces {
            assert_eq!((face.encoding, face.picture.format), (encoding, format), "{profile}");
            assert_eq!((face.picture.size, face.stated_size), (Some((480, 640)), Some((480, 640))), "{profile}");
        }
    }
    for profile in
        ["[portrait]\nwrong_inner_length = true", "[portrait]\nwrong_inner_length = true\nencoding = \"iso-39794\""]
    {
        let card = card(profile);
        let group = Dg2::parse(file(&card, 0x0102)).unwrap_or_else(|error| panic!("{profile}: {error}"));
        assert!(!group.remarks.is_empty() && group.faces[0].picture.size == Some((480, 640)), "{profile}");
    }
}

#[test]
fn the_reader_compares_the_offers_as_they_were_made() {
    let offers = |profile: &str| {
        let card = plain_card(profile);
        let unsigned = SecurityInfos::parse(&card.image.master_files[&0x011C]).expect("EF.CardAccess");
        let signed = SecurityInfos::parse_dg14(file(&card, 0x010E)).expect("DG14");
        let sorted = |infos: &SecurityInfos| {
            let mut offer: Vec<Vec<u8>> = infos.pace_offer().into_iter().map(<[u8]>::to_vec).collect();
            offer.sort();
            offer
        };
        (sorted(&unsigned), sorted(&signed))
    };
    for same in [
        "",
        "[access]\npace = [{ cipher = \"3des\", curve = \"secp192r1\" }, { cipher = \"aes-192\", parameter_id = false }]",
        "[access]\ndomain_parameters_in_card_access = true\ndomain_parameters_in_dg14 = true",
        "[access]\nother_mechanisms = [{ protocol = \"0.4.0.127.0.7.2.2.4.4.2\", parameter_id = 13 }]",
    ] {
        let (unsigned, signed) = offers(same);
        assert_eq!(unsigned, signed, "{same}");
        assert!(!unsigned.is_empty());
    }
    for different in [
        "[access]\ncard_access = [{ cipher = \"3des\", curve = \"secp256r1\" }]",
        "[access]\npace_in_dg14 = false",
        "[access]\ndomain_parameters_in_card_access = true",
    ] {
        let (unsigned, signed) = offers(different);
        assert_ne!(unsigned, signed, "{different}");
    }
}

#[test]
fn the_reader_reads_the_chip_authentication_keys() {
    let card = plain_card(
        "[chip_authentication]\nkeys = [{ key_id = 1 }, { key_id = 2, curve = \"secp521r1\", cipher = \"aes-256\", parameters = \"explicit\" }]",
    );
    let infos = SecurityInfos::parse_dg14(file(&card, 0x010E)).expect("DG14");
    let announced: Vec<_> = infos.chip_authentication().map(|info| info.key_id).collect();
    assert_eq!(announced, [Some(1), Some(2)]);
    assert_eq!(infos.chip_authentication_keys().count(), 2);
    assert_eq!(
        infos.active_authentication_algorithm().map(|oid| oid.to_string()).as_deref(),
        Some("0.4.0.127.0.7.1.1.4.1.3")
    );
}
