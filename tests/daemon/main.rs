//! Tests on a real daemon. They run on the engine of `DOCKER_HOST` and say that they were skipped without one.

#[path = "../support/mod.rs"]
mod support;

mod attach;
mod attached;
mod budget;
mod build;
mod buildkit;
mod built_alike;
mod cp;
mod create;
mod disturbed;
mod down;
mod exec;
mod failure;
mod flags;
mod gates;
mod hostile;
mod interop;
mod interrupts;
mod keeping;
mod leases;
mod lifecycle;
mod listing;
mod logs;
mod menu;
mod models;
mod plan;
mod podman;
mod ports;
mod project;
mod providers;
mod proxy;
mod ps;
mod pull;
mod push;
mod recreation;
mod run;
mod several;
mod snapshots;
mod soak;
mod ssh;
mod tls;
mod up;
mod watch;
mod watching;
