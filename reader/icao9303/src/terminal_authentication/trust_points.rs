//! EF.CVCA: the names of the CVCA keys that a chip trusts (BSI TR-03110-3, A.1.2).

use alloc::{format, vec::Vec};

use crate::{
    apdu::Command,
    card::{CardError, Instruction, channel::Channel},
    check::{Check, Reason},
    cv_certificate::CertificateReference,
    lds::{
        file::ElementaryFile,
        security_infos::{FileId, SecurityInfos},
    },
    tlv,
    transport::Transport,
};

/// The file has 36 bytes: two names of at most 18 bytes with tag and length, filled up with zeros.
const LENGTH: usize = 36;
const NAME: u32 = 0x42;

/// Reads the names, the current key's first; or tells why there are none.
pub(super) fn read<T: Transport>(
    channel: &mut Channel<T>,
    infos: Option<&SecurityInfos>,
) -> Result<Result<Vec<CertificateReference>, Check>, CardError> {
    let file = ElementaryFile::Cvca;
    let usual = FileId { identifier: file.identifier(), short_identifier: Some(file.short_identifier()) };
    let id = infos.and_then(SecurityInfos::trust_points_file).unwrap_or(usual);
    let by_identifier = id.short_identifier.map(|short| Command::new(0x00, 0xB0, 0x80 | short, 0x00).expecting(LENGTH));
    if let Some(command) = by_identifier {
        let answer = channel.transmit(Instruction::ReadBinary, &command)?;
        if (answer.status.is_success() || answer.status.is_warning()) && !answer.data.is_empty() {
            return Ok(names(&answer.data));
        }
    }
    // Chips that do not know short identifiers, and files that have none.
    let select = Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(id.identifier.to_be_bytes());
    let selected = channel.transmit(Instruction::Select, &select)?.status;
    if !selected.is_success() {
        return Ok(Err(Check::not_offered(format!("the chip gives no EF.CVCA: {selected}"))));
    }
    let answer = channel.transmit(Instruction::ReadBinary, &Command::new(0x00, 0xB0, 0x00, 0x00).expecting(LENGTH))?;
    if !(answer.status.is_success() || answer.status.is_warning()) {
        return Ok(Err(Check::not_offered(format!("the chip gives no EF.CVCA: {}", answer.status))));
    }
    Ok(names(&answer.data))
}

/// The data objects up to the zeros that fill the file up.
fn names(file: &[u8]) -> Result<Vec<CertificateReference>, Check> {
    let malformed = |why: &dyn core::fmt::Display| Check::unknown(Reason::Malformed, format!("EF.CVCA: {why}"));
    let mut found = Vec::new();
    for object in tlv::Reader::new(file) {
        let object = object.and_then(|object| object.expect(NAME)).map_err(|error| malformed(&error))?;
        let name = CertificateReference::new(object.value);
        found.push(name.ok_or_else(|| malformed(&"not the name of a CVCA"))?);
    }
    if found.is_empty() { Err(malformed(&"it names no CVCA")) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::script::Script;

    /// A name with a control character.
    const FILE: &str = "420c44454356434130303030320a";

    #[test]
    fn the_names_end_where_the_zeros_begin() {
        let one = [&[0x42, 11][..], b"VNCVCA00002", &[0x42, 11], b"VNCVCA00001", &[0; 10]].concat();
        let found = names(&one).unwrap();
        assert_eq!(found.iter().map(|name| format!("{name}")).collect::<Vec<_>>(), ["VNCVCA00002", "VNCVCA00001"]);
        assert!(names(&[0; 36]).is_err());
        assert!(names(&base16ct::lower::decode_vec(FILE).unwrap()).is_err());
        assert!(names(b"\x42\x20VNCVCA").is_err());
    }

    #[test]
    fn a_chip_without_the_file_does_not_offer_it() {
        let script = Script::new(&[("00b09c0024", "6a82"), ("00a4020c02011c", "6a82")]);
        let check = read(&mut Channel::new(script), None).unwrap().unwrap_err();
        assert_eq!(check.status, crate::check::Status::NotOffered);
    }

    #[test]
    fn the_file_is_where_the_chip_says() {
        let dg14 = base16ct::lower::decode_vec("6e1731153013060804007f0007020202020101300404020333");
        let infos = SecurityInfos::parse_dg14(&dg14.unwrap()).unwrap();
        let script = Script::new(&[("00a4020c020333", "9000"), ("00b0000024", "420b564e43564341303030303100009000")]);
        let found = read(&mut Channel::new(script), Some(&infos)).unwrap().unwrap();
        assert_eq!(found, [CertificateReference::new(b"VNCVCA00001").unwrap()]);
    }
}
