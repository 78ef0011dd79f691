//! Figures: what a visit leaves behind in sums, the page that shows them, the reports, and what a Prometheus reads.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::accessibility::{expect_large_targets, expect_no_sideways_scrolling, expect_no_violation};
use crate::desk::Desk;
use crate::http;
use crate::officer::{AN, Officer};

/// A citizen who shows VNeID is typed by hand, a form is printed for them, and they go.
#[track_caller]
fn visit(officer: &Officer) {
    let browser = &officer.browser;
    browser.press("#by-hand summary", "");
    browser.script("document.querySelector('#by-hand [name=way]').value = '4'; return true", &[]);
    browser.type_anew("#by-hand [name=full_name]", "Trần Gia Hân");
    browser.type_anew("#by-hand [name=id_number]", "001190000019");
    browser.press("#by-hand button", "");
    browser.until_shown("#people .person h2", "Trần Gia Hân");
    officer.choose("tam tru", "Đăng ký tạm trú");
    for _ in 0..2 {
        assert_eq!(officer.fetch("/form.pdf").0, "application/pdf");
    }
    officer.end_session();
}

/// A sample card is read and its form printed.
#[track_caller]
fn practise(officer: &Officer) {
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    assert_eq!(officer.fetch("/form.pdf").0, "application/pdf");
    officer.end_session();
}

/// The page of figures, for a period.
#[track_caller]
fn figures(officer: &Officer, query: &str) {
    officer.browser.open(&officer.desk.page(&format!("/figures{query}")));
    officer.browser.until_shown("#period-name", "(");
}

/// What the page says in an element, without what there is to add.
#[track_caller]
fn said(officer: &Officer, selector: &str) -> String {
    let body = "return document.querySelector(arguments[0])?.childNodes[0]?.textContent.trim() ?? ''";
    officer.browser.script(body, &[json!(selector)]).as_str().unwrap_or_default().to_owned()
}

