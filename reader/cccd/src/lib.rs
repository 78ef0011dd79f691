//! The Vietnamese chip ID card (CCCD).

pub mod pcsc;
pub mod terminal;
pub mod trace;
