//! The data groups, parsed. One that cannot be parsed is a remark beside the rest.

use std::collections::BTreeMap;

use icao9303::check::Remark;
use icao9303::lds::dg1::Dg1;
use icao9303::lds::dg2::Dg2;
use icao9303::lds::dg11::Dg11;
use icao9303::lds::dg12::Dg12;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::dg13::Dg13;
use crate::holder::{Chip, Dg11Fields, Dg12Fields};
use crate::mrz::DocumentMrz;

/// The face of DG2, still encoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Portrait {
    /// `jpeg`, `jpeg2000` or `unknown`, by its first bytes.
    pub format: &'static str,
    /// Width and height, where the picture says.
    pub size: Option<(u32, u32)>,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl Portrait {
    /// SHA-256 of the picture.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

/// Never prints the picture.
impl std::fmt::Debug for Portrait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Portrait({}, {} bytes)", self.format, self.bytes.len())
    }
}

/// What the data groups hold.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub dg1: Option<DocumentMrz>,
    pub dg11: Option<Dg11Fields>,
    pub dg12: Option<Dg12Fields>,
    pub dg13: Option<Dg13>,
    pub portrait: Option<Portrait>,
    pub warnings: Vec<Remark>,
    pub deviations: Vec<Remark>,
}

impl Content {
    pub(super) fn of(files: &BTreeMap<ElementaryFile, Vec<u8>>, today: Date) -> Self {
        let mut content = Self::default();
        let file = |group| files.get(&ElementaryFile::Dg(group)).map(Vec::as_slice);
        if let Some(dg1) = file(DataGroup::DG1) {
            content.read_dg1(dg1, today);
        }
        if let Some(dg11) = file(DataGroup::DG11) {
            match Dg11::parse(dg11) {
                Ok(dg11) => content.dg11 = Some(Dg11Fields::from(&dg11)),
                Err(error) => content.unreadable("dg11_malformed", DataGroup::DG11, &error),
            }
        }
        if let Some(dg12) = file(DataGroup::DG12) {
            match Dg12::parse(dg12) {
                Ok(dg12) => content.dg12 = Some(Dg12Fields::from(&dg12)),
                Err(error) => content.unreadable("dg12_malformed", DataGroup::DG12, &error),
            }
        }
        if let Some(dg13) = file(DataGroup::DG13) {
            content.read_dg13(dg13);
        }
        if let Some(dg2) = file(DataGroup::DG2) {
            content.read_dg2(dg2);
        }
        content
    }

    pub(super) fn chip(&self) -> Chip<'_> {
        Chip { dg1: self.dg1.as_ref(), dg11: self.dg11.as_ref(), dg12: self.dg12.as_ref(), dg13: self.dg13.as_ref() }
    }

    fn read_dg1(&mut self, file: &[u8], today: Date) {
        match Dg1::parse(file) {
            Ok(dg1) => {
                let mrz = DocumentMrz::new(dg1.mrz, today);
                self.deviations.extend(dg1.remarks);
                self.warnings.extend(
                    mrz.problems()
                        .iter()
                        .map(|problem| Remark { code: "mrz_problem", message: format!("DG1: {problem}") }),
                );
                self.warnings.extend(mrz.remarks().iter().filter(|remark| !self.deviations.contains(remark)).cloned());
                self.dg1 = Some(mrz);
            }
            Err(error) => self.unreadable("dg1_malformed", DataGroup::DG1, &error),
        }
    }

    fn read_dg13(&mut self, file: &[u8]) {
        match Dg13::parse(file) {
            Ok(dg13) => {
                self.warnings.extend(dg13.remarks().iter().cloned());
                self.dg13 = Some(dg13);
            }
            Err(error) => self.unreadable("dg13_malformed", DataGroup::DG13, &error),
        }
    }

    fn read_dg2(&mut self, file: &[u8]) {
        match Dg2::parse(file) {
            Ok(dg2) => {
                self.deviations.extend(dg2.remarks);
                self.portrait = dg2.faces.first().map(|face| Portrait {
                    format: face.picture.format.as_str(),
                    size: face.picture.size,
                    bytes: face.picture.bytes.to_vec(),
                });
            }
            Err(error) => self.unreadable("dg2_malformed", DataGroup::DG2, &error),
        }
    }

    fn unreadable(&mut self, code: &'static str, group: DataGroup, error: &dyn std::fmt::Display) {
        self.warnings.push(Remark { code, message: format!("{group} cannot be read: {error}") });
    }
}
