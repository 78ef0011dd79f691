//! What a desk offers and which papers it fills, as data: the services, the form packs, and the way from the facts of one or
//! several cards to a filled form. It draws nothing (a typesetter takes [`filling::Form::data`], a word processor [`packs::Pack::word`]) and knows no card reader
//! (whoever has one brings [`facts::Person`]s).
//!
//! Read in this order: [`services`] → [`packs`] → [`facts`] → [`filling`] → [`check`].
#![deny(missing_docs)]

// What is offered.
pub mod packs;
pub mod services;

// What a card says, and what follows from it.
mod address;
pub mod date;
pub mod facts;
mod number_words;
pub mod rules;

// The filled form.
pub mod filling;
mod word;

// For who writes a pack.
pub mod check;
pub mod finding;

// Text in, text compared.
pub mod clean;
pub mod search_key;
