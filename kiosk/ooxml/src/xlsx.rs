//! Sheets of a spreadsheet (SpreadsheetML, ECMA-376 part 1 section 18) that somebody else made, with rows to be filled in.

use crate::OoxmlError;
use crate::package::Package;
use crate::xml::{Element, Node, allowed};

const WORKBOOK: &str = "xl/workbook.xml";
const KIND: &str = "XLSX";

/// Writes rows of text into a sheet, from a row on. Each cell is a column (A, B … AA) and its text. Cells keep the format that they
/// have, rows above stay as they are, and every value is text: a number with a leading zero keeps it, and no value is a
/// formula.
///
/// # Errors
/// It is no workbook, or has no such sheet.
pub fn fill_rows(
    template: &[u8],
    sheet: &str,
    first_row: u32,
    rows: &[Vec<(String, String)>],
) -> Result<Vec<u8>, OoxmlError> {
    let mut package = Package::read(template)?;
    let part = part_of_sheet(&package, sheet)?;
    let mut tree = package.tree(&part, KIND)?;
    let data = tree
        .find_mut("sheetData")
        .ok_or_else(|| OoxmlError::Missing { part: format!("sheetData in {part}"), kind: KIND })?;
    for (number, cells) in (first_row..).zip(rows) {
        let row = row(data, number);
        for (column, text) in cells {
            put(row, column, number, text);
        }
    }
    // It would be wrong now, and may be left out (section 18.3.1.35).
    if let Some(worksheet) = tree.find_mut("worksheet") {
        worksheet.children.retain(|node| node.element().is_none_or(|element| element.name() != "dimension"));
    }
    package.set(&part, tree.write());
    forget_calculation_chain(&mut package)?;
    package.write()
}

/// Cells that were formulas may be none now, and the list of formulas would name them still. It may be left out (section
/// 18.6): it is made anew when the workbook is opened.
fn forget_calculation_chain(package: &mut Package) -> Result<(), OoxmlError> {
    if !package.remove("xl/calcChain.xml") {
        return Ok(());
    }
    for (part, list) in [("xl/_rels/workbook.xml.rels", "Relationships"), ("[Content_Types].xml", "Types")] {
        let mut tree = package.tree(part, KIND)?;
        if let Some(list) = tree.find_mut(list) {
            let names_it = |element: &Element| {
                ["Target", "PartName"]
                    .into_iter()
                    .filter_map(|name| element.attribute(name))
                    .any(|name| name.ends_with("calcChain.xml"))
            };
            list.children.retain(|node| !node.element().is_some_and(names_it));
        }
        package.set(part, tree.write());
    }
    Ok(())
}

