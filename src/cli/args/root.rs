//! The flags before the verb, and the verbs.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::values;
use crate::cli::command::WatchArgs;
use crate::cli::command::{AttachArgs, ExecArgs, RunArgs};
use crate::cli::command::{
    BuildArgs, CommitArgs, CompletionArgs, ConfigArgs, CpArgs, CreateArgs, DownArgs, EventsArgs, ExportArgs,
    GraphArgs, ImagesArgs, InspectArgs, KillArgs, LeashArgs, LintArgs, LogsArgs, LsArgs, PauseArgs, PlanArgs,
    PortArgs, PsArgs, PullArgs, PushArgs, ReapArgs, ReaperArgs, RestartArgs, RmArgs, ScaleArgs, SearchArgs,
    StartArgs, StatsArgs, StopArgs, TestArgs, TopArgs, UnpauseArgs, UpArgs, VersionArgs, VolumeArgs,
    VolumesArgs, WaitArgs,
};

/// Define and run multi-container applications
#[derive(Debug, Parser)]
#[command(
    name = "rcompose",
    disable_help_subcommand = true,
    disable_version_flag = true,
    subcommand_value_name = "COMMAND",
    after_help = "Global options may stand before or after the command.\n\
                  `rcompose COMMAND --help` says more about a command."
)]
pub(crate) struct Cli {
    /// Flags that every verb shares.
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// Flags that every verb shares.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct RootArgs {
    /// Compose file, repeatable; `-` reads standard input
    #[arg(short, long = "file", value_name = "PATH")]
    pub(crate) files: Vec<String>,
    /// Project name
    #[arg(short, long, value_name = "NAME")]
    pub(crate) project_name: Option<String>,
    /// Directory that relative paths start from (default: that of the first file)
    #[arg(long, value_name = "DIR")]
    pub(crate) project_directory: Option<PathBuf>,
    /// File with variables, repeatable (default: .env)
    #[arg(long = "env-file", value_name = "PATH")]
    pub(crate) env_files: Vec<PathBuf>,
    /// Profile to enable, repeatable; `*` enables all
    #[arg(long = "profile", value_name = "NAME")]
    pub(crate) profiles: Vec<String>,
    /// How progress is shown: auto, tty, plain, json, quiet
    #[arg(long, value_name = "KIND")]
    pub(crate) progress: Option<String>,
    /// When to use terminal control characters: auto, always, never
    #[arg(long, value_name = "WHEN")]
    pub(crate) ansi: Option<String>,
    /// How many things to do at once, -1 for no limit
    #[arg(long, value_name = "N", value_parser = values::integer)]
    pub(crate) parallel: Option<i64>,
    /// Say what would be done and change nothing
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Leave health checks to the engine alone, also while something waits for them
    #[arg(long)]
    pub(crate) no_fast_gates: bool,
    /// Join names by `_` as old versions did
    #[arg(long)]
    pub(crate) compatibility: bool,
    /// Keep networks, volumes and the like that no service uses
    #[arg(long)]
    pub(crate) all_resources: bool,
    /// Old name of `--project-directory`
    #[arg(long, hide = true)]
    pub(crate) workdir: Option<PathBuf>,
    /// Old form of `--ansi never`
    #[arg(long, hide = true)]
    pub(crate) no_ansi: bool,
    /// Version
    #[arg(short = 'v', long, hide = true)]
    pub(crate) version: bool,
    /// Traces for developers
    #[arg(long, hide = true)]
    pub(crate) verbose: bool,
    /// Flags of the `docker` command that may come before the verb.
    #[command(flatten)]
    pub(crate) docker: DockerArgs,
}

/// Flags of the `docker` command itself: it hands them on when this program is its plugin, and the peer takes them
/// when it is called by its own name.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DockerArgs {
    /// Daemon to connect to
    #[arg(short = 'H', long, hide = true)]
    pub(crate) host: Option<String>,
    /// Name of the docker context
    #[arg(short, long, hide = true)]
    pub(crate) context: Option<String>,
    /// Directory of docker's client configuration
    #[arg(long, hide = true)]
    pub(crate) config: Option<PathBuf>,
    /// Use TLS
    #[arg(long, hide = true)]
    pub(crate) tls: bool,
    /// Use TLS and verify the daemon
    #[arg(long, hide = true)]
    pub(crate) tlsverify: bool,
    /// Authority that signed the daemon's certificate
    #[arg(long, hide = true)]
    pub(crate) tlscacert: Option<PathBuf>,
    /// Certificate
    #[arg(long, hide = true)]
    pub(crate) tlscert: Option<PathBuf>,
    /// Key of the certificate
    #[arg(long, hide = true)]
    pub(crate) tlskey: Option<PathBuf>,
    /// Traces for developers
    #[arg(short = 'D', long, hide = true)]
    pub(crate) debug: bool,
    /// Level of docker's own log
    #[arg(short, long, hide = true)]
    pub(crate) log_level: Option<String>,
}

/// When terminal control characters may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ansi {
    /// On a terminal that wants them.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Ansi {
    /// By its word; as with the peer, a word that is none means never.
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "auto" | "" => Self::Auto,
            "always" => Self::Always,
            _ => Self::Never,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Up(Box<UpArgs>),
    Down(DownArgs),
    Create(CreateArgs),
    Start(StartArgs),
    Stop(StopArgs),
    Restart(RestartArgs),
    Kill(KillArgs),
    Pause(PauseArgs),
    Unpause(UnpauseArgs),
    Rm(RmArgs),
    Scale(ScaleArgs),
    Ps(PsArgs),
    Exec(ExecArgs),
    Attach(AttachArgs),
    Run(Box<RunArgs>),
    Logs(LogsArgs),
    Events(EventsArgs),
    Top(TopArgs),
    Stats(StatsArgs),
    Images(ImagesArgs),
    Volumes(VolumesArgs),
    Ls(LsArgs),
    Wait(WaitArgs),
    Port(PortArgs),
    Inspect(InspectArgs),
    Cp(CpArgs),
    Export(ExportArgs),
    Commit(CommitArgs),
    Volume(VolumeArgs),
    Test(TestArgs),
    Reap(ReapArgs),
    #[command(hide = true)]
    Reaper(ReaperArgs),
    #[command(hide = true)]
    Leash(LeashArgs),
    Search(SearchArgs),
    Build(BuildArgs),
    Watch(WatchArgs),
    Pull(PullArgs),
    Push(PushArgs),
    Config(Box<ConfigArgs>),
    Lint(LintArgs),
    Plan(PlanArgs),
    Graph(GraphArgs),
    Version(VersionArgs),
    Completion(CompletionArgs),
}

impl Default for Verb {
    /// What `--version` without a verb asks for.
    fn default() -> Self {
        Self::Version(VersionArgs::default())
    }
}
