//! Processes that are started in a container that runs.

use bollard::query_parameters::{ResizeContainerTTYOptionsBuilder, ResizeExecOptionsBuilder};
use serde::{Deserialize, Serialize};

use super::observe::nullable;
use super::streams::Attached;
use super::wire::segment;
use super::{Engine, Error};

/// A process to start in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExecSpec {
    /// The program and its arguments.
    pub cmd: Vec<String>,
    /// More variables, `K=V`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// `user[:group]`; empty for the container's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Working directory; empty for the container's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// With a terminal.
    pub tty: bool,
    /// With all privileges.
    pub privileged: bool,
    /// Attach to its standard input.
    pub attach_stdin: bool,
    /// Attach to its output.
    pub attach_stdout: bool,
    /// Attach to its error output.
    pub attach_stderr: bool,
    /// The keys that a terminal's user types to let go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detach_keys: Option<String>,
}

/// How a process in a container is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExecState {
    /// It runs.
    #[serde(default, deserialize_with = "nullable")]
    pub running: bool,
    /// Its exit code, once it ended.
    #[serde(default)]
    pub exit_code: Option<i64>,
    /// Its process id in the host's eyes; 0 if it never ran.
    #[serde(default, deserialize_with = "nullable")]
    pub pid: i64,
}

/// A terminal's size in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    /// Lines.
    pub rows: u16,
    /// Characters in a line.
    pub columns: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StartRequest {
    detach: bool,
    tty: bool,
    /// Height and width, from API 1.42 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    console_size: Option<[u16; 2]>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    id: String,
}

impl Engine {
    /// Prepares a process and gives its id.
    pub async fn create_exec(&self, container: &str, spec: &ExecSpec) -> Result<String, Error> {
        let path = format!("/containers/{}/exec", segment(container));
        let made: Made = self.wire.post(path).json(spec).answer().await?;
        Ok(made.id)
    }

    /// Starts a process that was prepared, attached to it. Its output ends when it ends.
    pub async fn start_exec(
        &self,
        exec: &str,
        tty: bool,
        size: Option<TerminalSize>,
    ) -> Result<Attached, Error> {
        let path = format!("/exec/{}/start", segment(exec));
        let name = format!("POST {path}");
        let console_size =
            size.filter(|_| tty && self.starts_with_size()).map(|size| [size.rows, size.columns]);
        let request = StartRequest { detach: false, tty, console_size };
        let stream = self.wire.post(path).json(&request).hijack().await?;
        Ok(Attached::new(stream, name, tty))
    }

    /// A process can be started in a terminal of a given size; before API 1.42 it is resized after its start.
    #[must_use]
    pub fn starts_with_size(&self) -> bool {
        self.speaks(1, 42)
    }

    /// Starts a process that was prepared and leaves it alone.
    pub async fn start_exec_detached(&self, exec: &str) -> Result<(), Error> {
        let request = StartRequest { detach: true, tty: false, console_size: None };
        self.wire.post(format!("/exec/{}/start", segment(exec))).json(&request).done().await
    }

    /// How a process is doing.
    pub async fn inspect_exec(&self, exec: &str) -> Result<ExecState, Error> {
        self.wire.get(format!("/exec/{}/json", segment(exec))).answer().await
    }

    /// Gives the terminal of a process that runs another size.
    pub async fn resize_exec(&self, exec: &str, size: TerminalSize) -> Result<(), Error> {
        let options = ResizeExecOptionsBuilder::default().h(size.rows.into()).w(size.columns.into()).build();
        let call = format!("POST /exec/{exec}/resize");
        self.borrow(&call, self.docker.resize_exec(&segment(exec), options)).await
    }

    /// Gives the terminal of a container that runs another size.
    pub async fn resize_container(&self, container: &str, size: TerminalSize) -> Result<(), Error> {
        let options =
            ResizeContainerTTYOptionsBuilder::default().h(size.rows.into()).w(size.columns.into()).build();
        let call = format!("POST /containers/{container}/resize");
        self.borrow(&call, self.docker.resize_container_tty(&segment(container), options)).await
    }
}
