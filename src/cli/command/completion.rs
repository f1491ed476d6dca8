//! `completion`: a script for the shell.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use crate::cli::args::Cli;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose completion bash > /etc/bash_completion.d/rcompose\n  \
    rcompose completion zsh > \"${fpath[1]}/_rcompose\"\n  \
    rcompose completion fish > ~/.config/fish/completions/rcompose.fish")]
pub(crate) struct CompletionArgs {
    /// bash, zsh, fish, elvish or powershell
    #[arg(hide_possible_values = true)]
    shell: Shell,
}

/// Prints it.
pub(crate) fn run(args: &CompletionArgs, session: &Session) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "rcompose", &mut script);
    session.ui.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
