//! The elementary files of an eMRTD: their names, identifiers and outer tags (ICAO Doc 9303-10, 3.6 to 3.11 and 4).

use core::fmt;

/// Application identifier of the eMRTD application (Doc 9303-10, 3.6.2).
pub const EMRTD_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

/// The number of a data group: 1 to 16.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataGroup(u8);

/// An elementary file of a chip. File identifiers alone do not name one: `011D` is EF.CardSecurity in the master file
/// and EF.SOD inside the eMRTD application, `011C` is EF.CardAccess in the one and EF.CVCA in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementaryFile {
    /// EF.CardAccess in the master file: SecurityInfos for PACE, readable without access control.
    CardAccess,
    /// EF.CardSecurity in the master file: signed SecurityInfos.
    CardSecurity,
    /// EF.DIR in the master file: the applications on the chip.
    Dir,
    /// EF.ATR/INFO in the master file: what the chip can do.
    AtrInfo,
    /// EF.COM in the eMRTD application: versions and the list of data groups. Not signed.
    Com,
    /// EF.SOD in the eMRTD application: the signed hashes of the data groups.
    Sod,
    /// EF.CVCA in the eMRTD application: names of the trust points of Terminal Authentication (BSI TR-03110-3, A.1.2).
    Cvca,
    /// A data group in the eMRTD application.
    Dg(DataGroup),
}

/// Where a file is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// In the master file, outside any application.
    MasterFile,
    /// In the eMRTD application.
    Application,
}

impl DataGroup {
    /// DG1, the machine readable zone.
    pub const DG1: Self = Self(1);
    /// DG2, the face.
    pub const DG2: Self = Self(2);
    /// DG3, fingers.
    pub const DG3: Self = Self(3);
    /// DG4, irises.
    pub const DG4: Self = Self(4);
    /// DG5, the displayed portrait.
    pub const DG5: Self = Self(5);
    /// DG7, the displayed signature.
    pub const DG7: Self = Self(7);
    /// DG11, additional personal details.
    pub const DG11: Self = Self(11);
    /// DG12, additional document details.
    pub const DG12: Self = Self(12);
    /// DG13, what the issuing state likes.
    pub const DG13: Self = Self(13);
    /// DG14, security infos.
    pub const DG14: Self = Self(14);
    /// DG15, the public key of Active Authentication.
    pub const DG15: Self = Self(15);
    /// DG16, persons to notify.
    pub const DG16: Self = Self(16);

    /// The data group of that number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= 16 { Some(Self(number)) } else { None }
    }

    /// Its number, 1 to 16.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// All sixteen, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=16).map(Self)
    }

    /// The outer tag of its file, which also stands for it in EF.COM (Doc 9303-10, 4.6.1).
    #[must_use]
    pub const fn tag(self) -> u8 {
        // Invariant: self.0 is 1 to 16.
        TAGS[(self.0 - 1) as usize]
    }

    /// The data group that the tag stands for.
    #[must_use]
    pub fn from_tag(tag: u32) -> Option<Self> {
        Self::all().find(|group| u32::from(group.tag()) == tag)
    }

    /// `DG1` to `DG16`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        // Invariant: self.0 is 1 to 16.
        NAMES[(self.0 - 1) as usize]
    }
}

/// Not in numerical order: DG2, DG4 and others kept the tags of ISO/IEC 7816-11 templates.
const TAGS: [u8; 16] = [0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70];

const NAMES: [&str; 16] = [
    "DG1", "DG2", "DG3", "DG4", "DG5", "DG6", "DG7", "DG8", "DG9", "DG10", "DG11", "DG12", "DG13", "DG14", "DG15",
    "DG16",
];

