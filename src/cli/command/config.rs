//! `config`: shows what the files come to.

use std::path::PathBuf;

use clap::Args;
use rcompose::load::{Disk, Passes};
use rcompose::ops::{ConfigRequest, Format, PinnedRequest, Shown, config, config_pinned};
use tokio::runtime;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::write;
use crate::cli::project::options;
use crate::cli::session::Session;
use crate::cli::settings::progress;
use crate::cli::work::connect;

/// Check the files and show what they come to
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose config -q               only check; says what is wrong, and where\n  \
    rcompose config --format json    all of it, for programs\n  \
    rcompose config --hash '*'       by what changes are noticed\n  \
    rcompose config --explain services.web.image\n                                   \
    which line set it, what that overrode, which variables went in")]
pub(crate) struct ConfigArgs {
    /// Only these services, with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// yaml or json
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Write to a file
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Only check, print nothing
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    lists: ListArgs,
    #[command(flatten)]
    more: MoreListArgs,
    #[command(flatten)]
    passes: PassArgs,
    #[command(flatten)]
    digests: DigestArgs,
}

/// Images by what they are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
struct DigestArgs {
    /// Name images by the digests that registries have now
    #[arg(long)]
    resolve_image_digests: bool,
    /// Only the images with their digests, as a file to lay over the others
    #[arg(long)]
    lock_image_digests: bool,
}

/// Instead of the whole.
#[derive(Debug, Args)]
#[command(next_help_heading = "Instead of all of it")]
struct ListArgs {
    /// Names of services, one a line
    #[arg(long = "services")]
    only_services: bool,
    /// Names of images
    #[arg(long)]
    images: bool,
    /// Names of volumes
    #[arg(long)]
    volumes: bool,
    /// Names of networks
    #[arg(long)]
    networks: bool,
    /// Names of models
    #[arg(long)]
    models: bool,
}

/// The rest of them.
#[derive(Debug, Args)]
struct MoreListArgs {
    /// Names of profiles
    #[arg(long = "profiles")]
    only_profiles: bool,
    /// Variables with their values
    #[arg(long)]
    environment: bool,
    /// Variables that the files mention, with their defaults
    #[arg(long)]
    variables: bool,
    /// Hashes of services: names, or `*` for all
    #[arg(long, value_name = "SERVICES")]
    hash: Option<String>,
    /// Where the value at PATH came from, or each below it: file, line, what it overrode, variables
    #[arg(long, value_name = "PATH")]
    explain: Option<String>,
}

/// Passes that are left out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Leave out")]
struct PassArgs {
    /// Do not fill in variables
    #[arg(long)]
    no_interpolate: bool,
    /// Do not add what is implied
    #[arg(long)]
    no_normalize: bool,
    /// Do not make paths absolute
    #[arg(long)]
    no_path_resolution: bool,
    /// Do not check that what is referred to exists
    #[arg(long)]
    no_consistency: bool,
    /// Do not read the services' files of variables
    #[arg(long)]
    no_env_resolution: bool,
}

/// Shows it.
pub(crate) fn run(args: &ConfigArgs, session: &Session) -> Result<Exit, Failure> {
    progress(&session.root, &session.variables, session.terminals)?;
    let shown = args.shown();
    let whole = shown == Shown::Model;
    // For lists the peer reads no format, prints in any case and writes no file.
    let formatted = matches!(shown, Shown::Model | Shown::Variables | Shown::Explanation(_));
    let format = if formatted { args.format()? } else { None };
    let mut options = options(session, args.passes())?;
    options.services.clone_from(&args.services);
    let DigestArgs { resolve_image_digests, lock_image_digests: lock } = args.digests;
    let rendered = if whole && (resolve_image_digests || lock) {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let engine = connect(session).await?;
            let request = PinnedRequest { engine: &engine, lock, format };
            config_pinned(&options, &Disk::default(), &request).await.map_err(Failure::from)
        })?
    } else {
        config(&options, &Disk::default(), &ConfigRequest { shown, format })?
    };
    session.ui.problems(&rendered.problems, &rendered.sources);
    match &args.output {
        _ if whole && args.quiet => {}
        Some(path) if whole => write(path, &rendered.text)?,
        _ => session.ui.print(&rendered.text)?,
    }
    Ok(Exit::Success)
}

impl ConfigArgs {
    /// Which side is asked for; of several the first in the peer's order.
    fn shown(&self) -> Shown {
        let (lists, more) = (&self.lists, &self.more);
        let choices = [
            (lists.only_services, Shown::Services),
            (lists.volumes, Shown::Volumes),
            (lists.networks, Shown::Networks),
            (lists.models, Shown::Models),
            (more.explain.is_some(), Shown::Explanation(more.explain.clone().unwrap_or_default())),
            (more.hash.is_some(), Shown::Hashes(more.hash.clone().unwrap_or_default())),
            (more.only_profiles, Shown::Profiles),
            (lists.images, Shown::Images),
            (more.variables, Shown::Variables),
            (more.environment, Shown::Environment),
        ];
        choices.into_iter().find(|(chosen, _)| *chosen).map(|(_, shown)| shown).unwrap_or_default()
    }

    fn format(&self) -> Result<Option<Format>, Failure> {
        match self.format.as_deref() {
            None | Some("") => Ok(None),
            Some("yaml") => Ok(Some(Format::Yaml)),
            Some("json") => Ok(Some(Format::Json)),
            Some(other) => {
                Err(Failure::message(format!("unsupported format {other:?}")).help("one of: yaml, json"))
            }
        }
    }

    fn passes(&self) -> Passes {
        let left_out = &self.passes;
        Passes {
            interpolate: !left_out.no_interpolate,
            normalize: !left_out.no_normalize,
            resolve_paths: !left_out.no_path_resolution,
            consistency: !left_out.no_consistency,
            resolve_environment: !left_out.no_env_resolution,
            ..Passes::default()
        }
    }
}
