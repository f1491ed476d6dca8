//! Why a login could not be had.

use std::fmt;
use std::io;
use std::sync::Arc;

/// A login that could not be had, although one is kept.
#[derive(Clone, Debug)]
pub struct CredentialFault {
    /// The registry's host, as references write it.
    pub registry: String,
    /// The file that says where logins are kept, or the variable.
    pub file: String,
    /// What went wrong.
    pub trouble: CredentialTrouble,
}

/// What went wrong on the way to a login. Helpers are called by their program's name, `docker-credential-…`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CredentialTrouble {
    /// The file cannot be read.
    Unreadable(Arc<io::Error>),
    /// The file is no configuration.
    Malformed(Arc<serde_json::Error>),
    /// The login in the file is not `user:password` in base64.
    Undecodable,
    /// The name of a helper leads to another folder.
    HelperNamed {
        /// The name.
        helper: String,
    },
    /// The helper cannot be started.
    HelperMissing {
        /// Its program.
        helper: String,
        /// What the system says.
        cause: Arc<io::Error>,
    },
    /// The helper ended with an error.
    HelperFailed {
        /// Its program.
        helper: String,
        /// What it said.
        words: String,
    },
    /// The helper did not answer in time.
    HelperSilent {
        /// Its program.
        helper: String,
        /// Seconds that it was given.
        seconds: u64,
    },
    /// The helper's answer is none.
    HelperAnswer {
        /// Its program.
        helper: String,
        /// Where reading ended.
        cause: Arc<serde_json::Error>,
    },
}

impl CredentialFault {
    /// The next step.
    #[must_use]
    pub fn help(&self) -> String {
        let (registry, file) = (&self.registry, &self.file);
        match &self.trouble {
            CredentialTrouble::Unreadable(_) => format!("make `{file}` readable for you"),
            CredentialTrouble::Malformed(_) => format!("mend `{file}`, which is JSON"),
            CredentialTrouble::Undecodable => {
                format!("`docker login {}` writes it anew", login_name(registry))
            }
            CredentialTrouble::HelperNamed { .. } => {
                format!("`credsStore` and `credHelpers` in `{file}` take bare names, such as `pass`")
            }
            CredentialTrouble::HelperMissing { helper, .. } => format!(
                "install `{helper}`, or take it out of `credsStore` and `credHelpers` in `{file}` and \
                 `docker login {}` again",
                login_name(registry)
            ),
            CredentialTrouble::HelperFailed { helper, .. }
            | CredentialTrouble::HelperSilent { helper, .. }
            | CredentialTrouble::HelperAnswer { helper, .. } => {
                format!("try it by hand: `echo {registry} | {helper} get`")
            }
        }
    }
}

/// What `docker login` takes: nothing for the default registry.
fn login_name(registry: &str) -> &str {
    if registry == super::login::DEFAULT_DOMAIN { "" } else { registry }
}

impl fmt::Display for CredentialFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        write!(f, "cannot get the login to `{}`: ", self.registry)?;
        match &self.trouble {
            CredentialTrouble::Unreadable(cause) => write!(f, "`{file}` cannot be read: {cause}"),
            CredentialTrouble::Malformed(cause) => write!(f, "`{file}` is no configuration: {cause}"),
            CredentialTrouble::Undecodable => {
                write!(f, "its `auth` in `{file}` is not `user:password` in base64")
            }
            CredentialTrouble::HelperNamed { helper } => {
                write!(f, "`{helper}` in `{file}` is no name of a helper, which has no `/`")
            }
            CredentialTrouble::HelperMissing { helper, cause } if cause.kind() == io::ErrorKind::NotFound => {
                write!(f, "`{helper}`, which `{file}` names, is not in PATH")
            }
            CredentialTrouble::HelperMissing { helper, cause } => {
                write!(f, "`{helper}`, which `{file}` names, cannot be started: {cause}")
            }
            CredentialTrouble::HelperFailed { helper, words } => {
                write!(f, "`{helper}`, which `{file}` names, failed: {words}")
            }
            CredentialTrouble::HelperSilent { helper, seconds } => {
                write!(f, "`{helper}`, which `{file}` names, gave no answer within {seconds} s")
            }
            CredentialTrouble::HelperAnswer { helper, cause } => {
                write!(f, "the answer of `{helper}`, which `{file}` names, makes no sense: {cause}")
            }
        }
    }
}

impl std::error::Error for CredentialFault {}