impl ElementaryFile {
    /// Every file known, the master file's first.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::CardAccess, Self::CardSecurity, Self::Dir, Self::AtrInfo, Self::Com, Self::Sod, Self::Cvca]
            .into_iter()
            .chain(DataGroup::all().map(Self::Dg))
    }

    /// The data group of that number as a file, 1 to 16.
    #[must_use]
    pub const fn dg(number: u8) -> Option<Self> {
        match DataGroup::new(number) {
            Some(group) => Some(Self::Dg(group)),
            None => None,
        }
    }

    /// `EF.COM`, `EF.SOD`, `DG13` …: the names used in results and dumps.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CardAccess => "EF.CardAccess",
            Self::CardSecurity => "EF.CardSecurity",
            Self::Dir => "EF.DIR",
            Self::AtrInfo => "EF.ATR/INFO",
            Self::Com => "EF.COM",
            Self::Sod => "EF.SOD",
            Self::Cvca => "EF.CVCA",
            Self::Dg(group) => group.name(),
        }
    }

    /// The file of that [`ElementaryFile::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|file| file.name() == name)
    }

    /// The file identifier, for SELECT.
    #[must_use]
    pub const fn identifier(self) -> u16 {
        match self {
            Self::CardAccess | Self::Cvca => 0x011C,
            Self::CardSecurity | Self::Sod => 0x011D,
            Self::Dir => 0x2F00,
            Self::AtrInfo => 0x2F01,
            Self::Com => 0x011E,
            Self::Dg(group) => 0x0100 | group.number() as u16,
        }
    }

    /// The short file identifier, for READ BINARY without SELECT.
    #[must_use]
    pub const fn short_identifier(self) -> u8 {
        match self {
            Self::CardAccess | Self::Cvca => 0x1C,
            Self::CardSecurity | Self::Sod => 0x1D,
            Self::Dir | Self::Com => 0x1E,
            Self::AtrInfo => 0x01,
            Self::Dg(group) => group.number(),
        }
    }

    /// Whether it is in the master file or in the eMRTD application.
    #[must_use]
    pub const fn location(self) -> Location {
        match self {
            Self::CardAccess | Self::CardSecurity | Self::Dir | Self::AtrInfo => Location::MasterFile,
            Self::Com | Self::Sod | Self::Cvca | Self::Dg(_) => Location::Application,
        }
    }

    /// The tag that the whole content is wrapped in. EF.DIR, EF.ATR/INFO and EF.CVCA are sequences of data objects
    /// without a wrapper, so their first bytes do not tell the length of the file.
    #[must_use]
    pub const fn outer_tag(self) -> Option<u8> {
        match self {
            Self::CardAccess => Some(0x31),
            Self::CardSecurity => Some(0x30),
            Self::Dir | Self::AtrInfo | Self::Cvca => None,
            Self::Com => Some(0x60),
            Self::Sod => Some(0x77),
            Self::Dg(group) => Some(group.tag()),
        }
    }

    /// The file of the eMRTD application whose outer tag this is: what a file without a name most likely is.
    #[must_use]
    pub fn from_outer_tag(tag: u32) -> Option<Self> {
        Self::all()
            .find(|file| file.location() == Location::Application && file.outer_tag().map(u32::from) == Some(tag))
    }

    /// The data group, if it is one.
    #[must_use]
    pub const fn data_group(self) -> Option<DataGroup> {
        match self {
            Self::Dg(group) => Some(group),
            _ => None,
        }
    }
}

impl From<DataGroup> for ElementaryFile {
    fn from(group: DataGroup) -> Self {
        Self::Dg(group)
    }
}

impl fmt::Display for DataGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for DataGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ElementaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_group_goes_by_number_tag_and_file_identifier() {
        let dg13 = ElementaryFile::dg(13).unwrap();
        assert_eq!(dg13.identifier(), 0x010D);
        assert_eq!(dg13.short_identifier(), 0x0D);
        assert_eq!(dg13.outer_tag(), Some(0x6D));
        assert_eq!(ElementaryFile::dg(16).unwrap().identifier(), 0x0110);
        assert_eq!((DataGroup::new(0), DataGroup::new(17)), (None, None));
    }

    #[test]
    fn names_and_tags_lead_back_to_the_file() {
        for file in ElementaryFile::all() {
            assert_eq!(ElementaryFile::from_name(file.name()), Some(file));
            let tag = file.outer_tag().filter(|_| file.location() == Location::Application);
            assert!(tag.is_none_or(|tag| ElementaryFile::from_outer_tag(tag.into()) == Some(file)));
        }
        assert_eq!(DataGroup::from_tag(0x75), Some(DataGroup::DG2));
        assert_eq!(DataGroup::from_tag(0x63), Some(DataGroup::DG3));
        assert_eq!(DataGroup::from_tag(0x77), None);
    }

    #[test]
    fn files_of_the_same_identifier_differ_by_location() {
        assert_eq!(ElementaryFile::Sod.identifier(), ElementaryFile::CardSecurity.identifier());
        assert_ne!(ElementaryFile::Sod.location(), ElementaryFile::CardSecurity.location());
    }
}
