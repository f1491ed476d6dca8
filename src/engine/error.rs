//! What can go wrong between us and the daemon.

use std::io;

use super::build::BuildFault;
use super::host::{Host, Origin};
use super::images::CredentialFault;
use super::refusal::{Reason, Refusal};
use super::wire::{Fault, Wire};
use crate::syntax::ReferenceError;

/// What an engine call comes to.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong between us and the daemon.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the daemon makes no sense.
    #[error("`{host}` ({origin}) is no address of an engine: {why}")]
    BadHost {
        /// The address.
        host: String,
        /// Where it came from.
        origin: Origin,
        /// What is wrong.
        why: String,
    },
    /// Two things that contradict each other say which daemon it is.
    #[error("{0}")]
    Conflict(String),
    /// What is to go with every request is no header.
    #[error("{0}")]
    BadHeader(String),
    /// The context cannot be used.
    #[error("the context `{name}` cannot be used: {why}")]
    BadContext {
        /// Its name.
        name: String,
        /// Why.
        why: String,
    },
    /// An image reference that is none.
    #[error("`{reference}` is no image reference: {cause}")]
    BadReference {
        /// The reference.
        reference: String,
        /// What is wrong with it.
        cause: ReferenceError,
    },
    /// Nothing answers there.
    #[error("cannot reach the container engine at `{host}` ({origin}): {cause}")]
    Unreachable {
        /// The address that was tried.
        host: String,
        /// Where it came from.
        origin: Origin,
        /// What the system says.
        cause: io::Error,
        /// The next step.
        help: String,
    },
    /// The daemon and we have no API version in common.
    #[error("{0}")]
    Version(String),
    /// The daemon said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// An image cannot be built.
    #[error("{0}")]
    Build(Box<BuildFault>),
    /// A login to a registry is kept, and cannot be had.
    #[error("{0}")]
    Credentials(Box<CredentialFault>),
    /// Something is asked for that this engine, or the way in which it is used, does not have.
    #[error("{0}")]
    Unsupported(String),
    /// The connection ended in the middle of a call.
    #[error("the container engine went away during `{call}`: {cause}")]
    Gone {
        /// Method and path.
        call: String,
        /// What was seen of it.
        cause: String,
    },
    /// The daemon did not begin to answer in time.
    #[error("the container engine gave no answer to `{call}` within {seconds} s")]
    Silent {
        /// Method and path.
        call: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The answer is not what the API promises.
    #[error("the container engine's answer to `{call}` makes no sense: {cause}")]
    Unreadable {
        /// Method and path.
        call: String,
        /// Where reading ended.
        cause: serde_json::Error,
    },
    /// Something on our own side failed.
    #[error("{what}: {cause}")]
    Local {
        /// What it was about.
        what: String,
        /// What the system says.
        cause: io::Error,
    },
    /// A request could not be written down.
    #[error("the request `{call}` cannot be written: {cause}")]
    Unwritable {
        /// Method and path.
        call: String,
        /// Why.
        cause: serde_json::Error,
    },
}

impl Error {
    /// The connection ended before the answer to `call` was complete.
    pub(super) fn gone(call: &str, cause: impl Into<String>) -> Self {
        Self::Gone { call: call.to_owned(), cause: cause.into() }
    }

    /// What a fault of the wire means.
    pub(super) fn from_fault(wire: &Wire, call: &str, fault: Fault) -> Self {
        match fault {
            Fault::Broken(cause) => Self::gone(call, cause),
            Fault::Unreachable(cause) => Self::unreachable(wire.host(), cause),
        }
    }

    /// There is no way to the daemon.
    pub(super) fn unreachable(host: &Host, cause: io::Error) -> Self {
        Self::Unreachable {
            host: host.address.to_string(),
            origin: host.origin.clone(),
            help: host.hint.next_step(&host.address, &cause),
            cause,
        }
    }

    /// What a refusal of the daemon means.
    pub(super) fn refused(call: &str, status: u16, body: &[u8]) -> Self {
        Self::Refused(Box::new(Refusal::read(call, status, body)))
    }

    /// The same, with what only we know of a transfer: which registry was asked, and whether with a login.
    pub(super) fn asked(mut self, registry: &str, logged_in: bool) -> Self {
        if let Self::Refused(refusal) = &mut self
            && let Reason::Registry(fault) = &refusal.reason
        {
            refusal.reason = fault.clone().asked(registry, logged_in).into();
        }
        self
    }

    /// Why the daemon said no, if it did.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Refused(refusal) => Some(&refusal.reason),
            _ => None,
        }
    }

    /// What was asked for does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.reason(), Some(Reason::NotFound { .. }))
            || matches!(self, Self::Refused(refusal) if matches!(refusal.status, 301 | 404))
    }

    /// What is to be done is being done already, or was done by someone else meanwhile.
    #[must_use]
    pub fn is_already_done(&self) -> bool {
        matches!(self.reason(), Some(Reason::RemovalInProgress | Reason::NetworkExists { .. }))
    }

    /// There is no daemon to talk to, or not any more.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Gone { .. })
    }

    /// The next step, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreachable { help, .. } => Some(help.clone()),
            Self::Build(fault) => fault.help(),
            Self::Credentials(fault) => Some(fault.help()),
            Self::Refused(refusal) => refusal.reason.help(),
            Self::BadHost { .. } => Some(
                "addresses look like `unix:///var/run/docker.sock`, `tcp://host:2375` and `ssh://user@host`"
                    .to_owned(),
            ),
            Self::BadContext { .. } => Some(
                "`docker context ls` lists them; `DOCKER_CONTEXT=default` or DOCKER_HOST goes round them"
                    .to_owned(),
            ),
            Self::Gone { .. } => Some("look whether the engine still runs, and into its log".to_owned()),
            Self::Silent { .. } => Some("the engine seems to be stuck; look into its log".to_owned()),
            Self::Version(_)
            | Self::Conflict(_)
            | Self::BadHeader(_)
            | Self::Unsupported(_)
            | Self::BadReference { .. }
            | Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::Local { .. } => None,
        }
    }
}

impl From<CredentialFault> for Error {
    fn from(fault: CredentialFault) -> Self {
        Self::Credentials(Box::new(fault))
    }
}

impl From<Box<BuildFault>> for Error {
    fn from(fault: Box<BuildFault>) -> Self {
        Self::Build(fault)
    }
}
