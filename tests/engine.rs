//! The engine against a real daemon: the one of `DOCKER_HOST`. Without one the tests are skipped, saying so.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "engine/bench.rs"]
mod bench;
#[path = "engine/building.rs"]
mod building;
#[path = "engine/connecting.rs"]
mod connecting;
#[path = "engine/images.rs"]
mod images;
#[path = "engine/lifecycle.rs"]
mod lifecycle;
#[path = "engine/registry.rs"]
mod registry;
#[path = "engine/streaming.rs"]
mod streaming;
#[path = "support/mod.rs"]
mod support;
