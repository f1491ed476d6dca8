//! `attach`: our streams become those of a container that runs.

use super::{Compose, Error, Instance};
use crate::run::{Attendance, Attended, Console, Ended, attend};

/// A container to attach to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachable {
    id: String,
    /// It has a terminal.
    pub tty: bool,
}

impl Compose {
    /// Finds the running container that a user means.
    pub async fn attachable(&self, at: &Instance) -> Result<Attachable, Error> {
        let container = self.running(at).await?;
        let details = self.engine().inspect_container(&container.id).await?;
        Ok(Attachable { id: details.id, tty: details.tty })
    }

    /// Stays at a container with `console` until it ends or the user lets go.
    pub async fn attach(&self, to: &Attachable, console: Console) -> Result<Ended, Error> {
        let at = Attended { container: &to.id, tty: to.tty, state: Attendance::Running };
        Ok(attend(self.engine(), at, console).await?)
    }
}
