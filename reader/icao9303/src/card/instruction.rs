//! The commands that a reader sends, by the names that ISO/IEC 7816-4 gives them: what an error says went wrong.

use core::fmt;

/// A command that a reader sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instruction {
    /// SELECT.
    Select,
    /// READ BINARY.
    ReadBinary,
    /// GET CHALLENGE.
    GetChallenge,
    /// EXTERNAL AUTHENTICATE, which is mutual in BAC.
    ExternalAuthenticate,
    /// INTERNAL AUTHENTICATE.
    InternalAuthenticate,
    /// MSE:Set AT, MSE:Set KAT and MSE:Set DST.
    ManageSecurityEnvironment,
    /// GENERAL AUTHENTICATE.
    GeneralAuthenticate,
    /// PSO:Verify Certificate.
    PerformSecurityOperation,
}

impl Instruction {
    /// The name in the standard.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::ReadBinary => "READ BINARY",
            Self::GetChallenge => "GET CHALLENGE",
            Self::ExternalAuthenticate => "EXTERNAL AUTHENTICATE",
            Self::InternalAuthenticate => "INTERNAL AUTHENTICATE",
            Self::ManageSecurityEnvironment => "MANAGE SECURITY ENVIRONMENT",
            Self::GeneralAuthenticate => "GENERAL AUTHENTICATE",
            Self::PerformSecurityOperation => "PERFORM SECURITY OPERATION",
        }
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
