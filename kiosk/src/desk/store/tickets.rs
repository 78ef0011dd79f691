//! The numbers of the queue.

use std::sync::PoisonError;

use jiff::civil::Date;
use rusqlite::params;

use super::{Store, StoreError};
use crate::desk::queue::{Keeper, Ticket, TicketState};

impl Keeper for Store {
    fn tickets(&self, day: Date) -> Result<Vec<Ticket>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute("DELETE FROM ticket WHERE day <> ?1", [day.to_string()])?;
        let mut statement = connection.prepare("SELECT number, first, state FROM ticket ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            let state: u8 = row.get(2)?;
            Ok(Ticket { number: row.get(0)?, first: row.get(1)?, state: state_of(state) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn keep_ticket(&self, day: Date, ticket: &Ticket) -> Result<(), StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let state = STATES.into_iter().position(|state| state == ticket.state).unwrap_or(0);
        connection.execute(
            "INSERT OR REPLACE INTO ticket (day, number, first, state) VALUES (?1, ?2, ?3, ?4)",
            params![day.to_string(), ticket.number, ticket.first, u8::try_from(state).unwrap_or(0)],
        )?;
        Ok(())
    }
}

/// As they are numbered in the database.
const STATES: [TicketState; 4] = [TicketState::Waiting, TicketState::Called, TicketState::Served, TicketState::Absent];

fn state_of(number: u8) -> TicketState {
    STATES.get(usize::from(number)).copied().unwrap_or(TicketState::Served)
}
