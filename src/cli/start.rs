//! From argv to an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use super::args::{Cli, Parsed, RootArgs, Verb, parse};
use super::command::watch;
use super::command::{attach, exec, run as run_container};
use super::command::{
    build, commit, completion, config, cp, create, down, events, export, graph, images, inspect, kill, leash,
    lint, logs, ls, metadata, pause, plan, port, ps, pull, push, reap, reaper, restart, rm, scale, search,
    start, stats, stop, test, top, unpause, up, version, volume, volumes, wait,
};
use super::exit::Exit;
use super::failure::Failure;
use super::session::Session;
use super::trace;

/// The whole program.
pub(crate) fn main(argv: Vec<OsString>) -> ExitCode {
    std::panic::set_hook(Box::new(trace::panicked));
    let (_, parsed) = parse(argv);
    let (root, task) = match parsed {
        Parsed::Run(cli) => {
            let Cli { root, verb } = *cli;
            (root, Ok(verb.unwrap_or_default()))
        }
        other => (RootArgs::default(), Err(other)),
    };
    let session = Session::new(root);
    let result = match task {
        Ok(verb) => run(&verb, &session),
        Err(Parsed::Help(text)) => session.ui.print_styled(&text).map(|()| Exit::Success),
        Err(Parsed::Refused(refusal)) => Err(Failure::from(refusal)),
        Err(Parsed::Metadata | Parsed::Run(_)) => session.ui.print(&metadata()).map(|()| Exit::Success),
    };
    end(&session, result).into()
}

fn run(verb: &Verb, session: &Session) -> Result<Exit, Failure> {
    let filter = session.variables.get("RCOMPOSE_LOG").map(String::as_str);
    trace::start(filter, session.root.verbose || session.root.docker.debug);
    match verb {
        Verb::Up(args) => up(args, session),
        Verb::Down(args) => down(args, session),
        Verb::Create(args) => create(args, session),
        Verb::Start(args) => start(args, session),
        Verb::Stop(args) => stop(args, session),
        Verb::Restart(args) => restart(args, session),
        Verb::Kill(args) => kill(args, session),
        Verb::Pause(args) => pause(args, session),
        Verb::Unpause(args) => unpause(args, session),
        Verb::Rm(args) => rm(args, session),
        Verb::Scale(args) => scale(args, session),
        Verb::Ps(args) => ps(args, session),
        Verb::Run(args) => run_container(args, session),
        Verb::Attach(args) => attach(args, session),
        Verb::Exec(args) => exec(args, session),
        Verb::Logs(args) => logs(args, session),
        Verb::Events(args) => events(args, session),
        Verb::Stats(args) => stats(args, session),
        Verb::Top(args) => top(args, session),
        Verb::Images(args) => images(args, session),
        Verb::Volumes(args) => volumes(args, session),
        Verb::Ls(args) => ls(args, session),
        Verb::Wait(args) => wait(args, session),
        Verb::Port(args) => port(args, session),
        Verb::Inspect(args) => inspect(args, session),
        Verb::Cp(args) => cp(args, session),
        Verb::Export(args) => export(args, session),
        Verb::Commit(args) => commit(args, session),
        Verb::Volume(args) => volume(args, session),
        Verb::Reap(args) => reap(args, session),
        Verb::Reaper(args) => reaper(args, session),
        Verb::Leash(args) => leash(args),
        Verb::Test(args) => test(args, session),
        Verb::Search(args) => search(args, session),
        Verb::Build(args) => build(args, session),
        Verb::Watch(args) => watch(args, session),
        Verb::Pull(args) => pull(args, session),
        Verb::Push(args) => push(args, session),
        Verb::Config(args) => config(args, session),
        Verb::Lint(args) => lint(args, session),
        Verb::Plan(args) => plan(args, session),
        Verb::Graph(args) => graph(args, session),
        Verb::Version(args) => version(args, session),
        Verb::Completion(args) => completion(args, session),
    }
}

/// The exit code, once everything that there is to say has been said.
fn end(session: &Session, result: Result<Exit, Failure>) -> Exit {
    match result {
        Ok(exit) => exit,
        // Who reads our output has enough of it: `ps | head -1` is no failure.
        Err(Failure::BrokenPipe) => Exit::Success,
        Err(failure) => {
            session.ui.fail(&failure);
            Exit::Failure
        }
    }
}
