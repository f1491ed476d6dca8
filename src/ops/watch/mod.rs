//! `watch`: what is saved is in the containers.
//!
//! `rules` turns the files' `develop` sections into rules; `session` is the one loop that hears everything (files, daemon,
//! user) and decides; `delivery` brings changes into containers; `rebuild` makes images and containers anew; `crew` knows
//! which containers there are and what each still lacks; `tally` counts; `reload` watches the compose files themselves.

mod crew;
mod delivery;
mod rebuild;
mod reload;
mod rules;
mod session;
mod tally;
mod verb;

pub use reload::Reload;
pub(super) use session::Session;
pub use verb::{Requests, WatchOptions, WatchRequest};
