//! `volume`: snapshots of volumes.

use std::time::{Duration, UNIX_EPOCH};

use clap::{Args, Subcommand};
use rcompose::ops::Compose;
use rcompose::ops::snapshots::Snapshot;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Save and restore what volumes hold
#[derive(Debug, Args)]
#[command(
    after_help = "A snapshot stays with the engine until `volume rm`, whatever becomes of the project. Without --key it is kept\n\
        under one that changes with the images, programs and environment of the services that mount the volume,\n\
        and with --input.\n\n\
        Example: seed a database once\n  \
        rcompose volume restore data --input seed.sql || { ./seed; rcompose volume save data --input seed.sql; }"
)]
pub(crate) struct VolumeArgs {
    #[command(subcommand)]
    verb: VolumeVerb,
}

#[derive(Debug, Subcommand)]
enum VolumeVerb {
    /// Save a volume, unless it is saved under that key already
    Save {
        #[command(flatten)]
        which: WhichArgs,
        /// Replace what is saved under that key
        #[arg(long)]
        force: bool,
    },
    /// Make a volume anew with what was saved; exit code 1 if nothing was
    Restore {
        #[command(flatten)]
        which: WhichArgs,
    },
    /// List what is saved
    List {
        /// Only of this volume
        #[arg(value_name = "VOLUME")]
        volume: Option<String>,
        /// table or json
        #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
        format: String,
    },
    /// Remove what is saved of a volume
    Rm {
        /// The volume's key in the file
        #[arg(value_name = "VOLUME")]
        volume: String,
        /// Only that of this key
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
}

#[derive(Debug, Args)]
struct WhichArgs {
    /// The volume's key in the file
    #[arg(value_name = "VOLUME")]
    volume: String,
    /// The key of the snapshot
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A file or folder whose content goes into the key, repeatable
    #[arg(long, value_name = "PATH", conflicts_with = "key")]
    input: Vec<String>,
}

impl WhichArgs {
    fn key(&self, compose: &Compose) -> Result<String, Failure> {
        match &self.key {
            Some(key) => Ok(key.clone()),
            None => Ok(compose.snapshot_key(&self.volume, &self.input)?),
        }
    }
}

/// Does it.
pub(crate) fn run(args: &VolumeArgs, session: &Session) -> Result<Exit, Failure> {
    if session.root.dry_run {
        return Err(Failure::message("`volume` has no dry run"));
    }
    match &args.verb {
        VolumeVerb::Save { which, force } => {
            let project = Project::open(session, Needs::Files, &[])?;
            work(session, project, Lines::default(), async |compose| {
                let key = which.key(compose)?;
                if !Box::pin(compose.save_volume(&which.volume, &key, *force)).await? {
                    session.ui.print(&format!("{} is saved already under {key}\n", which.volume))?;
                }
                Ok(Exit::Success)
            })
        }
        VolumeVerb::Restore { which } => {
            let project = Project::open(session, Needs::Files, &[])?;
            work(session, project, Lines::default(), async |compose| {
                let key = which.key(compose)?;
                if Box::pin(compose.restore_volume(&which.volume, &key)).await? {
                    return Ok(Exit::Success);
                }
                let text = format!("nothing is saved of volume `{}` under `{key}`", which.volume);
                Err(Failure::message(text)
                    .help(format!("`rcompose volume save {} --key {key}`", which.volume)))
            })
        }
        VolumeVerb::List { volume, format } => list(volume.as_deref(), format, session),
        VolumeVerb::Rm { volume, key } => {
            work(session, Project::none(session), Lines::default(), async |compose| {
                let removed = compose.remove_snapshots(volume, key.as_deref()).await?;
                if removed == 0 {
                    return Err(Failure::message(format!("nothing is saved of volume `{volume}`")));
                }
                Ok(Exit::Success)
            })
        }
    }
}

fn list(volume: Option<&str>, format: &str, session: &Session) -> Result<Exit, Failure> {
    if !matches!(format, "table" | "json") {
        return Err(Failure::message(format!("unsupported format {format:?}")).help("one of: table, json"));
    }
    work(session, Project::none(session), Lines::default(), async |compose| {
        let found = compose.snapshots(volume).await?;
        let text: String = if format == "json" {
            let lines = found.iter().filter_map(|snapshot| serde_json::to_string(snapshot).ok());
            lines.map(|line| line + "\n").collect()
        } else {
            table(&found)
        };
        session.ui.print_found(&text)?;
        Ok(Exit::Success)
    })
}

fn table(found: &[Snapshot]) -> String {
    let width = |of: fn(&Snapshot) -> usize, least: usize| found.iter().map(of).max().unwrap_or(0).max(least);
    let (volumes, keys) = (width(|it| it.volume.len(), 6), width(|it| it.key.len(), 3));
    let head = format!("{:volumes$}  {:keys$}  {:>12}  CREATED\n", "VOLUME", "KEY", "BYTES");
    let lines = found.iter().map(|snapshot| {
        let moment = OffsetDateTime::from(UNIX_EPOCH + Duration::from_secs(snapshot.created));
        let moment = moment.format(&Rfc3339).unwrap_or_default();
        format!("{:volumes$}  {:keys$}  {:>12}  {moment}\n", snapshot.volume, snapshot.key, snapshot.bytes)
    });
    std::iter::once(head).chain(lines).collect()
}
