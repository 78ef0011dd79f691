//! Secure messaging: protects command APDUs and opens protected responses (Doc 9303-11, 9.8; ISO/IEC 7816-4, 10).
//!
//! 3DES with retail MAC and AES with CMAC; data objects `87` or `85`, `97`, `99` and `8E`. Every response that is not
//! exactly what the standard says is refused before anything in it is used.
//!
//! # Answers without protection
//! A chip that finds fault with the protection of a command answers without protection and forgets the keys
//! (Doc 9303-11, 9.8.7). Real chips also answer *other* errors without protection (a file not found, extended length not
//! understood) and go on. Whether they have counted such an exchange differs: `counter.rs` keeps the session in step.
//! An unprotected answer is never taken for success, and its status word proves nothing: whoever sits between reader
//! and chip can make one.

mod counter;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use zeroize::Zeroizing;

use self::counter::Counter;
use crate::{
    apdu::{Command, LengthFields, Response, StatusWord},
    crypto::{
        cipher::{Cipher, CipherError, CipherKey, pad, unpad},
        kdf::{self, KeyUse},
        mac::{self, MAC_LEN},
    },
    tlv,
};

/// The bits of CLA that say: secure messaging, header authenticated.
const CLASS: u8 = 0x0C;
const DO_CRYPTOGRAM_PLAIN: u32 = 0x85;
const DO_CRYPTOGRAM: u32 = 0x87;
const DO_EXPECTED: u32 = 0x97;
const DO_STATUS: u32 = 0x99;
const DO_MAC: u32 = 0x8E;
/// The first byte of a data object `87`: padding of ISO/IEC 9797-1, method 2, follows.
const PADDING_INDICATOR: u8 = 0x01;

/// The keys and the counter of one secure channel. Wiped when dropped; `Debug` shows the cipher only.
pub struct SecureMessaging {
    encryption: CipherKey,
    authentication: CipherKey,
    counter: Counter,
    tolerates_truncation: bool,
}

/// Why a response was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecureMessagingError {
    /// The chip answered without protection. Not an error of the channel unless the status word is one of secure
    /// messaging or claims success.
    #[error("the chip answered {0} without protection")]
    Unprotected(StatusWord),
    /// The chip claims success, or gives data, without protection.
    #[error("the chip answered {0} with unprotected data, or claims success without protection")]
    NotProtected(StatusWord),
    /// The authentication code is wrong: the chip has other keys, the response was changed, or it answers another
    /// command.
    #[error("the authentication code of the response is wrong")]
    Mac,
    /// A data object that has to be there is not.
    #[error("data object {0:02X} is missing")]
    Missing(u32),
    /// A data object that does not belong there: twice, out of order, or unknown.
    #[error("data object {0:02X} does not belong there")]
    Unexpected(u32),
    /// The data objects are no TLV, or one has the wrong length.
    #[error("the data objects of the response are malformed")]
    Malformed,
    /// The padding indicator of the cryptogram is not 01.
    #[error("the padding indicator of the cryptogram is {0:02X}")]
    PaddingIndicator(u8),
    /// The cryptogram is no whole number of blocks, or its content is not padded.
    #[error("the cryptogram is malformed: {0}")]
    Cryptogram(CipherError),
    /// The authenticated status word is not the one at the end of the response.
    #[error("the protected status word {protected} is not the one of the response, {outside}")]
    StatusDiffers {
        /// In data object `99`.
        protected: StatusWord,
        /// SW1 SW2 of the response.
        outside: StatusWord,
    },
    /// The response ends before its authentication code, and nothing of it was used.
    #[error("the response is cut short")]
    Truncated,
    /// An earlier error ended the channel.
    #[error("the secure channel has ended")]
    Ended,
}

impl SecureMessaging {
    /// A channel with the keys that follow from a shared secret, and the counter at zero or where BAC sets it.
    #[must_use]
    pub fn from_secret(cipher: Cipher, secret: &[u8], counter: u128) -> Self {
        Self {
            encryption: kdf::derive(cipher, secret, KeyUse::Encryption),
            authentication: kdf::derive(cipher, secret, KeyUse::Authentication),
            counter: Counter::new(counter),
            tolerates_truncation: false,
        }
    }

