//! The whole chip, by its answers: against published examples (`vectors`), case by case (`behaviour`, and `mappings` for
//! PACE), and with the habits of chips in the wild (`habits`).

mod behaviour;
mod habits;
mod mappings;
pub(crate) mod vectors;
