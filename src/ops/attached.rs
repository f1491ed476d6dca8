//! What a user can ask of an `up` that stays attached.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::watch::{Requests, Session};
use super::{Compose, Error, WatchOptions, WatchRequest};
use crate::event::{Event, Level};

/// A wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpRequest {
    /// Leave; the containers run on.
    Detach,
    /// Begin to watch files, or end it.
    ToggleWatch,
    /// Something for the watch, if there is one.
    Watch(WatchRequest),
}

/// Wishes on their way, and how files are watched if that is one.
#[derive(Debug)]
pub struct Menu {
    /// The wishes.
    pub requests: mpsc::UnboundedReceiver<UpRequest>,
    /// How files are watched.
    pub watch: WatchOptions,
}

impl Menu {
    /// The next wish; never, once nobody can wish for anything.
    pub(super) async fn next(menu: Option<&mut Self>) -> UpRequest {
        if let Some(menu) = menu
            && let Some(request) = menu.requests.recv().await
        {
            return request;
        }
        std::future::pending().await
    }
}

/// A watch beside an `up`.
#[derive(Debug)]
pub(super) struct Watching {
    quit: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
    requests: Option<mpsc::UnboundedSender<WatchRequest>>,
}

impl Watching {
    /// Begins one.
    pub(super) fn begin(
        session: Session,
        requests: Option<mpsc::UnboundedSender<WatchRequest>>,
        stop: &CancellationToken,
    ) -> Self {
        let quit = stop.child_token();
        let task = tokio::spawn(session.run(quit.clone()));
        Self { quit, task, requests }
    }

    /// Ends it; what is under way is brought to its end.
    pub(super) async fn end(self) -> Result<(), Error> {
        self.quit.cancel();
        // A panic was told by the panic hook.
        self.task.await.unwrap_or(Ok(()))
    }

    /// Hands a wish on.
    pub(super) fn ask(&self, request: WatchRequest) {
        if let Some(requests) = &self.requests {
            // A watch that has ended by a fault of its own has nothing more to say.
            let _ = requests.send(request);
        }
    }
}

impl Compose {
    /// A watch with a way to ask it for something; what keeps it from being begun is told.
    pub(super) fn watch_on_wish(
        &self,
        options: &WatchOptions,
    ) -> Option<(Session, mpsc::UnboundedSender<WatchRequest>)> {
        let (sender, requests) = Requests::channel();
        match Session::locked(self, &WatchOptions { requests, ..options.clone() }) {
            Ok(session) => Some((session, sender)),
            Err(error) => {
                let (problems, _) = error.problems(self.loaded());
                for problem in &problems {
                    let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
                    let text = format!("{}{help}", problem.message);
                    self.sink().send(Event::Notice { level: Level::Warning, text });
                }
                None
            }
        }
    }
}
