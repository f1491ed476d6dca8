//! `version`: whose program this is, and which version of the peer it stands in for.

use clap::Args;
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Version of docker compose whose flags, files and results this program's are; scripts compare it.
const PEER: &str = "5.6.1";
/// Our own.
const OWN: &str = env!("CARGO_PKG_VERSION");

/// Show the version
#[derive(Debug, Default, Args)]
pub(crate) struct VersionArgs {
    /// pretty or json
    #[arg(short, long, value_name = "FORMAT")]
    format: Option<String>,
    /// Only the version of docker compose that this one is compatible with
    #[arg(long)]
    short: bool,
}

/// Prints it.
pub(crate) fn run(args: &VersionArgs, session: &Session) -> Result<Exit, Failure> {
    let text = if args.short {
        PEER.to_owned()
    } else if args.format.as_deref() == Some("json") {
        json!({ "version": format!("v{PEER}"), "rcompose": format!("v{OWN}") }).to_string()
    } else {
        format!("rcompose version v{OWN}, compatible with Docker Compose version v{PEER}")
    };
    session.ui.print(&format!("{text}\n"))?;
    Ok(Exit::Success)
}
