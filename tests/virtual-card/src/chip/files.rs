//! The chip's files: which there are, who may read them, SELECT and READ BINARY (ISO/IEC 7816-4:2020, 11.2;
//! ICAO Doc 9303-10, 3.6).

use std::collections::BTreeMap;

use super::{
    apdu::{Command, Reply},
    status, tlv,
};
use crate::{
    faults::{Addressing, Faults, FileName},
    image::{ChipImage, ExtendedLength},
};

/// The AID of the eMRTD application (ICAO Doc 9303-10, 3.11.2).
pub const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
/// Short file identifiers of the files in the master file (ICAO Doc 9303-10, 3.11.1).
const MASTER_SHORT_IDENTIFIERS: [(u8, u16); 4] = [(0x1C, 0x011C), (0x1D, 0x011D), (0x1E, 0x2F00), (0x01, 0x2F01)];
/// EF.ATR/INFO.
const ATR_INFO: u16 = 0x2F01;
/// EF.CardSecurity in the master file; EF.SOD in the application has the same identifier.
const CARD_SECURITY: u16 = 0x011D;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Anyone.
    Free,
    /// Who has passed BAC or PACE.
    Protected,
    /// Who has passed terminal authentication with the right to this data group.
    Extended(u8),
}

struct File {
    bytes: Vec<u8>,
    endless: bool,
    access: Access,
    /// What every attempt is answered instead.
    hidden: Option<u16>,
}

/// All files of a chip.
pub struct Files(BTreeMap<FileName, File>);

/// What the terminal may do now.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The eMRTD application is selected.
    pub application: bool,
    /// BAC or PACE has been passed, and secure messaging is on.
    pub access_granted: bool,
    /// Terminal authentication with the right to DG3, and to DG4, has been passed.
    pub opened: [bool; 2],
    /// The current elementary file.
    pub current: Option<FileName>,
}

impl Files {
    /// The files of a personalised chip, with the faults that concern them.
    #[must_use]
    pub fn new(image: &ChipImage, faults: &Faults) -> Self {
        let named = |master: bool| {
            move |(identifier, bytes): (&u16, &Vec<u8>)| (FileName { master, identifier: *identifier }, bytes.clone())
        };
        let mut contents: BTreeMap<FileName, Vec<u8>> = image.master_files.iter().map(named(true)).collect();
        contents.extend(image.application_files.iter().map(named(false)));
        if let Some(extended) = image.extended_length {
            contents.entry(FileName { master: true, identifier: ATR_INFO }).or_insert_with(|| atr_info(extended));
        }
        let files = contents.into_iter().map(|(name, mut bytes)| {
            let lie = faults.lengths.iter().find(|lie| lie.file == name);
            if let Some(lie) = lie {
                bytes = with_outer_length(&bytes, lie.length);
            }
            let endless = lie.is_some_and(|lie| lie.endless);
            let hidden = faults.hidden.iter().find(|hidden| hidden.file == name).map(|hidden| hidden.status.0);
            (name, File { bytes, endless, access: access_of(name), hidden })
        });
        Self(files.collect())
    }

    /// Writes EF.CVCA anew, wherever it is: a link certificate has changed the trust points.
    pub fn replace_trust_points(&mut self, bytes: &[u8], identifier: u16) {
        if let Some(file) = self.0.get_mut(&FileName { master: false, identifier }) {
            file.bytes = bytes.to_vec();
        }
    }

    /// SELECT of an elementary file by identifier: the file that becomes current.
    ///
    /// # Errors
    /// The status word of the refusal.
    pub fn select(&self, identifier: u16, standing: Standing, faults: &Faults) -> Result<FileName, u16> {
        if standing.application && faults.addressing == Addressing::ShortIdentifier {
            return Err(status::NOT_FOUND);
        }
        let name = FileName { master: !standing.application, identifier };
        self.open(name, standing)?;
        Ok(name)
    }

