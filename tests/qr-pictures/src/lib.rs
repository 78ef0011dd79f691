//! Makes pictures of printed QR codes, each harm with its physical size, and scores decoders on them.
#![deny(missing_docs)]
