use alloc::{format, string::ToString};

use proptest::prelude::*;

use super::{mint::Party, *};
use crate::crypto::{curve::Curve, hash::HashAlgorithm};

fn cvca() -> Party {
    Party::new("VNCVCA00001", Curve::BrainpoolP256r1, 1, mint::CVCA)
}

#[test]
fn a_certificate_says_who_may_what_and_until_when() {
    let dv = Party { authorization: 0b0100_0001, ..Party::new("VNDV0100001", Curve::BrainpoolP256r1, 2, mint::DV) };
    let certificate = cvca().issue(&dv);
    assert_eq!(certificate.authority.to_string(), "VNCVCA00001");
    assert_eq!(certificate.holder.to_string(), "VNDV0100001");
    assert_eq!(certificate.authorization.role, Role::DocumentVerifier { domestic: false });
    assert_eq!(certificate.authorization.rights, AccessRights { fingerprints: true, irises: false });
    assert_eq!((certificate.effective.to_string(), certificate.expiration.to_string()).1, "2026-12-31");
    assert_eq!(certificate.public_key.algorithm, CvAlgorithm::Ecdsa(HashAlgorithm::Sha256));
    assert!(!certificate.is_self_issued() && cvca().issue(&cvca()).is_self_issued());
    assert_eq!(format!("{certificate:?}").matches("VNDV0100001").count(), 1);
}

#[test]
fn certificates_that_follow_each_other_are_read_from_one_file() {
    let file = [cvca().certify(&cvca()), cvca().certify(&Party::new("VNDV0100001", Curve::Secp256r1, 2, mint::DV))];
    assert_eq!(CvCertificate::parse_all(&file.concat()).unwrap().len(), 2);
    assert!(CvCertificate::parse_all(&[]).is_err());
    let too_many: Vec<u8> = (0..=MAX_CERTIFICATES).flat_map(|_| file[0].clone()).collect();
    assert_eq!(CvCertificate::parse_all(&too_many).unwrap_err().kind, CvCertificateErrorKind::TooMany);
}

#[test]
fn an_error_says_at_which_byte() {
    let good = cvca().certify(&cvca());
    let at = |needle: &[u8]| good.windows(needle.len()).position(|bytes| bytes == needle).unwrap();
    let broken = |needle: &[u8], offset: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at(needle) + offset] = value;
        (CvCertificate::parse(&bytes).unwrap_err(), at(needle))
    };
    let (error, start) = broken(&[0x5F, 0x29, 1, 0], 3, 1);
    assert_eq!((error.kind, error.position), (CvCertificateErrorKind::Profile, start + 3));
    let (error, start) = broken(&[0x5F, 0x25, 6], 5, 0xA);
    assert_eq!((error.kind, error.position), (CvCertificateErrorKind::Date, start + 3));
    let (error, start) = broken(&[0x42, 11], 3, b'0');
    assert_eq!((error.kind, error.position), (CvCertificateErrorKind::Reference, start + 2));
    // Another prime is another curve.
    let (error, start) = broken(&[0x81, 32], 5, 0);
    assert_eq!((error.kind, error.position), (CvCertificateErrorKind::DomainParameters, start));
    let cut = CvCertificate::parse(&good[..good.len() - 1]).unwrap_err();
    assert!(matches!(cut.kind, CvCertificateErrorKind::Tlv(TlvErrorKind::Truncated)));
    let longer = CvCertificate::parse(&[good.as_slice(), &[0x42, 0]].concat()).unwrap_err();
    assert_eq!((longer.kind, longer.position), (CvCertificateErrorKind::Tlv(TlvErrorKind::TrailingData), good.len()));
}

#[test]
fn an_algorithm_that_is_none_of_terminal_authentication_is_named() {
    let mut bytes = cvca().certify(&cvca());
    let oid = CvAlgorithm::Ecdsa(HashAlgorithm::Sha256).oid();
    let start = bytes.windows(oid.as_bytes().len()).position(|window| window == oid.as_bytes()).unwrap();
    bytes[start + oid.as_bytes().len() - 1] = 0x7F;
    let error = CvCertificate::parse(&bytes).unwrap_err().to_string();
    assert!(error.contains("0.4.0.127.0.7.2.2.2.2.127"), "{error}");
}

proptest! {
    #[test]
    fn a_certificate_is_read_as_it_was_written(
        curve in prop::sample::select(&[Curve::Secp256r1, Curve::BrainpoolP384r1, Curve::Secp521r1][..]),
        hash in prop::sample::select(&HashAlgorithm::ALL[..]),
        name in "[A-Z]{2}[A-Za-z0-9]{1,9}[0-9]{5}",
        authorization in any::<u8>(),
        parameters in any::<bool>(),
        days in [0..30_000_i64, 0..30_000],
        extensions in prop::option::of(prop::collection::vec(1_u8.., 1..20)),
    ) {
        let dates = days.map(|day| CvDate::of_unix_time(946_684_800 + day * 86_400));
        let subject = Party { hash, dates, parameters, ..Party::new(&name, curve, 9, authorization) };
        // Inside an extension is another party's structure: any data object.
        let subject = Party { extensions: extensions.map(|bytes| tlv::encode(0x73, &bytes)), ..subject };
        let bytes = cvca().certify(&subject);
        let read = CvCertificate::parse(&bytes).unwrap();
        prop_assert_eq!(read.encode(), bytes);
        prop_assert_eq!(read.holder.to_string(), name);
        prop_assert_eq!([read.effective, read.expiration], dates);
        prop_assert_eq!(read.extensions, subject.extensions);
        let key = read.public_key.with_parameters_of(Some(curve)).unwrap();
        prop_assert_eq!(key.name(), format!("EC {curve}"));
        prop_assert_eq!(read.public_key.with_parameters_of(None).is_ok(), parameters);
    }

    #[test]
    fn any_bytes_are_a_certificate_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..120), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let _ = CvCertificate::parse_all(&bytes);
        let mut mutated = cvca().certify(&cvca());
        let index = at.index(mutated.len());
        mutated[index] = to;
        let _ = CvCertificate::parse(&mutated);
        let _ = CvCertificate::parse(&mutated[..index]);
    }
}
