//! What may be wrong with an MRZ, in both languages.

use icao9303::mrz::{Field, MrzError, MrzErrorKind, Problem, ProblemKind};

use super::Words;

/// A field's name.
pub(super) const fn field(field: Field) -> &'static str {
    match field {
        Field::DocumentCode => "loại giấy tờ",
        Field::IssuingState => "nước cấp",
        Field::DocumentNumber | Field::DocumentNumberCheck => "số tài liệu",
        Field::OptionalData | Field::OptionalData2 | Field::OptionalDataCheck => "dữ liệu thêm",
        Field::DateOfBirth | Field::DateOfBirthCheck => "ngày sinh",
        Field::Sex => "giới tính",
        Field::DateOfExpiry | Field::DateOfExpiryCheck => "ngày hết hạn",
        Field::Nationality => "quốc tịch",
        Field::Composite => "số kiểm tra chung",
        Field::Names => "họ tên",
    }
}

/// What is not as the standard says, and where.
pub(super) fn problem(problem: &Problem) -> Words {
    let what = match problem.kind {
        ProblemKind::CheckDigit { computed } => format!("số kiểm tra phải là {computed}"),
        ProblemKind::NotADigit => "không phải chữ số".to_owned(),
        ProblemKind::NotALetter => "không phải chữ cái".to_owned(),
        ProblemKind::InvalidDate => "không có ngày này".to_owned(),
        ProblemKind::UnknownSex => "không phải M, F hay <".to_owned(),
        _ => "không đúng chuẩn".to_owned(),
    };
    let (line, column) = (problem.line, problem.column);
    Words::new(format!("dòng {line}, cột {column}, {}: {what}", field(problem.field)), problem.to_string())
}

/// Why an input is no MRZ, and where.
pub(super) fn error(error: &MrzError) -> Words {
    let what = match error.kind {
        MrzErrorKind::Empty => "không có MRZ".to_owned(),
        MrzErrorKind::InputTooLong => "quá dài so với một MRZ".to_owned(),
        MrzErrorKind::InvalidCharacter { found } => format!("ký tự {found:?} không có trong MRZ"),
        MrzErrorKind::LineLength { found, expected } => format!("có {found} ký tự, cần {expected}"),
        MrzErrorKind::TotalLength { found } => {
            format!("có {found} ký tự, không phải TD1 (90), TD2 (72) hay TD3 (88)")
        }
        MrzErrorKind::LineCount { found } => format!("có {found} dòng; MRZ có hai hoặc ba dòng"),
        MrzErrorKind::Visa => "đây là MRZ của thị thực".to_owned(),
        _ => "không phải MRZ".to_owned(),
    };
    Words::new(format!("dòng {}, cột {}: {what}", error.line, error.column), error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_names_its_place_in_both_languages() {
        let at = |kind| Problem { field: Field::DateOfBirthCheck, kind, line: 2, column: 7 };
        let words = problem(&at(ProblemKind::CheckDigit { computed: '4' }));
        assert_eq!(words.vi, "dòng 2, cột 7, ngày sinh: số kiểm tra phải là 4");
        assert!(words.en.contains("should be 4") && words.en.contains("line 2, column 7"));
        let short = MrzError { kind: MrzErrorKind::LineLength { found: 5, expected: 30 }, line: 1, column: 6 };
        assert_eq!(error(&short).vi, "dòng 1, cột 6: có 5 ký tự, cần 30");
    }
}
