//! `up`: brings the project up.

use clap::Args;
use rcompose::ops::reap::Machine;
use rcompose::ops::{self, AttachOptions, Compose, Prepared, UpEnd, UpRequest, WatchOptions, WatchRequest};
use rcompose::plan::{Answer, BuildChoice, Jobs, PullChoice, Recreate, UpPolicy};
use rcompose::resource::lease::{Lease, World};
use rcompose::run::Abort;
use std::collections::BTreeMap;
use std::io::{self, stderr, stdin};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::plan::show_dry;
use super::watch::{ReloadArgs, polling, requests};
use crate::cli::args::{boolean, integer, lifetime, seconds, switch};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::prompt::confirm;
use crate::cli::report::{Menu, Quiet, same_terminal};
use crate::cli::session::Session;
use crate::cli::settings::{ProgressKind, progress};
use crate::cli::terminal::Keys;
use crate::cli::work::{Lines, work};

/// Create and start containers
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose up -d --wait     start, and return when all are running or healthy\n  \
    rcompose up --build web   build first; only `web` and what it depends on\n  \
    rcompose plan             what `up` would do, and why")]
pub(crate) struct UpArgs {
    /// Services to bring up, with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Run in the background
    #[arg(short, long)]
    detach: bool,
    /// Return when all are running or healthy; implies --detach
    #[arg(long)]
    wait: bool,
    /// Give up waiting after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = integer)]
    wait_timeout: Option<i64>,
    /// Number of containers of a service, repeatable
    #[arg(long, value_name = "SERVICE=N")]
    scale: Vec<String>,
    /// Seconds that containers are given to stop
    #[arg(short, long, value_name = "SECONDS", value_parser = integer)]
    timeout: Option<i64>,
    /// Create, and do not start
    #[arg(long)]
    no_start: bool,
    /// What is made may be removed by `reap` after so long, such as `2h` (default: it stays)
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    ttl: Option<Duration>,
    /// Answer every question with yes
    #[arg(short, long, alias = "y")]
    yes: bool,
    /// Watch files, and bring what you save into the containers
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    reload: ReloadArgs,
    /// Keys do something while it is attached: `w` watches files, `d` leaves (default: true)
    #[arg(long, num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    menu: Option<bool>,
    #[command(flatten)]
    images: ImageArgs,
    #[command(flatten)]
    changes: ChangeArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    ends: EndArgs,
}

/// What is done about images.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Images")]
pub(super) struct ImageArgs {
    /// Build images first
    #[arg(long)]
    build: bool,
    /// Build nothing, even where it is the policy
    #[arg(long)]
    no_build: bool,
    /// When to pull: always, missing, never
    #[arg(long, value_name = "WHEN")]
    pull: Option<String>,
    /// Do not show the progress of pulls
    #[arg(long)]
    pub(super) quiet_pull: bool,
    /// Do not show the output of builds
    #[arg(long)]
    pub(super) quiet_build: bool,
}

/// What is done about containers that are there.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
struct ChangeArgs {
    /// Make all containers anew, changed or not
    #[arg(long)]
    force_recreate: bool,
    /// Keep containers that are there, changed or not
    #[arg(long)]
    no_recreate: bool,
    /// Make the containers of dependencies anew, too
    #[arg(long)]
    always_recreate_deps: bool,
    /// Do not take anonymous volumes over from old containers
    #[arg(short = 'V', long)]
    renew_anon_volumes: bool,
    /// Run jobs again that others wait for, although they have ended well
    #[arg(long)]
    rerun_jobs: bool,
    /// Leave dependencies alone
    #[arg(long)]
    no_deps: bool,
    /// Remove containers of services that are in no file
    #[arg(long)]
    remove_orphans: bool,
}

/// What becomes of containers of services that are in no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Orphans {
    /// They are told.
    Told,
    /// Nothing is said about them.
    Ignored,
    /// They are removed.
    Removed,
}

