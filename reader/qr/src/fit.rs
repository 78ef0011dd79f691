//! From three finder patterns to sampled modules.
//!
//! [`warp`] maps modules to pixels, [`timing`] finds size and foreshortening, [`alignment`] the fourth corner, [`refine`] turns
//! every fixed pattern to account, [`sample`] reads the modules, [`equalise`] takes away what blur mixed in from neighbours.

pub(crate) mod alignment;
pub(crate) mod equalise;
pub(crate) mod refine;
pub(crate) mod sample;
pub(crate) mod timing;
pub(crate) mod warp;
