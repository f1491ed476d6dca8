//! `watch` and `up --watch` on a real daemon.

mod actions;
mod bare;
mod refused;
mod reload;
mod scene;
mod sync;
mod truth;
