//! The chip's end of secure messaging (ICAO Doc 9303-11, 9.8): commands are taken out of their protection, answers are
//! put into it.

use super::{
    apdu::{Command, Reply},
    block_cipher::{self, BlockCipher},
    key_derivation, status,
    tlv::{data_object, data_objects},
};
use crate::image::Cipher;

/// Length of the MAC data object: tag, length, 8 bytes.
const MAC_OBJECT: usize = 10;
/// Length of the status data object: tag, length, 2 bytes.
const STATUS_OBJECT: usize = 4;

/// The keys of one session and its send sequence counter.
#[derive(Clone)]
pub struct Session {
    cipher: Cipher,
    encryption: BlockCipher,
    mac_key: Vec<u8>,
    /// As long as a cipher block.
    counter: Vec<u8>,
}

/// Ways in which a broken chip protects its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerDefect {
    /// Leaves the MAC data object out.
    pub without_mac: bool,
    /// Leaves the status data object out (and out of the MAC).
    pub without_status: bool,
    /// Sends this status word outside while the protected one says otherwise.
    pub outer_status: Option<u16>,
    /// Does not count the answer.
    pub counter_stands_still: bool,
    /// Spoils the padding inside the cryptogram, under a right MAC.
    pub bad_padding: bool,
}

impl Session {
    /// A session under keys derived from a shared secret, its counter at zero (PACE and Chip Authentication).
    #[must_use]
    pub fn from_secret(cipher: Cipher, secret: &[u8]) -> Self {
        Self::new(
            cipher,
            &key_derivation::derive(cipher, secret, key_derivation::ENCRYPTION),
            key_derivation::derive(cipher, secret, key_derivation::MAC),
            vec![0; cipher.block_len()],
        )
    }

    /// A session of which everything is known.
    #[must_use]
    pub fn new(cipher: Cipher, encryption_key: &[u8], mac_key: Vec<u8>, counter: Vec<u8>) -> Self {
        Self { cipher, encryption: BlockCipher::new(cipher, encryption_key), mac_key, counter }
    }

    /// Takes a protected command out of its protection.
    ///
    /// # Errors
    /// The status word of the refusal: `6987` where a data object is missing, `6988` where one is wrong. The session is
    /// over then.
    pub fn unprotect(&mut self, command: &Command) -> Result<Command, u16> {
        self.count();
        let objects = data_objects(&command.data).ok_or(status::SM_OBJECTS_INCORRECT)?;
        let Some((last, authenticated)) = objects.split_last() else { return Err(status::SM_OBJECTS_MISSING) };
        if last.tag != 0x8E {
            return Err(status::SM_OBJECTS_MISSING);
        }
        let header = [command.cla, command.ins, command.p1, command.p2];
        let mut message = block_cipher::pad(&header, self.cipher.block_len());
        authenticated.iter().for_each(|object| message.extend_from_slice(object.raw));
        if authenticated.is_empty() {
            // The padded header stands alone: it is not padded again.
            message.truncate(4);
        }
        if self.mac(&message)[..] != *last.value {
            return Err(status::SM_OBJECTS_INCORRECT);
        }
        self.plain_command(command, authenticated)
    }

