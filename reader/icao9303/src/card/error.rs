//! What can go wrong with a card: one error type for the whole session, which says at which command and which file.

use alloc::string::String;

use super::Instruction;
use crate::{
    apdu::{LinkError, StatusWord},
    crypto::key_agreement::KeyAgreementError,
    lds::file::ElementaryFile,
    secure_messaging::SecureMessagingError,
    transport::TransportError,
};

/// Why a card did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// No usable response came over the link.
    #[error("{command}{}: {source}", of(file))]
    Link {
        /// The command sent.
        command: Instruction,
        /// The file that it was about.
        file: Option<ElementaryFile>,
        /// What failed.
        source: LinkError,
    },
    /// The secure channel broke: a response is not protected as it should be, or the chip has lost the channel.
    #[error("{command}{}: {source}", of(file))]
    SecureMessaging {
        /// The command sent.
        command: Instruction,
        /// The file that it was about.
        file: Option<ElementaryFile>,
        /// What is wrong with the response.
        source: SecureMessagingError,
    },
    /// The chip answered with a status word that ends the matter.
    #[error("{command}{}: {status}", of(file))]
    Status {
        /// The command sent.
        command: Instruction,
        /// The file that it was about.
        file: Option<ElementaryFile>,
        /// The answer.
        status: StatusWord,
    },
    /// A file is not one that can be read.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: ElementaryFile,
        /// What is wrong with it.
        source: FileError,
    },
    /// PACE or BAC did not come to an end.
    #[error("{protocol}: {source}")]
    Access {
        /// `PACE` or `BAC`.
        protocol: &'static str,
        /// Why.
        source: AccessError,
    },
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// Its first bytes are no tag and length, so that nobody knows where it ends.
    #[error("the file does not start with a data object")]
    Header,
    /// It says that it is longer than the limit.
    #[error("the file is {length} bytes long, more than the {limit} allowed")]
    TooLong {
        /// The length that its first bytes tell, or how much was read of a file that does not tell.
        length: usize,
        /// The most allowed.
        limit: usize,
    },
    /// The chip gives it in crumbs: a read of it would not come to an end in reasonable time.
    #[error("the chip gives the file in pieces that are too small")]
    Crumbs,
    /// A block came in a form that READ BINARY does not have.
    #[error("a block of the file is malformed")]
    Block,
}

/// Why PACE or BAC did not come to an end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The chip does not offer it.
    #[error("not offered by the chip")]
    NotOffered,
    /// The chip offers only variants that are not supported here; they are named.
    #[error("the chip offers only what is not supported: {0}")]
    Unsupported(String),
    /// The chip refused the password: wrong CAN, MRZ, PIN or PUK.
    #[error("the chip refused the password with {status}")]
    WrongPassword {
        /// The answer. It may hold the number of tries left.
        status: StatusWord,
    },
    /// The password, or the protocol, is blocked.
    #[error("the chip has blocked the password: {status}")]
    Blocked {
        /// The answer.
        status: StatusWord,
    },
    /// The chip refused a step of the protocol that does not depend on the password.
    #[error("the chip refused {step} with {status}")]
    Refused {
        /// The step.
        step: AccessStep,
        /// The answer.
        status: StatusWord,
    },
    /// A step came back in a form that it does not have.
    #[error("the answer to {step} is malformed")]
    Malformed {
        /// The step.
        step: AccessStep,
    },
    /// A key of the chip cannot be used.
    #[error("the chip's key in {step} is invalid: {source}")]
    Key {
        /// The step.
        step: AccessStep,
        /// What is wrong with it.
        source: KeyAgreementError,
    },
    /// The chip sent back our own ephemeral key: a reflection, not a partner.
    #[error("the chip sent the reader's own key back in {step}")]
    SameKey {
        /// The step.
        step: AccessStep,
    },
    /// The chip accepted the password and did not prove to know it itself: its token or cryptogram is wrong. This is no
    /// wrong password (the chip would have refused it) but a faulty chip, or someone in between.
    #[error("the chip did not prove to know the password: its authentication is wrong")]
    NotAuthentic,
}

/// A step of PACE or BAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessStep {
    /// PACE, MSE:Set AT.
    Setup,
    /// PACE, the encrypted nonce.
    Nonce,
    /// PACE, mapping the nonce.
    Mapping,
    /// PACE, key agreement.
    KeyAgreement,
    /// PACE, exchange of authentication tokens; BAC, EXTERNAL AUTHENTICATE.
    MutualAuthentication,
    /// BAC, GET CHALLENGE.
    Challenge,
}

impl CardError {
    pub(crate) const fn link(command: Instruction, source: LinkError) -> Self {
        Self::Link { command, file: None, source }
    }

