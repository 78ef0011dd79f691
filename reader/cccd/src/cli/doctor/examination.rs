//! What the doctor looks at, in the order in which a read needs it.

use super::usb::System;
use super::{Finding, Health};
use crate::cli::clock;
use crate::messages::Words;
use crate::pcsc::{CardState, PcscError, Reader, readers};
use crate::trust_store;

/// Looks at everything.
pub(super) fn examine(system: &System) -> Vec<Finding> {
    examine_with(system, readers::list(), trust_store::summary(clock::now().as_second()))
}

fn examine_with(system: &System, listed: Result<Vec<Reader>, PcscError>, trust: trust_store::Summary) -> Vec<Finding> {
    let mut findings = vec![service(system, &listed), permissions(&listed)];
    findings.extend(kernel_drivers(system));
    findings.push(reader(system, listed.as_deref().unwrap_or_default()));
    if let Ok(readers) = &listed {
        findings.extend(card(readers));
    }
    findings.push(trust_finding(&trust));
    findings
}

fn well(name: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { name, health: Health::Well, found: Words::new(vi, en), mend: None, commands: Vec::new() }
}

fn ill(name: &'static str, found: Words, mend: Words, commands: &[&str]) -> Finding {
    let commands = commands.iter().map(|command| (*command).to_owned()).collect();
    Finding { name, health: Health::Ill, found, mend: Some(mend), commands }
}

fn service(system: &System, listed: &Result<Vec<Reader>, PcscError>) -> Finding {
    if !matches!(listed, Err(PcscError::NoService)) {
        return well("service", "Dịch vụ PC/SC đang chạy", "the PC/SC service runs");
    }
    if !system.has("/usr/sbin/pcscd") {
        return ill(
            "service",
            Words::new("Chưa cài dịch vụ PC/SC", "the PC/SC service is not installed"),
            Words::new(
                "Cài gói pcscd (và libccid cho đầu đọc USB):",
                "install the package pcscd, and libccid for USB readers:",
            ),
            &["sudo apt-get install pcscd libccid"],
        );
    }
    ill(
        "service",
        Words::new("Dịch vụ PC/SC không chạy", "the PC/SC service is installed and does not run"),
        Words::new("Khởi động dịch vụ:", "start it:"),
        &["sudo systemctl enable --now pcscd.socket"],
    )
}

fn permissions(listed: &Result<Vec<Reader>, PcscError>) -> Finding {
    match listed {
        Err(PcscError::AccessDenied) => ill(
            "permissions",
            Words::new("Người dùng này không được phép dùng đầu đọc", "the PC/SC service denies access to this user"),
            Words::new(
                "polkit chỉ cho phép người ngồi trước máy (không phải qua ssh hay dịch vụ nền). Thêm quy tắc cho nhóm của bạn:",
                "polkit lets in only who sits at the machine, not ssh sessions or services. Add a rule for your group:",
            ),
            &[
                "echo 'polkit.addRule(function(action, subject) { if (action.id.indexOf(\"org.debian.pcsc-lite.\") == 0 && subject.isInGroup(\"plugdev\")) return polkit.Result.YES; });' | sudo tee /etc/polkit-1/rules.d/50-pcscd.rules",
            ],
        ),
        Err(PcscError::NoService) => Finding {
            name: "permissions",
            health: Health::Lacking,
            found: Words::new("Chưa thể kiểm tra quyền truy cập", "permissions cannot be seen without the service"),
            mend: None,
            commands: Vec::new(),
        },
        _ => well("permissions", "Người dùng này được phép dùng đầu đọc", "this user may use the readers"),
    }
}

/// The kernel's own NFC drivers take PN533-based readers (ACR122U and others) away from the PC/SC service.
fn kernel_drivers(system: &System) -> Option<Finding> {
    let held: Vec<_> = system
        .usb_readers()
        .into_iter()
        .filter(|reader| reader.driver.as_deref().is_some_and(|driver| driver != "usbfs"))
        .collect();
    let modules = system.nfc_modules();
    if modules.is_empty() && held.is_empty() {
        return Some(well(
            "kernel_driver",
            "Không có trình điều khiển nào giữ đầu đọc",
            "no kernel driver holds a reader",
        ));
    }
    let drivers: Vec<_> = held.iter().filter_map(|reader| reader.driver.clone()).chain(modules).collect();
    let driver = drivers.first()?;
    let product = held.first().map_or_else(String::new, |reader| format!(" ({})", reader.product));
    let mut finding = ill(
        "kernel_driver",
        Words::new(
            format!("Trình điều khiển {driver} của nhân đang giữ đầu đọc{product}"),
            format!("the kernel driver {driver} holds the reader{product}"),
        ),
        Words::new(
            "Gỡ và chặn trình điều khiển đó, rồi cắm lại đầu đọc:",
            "unload and block it, then plug the reader in again:",
        ),
        &[],
    );
    finding.commands = vec![
        format!("sudo modprobe -r {driver}"),
        format!("echo 'blacklist {driver}' | sudo tee /etc/modprobe.d/cccd-{driver}.conf"),
        "sudo systemctl restart pcscd".into(),
    ];
    // A module that is loaded and holds nothing does no harm.
    if held.is_empty() {
        finding.health = Health::Lacking;
        finding.found = Words::new(
            format!("Trình điều khiển {driver} có thể chiếm đầu đọc khi cắm vào"),
            format!("the kernel driver {driver} is loaded and may take a reader that is plugged in"),
        );
    }
    Some(finding)
}

