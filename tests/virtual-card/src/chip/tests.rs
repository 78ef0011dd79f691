//! The whole chip, by its answers: against published examples (`vectors`), and case by case (`behaviour`).

mod behaviour;
mod vectors;
