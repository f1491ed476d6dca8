//! Programs that stand for services: how they are found, called and listened to.
//!
//! The protocol is that of docker compose (`docs/extension.md` of its sources): messages as JSON, one a line, on standard
//! output; what a program asks for is answered on its standard input.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStderr, ChildStdin, Command};

use super::{Done, Job};
use crate::diag::harmless;
use crate::event::Status;
use crate::plan::ProviderVerb;
use crate::resource::{ProviderSpec, Provision};
use crate::run::StepError;
use crate::run::plugin::{plugin, program};

/// What we understand, as programs look it up before they send it.
const MESSAGES: &str = "error,info,setenv,rawsetenv,debug,get-service-config";
/// So many of the last lines on standard error are kept for the report.
const KEPT: usize = 10;

/// Why a program did not stand for its service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderFault {
    /// Compose cannot provide for itself.
    #[error("'compose' is not a valid provider type")]
    Itself,
    /// There is no such program.
    #[error("exec: {0:?}: executable file not found in $PATH")]
    NoProgram(String),
    /// An option is missing that the program wants.
    #[error("required parameter {parameter:?} is missing from provider {kind:?} definition")]
    Missing {
        /// The option.
        parameter: String,
        /// The program.
        kind: String,
    },
    /// The program said why it failed.
    #[error("{0}")]
    Said(String),
    /// The program said something that is no message.
    #[error("invalid message from provider: {0}")]
    Unreadable(String),
    /// The program ended with an error, and said nothing.
    #[error("failed to {verb} service provider: {status}")]
    Ended {
        /// What it was to do.
        verb: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last lines that it wrote to standard error.
        output: Vec<String>,
    },
    /// The program cannot be run.
    #[error("`{}`: {cause}", .program.display())]
    Unable {
        /// The program.
        program: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl ProviderFault {
    /// The next step.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoProgram(kind) => Some(format!(
                "install `{kind}` in your PATH, or the plugin `docker-{kind}` of the docker command"
            )),
            Self::Missing { parameter, .. } => Some(format!("add `{parameter}` below `options`")),
            _ => None,
        }
    }
}

/// What a program says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    description: String,
    up: Parameters,
    down: Parameters,
    stop: Option<Parameters>,
}

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    name: String,
    #[serde(default)]
    required: bool,
}

impl Metadata {
    fn of(&self, verb: ProviderVerb) -> Option<&Parameters> {
        match verb {
            ProviderVerb::Up => Some(&self.up),
            ProviderVerb::Down => Some(&self.down),
            ProviderVerb::Stop => self.stop.as_ref(),
        }
    }