/// Whose output is shown, and how.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output (attached)")]
struct OutputArgs {
    /// Show only these services, repeatable
    #[arg(long, value_name = "SERVICE")]
    attach: Vec<String>,
    /// Do not show these services, repeatable
    #[arg(long, value_name = "SERVICE")]
    no_attach: Vec<String>,
    /// Show dependencies, too
    #[arg(long)]
    attach_dependencies: bool,
    /// Without colour
    #[arg(long)]
    no_color: bool,
    /// Without the container's name in front
    #[arg(long)]
    no_log_prefix: bool,
    /// With time stamps
    #[arg(long)]
    timestamps: bool,
}

/// When it ends, and with which exit code.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "End (attached)")]
struct EndArgs {
    /// Stop all when one ends
    #[arg(long)]
    abort_on_container_exit: bool,
    /// Stop all when one fails
    #[arg(long)]
    abort_on_container_failure: bool,
    /// Exit with the code of this service; implies --abort-on-container-exit
    #[arg(long, value_name = "SERVICE")]
    exit_code_from: Option<String>,
}

/// Brings the project up.
pub(crate) fn run(args: &UpArgs, session: &Session) -> Result<Exit, Failure> {
    args.check()?;
    let project = Project::open(session, Needs::Files, &args.services)?;
    let policy = args.policy(&project)?;
    let reload = args.reload.reload(session)?;
    let lines = Lines {
        prefix: !args.output.no_log_prefix,
        colour: !args.output.no_color,
        quiet: Quiet { pulls: args.images.quiet_pull, builds: args.images.quiet_build, ..Quiet::default() },
        apart: true,
        menu: args.menu(&project, session)?,
    };
    work(session, project, lines, async |compose| {
        if compose.loaded().is_some_and(|loaded| loaded.project.services.is_empty()) {
            return Err(Failure::message("no service selected"));
        }
        let leased = args.ttl.map(|ttl| Ok::<_, Failure>(compose.on_lease(lease(ttl)?))).transpose()?;
        let compose = leased.as_ref().unwrap_or(compose);
        if session.root.dry_run {
            show_dry(compose, &compose.prepare_up(policy).await?.plan, session)?;
            return Ok(Exit::Success);
        }
        let prepared = answered(compose, policy, session).await?;
        let mut attach = args.attaches().then(|| args.attach_options());
        let mut held = None;
        if let Some(attach) = &mut attach {
            let mut watch = WatchOptions {
                services: args.services.clone(),
                polling: polling(session),
                reload,
                ..WatchOptions::default()
            };
            if lines.menu.is_some() {
                let (menu, keys) = wishes(watch.clone())?;
                (attach.menu, held) = (Some(menu), keys);
            } else if args.watches() {
                watch.requests = requests()?;
            }
            attach.watch = args.watches().then_some(watch);
        }
        let end = compose.up(&prepared, attach).await?;
        drop(held);
        Ok(match end {
            UpEnd::Done | UpEnd::Detached => Exit::Success,
            UpEnd::Ended { code } => Exit::Child(code),
            UpEnd::Interrupted => Exit::Interrupted,
        })
    })
}

/// A lease that ends after so long.
fn lease(ttl: Duration) -> Result<Lease, Failure> {
    let machine = Machine::this()
        .map_err(|cause| Failure::message(format!("this machine does not tell of itself: {cause}")))?;
    Ok(Lease { until: Some(machine.now().saturating_add(ttl.as_secs())), ..machine.lease() })
}

