//! DG2: the face (Doc 9303-10, 4.7.2).

use alloc::{format, vec::Vec};

use super::{
    LdsError, LdsErrorKind,
    biometric::{BiometricTemplate, BiometricTemplates},
    face::{Face, FaceEncoding, faces},
    file::DataGroup,
    picture::{Picture, PictureFormat},
    remark,
};
use crate::check::Remark;

/// Content of DG2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dg2<'a> {
    /// The faces. The first is the one to show.
    pub faces: Vec<Face<'a>>,
    /// The biometric templates that they were in, with their headers.
    pub templates: Vec<BiometricTemplate<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

impl<'a> Dg2<'a> {
    /// Reads DG2. A wrong length or an unknown record around a picture does not lose it: then it is looked for by its
    /// first bytes, with the remark `picture_salvaged`.
    ///
    /// # Errors
    /// The file is no DG2, or holds no picture though it does not say so.
    pub fn parse(file: &'a [u8]) -> Result<Self, LdsError> {
        let (structure, error) = match BiometricTemplates::parse(file, DataGroup::DG2) {
            Ok(structure) => (structure, None),
            Err(error) if file.first() != Some(&DataGroup::DG2.tag()) => return Err(error),
            Err(error) => (empty(error), Some(error)),
        };
        let BiometricTemplates { stated, templates, mut remarks } = structure;
        let mut found: Vec<_> = templates.iter().flat_map(|template| faces(template, &mut remarks)).collect();
        mend(file, &mut found, &mut remarks);
        if found.is_empty() && stated != Some(0) {
            return Err(error.unwrap_or(LdsError::new(LdsErrorKind::NoPicture, 0)));
        }
        Ok(Self { faces: found, templates, remarks })
    }
}

/// Takes a picture found by its first bytes where the structure gave none, or only the beginning of it.
fn mend<'a>(file: &'a [u8], found: &mut Vec<Face<'a>>, remarks: &mut Vec<Remark>) {
    let usable = |face: &Face<'_>| face.picture.format != PictureFormat::Unknown && face.picture.has_end();
    if found.iter().any(usable) {
        return;
    }
    let Some(picture) = Picture::salvage(file) else { return };
    let better = |face: &Face<'_>| {
        face.picture.format == PictureFormat::Unknown
            || (picture.has_end()
                && picture.bytes.len() > face.picture.bytes.len()
                && picture.bytes.starts_with(face.picture.bytes))
    };
    match found.first_mut() {
        Some(face) if better(face) => (face.picture, face.encoding) = (picture, FaceEncoding::Salvaged),
        Some(_) => return,
        None => found.push(Face { encoding: FaceEncoding::Salvaged, picture, stated_size: None, feature_points: 0 }),
    }
    remarks.push(remark("picture_salvaged", "the picture was found by its first bytes, its record being malformed"));
}

fn empty<'a>(error: LdsError) -> BiometricTemplates<'a> {
    let remarks = [remark("biometric_malformed", format!("biometric templates: {error}"))].into();
    BiometricTemplates { stated: None, templates: Vec::new(), remarks }
}

#[cfg(test)]
mod tests;
