//! `watch`: what is saved is in the containers.

use std::io::{BufRead, IsTerminal, stdin};
use std::sync::Arc;
use std::thread;

use clap::{ArgAction, Args};
use rcompose::load::{Disk, Passes, load};
use rcompose::ops::{Reload, Requests, WatchOptions, WatchRequest};
use rcompose::plan::UpPolicy;
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use super::plan::show_dry;
use crate::cli::args::boolean;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project, options};
use crate::cli::report::Quiet;
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Bring what you save into the containers
#[derive(Debug, Args)]
#[command(
    after_help = "Follows the rules in the services' `develop.watch`. While it runs: Enter, or SIGUSR1, tells what was \
    done; `a` and Enter applies a plan that --reload shows.\n\n\
    Examples:\n  \
    rcompose watch                  build, start, and watch all services with rules\n  \
    rcompose watch --no-up web      watch `web`, which runs already\n  \
    rcompose watch --reload         the compose files, too"
)]
pub(crate) struct WatchArgs {
    /// Services to watch (default: all that have rules)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Do not build and start services first
    #[arg(long)]
    no_up: bool,
    /// Remove images that a rebuild replaced; `--prune=false` keeps them
    #[arg(
        long,
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        default_value = "true",
        default_missing_value = "true",
        value_parser = boolean,
        value_name = "BOOL",
        hide_default_value = true
    )]
    prune: bool,
    /// Do not show the output of builds
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    reload: ReloadArgs,
}

/// Whether the project's own files are watched.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Reload")]
pub(crate) struct ReloadArgs {
    /// Watch the compose files and `.env`, too: a change is checked and its plan shown
    #[arg(long)]
    reload: bool,
    /// Carry out such a plan at once; implies --reload
    #[arg(long)]
    auto_apply: bool,
}

/// Watches until Ctrl-C.
pub(crate) fn run(args: &WatchArgs, session: &Session) -> Result<Exit, Failure> {
    let project = Project::open(session, Needs::Files, &args.services)?;
    let reload = args.reload.reload(session)?;
    let quiet = Quiet { builds: args.quiet, pulls: args.quiet, ..Quiet::default() };
    work(session, project, Lines { quiet, ..Lines::default() }, async |compose| {
        if session.root.dry_run {
            if !args.no_up {
                let policy = UpPolicy { services: args.services.clone(), ..UpPolicy::default() };
                show_dry(compose, &compose.prepare_up(policy).await?.plan, session)?;
            }
            return Ok(Exit::Success);
        }
        let options = WatchOptions {
            services: args.services.clone(),
            prune: args.prune,
            polling: polling(session),
            reload,
            requests: requests()?,
        };
        compose.watch(&options, args.no_up).await?;
        Ok(Exit::Interrupted)
    })
}

impl ReloadArgs {
    /// True if the project's own files are to be watched.
    pub(crate) fn is_wanted(self) -> bool {
        self.reload || self.auto_apply
    }

    /// How the project's own files are watched, if they are.
    pub(crate) fn reload(self, session: &Session) -> Result<Option<Reload>, Failure> {
        if !self.is_wanted() {
            return Ok(None);
        }
        let (options, ui) = (options(session, Passes::default())?, session.ui);
        Ok(Some(Reload {
            load: Arc::new(move || load(&options, &Disk::default()).map_err(Box::new)),
            tell: Arc::new(move |failure| ui.fail(&Failure::from(failure.clone()))),
            auto_apply: self.auto_apply,
        }))
    }
}

/// `RCOMPOSE_WATCH=poll` looks from time to time, for file systems that tell nothing and are not known for it.
pub(crate) fn polling(session: &Session) -> bool {
    session.variables.get("RCOMPOSE_WATCH").is_some_and(|how| how == "poll")
}

/// What the user asks for while it runs: by a line, where somebody can type one, or by a signal. Needs the runtime.
pub(crate) fn requests() -> Result<Requests, Failure> {
    let (sender, requests) = Requests::channel();
    let mut asked = signal(SignalKind::user_defined1())
        .map_err(|error| Failure::message(format!("signals cannot be listened to: {error}")))?;
    let by_signal = sender.clone();
    tokio::spawn(async move {
        while asked.recv().await.is_some() && by_signal.send(WatchRequest::Summary).is_ok() {}
    });
    // A process in the background that reads from its terminal is stopped.
    let background = stdin().is_terminal() && tcgetpgrp(stdin()).ok() != Some(getpgrp());
    if !background {
        // A thread of its own: nothing waits for it when the program ends.
        thread::spawn(move || listen(&sender));
    }
    Ok(requests)
}

fn listen(sender: &UnboundedSender<WatchRequest>) {
    for line in stdin().lock().lines() {
        let request = match line.as_deref().map(str::trim) {
            Ok("a" | "apply") => WatchRequest::Apply,
            Ok(_) => WatchRequest::Summary,
            Err(_) => return,
        };
        if sender.send(request).is_err() {
            return;
        }
    }
}