    /// READ BINARY. `room` is how many bytes of data the answer can hold, secure messaging taken off.
    ///
    /// Gives the answer and the file that is current then.
    pub fn read(
        &self,
        command: &Command,
        standing: Standing,
        room: usize,
        faults: &Faults,
    ) -> (Reply, Option<FileName>) {
        match self.locate(command, standing, faults) {
            Ok((name, offset, odd)) => {
                let reply = match self.open(name, standing) {
                    Ok(file) => read_file(file, offset, odd, command, room, faults).unwrap_or_else(Reply::from),
                    Err(refusal) => return (refusal.into(), standing.current),
                };
                (reply, Some(name))
            }
            Err(refusal) => (refusal.into(), standing.current),
        }
    }

    /// File and offset that a READ BINARY means, and whether it is the odd one.
    fn locate(&self, command: &Command, standing: Standing, faults: &Faults) -> Result<(FileName, usize, bool), u16> {
        let current = || standing.current.ok_or(status::NO_CURRENT_FILE);
        let by_short_identifier = |sfi: u8| {
            let refused = if standing.application {
                faults.addressing == Addressing::Selection
            } else {
                faults.card_access_by_selection_only
            };
            if refused { Err(status::NOT_FOUND) } else { short_identifier(sfi, standing.application) }
        };
        if command.ins & 1 == 1 {
            if faults.odd_read_refused {
                return Err(status::UNKNOWN_INSTRUCTION);
            }
            let offset = tlv::single(&command.data, 0x54).filter(|bytes| (1..=4).contains(&bytes.len()));
            let offset =
                offset.ok_or(status::WRONG_DATA)?.iter().fold(0, |offset, byte| offset << 8 | usize::from(*byte));
            let name = match command.parameters() {
                0 => current()?,
                sfi @ 1..=0x1E => by_short_identifier(sfi as u8)?,
                identifier => FileName { master: !standing.application, identifier },
            };
            return Ok((name, offset, true));
        }
        if !command.data.is_empty() {
            return Err(status::WRONG_LENGTH);
        }
        match command.p1 {
            p1 @ 0x80.. if p1 & 0x60 != 0 => Err(status::WRONG_PARAMETERS),
            p1 @ 0x80.. => Ok((by_short_identifier(p1 & 0x1F)?, usize::from(command.p2), false)),
            _ => Ok((current()?, usize::from(command.parameters()), false)),
        }
    }

    fn open(&self, name: FileName, standing: Standing) -> Result<&File, u16> {
        let file = self.0.get(&name).ok_or(status::NOT_FOUND)?;
        let allowed = match file.access {
            Access::Free => true,
            Access::Protected => standing.access_granted,
            Access::Extended(group) => standing.opened[usize::from(group == 4)],
        };
        match file.hidden {
            // Before access control a hidden file looks like every other one.
            Some(refusal) if allowed => Err(refusal),
            _ if allowed => Ok(file),
            _ => Err(status::SECURITY_STATUS),
        }
    }
}

/// ICAO Doc 9303-10, 3.6.1: EF.CardAccess, EF.DIR and EF.ATR/INFO are free, EF.CardSecurity needs PACE, DG3 and DG4 need
/// terminal authentication.
fn access_of(name: FileName) -> Access {
    match name {
        FileName { master: true, identifier: CARD_SECURITY } => Access::Protected,
        FileName { master: true, .. } => Access::Free,
        FileName { identifier: identifier @ (0x0103 | 0x0104), .. } => Access::Extended(identifier as u8),
        _ => Access::Protected,
    }
}

fn short_identifier(sfi: u8, application: bool) -> Result<FileName, u16> {
    if application {
        return match sfi {
            0x01..=0x1E => Ok(FileName { master: false, identifier: 0x0100 | u16::from(sfi) }),
            _ => Err(status::WRONG_PARAMETERS),
        };
    }
    let found = MASTER_SHORT_IDENTIFIERS.iter().find(|(own, _)| *own == sfi);
    found.map(|(_, identifier)| FileName { master: true, identifier: *identifier }).ok_or(status::NOT_FOUND)
}

