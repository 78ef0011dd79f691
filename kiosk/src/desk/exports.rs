//! What leaves the desk as data. [`record`] says of a filled form what stands in it, where each value came from and what the
//! checks said of each card; [`tables`] writes it for a spreadsheet; [`delivery`] sends it to the office's other software;
//! [`typing`] types it into a program that takes nothing else; [`printing`] gives the PDF to a printer.

pub mod delivery;
pub mod printing;
pub mod record;
pub mod tables;
pub mod typing;
