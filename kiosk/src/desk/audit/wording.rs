//! Records and verifications in words.

use cccd::messages::{self, Words};
use cccd_forms::services::Services;
use cccd_records::verify::{Fault, Outcome};
use serde_json::Value;

use crate::desk::bridge::refusal::Refusal;
use crate::desk::citizen_notice::OfficeTexts;
use crate::desk::lang::Lang;
use crate::desk::person::{Way, fact_of_name, fact_words};

/// What belongs to an act, in words: nothing for what the act itself says.
pub fn details(said: &Value, services: &Services, texts: &OfficeTexts, lang: Lang) -> Vec<String> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    let number = |name: &str| said.get(name).and_then(Value::as_u64);
    let mut details = Vec::new();
    let mut add = |text: &str| details.push(text.to_owned());
    if let Some(way) = number("way").and_then(|way| Way::of_number(u8::try_from(way).ok()?)) {
        add(lang.of(&way.words()));
    }
    if let Some(message) = text("verdict").and_then(messages::of) {
        add(lang.say(message.vi, message.en));
    }
    if let Some(service) = number("service") {
        let name =
            u16::try_from(service).ok().and_then(|number| services.get(number)).map(|service| service.name.clone());
        add(&name.unwrap_or_else(|| format!("{} {service}", lang.say("Dịch vụ", "Service"))));
    }
    if let Some(id) = text("purpose") {
        let purpose = texts.purposes.iter().find(|purpose| purpose.id == id);
        add(purpose.map_or(id, |purpose| lang.say(&purpose.vi, &purpose.en)));
    }
    for name in ["form", "account", "computer", "number", "day"] {
        if let Some(text) = text(name) {
            add(text);
        }
    }
    for name in ["kind", "change", "by", "why", "what", "format", "result", "code"] {
        if let Some(code) = text(name) {
            add(lang.of(&of_code(code)));
        }
    }
    details.extend(of_bridge(said, lang));
    let mut add = |text: &str| details.push(text.to_owned());
    for name in ["roles", "by", "span"] {
        if let Some(values) = said.get(name).and_then(Value::as_array) {
            let texts: Vec<String> = values
                .iter()
                .map(|value| {
                    value.as_str().map_or_else(|| value.to_string(), |code| lang.of(&of_code(code)).to_owned())
                })
                .collect();
            add(&texts.join(", "));
        }
    }
    for (name, vi, en) in [("records", "bản ghi", "records"), ("count", "người", "people")] {
        if let Some(number) = number(name) {
            add(&format!("{number} {}", lang.say(vi, en)));
        }
    }
    if let Some((noted, last)) = number("noted").zip(number("last")) {
        let vi = format!("bản ghi {noted} đã từng có hoặc đã khác, nay nhật ký dừng ở bản ghi {last}");
        add(lang.say(&vi, &format!("record {noted} was there or was another one; the log now ends at record {last}")));
    }
    if said.get("over_link").is_some() {
        add(lang.say("từ máy của cán bộ", "from the officer's computer"));
    }
    if said.get("by_recovery_code").is_some() {
        add(lang.say("bằng mã khôi phục", "by a recovery code"));
    }
    details
}

/// What the bridge did: who asked, for what and why.
fn of_bridge(said: &Value, lang: Lang) -> Vec<String> {
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut details: Vec<String> = text("origin").into_iter().chain(text("asked_for")).collect();
    if let Some(fields) = said.get("fields").and_then(Value::as_array) {
        let facts = fields.iter().filter_map(|name| fact_of_name(name.as_str()?));
        details.push(facts.map(|fact| lang.of(&fact_words(fact)).to_owned()).collect::<Vec<_>>().join(", "));
    }
    if said.get("by_memory").is_some() {
        details.push(lang.say("theo sự đồng ý đã nhớ", "by a remembered consent").to_owned());
    }
    if let Some(until) = text("until") {
        details.push(format!("{} {until}", lang.say("đến", "until")));
    }
    details
}

