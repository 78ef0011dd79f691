//! Status words a chip answers with (ISO/IEC 7816-4:2020, 5.6; ICAO Doc 9303-10, 3.5 and -11).

/// Done.
pub const SUCCESS: u16 = 0x9000;
/// End of file reached before Le bytes were read.
pub const END_OF_FILE: u16 = 0x6282;
/// Authentication failed, no counter given.
pub const AUTHENTICATION_FAILED: u16 = 0x6300;
/// Authentication failed; the low digit counts the tries left.
pub const TRIES_LEFT: u16 = 0x63C0;
/// Wrong length.
pub const WRONG_LENGTH: u16 = 0x6700;
/// The last command of a chain was expected.
pub const LAST_OF_CHAIN_EXPECTED: u16 = 0x6883;
/// Security status not satisfied.
pub const SECURITY_STATUS: u16 = 0x6982;
/// The password is blocked.
pub const BLOCKED: u16 = 0x6983;
/// Conditions of use not satisfied.
pub const CONDITIONS: u16 = 0x6985;
/// No current file.
pub const NO_CURRENT_FILE: u16 = 0x6986;
/// Expected secure messaging data objects missing.
pub const SM_OBJECTS_MISSING: u16 = 0x6987;
/// Secure messaging data objects incorrect.
pub const SM_OBJECTS_INCORRECT: u16 = 0x6988;
/// Incorrect parameters in the command data field.
pub const WRONG_DATA: u16 = 0x6A80;
/// File or application not found.
pub const NOT_FOUND: u16 = 0x6A82;
/// Incorrect P1 or P2.
pub const WRONG_PARAMETERS: u16 = 0x6A86;
/// Referenced data or key not found.
pub const REFERENCE_NOT_FOUND: u16 = 0x6A88;
/// Offset outside the file.
pub const OFFSET_OUTSIDE: u16 = 0x6B00;
/// Instruction not supported.
pub const UNKNOWN_INSTRUCTION: u16 = 0x6D00;
/// Class not supported.
pub const UNKNOWN_CLASS: u16 = 0x6E00;
/// More bytes wait for GET RESPONSE; the low byte counts them.
pub const BYTES_LEFT: u16 = 0x6100;
/// Wrong Le; the low byte says the right one.
pub const WRONG_LE: u16 = 0x6C00;
