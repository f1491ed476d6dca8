//! The engine against a real daemon: the one of `DOCKER_HOST`, with a `busybox:latest` image. Without one the tests
//! are skipped, saying so, unless `RCOMPOSE_REQUIRE_ENGINE=1`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

#[path = "engine/bench.rs"]
mod bench;
#[path = "engine/connecting.rs"]
mod connecting;
#[path = "engine/lifecycle.rs"]
mod lifecycle;
