//! Faults that only the daemon could find, brought home to the line that caused them.

use std::ops::Range;

use crate::diag::{Problem, Problems, Severity, Sources, Span, harmless};
use crate::engine::{BuildFault, Error, Reason, Thing};
use crate::load::Loaded;
use crate::model::MountKind;
use crate::resource::{ContainerDetails, Kind};
use crate::run::{ProviderFault, StepError, StepFailure, Unmet, WaitFailure, WaitReason, meaning};
use crate::yaml::{Node, Path, Segment};

use super::quoted::quoted;
use super::report::RunReport;

/// How much of a probe's output is shown.
const PROBE_WIDTH: usize = 200;
/// So many lines that ask for one image are shown.
const SHOWN: usize = 5;

/// One problem for each failure, and a last word on what state things are in.
pub(super) fn problems(report: &RunReport, loaded: Option<&Loaded>, sources: &mut Sources) -> Problems {
    let mut problems = Problems::default();
    for failure in &report.failures {
        problems.push(match &failure.error {
            StepError::Engine(Error::Build(fault)) => built((failure, fault), loaded, sources),
            _ => problem(failure, loaded),
        });
    }
    problems.push(Problem { severity: Severity::Advice, ..Problem::error("state", report.state()) });
    problems
}

fn problem(failure: &StepFailure, loaded: Option<&Loaded>) -> Problem {
    let service = failure.service.as_deref().unwrap_or_default();
    match &failure.error {
        StepError::Wait(wait) => waited(wait, loaded),
        StepError::Engine(error) if failure.resource.kind == Kind::Image => imaged((failure, error), loaded),
        StepError::Engine(error) => {
            let message = format!("{}: {error}", failure.resource);
            let problem = Problem::error("engine-refused", message).maybe_help(error.help());
            let (path, words) = match error.reason() {
                Some(Reason::Other) => {
                    (told(Path::keys(["services", service]), loaded, &error.to_string()), String::new())
                }
                Some(reason) => refused(reason, service, loaded),
                None => (declared(failure, loaded), String::new()),
            };
            placed(problem, loaded, (&home(failure, path), words))
        }
        StepError::NameTaken { name, .. } => {
            let path = Path::keys(["services", service, "container_name"]);
            let problem = Problem::error("name-taken", failure.error.to_string())
                .help(format!("remove it with `docker rm -f {name}`, or choose another name"));
            placed(problem, loaded, (&path, "this name".to_owned()))
        }
        StepError::Hook { phase, output, .. } => {
            let path = Path::keys(["services", service, phase]);
            let problem =
                Problem::error("hook-failed", failure.error.to_string()).maybe_help(tail("output", output));
            placed(problem, loaded, (&path, String::new()))
        }
        StepError::Provider(fault) => {
            let path = Path::keys(["services", service, "provider"]);
            let path = match fault {
                ProviderFault::Itself | ProviderFault::NoProgram(_) => path.key("type"),
                ProviderFault::Missing { .. } => path.key("options"),
                _ => path,
            };
            let output = match fault {
                ProviderFault::Ended { output, .. } => tail("output", output),
                other => other.help(),
            };
            let problem = Problem::error("provider-failed", format!("{}: {fault}", failure.resource));
            placed(problem.maybe_help(output), loaded, (&path, String::new()))
        }
        other => {
            let problem = Problem::error("step-failed", format!("{}: {other}", failure.resource));
            placed(problem, loaded, (&home(failure, Path::keys(["services", service])), String::new()))
        }
    }
}

/// A pull or push that failed, with every line that asks for the image.
fn imaged((failure, error): (&StepFailure, &Error), loaded: Option<&Loaded>) -> Problem {
    let problem = Problem::error("image-failed", format!("{}: {error}", failure.resource));
    // Before the builder is asked, it is `build` that cannot be done: no registry has said anything.
    if matches!(error, Error::Local { .. } | Error::Unsupported(_)) {
        let path = told(declared(failure, loaded), loaded, &error.to_string());
        return placed(problem.maybe_help(error.help()), loaded, (&path, String::new()));
    }
    let mut users = users(&failure.resource.name, loaded);
    if users.is_empty() {
        let service = failure.service.as_deref().unwrap_or_default();
        users.push(Path::keys(["services", service, "image"]));
    }
    let more = users.split_off(users.len().min(SHOWN));
    let mut problem = problem;
    for (at, path) in users.iter().enumerate() {
        let words = if at == 0 { "this image" } else { "used here, too" };
        problem = placed(problem, loaded, (path, words.to_owned()));
    }
    let names: Vec<String> =
        more.iter().filter_map(|path| Some(format!("`{}`", service_in(path)?))).collect();
    let also = (!names.is_empty()).then(|| format!("used by {}, too", names.join(", ")));
    let help: Vec<String> = [error.help(), also].into_iter().flatten().collect();
    if help.is_empty() { problem } else { problem.help(help.join("\n")) }
}

