//! The files of the Logical Data Structure (ICAO Doc 9303-10): which there are, and what is in them.
//!
//! Read [`mod@file`] first: it names the elementary files. Then one module for each kind of content:
//!
//! - [`dir`] and [`atr_info`] beside the application, [`com`] (EF.COM) inside it;
//! - [`dg1`] (the MRZ), [`dg2`] (the face), [`displayed`] (DG5 and DG7), [`dg11`], [`dg12`], [`dg15`], [`dg16`];
//! - [`security_infos`] (EF.CardAccess, EF.CardSecurity, DG14): which protocols the chip offers;
//! - [`biometric`]: the templates of DG2, DG3 and DG4; [`face`]: the facial records in DG2; [`picture`]: the pictures in
//!   these; [`text`]: texts and dates;
//! - [`content`]: any file by its name, raw where its content is another module's.
//!
//! Parsers borrow from the bytes of the file. What deviates from the standard without hiding the content becomes a
//! [`Remark`]; an error means that the content cannot be had. Nothing here is verified: that is passive authentication's.

pub mod atr_info;
pub mod biometric;
pub mod com;
pub mod content;
pub mod dg1;
pub mod dg11;
pub mod dg12;
pub mod dg15;
pub mod dg16;
pub mod dg2;
pub mod dir;
pub mod displayed;
pub mod face;
pub mod file;
pub mod picture;
pub mod security_infos;
mod tagged;
pub mod text;

#[cfg(test)]
mod published;

use alloc::{format, string::String, vec::Vec};

use crate::{
    check::Remark,
    mrz::MrzError,
    tlv::{self, Tlv, TlvError, TlvErrorKind},
};

/// Why the content of a file cannot be had, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {position}")]
pub struct LdsError {
    /// What is wrong.
    pub kind: LdsErrorKind,
    /// Offset of the offending byte from the start of the file.
    pub position: usize,
}

/// Why the content of a file cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LdsErrorKind {
    /// The data objects are not as they should be.
    #[error("{0}")]
    Object(TlvErrorKind),
    /// The MRZ is none.
    #[error("MRZ: {0}")]
    Mrz(MrzError),
    /// Neither a JPEG nor a JPEG 2000 picture anywhere.
    #[error("no picture")]
    NoPicture,
}

impl LdsError {
    pub(crate) const fn new(kind: LdsErrorKind, position: usize) -> Self {
        Self { kind, position }
    }
}

impl From<TlvError> for LdsError {
    fn from(error: TlvError) -> Self {
        Self::new(LdsErrorKind::Object(error.kind), error.position)
    }
}

/// The outer data object of a file, which has the tag. Bytes after it are not part of the content.
fn outer<'a>(file: &'a [u8], tag: u32, remarks: &mut Vec<Remark>) -> Result<Tlv<'a>, LdsError> {
    let (tlv, rest) = tlv::parse_one(file)?;
    let tlv = tlv.expect(tag)?;
    if !rest.is_empty() {
        remarks.push(remark("lds_trailing_bytes", format!("{} bytes after the end of the file's content", rest.len())));
    }
    Ok(tlv)
}

/// Whether a file ends before its own header says: the chip did not give all of it.
#[must_use]
pub fn is_cut_short(file: &[u8]) -> bool {
    tlv::length_of_file(file).is_ok_and(|length| length > file.len())
}

fn remark(code: &'static str, message: impl Into<String>) -> Remark {
    Remark { code, message: message.into() }
}
