//! What the proxy does to a request instead of just passing it on.

use std::time::Duration;

use super::Call;

/// A disturbance of the nth request of a kind; each happens once.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    method: String,
    pattern: String,
    skip: u32,
    pub(super) harm: Harm,
}

/// The ways to disturb.
#[derive(Clone, Debug)]
pub(super) enum Harm {
    /// The connection is closed before the daemon hears anything.
    Refuse,
    /// The daemon does it, and its answer is lost.
    Lose,
    /// The daemon hears nothing, and this answer is given.
    Answer(u16, String),
    /// The request waits before it is passed on.
    Delay(Duration),
    /// The answer is cut off after this many bytes.
    Truncate(usize),
}

impl Fault {
    /// Disturbs a request with this method and path (`*` stands for one part) by closing its connection at once.
    pub(crate) fn on(method: &str, pattern: &str) -> Self {
        Self { method: method.to_owned(), pattern: pattern.to_owned(), skip: 0, harm: Harm::Refuse }
    }

    /// The same for any request by which the daemon may change something.
    pub(crate) fn on_change() -> Self {
        Self { method: String::new(), pattern: String::new(), skip: 0, harm: Harm::Refuse }
    }

    /// Disturbs the nth such request, counted from 1.
    pub(crate) fn nth(mut self, n: u32) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// The daemon does it, but nobody hears its answer.
    pub(crate) fn lose_the_answer(mut self) -> Self {
        self.harm = Harm::Lose;
        self
    }

    /// Answers with a status and a message, as a daemon does; the daemon itself hears nothing.
    pub(crate) fn answer(self, status: u16, message: &str) -> Self {
        let body = serde_json::json!({ "message": message }).to_string();
        self.answer_with(status, &body)
    }

    /// Answers with a status and a body of JSON; the daemon itself hears nothing.
    pub(crate) fn answer_with(mut self, status: u16, body: &str) -> Self {
        self.harm = Harm::Answer(status, body.to_owned());
        self
    }

    /// Lets the request wait.
    pub(crate) fn delay(mut self, time: Duration) -> Self {
        self.harm = Harm::Delay(time);
        self
    }

    /// Cuts the answer off after so many bytes.
    pub(crate) fn truncate(mut self, bytes: usize) -> Self {
        self.harm = Harm::Truncate(bytes);
        self
    }

    /// Whether this one's turn has come; counts the calls that it lets go.
    pub(super) fn strikes(&mut self, call: &Call) -> bool {
        let is_meant =
            if self.method.is_empty() { call.mutates() } else { call.is(&self.method, &self.pattern) };
        if !is_meant {
            return false;
        }
        let now = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        now
    }
}