/// A stable code of a record, in words.
fn of_code(code: &str) -> Words {
    let own = match code {
        "officer" => ("cán bộ", "officer"),
        "idle" => ("không ai thao tác", "nobody was there"),
        "logout" => ("đăng xuất", "logout"),
        "another_login" => ("cán bộ khác đăng nhập", "another officer's login"),
        "account_changed" => ("tài khoản bị đổi", "account changed"),
        "pdf" => ("PDF", "PDF"),
        "print" => ("in", "printed"),
        "copied" => ("sao chép từng ô", "copied"),
        "typed_out" => ("gõ sang phần mềm khác", "typed into another program"),
        "webhook" => ("gửi sang hệ thống khác", "sent to another system"),
        "read_record" => ("phiếu đọc thẻ", "read record"),
        "batch" => ("danh sách", "list"),
        "made" => ("tạo", "made"),
        "roles" => ("đổi vai trò", "roles changed"),
        "password" => ("đổi mật khẩu", "password changed"),
        "second_factor" => ("thiết lập mã xác thực", "second factor set up"),
        "reset" => ("đặt lại", "reset"),
        "reset_at_the_machine" => ("đặt lại tại máy", "reset at the machine"),
        "removed" => ("xóa", "removed"),
        "code_shown" => ("hiện mã ghép", "code shown"),
        "paired" => ("ghép", "paired"),
        "refused" => ("mã sai, không ghép", "wrong code, not paired"),
        "operator" => ("tiếp nhận", "operator"),
        "auditor" => ("kiểm tra", "auditor"),
        "administrator" => ("quản trị", "administrator"),
        "wrong" => ("sai tên, mật khẩu hoặc mã", "wrong name, password or code"),
        "disconnected" => ("phần mềm ngắt kết nối", "software disconnected"),
        "software" => ("phần mềm", "software"),
        "locked" => ("đang tạm khóa", "locked for a while"),
        "office" => ("thông tin cơ quan", "the office"),
        "session_ended" => ("phiên đã kết thúc trước khi đọc", "the session had ended before"),
        "whole" => ("nguyên vẹn", "whole"),
        "changed" => ("bản ghi bị sửa", "a record was changed"),
        "truncated" => ("bị cắt phần cuối", "the end was cut off"),
        "reordered" => ("bị đổi chỗ", "reordered"),
        "foreign_key" => ("chữ ký của khóa khác", "another key's signature"),
        "rewritten" => ("bị viết lại", "written anew"),
        "from" => ("từ ngày", "from"),
        "until" => ("đến ngày", "until"),
        "act" => ("việc", "act"),
        "person" => ("người", "person"),
        _ => {
            if let Some(refusal) = Refusal::ALL.into_iter().find(|refusal| refusal.code() == code) {
                return refusal.words();
            }
            let message = messages::of(code);
            return message.map_or_else(|| Words::new(code, code), |message| Words::new(message.vi, message.en));
        }
    };
    Words::new(own.0, own.1)
}

/// What a walk over a chain found: the first line says whether it is whole.
pub fn outcome(outcome: &Outcome) -> Vec<Words> {
    let mut lines = vec![match &outcome.fault {
        None if outcome.records == 0 => Words::new(
            "Không có bản ghi nào để kiểm tra: chưa khẳng định được gì.",
            "There is no record to look at: nothing is confirmed.",
        ),
        None => Words::new(
            format!("Nguyên vẹn: {} bản ghi, không bản ghi nào bị sửa, xóa, chèn hay đổi chỗ.", outcome.records),
            format!("Whole: {} records, none was changed, removed, inserted or reordered.", outcome.records),
        ),
        Some(fault) => of_fault(fault),
    }];
    if outcome.fault.is_some() {
        lines.push(Words::new(
            "Giữ nguyên máy và tệp nhật ký, báo người phụ trách an toàn thông tin.",
            "Leave the machine and the log as they are, and tell whoever is in charge of security.",
        ));
    }
    if let Some((times, first)) = outcome.clock_backwards {
        lines.push(Words::new(
            format!("Lưu ý: đồng hồ máy chạy lùi {times} lần, lần đầu ở bản ghi {first}."),
            format!("Note: the clock went backwards {times} times, first at record {first}."),
        ));
    }
    if outcome.end_not_compared && outcome.fault.is_none() {
        lines.push(Words::new(
            "Chưa so phần cuối: không có đầu nhật ký nào đã ghi lại ở nơi khác để so, nên không biết phần cuối có bị cắt hay không.",
            "The end was not compared: no head was noted elsewhere, so whether records were cut off at the end is not known.",
        ));
    }
    if outcome.key_on_its_word && outcome.fault.is_none() {
        lines.push(Words::new(
            "Chưa khẳng định được khóa ký là của máy này: so với khóa hoặc đầu nhật ký đã ghi lại trước đó.",
            "That the key is this desk's could not be confirmed: compare it with a key or a head that was noted before.",
        ));
    }
    lines
}

fn of_fault(fault: &Fault) -> Words {
    let words = |vi: String, en: String| Words::new(vi, en);
    match fault {
        Fault::Changed { idx } => words(
            format!("Bản ghi {idx} đã bị sửa sau khi ghi."),
            format!("Record {idx} was changed after it was written."),
        ),
        Fault::Removed { first, last } if first == last => {
            words(format!("Bản ghi {first} đã bị xóa."), format!("Record {first} was removed."))
        }
        Fault::Removed { first, last } => words(
            format!("Các bản ghi {first} đến {last} đã bị xóa."),
            format!("Records {first} to {last} were removed."),
        ),
        Fault::Reordered { idx } => words(
            format!("Bản ghi {idx} không nối tiếp bản ghi trước: đã bị đổi chỗ hoặc chèn."),
            format!("Record {idx} does not follow the one before it: it was moved or inserted."),
        ),
        Fault::ForeignKey { idx } => {
            words(format!("Bản ghi {idx} không do máy này ký."), format!("Record {idx} is not signed by this device."))
        }
        Fault::Truncated { last, noted } => words(
            format!("Nhật ký dừng ở bản ghi {last}, nhưng bản ghi {noted} đã từng có: phần cuối bị cắt."),
            format!("The log ends at record {last}, and record {noted} was there: its end was cut off."),
        ),
        Fault::Rewritten { idx } => words(
            format!("Bản ghi {idx} khác với bản đã ghi lại trước đó: nhật ký bị viết lại."),
            format!("Record {idx} is not the one that was noted: the log was written anew."),
        ),
    }
}
