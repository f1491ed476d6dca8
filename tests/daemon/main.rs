//! Tests on a real daemon. They run on the engine of `DOCKER_HOST` and say that they were skipped without one.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "what a test may need is there before the test")]
mod support;

mod attached;
mod budget;
mod build;
mod disturbed;
mod down;
mod failure;
mod interop;
mod logs;
mod plan;
mod project;
mod proxy;
mod ps;
mod up;
