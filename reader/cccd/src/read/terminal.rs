//! The terminal that an office may be: its certificates and who signs for it. Without one, fingerprints and irises are
//! never asked for.

use std::sync::Arc;

use icao9303::cv_certificate::{CvCertificate, CvDate};
use icao9303::terminal_authentication::TerminalSigner;

/// The phase of Terminal Authentication and of what it opens. A recording ends where it begins.
pub const PHASE: &str = "terminal_authentication";

/// A terminal, as the user named it.
#[derive(Clone)]
pub struct Terminal {
    /// Its certificates, up to the CVCA's.
    pub certificates: Vec<CvCertificate>,
    /// Holds its private key.
    pub signer: Arc<dyn TerminalSigner + Send + Sync>,
    /// The day on which certificates have to be in date.
    pub today: CvDate,
}

/// Never prints the signer.
impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.certificates).finish()
    }
}