fn reader(system: &System, readers: &[Reader]) -> Finding {
    if let [first, rest @ ..] = readers {
        let more = if rest.is_empty() { String::new() } else { format!(" (+{})", rest.len()) };
        return well("reader", format!("Đầu đọc: {}{more}", first.name), format!("reader: {}{more}", first.name));
    }
    let usb = system.usb_readers();
    match usb.first() {
        None => ill(
            "reader",
            Words::new("Không thấy đầu đọc nào", "no card reader is attached"),
            Words::new(
                "Cắm đầu đọc thẻ không tiếp xúc (ISO 14443). Chưa có đầu đọc: thử `cccd read --virtual`.",
                "plug in a contactless reader (ISO 14443). With no reader at hand, try `cccd read --virtual`.",
            ),
            &[],
        ),
        Some(reader) => ill(
            "reader",
            Words::new(
                format!("Đầu đọc {} [{}] đã cắm nhưng dịch vụ không thấy", reader.product, reader.id),
                format!("{} [{}] is plugged in and the PC/SC service does not list it", reader.product, reader.id),
            ),
            Words::new(
                "Cài trình điều khiển CCID và khởi động lại dịch vụ:",
                "install the CCID driver and restart the service:",
            ),
            &["sudo apt-get install libccid", "sudo systemctl restart pcscd"],
        ),
    }
}

/// A card is no condition for being ready; said only where there is a reader.
fn card(readers: &[Reader]) -> Option<Finding> {
    let card = readers.iter().find(|reader| reader.card != CardState::Empty).map(|reader| &reader.card);
    Some(match card {
        _ if readers.is_empty() => return None,
        Some(CardState::Present(_)) => well("card", "Có thẻ trên đầu đọc", "a card lies on the reader"),
        Some(CardState::Mute) => Finding {
            name: "card",
            health: Health::Lacking,
            found: Words::new("Thẻ không trả lời", "the card does not answer"),
            mend: Some(Words::new(
                "Đặt thẻ phẳng giữa đầu đọc, bỏ các thẻ khác ra.",
                "lay the card flat on the middle of the reader, with no other card near it.",
            )),
            commands: Vec::new(),
        },
        _ => well("card", "Chưa có thẻ: đặt thẻ lên đầu đọc", "no card yet: lay one on the reader"),
    })
}

fn trust_finding(trust: &trust_store::Summary) -> Finding {
    if trust.authorities > 0 {
        return stocked(trust);
    }
    Finding {
        name: "trust_store",
        health: Health::Lacking,
        found: Words::new(
            "Kho tin cậy trống: thẻ đọc được nhưng chưa xác nhận được nơi cấp",
            "the trust store is empty: cards can be read, and who issued them cannot be confirmed",
        ),
        mend: Some(Words::new(
            format!(
                "Thêm chứng thư CSCA bằng `cccd trust add`, chép vào {}, hoặc dùng --trust.",
                trust.folders_shown()
            ),
            format!(
                "add CSCA certificates with `cccd trust add`, copy them to {}, or name them with --trust.",
                trust.folders_shown()
            ),
        )),
        commands: Vec::new(),
    }
}

