//! The commands that need no card: `cccd inspect` and `cccd trust`, run as a user runs them.
//!
//! [`run`] runs the command; [`inspecting`] holds what it says of published and synthetic files against what they are;
//! [`pictures`] reads codes in pictures;
//! [`adding`] and [`updating`] change trust stores of their own, [`damaged`] meets some that are not as they should be.

mod adding;
mod damaged;
mod inspecting;
mod pictures;
mod run;
mod updating;
