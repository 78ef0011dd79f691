//! Reads elementary files: the first block by short file identifier, the rest by offset (Doc 9303-10, 3.6.4;
//! ISO/IEC 7816-4, 11.3).
//!
//! The first block is as large as one answer can be: it brings the length of the file and, of a small file, all of it.
//! Chips that do not know short identifiers get a SELECT, and chips that refuse long blocks get smaller ones.

use alloc::vec::Vec;

use super::{
    CardError, FileError, Instruction,
    channel::{Answer, Channel},
};
use crate::{
    apdu::{Command, StatusWord},
    lds::file::{ElementaryFile, Location},
    tlv,
    transport::Transport,
};

/// The default for the most bytes that a file may have. The largest real ones, portraits, have some 100 kB.
pub const DEFAULT_FILE_LIMIT: usize = 1 << 20;

/// The bytes of a file that say how long it is, asked for where a chip refuses to give more at once.
const HEADER: usize = tlv::MAX_HEADER;

/// The first offset that READ BINARY with an even instruction cannot express.
const FAR: usize = 0x8000;

/// Answers smaller than this, where more was asked for, are crumbs; so many of them are borne with.
const CRUMB: usize = 16;
const MAX_CRUMBS: usize = 64;

/// What was read of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct FileContent {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many there should be by the file's own header, where it has one.
    pub declared: Option<usize>,
}

impl FileContent {
    /// Whether the file ended where its header says.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.declared.is_none_or(|declared| declared == self.bytes.len())
    }
}

/// Only lengths: the content may be personal.
impl core::fmt::Debug for FileContent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FileContent({} bytes, {:?} declared)", self.bytes.len(), self.declared)
    }
}

/// How much a chip takes to be asked for, learnt as it refuses.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlockSize {
    refused_above: Option<usize>,
}

impl BlockSize {
    pub(super) const fn new() -> Self {
        Self { refused_above: None }
    }

    /// What an earlier session learnt. The bytes of a header are always given.
    pub(super) const fn of_at_most(limit: Option<usize>) -> Self {
        match limit {
            Some(limit) if limit < HEADER => Self { refused_above: Some(HEADER) },
            limit => Self { refused_above: limit },
        }
    }

    pub(super) const fn limit(self) -> Option<usize> {
        self.refused_above
    }

    fn of<T: Transport>(self, channel: &Channel<T>) -> usize {
        channel.max_content().min(self.refused_above.unwrap_or(usize::MAX)).max(1)
    }

    /// Halves it, unless there is nothing left to halve.
    fn shrink(&mut self, refused: usize) -> bool {
        self.refused_above = Some(refused / 2);
        refused > HEADER
    }
}

/// Reads a file of the application that is selected.
pub(super) fn read<T: Transport>(
    channel: &mut Channel<T>,
    block: &mut BlockSize,
    file: ElementaryFile,
    limit: usize,
) -> Result<FileContent, CardError> {
    let mut reader = Reader { channel, block, file, bytes: Vec::new(), at_end: false, crumbs: 0 };
    reader.first_block().map_err(|error| error.about(file))?;
    // Bytes of another file, which somebody between card and reader can have kept back for this command.
    if file.outer_tag().is_some_and(|tag| reader.bytes.first().is_some_and(|&first| first != tag)) {
        return Err(CardError::File { file, source: FileError::Header });
    }
    let wrapped = file.outer_tag().is_some();
    let declared = if wrapped { Some(reader.declared_length(limit)?) } else { None };
    reader.rest(declared, limit).map_err(|error| error.about(file))?;
    if let Some(declared) = declared {
        reader.bytes.truncate(declared);
    }
    Ok(FileContent { bytes: reader.bytes, declared })
}

struct Reader<'a, T> {
    channel: &'a mut Channel<T>,
    block: &'a mut BlockSize,
    file: ElementaryFile,
    bytes: Vec<u8>,
    at_end: bool,
    crumbs: usize,
}

/// What a block of a file came to.
enum Block {
    Data,
    /// The offset lies at or behind the end of the file.
    End,
    /// The chip does not give that many bytes.
    TooLong,
    Refused(StatusWord),
}

