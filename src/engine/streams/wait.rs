//! Waiting for the end of a container.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::Deserialize;

use crate::engine::observe::nullable;
use crate::engine::wire::segment;
use crate::engine::{Engine, Error};

/// What to wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitFor {
    /// That it does not run; at once if it does not.
    #[default]
    NotRunning,
    /// Its next exit: to be set up before it is started. Engine 20.10 may report 0 if it is started again at once.
    NextExit,
    /// That it is removed.
    Removed,
}

/// A wait that the daemon knows of.
#[derive(Debug)]
pub struct Waiting {
    body: Incoming,
    call: String,
}

/// How a container ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code.
    pub code: i64,
    /// Why the daemon could not wait properly; empty if it could.
    pub error: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default, deserialize_with = "nullable")]
    status_code: i64,
    #[serde(default, deserialize_with = "nullable")]
    error: Message,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(default, deserialize_with = "nullable")]
    message: String,
}

impl Engine {
    /// Sets up a wait. When this returns, the daemon waits already: what happens from now on is not missed.
    pub async fn wait(&self, container: &str, what: WaitFor) -> Result<Waiting, Error> {
        let path = format!("/containers/{}/wait", segment(container));
        let call = format!("POST {path}");
        let condition = match what {
            WaitFor::NotRunning => "not-running",
            WaitFor::NextExit => "next-exit",
            WaitFor::Removed => "removed",
        };
        let response = self.wire.post(path).query("condition", condition).response().await?;
        Ok(Waiting { body: response.into_body(), call })
    }
}

impl Waiting {
    /// Waits. An exit code other than zero is an answer like any other.
    pub async fn exit(self) -> Result<Exit, Error> {
        let body = self.body.collect().await.map_err(|cause| Error::gone(&self.call, cause.to_string()))?;
        let bytes = body.to_bytes();
        if bytes.trim_ascii().is_empty() {
            return Err(Error::gone(&self.call, "the answer has no exit code"));
        }
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|cause| Error::Unreadable { call: self.call.clone(), cause })?;
        Ok(Exit { code: answer.status_code, error: answer.error.message })
    }
}