    pub(crate) const fn status_of(command: Instruction, status: StatusWord) -> Self {
        Self::Status { command, file: None, status }
    }

    /// The same, about a file.
    #[must_use]
    pub(crate) fn about(mut self, about: ElementaryFile) -> Self {
        if let Self::Link { file, .. } | Self::SecureMessaging { file, .. } | Self::Status { file, .. } = &mut self {
            *file = Some(about);
        }
        self
    }

    /// Whether the chip refused the password: wrong CAN, MRZ, PIN or PUK.
    #[must_use]
    pub const fn is_wrong_password(&self) -> bool {
        matches!(self, Self::Access { source: AccessError::WrongPassword { .. }, .. })
    }

    /// Whether the password is blocked.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        match self {
            Self::Access { source: AccessError::Blocked { .. }, .. } => true,
            Self::Access { source: AccessError::WrongPassword { status }, .. } => status.is_blocked(),
            _ => false,
        }
    }

    /// Tries left, where the chip says.
    #[must_use]
    pub const fn tries_left(&self) -> Option<u8> {
        match self.status() {
            Some(status) => status.tries_left(),
            None => None,
        }
    }

    /// Whether PACE or BAC failed as a protocol: refused, malformed, wrong keys, wrong password, not authentic. Not so
    /// where the link failed, or nothing that could be tried is offered.
    #[must_use]
    pub const fn is_failed_access(&self) -> bool {
        matches!(
            self,
            Self::Access { source, .. } if !matches!(source, AccessError::NotOffered | AccessError::Unsupported(_))
        )
    }

    /// Whether the chip says that a file or application is not there.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status: StatusWord(0x6A82 | 0x6A83 | 0x6A88), .. })
    }

    /// Whether the chip wants another authentication first.
    #[must_use]
    pub const fn is_access_denied(&self) -> bool {
        matches!(self, Self::Status { status: StatusWord(0x6982), .. })
    }

    /// Whether the chip is still there to talk to, in the same session: the error is about one file, or a refusal.
    #[must_use]
    pub const fn session_goes_on(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::File { .. })
    }

    /// What failed below, if the link did.
    #[must_use]
    pub const fn transport(&self) -> Option<&TransportError> {
        match self {
            Self::Link { source: LinkError::Transport(error), .. } => Some(error),
            _ => None,
        }
    }

    /// The status word, if one is the reason.
    #[must_use]
    pub const fn status(&self) -> Option<StatusWord> {
        match self {
            Self::Status { status, .. }
            | Self::SecureMessaging { source: SecureMessagingError::Unprotected(status), .. } => Some(*status),
            Self::Access {
                source:
                    AccessError::WrongPassword { status }
                    | AccessError::Blocked { status }
                    | AccessError::Refused { status, .. },
                ..
            } => Some(*status),
            _ => None,
        }
    }

    /// A stable name in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Link { source, .. } => match source {
                LinkError::Transport(TransportError::CardRemoved) => "card_removed",
                LinkError::Transport(TransportError::Timeout) => "timeout",
                LinkError::Transport(TransportError::ReaderUnavailable(_)) => "reader_unavailable",
                LinkError::Transport(_) => "transmission_failed",
                LinkError::Apdu(_) | LinkError::Endless => "malformed_response",
            },
            Self::SecureMessaging { .. } => "secure_messaging",
            Self::Status { .. } => "card_refused",
            Self::File { .. } => "malformed_file",
            Self::Access { source, .. } => match source {
                AccessError::NotOffered => "access_not_offered",
                AccessError::Unsupported(_) => "access_unsupported",
                AccessError::WrongPassword { .. } => "wrong_password",
                AccessError::Blocked { .. } => "password_blocked",
                AccessError::Refused { .. } => "access_refused",
                AccessError::Malformed { .. } | AccessError::Key { .. } | AccessError::SameKey { .. } => {
                    "access_malformed"
                }
                AccessError::NotAuthentic => "access_not_authentic",
            },
        }
    }
}

impl core::fmt::Display for AccessStep {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Setup => "the set-up",
            Self::Nonce => "the encrypted nonce",
            Self::Mapping => "the mapping of the nonce",
            Self::KeyAgreement => "the key agreement",
            Self::MutualAuthentication => "mutual authentication",
            Self::Challenge => "the challenge",
        })
    }
}

fn of(file: &Option<ElementaryFile>) -> impl core::fmt::Display {
    struct Of(Option<ElementaryFile>);
    impl core::fmt::Display for Of {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            self.0.map_or(Ok(()), |file| write!(f, " of {file}"))
        }
    }
    Of(*file)
}
