//! Texts of cards through a code and back: every way of storing UTF-8 gives the bytes that were stored, and text is made of
//! them once and strictly.

use std::io::Cursor;

use cccd::picture_file::GreyPicture;
use cccd::qr_picture;
use qr_pictures::dice::Dice;
use qr_pictures::person::Person;
use qr_pictures::printed::PrintedCode;
use qr_pictures::storage;
use qrcode::types::EcLevel;

const PEOPLE: u64 = 60;

#[test]
fn every_way_of_storing_a_text_gives_it_back_byte_for_byte() {
    for index in 0..PEOPLE {
        let mut dice = Dice::new(2026, 1, index);
        let person = Person::draw(&mut dice);
        let text = if index % 2 == 0 { person.text_2021() } else { person.text_2024() };
        for storage in storage::ALL {
            let level = *dice.pick(&[EcLevel::L, EcLevel::M, EcLevel::Q]);
            let code = PrintedCode::new(&text, storage, level, 0);
            let file = code.drawn(3).png().unwrap();
            let picture = GreyPicture::read(Cursor::new(file)).unwrap();
            let [read] = &qr_picture::codes(&picture)[..] else { panic!("{index} {storage:?}: not one code") };
            assert_eq!(read.code.payload, code.payload, "{index} {storage:?}");
            assert_eq!(read.text().map(str::as_bytes), Some(&code.payload[..]), "{index} {storage:?}");
            let card = read.card().unwrap_or_else(|| panic!("{index} {storage:?}: {:?}", read.content));
            assert_eq!(card.id_number.as_str(), person.id_number);
            assert!(card.warnings().is_empty(), "{index} {storage:?}: {:?}", card.warnings());
        }
    }
}

#[test]
fn bytes_that_are_no_utf8_stay_bytes() {
    let code = qrcode::QrCode::new(b"001190123456||Nguy\xe3n Van A|15031990|Nam|Ha Noi|20042021").unwrap();
    let side = code.width() as u32 + 8;
    let colours = code.to_colors();
    let picture = image::GrayImage::from_fn(3 * side, 3 * side, |x, y| {
        let module = |pixel: u32| (pixel / 3).checked_sub(4).filter(|at| *at < side - 8);
        let dark = |x: u32, y: u32| colours[(y * (side - 8) + x) as usize] == qrcode::Color::Dark;
        image::Luma([if module(x).zip(module(y)).is_some_and(|(x, y)| dark(x, y)) { 0 } else { 255 }])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.set_position(0);
    let codes = qr_picture::codes(&GreyPicture::read(file).unwrap());
    assert_eq!(codes.len(), 1);
    assert_eq!((codes[0].text(), codes[0].card()), (None, None));
    assert_eq!(codes[0].content.as_ref().unwrap_err().remark().code, "qr_not_utf8");
}
