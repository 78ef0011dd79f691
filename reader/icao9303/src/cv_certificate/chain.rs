//! The chain of certificates that suits a chip: from a trust point that the chip names to the terminal whose private key
//! is at hand (BSI TR-03110-1, 2.2.4 and 4; TR-03110-3, A.6.2). Verified here as the chip will verify it, so that nothing
//! is sent that cannot succeed.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{AccessRights, CertificateReference, CvAlgorithm, CvCertificate, CvDate, Role, public_key::CvKeyError};
use crate::crypto::{
    curve::Curve,
    signature::{self, PublicKey, SignatureError},
};

/// The most certificates between trust point and terminal: a DV, and links over several changes of the CVCA's key.
const MAX_LENGTH: usize = 8;
/// The most ways up that are looked at, however many certificates bear the same name.
const MAX_PATHS: usize = 64;

/// A chain that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalChain<'a> {
    /// The trust point of the chip under which it hangs.
    pub trust_point: CertificateReference,
    /// The certificates that the chip has to be shown, the terminal's last.
    pub certificates: Vec<&'a CvCertificate>,
    /// What the terminal signs with.
    pub algorithm: CvAlgorithm,
    /// What all of them allow.
    pub rights: AccessRights,
}

impl<'a> TerminalChain<'a> {
    /// Finds and verifies the chain among `certificates` that starts under a trust point of the chip and ends with the
    /// terminal whose key `holds` knows.
    ///
    /// Certificates of a CVCA count whatever their dates: chips take expired link certificates (TR-03110-3, A.6.2) and
    /// know by themselves until when they trust a CVCA.
    ///
    /// # Errors
    /// There is none; of several that fail, the reason of the one that came furthest.
    pub fn find(
        certificates: &'a [CvCertificate],
        trust_points: &[CertificateReference],
        holds: &dyn Fn(&PublicKey) -> bool,
        today: CvDate,
    ) -> Result<Self, ChainError> {
        let mut search = Search { certificates, trust_points, paths: Vec::new(), error: ChainError::NoTerminal };
        for terminal in certificates.iter().filter(|certificate| certificate.authorization.role == Role::Terminal) {
            search.climb(&mut Vec::from([terminal]));
        }
        let mut error = search.error;
        for path in search.paths {
            match path.verify(holds, today) {
                Ok(chain) => return Ok(chain),
                Err(found) => error = found.or(error),
            }
        }
        Err(error)
    }

    /// The terminal's certificate.
    #[must_use]
    pub fn terminal(&self) -> Option<&'a CvCertificate> {
        self.certificates.last().copied()
    }
}

/// A way from a trust point to a terminal.
struct Path<'a> {
    /// A certificate with the trust point's public key.
    anchor: &'a CvCertificate,
    /// The certificates below, the terminal's last.
    certificates: Vec<&'a CvCertificate>,
}

struct Search<'a, 's> {
    certificates: &'a [CvCertificate],
    trust_points: &'s [CertificateReference],
    paths: Vec<Path<'a>>,
    error: ChainError,
}

impl<'a> Search<'a, '_> {
    /// Goes on from the last certificate of `way` to those of its issuer, up to a trust point.
    fn climb(&mut self, way: &mut Vec<&'a CvCertificate>) {
        let Some(&last) = way.last() else { return };
        let trusted = self.trust_points.contains(&last.authority);
        let issuers: Vec<&'a CvCertificate> = self
            .certificates
            .iter()
            .filter(|other| other.holder == last.authority && other.holder != last.holder)
            .collect();
        if issuers.is_empty() {
            let missing = ChainError::MissingIssuer { issuer: last.authority.clone(), holder: last.holder.clone() };
            self.fail(if last.is_self_issued() { self.other_trust_point(last) } else { missing });
        }
        for issuer in issuers {
            if self.paths.len() >= MAX_PATHS {
                return;
            }
            if trusted {
                let certificates = way.iter().rev().copied().collect();
                self.paths.push(Path { anchor: issuer, certificates });
            } else if issuer.is_self_issued() {
                self.fail(self.other_trust_point(issuer));
            } else if way.len() >= MAX_LENGTH || way.iter().any(|below| below.holder == issuer.holder) {
                self.fail(ChainError::TooLong);
            } else {
                way.push(issuer);
                self.climb(way);
                way.pop();
            }
        }
    }

    fn other_trust_point(&self, top: &CvCertificate) -> ChainError {
        ChainError::OtherTrustPoint { chain: top.holder.clone(), chip: self.trust_points.to_vec() }
    }

    fn fail(&mut self, error: ChainError) {
        let known = core::mem::replace(&mut self.error, ChainError::NoTerminal);
        self.error = error.or(known);
    }
}

impl<'a> Path<'a> {
    fn verify(self, holds: &dyn Fn(&PublicKey) -> bool, today: CvDate) -> Result<TerminalChain<'a>, ChainError> {
        let mut issuer = Issuer::new(self.anchor, None)?;
        let mut rights = self.anchor.authorization.rights;
        for certificate in &self.certificates {
            issuer.verify(certificate, today)?;
            rights = rights.and(certificate.authorization.rights);
            issuer = Issuer::new(certificate, issuer.curve())?;
        }
        // It ends with the terminal it was climbed from.
        if issuer.certificate.authorization.role != Role::Terminal {
            return Err(ChainError::NoTerminal);
        }
        if !holds(&issuer.key) {
            return Err(ChainError::OtherKey { holder: issuer.certificate.holder.clone() });
        }
        let (trust_point, algorithm) = (self.anchor.holder.clone(), issuer.certificate.public_key.algorithm);
        Ok(TerminalChain { trust_point, certificates: self.certificates, algorithm, rights })
    }
}

