//! `cccd qr`: reads the codes in pictures. [`card_in`] is the same for `cccd read --qr`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::failure::{Exit, Failure};
use super::{output, qr_text};
use crate::messages::{self, Words};
use crate::picture_file::{GreyPicture, PictureFileError};
use crate::qr_picture::{self, PictureCode};
use crate::qr_text::{QrCard, QrContent};
use crate::terminal::Style;
use crate::terminal::rows::marked;
use crate::terminal::style::Paint;
use crate::terminal::text::clean;

/// Options of `cccd qr`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Pictures: JPEG, PNG, WebP or BMP, known by their content
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
}

/// What a picture showed, and how long it took to see it, in milliseconds.
struct Seen {
    codes: Vec<PictureCode>,
    ms: f64,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let style = Style::of_stdout();
    for path in &arguments.images {
        let seen = see(path);
        exit = match &seen {
            Err(_) => Exit::Usage,
            Ok(seen) if seen.codes.is_empty() && exit == Exit::Done => Exit::Unconfirmed,
            Ok(_) => exit,
        };
        if let Err(failure) = &seen {
            failure.tell();
        }
        match seen {
            seen if json => output::json_line(&value(path, &seen)),
            Ok(seen) => output::text(&shown(path, &seen, arguments.images.len() > 1, &style)),
            Err(_) => {}
        }
    }
    Ok(exit)
}

fn see(path: &Path) -> Result<Seen, Failure> {
    let picture = open(path)?;
    let start = Instant::now();
    let codes = qr_picture::codes(&picture);
    Ok(Seen { codes, ms: (start.elapsed().as_secs_f64() * 1e6).round() / 1e3 })
}

fn open(path: &Path) -> Result<GreyPicture, Failure> {
    GreyPicture::open(path).map_err(|error| match &error {
        PictureFileError::Unreadable(system) => Failure::file(path, system),
        other => Failure::content(path, other.why(), other),
    })
}

/// The text of the one ID card's code in a picture, and what it says.
pub(super) fn card_in(path: &Path) -> Result<(Zeroizing<String>, Box<QrCard>), Failure> {
    let mut codes = see(path)?.codes;
    let name = path.display();
    if codes.is_empty() {
        return Err(Failure::new("no_code", format!("--qr: {name}: no QR code was found")).about(name));
    }
    codes.sort_by(|a, b| a.code.payload.cmp(&b.code.payload));
    codes.dedup_by(|a, b| a.code.payload == b.code.payload);
    let mut cards = codes.iter().filter_map(|code| Some((code.text()?, code.card()?)));
    match (cards.next(), cards.next()) {
        (Some((text, card)), None) => Ok((Zeroizing::new(text.to_owned()), Box::new(card.clone()))),
        (Some(_), Some(_)) => {
            Err(Failure::new("several_codes", format!("--qr: {name}: codes of several ID cards")).about(name))
        }
        (None, _) => Err(no_card(path, &codes)),
    }
}

/// Why none of the codes is a card's: what is wrong with one that begins as a card's, else what another seems to be.
fn no_card(path: &Path, codes: &[PictureCode]) -> Failure {
    let name = path.display();
    if let Some(error) = codes.iter().find_map(|code| code.content.as_ref().err()) {
        return Failure::input("qr_text", format!("--qr: {name}: {error}")).about(name);
    }
    let seems = codes.iter().find_map(|code| match &code.content {
        Ok(QrContent::Other(seems)) => Some(seems.english()),
        _ => None,
    });
    let seems = seems.unwrap_or("something else");
    Failure::new("not_a_card_code", format!("--qr: {name}: not an ID card's code; it seems to be {seems}")).about(name)
}

/// One line: what was seen, or the error object.
fn value(path: &Path, seen: &Result<Seen, Failure>) -> Value {
    let file = path.display().to_string();
    match seen {
        Ok(seen) => {
            let codes: Vec<_> = seen.codes.iter().map(code).collect();
            json!({ "schema": "cccd.qr/1", "file": file, "codes": codes, "ms": seen.ms })
        }
        Err(failure) => {
            json!({ "schema": "cccd.error/1", "file": file, "codes": [], "ms": null, "error": failure.value() })
        }
    }
}

fn code(found: &PictureCode) -> Value {
    let (seems, remarks) = match &found.content {
        Ok(QrContent::Card(card)) => (None, card.warnings().to_vec()),
        Ok(QrContent::Other(seems)) => (Some(seems), Vec::new()),
        Err(error) => (None, vec![error.remark()]),
    };
    let code = &found.code;
    json!({
        "text": found.text(),
        "bytes_hex": base16ct::lower::encode_string(&code.payload),
        "corners": code.corners.map(|corner| [corner.x, corner.y].map(|part| (f64::from(part) * 10.0).round() / 10.0)),
        "card": found.card(),
        "seems_to_be": seems,
        "warnings": remarks.iter().map(output::remark).collect::<Vec<_>>(),
        "version": code.version,
        "error_correction": format!("{:?}", code.error_correction),
        "mask": code.mask,
        "errors_corrected": code.errors_corrected,
        "inverted": code.inverted,
        "mirrored": code.mirrored,
    })
}

fn shown(path: &Path, seen: &Seen, several: bool, style: &Style) -> String {
    let mut text = String::new();
    if several {
        text.push_str(&format!("{}\n", style.paint(Paint::Strong, &clean(&path.display().to_string()))));
    }
    if seen.codes.is_empty() {
        let words = Words::new(
            "Không thấy mã QR nào. Chụp lại gần hơn, đủ sáng, không lóa, không rung",
            "no QR code found: take the picture closer, in good light, without glare or shaking",
        );
        text.push_str(&(marked(("!", Paint::Open), &words, style).join("\n") + "\n"));
    }
    for found in &seen.codes {
        match &found.content {
            Ok(content) => text.push_str(&qr_text::shown(content, style)),
            Err(error) => {
                let words = messages::of_remark(&error.remark());
                text.push_str(&(marked(("!", Paint::Open), &words, style).join("\n") + "\n"));
            }
        }
    }
    text
}
