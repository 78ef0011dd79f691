//! The report as a workbook: numbers that can be added up and copied on, with wrapped names and a page to print.

use rust_xlsxwriter::{Chart, ChartType, Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Report, TITLE, buckets, method, time};
use crate::desk::figures::period::written;
use crate::desk::figures::summary::ServiceLine;
use crate::desk::notice::Notice;

/// What stands above the columns of services, and how wide each is.
const SERVICE_HEADS: [(&str, f64); 11] = [
    ("Số", 5.0),
    ("Tên dịch vụ công", 58.0),
    ("Số lượt", 8.0),
    ("Tờ khai in, lưu", 9.0),
    ("Chuyển dữ liệu", 9.0),
    ("Không ra tờ khai", 9.0),
    ("Ô điền từ thẻ", 9.0),
    ("Ô gõ tay", 9.0),
    ("Phút tiết kiệm", 9.0),
    ("Thời gian trung vị", 10.0),
    ("Thời gian trung bình", 10.0),
];

/// The looks of cells.
struct Looks {
    title: Format,
    plain: Format,
    bold: Format,
    head: Format,
    text: Format,
    centred: Format,
    number: Format,
    total: Format,
    total_number: Format,
    wrapped: Format,
}

impl Looks {
    fn new() -> Self {
        let base = || Format::new().set_font_name("Times New Roman").set_font_size(12);
        let cell = || base().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        let grey = Color::RGB(0xE6_E6_E6);
        Self {
            title: base().set_bold().set_font_size(14),
            plain: base(),
            bold: base().set_bold(),
            head: cell().set_bold().set_text_wrap().set_align(FormatAlign::Center).set_background_color(grey),
            text: cell().set_text_wrap().set_indent(1),
            centred: cell().set_align(FormatAlign::Center),
            number: cell().set_num_format("#,##0").set_align(FormatAlign::Right).set_indent(1),
            total: cell().set_bold().set_indent(1),
            total_number: cell().set_bold().set_num_format("#,##0").set_align(FormatAlign::Right).set_indent(1),
            wrapped: base().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// The workbook.
///
/// # Errors
/// None that figures can cause.
pub fn workbook(report: &Report) -> Result<Vec<u8>, Notice> {
    made(report).map_err(|error| Notice::not_made(&error.to_string()))
}

fn made(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let looks = Looks::new();
    let mut workbook = Workbook::new();
    overview(page(&mut workbook, "Tổng hợp", report)?, report, &looks)?;
    services(page(&mut workbook, "Theo dịch vụ", report)?, report, &looks)?;
    timeline(page(&mut workbook, "Theo thời gian", report)?, report, &looks)?;
    explained(page(&mut workbook, "Cách tính", report)?, report, &looks)?;
    workbook.save_to_buffer()
}

/// A sheet that prints on A4, as wide as the page.
fn page<'a>(workbook: &'a mut Workbook, name: &str, report: &Report) -> Result<&'a mut Worksheet, XlsxError> {
    let sheet = workbook.add_worksheet().set_name(name)?;
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.6, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_footer(format!("&L&9{}&R&9Trang &P/&N", report.period.name.vi));
    Ok(sheet)
}

/// Whose it is, what it is, and of which days; the first row below.
fn heading(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<u32, XlsxError> {
    let authority = report.office.authority.to_uppercase();
    sheet.write_string_with_format(0, 0, &authority, &looks.bold)?;
    sheet.write_string_with_format(1, 0, TITLE.to_uppercase(), &looks.title)?;
    let period = format!("Kỳ báo cáo: {} ({}). {}", report.period.name.vi, report.days(), report.closed());
    sheet.write_string_with_format(2, 0, period, &looks.plain)?;
    sheet.write_string_with_format(3, 0, format!("Ngày lập: {}", written(report.made)), &looks.plain)?;
    Ok(5)
}

fn overview(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 62)?.set_column_width(1, 22)?;
    let mut row = heading(sheet, report, looks)?;
    for (name, value) in report.headline() {
        sheet.write_string_with_format(row, 0, name, &looks.text)?;
        sheet.write_string_with_format(row, 1, value, &looks.centred)?;
        row += 1;
    }
    let summary = &report.summary;
    let tables: [(&str, Vec<(String, u64)>); 4] = [
        ("Phương thức khai thác thông tin", summary.ways.iter().map(|(_, words, n)| (words.vi.clone(), *n)).collect()),
        ("Kết quả các lượt", summary.outcomes.iter().map(|(_, words, n)| (words.vi.clone(), *n)).collect()),
        ("Kết quả các lần đọc", summary.reads.iter().map(|(words, n)| (words.vi.clone(), *n)).collect()),
        ("Thời gian một lượt (phút:giây)", buckets(summary).into_iter().map(|(_, words, n)| (words.vi, n)).collect()),
    ];
    for (title, lines) in tables {
        row += 1;
        sheet.write_string_with_format(row, 0, title, &looks.head)?;
        sheet.write_string_with_format(row, 1, "Số lượng", &looks.head)?;
        let total: u64 = lines.iter().map(|(_, count)| count).sum();
        for (name, count) in lines {
            row += 1;
            sheet.write_string_with_format(row, 0, name, &looks.text)?;
            sheet.write_number_with_format(row, 1, count as f64, &looks.number)?;
        }
        row += 1;
        sheet.write_string_with_format(row, 0, "Cộng", &looks.total)?;
        sheet.write_number_with_format(row, 1, total as f64, &looks.total_number)?;
        row += 1;
    }
    Ok(())
}

fn services(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_landscape();
    let head = heading(sheet, report, looks)?;
    for (column, (name, width)) in (0..).zip(SERVICE_HEADS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(head, column, name, &looks.head)?;
    }
    sheet.set_row_height(head, 50)?.set_repeat_rows(head, head)?.set_freeze_panes(head + 1, 2)?;
    let mut row = head + 1;
    for line in &report.summary.services {
        // Spreadsheets other than Excel do not grow a row by themselves.
        let lines = line.name.chars().count().div_ceil(58).max(1);
        sheet.set_row_height(row, 17.0 * lines as f64)?;
        service(sheet, row, line, report, [&looks.centred, &looks.text, &looks.number])?;
        row += 1;
    }
    let total = [&looks.total, &looks.total, &looks.total_number];
    service(sheet, row, &report.summary.total, report, total)
}

fn service(
    sheet: &mut Worksheet,
    row: u32,
    line: &ServiceLine,
    report: &Report,
    [place, text, number]: [&Format; 3],
) -> Result<(), XlsxError> {
    match line.number {
        0 => sheet.write_string_with_format(row, 0, "", place)?,
        number => sheet.write_number_with_format(row, 0, f64::from(number), place)?,
    };
    sheet.write_string_with_format(row, 1, &line.name, text)?;
    let minutes = line.minutes_saved(report.office.seconds_per_field);
    let numbers = [line.visits, line.paper, line.data, line.unserved(), line.fields.card, line.fields.typed, minutes];
    for (column, count) in (2..).zip(numbers) {
        sheet.write_number_with_format(row, column, count as f64, number)?;
    }
    for (column, seconds) in (9..).zip([line.times.median(), line.times.mean()]) {
        sheet.write_string_with_format(row, column, time(seconds), number)?;
    }
    Ok(())
}

fn timeline(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_landscape();
    sheet.set_column_width(0, 26)?.set_column_width(1, 10)?;
    let head = heading(sheet, report, looks)?;
    sheet.write_string_with_format(head, 0, "Thời gian", &looks.head)?;
    sheet.write_string_with_format(head, 1, "Số lượt", &looks.head)?;
    let mut row = head;
    for step in &report.steps {
        row += 1;
        sheet.write_string_with_format(row, 0, &step.days, &looks.text)?;
        sheet.write_number_with_format(row, 1, step.visits as f64, &looks.number)?;
    }
    if row > head {
        let mut chart = Chart::new(ChartType::Column);
        chart.add_series().set_name("Số lượt").set_categories(("Theo thời gian", head + 1, 0, row, 0)).set_values((
            "Theo thời gian",
            head + 1,
            1,
            row,
            1,
        ));
        chart.title().set_name("Số lượt theo thời gian");
        chart.legend().set_hidden();
        chart.set_width(760).set_height(380).set_alt_text("Biểu đồ cột: số lượt theo thời gian, như bảng bên trái.");
        sheet.insert_chart(head, 3, &chart)?;
    }
    Ok(())
}

fn explained(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 100)?;
    let first = heading(sheet, report, looks)?;
    for (row, words) in (first..).zip(method(report.office.seconds_per_field)) {
        sheet.set_row_height(row, 34)?;
        sheet.write_string_with_format(row, 0, words.vi, &looks.wrapped)?;
    }
    Ok(())
}
