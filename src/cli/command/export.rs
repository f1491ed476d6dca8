//! `export`: writes all files of a container as one tar.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use rcompose::ops::{Compose, Destination, Error, Instance};

use crate::cli::args::{instance, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Write all files of a container as one tar
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose export [OPTIONS] SERVICE",
    after_help = "Examples:\n  \
        rcompose export -o web.tar web\n  \
        rcompose export web | tar -t"
)]
pub(crate) struct ExportArgs {
    /// The service
    #[arg(value_name = "SERVICE", num_args = 0..)]
    service: Vec<String>,
    /// File to write, instead of standard output
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// The container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
}

/// Writes them.
pub(crate) fn run(args: &ExportArgs, session: &Session) -> Result<Exit, Failure> {
    let [service] = args.service.as_slice() else {
        let text = format!("requires 1 arg(s), received {}", args.service.len());
        return Err(Failure::message(text).help("`rcompose export [-o PATH] SERVICE`"));
    };
    if args.output.is_none() && session.terminals.stdout {
        return Err(Failure::message("output option is required when exporting to terminal")
            .help(format!("such as `rcompose export -o {service}.tar {service}`")));
    }
    let at = instance(service, args.index);
    let project = Project::open(session, Needs::Name, std::slice::from_ref(service))?;
    work(session, project, Lines::default(), async |compose| {
        if session.root.dry_run {
            let container = compose.running(&at).await?;
            session.ui.print(&format!("export container {}: requested\n", container.name))?;
            return Ok(Exit::Success);
        }
        match &args.output {
            Some(path) => to_file(compose, &at, path).await?,
            None => to_stdout(compose, &at).await?,
        }
        Ok(Exit::Success)
    })
}

async fn to_stdout(compose: &Compose, at: &Instance) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    let to = Destination { name: "standard output".to_owned(), writer: &mut stdout };
    match compose.export(at, to).await {
        Err(Error::File { cause, .. }) if cause.kind() == io::ErrorKind::BrokenPipe => {
            Err(Failure::BrokenPipe)
        }
        other => Ok(other?),
    }
}

/// A file gets its name when it is whole. What is no file (a device, a pipe) is written to as it is: a
/// rename would put a file in its place.
async fn to_file(compose: &Compose, at: &Instance, path: &Path) -> Result<(), Failure> {
    let unable =
        |error: io::Error| Failure::message(format!("`{}` cannot be written: {error}", path.display()));
    if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let mut writer = BufWriter::new(File::options().write(true).open(path).map_err(unable)?);
        let to = Destination { name: path.display().to_string(), writer: &mut writer };
        return Ok(compose.export(at, to).await?);
    }
    let name = path
        .file_name()
        .ok_or_else(|| Failure::message(format!("`{}` is not the name of a file", path.display())))?;
    let part = path.with_file_name(format!(".{}.{}", name.display(), std::process::id()));
    let mut writer = BufWriter::new(File::create(&part).map_err(unable)?);
    let to = Destination { name: path.display().to_string(), writer: &mut writer };
    let done = match compose.export(at, to).await {
        Ok(()) => std::fs::rename(&part, path).map_err(unable),
        Err(error) => Err(error.into()),
    };
    if done.is_err() {
        // What is left of it is no use; the first fault is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    done
}
