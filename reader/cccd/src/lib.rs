//! The Vietnamese chip ID card (CCCD).

pub mod trace;
