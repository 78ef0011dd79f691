//! What the holder of a certificate is and may do: the Certificate Holder Authorization Template (BSI TR-03110-3, C.1.5
//! and C.4; for inspection systems TR-03110-1, 4).

use const_oid::ObjectIdentifier;

use super::{CvCertificateError, CvCertificateErrorKind};
use crate::tlv::Tlv;

/// id-IS: inspection systems.
pub(crate) const ID_IS: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.3.1.2.1");

const TEMPLATE: u32 = 0x53;
const FINGERPRINTS: u8 = 0x01;
const IRISES: u8 = 0x02;

/// Role and rights of a certificate's holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderAuthorization {
    /// The kind of terminal: `id-IS`, or one that passports and identity cards do not know.
    pub terminal_type: ObjectIdentifier,
    /// What the holder is.
    pub role: Role,
    /// What a terminal may read, as far as this certificate says.
    pub rights: AccessRights,
}

/// What the holder of a certificate is: the first two bits of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The Country Verifying Certification Authority.
    Cvca,
    /// A document verifier, official and of the same country (`10`) or another (`01`).
    DocumentVerifier {
        /// Whether it is official and of the same country.
        domestic: bool,
    },
    /// A terminal.
    Terminal,
}

/// The data groups that Terminal Authentication opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AccessRights {
    /// DG3, fingerprints.
    pub fingerprints: bool,
    /// DG4, irises.
    pub irises: bool,
}

impl AccessRights {
    /// What both allow: the rights of a chain are those that each of its certificates gives.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { fingerprints: self.fingerprints && other.fingerprints, irises: self.irises && other.irises }
    }

    /// Whether nothing is allowed.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !self.fingerprints && !self.irises
    }
}

impl HolderAuthorization {
    /// Whether it is about inspection systems, the only terminals of Terminal Authentication version 1.
    #[must_use]
    pub fn is_inspection_system(&self) -> bool {
        self.terminal_type == ID_IS
    }

    pub(super) fn from_object(object: &Tlv<'_>) -> Result<Self, CvCertificateError> {
        let wrong = |position| CvCertificateErrorKind::Authorization.at(position);
        let mut parts = object.children();
        let name = parts.expect(0x06)?;
        let identifier = || CvCertificateErrorKind::Identifier.at(name.value_position());
        let terminal_type = ObjectIdentifier::from_bytes(name.value).map_err(|_| identifier())?;
        let template = parts.expect(TEMPLATE)?;
        super::ends(&mut parts)?;
        let (Some(first), Some(last)) = (template.value.first(), template.value.last()) else {
            return Err(wrong(template.position));
        };
        if terminal_type == ID_IS && template.value.len() != 1 {
            return Err(wrong(template.value_position()));
        }
        let role = match first >> 6 {
            0b11 => Role::Cvca,
            0b10 => Role::DocumentVerifier { domestic: true },
            0b01 => Role::DocumentVerifier { domestic: false },
            _ => Role::Terminal,
        };
        let rights = match terminal_type {
            ID_IS => AccessRights { fingerprints: last & FINGERPRINTS != 0, irises: last & IRISES != 0 },
            _ => AccessRights::default(),
        };
        Ok(Self { terminal_type, role, rights })
    }
}