    /// A channel with these keys.
    ///
    /// # Errors
    /// A key has not the length of the cipher's keys.
    pub fn new(cipher: Cipher, encryption: &[u8], authentication: &[u8], counter: u128) -> Result<Self, CipherError> {
        Ok(Self {
            encryption: CipherKey::new(cipher, encryption)?,
            authentication: CipherKey::new(cipher, authentication)?,
            counter: Counter::new(counter),
            tolerates_truncation: false,
        })
    }

    /// The cipher of the channel.
    #[must_use]
    pub const fn cipher(&self) -> Cipher {
        self.encryption.cipher()
    }

    /// The key of authentication codes, which PACE computes its tokens with.
    pub(crate) const fn authentication_key(&self) -> &CipherKey {
        &self.authentication
    }

    /// The key of encryption, which the chip's proof of PACE with chip authentication mapping is under.
    pub(crate) const fn encryption_key(&self) -> &CipherKey {
        &self.encryption
    }

    /// Takes over what the same chip has shown of its counting under other keys.
    pub(crate) const fn learn_from(&mut self, before: &Self) {
        self.counter.learn_from(&before.counter);
    }

    /// Expects a chip that counts so many of the two messages of an exchange which it answers without protection.
    pub(crate) const fn expect_counted(&mut self, counted: u8) {
        self.counter.expect(counted);
    }

