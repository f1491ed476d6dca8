//! Tests on a real daemon. They run on the engine of `DOCKER_HOST` and say that they were skipped without one.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "what a test may need is there before the test")]
mod support;

mod proxy;
