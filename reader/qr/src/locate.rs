//! Finds where codes may be: thresholds, finder patterns, and triples of them.

pub(crate) mod finder;
pub(crate) mod look;
pub(crate) mod pair;
pub(crate) mod plane;
pub(crate) mod scan;
pub(crate) mod threshold;
pub(crate) mod triple;