/// A trust store with somebody in it.
fn stocked(trust: &trust_store::Summary) -> Finding {
    let (authorities, lists) = (trust.authorities, trust.revocation_lists);
    let mut finding = well(
        "trust_store",
        format!("Kho tin cậy: {authorities} cơ quan, {lists} danh sách thu hồi"),
        format!(
            "trust store: {}, {}",
            counted(authorities, "authority", "authorities"),
            counted(lists, "revocation list", "revocation lists"),
        ),
    );
    let mut mends = Vec::new();
    if trust.stale_lists > 0 {
        let stale = trust.stale_lists;
        mends.push(Words::new(
            format!("{stale} danh sách thu hồi đã quá hạn: tải bản mới rồi `cccd trust add`."),
            format!("{} out of date: get new ones, then `cccd trust add`.", counted(stale, "list is", "lists are")),
        ));
    }
    if trust.unusable > 0 {
        let unusable = trust.unusable;
        mends.push(Words::new(
            format!("{unusable} mục không dùng được: xem `cccd trust list`."),
            format!("{}not be used: see `cccd trust list`.", counted(unusable, "entry can", "entries can")),
        ));
    }
    if !mends.is_empty() {
        finding.health = Health::Lacking;
        let joined = |of: fn(&Words) -> &str| mends.iter().map(of).collect::<Vec<_>>().join(" ");
        finding.mend = Some(Words::new(joined(|words| &words.vi), joined(|words| &words.en)));
    }
    finding
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn finding<'a>(findings: &'a [Finding], name: &str) -> &'a Finding {
        findings.iter().find(|finding| finding.name == name).unwrap()
    }

    fn examine(system: &System, listed: Result<Vec<Reader>, PcscError>) -> Vec<Finding> {
        examine_with(system, listed, trust_store::Summary::default())
    }

    #[test]
    fn a_stopped_service_is_told_from_one_that_is_not_installed() {
        let root = tempfile::tempdir().unwrap();
        let findings = examine(&System::at(root.path()), Err(PcscError::NoService));
        assert!(finding(&findings, "service").commands[0].contains("apt-get install pcscd"));
        fs::create_dir_all(root.path().join("usr/sbin")).unwrap();
        fs::write(root.path().join("usr/sbin/pcscd"), "").unwrap();
        let findings = examine(&System::at(root.path()), Err(PcscError::NoService));
        assert!(finding(&findings, "service").commands[0].contains("systemctl"));
    }

    #[test]
    fn a_kernel_driver_that_holds_a_reader_is_named_with_its_mend() {
        let root = tempfile::tempdir().unwrap();
        let devices = root.path().join("sys/bus/usb/devices");
        fs::create_dir_all(devices.join("1-2:1.0")).unwrap();
        fs::create_dir_all(devices.join("1-2")).unwrap();
        for (name, value) in [("idVendor", "072f"), ("idProduct", "2200"), ("product", "ACR122U PICC Interface")] {
            fs::write(devices.join("1-2").join(name), value).unwrap();
        }
        fs::write(devices.join("1-2:1.0/bInterfaceClass"), "0b\n").unwrap();
        symlink("../../drivers/pn533_usb", devices.join("1-2:1.0/driver")).unwrap();
        let findings = examine(&System::at(root.path()), Ok(Vec::new()));
        let driver = finding(&findings, "kernel_driver");
        assert_eq!(driver.health, Health::Ill);
        assert!(driver.found.en.contains("pn533_usb") && driver.found.en.contains("ACR122U"));
        assert_eq!(driver.commands[0], "sudo modprobe -r pn533_usb");
    }

    #[test]
    fn denied_access_is_told_from_a_missing_reader() {
        let root = tempfile::tempdir().unwrap();
        let findings = examine(&System::at(root.path()), Err(PcscError::AccessDenied));
        assert_eq!(finding(&findings, "service").health, Health::Well);
        assert_eq!(finding(&findings, "permissions").health, Health::Ill);
    }

    #[test]
    fn one_is_not_said_to_be_many_and_what_is_out_of_date_is_said() {
        let trust = trust_store::Summary { authorities: 1, revocation_lists: 2, ..trust_store::Summary::default() };
        let finding = trust_finding(&trust);
        assert_eq!(finding.found.en, "trust store: 1 authority, 2 revocation lists");
        assert_eq!(finding.health, Health::Well);
        let stale = trust_finding(&trust_store::Summary { stale_lists: 1, unusable: 2, ..trust });
        assert_eq!(stale.health, Health::Lacking);
        let mend = stale.mend.unwrap().en;
        assert!(mend.starts_with("1 list is out of date") && mend.contains("2 entries cannot be used"), "{mend}");
    }

    #[test]
    fn an_empty_trust_store_stands_in_no_ones_way_but_is_said() {
        let root = tempfile::tempdir().unwrap();
        let reader = Reader { name: "ACS ACR1252".into(), card: CardState::Empty, in_use: false };
        let findings = examine(&System::at(root.path()), Ok(vec![reader]));
        assert!(findings.iter().all(|finding| finding.health != Health::Ill));
        assert_eq!(finding(&findings, "trust_store").health, Health::Lacking);
    }
}
