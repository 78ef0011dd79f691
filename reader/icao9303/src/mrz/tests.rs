use alloc::{format, string::ToString, vec::Vec};

use proptest::prelude::*;

use super::*;

/// The three of the identity card's variant: the number's last nine digits, their check digit, all twelve, and a check
/// digit of these at the end of the optional data.
const IDENTITY_CARDS: [(&str, &str); 3] = [
    ("IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<", "190123456"),
    ("IDVNM0581234568079058123456<<8\n5801028M9912315VNM<<<<<<<<<<<6\nTRAN<<VAN<BINH<<<<<<<<<<<<<<<<", "058123456"),
    ("IDVNM2050007776048205000777<<6\n0512310M3012316VNM<<<<<<<<<<<4\nLE<<MINH<CHAU<<<<<<<<<<<<<<<<<", "205000777"),
];

/// Doc 9303-4, appendix B.
const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
/// Doc 9303-5, appendix B.
const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
/// Doc 9303-6, appendix B.
const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
/// Doc 9303-11, D.2: document numbers of more than nine characters.
const TD1_LONG: &str = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
const TD2_LONG: &str = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8";

fn parse(text: &str) -> Mrz {
    Mrz::parse(text).unwrap()
}

fn kinds(mrz: &Mrz) -> Vec<(Field, ProblemKind)> {
    mrz.problems().iter().map(|problem| (problem.field, problem.kind)).collect()
}

