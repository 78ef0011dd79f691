//! What can stand between this program and a card in a reader.

use icao9303::transport::TransportError;

/// Why no card could be reached through the PC/SC service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PcscError {
    /// The PC/SC service does not run, or stopped.
    #[error("the PC/SC service does not answer")]
    NoService,
    /// The service runs and does not let this user in (polkit).
    #[error("the PC/SC service denies access to this user")]
    AccessDenied,
    /// The service runs and knows no reader.
    #[error("no card reader is attached")]
    NoReader,
    /// No reader fits what was asked for.
    #[error("no reader is called {wanted:?}; there are: {}", readers.join(", "))]
    ReaderNotFound {
        /// The name or index asked for.
        wanted: String,
        /// The readers there are.
        readers: Vec<String>,
    },
    /// No card lies on the reader.
    #[error("no card on the reader")]
    NoCard,
    /// A card is there and does not answer to power and reset.
    #[error("the card does not answer to reset")]
    Unresponsive,
    /// Another program holds the card.
    #[error("another program is using the card")]
    Busy,
    /// Nothing came back in the time allowed.
    #[error("the card did not answer in time")]
    Timeout,
    /// Anything else the service reports.
    #[error("{0}")]
    Other(String),
}

impl From<::pcsc::Error> for PcscError {
    fn from(error: ::pcsc::Error) -> Self {
        use ::pcsc::Error as E;
        match error {
            E::NoService | E::ServiceStopped => Self::NoService,
            E::SecurityViolation | E::NoAccess => Self::AccessDenied,
            E::NoReadersAvailable | E::UnknownReader | E::ReaderUnavailable => Self::NoReader,
            E::NoSmartcard | E::RemovedCard => Self::NoCard,
            E::UnresponsiveCard | E::UnpoweredCard | E::UnsupportedCard | E::ProtoMismatch => Self::Unresponsive,
            E::SharingViolation => Self::Busy,
            E::Timeout => Self::Timeout,
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<PcscError> for TransportError {
    fn from(error: PcscError) -> Self {
        match error {
            PcscError::NoCard => Self::CardRemoved,
            PcscError::Timeout => Self::Timeout,
            PcscError::NoService
            | PcscError::AccessDenied
            | PcscError::NoReader
            | PcscError::ReaderNotFound { .. }
            | PcscError::Busy => Self::ReaderUnavailable(error.to_string()),
            PcscError::Unresponsive | PcscError::Other(_) => Self::Failed(error.to_string()),
        }
    }
}
