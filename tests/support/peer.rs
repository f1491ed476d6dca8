//! The peer's real binary, for what both tools must agree on.

use std::path::PathBuf;

use super::skip;

/// The peer of `RCOMPOSE_PEER` (`tests/run` installs it); without it, the test is skipped with a printed reason.
pub(crate) fn peer() -> Option<PathBuf> {
    let found = std::env::var_os("RCOMPOSE_PEER").map(PathBuf::from).filter(|path| path.is_file());
    if found.is_none() {
        skip("the peer's binary is not here (`RCOMPOSE_PEER`)");
    }
    found
}
