//! The desk in a real browser: the program as it is started, its page in Chromium, and an officer who reads cards and
//! fills forms.
//!
//! Read in this order: [`officer`], what an officer does; [`first_use`] and [`sessions`], the ways it goes well;
//! [`exports`], what leaves the desk; [`bridge`], what other software gets of it; [`figures`], what is counted; [`troubles`],
//! those in which it does not; [`officers`] and [`records`], who may do what, and what is kept of it; [`link`], the officer's
//! computer elsewhere in the office; [`queue`], who is next; [`passport`], a foreigner; [`accessibility`] and [`policy`], what holds for every page;
//! [`real_reader`], the same through the real PC/SC service. [`browser`], [`desk`], [`cups`] and [`http`] carry all that.
//!
//! Nothing here waits for a time: only for what is to come about. Pictures of the pages are left in the build folder
//! (`target/tmp/desk-pictures`), for people to look at.

mod accessibility;
mod bridge;
mod browser;
mod cups;
mod desk;
mod exports;
mod figures;
mod first_use;
mod http;
mod link;
mod officer;
mod officers;
mod passport;
mod policy;
mod queue;
mod real_reader;
mod records;
mod sessions;
mod troubles;