impl<T: Transport> Reader<'_, T> {
    /// Reads by short identifier, and where the chip does not find the file so, selects it and reads from its start. A
    /// chip that has done so once is not asked by short identifier again.
    fn first_block(&mut self) -> Result<(), CardError> {
        if self.channel.needs_selection() && self.file.location() == Location::Application {
            return self.first_block_of_selected();
        }
        let by_identifier = Command::new(0x00, 0xB0, 0x80 | self.file.short_identifier(), 0x00);
        let refused = match self.first_block_with(&by_identifier)? {
            Block::Data => return Ok(()),
            Block::End => return Err(self.fault(FileError::Empty)),
            Block::TooLong => StatusWord::WRONG_LENGTH,
            Block::Refused(status) => status,
        };
        if refused == StatusWord::SECURITY_STATUS_NOT_SATISFIED || refused == StatusWord::WRONG_LENGTH {
            return Err(CardError::status_of(Instruction::ReadBinary, refused));
        }
        self.first_block_of_selected()?;
        if self.file.location() == Location::Application {
            self.channel.learn_selection();
        }
        Ok(())
    }

    fn first_block_of_selected(&mut self) -> Result<(), CardError> {
        select(self.channel, self.file)?;
        match self.first_block_with(&Command::new(0x00, 0xB0, 0x00, 0x00))? {
            Block::Data => Ok(()),
            Block::End => Err(self.fault(FileError::Empty)),
            Block::TooLong => Err(CardError::status_of(Instruction::ReadBinary, StatusWord::WRONG_LENGTH)),
            Block::Refused(status) => Err(CardError::status_of(Instruction::ReadBinary, status)),
        }
    }

    /// Asks for as much as fits; where that is too much for the chip or the file, for the header alone.
    fn first_block_with(&mut self, command: &Command) -> Result<Block, CardError> {
        let most = self.block.of(self.channel);
        let block = self.read_with(command, most)?;
        match block {
            Block::TooLong | Block::End if most > HEADER => self.read_with(command, HEADER),
            other => Ok(other),
        }
    }

    fn read_with(&mut self, command: &Command, length: usize) -> Result<Block, CardError> {
        let answer = self.channel.transmit(Instruction::ReadBinary, &command.clone().expecting(length))?;
        Ok(self.take(answer, length))
    }

    /// What the header says, once enough of it is there.
    fn declared_length(&mut self, limit: usize) -> Result<usize, CardError> {
        while self.bytes.len() < HEADER && !self.at_end && tlv::length_of_file(&self.bytes).is_err() {
            match self.block_at(self.bytes.len(), HEADER)? {
                Block::Data => {}
                Block::End | Block::TooLong => break,
                Block::Refused(status) => return Err(CardError::status_of(Instruction::ReadBinary, status)),
            }
        }
        let length = tlv::length_of_file(&self.bytes).map_err(|_| self.fault(FileError::Header))?;
        if length > limit {
            return Err(self.fault(FileError::TooLong { length, limit }));
        }
        Ok(length)
    }

    /// Reads on until the end that is declared, or where the file ends.
    fn rest(&mut self, declared: Option<usize>, limit: usize) -> Result<(), CardError> {
        let mut accepted = *self.block;
        while !self.at_end && !self.is_all(declared) {
            if declared.is_none() && self.bytes.len() > limit {
                return Err(self.fault(FileError::TooLong { length: self.bytes.len(), limit }));
            }
            let offset = self.bytes.len();
            let most = self.block.of(self.channel);
            let wanted = declared.map_or(most, |length| (length - offset).min(most));
            match self.block_at(offset, wanted)? {
                Block::Data => accepted = *self.block,
                Block::TooLong if self.block.shrink(wanted) => {}
                Block::End | Block::TooLong => break,
                Block::Refused(status) => return Err(CardError::status_of(Instruction::ReadBinary, status)),
            }
            if self.crumbs > MAX_CRUMBS {
                return Err(self.fault(FileError::Crumbs));
            }
        }
        // What was refused to the last is no matter of length: the file has ended there.
        *self.block = accepted;
        Ok(())
    }

    fn is_all(&self, declared: Option<usize>) -> bool {
        declared.is_some_and(|length| self.bytes.len() >= length)
    }

    fn block_at(&mut self, offset: usize, length: usize) -> Result<Block, CardError> {
        if offset < FAR {
            let [high, low] = (offset as u16).to_be_bytes();
            return self.read_with(&Command::new(0x00, 0xB0, high, low), length);
        }
        self.far_block_at(offset, length)
    }

    /// READ BINARY with an odd instruction: the offset in data object `54`, the bytes in data object `53`.
    fn far_block_at(&mut self, offset: usize, length: usize) -> Result<Block, CardError> {
        // 53 and the three bytes of a length that has more than one are around the bytes.
        let around = if length + 2 < 0x80 {
            2
        } else if length + 3 <= 0xFF {
            3
        } else {
            4
        };
        let length = length.min(self.block.of(self.channel).saturating_sub(around)).max(1);
        let bytes = (offset as u32).to_be_bytes();
        let offset = tlv::encode(0x54, if offset <= 0xFFFF { &bytes[2..] } else { &bytes[1..] });
        let command = Command::new(0x00, 0xB1, 0x00, 0x00).with_data(offset).expecting(length + around);
        let mut answer = self.channel.transmit(Instruction::ReadBinary, &command)?;
        if !answer.data.is_empty() {
            let object = tlv::parse_exact(&answer.data).and_then(|object| object.expect(0x53));
            let value = object.map_err(|_| self.fault(FileError::Block))?.value.to_vec();
            *answer.data = value;
        }
        Ok(self.take(answer, length))
    }

    /// Appends the bytes of an answer, never more than were asked for.
    fn take(&mut self, answer: Answer, wanted: usize) -> Block {
        let Answer { data, status, .. } = answer;
        if !(status.is_success() || status.is_warning()) {
            return match status {
                StatusWord::OFFSET_OUTSIDE => Block::End,
                status if status.is_wrong_length() => Block::TooLong,
                status => Block::Refused(status),
            };
        }
        if data.is_empty() {
            return Block::End;
        }
        if data.len() < wanted.min(CRUMB) {
            self.crumbs += 1;
        }
        self.at_end = status == StatusWord::END_OF_FILE && data.len() < wanted;
        self.bytes.extend_from_slice(&data[..data.len().min(wanted)]);
        Block::Data
    }

    fn fault(&self, source: FileError) -> CardError {
        CardError::File { file: self.file, source }
    }
}

/// SELECT by file identifier, without asking for control information.
fn select<T: Transport>(channel: &mut Channel<T>, file: ElementaryFile) -> Result<(), CardError> {
    let command = Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(file.identifier().to_be_bytes());
    channel.transmit(Instruction::Select, &command)?.success(Instruction::Select).map(drop)
}