/// The text with one character replaced, line and column from 1.
fn with(text: &str, line: usize, column: usize, character: char) -> String {
    let mut lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    lines[line - 1][column - 1] = character;
    lines.iter().map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_standards_examples_have_no_problem() {
    for text in [TD1, TD2, TD3, TD1_LONG, TD2_LONG] {
        let mrz = parse(text);
        assert_eq!(mrz.problems(), [], "{text}");
        assert_eq!(mrz.lines().collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
    }
}

#[test]
fn the_fields_of_a_passport_are_found() {
    let mrz = parse(TD3);
    assert_eq!((mrz.format(), mrz.document_code(), mrz.issuing_state()), (Format::Td3, "P", "UTO"));
    assert_eq!((mrz.document_number().as_str(), mrz.optional_data()), ("L898902C3", "ZE184226B"));
    assert_eq!((mrz.date_of_birth().as_str(), mrz.date_of_expiry().as_str()), ("740812", "120415"));
    assert_eq!((mrz.sex(), mrz.nationality()), (Sex::Female, "UTO"));
    let names = mrz.names();
    assert_eq!((&*names.primary, &*names.secondary, names.may_be_truncated), ("ERIKSSON", "ANNA MARIA", false));
    assert_eq!(mrz.check_digits().len(), 5);
}

#[test]
fn a_long_document_number_is_joined() {
    for text in [TD1_LONG, TD2_LONG] {
        let mrz = parse(text);
        assert!(mrz.document_number_is_long());
        assert_eq!(mrz.document_number().as_str(), "D23145890734");
        assert_eq!(mrz.optional_data(), "");
        assert_eq!(*mrz.key().unwrap().mrz_information(), "D23145890734934071279507122");
    }
}

#[test]
fn optional_data_after_a_long_document_number_is_kept() {
    let mrz = parse(&TD1_LONG.replace("7349<<<<<<<<<<<", "7349<ABC<<<<<<<"));
    assert_eq!(mrz.document_number().as_str(), "D23145890734");
    assert_eq!(mrz.optional_data(), "ABC");
    assert_eq!(kinds(&mrz).iter().map(|(field, _)| *field).collect::<Vec<_>>(), [Field::Composite]);
}

#[test]
fn every_standard_check_digit_of_the_identity_card_holds() {
    for (text, number) in IDENTITY_CARDS {
        let mrz = parse(text);
        assert_eq!(mrz.problems(), []);
        assert_eq!(mrz.check_digits().iter().filter(|digit| digit.holds()).count(), 4);
        assert!(!mrz.document_number_is_long());
        assert_eq!(mrz.document_number().as_str(), number);
        // The variant: twelve digits, filler, and their check digit, which the standard knows nothing of.
        let optional = mrz.field(Field::OptionalData);
        assert_eq!((optional.len(), &optional[12..14]), (15, "<<"));
        assert!(optional[..12].ends_with(number));
        assert_eq!(check_digit(&optional[..12]), optional.chars().last());
    }
    assert_eq!(parse(IDENTITY_CARDS[0].0).optional_data(), "001190123456<<0");
}

#[test]
fn one_string_without_line_ends_is_enough() {
    for text in [TD1, TD2, TD3] {
        assert_eq!(parse(&text.replace('\n', "")), parse(text));
        assert_eq!(parse(&format!("\r\n  {} \r\n\r\n", text.replace('\n', " \r\n "))), parse(text));
        assert_eq!(Mrz::parse_lines(text.lines()).unwrap(), parse(text));
    }
}

#[test]
fn lower_case_is_read_with_a_remark() {
    let mrz = parse(&TD3.to_lowercase());
    assert_eq!(mrz.document_number().as_str(), "L898902C3");
    assert_eq!(mrz.remarks()[0].code, "mrz_lower_case");
    assert!(parse(TD3).remarks().is_empty());
}

#[test]
fn a_german_document_has_a_state_of_one_letter() {
    let mrz = parse("P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\nC11T002JM4D<<9608122F2310314<<<<<<<<<<<<<<<4");
    assert_eq!(mrz.problems(), []);
    assert_eq!((mrz.issuing_state(), mrz.nationality()), ("D", "D"));
}

#[test]
fn names_without_secondary_identifier_and_full_to_the_end_are_read() {
    let text = TD1.replace("ERIKSSON<<ANNA<MARIA<<<<<<<<<<", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<");
    let names = parse(&text).names();
    assert_eq!((&*names.primary, &*names.secondary), ("ARKFREITH", ""));
    let text = TD1.replace("ERIKSSON<<ANNA<MARIA<<<<<<<<<<", "NILAVADHANANANDA<<CHAYAPA<DEJT");
    assert!(parse(&text).names().may_be_truncated);
}

#[test]
fn a_wrong_check_digit_names_its_position() {
    let mrz = parse(&with(TD3, 2, 10, '7'));
    let problem = mrz.problems()[0];
    assert_eq!((problem.field, problem.line, problem.column), (Field::DocumentNumber, 2, 10));
    assert_eq!(problem.kind, ProblemKind::CheckDigit { computed: '6' });
    assert_eq!(problem.to_string(), "document_number: the check digit should be 6 (line 2, column 10)");
    assert_eq!(mrz.problems()[1].field, Field::Composite);
}

#[test]
fn a_filler_may_stand_for_the_check_digit_of_no_personal_number() {
    let without = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8";
    assert_eq!(kinds(&parse(without)), []);
    assert_eq!(kinds(&parse(&with(without, 2, 43, '0'))), []);
}

#[test]
fn a_letter_in_a_date_is_a_problem_with_a_suggestion() {
    let mrz = parse(&with(TD3, 2, 15, 'A'));
    assert_eq!(kinds(&mrz)[0], (Field::DateOfBirth, ProblemKind::NotADigit));
    assert!(mrz.suggestions().is_empty());

    let mrz = parse(&with(TD3, 2, 16, 'O'));
    assert_eq!(kinds(&mrz)[0], (Field::DateOfBirth, ProblemKind::NotADigit));
    assert_eq!((mrz.problems()[0].line, mrz.problems()[0].column), (2, 16));
    let suggestion = &mrz.suggestions()[0];
    assert_eq!(suggestion.field, Field::DateOfBirth);
    assert_eq!(suggestion.changes, [Change { line: 2, column: 16, found: 'O', meant: '0' }]);
    assert!(suggestion.composite_holds);
    // Nothing was corrected.
    assert_eq!(mrz.field(Field::DateOfBirth), "74O812");
    assert!(mrz.key().is_err());
}

#[test]
fn the_usual_reading_mistakes_in_a_document_number_are_suggested() {
    // The number of Doc 9303-5's example with each confusable pair put in, then misread.
    for (right, wrong) in [
        ("D2O145890", "D20145890"),
        ("D2I145890", "D21145890"),
        ("B23145890", "823145890"),
        ("S23145890", "523145890"),
        ("Z23145890", "223145890"),
    ] {
        let digit = check_digit(right).unwrap();
        let text = TD1.replace("D231458907", &format!("{right}{digit}"));
        let composite = parse(&text).check_digits().last().unwrap().computed;
        let text = with(&text, 2, 30, composite);
        assert_eq!(kinds(&parse(&text)), []);
        let mrz = parse(&text.replace(right, wrong));
        let suggestions = mrz.suggestions();
        let fitting = |suggestion: &Suggestion| {
            let [change] = suggestion.changes[..] else { return false };
            let at = change.column - 6;
            suggestion.composite_holds
                && change.line == 1
                && wrong[at..].starts_with(change.found)
                && right[at..].starts_with(change.meant)
        };
        assert!(suggestions.iter().any(fitting), "{right} read as {wrong}: {suggestions:?}");
    }
}

#[test]
fn a_digit_among_letters_is_suggested_as_the_letter() {
    let mrz = parse(&with(TD1, 3, 6, '5'));
    assert_eq!(kinds(&mrz), [(Field::Names, ProblemKind::NotALetter)]);
    assert_eq!(mrz.suggestions()[0].changes, [Change { line: 3, column: 6, found: '5', meant: 'S' }]);
}

#[test]
fn impossible_dates_and_sexes_are_problems() {
    assert!(kinds(&parse(&with(TD3, 2, 16, '2'))).contains(&(Field::DateOfBirth, ProblemKind::InvalidDate)));
    let mrz = parse(&with(TD3, 2, 21, 'X'));
    assert_eq!(kinds(&mrz), [(Field::Sex, ProblemKind::UnknownSex)]);
    assert_eq!(mrz.sex(), Sex::Unspecified);
}

#[test]
fn what_has_not_the_shape_of_an_mrz_is_refused_with_its_position() {
    let error = |text: &str| Mrz::parse(text).unwrap_err();
    let at = |text: &str| (error(text).line, error(text).column);
    assert_eq!(error("").kind, MrzErrorKind::Empty);
    assert_eq!(error(" \n ").kind, MrzErrorKind::Empty);
    assert_eq!(error(&with(TD1, 2, 4, ' ')).kind, MrzErrorKind::InvalidCharacter { found: ' ' });
    assert_eq!(at(&with(TD1, 2, 4, ' ')), (2, 4));
    assert_eq!(error(&with(TD1, 2, 4, 'Đ')).kind, MrzErrorKind::InvalidCharacter { found: 'Đ' });
    assert_eq!(at(&with(TD1, 2, 4, 'Đ')), (2, 4));
    assert_eq!(at(&with(TD1, 2, 1, '-')), (2, 1));
    assert_eq!(at(&format!("{}\n  ?", TD1.lines().next().unwrap())), (2, 3));
    assert_eq!(error(&TD1[..50]).kind, MrzErrorKind::LineLength { found: 30, expected: 36 });
    assert_eq!(error("ABC").kind, MrzErrorKind::TotalLength { found: 3 });
    assert_eq!(error(&format!("{TD1}\n{TD1}")).kind, MrzErrorKind::LineCount { found: 6 });
    assert_eq!(error(&"<".repeat(MAX_INPUT + 1)).kind, MrzErrorKind::InputTooLong);
    assert_eq!(error(&with(TD3, 1, 1, 'V')).kind, MrzErrorKind::Visa);
    assert_eq!(Mrz::parse([0xFF, 0xFE]).unwrap_err().kind, MrzErrorKind::InvalidCharacter { found: '\u{FFFD}' });
}

#[test]
fn debug_shows_no_personal_data() {
    let mrz = parse(&with(TD3, 2, 16, 'O'));
    let shown = format!("{mrz:?} {:?} {:?} {:?}", mrz.names(), mrz.date_of_birth(), mrz.suggestions());
    for secret in ["ERIKSSON", "L898902C3", "740812", "120415"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Fields of a card without problems, and their lines written in the test's own way.
fn any_card() -> impl Strategy<Value = ([String; 4], String)> {
    ("[A-Z0-9]{1,22}", "[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])", "[A-Z]{1,12}", "[A-Z]{1,8}( [A-Z]{1,7})?")
        .prop_map(|(number, birth, primary, secondary)| {
            let digit = |text: &str| check_digit(text).unwrap();
            let number_field = if number.len() <= 9 {
                let padded = format!("{number:<<9}");
                format!("{padded}{}{:<<15}", digit(&padded), "")
            } else {
                format!("{}<{:<<15}", &number[..9], format!("{}{}", &number[9..], digit(&number)))
            };
            let dates = format!("{birth}{}M{birth}{}", digit(&birth), digit(&birth));
            let covered = format!("{number_field}{birth}{}{birth}{}<<<<<<<<<<<", digit(&birth), digit(&birth));
            let names = format!("{primary}<<{}", secondary.replace(' ', "<"));
            let text = format!("IDUTO{number_field}{dates}UTO<<<<<<<<<<<{}{names:<<30}", digit(&covered));
            ([number, birth, primary, secondary], text)
        })
}

proptest! {
    #[test]
    fn a_written_card_is_read_back(([number, birth, primary, secondary], text) in any_card()) {
        let mrz = Mrz::parse(&text).unwrap();
        prop_assert_eq!(mrz.problems(), []);
        prop_assert_eq!(&*mrz.document_number(), &number);
        let (born, expires) = (mrz.date_of_birth(), mrz.date_of_expiry());
        prop_assert_eq!((born.as_str(), expires.as_str()), (&*birth, &*birth));
        prop_assert_eq!(&mrz.names().primary, &primary);
        prop_assert_eq!(&mrz.names().secondary, &secondary);
        prop_assert_eq!(mrz.lines().collect::<String>(), text);
        prop_assert!(mrz.key().is_ok());
    }

    #[test]
    fn a_changed_digit_of_a_date_is_noticed((_, text) in any_card(), column in 0_usize..6, by in 1_u8..10) {
        let mut bytes = text.into_bytes();
        bytes[30 + column] = b'0' + (bytes[30 + column] - b'0' + by) % 10;
        let mrz = Mrz::parse(&bytes).unwrap();
        prop_assert!(mrz.problems().iter().any(|problem| problem.field == Field::DateOfBirth));
    }

    #[test]
    fn any_characters_of_the_alphabet_are_read_in_each_format(text in prop_oneof!["[A-Z0-9<]{90}", "[A-Z0-9<]{72}", "[A-Z0-9<]{88}", "[OI0158BSZ<]{90}"]) {
        if let Ok(mrz) = Mrz::parse(&text) {
            let _ = (mrz.suggestions(), mrz.key(), mrz.names(), mrz.optional_data(), mrz.document_number());
        } else {
            prop_assert!(text.starts_with('V'));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Mrz::parse(&bytes);
    }
}
