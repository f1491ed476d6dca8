//! docker compose itself, where it is at hand: the judge of texts and exit codes.

use std::path::PathBuf;

use crate::program::{Program, skipped};

/// The peer, or a printed reason for doing without.
pub(crate) fn peer() -> Option<Program> {
    let path = std::env::var_os("RCOMPOSE_PEER").map_or_else(
        || {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default())
                .join(".cache/rcompose-peer/docker-compose")
        },
        PathBuf::from,
    );
    if path.is_file() {
        return Some(Program::at(&path));
    }
    skipped(&format!("no docker compose at {} (RCOMPOSE_PEER names another place)", path.display()));
    None
}
