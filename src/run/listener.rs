//! The one ear on the daemon's events during a run.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::engine::{Engine, Error, EventQuery, Heard};

/// How many events a slow waiter may lag behind; one that lags more looks at everything again.
const BACKLOG: usize = 1024;

/// The one ear on the daemon's events during a run; cheap to clone. It stops listening when the last clone is gone.
///
/// Events are hints that it is worth looking: what an inspect call shows is the truth.
#[derive(Clone, Debug)]
pub struct Listener {
    sender: broadcast::Sender<Heard>,
    _task: Arc<Task>,
}

#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    /// Starts to listen to the events of a project's containers. When it returns, the daemon has the subscription, so
    /// that nothing that happens afterwards is missed.
    pub async fn open(engine: &Engine, project: &str) -> Result<Self, Error> {
        let query = EventQuery::containers_of(project);
        let mut events = engine.listen(&query).await?;
        let engine = engine.clone();
        let (sender, _) = broadcast::channel(BACKLOG);
        let forward = sender.clone();
        let task = tokio::spawn(async move {
            loop {
                while let Some(Ok(heard)) = events.next().await {
                    // Nobody may be waiting just now.
                    let _ = forward.send(heard);
                }
                // The daemon stays away. Whoever waits looks at a gap, and learns it from that.
                let _ = forward.send(Heard::Gap);
                let Ok(again) = engine.listen(&query).await else { return };
                events = again;
                let _ = forward.send(Heard::Gap);
            }
        });
        Ok(Self { sender, _task: Arc::new(Task(task)) })
    }

    /// Everything from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Heard> {
        self.sender.subscribe()
    }
}
