//! Wrong usage in plain words: what clap found wrong, in Vietnamese and in English, with where to look it up.
//!
//! A value is shown only where it is one of few words or a number: what was typed in the wrong place may be a secret.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;
use crate::messages::Words;

/// The failure for what clap found wrong with the arguments of the process.
pub(super) fn failure_of(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let words = said(error).unwrap_or_else(|| Words::new("Câu lệnh không đúng", first_line(error)));
    let command = command_of(arguments);
    let vi = format!("Xem `{command} --help`.");
    let en = format!("See `{command} --help`.");
    let hint = match meant(error) {
        Some(meant) => Words::new(format!("Có phải là {meant}? {vi}"), format!("Did you mean {meant}? {en}")),
        None => Words::new(vi, en),
    };
    Failure::new("usage", words.en).saying(words.vi).with_hint(hint.vi, hint.en)
}

/// The command with its subcommands, as far as the arguments name any.
fn command_of(arguments: &[OsString]) -> String {
    let whole = super::command();
    let (mut command, mut path) = (&whole, "cccd".to_owned());
    for argument in arguments.iter().skip(1).filter(|argument| *argument != "--json") {
        let Some(inner) = command.find_subcommand(argument) else { break };
        path = format!("{path} {}", inner.get_name());
        command = inner;
    }
    path
}

fn said(error: &clap::Error) -> Option<Words> {
    let option = || strings(error, ContextKind::InvalidArg).join(", ");
    let value = || strings(error, ContextKind::InvalidValue).join(", ");
    Some(match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Words::new("Thiếu tên lệnh", "a command is missing")
        }
        ErrorKind::InvalidSubcommand => {
            let name = strings(error, ContextKind::InvalidSubcommand).join(", ");
            Words::new(format!("Không có lệnh `{name}`"), format!("there is no command `{name}`"))
        }
        ErrorKind::UnknownArgument => unknown(&option()),
        ErrorKind::InvalidValue if value().is_empty() => {
            Words::new(format!("Thiếu giá trị cho {}", option()), format!("a value is missing for {}", option()))
        }
        ErrorKind::InvalidValue => {
            let (option, value) = (option(), value());
            let of = strings(error, ContextKind::ValidValue).join(", ");
            Words::new(
                format!("{option}: không có giá trị `{value}`; chọn một trong: {of}"),
                format!("{option}: there is no value `{value}`; it is one of: {of}"),
            )
        }
        ErrorKind::ValueValidation => {
            let (option, value) = (option(), value());
            let why = std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default();
            Words::new(
                format!("{option}: giá trị `{value}` không đúng định dạng"),
                format!("{option}: the value `{value}` is malformed{why}"),
            )
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => Words::new(
            format!("{}: số giá trị không đúng", option()),
            format!("{}: the number of values is wrong", option()),
        ),
        ErrorKind::ArgumentConflict => {
            let (option, other) = (option(), strings(error, ContextKind::PriorArg).join(", "));
            Words::new(
                format!("Không dùng chung {option} với {other}"),
                format!("{option} and {other} cannot be used together"),
            )
        }
        ErrorKind::MissingRequiredArgument => {
            Words::new(format!("Còn thiếu: {}", option()), format!("missing: {}", option()))
        }
        ErrorKind::InvalidUtf8 => Words::new("Đối số không phải UTF-8", "an argument is not UTF-8"),
        _ => return None,
    })
}

/// An option is named; what else stands there may be a card's number.
fn unknown(argument: &str) -> Words {
    if argument.starts_with('-') {
        return Words::new(format!("Không có tùy chọn {argument}"), format!("there is no option {argument}"));
    }
    let length = argument.chars().count();
    Words::new(
        format!("Thừa một giá trị ({length} ký tự) không thuộc tùy chọn nào"),
        format!("a value ({length} characters) belongs to no option"),
    )
}

/// What clap takes for the word that was meant.
fn meant(error: &clap::Error) -> Option<String> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    // The likeliest comes last.
    kinds.into_iter().find_map(|kind| strings(error, kind).pop()).map(|word| format!("`{word}`"))
}

fn strings(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn first_line(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    rendered.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::Cli;
    use super::*;

    fn value(line: &str) -> serde_json::Value {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        failure_of(&Cli::try_parse_from(&arguments).unwrap_err(), &arguments).value()
    }

    #[test]
    fn what_is_wrong_is_said_in_both_languages_with_where_to_look() {
        let rows = [
            ("cccd --json", "a command is missing", "Thiếu tên lệnh", "See `cccd --help`."),
            ("cccd raed", "there is no command `raed`", "Không có lệnh `raed`", "Did you mean `read`?"),
            ("cccd read --bogus", "there is no option --bogus", "Không có tùy chọn --bogus", "`cccd read --help`"),
            ("cccd read --photos x", "there is no option --photos", "Không có tùy chọn --photos", "mean `--photo`?"),
            ("cccd trust remove", "missing: <FINGERPRINT>...", "Còn thiếu", "`cccd trust remove --help`"),
            ("cccd read --can 1 --id 2", "cannot be used together", "Không dùng chung", "`cccd read --help`"),
            ("cccd read --access pac", "one of: auto, pace, bac", "chọn một trong", "mean `pace`?"),
            ("cccd read --timeout soon", "not a number of seconds", "không đúng định dạng", "`cccd read --help`"),
            ("cccd read --can", "a value is missing for --can", "Thiếu giá trị cho --can", "`cccd read --help`"),
        ];
        for (line, en, vi, hint) in rows {
            let value = value(line);
            assert_eq!(value["code"], "usage", "{line}");
            for (name, part) in [("message", en), ("message_vi", vi), ("hint", hint)] {
                assert!(value[name].as_str().unwrap().contains(part), "{line}: {value:#}");
            }
        }
    }

    #[test]
    fn a_number_in_the_wrong_place_is_not_repeated() {
        let value = value("cccd read 001190123456");
        assert!(!value.to_string().contains("001190123456"), "{value:#}");
    }
}
