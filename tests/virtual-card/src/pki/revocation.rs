//! The certificate revocation list (RFC 5280, 5; Doc 9303-12, 7.1.4).

use rand_chacha::ChaCha20Rng;

use super::certificate::{extension, time};
use super::key::{KeyError, Signer};
use crate::asn1;
use crate::calendar::Date;
use crate::profile::signatures::Identifiers;

/// What a revocation list will say.
pub struct Template {
    /// The issuer's name, encoded.
    pub issuer: Vec<u8>,
    /// Day of issue.
    pub this_update: Date,
    /// Day of the next one.
    pub next_update: Date,
    /// Serial numbers of the revoked certificates, big-endian.
    pub serials: Vec<Vec<u8>>,
    /// Identifier of the issuer's key.
    pub authority: Option<Vec<u8>>,
}

impl Template {
    /// The list, signed by this signer.
    ///
    /// # Errors
    /// Where the key refuses.
    pub fn sign(self, issuer: &Signer, random: &mut ChaCha20Rng) -> Result<Vec<u8>, KeyError> {
        let algorithm = issuer.algorithm(Identifiers::Combined);
        let revoked_at = time(self.this_update.plus_days(-1), "120000");
        let entry = |serial: &Vec<u8>| asn1::sequence(&[asn1::unsigned_integer(serial), revoked_at.clone()]);
        let entries: Vec<_> = self.serials.iter().map(entry).collect();
        let mut extensions = Vec::new();
        if let Some(identifier) = self.authority {
            let authority = asn1::sequence(&[asn1::context_primitive(0, &identifier)]);
            extensions.push(extension("2.5.29.35", false, &authority));
        }
        extensions.push(extension("2.5.29.20", false, &asn1::integer(7)));
        let to_be_signed = asn1::sequence(&[
            asn1::integer(1),
            algorithm.clone(),
            self.issuer,
            time(self.this_update, "000000"),
            time(self.next_update, "235959"),
            asn1::sequence(&entries),
            asn1::context(0, &asn1::sequence(&extensions)),
        ]);
        let signature = asn1::bit_string(&issuer.sign(&to_be_signed, random)?);
        Ok(asn1::sequence(&[to_be_signed, algorithm, signature]))
    }
}
