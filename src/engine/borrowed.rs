//! Calls that `bollard` makes for us: its errors in our words.

use std::future::Future;

use bollard::errors::Error as Foreign;

use super::wire::Fault;
use super::{Engine, Error, Refusal};

impl Engine {
    /// Waits for a call of `bollard`'s; `call` names it in errors.
    pub(super) async fn borrow<T>(
        &self,
        call: &str,
        future: impl Future<Output = Result<T, Foreign>>,
    ) -> Result<T, Error> {
        future.await.map_err(|fault| self.translate(call, fault))
    }

    /// An error of `bollard`'s in our words.
    pub(super) fn translate(&self, call: &str, fault: Foreign) -> Error {
        match fault {
            Foreign::DockerResponseServerError { status_code, message } => {
                Error::Refused(Box::new(Refusal::new(call, status_code, &message)))
            }
            Foreign::DockerStreamError { error } => Error::Refused(Box::new(Refusal::new(call, 0, &error))),
            Foreign::IOError { err } => match err.downcast::<Fault>() {
                Ok(fault) => Error::from_fault(&self.wire, call, fault),
                Err(cause) => Error::gone(call, cause.to_string()),
            },
            Foreign::JsonSerdeError { err } => Error::Unreadable { call: call.to_owned(), cause: err },
            Foreign::JsonDataError { message, .. } => {
                Error::Unreadable { call: call.to_owned(), cause: serde::de::Error::custom(message) }
            }
            other => Error::gone(call, other.to_string()),
        }
    }
}
