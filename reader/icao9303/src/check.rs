//! What a verification found: a state, never a bare boolean. *Unknown is not failed, and failed is not unknown.*

use alloc::string::String;

/// The state of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Checked, and it holds.
    Passed,
    /// Checked, and it does not hold.
    Failed,
    /// Could not be decided: something needed for it was not there.
    Unknown,
    /// The document has no such function.
    NotOffered,
    /// Not asked for.
    Skipped,
}

impl Status {
    /// The name used in machine-readable results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotOffered => "not_offered",
            Self::Skipped => "skipped",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a check failed or could not be decided.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in machine-readable results, in snake case. Names are never changed once released.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The reason of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

reasons! {
    /// A data group's hash is not the one in EF.SOD.
    HashMismatch = "hash_mismatch",
    /// EF.SOD lists a file that the chip did not give.
    FileMissing = "file_missing",
    /// A signature does not verify under the key that should have made it.
    SignatureInvalid = "signature_invalid",
    /// The structure is not what the standard says, so nothing can be verified.
    Malformed = "malformed",
    /// EF.SOD does not hold the Document Signer's certificate.
    DsMissing = "ds_missing",
    /// An algorithm that is not implemented, or not accepted.
    UnsupportedAlgorithm = "unsupported_algorithm",
    /// No trust anchor fits the issuer's name and key identifier.
    UnknownIssuer = "unknown_issuer",
    /// The chain verifies but the certificate is not one for this document.
    WrongIssuer = "wrong_issuer",
    /// Past the end of validity.
    Expired = "expired",
    /// Before the start of validity.
    NotYetValid = "not_yet_valid",
    /// Listed in a certificate revocation list.
    Revoked = "revoked",
    /// No certificate revocation list of that issuer is loaded.
    NoCrl = "no_crl",
    /// The issuer's certificate revocation list is past its next update.
    CrlOutOfDate = "crl_out_of_date",
    /// The chip does not hold the private key that the genuine one has.
    Clone = "clone",
    /// The chip gave no usable proof.
    NoAnswer = "no_answer",
    /// The key of the proof is not covered by passive authentication.
    KeyNotProtected = "key_not_protected",
    /// The unsigned offer of protocols is not the signed one.
    TamperedOffer = "tampered_offer",
    /// PACE was offered and failed, and BAC was used.
    PaceFailed = "pace_failed",
    /// The chip differs from what is printed on the card or was typed.
    PrintDiffers = "print_differs",
    /// Two signed data groups contradict each other.
    ChipDataDiffers = "chip_data_differs",
    /// The chip did not accept the terminal's certificates or its signature.
    TerminalRefused = "terminal_refused",
    /// The terminal's certificates give no right to the data groups they are for.
    NoReadRight = "no_read_right",
    /// The session is not live: a dump or a recording.
    NotLive = "not_live",
    /// What the check needs was not read.
    NotRead = "not_read",
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The state.
    pub status: Status,
    /// Why, where the state is [`Status::Failed`] or [`Status::Unknown`].
    pub reason: Option<Reason>,
    /// The same in plain English, with what was found. Empty where there is nothing to say. Never personal data.
    pub message: String,
}

impl Check {
    /// A check that holds.
    #[must_use]
    pub const fn passed() -> Self {
        Self { status: Status::Passed, reason: None, message: String::new() }
    }

    /// A check that does not hold.
    #[must_use]
    pub fn failed(reason: Reason, message: impl Into<String>) -> Self {
        Self { status: Status::Failed, reason: Some(reason), message: message.into() }
    }

    /// A check that could not be decided.
    #[must_use]
    pub fn unknown(reason: Reason, message: impl Into<String>) -> Self {
        Self { status: Status::Unknown, reason: Some(reason), message: message.into() }
    }

    /// A function that the document does not have.
    #[must_use]
    pub fn not_offered(message: impl Into<String>) -> Self {
        Self { status: Status::NotOffered, reason: None, message: message.into() }
    }

    /// A check that was not asked for.
    #[must_use]
    pub fn skipped(message: impl Into<String>) -> Self {
        Self { status: Status::Skipped, reason: None, message: message.into() }
    }
}

/// Something odd that decides nothing: an encoding that a certificate should not have, a field at odds with another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remark {
    /// Machine-readable name in snake case.
    pub code: &'static str,
    /// The same in plain English. Never personal data.
    pub message: String,
}