/// A certificate whose holder is to have signed the next one, and its key.
struct Issuer<'a> {
    certificate: &'a CvCertificate,
    key: PublicKey,
}

impl<'a> Issuer<'a> {
    fn new(certificate: &'a CvCertificate, curve: Option<Curve>) -> Result<Self, ChainError> {
        let key = match certificate.public_key.with_parameters_of(curve) {
            // A link may change them.
            Err(CvKeyError::OtherCurve { .. }) if certificate.authorization.role == Role::Cvca => {
                certificate.public_key.with_parameters_of(None)
            }
            key => key,
        };
        let key = key.map_err(|source| ChainError::Key { holder: certificate.holder.clone(), source })?;
        Ok(Self { certificate, key })
    }

    const fn curve(&self) -> Option<Curve> {
        match &self.key {
            PublicKey::Ec { point, .. } => Some(point.curve()),
            _ => None,
        }
    }

    fn verify(&self, subject: &CvCertificate, today: CvDate) -> Result<(), ChainError> {
        let holder = || subject.holder.clone();
        let (above, below) = (self.certificate.authorization, subject.authorization);
        if !above.is_inspection_system() || !below.is_inspection_system() {
            return Err(ChainError::OtherTerminalType { holder: holder() });
        }
        let fits = match below.role {
            Role::Cvca | Role::DocumentVerifier { .. } => above.role == Role::Cvca,
            Role::Terminal => matches!(above.role, Role::DocumentVerifier { .. }),
        };
        if !fits {
            return Err(ChainError::Role { holder: holder(), issuer: self.certificate.holder.clone() });
        }
        let scheme = self.certificate.public_key.algorithm.scheme();
        signature::verify(&scheme, &self.key, subject.body(), subject.signature()).map_err(|source| {
            ChainError::Signature { holder: holder(), issuer: self.certificate.holder.clone(), source }
        })?;
        if below.role == Role::Cvca {
            return Ok(());
        }
        if today > subject.expiration {
            return Err(ChainError::Expired { holder: holder(), since: subject.expiration });
        }
        if today < subject.effective {
            return Err(ChainError::NotYetValid { holder: holder(), until: subject.effective });
        }
        Ok(())
    }
}

/// Why no chain of certificates suits a chip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No certificate is a terminal's.
    #[error("none of the certificates is a terminal's")]
    NoTerminal,
    /// The issuer's certificate is not among those given.
    #[error("the certificate of {issuer}, which issued {holder}, is not among those given")]
    MissingIssuer {
        /// Who issued.
        issuer: CertificateReference,
        /// What was issued.
        holder: CertificateReference,
    },
    /// The chain starts at a CVCA that the chip does not name.
    #[error("the chain starts at another CVCA than this chip trusts: at {chain}, and the chip says {}", names(chip))]
    OtherTrustPoint {
        /// Where it starts.
        chain: CertificateReference,
        /// What EF.CVCA says.
        chip: Vec<CertificateReference>,
    },
    /// The chain goes round in circles, or has more links than a chain has reason for.
    #[error("the chain of certificates does not end")]
    TooLong,
    /// A certificate for another kind of terminal.
    #[error("{holder} is not about inspection systems")]
    OtherTerminalType {
        /// Whose certificate.
        holder: CertificateReference,
    },
    /// The issuer's role does not let it issue such a certificate.
    #[error("{issuer} may not issue a certificate for {holder}: its role is another")]
    Role {
        /// Whose certificate.
        holder: CertificateReference,
        /// Who issued it.
        issuer: CertificateReference,
    },
    /// The key of a certificate cannot be used.
    #[error("the key of {holder}: {source}")]
    Key {
        /// Whose key.
        holder: CertificateReference,
        /// Why.
        source: CvKeyError,
    },
    /// A signature that does not verify.
    #[error("the certificate of {holder} is not signed by {issuer}: {source}")]
    Signature {
        /// Whose certificate.
        holder: CertificateReference,
        /// Who should have signed it.
        issuer: CertificateReference,
        /// Why it does not count.
        source: SignatureError,
    },
    /// Past the expiration date.
    #[error("the certificate of {holder} expired on {since}")]
    Expired {
        /// Whose certificate.
        holder: CertificateReference,
        /// Its last day.
        since: CvDate,
    },
    /// Before the effective date.
    #[error("the certificate of {holder} counts from {until} on")]
    NotYetValid {
        /// Whose certificate.
        holder: CertificateReference,
        /// Its first day.
        until: CvDate,
    },
    /// The private key at hand is not the terminal's.
    #[error("the private key is not that of {holder}")]
    OtherKey {
        /// The terminal.
        holder: CertificateReference,
    },
}

impl ChainError {
    /// The one of two that came further.
    fn or(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::NoTerminal => 0,
            Self::TooLong => 1,
            Self::MissingIssuer { .. } => 2,
            Self::OtherTrustPoint { .. } => 3,
            Self::OtherTerminalType { .. } | Self::Role { .. } => 4,
            Self::Key { .. } | Self::Signature { .. } => 5,
            Self::OtherKey { .. } => 6,
            Self::Expired { .. } | Self::NotYetValid { .. } => 7,
        }
    }
}

fn names(references: &[CertificateReference]) -> String {
    let names: Vec<String> = references.iter().map(ToString::to_string).collect();
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