    /// It said nothing at all.
    fn is_empty(&self) -> bool {
        self.description.is_empty() && self.up.parameters.is_empty() && self.down.parameters.is_empty()
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
}

/// Has a program bring its service up, down or to rest.
pub(super) async fn run(job: &Job, provider: &ProviderSpec, verb: ProviderVerb) -> Result<Done, StepError> {
    let service = job.step.service.clone().unwrap_or_default();
    let program = find(job, &provider.kind)?;
    let metadata = metadata(job, &program).await?;
    let Some(parameters) = metadata.of(verb) else {
        // Programs that know no rest are left alone.
        return Ok(Done::Skipped);
    };
    let options = options(provider, parameters, metadata.is_empty())?;
    let (word, doing, done) = match verb {
        ProviderVerb::Up => ("up", "create", None),
        ProviderVerb::Down => ("down", "remove", None),
        ProviderVerb::Stop => ("stop", "stop", Some(("Stopping", "Stopped"))),
    };
    if let Some((begin, _)) = done {
        job.context.tell(&job.step.resource, Status::Working, begin);
    }
    let mut command = command(job, &program);
    command.arg(format!("--project-name={}", job.context.project)).arg(word).args(options).arg(&service);
    let provisions =
        Conversation { job, provider, service: &service }.hold(command, (&program, doing)).await?;
    if let Some((_, end)) = done {
        job.context.tell(&job.step.resource, Status::Done, end);
    }
    Ok(if verb == ProviderVerb::Up { Done::Provided(provisions) } else { Done::Nothing })
}

fn command(job: &Job, program: &Path) -> Command {
    let mut command = Command::new(program);
    let variables = &*job.context.variables;
    command
        .arg("compose")
        .envs(variables)
        .env("COMPOSE_PROJECT_NAME", &job.context.project)
        .env("COMPOSE_PROVIDER_MESSAGES", MESSAGES)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if !variables.contains_key("DOCKER_HOST") && !variables.contains_key("DOCKER_CONTEXT") {
        command.env("DOCKER_HOST", job.context.engine.address());
    }
    command
}

/// A plugin of the `docker` command, else a program of the PATH.
fn find(job: &Job, kind: &str) -> Result<PathBuf, ProviderFault> {
    if kind == "compose" {
        return Err(ProviderFault::Itself);
    }
    plugin(&job.context.engine, kind)
        .or_else(|| program(&job.context.variables, kind))
        .ok_or_else(|| ProviderFault::NoProgram(kind.to_owned()))
}

/// What the program says of itself; nothing if it does not know the question.
async fn metadata(job: &Job, program: &Path) -> Result<Metadata, ProviderFault> {
    let mut command = command(job, program);
    let output = command.arg("metadata").output().await.map_err(unable(program))?;
    if !output.status.success() {
        return Ok(Metadata::default());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// The options of the file as flags: those that the program knows, or all if it did not say which these are.
fn options(provider: &ProviderSpec, known: &Parameters, unsaid: bool) -> Result<Vec<String>, ProviderFault> {
    let missing = known
        .parameters
        .iter()
        .find(|parameter| parameter.required && !provider.options.contains_key(&parameter.name));
    if let Some(parameter) = missing {
        return Err(ProviderFault::Missing {
            parameter: parameter.name.clone(),
            kind: provider.kind.clone(),
        });
    }
    let is_known = |name: &str| unsaid || known.parameters.iter().any(|parameter| parameter.name == name);
    let wanted = provider.options.iter().filter(|(name, _)| is_known(name));
    Ok(wanted
        .flat_map(|(name, values)| values.iter().map(move |value| format!("--{name}={value}")))
        .collect())
}

fn unable(program: &Path) -> impl Fn(io::Error) -> ProviderFault {
    move |cause| ProviderFault::Unable { program: program.to_owned(), cause }
}

/// A talk with a program.
struct Conversation<'a> {
    job: &'a Job,
    provider: &'a ProviderSpec,
    service: &'a str,
}

impl Conversation<'_> {
    async fn hold(
        &self,
        mut command: Command,
        (program, verb): (&Path, &'static str),
    ) -> Result<Vec<Provision>, ProviderFault> {
        let unable = unable(program);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(&unable)?;
        let mut answers = child.stdin.take();
        let errors = child.stderr.take().map(|stream| BufReader::new(stream).lines());
        let complaints = tokio::spawn(last_lines(errors));
        let mut provisions = Vec::new();
        let mut said = None;
        if let Some(stream) = child.stdout.take() {
            let mut lines = BufReader::new(stream).lines();
            while let Some(line) = lines.next_line().await.map_err(&unable)? {
                if line.trim().is_empty() {
                    continue;
                }
                match self.take(&line, &mut answers).await {
                    Ok(provision) => provisions.extend(provision),
                    Err(fault) => {
                        said.get_or_insert(fault);
                    }
                }
            }
        }
        drop(answers);
        let status = child.wait().await.map_err(&unable)?;
        if let Some(fault) = said {
            return Err(fault);
        }
        if !status.success() {
            let output = complaints.await.unwrap_or_default();
            return Err(ProviderFault::Ended { verb, status, output });
        }
        Ok(provisions)
    }

    /// Takes a message.
    async fn take(
        &self,
        line: &str,
        answers: &mut Option<ChildStdin>,
    ) -> Result<Option<Provision>, ProviderFault> {
        let unreadable = || ProviderFault::Unreadable(harmless(line).into_owned());
        let message: Message = serde_json::from_str(line).map_err(|_| unreadable())?;
        let words = harmless(&message.message).into_owned();
        match message.kind.as_str() {
            "error" => return Err(ProviderFault::Said(words)),
            "info" => self.job.context.tell(&self.job.step.resource, Status::Working, &words),
            "debug" => tracing::debug!(service = self.service, "{words}"),
            "setenv" | "rawsetenv" => {
                let (name, value) = message.message.split_once('=').ok_or_else(unreadable)?;
                let prefix = if message.kind == "setenv" {
                    format!("{}_", self.service.to_uppercase())
                } else {
                    String::new()
                };
                return Ok(Some(Provision { name: format!("{prefix}{name}"), value: value.to_owned() }));
            }
            "get-service-config" => {
                if let Some(answers) = answers {
                    let answer = format!("{}\n", self.provider.definition);
                    // Who asks and does not listen is none of our concern.
                    let _ = answers.write_all(answer.as_bytes()).await;
                }
            }
            _ => return Err(unreadable()),
        }
        Ok(None)
    }
}

async fn last_lines(lines: Option<Lines<BufReader<ChildStderr>>>) -> Vec<String> {
    let mut kept = VecDeque::new();
    if let Some(mut lines) = lines {
        while let Ok(Some(line)) = lines.next_line().await {
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(harmless(&line).into_owned());
        }
    }
    kept.into()
}
