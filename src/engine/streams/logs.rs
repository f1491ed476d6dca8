//! What a container wrote, as the daemon kept it.

use http::header::CONTENT_TYPE;

use super::{Flow, Line, Lines, Output, outputs};
use crate::engine::wire::segment;
use crate::engine::{Engine, Error};

/// Which part of a container's output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Goes on until the container ends. The daemon keeps whole lines: the prompt of a terminal comes with the end of its
    /// line. [`Engine::attach`] with [`AttachOptions::logs`](super::AttachOptions::logs) shows it at once.
    pub follow: bool,
    /// Each line begins with the time at which it was written.
    pub timestamps: bool,
    /// Only so many lines from the end; `None`: all.
    pub tail: Option<u64>,
    /// Only what was written since: seconds since 1970, with a fraction after a point.
    pub since: Option<String>,
    /// Only what was written until: seconds since 1970, with a fraction after a point.
    pub until: Option<String>,
    /// The container has a terminal; `None`: it is found out.
    pub tty: Option<bool>,
}

impl Engine {
    /// What a container wrote, in pieces as they come.
    pub async fn logs(&self, container: &str, options: &LogOptions) -> Result<Flow<Output>, Error> {
        let path = format!("/containers/{}/logs", segment(container));
        let name = format!("GET {path}");
        let mut call = self
            .wire
            .get(path)
            .query("stdout", "1")
            .query("stderr", "1")
            .query("tail", options.tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string()));
        for (wanted, parameter) in [(options.follow, "follow"), (options.timestamps, "timestamps")] {
            if wanted {
                call = call.query(parameter, "1");
            }
        }
        for (time, parameter) in [(&options.since, "since"), (&options.until, "until")] {
            if let Some(time) = time {
                call = call.query(parameter, time);
            }
        }
        // The daemon begins to answer with the first line, however long that takes.
        let response = call.patience(None).response().await?;
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let raw = match (options.tty, kind) {
            (Some(tty), _) => tty,
            // Engines say so from API 1.42 on.
            (None, "application/vnd.docker.raw-stream") if self.speaks(1, 42) => true,
            (None, "application/vnd.docker.multiplexed-stream") => false,
            // The output of a terminal begins with a time then, and no frame does.
            (None, _) if options.timestamps => false,
            (None, _) => self.inspect_container(container).await?.tty,
        };
        Ok(outputs(Flow::of_body(response.into_body(), name), raw))
    }

    /// What a container wrote, in lines.
    pub async fn log_lines(&self, container: &str, options: &LogOptions) -> Result<Flow<Line>, Error> {
        Ok(Lines::of(self.logs(container, options).await?, options.timestamps))
    }
}