fn read_file(
    file: &File,
    offset: usize,
    odd: bool,
    command: &Command,
    room: usize,
    faults: &Faults,
) -> Result<Reply, u16> {
    let asked = command.le.ok_or(status::WRONG_LENGTH)?;
    if faults.max_le.is_some_and(|max| asked > max) {
        return Err(status::WRONG_LENGTH);
    }
    if let Some(hint) = faults.wrong_le_hint.filter(|hint| asked > usize::from(*hint)) {
        return Err(status::WRONG_LE | u16::from(hint));
    }
    let stored = file.bytes.get(offset..).unwrap_or_default();
    if !file.endless && (offset > file.bytes.len() || (stored.is_empty() && !file.bytes.is_empty())) {
        return Err(status::OFFSET_OUTSIDE);
    }
    // Data object 53 around what the odd instruction reads counts too: at most 4 bytes for tag and length.
    let given = if faults.ignores_le { room } else { asked.min(room) };
    let wanted = if odd { odd_payload(given) } else { given };
    let wanted = wanted.min(faults.read_at_most.unwrap_or(usize::MAX));
    let mut data = stored[..wanted.min(stored.len())].to_vec();
    if file.endless {
        data.resize(wanted, 0);
    }
    // An Le that means "as much as there is" (00) never asks beyond the end.
    let beyond_end = !file.endless && asked > stored.len();
    let everything = matches!(asked, 256 | 65_536);
    if let Some(refusal) = faults.read_beyond_end.filter(|_| beyond_end && !everything) {
        return Err(refusal.0);
    }
    let status = match faults.end_of_file {
        Some(word) if beyond_end && data.len() == stored.len() => word.0,
        _ => status::SUCCESS,
    };
    let data = if odd { tlv::data_object(0x53, &data) } else { data };
    Ok(Reply { data, status })
}

/// How many bytes data object 53 can hold if it may be `length` bytes long itself.
fn odd_payload(length: usize) -> usize {
    let overhead = match length {
        0..=0x81 => 2,
        0x82..=0x102 => 3,
        _ => 4,
    };
    length.saturating_sub(overhead)
}

/// EF.ATR/INFO with the extended length information of a chip (ISO/IEC 7816-4:2020, 12.7.1: data object 7F66 with the
/// longest command and response APDU), behind card capabilities that announce it.
#[must_use]
pub fn atr_info(extended: ExtendedLength) -> Vec<u8> {
    let length = |bytes: u16| tlv::data_object(0x02, &bytes.to_be_bytes());
    // Card capabilities: selection by DF name and by file identifier, short file identifiers; one-byte data units;
    // command chaining, extended Lc and Le, EF.ATR/INFO tells the limits.
    let capabilities = tlv::data_object(0x47, &[0x9C, 0x01, 0xE0]);
    let lengths = tlv::data_object(0x7F66, &[length(extended.max_command), length(extended.max_response)].concat());
    [capabilities, lengths].concat()
}

/// The file with another outer length, its content unchanged.
fn with_outer_length(file: &[u8], length: u32) -> Vec<u8> {
    let tag_len = if file.first().is_some_and(|tag| tag & 0x1F == 0x1F) { 2 } else { 1 };
    let length_len = match file.get(tag_len) {
        Some(first @ 0x81..=0x84) => 1 + usize::from(first & 0x0F),
        _ => 1,
    };
    let mut bytes = file[..tag_len.min(file.len())].to_vec();
    match length {
        0..=0x7F => bytes.push(length as u8),
        0x80..=0xFFFF => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        _ => bytes.extend([&[0x84][..], &length.to_be_bytes()].concat()),
    }
    bytes.extend(file.get(tag_len + length_len..).unwrap_or_default());
    bytes
}
