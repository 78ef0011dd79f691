use serde_json::json;

use super::*;

fn document(body: &str) -> Vec<u8> {
    let mut outline = Outline::default();
    outline.paragraph("@", Look::Plain);
    let mut package = Package::read(&outline.write().unwrap()).unwrap();
    let text = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    package.set(DOCUMENT, text.into_bytes());
    package.write().unwrap()
}

fn filled(body: &str) -> String {
    let data = json!({
        "pack": { "title": "Tờ khai" },
        "desk": { "today": "22/11/2026" },
        "fields": { "name": "Nguyễn Thị An & con", "empty": "", "yes": true, "no": false, "sex": "Nữ", "born": "15/03/1990",
                    "number": "001190123456", "long": "một\nhai", "brace": "{{name}}" },
        "rows": { "member": [ { "name": "Bình", "odd": "{{nobody}}" }, { "name": "", "odd": "{{name}}" } ] },
    });
    let file = fill(&document(body), &data, None).unwrap();
    let text = String::from_utf8(Package::read(&file).unwrap().part(DOCUMENT).unwrap().to_vec()).unwrap();
    let inner = text.split_once("<w:body>").and_then(|(_, rest)| rest.split_once("</w:body>"));
    inner.map_or_else(|| panic!("{text}"), |(inner, _)| inner.to_owned())
}

/// The text alone, a bar between paragraphs.
fn text_of(body: &str) -> String {
    let tree = Element::read("part", filled(body).as_bytes()).unwrap();
    let paragraphs = tree.all().into_iter().filter(|element| element.name() == "p");
    paragraphs.map(|paragraph| texts_of(paragraph).concat()).collect::<Vec<_>>().join("|")
}

fn run(text: &str) -> String {
    format!("<w:r><w:t>{text}</w:t></w:r>")
}

#[test]
fn a_placeholder_that_the_word_processor_cut_into_runs_is_filled_with_the_looks_of_the_first() {
    let body = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Tôi là {</w:t></w:r><w:proofErr/><w:r><w:t>{na</w:t></w:r>\
                <w:r><w:t>me}} đây</w:t></w:r></w:p>";
    assert_eq!(
        filled(body),
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">Tôi là Nguyễn Thị An &amp; con</w:t></w:r><w:proofErr/>\
         <w:r><w:t xml:space=\"preserve\"></w:t></w:r><w:r><w:t xml:space=\"preserve\"> đây</w:t></w:r></w:p>"
    );
}

#[test]
fn a_paragraph_without_placeholders_stays_as_it_is() {
    let body = "<w:p w:rsidR=\"00\"><w:r><w:t>Cộng &amp; hòa {một} ngoặc</w:t></w:r></w:p><w:sectPr/>";
    assert_eq!(filled(body), body);
}

#[test]
fn every_kind_of_placeholder_says_what_it_stands_for() {
    let body = format!(
        "<w:p>{}</w:p>",
        run("{{ name }};{{empty}};{{yes}};{{tick:no}};{{tick:sex=Nam}};{{tick:sex=Nữ}};{{digit:number:3}};\
             {{day:born}}-{{month:born}}-{{year:born}};{{month:empty}};{{desk.today}};{{pack.title}}")
    );
    assert_eq!(text_of(&body), "Nguyễn Thị An & con;……………………;☒;☐;☐;☒;1;15-03-1990;……;22/11/2026;Tờ khai");
}

#[test]
fn a_row_of_a_subject_is_repeated_for_each_person() {
    let row = format!(
        "<w:tbl><w:tr><w:tc><w:p>{}</w:p></w:tc><w:tc><w:p>{}</w:p></w:tc></w:tr></w:tbl>",
        run("{{member.#}}"),
        run("{{member.name}}")
    );
    assert_eq!(text_of(&row), "1|Bình|2|");
}

