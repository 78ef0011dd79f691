//! Checks of subjects, fields and cross-checks, and of the rules that hold for every form.

use super::Report;
use crate::facts::Fact;
use crate::packs::{Field, Kind, Must, Pack, PackSection, Source};
use crate::search_key;

/// Everything about the fields of a pack.
pub(super) fn check(pack: &Pack, report: &mut Report<'_>) {
    report.unique("subject", pack.subjects.iter().map(|subject| subject.id.as_str()));
    report.unique("field", pack.fields().map(|field| field.id.as_str()));
    for subject in &pack.subjects {
        report.id("subject", &subject.id);
    }
    for section in &pack.sections {
        rows(pack, section, report);
        for field in &section.fields {
            names(pack, section, field, report);
            kind(field, report);
            offer(pack, field, report);
            any_of(pack, section, field, report);
            law(field, report);
        }
    }
    cross_checks(pack, report);
}

fn has_subject(pack: &Pack, id: &str) -> bool {
    pack.subjects.iter().any(|subject| subject.id == id)
}

fn has_field(pack: &Pack, id: &str) -> bool {
    pack.fields().any(|field| field.id == id)
}

fn no_subject(at: &str, id: &str, report: &mut Report<'_>) {
    report.error(
        format!("{at}: không có [[subject]] \"{id}\". Thêm vào hoặc sửa tên."),
        format!("{at}: there is no [[subject]] \"{id}\". Add it or correct the name."),
    );
}

fn no_field(at: &str, id: &str, report: &mut Report<'_>) {
    report.error(
        format!("{at}: không có trường \"{id}\". Thêm vào hoặc sửa tên."),
        format!("{at}: there is no field \"{id}\". Add it or correct the name."),
    );
}

fn rows(pack: &Pack, section: &PackSection, report: &mut Report<'_>) {
    let Some(rows) = &section.rows else { return };
    match pack.subjects.iter().find(|subject| subject.id == rows.subject) {
        _ if !rows.of_persons => things(pack, section, &rows.subject, report),
        None => no_subject(&section.title, &rows.subject, report),
        Some(subject) if !subject.several => report.error(
            format!("{}: subject \"{}\" cần several = true để có nhiều dòng.", section.title, subject.id),
            format!("{}: subject \"{}\" needs several = true to have rows.", section.title, subject.id),
        ),
        Some(_) => {}
    }
    if !(1..=200).contains(&rows.most) {
        report.error(
            format!("{}: rows.most phải từ 1 đến 200.", section.title),
            format!("{}: rows.most must be 1 to 200.", section.title),
        );
    }
}

/// A table of things has a name of its own, and no column that is a person's.
fn things(pack: &Pack, section: &PackSection, table: &str, report: &mut Report<'_>) {
    report.id("table", table);
    let tables = pack.sections.iter().filter_map(|section| section.rows.as_ref());
    if has_subject(pack, table) || tables.filter(|rows| rows.subject == table).count() > 1 {
        report.error(
            format!("{}: tên bảng \"{table}\" đã dùng. Đổi tên.", section.title),
            format!("{}: the table's name \"{table}\" is taken. Rename it.", section.title),
        );
    }
    for field in section.fields.iter().filter(|field| field.subject.is_some()) {
        report.error(
            format!("{}: bảng này không phải của người nào; xóa subject.", field.id),
            format!("{}: this table is not of persons; remove subject.", field.id),
        );
    }
}

/// What a field names must be there.
fn names(pack: &Pack, section: &PackSection, field: &Field, report: &mut Report<'_>) {
    report.id("field", &field.id);
    let id = &field.id;
    if field.label.trim().is_empty() {
        report.error(format!("{id}: label còn trống."), format!("{id}: label is empty."));
    }
    let of_person = field.source.is_some_and(|source| !matches!(source, Source::Desk(_)));
    match &field.subject {
        Some(subject) if !has_subject(pack, subject) => no_subject(id, subject, report),
        None if of_person && field.subjects.is_empty() => report.error(
            format!("{id}: source lấy từ một người, hãy thêm subject."),
            format!("{id}: the source is of a person, add a subject."),
        ),
        Some(subject) if of_person && section.rows.as_ref().is_some_and(|rows| rows.subject != *subject) => report
            .error(
                format!("{id}: trong bảng này subject phải giống rows.subject."),
                format!("{id}: in this table the subject must be rows.subject."),
            ),
        _ => {}
    }
    for (key, other) in [("copy_of", &field.copy_of), ("in_words_of", &field.in_words_of)] {
        let Some(other) = other else { continue };
        let earlier = pack.fields().take_while(|other| other.id != *id).any(|earlier| earlier.id == *other);
        if !earlier {
            report.error(
                format!("{id}: {key} \"{other}\" phải là một trường đứng trước."),
                format!("{id}: {key} \"{other}\" must be an earlier field."),
            );
        }
    }
    if let Some(when) = &field.copy_when
        && (field.copy_of.is_none() || !has_field(pack, &when.field))
    {
        no_field(&format!("{id}: copy_when"), &when.field, report);
    }
    if let Some(when) = &field.copy_when {
        can_be_said(pack, &format!("{id}: copy_when"), &when.field, &when.is, report);
    }
}

