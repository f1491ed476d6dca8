//! The `rcompose` command: flags in, library calls, words and exit codes out.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(std::env::args_os().collect())
}