/// Where the files ask for an image.
fn users(reference: &str, loaded: Option<&Loaded>) -> Vec<Path> {
    let Some(loaded) = loaded else { return Vec::new() };
    let mut found = Vec::new();
    for service in loaded.project.services.values() {
        let own = Path::keys(["services", service.name.as_str()]);
        if service.container.image == reference {
            found.push(own.clone().key("image"));
        } else if let Some(build) = &service.workload.build
            && let Some(at) = build.tags.iter().position(|tag| tag == reference)
        {
            found.push(own.clone().key("build").key("tags").index(at));
        }
        let hooks = service.pre_start.iter().enumerate();
        let hooks = hooks.filter(|(_, hook)| hook.container.image == reference);
        found.extend(hooks.map(|(at, _)| own.clone().key("pre_start").index(at).key("image")));
        let mounts = service.container.volumes.iter().enumerate();
        let mounts = mounts.filter(|(_, mount)| mount.kind == MountKind::Image && mount.source == reference);
        found.extend(mounts.map(|(at, _)| own.clone().key("volumes").index(at)));
    }
    found
}

fn service_in(path: &Path) -> Option<&str> {
    match path.segments().get(1)? {
        Segment::Key(name) => Some(name),
        Segment::Index(_) => None,
    }
}

/// A build that failed, with the line of its Dockerfile where that can be read.
fn built(failed: (&StepFailure, &BuildFault), loaded: Option<&Loaded>, sources: &mut Sources) -> Problem {
    let (failure, fault) = failed;
    let mut problem = Problem::error("build-failed", fault.to_string());
    // The builder may have read another version of the file than the one that is there now.
    let text = fault.text.clone().or_else(|| std::fs::read_to_string(&fault.dockerfile).ok());
    if let Some((text, line)) = text.zip(fault.line) {
        let source = sources.add(fault.dockerfile.clone(), text);
        let file = sources.get(source);
        let text = file.line(line.saturating_sub(1));
        let within = guilty(text, &fault.message);
        let start = file.line_start(line.saturating_sub(1));
        problem = problem.at(Span::new(source, start + within.start, start + within.end), "this step");
    }
    let service = failure.service.as_deref().unwrap_or_default();
    let build = Path::keys(["services", service, "build"]);
    let key = ["privileged", "target"].into_iter().find(|key| names(fault, key));
    let path = key.map(|key| build.key(key)).filter(|path| loaded.is_some_and(|loaded| has(loaded, path)));
    problem = placed(problem, loaded, (&path.unwrap_or(build), "built here".to_owned()));
    let lines: Vec<String> = fault.output.iter().map(|line| harmless(line).into_owned()).collect();
    let help = [tail("last output", &lines), fault.help()].into_iter().flatten().collect::<Vec<_>>();
    if help.is_empty() { problem } else { problem.help(help.join("\n")) }
}

/// Where what failed is declared: what went wrong with an image before its builder could say so is a matter of `build`.
fn declared(failure: &StepFailure, loaded: Option<&Loaded>) -> Path {
    let service = Path::keys(["services", failure.service.as_deref().unwrap_or_default()]);
    let build = service.key("build");
    let is_built = failure.resource.kind == Kind::Image && loaded.is_some_and(|loaded| has(loaded, &build));
    if is_built { build } else { service }
}

/// The attribute is what the builder does not like.
fn names(fault: &BuildFault, key: &str) -> bool {
    let words = match key {
        "target" => "target stage",
        "privileged" => "security.insecure",
        _ => return false,
    };
    fault.message.contains(words)
}

/// The part of a line that a fault is about: the word that it quotes, else all of it.
fn guilty(line: &str, message: &str) -> Range<usize> {
    let quoted = message.split('"').skip(1).step_by(2);
    let words = quoted.map(|word| word.trim_start_matches('/')).filter(|word| !word.is_empty());
    let word = |start: usize, length: usize| {
        let edge = |letter: Option<char>| letter.is_none_or(|letter| letter.is_whitespace() || letter == '/');
        edge(line[..start].chars().next_back()) && edge(line[start + length..].chars().next())
    };
    let found = words
        .filter_map(|text| line.find(text).map(|start| (start, text.len())))
        .find(|(start, length)| word(*start, *length));
    let trimmed = line.trim_end().trim_end_matches('\\').trim_end().len();
    found.map_or(0..trimmed, |(start, length)| start..start + length)
}

/// Networks and volumes stand elsewhere in the file than the services that use them.
fn home(failure: &StepFailure, path: Path) -> Path {
    match failure.resource.kind {
        Kind::Network | Kind::Volume if failure.service.is_none() => {
            let section = if failure.resource.kind == Kind::Network { "networks" } else { "volumes" };
            let key =
                failure.resource.name.split_once('_').map_or(failure.resource.name.as_str(), |(_, key)| key);
            Path::keys([section, key])
        }
        _ => path,
    }
}