    /// Whether keys and counter are the same: for tests.
    #[cfg(test)]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.encryption == other.encryption
            && self.authentication == other.authentication
            && self.counter.for_command() == other.counter.for_command()
    }

    /// Whether the channel is of no further use.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.counter.has_ended()
    }

    /// Ends the channel: nothing is sent or accepted any more.
    pub const fn end(&mut self) {
        self.counter.end();
    }

    /// Protects a command (Doc 9303-11, 9.8.4), so that it expects the most that such length fields can ask for.
    ///
    /// # Errors
    /// [`SecureMessagingError::Ended`].
    pub fn protect(&mut self, command: &Command, fields: LengthFields) -> Result<Command, SecureMessagingError> {
        if self.has_ended() {
            return Err(SecureMessagingError::Ended);
        }
        let counter = self.counter.for_command();
        let class = command.class | CLASS;
        let mut objects = Zeroizing::new(Vec::with_capacity(command.data().len() + 48));
        if !command.data().is_empty() {
            let cryptogram = self.encrypt(counter, command.data());
            if command.instruction & 1 == 0 {
                let value: Vec<u8> = core::iter::once(PADDING_INDICATOR).chain(cryptogram).collect();
                tlv::encode_into(&mut objects, DO_CRYPTOGRAM, &value);
            } else {
                tlv::encode_into(&mut objects, DO_CRYPTOGRAM_PLAIN, &cryptogram);
            }
        }
        if let Some(expected) = command.expected() {
            match u8::try_from(expected) {
                Ok(short) => tlv::encode_into(&mut objects, DO_EXPECTED, &[short]),
                Err(_) if expected == 256 => tlv::encode_into(&mut objects, DO_EXPECTED, &[0]),
                // 65,536 wraps to 0, as it should.
                Err(_) => tlv::encode_into(&mut objects, DO_EXPECTED, &(expected as u16).to_be_bytes()),
            }
        }
        let header = [class, command.instruction, command.p1, command.p2];
        let mut input = self.counter_block(counter);
        input.extend_from_slice(&pad(&header, self.cipher().block_len()));
        input.extend_from_slice(&objects);
        let code = mac::mac_padded(&self.authentication, &input);
        tlv::encode_into(&mut objects, DO_MAC, &code);
        let protected = Command::new(class, command.instruction, command.p1, command.p2).with_data(&objects[..]);
        Ok(protected.expecting(fields.max_expected()))
    }

    /// Opens the response to the command protected last (Doc 9303-11, 9.8.4 and 9.8.6). `instruction` is the command's.
    ///
    /// # Errors
    /// The response is not exactly a protected one. All but [`SecureMessagingError::Unprotected`] end the channel.
    pub fn open(&mut self, instruction: u8, response: &Response) -> Result<Response, SecureMessagingError> {
        if self.has_ended() {
            return Err(SecureMessagingError::Ended);
        }
        let opened = self.try_open(instruction, response);
        match &opened {
            Ok(_) => self.counter.answered(),
            Err(SecureMessagingError::Unprotected(_)) => {}
            Err(SecureMessagingError::Malformed | SecureMessagingError::Missing(_)) if self.tolerates_truncation => {
                // The chip has answered as far as it is concerned.
                self.counter.unanswered(false);
                return Err(SecureMessagingError::Truncated);
            }
            Err(_) => self.end(),
        }
        opened
    }

    /// Whether a response that ends before its authentication code is put up with: reported, and not the end.
    pub(crate) const fn tolerate_truncation(&mut self, tolerate: bool) {
        self.tolerates_truncation = tolerate;
    }

    fn try_open(&self, instruction: u8, response: &Response) -> Result<Response, SecureMessagingError> {
        if response.data.is_empty() {
            return Err(if response.status.is_success() {
                SecureMessagingError::NotProtected(response.status)
            } else {
                SecureMessagingError::Unprotected(response.status)
            });
        }
        let counter = self.counter.for_response();
        let objects = Objects::parse(&response.data)?;
        let mut input = self.counter_block(counter);
        input.extend_from_slice(objects.authenticated);
        if !mac::verify_padded(&self.authentication, &input, objects.mac) {
            return Err(SecureMessagingError::Mac);
        }
        let protected = StatusWord::from_bytes(objects.status);
        if protected != response.status {
            return Err(SecureMessagingError::StatusDiffers { protected, outside: response.status });
        }
        let data = match objects.cryptogram {
            Some((tag, value)) => self.decrypt(counter, cryptogram_of(tag, value, instruction)?)?,
            None => Vec::new(),
        };
        Ok(Response::new(data, protected))
    }

    /// What to do after an answer without protection: whether the same command should be protected anew and sent again,
    /// with the counter where the chip may have it. To be called once for each such answer.
    /// `early`: the status word is one that a chip gives before it looks at the protection, so that it has not counted.
    pub fn resume_after(&mut self, status: StatusWord, early: bool) -> bool {
        if status.is_secure_messaging_error() {
            self.counter.refused()
        } else {
            self.counter.unanswered(early);
            false
        }
    }

    /// The same where no answer came at all, the link having failed for this command and not for good.
    pub fn resume_after_loss(&mut self) {
        self.counter.unanswered(true);
    }

    fn encrypt(&self, counter: u128, data: &[u8]) -> Vec<u8> {
        let padded = pad(data, self.cipher().block_len());
        // Invariant: `pad` makes whole blocks, and the vector is one block.
        self.encryption.encrypt_cbc(self.initial_vector(counter).as_deref(), &padded).expect("whole blocks")
    }

    fn decrypt(&self, counter: u128, cryptogram: &[u8]) -> Result<Vec<u8>, SecureMessagingError> {
        self.encryption
            .decrypt_cbc(self.initial_vector(counter).as_deref(), cryptogram)
            .and_then(|padded| unpad(padded, self.cipher().block_len()))
            .map_err(SecureMessagingError::Cryptogram)
    }

    /// Zeros with 3DES, the enciphered counter with AES (Doc 9303-11, 9.8.6.1 and 9.8.6.2).
    fn initial_vector(&self, counter: u128) -> Option<Vec<u8>> {
        if self.cipher() == Cipher::TripleDes {
            return None;
        }
        // Invariant: the counter block is one block of the cipher.
        Some(self.encryption.encrypt_block(&self.counter_block(counter)).expect("one block"))
    }

    fn counter_block(&self, counter: u128) -> Vec<u8> {
        counter.to_be_bytes()[16 - self.cipher().block_len()..].to_vec()
    }
}

