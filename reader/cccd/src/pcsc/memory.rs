//! What readers and chips were found to carry, kept from one read to the next in a small file of the user's cache folder
//! (`cccd/links`; XDG Base Directory Specification).
//!
//! Nothing in it belongs to one card: an entry is known by a hash over the reader's name and the answer to reset, which
//! all cards of a kind share. A file that is missing, damaged or not to be written costs what learning costs, one or two
//! commands a read, and nothing else.
//!
//! A chip that refuses extended length is believed for a few reads only: cards of another generation may give the same
//! answer to reset, and asking again costs one short exchange, while not asking costs a third of the read.

use std::env;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use icao9303::transport::{Learnt, LinkLimits};
use sha2::{Digest as _, Sha256};

/// The most entries kept: the ones used last.
const MOST_ENTRIES: usize = 64;
/// The most bytes read of the file: twice what as many entries take.
const MOST_BYTES: u64 = 8192;
/// For how many reads a refusal of extended length is believed.
const BELIEVED: u8 = 3;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkMemory {
    path: PathBuf,
}

/// A reader with a kind of card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link([u8; 8]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    link: Link,
    learnt: Learnt,
    /// How many more reads a refusal of extended length is believed.
    believed: u8,
}

impl Link {
    /// A reader by its name, and a kind of card by its answer to reset.
    #[must_use]
    pub fn of(reader: &str, atr: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(reader).chain_update([0]).chain_update(atr).finalize();
        let mut short = [0; 8];
        short.copy_from_slice(&digest[..8]);
        Self(short)
    }
}

impl LinkMemory {
    /// The user's; `None` where neither `XDG_CACHE_HOME` nor `HOME` says where that would be.
    #[must_use]
    pub fn of_the_user() -> Option<Self> {
        let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        Some(Self::at(cache.join("cccd/links")))
    }

    /// In this file, which need not exist.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// What is known of a reader with such a card.
    #[must_use]
    pub fn recall(&self, link: Link) -> Option<Learnt> {
        let entry = self.entries().into_iter().find(|entry| entry.link == link)?;
        (!entry.is_refusal() || entry.believed > 0).then_some(entry.learnt)
    }

    /// Keeps what a read found out, or forgets what was known.
    pub fn keep(&self, link: Link, learnt: Option<Learnt>) {
        let mut entries = self.entries();
        let known = entries.iter().position(|entry| entry.link == link).map(|place| entries.remove(place));
        let entry = learnt.map(|learnt| Entry { link, learnt, believed: BELIEVED });
        let entry = match (known, entry) {
            // A refusal that was believed was not seen again: it counts down.
            (Some(known), Some(entry)) if known.learnt == entry.learnt && entry.is_refusal() && known.believed > 0 => {
                Some(Entry { believed: known.believed - 1, ..entry })
            }
            (known, entry) if known == entry => return,
            (_, entry) => entry,
        };
        entries.splice(0..0, entry);
        entries.truncate(MOST_ENTRIES);
        // There is nothing to be done about a file that cannot be written, and nobody to be told.
        let _ = self.write(&entries);
    }

    /// The entries; of a damaged file, those that are whole.
    fn entries(&self) -> Vec<Entry> {
        let mut bytes = Vec::new();
        let read = fs::File::open(&self.path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
        if read.is_err() {
            return Vec::new();
        }
        String::from_utf8_lossy(&bytes).lines().filter_map(Entry::parse).take(MOST_ENTRIES).collect()
    }

    /// Beside the file and then in its place, so that nobody reads half of it.
    fn write(&self, entries: &[Entry]) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let text: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
        let beside = self.path.with_extension(std::process::id().to_string());
        let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.and_then(|()| fs::rename(&beside, &self.path)).inspect_err(|_| drop(fs::remove_file(&beside)))
    }
}

impl Entry {
    fn is_refusal(&self) -> bool {
        !self.learnt.limits.extended_length()
    }