/// The line behind a refusal, and a word on it.
fn refused(reason: &Reason, service: &str, loaded: Option<&Loaded>) -> (Path, String) {
    let at = |key: &str| Path::keys(["services", service, key]);
    let item = |key: &str, fits: &dyn Fn(&Node) -> bool| match loaded
        .and_then(|loaded| find_item(loaded, &at(key), fits))
    {
        Some(index) => at(key).index(index),
        None => at(key),
    };
    match reason {
        Reason::PortTaken { address } => {
            let port = address.rsplit(':').next().unwrap_or(address);
            let wants = |entry: &Node| entry.get("published").and_then(Node::as_str) == Some(port);
            (item("ports", &wants), format!("wants port {port} of the host"))
        }
        Reason::SourceMissing { path } | Reason::NotShared { path } => {
            let mounts = |entry: &Node| entry.get("source").and_then(Node::as_str) == Some(path);
            (item("volumes", &mounts), "this path".to_owned())
        }
        Reason::NoSuchCommand { .. } => {
            let key = if loaded.is_some_and(|loaded| has(loaded, &at("entrypoint"))) {
                "entrypoint"
            } else {
                "command"
            };
            (at(key), "this command".to_owned())
        }
        Reason::Registry(_) | Reason::NotFound { thing: Thing::Image, .. } => {
            (at("image"), "this image".to_owned())
        }
        _ => (Path::keys(["services", service]), String::new()),
    }
}

/// The part of a service that the daemon's words quote, else the service.
fn told(at: Path, loaded: Option<&Loaded>, words: &str) -> Path {
    let found = loaded.and_then(|loaded| quoted(node(loaded, &at)?, &at, words));
    found.unwrap_or(at)
}

fn waited(wait: &WaitFailure, loaded: Option<&Loaded>) -> Problem {
    let mut problem = Problem::error("dependency-failed", wait.to_string());
    let service = Path::keys(["services", wait.service.as_str()]);
    let (path, words) = match &wait.reason {
        WaitReason::Unmet(Unmet::Unhealthy { .. }) => {
            (service.key("healthcheck"), "this check keeps failing")
        }
        WaitReason::Unmet(Unmet::NoHealthcheck { .. }) => {
            (service, "has no `healthcheck`, so it is never healthy")
        }
        WaitReason::Unmet(Unmet::Exited { .. }) => (service, "this one ended"),
        WaitReason::Unmet(Unmet::Missing) => (service, "has no container"),
        WaitReason::TimedOut { .. } => (service, "was not ready in time"),
    };
    problem = placed(problem, loaded, (&path, words.to_owned()));
    for waiting in &wait.waiting {
        let edge = Path::keys(["services", waiting.as_str(), "depends_on", wait.service.as_str()]);
        problem = placed(problem, loaded, (&edge, format!("`{waiting}` waits for it here")));
    }
    let help = evidence(wait);
    if help.is_empty() { problem } else { problem.help(help) }
}

/// What the container had to say: exit code, probes, last lines.
fn evidence(wait: &WaitFailure) -> String {
    let mut lines = Vec::new();
    if let WaitReason::Unmet(Unmet::Exited { code, oom_killed, .. }) = &wait.reason
        && let Some(words) = meaning(*code, *oom_killed)
    {
        lines.push(format!("exit code {code}: {words}"));
    }
    if let Some(details) = &wait.details {
        lines.extend(probes(details));
    }
    lines.extend(tail("last log lines", &wait.log));
    lines.join("\n")
}

fn probes(details: &ContainerDetails) -> Vec<String> {
    if details.probes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("health check {}:", details.health_test.test.join(" "))];
    for probe in details.probes.iter().rev().take(3).rev() {
        let output: String = probe.output.trim().chars().take(PROBE_WIDTH).collect();
        let output = if output.is_empty() { "(no output)".to_owned() } else { output.replace('\n', " ⏎ ") };
        lines.push(format!("  exit {}: {output}", probe.exit_code));
    }
    lines
}

fn tail(title: &str, lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| {
        let body: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
        format!("{title}:\n{}", body.join("\n"))
    })
}

fn placed(problem: Problem, loaded: Option<&Loaded>, place: (&Path, String)) -> Problem {
    match loaded.and_then(|loaded| loaded.blame(place.0)) {
        Some(span) => problem.at(span, place.1),
        None => problem,
    }
}

fn node<'a>(loaded: &'a Loaded, path: &Path) -> Option<&'a Node> {
    let mut node = &loaded.tree;
    for segment in path.segments() {
        node = match segment {
            Segment::Key(key) => node.get(key)?,
            Segment::Index(index) => node.as_seq()?.get(*index)?,
        };
    }
    Some(node)
}

fn has(loaded: &Loaded, path: &Path) -> bool {
    node(loaded, path).is_some_and(|node| !node.is_null())
}

fn find_item(loaded: &Loaded, path: &Path, fits: &dyn Fn(&Node) -> bool) -> Option<usize> {
    node(loaded, path)?.as_seq()?.iter().position(fits)
}