#[test]
fn a_table_inside_a_table_repeats_its_own_row() {
    let inner = format!("<w:tbl><w:tr><w:tc><w:p>{}</w:p></w:tc></w:tr></w:tbl>", run("{{member.name}}"));
    let outer = format!("<w:tbl><w:tr><w:tc><w:p>{}</w:p>{inner}</w:tc></w:tr></w:tbl>", run("{{sex}}"));
    assert_eq!(text_of(&outer), "Nữ|Bình|");
}

#[test]
fn lines_of_a_value_become_breaks_and_a_value_is_never_a_placeholder() {
    assert!(
        filled(&format!("<w:p>{}</w:p>", run("{{long}}"))).contains("một</w:t><w:br/><w:t xml:space=\"preserve\">hai")
    );
    assert_eq!(text_of(&format!("<w:p>{}</w:p>", run("{{brace}}"))), "{{name}}");
    assert_eq!(text_of(&format!("<w:tr><w:p>{}</w:p></w:tr>", run("{{member.odd}}"))), "{{nobody}}|{{name}}");
}

#[test]
fn a_placeholder_that_names_nothing_is_told_by_its_name() {
    for unknown in
        ["{{nobody}}", "{{member.nobody}}", "{{tick:nobody}}", "{{digit:number:0}}", "{{desk.nobody}}", "{{}}"]
    {
        let file = document(&format!("<w:p>{}</w:p>", run(unknown)));
        let error =
            fill(&file, &json!({"fields": {"number": "1"}, "rows": {"member": []}, "desk": {}}), None).unwrap_err();
        assert!(error.to_string().contains(unknown), "{error}");
    }
}

#[test]
fn a_row_that_names_no_field_of_its_subject_is_told() {
    let row = format!("<w:tr><w:tc><w:p>{}</w:p></w:tc></w:tr>", run("{{member.nobody}}"));
    let error = fill(&document(&row), &json!({"rows": {"member": [{"name": ""}]}}), None).unwrap_err();
    assert!(matches!(error, OoxmlError::UnknownPlaceholder { name, .. } if name == "member.nobody"));
}

#[test]
fn the_placeholders_of_a_document_are_listed() {
    let body = format!("<w:p>{}{}</w:p>", run("{{a}} {{"), run("tick:b=c}} {{open"));
    assert_eq!(placeholders(&document(&body)).unwrap(), ["a", "tick:b=c"]);
}

#[test]
fn what_must_not_be_taken_for_a_real_form_says_so_first() {
    let file = fill(&document("<w:p/>"), &json!({}), Some("LUYỆN TẬP")).unwrap();
    let text = String::from_utf8(Package::read(&file).unwrap().part(DOCUMENT).unwrap().to_vec()).unwrap();
    assert!(
        text.contains("<w:body><w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">LUYỆN TẬP</w:t>"),
        "{text}"
    );
}

#[test]
fn the_description_stands_in_the_properties_once() {
    let file = with_description(&document("<w:p/>"), "CT01", "Nguồn: chip").unwrap();
    let file = with_description(&file, "CT01", "Nguồn: mã QR").unwrap();
    let package = Package::read(&file).unwrap();
    let text = |part| String::from_utf8(package.part(part).unwrap().to_vec()).unwrap();
    assert!(text("docProps/core.xml").contains("<dc:description>Nguồn: mã QR</dc:description>"));
    assert_eq!(text("_rels/.rels").matches("core.xml").count(), 1);
    assert_eq!(text("[Content_Types].xml").matches("core.xml").count(), 1);
}

#[test]
fn no_text_makes_it_panic() {
    let data = json!({"fields": {"a": "1"}, "rows": {"m": [{"a": "ă"}]}});
    proptest::proptest!(|(parts in proptest::collection::vec("[{}a.m#:=đ1 ]{0,12}", 0..5))| {
        let runs: String = parts.iter().map(|part| run(part)).collect();
        let _ = fill(&document(&format!("<w:tr><w:p>{runs}</w:p></w:tr>")), &data, None);
    });
}
