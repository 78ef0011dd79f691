//! Terminal Authentication, and the data groups that it opens: last of all, so that a chip which does not like it has
//! given everything else before.

use std::collections::BTreeSet;

use icao9303::card::CardError;
use icao9303::check::{Check, Reason, Status};
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::terminal_authentication::{self, TerminalAuthentication};
use icao9303::transport::Transport;
use rand_core::CryptoRng;

use super::{Ended, Request, Session};
use crate::read::plan::NEED_TERMINAL_AUTHENTICATION;
use crate::read::terminal::{self, Terminal};

impl<T: Transport> Session<'_, '_, T> {
    /// Does nothing unless a terminal was named. A refusal is a result beside the rest; only a link that fails ends the
    /// session.
    pub(super) fn terminal_authentication(
        &mut self,
        request: &Request,
        listed: Option<&BTreeSet<DataGroup>>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<TerminalAuthentication>, Ended> {
        let Some(terminal) = &request.terminal else { return Ok(None) };
        let wanted: Vec<DataGroup> = NEED_TERMINAL_AUTHENTICATION
            .into_iter()
            .filter(|group| listed.is_some_and(|listed| listed.contains(group)))
            .filter(|group| request.goal.groups.as_ref().is_none_or(|asked| asked.contains(group)))
            .collect();
        if wanted.is_empty() {
            let why = "the signed files list no data group that needs it, or none was asked for";
            return Ok(Some(without(Check::not_offered(why))));
        }
        self.phase(terminal::PHASE);
        let result = match self.authenticate(terminal, rng) {
            Ok(result) => result,
            Err(error @ CardError::SecureMessaging { .. }) => {
                return Ok(Some(without(Check::unknown(Reason::NoAnswer, error.to_string()))));
            }
            Err(error) => return Err(error.into()),
        };
        if result.check.status == Status::Passed {
            for group in wanted {
                let allowed = if group == DataGroup::DG3 { result.rights.fingerprints } else { result.rights.irises };
                if allowed && !self.opened(group)? {
                    break;
                }
            }
        }
        Ok(Some(result))
    }

    fn authenticate(
        &mut self,
        terminal: &Terminal,
        rng: &mut dyn CryptoRng,
    ) -> Result<TerminalAuthentication, CardError> {
        let dg14 = self.files.get(&ElementaryFile::Dg(DataGroup::DG14));
        let infos = dg14.and_then(|dg14| SecurityInfos::parse_dg14(dg14).ok());
        let terminal = terminal_authentication::Terminal {
            certificates: &terminal.certificates,
            signer: &*terminal.signer,
            today: terminal.today,
        };
        self.card.terminal_authentication(infos.as_ref(), &terminal, rng)
    }

    /// Reads a data group that was opened. `false` where the channel is lost: the rest of the reading stands.
    fn opened(&mut self, group: DataGroup) -> Result<bool, Ended> {
        let file = ElementaryFile::Dg(group);
        if self.files.contains_key(&file) {
            return Ok(true);
        }
        match self.card.read_file(file) {
            Ok(content) => {
                self.take(file, content);
                Ok(true)
            }
            Err(error) if error.session_goes_on() || matches!(error, CardError::SecureMessaging { .. }) => {
                self.refused.insert(file, error.to_string());
                Ok(error.session_goes_on())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A result where nothing was shown to the chip, or nobody knows how far it came.
fn without(check: Check) -> TerminalAuthentication {
    TerminalAuthentication {
        check,
        trust_points: Vec::new(),
        chain: Vec::new(),
        rights: icao9303::cv_certificate::AccessRights::default(),
    }
}
