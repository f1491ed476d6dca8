//! The `rcompose` command.
fn main() {}
