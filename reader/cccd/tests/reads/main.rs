//! Reads of whole cards, from the command line down to a simulated chip and back.
//!
//! [`card`] makes cards; [`in_process`] reads them without any service, [`passport`] those of foreigners, [`private_service`] through a real PC/SC service
//! of the test's own; [`deviations`] are the habits of real documents; [`profiles`] reads every profile that comes with
//! `virtual-card`; [`output`] holds what the command prints against the contract, [`delivery`] what it writes; [`shim`] is
//! someone between card and reader, [`downgrade`] what he does to the offer of protocols, [`mapping`] what the proof of chip
//! authentication mapping is worth; [`resumption`] is about cards that are put back; [`early`] is about what is known before the end; [`terminal`] reads fingerprints, and
//! sees to it that nobody else does.

mod bad_input;
mod card;
mod delivery;
mod deviations;
mod downgrade;
mod early;
mod in_process;
mod interruptions;
mod mapping;
mod output;
mod passport;
mod private_service;
mod profiles;
mod resumption;
mod shim;
mod terminal;
