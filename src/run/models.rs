//! Language models, which Docker's plugin `docker-model` keeps: it is asked for the same things, by the same words, as by
//! docker compose.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::Arc;

use futures_util::future::try_join_all;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::plugin::plugin;
use crate::diag::harmless;
use crate::engine::Engine;
use crate::event::{Event, Progress, Sink, Status};
use crate::model::Model;
use crate::resource::{Kind, ResourceId};

/// The first version of the plugin that takes flags of the runtime.
const FLAGS_SINCE: [u32; 3] = [1, 0, 6];

/// Why a model is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFault {
    /// There is no such plugin.
    #[error("'models' support requires Docker Model plugin")]
    NoPlugin,
    /// The plugin ended with an error.
    #[error("`docker model {words}`: {status}{}", said(.output))]
    Failed {
        /// What it was asked.
        words: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to standard error.
        output: String,
    },
    /// Its answer is none that we know.
    #[error("`docker model {words}` answered something that cannot be read: {cause}")]
    Unreadable {
        /// What it was asked.
        words: String,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// It cannot be run.
    #[error("`{}`: {cause}", .program.display())]
    Unable {
        /// The plugin.
        program: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

fn said(output: &str) -> String {
    let text = output.trim();
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct ModelRunner {
    program: PathBuf,
    project: String,
    variables: Arc<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    endpoint: String,
}

#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct About {
    #[serde(rename = "Version", default)]
    version: String,
}

impl ModelRunner {
    /// Finds the plugin. `variables` are those that it is run with.
    ///
    /// # Errors
    /// [`ModelFault::NoPlugin`].
    pub fn find(
        engine: &Engine,
        project: &str,
        variables: Arc<BTreeMap<String, String>>,
    ) -> Result<Self, ModelFault> {
        let program = plugin(engine, "model").ok_or(ModelFault::NoPlugin)?;
        Ok(Self { program, project: project.to_owned(), variables })
    }

    /// Where models are asked.
    pub async fn endpoint(&self) -> Result<String, ModelFault> {
        let state: State = self.answer(&["status", "--json"]).await?;
        Ok(state.endpoint)
    }

    /// Pulls models that are not there, and sets them up.
    pub async fn ensure(&self, models: &[Model], sink: &Sink) -> Result<(), ModelFault> {
        let kept: Vec<Kept> = self.answer(&["ls", "--json"]).await?;
        let kept: BTreeSet<String> = kept.iter().flat_map(|kept| &kept.tags).map(|tag| whole(tag)).collect();
        let flags = models.iter().any(|model| !model.runtime_flags.is_empty()) && self.takes_flags().await;
        let kept = &kept;
        try_join_all(models.iter().map(async |model| {
            let tell = |status, text: &str, details: &str| {
                let resource = ResourceId::new(Kind::Service, &model.name);
                sink.send(Event::Progress(Progress::new(resource, status, text).details(details)));
            };
            let done = async {
                if !kept.contains(&whole(&model.model)) {
                    tell(Status::Working, "Pulling", "");
                    self.pull(&model.model, |line| tell(Status::Working, "Pulling", line)).await?;
                    tell(Status::Working, "Pulled", "");
                }
                tell(Status::Working, "Configuring", "");
                self.output(&configuration(model, flags)).await?;
                tell(Status::Done, "Configured", "");
                Ok(())
            };
            let done: Result<(), ModelFault> = done.await;
            if let Err(fault) = &done {
                tell(Status::Error, "Error", &fault.to_string());
            }
            done
        }))
        .await?;
        Ok(())
    }

    async fn pull(&self, model: &str, tell: impl Fn(&str)) -> Result<(), ModelFault> {
        let words = ["pull", model];
        let mut child = self.command(&words).spawn().map_err(|cause| self.unable(cause))?;
        if let Some(stream) = child.stdout.take() {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tell(&harmless(line.trim()));
            }
        }
        let output = child.wait_with_output().await.map_err(|cause| self.unable(cause))?;
        checked(&words, output).map(drop)
    }

    async fn takes_flags(&self) -> bool {
        let about: Result<About, _> = self.answer(&["docker-cli-plugin-metadata"]).await;
        about.is_ok_and(|about| numbers(&about.version) >= FLAGS_SINCE)
    }

    async fn answer<T: for<'a> Deserialize<'a>>(&self, words: &[&str]) -> Result<T, ModelFault> {
        let output = self.output(words).await?;
        serde_json::from_slice(&output.stdout)
            .map_err(|cause| ModelFault::Unreadable { words: words.join(" "), cause })
    }

    async fn output<S: AsRef<str>>(&self, words: &[S]) -> Result<Output, ModelFault> {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let output = self.command(&words).output().await.map_err(|cause| self.unable(cause))?;
        checked(&words, output)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .envs(&*self.variables)
            .env("COMPOSE_PROJECT_NAME", &self.project)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    fn unable(&self, cause: io::Error) -> ModelFault {
        ModelFault::Unable { program: self.program.clone(), cause }
    }
}

fn checked(words: &[&str], output: Output) -> Result<Output, ModelFault> {
    if output.status.success() {
        return Ok(output);
    }
    let said = harmless(&String::from_utf8_lossy(&output.stderr)).into_owned();
    Err(ModelFault::Failed { words: words.join(" "), status: output.status, output: said })
}

fn configuration(model: &Model, flags: bool) -> Vec<String> {
    let mut words = vec!["configure".to_owned()];
    if model.context_size > 0 {
        words.extend(["--context-size".to_owned(), model.context_size.to_string()]);
    }
    words.push(model.model.clone());
    if flags && !model.runtime_flags.is_empty() {
        words.push("--".to_owned());
        words.extend(model.runtime_flags.iter().cloned());
    }
    words
}

/// A reference with its tag, and without the registry that is meant where none is named.
fn whole(reference: &str) -> String {
    let plain = ["index.docker.io/", "docker.io/"].iter().find_map(|start| reference.strip_prefix(start));
    let plain = plain.unwrap_or(reference);
    let name = plain.rsplit('/').next().unwrap_or(plain);
    if name.contains([':', '@']) { plain.to_owned() } else { format!("{plain}:latest") }
}

fn numbers(version: &str) -> [u32; 3] {
    let mut numbers =
        version.trim_start_matches('v').split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_all_its_spellings() {
        for spelling in ["ai/smol", "ai/smol:latest", "docker.io/ai/smol", "index.docker.io/ai/smol:latest"] {
            assert_eq!(whole(spelling), "ai/smol:latest");
        }
        assert_eq!(whole("localhost:5000/smol"), "localhost:5000/smol:latest");
        assert_eq!(whole("ai/smol@sha256:0"), "ai/smol@sha256:0");
    }

    #[test]
    fn flags_of_the_runtime_go_to_versions_that_take_them() {
        let takes = |version| numbers(version) >= FLAGS_SINCE;
        assert!(takes("v1.0.6") && takes("1.1") && takes("v2.0.0-rc1"));
        assert!(!takes("v1.0.5") && !takes("") && !takes("v0.9.9"));
    }
}
