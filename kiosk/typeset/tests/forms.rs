//! Every embedded form pack, typeset with nobody, with ordinary persons and with the worst case: its pictures against golden
//! ones, its text against the values. Needs poppler-utils (`make test` installs it).
//!
//! `BLESS_PICTURES=1 cargo test --workspace --test forms` writes the golden pictures anew: look at them before committing.

use std::fs::{self, File};
use std::io::BufWriter;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};
use std::thread;

use cccd_forms::check::{EVERY_LETTER, specimens};
use cccd_forms::packs::{Pack, Packs, SHARED_PARTS};
use cccd_typeset::{Request, Typesetter};
use image::GrayImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use jiff::civil::date;
use serde_json::{Value, json};

fn typesetter() -> &'static Typesetter {
    static LOADED: OnceLock<Typesetter> = OnceLock::new();
    LOADED.get_or_init(Typesetter::new)
}

fn request(pack: &Pack, data: &Value) -> Request {
    Request::new(pack.template.clone(), data.clone(), pack.title.clone(), date(2026, 11, 22))
        .with_file("/shared/parts.typ", SHARED_PARTS)
}

fn typeset(pack: &Pack, name: &str, data: &Value) -> Vec<u8> {
    let pdf = typesetter().typeset(&request(pack, data));
    pdf.unwrap_or_else(|error| panic!("{} {name}: {error}", pack.id))
}

/// What a program of poppler says of a PDF.
fn poppler(program: &str, options: &[&str], pdf: &Path) -> String {
    let output = Command::new(program).args(options).arg(pdf).arg("-").output();
    let output = output.unwrap_or_else(|_| panic!("{program} is missing: install poppler-utils"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("poppler writes UTF-8")
}

/// A folder of this test's own for one PDF.
fn written(name: &str, pdf: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("form.pdf");
    fs::write(&path, pdf).unwrap();
    path
}

/// Each pack on the first thread that is free.
fn every_specimen(each: impl Fn(&Pack, &str, &Value, &Path) + Sync) {
    let packs = Packs::embedded();
    let left = Mutex::new(packs.all());
    let next = || left.lock().unwrap().next();
    let work = || {
        while let Some(pack) = next() {
            for (name, data) in specimens(pack) {
                let file = format!("{}-{name}", pack.id);
                let path = written(&file, &typeset(pack, name, &data));
                each(pack, &file, &data, &path);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
}

/// Text as it is compared: composed, without spaces and the dots of the lines.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '.' && *c != '\u{200B}').collect()
}

/// Every text that the form's data holds.
fn values(data: &Value) -> Vec<String> {
    match data {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(values).collect(),
        Value::Object(items) => items.values().flat_map(values).collect(),
        _ => vec![],
    }
}

/// A date may stand as a date or as "ngày … tháng … năm …".
fn is_on(page: &str, value: &str) -> bool {
    let spelled = value.split('/').collect::<Vec<_>>();
    let spelled = match spelled.as_slice() {
        [day, month, year] => format!("ngày{day}tháng{month}năm{year}"),
        _ => return page.contains(&bare(value)),
    };
    page.contains(&bare(value)) || page.contains(&spelled)
}

#[test]
fn every_form_shows_every_value_within_the_page_and_looks_as_it_did() {
    every_specimen(|pack, name, data, path| {
        let page = bare(&poppler("pdftotext", &["-raw"], path));
        assert!(unicode_normalization::is_nfc(&page), "{name}");
        for value in values(&data["fields"]).iter().chain(&values(&data["rows"])) {
            assert!(is_on(&page, value), "{name}: {value:?} is not on the page");
        }
        for field in pack.fields() {
            let printed = field.label.starts_with(|c: char| c.is_ascii_digit()) || field.label.ends_with(':');
            assert!(!printed || page.contains(&bare(&field.label)), "{name}: no label {:?}", field.label);
        }
        assert!(page.contains("CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM"), "{name}");
        within_the_page(name, path);
        // The empty form has nothing that the plain one does not show.
        if !name.ends_with("-empty") {
            looks_as_it_did(name, path);
        }
    });
}

/// No word leaves the page or its outermost centimetre.
fn within_the_page(name: &str, path: &Path) {
    let boxes = poppler("pdftotext", &["-bbox"], path);
    let number = |line: &str, key: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{key}=\"")).expect("a box");
        rest.split('"').next().and_then(|number| number.parse().ok()).expect("a number")
    };
    for line in boxes.lines().filter(|line| line.contains("<word")) {
        let (left, right, top, bottom) =
            (number(line, "xMin"), number(line, "xMax"), number(line, "yMin"), number(line, "yMax"));
        assert!(left > 28.0 && right < 595.0 - 28.0 && top > 20.0 && bottom < 842.0 - 20.0, "{name}: {line}");
    }
}

/// Compares with the golden pictures, or writes them.
fn looks_as_it_did(name: &str, path: &Path) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let folder = path.parent().expect("a folder");
    let _ = fs::remove_dir_all(folder.join("pages"));
    fs::create_dir_all(folder.join("pages")).unwrap();
    let made = Command::new("pdftoppm")
        .args(["-r", "50", "-gray", "-png"])
        .arg(path)
        .arg(folder.join("pages/page"))
        .status()
        .expect("pdftoppm of poppler-utils");
    assert!(made.success());
    let mut pages: Vec<PathBuf> =
        fs::read_dir(folder.join("pages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let bless = std::env::var_os("BLESS_PICTURES").is_some();
    for (index, page) in pages.iter().enumerate() {
        let known = golden.join(format!("{name}-{}.png", index + 1));
        let page = few_greys(image::open(page).unwrap().into_luma8());
        if bless {
            fs::create_dir_all(&golden).unwrap();
            let file = BufWriter::new(File::create(&known).unwrap());
            page.write_with_encoder(PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::NoFilter))
                .unwrap();
            continue;
        }
        let picture = image::open(&known).unwrap_or_else(|_| panic!("{}: bless it (see the top)", known.display()));
        let blurred = differing(&picture.into_luma8(), &page);
        assert!(blurred < 0.002, "{name} page {}: {:.2} % differs; see {}", index + 1, blurred * 100.0, path.display());
    }
    assert!(!golden.join(format!("{name}-{}.png", pages.len() + 1)).exists(), "{name} has lost a page");
}

/// Four greys: enough to compare, and the files are small.
fn few_greys(mut picture: GrayImage) -> GrayImage {
    for pixel in picture.pixels_mut() {
        pixel.0[0] = (pixel.0[0] / 64) * 85;
    }
    picture
}

/// The share of 8×8 squares that are clearly lighter or darker: other edges of letters are no difference, another word is.
fn differing(one: &GrayImage, other: &GrayImage) -> f64 {
    if one.dimensions() != other.dimensions() {
        return 1.0;
    }
    let mean = |picture: &GrayImage, x: u32, y: u32| -> f64 {
        let square =
            (y..(y + 8).min(picture.height())).flat_map(|y| (x..(x + 8).min(picture.width())).map(move |x| (x, y)));
        let greys: Vec<f64> = square.map(|(x, y)| f64::from(picture.get_pixel(x, y).0[0])).collect();
        greys.iter().sum::<f64>() / greys.len() as f64
    };
    let corners: Vec<(u32, u32)> =
        (0..one.height()).step_by(8).flat_map(|y| (0..one.width()).step_by(8).map(move |x| (x, y))).collect();
    let unlike = corners.iter().filter(|&&(x, y)| (mean(one, x, y) - mean(other, x, y)).abs() > 24.0).count();
    unlike as f64 / corners.len() as f64
}

#[test]
fn a_form_is_a_tagged_document_with_its_title_and_day_and_the_same_each_time() {
    let packs = Packs::embedded();
    let pack = packs.get("ct01-2026").unwrap();
    let (name, data) = specimens(pack).swap_remove(1);
    let pdf = typeset(pack, name, &data);
    assert_eq!(pdf, typeset(pack, name, &data), "the same request gives the same bytes");
    let output = Command::new("pdfinfo").arg(written("info", &pdf)).output().expect("pdfinfo of poppler-utils");
    let info = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |key: &str| info.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned();
    assert_eq!(line("Title:"), "Tờ khai thay đổi thông tin cư trú");
    assert_eq!(line("Tagged:"), "yes");
    assert_eq!(line("Page size:"), "595.276 x 841.89 pts (A4)");
    assert!(line("CreationDate:").contains("Nov 22") && line("CreationDate:").contains("2026"), "{info}");
    assert!(line("Creator:").is_empty() && line("Producer:").is_empty(), "{info}");
}

#[test]
fn a_draft_says_so_on_every_page() {
    let packs = Packs::embedded();
    let pack = packs.get("ct01-2026").unwrap();
    let (name, mut data) = specimens(pack).swap_remove(1);
    data["pack"]["draft"] = json!(true);
    let pages = poppler("pdftotext", &["-raw"], &written("draft", &typeset(pack, name, &data)));
    let pages: Vec<&str> = pages.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() == 2 && pages.iter().all(|page| bare(page).contains("KHÔNGPHÁTHÀNH–BẢNNHÁP")), "{pages:?}");
}

