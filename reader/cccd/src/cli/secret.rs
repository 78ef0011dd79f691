//! Secrets that stay off the command line: from standard input, or asked at a terminal without echo.

use std::io::{IsTerminal, Read};

use zeroize::Zeroizing;

use super::failure::Failure;

/// Most bytes taken from standard input: a QR text is the longest secret there is.
const MOST: u64 = 8 * 1024;

/// The value of an option: itself, or for `-` what standard input holds.
pub(super) fn given(value: &str) -> Result<Zeroizing<String>, Failure> {
    if value != "-" {
        return Ok(Zeroizing::new(value.to_owned()));
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(MOST)
        .read_to_string(&mut text)
        .map_err(|error| Failure::input("standard_input", format!("standard input: {error}")))?;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Failure::input("standard_input", "standard input is empty"));
    }
    Ok(Zeroizing::new(trimmed.to_owned()))
}

/// Asks for the card's access number.
///
/// # Errors
/// There is nobody to ask: standard input is no terminal.
pub(super) fn asked() -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("usage", "no password given: --can, --id, --mrz, --document, --qr or --qr-text")
            .saying("Chưa có gì để mở chip: cần --can, --id, --mrz, --document, --qr hoặc --qr-text")
            .with_hint(
                "CAN là 6 số cuối của số định danh; `--can -` lấy từ đầu vào chuẩn.",
                "The CAN is the last six digits of the ID number; `--can -` takes it from standard input.",
            ));
    }
    rpassword::prompt_password("CAN (6 số cuối của số định danh · last 6 digits of the ID number): ")
        .map(|text| Zeroizing::new(text.trim().to_owned()))
        .map_err(|error| Failure::input("can", format!("the terminal: {error}")))
}