    /// `link max_command max_response block believed`, with `-` for no limit of blocks.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut link = [0; 8];
        base16ct::lower::decode(words.next()?, &mut link).ok().filter(|bytes| bytes.len() == 8)?;
        // Never less than what everything carries, whatever the file says.
        let at_least = |word: &str, least: usize| word.parse().ok().filter(|number: &usize| *number >= least);
        let limits = LinkLimits {
            max_command: at_least(words.next()?, LinkLimits::SHORT.max_command)?,
            max_response: at_least(words.next()?, LinkLimits::SHORT.max_response)?,
        };
        let block = match words.next()? {
            "-" => None,
            word => Some(at_least(word, 1)?),
        };
        let believed = words.next()?.parse().ok().filter(|reads| *reads <= BELIEVED)?;
        words.next().is_none().then_some(Self { link: Link(link), learnt: Learnt { limits, block }, believed })
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Learnt { limits: LinkLimits { max_command, max_response }, block } = self.learnt;
        let block = block.map_or_else(|| "-".to_owned(), |block| block.to_string());
        let link = base16ct::lower::encode_string(&self.link.0);
        write!(f, "{link} {max_command} {max_response} {block} {}", self.believed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXTENDED: Learnt = Learnt { limits: LinkLimits { max_command: 4096, max_response: 2048 }, block: None };
    const SHORT: Learnt = Learnt { limits: LinkLimits::SHORT, block: Some(100) };

    fn memory() -> (tempfile::TempDir, LinkMemory) {
        let folder = tempfile::tempdir().unwrap();
        let memory = LinkMemory::at(folder.path().join("cccd/links"));
        (folder, memory)
    }

    #[test]
    fn what_was_learnt_is_known_for_that_reader_and_that_kind_of_card() {
        let (_folder, memory) = memory();
        let link = Link::of("A reader", &[0x3B, 0x80]);
        assert_eq!(memory.recall(link), None);
        memory.keep(link, Some(EXTENDED));
        assert_eq!(memory.recall(link), Some(EXTENDED));
        assert_eq!(memory.recall(Link::of("A reader", &[0x3B, 0x81])), None);
        assert_eq!(memory.recall(Link::of("Another reader", &[0x3B, 0x80])), None);
        memory.keep(link, None);
        assert_eq!(memory.recall(link), None);
    }

    #[test]
    fn a_refusal_of_extended_length_is_believed_for_a_while_and_then_asked_again() {
        let (_folder, memory) = memory();
        let link = Link::of("A reader", &[]);
        for _ in 0..2 {
            assert_eq!(memory.recall(link), None);
            memory.keep(link, Some(SHORT));
            for _ in 0..BELIEVED {
                assert_eq!(memory.recall(link), Some(SHORT));
                memory.keep(link, Some(SHORT));
            }
        }
        memory.keep(link, Some(EXTENDED));
        assert_eq!(memory.recall(link), Some(EXTENDED));
    }

    #[test]
    fn only_the_links_used_last_are_kept() {
        let (_folder, memory) = memory();
        let link = |number: u8| Link::of("A reader", &[number]);
        for number in 0..200 {
            memory.keep(link(number), Some(EXTENDED));
        }
        assert!(fs::metadata(&memory.path).unwrap().len() < MOST_BYTES);
        assert_eq!(memory.recall(link(199)), Some(EXTENDED));
        assert_eq!(memory.recall(link(200 - MOST_ENTRIES as u8)), Some(EXTENDED));
        assert_eq!(memory.recall(link(199 - MOST_ENTRIES as u8)), None);
    }

    #[test]
    fn a_damaged_file_loses_what_is_damaged_and_is_written_anew() {
        let (_folder, memory) = memory();
        let link = Link::of("A reader", &[]);
        memory.keep(link, Some(EXTENDED));
        let good = fs::read(&memory.path).unwrap();
        let bad = b"\xFF\xFE\0\n00 1 2 3\n0000000000000000 1 1 - 0\n0000000000000000 261 258 0 3\n";
        fs::write(&memory.path, [&bad[..], &good].concat()).unwrap();
        assert_eq!(memory.entries().len(), 1);
        assert_eq!(memory.recall(link), Some(EXTENDED));
        memory.keep(link, Some(SHORT));
        assert_eq!(fs::read_to_string(&memory.path).unwrap().lines().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_done_without() {
        let memory = LinkMemory::at("/proc/cccd/links".into());
        memory.keep(Link::of("A reader", &[]), Some(EXTENDED));
        assert_eq!(memory.recall(Link::of("A reader", &[])), None);
    }

    proptest! {
        #[test]
        fn an_entry_reads_back_as_it_was_written(
            link in any::<[u8; 8]>(),
            command in 261usize..70_000,
            response in 258usize..70_000,
            block in prop::option::of(1usize..70_000),
            believed in 0..=BELIEVED,
        ) {
            let limits = LinkLimits { max_command: command, max_response: response };
            let entry = Entry { link: Link(link), learnt: Learnt { limits, block }, believed };
            prop_assert_eq!(Entry::parse(&entry.to_string()), Some(entry));
        }

        #[test]
        fn any_line_is_an_entry_or_none(line in "\\PC*") {
            let _ = Entry::parse(&line);
        }
    }
}