#[test]
fn every_vietnamese_letter_comes_back_intact_in_each_style() {
    let template = "#set text(font: \"Liberation Serif\")\n#let all = json(\"/data.json\")\n\
        #all\n\n#strong(all)\n\n#emph(all)\n\n#strong(emph(all))";
    let request = Request::new(template, json!(EVERY_LETTER), "Chữ", date(2026, 11, 22));
    let path = written("letters", &typesetter().typeset(&request).unwrap());
    let text = poppler("pdftotext", &["-raw"], &path);
    assert_eq!(bare(&text), bare(EVERY_LETTER).repeat(4));
    let output = Command::new("pdffonts").arg(&path).output().expect("pdffonts of poppler-utils");
    let fonts = String::from_utf8_lossy(&output.stdout).into_owned();
    for font in ["LiberationSerif ", "LiberationSerif-Bold ", "LiberationSerif-Italic ", "LiberationSerif-BoldItalic "]
    {
        assert!(fonts.contains(font), "{fonts}");
    }
}

#[test]
fn a_word_without_end_is_shrunk_and_broken_and_stays_on_its_line() {
    let packs = Packs::embedded();
    for pack in packs.all() {
        let (_, mut data) = specimens(pack).swap_remove(0);
        let word = "ẨM".repeat(80);
        let fields = data["fields"].as_object_mut().expect("fields");
        for value in fields.values_mut().filter(|value| value.is_string()) {
            *value = json!(word);
        }
        let name = format!("{}-endless", pack.id);
        let path = written(&name, &typeset(pack, "endless", &data));
        within_the_page(&name, &path);
    }
}