    fn plain_command(&self, command: &Command, objects: &[super::tlv::DataObject<'_>]) -> Result<Command, u16> {
        let mut plain = Command { cla: command.cla & !0x0C, data: Vec::new(), le: None, ..command.clone() };
        let mut rest = objects;
        if let [object, after @ ..] = rest {
            let cryptogram = match (object.tag, object.value) {
                (0x87, [0x01, cryptogram @ ..]) if command.ins & 1 == 0 => Some(cryptogram),
                (0x85, cryptogram) if command.ins & 1 == 1 => Some(cryptogram),
                (0x97, _) => None,
                _ => return Err(status::SM_OBJECTS_INCORRECT),
            };
            if let Some(cryptogram) = cryptogram {
                plain.data = self.decrypt(cryptogram).ok_or(status::SM_OBJECTS_INCORRECT)?;
                rest = after;
            }
        }
        match rest {
            [] => {}
            [object] if object.tag == 0x97 => {
                plain.le = Some(match *object.value {
                    [0] => 256,
                    [le] => usize::from(le),
                    [0, 0] => 65_536,
                    [high, low] => usize::from(u16::from_be_bytes([high, low])),
                    _ => return Err(status::SM_OBJECTS_INCORRECT),
                });
            }
            _ => return Err(status::SM_OBJECTS_INCORRECT),
        }
        Ok(plain)
    }

    /// Puts an answer to a command with the instruction byte given into its protection.
    pub fn protect(&mut self, reply: &Reply, ins: u8, defect: AnswerDefect) -> Reply {
        if !defect.counter_stands_still {
            self.count();
        }
        let mut body = Vec::new();
        if !reply.data.is_empty() {
            let mut padded = block_cipher::pad(&reply.data, self.cipher.block_len());
            if defect.bad_padding {
                padded.iter_mut().rev().take(self.cipher.block_len()).for_each(|byte| *byte = 0x55);
            }
            let cryptogram = self.encryption.encrypt_cbc(&self.iv(), &padded);
            body = if ins & 1 == 0 {
                data_object(0x87, &[&[0x01], &cryptogram[..]].concat())
            } else {
                data_object(0x85, &cryptogram)
            };
        }
        if !defect.without_status {
            body.extend(data_object(0x99, &reply.status.to_be_bytes()));
        }
        if !defect.without_mac {
            let mac = self.mac(&body);
            body.extend(data_object(0x8E, &mac));
        }
        Reply { data: body, status: defect.outer_status.unwrap_or(reply.status) }
    }

    /// How many bytes of plain data fit into a protected answer of at most `room` bytes of data.
    #[must_use]
    pub fn capacity(&self, room: usize) -> usize {
        let cryptogram = room.saturating_sub(MAC_OBJECT + STATUS_OBJECT);
        // Tag, length and padding indicator before it; the length takes 1 to 4 bytes.
        let overhead = match cryptogram {
            0..=0x81 => 3,
            0x82..=0x102 => 4,
            0x103..=0x1_0004 => 5,
            _ => 6,
        };
        let block = self.cipher.block_len();
        // At least one byte of the last block is padding.
        (cryptogram.saturating_sub(overhead) / block * block).saturating_sub(1)
    }

    /// The length of a block of its cipher.
    #[must_use]
    pub const fn block_len(&self) -> usize {
        self.cipher.block_len()
    }

    /// Counts a message that was seen by one side only.
    pub fn skip(&mut self) {
        self.count();
    }

    /// Takes back that a message was counted.
    pub fn count_back(&mut self) {
        for byte in self.counter.iter_mut().rev() {
            *byte = byte.wrapping_sub(1);
            if *byte != 0xFF {
                break;
            }
        }
    }

    fn count(&mut self) {
        for byte in self.counter.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }

    /// Zero for triple DES, the encrypted counter for AES.
    fn iv(&self) -> Vec<u8> {
        match self.cipher {
            Cipher::TripleDes => vec![0; 8],
            Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => {
                let mut iv = self.counter.clone();
                self.encryption.encrypt_block(&mut iv);
                iv
            }
        }
    }

    fn decrypt(&self, cryptogram: &[u8]) -> Option<Vec<u8>> {
        if cryptogram.is_empty() || cryptogram.len() % self.cipher.block_len() != 0 {
            return None;
        }
        let padded = self.encryption.decrypt_cbc(&self.iv(), cryptogram);
        block_cipher::unpad(&padded).map(<[u8]>::to_vec)
    }

    /// The MAC over counter and message, the message padded to whole blocks.
    fn mac(&self, message: &[u8]) -> [u8; 8] {
        let message = [&self.counter[..], message].concat();
        match self.cipher {
            // The retail MAC pads by itself.
            Cipher::TripleDes => block_cipher::mac(self.cipher, &self.mac_key, &message),
            _ => block_cipher::mac(self.cipher, &self.mac_key, &block_cipher::pad(&message, self.cipher.block_len())),
        }
    }
}

#[cfg(test)]
impl Session {
    /// The initialisation vector of the present message.
    pub(crate) fn present_iv(&self) -> Vec<u8> {
        self.iv()
    }
}