/// How many bytes of content fit a protected response whose data field has at most `response_len` bytes: with 256 bytes,
/// 223 with AES and 231 with 3DES.
#[must_use]
pub const fn max_content(cipher: Cipher, response_len: usize) -> usize {
    // Around the cryptogram: 99 02 SW1 SW2, 8E 08 MAC, and 87 L 01 with L of one to three bytes.
    let rest = response_len.saturating_sub(4 + 2 + MAC_LEN);
    let header = match rest {
        0..=0x81 => 3,
        0x82..=0x103 => 4,
        _ => 5,
    };
    let block_len = cipher.block_len();
    let blocks = rest.saturating_sub(header) / block_len;
    // At least one byte of the last block is padding.
    (blocks * block_len).saturating_sub(1)
}

/// How many bytes of data a command can have for its protected form to have at most `command_len` bytes of data.
#[must_use]
pub const fn max_data(cipher: Cipher, command_len: usize) -> usize {
    // Around the cryptogram: 97 02 Le, 8E 08 MAC, and 87 L 01. As for responses, with the same four bytes.
    max_content(cipher, command_len)
}

/// The data objects of a protected response, in the only order there is (Doc 9303-11, 9.8.4).
struct Objects<'a> {
    cryptogram: Option<(u32, &'a [u8])>,
    status: [u8; 2],
    mac: &'a [u8],
    /// The bytes before data object `8E`.
    authenticated: &'a [u8],
}

impl<'a> Objects<'a> {
    fn parse(data: &'a [u8]) -> Result<Self, SecureMessagingError> {
        let mut rest = data;
        let mut next = || -> Result<Option<tlv::Tlv<'a>>, SecureMessagingError> {
            if rest.is_empty() {
                return Ok(None);
            }
            let (object, after) = tlv::parse_one(rest).map_err(|_| SecureMessagingError::Malformed)?;
            rest = after;
            Ok(Some(object))
        };
        let mut object = next()?;
        let cryptogram = match object {
            Some(found) if matches!(found.tag, DO_CRYPTOGRAM | DO_CRYPTOGRAM_PLAIN) => {
                object = next()?;
                Some((found.tag, found.value))
            }
            _ => None,
        };
        let expect = |object: Option<tlv::Tlv<'a>>, tag| match object {
            Some(found) if found.tag == tag => Ok(found),
            Some(found) if found.tag == DO_MAC => Err(SecureMessagingError::Missing(tag)),
            Some(found) => Err(SecureMessagingError::Unexpected(found.tag)),
            None => Err(SecureMessagingError::Missing(tag)),
        };
        let status = expect(object, DO_STATUS)?;
        let status = status.value.try_into().map_err(|_| SecureMessagingError::Malformed)?;
        let mac = expect(next()?, DO_MAC)?;
        if let Some(more) = next()? {
            return Err(SecureMessagingError::Unexpected(more.tag));
        }
        if mac.value.len() != MAC_LEN {
            return Err(SecureMessagingError::Malformed);
        }
        let authenticated = &data[..data.len() - mac.raw.len()];
        Ok(Self { cryptogram, status, mac: mac.value, authenticated })
    }
}

/// The enciphered blocks of a data object `87` or `85`. Doc 9303-11, 9.8.4 wants the first for an even instruction and
/// the second, without padding indicator, for an odd one; chips are seen to give `87` for odd ones too.
fn cryptogram_of(tag: u32, value: &[u8], instruction: u8) -> Result<&[u8], SecureMessagingError> {
    let blocks = match (tag, instruction & 1) {
        (DO_CRYPTOGRAM, _) => match value {
            [PADDING_INDICATOR, blocks @ ..] => blocks,
            [other, ..] => return Err(SecureMessagingError::PaddingIndicator(*other)),
            [] => return Err(SecureMessagingError::Malformed),
        },
        (_, 1) => value,
        _ => return Err(SecureMessagingError::Unexpected(tag)),
    };
    if blocks.is_empty() { Err(SecureMessagingError::Malformed) } else { Ok(blocks) }
}

impl core::fmt::Debug for SecureMessaging {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SecureMessaging({})", self.cipher())
    }
}
