//! The bridge: a page of other software that asks the desk, over HTTP and the WebSocket as a browser would.
//!
//! Read in this order: [`software`], such a page; [`reads`], the ways it goes well; [`attacks`], whoever should get nothing;
//! [`one_stop_page`], the sample page in the real browser. [`description`] holds every message to `openapi.yaml`.

mod attacks;
mod description;
mod one_stop_page;
mod reads;
mod software;