/// What the user wants while it is attached, by keys and by a signal; the terminal is as it was once the second is
/// dropped. Needs the runtime.
fn wishes(watch: WatchOptions) -> Result<(ops::Menu, Option<Keys>), Failure> {
    let unable = |error: io::Error| Failure::message(format!("the terminal cannot be used: {error}"));
    let (sender, requests) = unbounded_channel();
    let mut asked = signal(SignalKind::user_defined1()).map_err(unable)?;
    let mut keys = Keys::listen().map_err(unable)?;
    let typed = keys.as_mut().map(Keys::take);
    tokio::spawn(async move {
        let mut typed = typed;
        loop {
            let request = tokio::select! {
                key = next(&mut typed) => match key {
                    b'd' => UpRequest::Detach,
                    b'w' => UpRequest::ToggleWatch,
                    b'a' => UpRequest::Watch(WatchRequest::Apply),
                    b'\r' | b'\n' => UpRequest::Watch(WatchRequest::Summary),
                    _ => continue,
                },
                _ = asked.recv() => UpRequest::Watch(WatchRequest::Summary),
            };
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    Ok((ops::Menu { requests, watch }, keys))
}

/// The next key; never, once there are none.
async fn next(typed: &mut Option<UnboundedReceiver<u8>>) -> u8 {
    if let Some(typed) = typed
        && let Some(key) = typed.recv().await
    {
        return key;
    }
    std::future::pending().await
}

/// The plan, its questions answered.
pub(super) async fn answered(
    compose: &Compose,
    policy: UpPolicy,
    session: &Session,
) -> Result<Prepared, Failure> {
    let prepared = compose.prepare_up(policy).await?;
    if prepared.plan.questions.is_empty() {
        return Ok(prepared);
    }
    let mut answers = Vec::new();
    for question in prepared.plan.questions.clone() {
        let yes = session.terminals.stdin && confirm(&question.text(), stdin().lock(), stderr().lock())?;
        answers.push(Answer { question, yes });
    }
    Ok(compose.answer(prepared, answers)?)
}

impl UpArgs {
    /// Combinations that make no sense, in the peer's order and words.
    fn check(&self) -> Result<(), Failure> {
        let (changes, ends, output) = (&self.changes, &self.ends, &self.output);
        let aborts = self.abort() == Abort::OnExit;
        let attaches = !output.attach.is_empty() || output.attach_dependencies;
        let incompatible = |one: &str, other: &str| format!("{one} and {other} are incompatible");
        let rules: [(bool, String); 10] = [
            (
                self.wait_timeout.is_some_and(|seconds| seconds < 0),
                "--wait-timeout must be a non-negative integer".into(),
            ),
            (
                ends.abort_on_container_exit && ends.abort_on_container_failure,
                "--abort-on-container-failure cannot be combined with --abort-on-container-exit".into(),
            ),
            (
                self.wait && (aborts || attaches),
                "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies"
                    .into(),
            ),
            (
                (self.detach || self.wait) && (self.abort() != Abort::Never || attaches || self.watches()),
                format!(
                    "--{} cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, \
                     --attach-dependencies or --watch",
                    if self.wait { "wait" } else { "detach" }
                ),
            ),
            (self.images.no_build && self.watches(), incompatible("--no-build", "--watch")),
            (
                changes.renew_anon_volumes && changes.no_recreate,
                incompatible("--no-recreate", "--renew-anon-volumes"),
            ),
            (self.images.build && self.images.no_build, incompatible("--build", "--no-build")),
            (
                changes.force_recreate && changes.no_recreate,
                incompatible("--force-recreate", "--no-recreate"),
            ),
            (
                changes.always_recreate_deps && changes.no_recreate,
                incompatible("--always-recreate-deps", "--no-recreate"),
            ),
            (
                !output.attach.is_empty() && output.attach_dependencies,
                "cannot combine --attach and --attach-dependencies".into(),
            ),
        ];
        if let Some((_, text)) = rules.into_iter().find(|(broken, _)| *broken) {
            return Err(Failure::message(text));
        }
        Ok(())
    }

    fn abort(&self) -> Abort {
        let ends = &self.ends;
        match (ends.abort_on_container_failure, ends.abort_on_container_exit || ends.exit_code_from.is_some())
        {
            (true, _) => Abort::OnFailure,
            (false, true) => Abort::OnExit,
            (false, false) => Abort::Never,
        }
    }

    fn watches(&self) -> bool {
        self.watch || self.reload.is_wanted()
    }

    /// Which keys do what, where somebody sees them and can type them.
    fn menu(&self, project: &Project, session: &Session) -> Result<Option<Menu>, Failure> {
        let named = project.variables.get("COMPOSE_MENU").filter(|word| !word.is_empty());
        let wanted = self.menu.unwrap_or_else(|| named.is_none_or(|word| switch(word)));
        let terminals = session.terminals;
        let seen = terminals.stdin
            && same_terminal()
            && progress(&session.root, &project.variables, terminals)? == ProgressKind::Tty;
        Ok((wanted && seen && self.attaches() && !session.root.dry_run)
            .then(|| Menu::new(project.is_watched())))
    }

    fn attaches(&self) -> bool {
        !(self.detach || self.wait || self.no_start)
    }

    fn attach_options(&self) -> AttachOptions {
        AttachOptions {
            services: self.output.attach.clone(),
            hidden: self.output.no_attach.clone(),
            dependencies: self.output.attach_dependencies,
            abort: self.abort(),
            exit_code_from: self.ends.exit_code_from.clone(),
            timestamps: self.output.timestamps,
            watch: None,
            menu: None,
        }
    }

    /// What the flags and variables ask of the planner.
    fn policy(&self, project: &Project) -> Result<UpPolicy, Failure> {
        let changes = &self.changes;
        let orphans = Orphans::of(changes.remove_orphans, project)?;
        let recreate = match (changes.force_recreate, changes.no_recreate) {
            (true, _) => Recreate::Always,
            (false, true) => Recreate::Never,
            (false, false) => Recreate::Diverged,
        };
        let (pull, build) = self.images.choices()?;
        Ok(UpPolicy {
            services: self.services.clone(),
            no_dependencies: changes.no_deps,
            jobs: if changes.rerun_jobs { Jobs::RunAgain } else { Jobs::StayDone },
            recreate,
            always_recreate_dependencies: changes.always_recreate_deps,
            renew_anonymous_volumes: changes.renew_anon_volumes,
            no_start: self.no_start,
            wait: self.wait,
            wait_timeout: self.wait_timeout.filter(|seconds| *seconds > 0).map(seconds),
            pull,
            build,
            scale: scale(&self.scale)?,
            remove_orphans: orphans == Orphans::Removed,
            ignore_orphans: orphans == Orphans::Ignored,
            timeout: self.timeout.map(seconds),
            assume_yes: self.yes,
            ..UpPolicy::default()
        })
    }
}

impl Orphans {
    /// By `--remove-orphans` and the variables of both choices.
    pub(super) fn of(remove: bool, project: &Project) -> Result<Self, Failure> {
        let ignored = project.switch("COMPOSE_IGNORE_ORPHANS");
        match (ignored, remove || project.switch("COMPOSE_REMOVE_ORPHANS")) {
            (true, true) => {
                Err(Failure::message("cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans"))
            }
            (true, false) => Ok(Self::Ignored),
            (false, true) => Ok(Self::Removed),
            (false, false) => Ok(Self::Told),
        }
    }
}

impl ImageArgs {
    /// Flags that exclude each other.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.build && self.no_build {
            return Err(Failure::message("--build and --no-build are incompatible"));
        }
        Ok(())
    }

    /// When to pull and when to build.
    pub(super) fn choices(&self) -> Result<(PullChoice, BuildChoice), Failure> {
        let build = match (self.build, self.no_build) {
            (true, _) => BuildChoice::Always,
            (false, true) => BuildChoice::Never,
            (false, false) => BuildChoice::Missing,
        };
        match self.pull.as_deref() {
            None | Some("" | "policy") => Ok((PullChoice::AsDeclared, build)),
            Some("always") => Ok((PullChoice::Always, build)),
            Some("missing" | "if_not_present") => Ok((PullChoice::Missing, build)),
            Some("never") => Ok((PullChoice::Never, build)),
            Some("build") => Ok((PullChoice::Never, BuildChoice::Always)),
            Some(other) => Err(Failure::message(format!("invalid --pull option {other:?}"))
                .help("one of: always, missing, never, build")),
        }
    }
}

/// `web=3`, several.
pub(super) fn scale(options: &[String]) -> Result<BTreeMap<String, u32>, Failure> {
    let parse = |option: &String| match option.split_once('=') {
        Some((service, number)) => match number.parse() {
            Ok(number) => Ok((service.to_owned(), number)),
            Err(_) => Err(Failure::message(format!("strconv.Atoi: parsing {number:?}: invalid syntax"))
                .help(format!("`--scale {service}=N` wants a whole number from 0"))),
        },
        None => Err(Failure::message(format!("invalid --scale option {option:?}. Should be SERVICE=NUM"))),
    };
    options.iter().map(parse).collect()
}
