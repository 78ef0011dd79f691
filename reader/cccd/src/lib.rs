//! The Vietnamese chip ID card (CCCD, *thẻ căn cước*) on top of [`icao9303`]: its number, its MRZ, its own data group, its
//! QR code, the holder with the source of every field, and the verdict.
#![deny(missing_docs)]

// What is on the card.
pub mod can;
pub mod dg13;
pub mod id_number;
pub mod mrz;
pub mod old_id_number;
pub mod qr_text;

// What its text means.
pub mod card_date;
pub mod place;
pub mod sex;
pub mod transliteration;

// What follows from them.
pub mod agreement;
pub mod checks;
pub mod holder;
pub mod validity;
pub mod verdict;
pub mod warning;

// How a card is read and judged.
pub mod assessment;
pub mod credentials;
pub mod inspection;
pub mod live;
pub mod pcsc;
pub mod picture_file;
pub mod qr_picture;
pub mod read;
pub mod simulated;
pub mod trace;
pub mod trust_store;

// How people and programs see it.
pub mod cli;
pub mod messages;
pub mod report;
pub mod terminal;