/// The part that holds a sheet.
fn part_of_sheet(package: &Package, sheet: &str) -> Result<String, OoxmlError> {
    let workbook = package.tree(WORKBOOK, KIND)?;
    let named = |element: &&Element| element.name() == "sheet" && element.attribute("name").as_deref() == Some(sheet);
    let id = workbook.all().into_iter().find(named).and_then(|element| element.attribute("id"));
    let id = id.ok_or_else(|| OoxmlError::NoSheet(sheet.to_owned()))?;
    let relationships = package.tree("xl/_rels/workbook.xml.rels", KIND)?;
    let is_it = |element: &&Element| element.attribute("Id").as_ref() == Some(&id);
    let target = relationships.all().into_iter().find(is_it).and_then(|element| element.attribute("Target"));
    let target = target.ok_or_else(|| OoxmlError::NoSheet(sheet.to_owned()))?;
    // Either from the root of the package or from the folder of the workbook (ECMA-376 part 2 section 6.4).
    Ok(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
}

/// The row of a number, made where it is not there. Rows are in order (section 18.3.1.73).
fn row(data: &mut Element, number: u32) -> &mut Element {
    let of = |node: &Node| node.element()?.attribute("r")?.parse::<u32>().ok();
    let place = data.children.iter().position(|node| of(node).is_some_and(|other| other >= number));
    let place = place.unwrap_or(data.children.len());
    if data.children.get(place).and_then(of) != Some(number) {
        let row = data.like("row").with("r", &number.to_string());
        data.children.insert(place, Node::Element(row));
    }
    element_at(data, place)
}

/// Puts a text into a cell, made where it is not there. Cells are in the order of their columns.
fn put(row: &mut Element, column: &str, number: u32, text: &str) {
    let reference = format!("{column}{number}");
    let of = |node: &Node| node.element()?.attribute("r").map(|found| order(&found));
    let place = row.children.iter().position(|node| of(node).is_some_and(|other| other >= order(&reference)));
    let place = place.unwrap_or(row.children.len());
    let there = row.children.get(place).filter(|node| of(node) == Some(order(&reference)));
    let style = there.and_then(Node::element).and_then(|cell| cell.attribute("s"));
    if there.is_none() {
        row.children.insert(place, Node::Element(row.like("c")));
    }
    let mut cell = row.like("c").with("r", &reference);
    if let Some(style) = style {
        cell = cell.with("s", &style);
    }
    let line = row.like("t").with("xml:space", "preserve").holding([Node::Text(allowed(text))]);
    let held = row.like("is").holding([Node::Element(line)]);
    *element_at(row, place) = cell.with("t", "inlineStr").holding([Node::Element(held)]);
}

/// The order of a reference in its row: columns with fewer letters come first.
fn order(reference: &str) -> (usize, String) {
    let letters: String = reference.chars().take_while(char::is_ascii_alphabetic).collect();
    (letters.len(), letters.to_ascii_uppercase())
}

/// The element at a place where one is.
fn element_at(parent: &mut Element, place: usize) -> &mut Element {
    match &mut parent.children[place] {
        Node::Element(element) => element,
        // Both callers looked, or have just put one there.
        _ => unreachable!("an element was found or put there"),
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Format, Workbook};

    use super::*;

    /// As the template of the portal: four rows that stay, a second sheet, and cells that have a format.
    fn template() -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("DS_KHACH").unwrap();
        for row in 0..4 {
            sheet.write(row, 1, format!("row {row}")).unwrap();
        }
        sheet.write_blank(4, 1, &Format::new().set_num_format("@")).unwrap();
        workbook.add_worksheet().set_name("TINH_THANH").unwrap().write(0, 0, "101 - Hà Nội").unwrap();
        workbook.save_to_buffer().unwrap()
    }

    fn text(file: &[u8], part: &str) -> String {
        String::from_utf8(Package::read(file).unwrap().part(part).unwrap().to_vec()).unwrap()
    }

    fn cells(cells: &[(&str, &str)]) -> Vec<(String, String)> {
        cells.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn rows_are_filled_in_and_everything_else_stays() {
        let template = template();
        let rows = [cells(&[("A", "1"), ("B", "Nguyễn Thị An"), ("AA", "=1+1")]), cells(&[("H", "001190123456")])];
        let file = fill_rows(&template, "DS_KHACH", 5, &rows).unwrap();
        let sheet = text(&file, "xl/worksheets/sheet1.xml");
        let cell = |reference: &str, style: &str, text: &str| {
            format!("<c r=\"{reference}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
        };
        let first = [cell("A5", "", "1"), cell("B5", " s=\"1\"", "Nguyễn Thị An"), cell("AA5", "", "=1+1")].concat();
        assert!(sheet.contains(&first), "{sheet}");
        assert!(
            sheet.contains(&format!("<row r=\"6\">{}</row></sheetData>", cell("H6", "", "001190123456"))),
            "{sheet}"
        );
        let before = text(&template, "xl/worksheets/sheet1.xml");
        let kept =
            |text: &str| text.split_once("<sheetData>").unwrap().1.split_once("<row r=\"5\"").unwrap().0.to_owned();
        assert_eq!(kept(&sheet), kept(&before));
        for part in ["xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"] {
            assert_eq!(text(&file, part), text(&template, part));
        }
    }

    #[test]
    fn a_cell_that_was_a_formula_is_in_no_list_of_formulas() {
        let mut package = Package::read(&template()).unwrap();
        let named = |part: &str, entry: &str, end: &str| text(&template(), part).replace(end, &format!("{entry}{end}"));
        package.set("xl/calcChain.xml", b"<calcChain><c r=\"A5\"/></calcChain>".to_vec());
        let relationship = "<Relationship Id=\"rId99\" Type=\"x/calcChain\" Target=\"calcChain.xml\"/>";
        package.set(
            "xl/_rels/workbook.xml.rels",
            named("xl/_rels/workbook.xml.rels", relationship, "</Relationships>").into(),
        );
        let file = fill_rows(&package.write().unwrap(), "DS_KHACH", 5, &[cells(&[("A", "1")])]).unwrap();
        assert!(Package::read(&file).unwrap().part("xl/calcChain.xml").is_none());
        assert_eq!(text(&file, "xl/_rels/workbook.xml.rels"), text(&template(), "xl/_rels/workbook.xml.rels"));
    }

    #[test]
    fn a_sheet_under_a_prefix_gets_rows_under_the_same() {
        let mut package = Package::read(&template()).unwrap();
        let sheet = "<x:worksheet xmlns:x=\"x\"><x:sheetData/></x:worksheet>";
        package.set("xl/worksheets/sheet1.xml", sheet.into());
        let file = fill_rows(&package.write().unwrap(), "DS_KHACH", 5, &[cells(&[("A", "1")])]).unwrap();
        assert!(
            text(&file, "xl/worksheets/sheet1.xml").contains("<x:row r=\"5\"><x:c r=\"A5\" t=\"inlineStr\"><x:is>")
        );
    }

    #[test]
    fn a_sheet_that_is_not_there_and_a_file_that_is_none_are_told() {
        assert!(matches!(fill_rows(&template(), "KHÁC", 5, &[]), Err(OoxmlError::NoSheet(name)) if name == "KHÁC"));
        assert!(matches!(fill_rows(b"x", "KHÁC", 5, &[]), Err(OoxmlError::NotAPackage(_))));
        let empty = Package::default().write().unwrap();
        assert!(matches!(fill_rows(&empty, "DS_KHACH", 5, &[]), Err(OoxmlError::Missing { .. })));
    }
}
