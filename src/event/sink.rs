//! Where events go: one channel with a total order. Who sends never waits for who draws.

use tokio::sync::mpsc;

use super::Event;

/// The sending end; cheap to clone. Sending never blocks and never fails: with no listener, events are dropped.
#[derive(Clone, Debug)]
pub struct Sink {
    sender: Option<mpsc::UnboundedSender<Event>>,
}

/// The listening end: events in the order in which they were sent.
#[derive(Debug)]
pub struct Events {
    receiver: mpsc::UnboundedReceiver<Event>,
}

/// A connected pair.
#[must_use]
pub fn channel() -> (Sink, Events) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Sink { sender: Some(sender) }, Events { receiver })
}

impl Sink {
    /// A sink that drops everything.
    #[must_use]
    pub fn silent() -> Self {
        Self { sender: None }
    }

    /// Tells.
    pub fn send(&self, event: Event) {
        if let Some(sender) = &self.sender {
            // The listener may have gone first, for instance after a broken pipe: work goes on without it.
            let _ = sender.send(event);
        }
    }
}

impl Events {
    /// The next event; `None` once every sink is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.receiver.recv().await
    }
}
