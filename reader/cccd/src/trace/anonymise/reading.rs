//! Selecting and reading files of a made-up chip, and how much room an answer has.

use virtual_card::chip::apdu::Command;
use virtual_card::chip::tlv;

use super::mirror::Content;

/// The application and the file that are selected.
#[derive(Default)]
pub(super) struct Current {
    application: bool,
    file: Option<u16>,
}

/// How many bytes of data an answer has, its protection taken off.
#[derive(Clone, Copy, Debug)]
pub(super) enum Room {
    /// So many.
    Exactly(usize),
    /// From the one to the other: padding hides how many.
    Between(usize, usize),
}

/// Data objects 99 and 8E of a protected answer.
const AROUND: usize = 4 + 10;

impl Room {
    /// The room of a protected answer of so many bytes, to this instruction, with blocks of this length.
    pub(super) fn of_protected(length: usize, ins: u8, block: usize) -> Self {
        let Some(object) = length.checked_sub(AROUND).filter(|object| *object > 0) else { return Self::Exactly(0) };
        // Tag and length of data object 87 or 85, which takes a padding indicator only in the former.
        let header = match object {
            0..=0x81 => 2,
            0x82..=0x102 => 3,
            0x103..=0x1_0003 => 4,
            _ => 5,
        };
        let cryptogram = object.saturating_sub(header + usize::from(ins & 1 == 0));
        // No data has no data object.
        Self::Between(cryptogram.saturating_sub(block).max(1), cryptogram.saturating_sub(1))
    }

    pub(super) fn allows(self, length: usize) -> bool {
        match self {
            Self::Exactly(exact) => length == exact,
            Self::Between(least, most) => (least..=most).contains(&length),
        }
    }

    fn least(self) -> usize {
        match self {
            Self::Exactly(least) | Self::Between(least, _) => least,
        }
    }

    fn most(self) -> usize {
        match self {
            Self::Exactly(most) | Self::Between(_, most) => most,
        }
    }
}

impl Current {
    /// SELECT: what is current then, and an answer of the right size that says nothing but the application's name.
    pub(super) fn select(&mut self, command: &Command, room: Room) -> Vec<u8> {
        match (command.p1, command.data.as_slice()) {
            (0x04, _) => *self = Self { application: true, file: None },
            (0x00, [] | [0x3F, 0x00]) => *self = Self::default(),
            (_, [high, low]) => self.file = Some(u16::from_be_bytes([*high, *low])),
            _ => {}
        }
        let template = tlv::data_object(0x6F, &tlv::data_object(0x84, &virtual_card::chip::files::APPLICATION));
        if room.allows(0) {
            Vec::new()
        } else if room.allows(template.len()) {
            template
        } else {
            vec![0; room.most()]
        }
    }
}

/// READ BINARY. Nothing where the file is not known or has fewer bytes than the recorded chip gave.
pub(super) fn read(command: &Command, current: &mut Current, content: &Content, room: Room) -> Option<Vec<u8>> {
    if room.allows(0) {
        return Some(Vec::new());
    }
    let odd = command.ins & 1 == 1;
    let (identifier, offset) = match (odd, command.p1) {
        (true, _) => {
            let offset = tlv::single(&command.data, 0x54)?;
            let offset = offset.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            let file = match command.parameters() {
                0 => current.file?,
                identifier @ 1..=0x1E => by_short_identifier(identifier as u8, current.application),
                identifier => identifier,
            };
            (file, offset)
        }
        (false, p1 @ 0x80..) => (by_short_identifier(p1 & 0x1F, current.application), usize::from(command.p2)),
        (false, _) => (current.file?, usize::from(command.parameters())),
    };
    current.file = Some(identifier);
    let files = if current.application { &content.application } else { &content.master };
    let rest = files.get(&identifier)?.get(offset..)?;
    let least = room.least();
    if !odd && rest.len() < least {
        // Some chips fill an answer up behind the end of the file.
        let length = command.le.unwrap_or(0).clamp(least, room.most());
        let mut filled = rest.to_vec();
        filled.resize(length, 0);
        return Some(filled);
    }
    let most = rest.len().min(room.most());
    // Of the lengths that the padding allows, the one asked for is the likeliest.
    let asked = command.le.unwrap_or(0).min(rest.len());
    if !odd {
        let length = if room.allows(asked) { asked } else { most };
        return room.allows(length).then(|| rest.get(..length).map(<[u8]>::to_vec)).flatten();
    }
    let wrapped = |length: usize| rest.get(..length).map(|data| tlv::data_object(0x53, data));
    (most.saturating_sub(24)..=most).rev().filter_map(wrapped).find(|object| room.allows(object.len()))
}

fn by_short_identifier(identifier: u8, application: bool) -> u16 {
    match (identifier, application) {
        (0x1C, false) => 0x011C,
        (0x1D, false) => 0x011D,
        (0x1E, false) => 0x2F00,
        (0x01, false) => 0x2F01,
        (other, _) => 0x0100 | u16::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_protected_answer_is_what_its_padding_allows() {
        assert!(Room::of_protected(14, 0xB0, 16).allows(0));
        // 87 11 01, 16 bytes, 99 02, 8E 08.
        let room = Room::of_protected(19 + 14, 0xB0, 16);
        assert!(room.allows(1) && room.allows(15) && !room.allows(16));
        let room = Room::of_protected(3 + 1 + 224 + 14, 0xB0, 16);
        assert!(room.allows(223) && room.allows(208) && !room.allows(224));
    }
}
