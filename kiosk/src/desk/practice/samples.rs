//! The sample cards: who it is or what is wrong, and the profile it is made by. The persons are those of `seeds/persons`,
//! all fictitious; what goes wrong is said in the words of `tests/virtual-card/profiles`.

use cccd::simulated::SimulatedCardError;
use virtual_card::personalise::PersonaliseError;
use virtual_card::profile::Profile;

/// A card to practise with.
#[derive(Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its name in addresses.
    pub id: &'static str,
    /// Whether something is wrong with it.
    pub faulty: bool,
    /// Who or what it is, in Vietnamese.
    pub title_vi: &'static str,
    /// Who or what it is, in English.
    pub title_en: &'static str,
    /// What it shows, in Vietnamese.
    pub about_vi: &'static str,
    /// What it shows, in English.
    pub about_en: &'static str,
    profile: &'static str,
}

impl Sample {
    /// How it is made: the same each time.
    ///
    /// # Errors
    /// None: the profiles are part of the program, and a test reads each.
    pub(super) fn profile(&self) -> Result<Profile, SimulatedCardError> {
        let mut profile = Profile::from_toml(self.profile).map_err(PersonaliseError::from)?;
        // What is printed on it and what its chip holds must fit each time it is put down.
        profile.seed = Some(self.id.bytes().fold(0, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte))));
        Ok(profile)
    }
}

const fn person(
    id: &'static str,
    name: &'static str,
    (about_vi, about_en): (&'static str, &'static str),
    profile: &'static str,
) -> Sample {
    Sample { id, faulty: false, title_vi: name, title_en: name, about_vi, about_en, profile }
}

const fn fault(
    id: &'static str,
    (title_vi, title_en): (&'static str, &'static str),
    (about_vi, about_en): (&'static str, &'static str),
    profile: &'static str,
) -> Sample {
    Sample { id, faulty: true, title_vi, title_en, about_vi, about_en, profile }
}

