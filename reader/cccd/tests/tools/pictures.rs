//! `cccd qr`: what is in pictures, and what is said where nothing is.

use std::fs;
use std::path::{Path, PathBuf};

use qr_pictures::category::Category;
use qr_pictures::dice::Dice;
use qr_pictures::person::Person;
use qr_pictures::printed::PrintedCode;
use qr_pictures::render::picture;
use qr_pictures::scene::{Scene, VGA};
use qr_pictures::sensor::Grey;
use qr_pictures::storage::Storage;
use qrcode::types::EcLevel;
use serde_json::Value;
use tempfile::TempDir;

use crate::run::raw;

/// A folder for pictures.
struct Album(TempDir);

impl Album {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for temporary files"))
    }

    fn with(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    fn picture(&self, name: &str, grey: &Grey) -> PathBuf {
        self.with(name, &grey.png().expect("a picture"))
    }
}

fn of_text(text: &str) -> Grey {
    PrintedCode::new(text, Storage::Bytes, EcLevel::M, 0).drawn(3)
}

/// Runs `cccd qr --json`: the exit code and the lines.
fn lines(pictures: &[&Path]) -> (i32, Vec<Value>) {
    let mut arguments = vec!["qr".as_ref(), "--json".as_ref()];
    arguments.extend(pictures.iter().map(|path| path.as_os_str()));
    let output = raw("/nonexistent".as_ref(), &arguments);
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    (output.status.code().expect("the command was not killed"), lines.collect())
}

#[test]
fn the_code_of_a_photographed_card_is_read_with_its_fields_and_its_corners() {
    let album = Album::new();
    let scene = Scene::draw(4, Category::Clean, 0, VGA);
    let path = album.picture("card.png", &picture(&scene));
    let (exit, lines) = lines(&[&path]);
    assert_eq!((exit, lines.len()), (0, 1), "{lines:#?}");
    let line = &lines[0];
    assert_eq!(line["file"], path.to_str().unwrap());
    assert!(line["ms"].as_f64().is_some_and(|ms| ms > 0.0));
    let code = &line["codes"][0];
    assert_eq!(code["text"], std::str::from_utf8(&scene.code.payload).unwrap());
    let hex: String = scene.code.payload.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(code["bytes_hex"], hex.as_str());
    for (corner, (x, y)) in code["corners"].as_array().unwrap().iter().zip(scene.corners()) {
        let (seen_x, seen_y) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
        let module = scene.harm(qr_pictures::category::Harm::PixelsPerModule);
        assert!((seen_x - x).hypot(seen_y - y) < 1.5 * module, "{corner} is not {x} {y}");
    }
    for field in
        ["id_number", "old_id_number", "full_name", "date_of_birth", "sex", "address", "date_of_issue", "extra"]
    {
        assert!(code["card"].get(field).is_some(), "no {field}: {code:#}");
    }
    assert_eq!(code["warnings"].as_array().map(Vec::len), Some(0));
}

#[test]
fn every_picture_has_a_line_and_the_exit_says_the_worst() {
    let album = Album::new();
    let text = Person::draw(&mut Dice::new(1, 1, 1)).text_2024();
    let code = album.picture("code.png", &of_text(&text));
    let empty = album.picture("empty.png", &Grey { width: 40, height: 30, pixels: vec![200; 1200] });
    let missing = album.0.path().join("missing.png");
    let note = album.with("note.png", b"no picture");
    let half = album.with("half.png", &of_text(&text).png().unwrap()[..300]);
    assert_eq!(lines(&[&code, &code]).0, 0);
    let (exit, seen) = lines(&[&code, &empty]);
    assert_eq!((exit, &seen[1]["codes"]), (3, &Value::Array(Vec::new())));
    let (exit, seen) = lines(&[&missing, &note, &empty, &half, album.0.path(), &code]);
    assert_eq!((exit, seen.len()), (2, 6));
    for (line, hint) in [(0, "path"), (1, "JPEG"), (3, "viewer"), (4, "file")] {
        let error = &seen[line]["error"];
        assert_eq!(
            (&error["code"], &seen[line]["codes"]),
            (&"bad_file".into(), &Value::Array(Vec::new())),
            "{error:#}"
        );
        assert!(error["hint"].as_str().unwrap().contains(hint), "{error:#}");
        assert!(!error["message_vi"].as_str().unwrap().is_empty(), "{error:#}");
    }
    assert_eq!(seen[5]["codes"][0]["text"], text.as_str());
}

#[test]
fn other_codes_are_named_and_bytes_that_are_no_text_are_said() {
    let album = Album::new();
    for (text, kind) in [("https://example.org", "url"), ("VNeID:3f9a8c7d6e5b4a39281706f5e4d3c2b1", "vneid_like")] {
        let path = album.picture("other.png", &of_text(text));
        let (exit, lines) = lines(&[&path]);
        let code = &lines[0]["codes"][0];
        assert_eq!((exit, &code["card"], &code["seems_to_be"]), (0, &Value::Null, &kind.into()), "{code:#}");
    }
    let cut = album.picture("cut.png", &of_text("001190123456|1|"));
    let (exit, seen) = lines(&[&cut]);
    let code = &seen[0]["codes"][0];
    assert_eq!((exit, &code["card"]), (0, &Value::Null));
    assert_eq!(code["warnings"][0]["code"], "qr_field_count", "{code:#}");
}

#[test]
fn a_picture_taken_with_the_camera_turned_has_its_corners_where_a_viewer_shows_them() {
    let album = Album::new();
    let upright = of_text("001190123456||Nguyễn Văn An|15031990|Nam|Hà Nội|20042021");
    let margin = 120; // to the right, so that turning shows
    let wide = Grey {
        width: upright.width + margin,
        height: upright.height,
        pixels: upright.pixels.chunks(upright.width).flat_map(|row| [row, &vec![255; margin]].concat()).collect(),
    };
    let plain = wide.jpeg(90).unwrap();
    // APP1 with one EXIF tag: orientation 6, turn a quarter clockwise to show.
    let exif = b"\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00";
    let turned = [&plain[..2], exif, &plain[2..]].concat();
    let (_, seen) = lines(&[&album.with("plain.jpg", &plain), &album.with("turned.jpg", &turned)]);
    let corner = |line: usize| {
        let corner = &seen[line]["codes"][0]["corners"][0];
        (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap())
    };
    let ((x, y), (turned_x, turned_y)) = (corner(0), corner(1));
    let height = wide.height as f64;
    assert!((turned_x - (height - y)).abs() < 3.0 && (turned_y - x).abs() < 3.0, "{x} {y}: {turned_x} {turned_y}");
}

#[test]
fn people_see_the_fields_and_that_nothing_is_proven() {
    let album = Album::new();
    let card = album.picture("card.png", &of_text("001190123456||Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021||||"));
    let none = album.picture("none.png", &Grey { width: 40, height: 30, pixels: vec![200; 1200] });
    let output = raw("/nonexistent".as_ref(), &["qr".as_ref(), card.as_os_str(), none.as_os_str()]);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in
        ["card.png", "Nguyễn Thị An", "15/03/1990", "không có chữ ký", "none.png", "Không thấy mã QR", "no QR code"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(output.status.code(), Some(3));
}