/// The text of a PDF.
#[track_caller]
fn text_of_pdf(pdf: &[u8], folder: &Path) -> String {
    let path = folder.join("report.pdf");
    fs::write(&path, pdf).expect("a file");
    let text =
        Command::new("pdftotext").args(["-layout"]).arg(&path).arg("-").output().expect("pdftotext is installed");
    String::from_utf8(text.stdout).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A part of a workbook.
#[track_caller]
fn part_of_workbook(workbook: &[u8], folder: &Path, part: &str) -> String {
    let path = folder.join("report.xlsx");
    fs::write(&path, workbook).expect("a file");
    let mut archive = zip::ZipArchive::new(File::open(&path).expect("a file")).expect("a ZIP");
    let mut text = String::new();
    archive.by_name(part).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

#[test]
fn a_visit_is_in_the_figures_and_practice_is_not() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    practise(&officer);
    browser.press("footer a", "Số liệu");
    browser.until_shown("#empty", "Chưa có lượt nào");
    expect_no_violation(browser, "figures, empty");
    browser.picture("figures-empty");
    officer.open();
    visit(&officer);
    figures(&officer, "");
    assert_eq!((said(&officer, "#visits"), said(&officer, "#served")), ("1".into(), "1".into()));
    browser.until_shown("#ways-table", "VNeID");
    browser.until_shown("#outcomes-table", "Đã in hoặc lưu tờ khai");
    expect_no_violation(browser, "figures");
    expect_large_targets(browser, "figures");
    browser.picture("figures");
    browser.script("document.documentElement.style.fontSize = '200%'; return true", &[]);
    expect_no_sideways_scrolling(browser, "figures");
    browser.picture("figures-large");
    assert!(!browser.page_source().contains("Gia Hân"));
    figures(&officer, "?period=last-year");
    browser.until_shown("#empty", "");
    figures(&officer, "?period=between&from=2026-01-31&until=nonsense");
    browser.until_shown("#period-name", "31/01/2026 – 31/01/2026");
    officer.leave();
}

#[test]
fn a_report_names_every_essential_service_and_counts_what_was_done() {
    let officer = Officer::at_a_new_desk();
    visit(&officer);
    let folder = tempfile::tempdir().expect("a folder");
    let pdf = officer.desk.get("/figures/report.pdf?period=this-month");
    assert_eq!(pdf.status, 200);
    let text = text_of_pdf(&pdf.body, folder.path());
    for words in ["BÁO CÁO SỐ LIỆU", "Kỳ báo cáo: Tháng", "Đăng ký kết hôn", "Tổng số", "NGƯỜI LẬP BIỂU", "Cách tính"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let workbook = officer.desk.get("/figures/report.xlsx?period=this-month");
    let strings = part_of_workbook(&workbook.body, folder.path(), "xl/sharedStrings.xml");
    assert!(strings.contains("Đăng ký tạm trú") && strings.contains("Thông báo lưu trú"), "{strings}");
    let services = part_of_workbook(&workbook.body, folder.path(), "xl/worksheets/sheet2.xml");
    let cell = |name: &str| {
        let (_, rest) = services.split_once(&format!("<c r=\"{name}\""))?;
        Some(rest.split_once("<v>")?.1.split_once("</v>")?.0.to_owned())
    };
    // The heads are in row 6: service 4 is in row 10, the 25th in row 31, the total in row 32.
    let counted = [cell("C10"), cell("C9"), cell("A31"), cell("C32"), cell("D32")].map(Option::unwrap_or_default);
    assert_eq!(counted, ["1", "0", "25", "1", "1"]);
    if let Some(folder) = std::env::var_os("DESK_PICTURES") {
        fs::write(Path::new(&folder).join("report.pdf"), &pdf.body).expect("a file");
        fs::write(Path::new(&folder).join("report.xlsx"), &workbook.body).expect("a file");
    }
    officer.leave();
}

#[test]
fn the_cut_day_is_a_setting_of_the_office() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    browser.press("#office summary", "");
    for (select, value) in [("o-cut-day", "14"), ("o-cut-weekday", "4")] {
        let choose = "document.getElementById(arguments[0]).value = arguments[1]; return true";
        browser.script(choose, &[json!(select), json!(value)]);
    }
    browser.type_anew("#o-seconds", "12");
    browser.press("#office button", "Lưu");
    browser.until_shown("#notice", "Đã lưu");
    figures(&officer, "?period=this-month");
    browser.until_shown("#period-name", "15/");
    browser.until_shown("main", "ngày 14");
    browser.until_shown("main", "thứ Năm");
    browser.until_shown("main", "12 giây");
    let days =
        browser.script("return [document.getElementById('from').value, document.getElementById('until').value]", &[]);
    let day = |index: usize| days[index].as_str().unwrap_or_default().rsplit('-').next().map(str::to_owned);
    assert_eq!((day(0), day(1)), (Some("15".into()), Some("14".into())));
    officer.leave();
}

#[test]
fn a_prometheus_that_shows_the_token_reads_the_sums() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    fs::write(&token, "0123456789abcdef0123\n").expect("a file");
    let officer = Officer::at(Desk::start_with(&[("CCCD_DESK_METRICS_TOKEN", &token)]));
    visit(&officer);
    assert_eq!(officer.desk.get("/metrics").status, 401);
    let shown = [("Authorization", "Bearer 0123456789abcdef0123")];
    let answer = http::ask(officer.desk.address, "GET", "/metrics", &shown, &[]);
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text")));
    let text = String::from_utf8(answer.body).expect("UTF-8");
    let visits = "cccd_desk_visits_total{service=\"4\",method=\"vneid\",outcome=\"paper\"} 1";
    assert!(text.contains(visits) && text.contains("cccd_desk_visit_duration_seconds_count 1"), "{text}");
    if let Some(folder) = std::env::var_os("DESK_PICTURES") {
        fs::write(Path::new(&folder).join("metrics.txt"), &text).expect("a file");
    }
    officer.leave();
}