/// What a condition waits for must be among the answers, or it never holds: an error where no other answer is allowed.
fn can_be_said(pack: &Pack, at: &str, id: &str, is: &str, report: &mut Report<'_>) {
    let Some(field) = pack.fields().find(|field| field.id == id && field.subjects.is_empty()) else { return };
    let says = |option: &String| search_key::key(option) == search_key::key(is);
    if field.options.is_empty() || field.options.iter().any(says) {
        return;
    }
    let vi = format!("{at}: \"{is}\" không có trong options của \"{id}\". Sửa cho giống.");
    let en = format!("{at}: \"{is}\" is not among the options of \"{id}\". Make them the same.");
    if field.closed { report.error(vi, en) } else { report.warning(vi, en) }
}

/// What an officer confirmed for one person must not become another's when a card is changed: an offer is of its own subject.
fn offer(pack: &Pack, field: &Field, report: &mut Report<'_>) {
    let id = &field.id;
    let copied = field.copy_of.as_ref().and_then(|copied| pack.fields().find(|other| other.id == *copied));
    if field.offer && copied.is_some_and(|copied| copied.subject != field.subject) {
        report.error(
            format!("{id}: trường có offer = true không chép của người khác; xóa copy_of."),
            format!("{id}: a field with offer = true copies nothing of another subject; remove copy_of."),
        );
    }
}

/// A field of one of several subjects: a value of a person each, and an officer who chooses.
fn any_of(pack: &Pack, section: &PackSection, field: &Field, report: &mut Report<'_>) {
    let id = &field.id;
    if field.subjects.is_empty() {
        return;
    }
    for subject in field.subjects.iter().filter(|subject| !has_subject(pack, subject)) {
        no_subject(id, subject, report);
    }
    let of_person = field.source.is_some_and(|source| !matches!(source, Source::Desk(_)));
    if !of_person || !field.offer || field.kind != Kind::Choice || field.subject.is_some() || section.rows.is_some() {
        report.error(
            format!(
                "{id}: subjects cần source của một người, offer = true, kind = \"choice\", không subject, ngoài bảng."
            ),
            format!(
                "{id}: subjects needs a source of a person, offer = true, kind = \"choice\", no subject, no table."
            ),
        );
    }
}

fn kind(field: &Field, report: &mut Report<'_>) {
    let id = &field.id;
    if field.closed && (field.kind != Kind::Choice || field.options.is_empty()) {
        report.error(
            format!("{id}: closed cần kind = \"choice\" và options."),
            format!("{id}: closed needs kind = \"choice\" and options."),
        );
    }
    if field.max_length == Some(0) {
        report.error(format!("{id}: max_length phải lớn hơn 0."), format!("{id}: max_length must be over 0."));
    }
}

/// The rules of every form: residence is offered, sensitive facts are marked, and a place of birth is never the place of origin.
fn law(field: &Field, report: &mut Report<'_>) {
    let id = &field.id;
    let Some(source) = field.source else { return };
    let needs = |fact: Fact| source.needs().contains(&fact);
    if needs(Fact::PlaceOfResidence) && !field.offer {
        report.error(
            format!("{id}: nơi cư trú trên thẻ là của ngày cấp thẻ; phải có offer = true để cán bộ xác nhận."),
            format!("{id}: the card's residence is of the day of issue; it needs offer = true, to be confirmed."),
        );
    }
    let label = search_key::key(&field.label);
    if needs(Fact::PlaceOfOrigin) && (label.contains("noi sinh") || label.contains("noi dang ky khai sinh")) {
        report.error(
            format!("{id}: nơi sinh không bao giờ lấy từ quê quán. Xóa source."),
            format!("{id}: a place of birth never comes from the place of origin. Remove the source."),
        );
    }
    if Fact::ALL.iter().any(|&fact| fact.is_sensitive() && needs(fact)) && !field.sensitive {
        report.error(
            format!("{id}: dân tộc và tôn giáo là dữ liệu nhạy cảm; thêm sensitive = true."),
            format!("{id}: ethnicity and religion are sensitive data; add sensitive = true."),
        );
    }
}

fn cross_checks(pack: &Pack, report: &mut Report<'_>) {
    for check in &pack.checks {
        let (subjects, mut fields): (Vec<&String>, Vec<&String>) = match &check.must {
            Must::DifferentPersons { subjects } | Must::SamePerson { subjects } => (subjects.iter().collect(), vec![]),
            Must::AgeAtLeast { subject, .. } | Must::AgeBelow { subject, .. } | Must::Sex { subject, .. } => {
                (vec![subject], vec![])
            }
            Must::OneTickOf { fields } => (vec![], fields.iter().collect()),
            Must::TickNeeds { tick, field } => (vec![], vec![tick, field]),
            Must::AnswerNeeds { field, needs, .. } => (vec![], vec![field, needs]),
            Must::NotAfterToday { field } | Must::WholeNumber { field, .. } => (vec![], vec![field]),
            Must::InOrder { first, then } => (vec![], vec![first, then]),
        };
        fields.extend(check.when.as_ref().map(|when| &when.field));
        if let Must::AnswerNeeds { field, is, .. } = &check.must {
            can_be_said(pack, "[[check]]", field, is, report);
        }
        if let Some(when) = &check.when {
            can_be_said(pack, "[[check]] when", &when.field, &when.is, report);
        }
        for id in subjects.into_iter().filter(|id| !has_subject(pack, id)) {
            no_subject("[[check]]", id, report);
        }
        for id in fields.into_iter().filter(|id| !has_field(pack, id)) {
            no_field("[[check]]", id, report);
        }
    }
}
