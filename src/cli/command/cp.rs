//! `cp`: copies files between a service's containers and here.

use std::io;

use clap::Args;
use rcompose::ops::{Compose, CopyOptions, Destination, Error, Incoming, Inside, Outgoing};
use rcompose::run::copy::CopyError;

use crate::cli::args::{instance, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Copy files between a service's containers and here
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose cp [OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n       \
        rcompose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH\n       \
        rcompose cp [OPTIONS] SERVICE:SRC_PATH SERVICE:DEST_PATH",
    after_help = "Files go to all containers of a service and come from its first. `-` reads or writes a tar.\n\n\
        Examples:\n  \
        rcompose cp site/. web:/usr/share/nginx/html\n  \
        rcompose cp db:/var/lib/dump.sql .\n  \
        rcompose cp web:/etc/nginx - | tar -t"
)]
pub(crate) struct CpArgs {
    /// From where and to where; a path behind `SERVICE:` is one in its containers
    #[arg(value_name = "PATH", num_args = 0..)]
    paths: Vec<String>,
    /// Include containers that `run` made
    #[arg(long)]
    all: bool,
    /// What is copied into a container belongs to the user that it runs as
    #[arg(short, long)]
    archive: bool,
    /// Copy what a symbolic link leads to, if the source is one
    #[arg(short = 'L', long)]
    follow_link: bool,
    /// The container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
}

/// Copies.
pub(crate) fn run(args: &CpArgs, session: &Session) -> Result<Exit, Failure> {
    let [source, target] = args.paths.as_slice() else {
        let text = format!("`rcompose cp` requires 2 arguments, received {}", args.paths.len());
        return Err(
            Failure::message(text).help("`rcompose cp SERVICE:PATH PATH` or `rcompose cp PATH SERVICE:PATH`")
        );
    };
    let (from, to) = (inside(source)?, inside(target)?);
    if from.is_none() && to.is_none() {
        return Err(Failure::message("unknown copy direction")
            .help(format!("name the service that one of them is in, such as `{source} SERVICE:{target}`")));
    }
    if target == "-" && session.terminals.stdout {
        return Err(Failure::message("a tar is not written to a terminal")
            .help(format!("such as `rcompose cp {source} - | tar -t`")));
    }
    let options = CopyOptions {
        all: args.all,
        archive: args.archive,
        follow_links: args.follow_link,
        index: instance("", args.index).index,
        dry_run: session.root.dry_run,
    };
    let services: Vec<String> = from.iter().chain(&to).map(|inside| inside.service.clone()).collect();
    let project = Project::open(session, Needs::Name, &services)?;
    work(session, project, Lines::default(), async |compose| {
        match (&from, &to) {
            (from, Some(to)) => {
                let incoming = match from {
                    Some(from) => Incoming::Service(from),
                    None if source == "-" => Incoming::Tar(Box::new(tokio::io::stdin())),
                    None => Incoming::Files(source),
                };
                compose.copy_in(incoming, to, &options).await?;
            }
            (Some(from), None) if target == "-" => to_stdout(compose, from, &options).await?,
            (Some(from), None) => compose.copy_out(from, Outgoing::Files(target), &options).await?,
            (None, None) => {}
        }
        Ok(Exit::Success)
    })
}

async fn to_stdout(compose: &Compose, from: &Inside, options: &CopyOptions) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    let to = Destination { name: "standard output".to_owned(), writer: &mut stdout };
    match compose.copy_out(from, Outgoing::Tar(to), options).await {
        Err(Error::Copy(CopyError::File { cause, .. })) if cause.kind() == io::ErrorKind::BrokenPipe => {
            Err(Failure::BrokenPipe)
        }
        other => Ok(other?),
    }
}

/// `SERVICE:PATH`. What begins with a slash or a dot is a path here, whatever follows.
fn inside(text: &str) -> Result<Option<Inside>, Failure> {
    match text.split_once(':') {
        Some((service, path)) if !text.starts_with('/') && !service.starts_with('.') => {
            if service.is_empty() || path.is_empty() {
                return Err(Failure::message(format!("`{text}` is no path of a service"))
                    .help("write `SERVICE:PATH`; a file with a colon in its name is `./NAME`"));
            }
            Ok(Some(Inside { service: service.to_owned(), path: path.to_owned() }))
        }
        _ => Ok(None),
    }
}
