//! Protected exchanges of Appendix D, every class of malformed response, and a chip side of a few lines to make them.

use alloc::{string::String, vec, vec::Vec};

use proptest::prelude::*;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).unwrap()
}

fn lower(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// The channel of Doc 9303-11, Appendix D.3.
fn appendix_d() -> SecureMessaging {
    let (encryption, authentication) =
        (hex("979EC13B1CBFE9DCD01AB0FED307EAE5"), hex("F1CB1F1FB5ADF208806B89DC579DC1F8"));
    SecureMessaging::new(Cipher::TripleDes, &encryption, &authentication, 0x887022120C06C226).unwrap()
}

#[test]
fn commands_and_responses_are_those_of_appendix_d() {
    let mut channel = appendix_d();
    for (command, protected, response, data) in [
        (
            Command::new(0x00, 0xA4, 0x02, 0x0C).with_data([0x01, 0x1E]),
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
            "990290008E08FA855A5D4C50A8ED9000",
            "",
        ),
        (
            Command::new(0x00, 0xB0, 0x00, 0x00).expecting(4),
            "0CB000000D9701048E08ED6705417E96BA5500",
            "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
            "60145F01",
        ),
        (
            Command::new(0x00, 0xB0, 0x00, 0x04).expecting(18),
            "0CB000040D9701128E082EA28A70F3C7B53500",
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
            "04303130365F36063034303030305C026175",
        ),
    ] {
        let encoded = channel.protect(&command, LengthFields::Short).unwrap().encode(LengthFields::Short).unwrap();
        assert_eq!(lower(&encoded), protected.to_lowercase());
        let opened = channel.open(command.instruction, &Response::parse(&hex(response)).unwrap()).unwrap();
        assert_eq!((lower(&opened.data), opened.status), (data.to_lowercase(), StatusWord::SUCCESS));
    }
}

fn channel(cipher: Cipher) -> SecureMessaging {
    SecureMessaging::from_secret(cipher, b"a shared secret", 7)
}

/// A response with these data objects, a right code over them, and this status word outside.
fn respond(channel: &SecureMessaging, objects: &[u8], status: u16) -> Response {
    let mut input = channel.counter_block(channel.counter.for_response());
    input.extend_from_slice(objects);
    let code = mac::mac_padded(&channel.authentication, &input);
    Response::new([objects, &tlv::encode(DO_MAC, &code)].concat(), StatusWord(status))
}

fn cryptogram(channel: &SecureMessaging, padded: &[u8]) -> Vec<u8> {
    let vector = channel.initial_vector(channel.counter.for_response());
    channel.encryption.encrypt_cbc(vector.as_deref(), padded).unwrap()
}

fn do87(channel: &SecureMessaging, plain: &[u8]) -> Vec<u8> {
    let blocks = cryptogram(channel, &pad(plain, channel.cipher().block_len()));
    tlv::encode(DO_CRYPTOGRAM, &[&[PADDING_INDICATOR], &blocks[..]].concat())
}

const DO99: [u8; 4] = [0x99, 0x02, 0x90, 0x00];

/// Opens what `make` makes and expects the error; the channel has to be of no use afterwards.
fn refused(make: impl Fn(&SecureMessaging) -> Response, expected: SecureMessagingError) {
    for cipher in Cipher::ALL {
        let mut channel = channel(cipher);
        let response = make(&channel);
        assert_eq!(channel.open(0xB0, &response), Err(expected), "{cipher}");
        assert!(channel.has_ended(), "{cipher}");
        let read = Command::new(0, 0xB0, 0, 0).expecting(1);
        assert_eq!(channel.protect(&read, LengthFields::Short), Err(SecureMessagingError::Ended));
        assert_eq!(channel.open(0xB0, &response), Err(SecureMessagingError::Ended));
    }
}

#[test]
fn a_right_response_is_opened() {
    for cipher in Cipher::ALL {
        let mut channel = channel(cipher);
        let response = respond(&channel, &[&do87(&channel, b"content")[..], &DO99].concat(), 0x9000);
        assert_eq!(channel.open(0xB0, &response).unwrap().data[..], b"content"[..]);
        let response = respond(&channel, &[0x99, 0x02, 0x6A, 0x82], 0x6A82);
        assert_eq!(channel.open(0xB0, &response).unwrap(), Response::new([], StatusWord::NOT_FOUND));
    }
}

#[test]
fn missing_data_objects_are_refused() {
    refused(
        |channel| Response::new([&do87(channel, b"x")[..], &DO99].concat(), StatusWord::SUCCESS),
        SecureMessagingError::Missing(DO_MAC),
    );
    refused(|channel| respond(channel, &do87(channel, b"x"), 0x9000), SecureMessagingError::Missing(DO_STATUS));
    refused(|channel| respond(channel, &[], 0x9000), SecureMessagingError::Missing(DO_STATUS));
}

#[test]
fn data_objects_that_do_not_belong_there_are_refused() {
    refused(
        |channel| respond(channel, &[&do87(channel, b"x")[..], &do87(channel, b"y"), &DO99].concat(), 0x9000),
        SecureMessagingError::Unexpected(DO_CRYPTOGRAM),
    );
    refused(|channel| respond(channel, &[DO99, DO99].concat(), 0x9000), SecureMessagingError::Unexpected(DO_STATUS));
    refused(
        |channel| respond(channel, &[&DO99, &do87(channel, b"x")[..]].concat(), 0x9000),
        SecureMessagingError::Unexpected(DO_CRYPTOGRAM),
    );
    refused(
        |channel| {
            let right = respond(channel, &DO99, 0x9000);
            Response::new([&right.data[4..], &DO99].concat(), StatusWord::SUCCESS)
        },
        SecureMessagingError::Missing(DO_STATUS),
    );
    refused(
        |channel| respond(channel, &[&hex("81020102")[..], &DO99].concat(), 0x9000),
        SecureMessagingError::Unexpected(0x81),
    );
    refused(
        |channel| {
            let right = respond(channel, &DO99, 0x9000);
            Response::new([&right.data[..], &hex("8100")].concat(), StatusWord::SUCCESS)
        },
        SecureMessagingError::Unexpected(0x81),
    );
    // DO 85 is for odd instructions.
    refused(
        |channel| {
            let blocks = cryptogram(channel, &pad(b"x", channel.cipher().block_len()));
            respond(channel, &[&tlv::encode(DO_CRYPTOGRAM_PLAIN, &blocks)[..], &DO99].concat(), 0x9000)
        },
        SecureMessagingError::Unexpected(DO_CRYPTOGRAM_PLAIN),
    );
}

#[test]
fn malformed_data_objects_are_refused() {
    let malformed = SecureMessagingError::Malformed;
    refused(|channel| respond(channel, &[0x99, 0x01, 0x90], 0x9000), malformed);
    refused(|channel| respond(channel, &[0x99, 0x03, 0x90, 0x00, 0x00], 0x9000), malformed);
    refused(|_| Response::new([0x99], StatusWord::SUCCESS), malformed);
    refused(|_| Response::new([&DO99[..], &[0x8E, 0x09, 0, 0]].concat(), StatusWord::SUCCESS), malformed);
    refused(|_| Response::new([&DO99[..], &[0x8E, 0x04, 0, 0, 0, 0]].concat(), StatusWord::SUCCESS), malformed);
    refused(|_| Response::new([0x99, 0x80, 0x90, 0x00, 0x00, 0x00], StatusWord::SUCCESS), malformed);
    refused(
        |channel| {
            let right = respond(channel, &DO99, 0x9000);
            Response::new([&right.data[..], &[0xFF]].concat(), StatusWord::SUCCESS)
        },
        malformed,
    );
}

#[test]
fn malformed_cryptograms_are_refused() {
    let with = |value: Vec<u8>| {
        move |channel: &SecureMessaging| {
            respond(channel, &[&tlv::encode(DO_CRYPTOGRAM, &value)[..], &DO99].concat(), 0x9000)
        }
    };
    refused(with(vec![]), SecureMessagingError::Malformed);
    refused(with(vec![1]), SecureMessagingError::Malformed);
    refused(with(vec![0; 17]), SecureMessagingError::PaddingIndicator(0));
    refused(with(vec![2; 17]), SecureMessagingError::PaddingIndicator(2));
    refused(with(vec![1; 8]), SecureMessagingError::Cryptogram(CipherError::PartialBlock(7)));
    refused(
        |channel| {
            let blocks = cryptogram(channel, &[0x11; 16]);
            let value = [&[PADDING_INDICATOR], &blocks[..]].concat();
            respond(channel, &[&tlv::encode(DO_CRYPTOGRAM, &value)[..], &DO99].concat(), 0x9000)
        },
        SecureMessagingError::Cryptogram(CipherError::Padding),
    );
}

#[test]
fn a_wrong_code_or_counter_or_status_is_refused() {
    // One bit of the content, of the status word, of the code.
    for from_end in [30, 11, 10, 7, 0] {
        refused(
            |channel| {
                let mut response =
                    respond(channel, &[&do87(channel, b"thirty bytes or some more here")[..], &DO99].concat(), 0x9000);
                let at = response.data.len() - 1 - from_end;
                response.data[at] ^= 0x40;
                response
            },
            SecureMessagingError::Mac,
        );
    }
    // A replay: the response to the command before.
    for cipher in Cipher::ALL {
        let mut channel = channel(cipher);
        let response = respond(&channel, &DO99, 0x9000);
        assert!(channel.open(0xB0, &response).is_ok());
        assert_eq!(channel.open(0xB0, &response), Err(SecureMessagingError::Mac));
    }
    refused(
        |channel| respond(channel, &DO99, 0x6282),
        SecureMessagingError::StatusDiffers { protected: StatusWord::SUCCESS, outside: StatusWord::END_OF_FILE },
    );
}

#[test]
fn success_without_protection_is_refused() {
    refused(|_| Response::new([], StatusWord::SUCCESS), SecureMessagingError::NotProtected(StatusWord::SUCCESS));
    refused(|_| Response::new(*b"plain content", StatusWord::SUCCESS), SecureMessagingError::Malformed);
}

#[test]
fn an_error_without_protection_leaves_the_channel_open() {
    let mut channel = channel(Cipher::Aes128);
    let answer = channel.open(0xB0, &Response::new([], StatusWord::NOT_FOUND));
    assert_eq!(answer, Err(SecureMessagingError::Unprotected(StatusWord::NOT_FOUND)));
    assert!(!channel.resume_after(StatusWord::NOT_FOUND, false) && !channel.has_ended());
    // The chip has counted both, as if it had protected the answer.
    let response = respond(&channel, &DO99, 0x9000);
    assert!(channel.open(0xB0, &response).is_ok());
    // A chip that then refuses the protection has lost the session.
    assert!(!channel.resume_after(StatusWord::SM_OBJECTS_INCORRECT, false) && channel.has_ended());
}

#[test]
fn odd_instructions_have_no_padding_indicator() {
    for cipher in Cipher::ALL {
        let mut channel = channel(cipher);
        let command = Command::new(0, 0xB1, 0, 0).with_data([0x54, 0x02, 0x80, 0x00]).expecting(100);
        let protected = channel.protect(&command, LengthFields::Short).unwrap();
        assert_eq!(protected.data()[..2], [0x85, cipher.block_len() as u8]);
        let blocks = cryptogram(&channel, &pad(b"\x53\x01x", cipher.block_len()));
        let object = tlv::encode(DO_CRYPTOGRAM_PLAIN, &blocks);
        let response = respond(&channel, &[&object[..], &DO99].concat(), 0x9000);
        assert_eq!(channel.open(0xB1, &response).unwrap().data[..], b"\x53\x01x"[..]);
        let response = respond(&channel, &[&do87(&channel, b"y")[..], &DO99].concat(), 0x9000);
        assert_eq!(channel.open(0xB1, &response).unwrap().data[..], b"y"[..]);
    }
}

#[test]
fn the_largest_content_fits_and_one_byte_more_does_not() {
    assert_eq!(max_content(Cipher::Aes256, 256), 223);
    assert_eq!(max_content(Cipher::TripleDes, 256), 231);
    for cipher in Cipher::ALL {
        for response_len in (40..700).chain([4096, 65_536]) {
            let most = max_content(cipher, response_len);
            let size = |content: usize| {
                let channel = channel(cipher);
                respond(&channel, &[&do87(&channel, &vec![0; content])[..], &DO99].concat(), 0x9000).data.len()
            };
            assert!(size(most) <= response_len, "{cipher} {response_len}");
            assert!(size(most + 1) > response_len, "{cipher} {response_len}");
        }
    }
}

#[test]
fn debug_shows_no_keys() {
    assert_eq!(alloc::format!("{:?}", channel(Cipher::Aes192)), "SecureMessaging(AES-192)");
}

proptest! {
    #[test]
    fn what_the_chip_protects_the_reader_opens(
        which in 0_usize..4, plain in prop::collection::vec(any::<u8>(), 0..300), status in 0x6200_u16..0x7000,
    ) {
        let mut channel = channel(Cipher::ALL[which]);
        let objects = [&do87(&channel, &plain)[..], &tlv::encode(DO_STATUS, &status.to_be_bytes())].concat();
        let response = respond(&channel, &objects, status);
        prop_assert_eq!(channel.open(0xB0, &response), Ok(Response::new(plain, StatusWord(status))));
    }

    #[test]
    fn no_bytes_are_opened_without_the_key(bytes in prop::collection::vec(any::<u8>(), 1..60), status: u16) {
        prop_assert!(channel(Cipher::Aes128).open(0xB0, &Response::new(bytes, StatusWord(status))).is_err());
    }

    #[test]
    fn a_changed_response_is_never_opened(at in 0_usize..60, mask in 1_u8..) {
        let mut channel = channel(Cipher::Aes128);
        let mut response = respond(&channel, &[&do87(&channel, b"sixteen bytes and")[..], &DO99].concat(), 0x9000);
        let at = at % response.data.len();
        response.data[at] ^= mask;
        prop_assert!(channel.open(0xB0, &response).is_err());
    }
}