/// All samples: good ones first, the couple for a marriage in front.
pub const SAMPLES: &[Sample] = &[
    person(
        "viet",
        "Đặng Quốc Việt",
        (
            "Nam, sinh 1995, đăng ký khai sinh ở nước ngoài; thẻ mẫu 2024. Đăng ký kết hôn với Zơ Râm Thị Jưn",
            "Man, born 1995, birth registered abroad; 2024 card. To marry Zơ Râm Thị Jưn",
        ),
        "person = \"dang-quoc-viet\"",
    ),
    person(
        "jun",
        "Zơ Râm Thị Jưn",
        (
            "Nữ, sinh 1999, dân tộc Cơ Tu, chữ ít gặp trong tên; chỉ ghi tên mẹ. Đăng ký kết hôn với Đặng Quốc Việt",
            "Woman, born 1999, Cơ Tu, rare letters in the name; only the mother on record. To marry Đặng Quốc Việt",
        ),
        "person = \"zo-ram-thi-jun\"",
    ),
    person(
        "an",
        "Nguyễn Thị An",
        (
            "Nữ, sinh 1990, có số CMND cũ 9 số, địa chỉ ba cấp",
            "Woman, born 1990, with an old 9-digit number and an address of three levels",
        ),
        "person = \"nguyen-thi-an\"",
    ),
    person(
        "chau",
        "Lê Minh Châu",
        ("Nam, sinh 2005, chưa từng có CMND 9 số", "Man, born 2005, never had a 9-digit number"),
        "person = \"le-minh-chau\"",
    ),
    person(
        "binh",
        "Trần Văn Bình",
        ("Nam, sinh 1958, thẻ không thời hạn, vợ đã mất", "Man, born 1958, card without expiry, widowed"),
        "person = \"tran-van-binh\"",
    ),
    person(
        "huong",
        "Võ Thị Sáu Hường",
        (
            "Nữ, sinh 1949, thẻ mẫu 2024 không thời hạn, địa chỉ hai cấp",
            "Woman, born 1949, 2024 card without expiry, address of two levels",
        ),
        "person = \"vo-thi-sau-huong\"",
    ),
    person(
        "thao",
        "Công Tằng Tôn Nữ Hoàng Thị Phương Thảo Nguyên",
        ("Tên rất dài, MRZ không chứa hết; địa chỉ dài", "A very long name, cut in the MRZ; a long address"),
        "person = \"cong-tang-ton-nu-phuong-thao\"",
    ),
    person(
        "bham",
        "Y Bhăm Niê Kdăm",
        ("Nam, dân tộc Ê Đê, họ đứng sau tên", "Man, Ê Đê, the family name stands last"),
        "person = \"y-bham-nie-kdam\"",
    ),
    person(
        "bia",
        "Ksor H'Bia",
        (
            "Nữ, dân tộc Gia Rai, dấu nháy trong tên; thẻ mẫu 2024, địa chỉ hai cấp",
            "Woman, Gia Rai, an apostrophe in the name; 2024 card, address of two levels",
        ),
        "person = \"ksor-h-bia\"",
    ),
    person(
        "thu",
        "Hoàng Minh Thư",
        (
            "Nữ, số định danh ghi giới tính khác (đã cải chính): có cảnh báo",
            "Woman, the ID number says the other sex (changed on record): a warning",
        ),
        "person = \"hoang-minh-thu\"",
    ),
    person(
        "han",
        "Phạm Gia Hân",
        ("Trẻ em, sinh 2021: thẻ không có ảnh", "A child, born 2021: a card without portrait"),
        "person = \"pham-gia-han\"",
    ),
    person(
        "jpeg2000",
        "Nguyễn Thị An · ảnh JPEG 2000",
        ("Ảnh chân dung dạng JPEG 2000 (một ô màu xám)", "The portrait is JPEG 2000 (a plain grey one)"),
        "[portrait]\nformat = \"jpeg2000\"\nencoding = \"iso-39794\"",
    ),
    person(
        "passport",
        "Hộ chiếu nước ngoài",
        (
            "Elsa Maria Lindqvist (người hư cấu), nữ, sinh 1991, hộ chiếu Utopia: mở bằng hai dòng MRZ",
            "Elsa Maria Lindqvist (fictitious), woman, born 1991, passport of Utopia: opened by its two lines",
        ),
        include_str!("../../../../tests/virtual-card/profiles/passport-foreign.toml"),
    ),
    fault(
        "wrong-can",
        ("Số in trên thẻ không mở được chip", "The printed number does not open the chip"),
        (
            "Sáu số cuối in trên thẻ bị chip từ chối: thử MRZ, không thử mãi",
            "The chip refuses the six digits printed: try the MRZ, do not try on and on",
        ),
        "access.can = \"000000\"\nfaults.tries = 5",
    ),
    fault(
        "pulled",
        ("Thẻ bị nhấc ra giữa chừng rồi đặt lại", "Card lifted midway and put back"),
        ("Đọc tiếp từ chỗ dừng khi thẻ trở lại", "The read goes on when the card is back"),
        "faults.removals = [{ after = 40, back_after_ms = 2500 }]",
    ),
    fault(
        "gone",
        ("Thẻ bị nhấc ra và không đặt lại", "Card lifted and not put back"),
        ("Chưa đọc xong: đặt thẻ lại và đọc lại", "Not read to the end: put it down and read again"),
        "faults.removals = [{ after = 40 }]",
    ),
    fault(
        "expired",
        ("Thẻ hết hạn", "Expired card"),
        ("Thạch Sa Rươne, thẻ hết hạn ngày 19/05/2026", "Thạch Sa Rươne, expired on 19/05/2026"),
        "person = \"thach-sa-ruone\"",
    ),
    fault(
        "clone",
        ("Chip sao chép", "Cloned chip"),
        ("Dữ liệu đúng chữ ký, nhưng chip không có khóa riêng", "The data are signed, the chip has no private key"),
        "faults.clone = { chip_authentication = true, active_authentication = true }",
    ),
    fault(
        "tampered",
        ("Dữ liệu bị sửa", "Altered data"),
        ("Một chữ trong DG13 khác với lúc ký", "One letter of DG13 is not the one that was signed"),
        "files.tampered = [\"DG13\"]",
    ),
    fault(
        "print-differs",
        ("Mã QR in trên thẻ khác chip", "The printed QR code is not the chip's"),
        ("Quét mã QR: số định danh in khác số trong chip", "Scan the QR code: the number printed is not the chip's"),
        "print.changes.id_number = \"031190123456\"",
    ),
    fault(
        "contradiction",
        ("Chip tự mâu thuẫn", "The chip contradicts itself"),
        ("DG1 và DG13 ghi hai ngày sinh khác nhau", "DG1 and DG13 give different days of birth"),
        "dg13.replace = { 3 = \"16/03/1990\" }",
    ),
    fault(
        "unknown-issuer",
        ("Chưa biết cơ quan cấp", "Unknown issuer"),
        ("Chứng thư của cơ quan cấp chưa có trong kho tin cậy", "The issuer's certificate is not in the trust store"),
        "csca.exported = false",
    ),
    fault(
        "revoked",
        ("Chứng thư ký thẻ bị thu hồi", "Revoked signer"),
        ("Người ký thẻ nằm trong danh sách thu hồi", "The signer stands in the revocation list"),
        "document_signer.revoked = true",
    ),
];
