//! `commit` and `export`: what has become of a container is kept.

use std::io::Write;

use super::{Compose, Error, Instance};
use crate::engine::CommitSpec;
use crate::event::{Event, Progress, Status};
use crate::resource::{Kind, ObservedContainer, ResourceId};

/// Where the files of a container go.
pub struct Destination<'a> {
    /// Its name, for errors.
    pub name: String,
    /// The way there.
    pub writer: &'a mut (dyn Write + Send),
}

impl Compose {
    /// Makes an image of a container; gives its id.
    pub async fn commit(&self, at: &Instance, spec: &CommitSpec) -> Result<String, Error> {
        let container = self.running(at).await?;
        self.tell_of(&container, Status::Working, ("Committing", ""));
        match self.engine().commit(&container.id, spec).await {
            Ok(id) => {
                self.tell_of(&container, Status::Done, (&format!("Committed as {id}"), ""));
                Ok(id)
            }
            Err(fault) => {
                self.tell_of(&container, Status::Error, ("Error", &fault.to_string()));
                Err(fault.into())
            }
        }
    }

    /// Writes all files of a container as one tar.
    pub async fn export(&self, at: &Instance, to: Destination<'_>) -> Result<(), Error> {
        let container = self.running(at).await?;
        self.tell_of(&container, Status::Working, ("Exporting", ""));
        let done = self.export_of(&container, to).await;
        match &done {
            Ok(()) => self.tell_of(&container, Status::Done, ("Exported", "")),
            Err(fault) => self.tell_of(&container, Status::Error, ("Error", &fault.to_string())),
        }
        done
    }

    async fn export_of(&self, container: &ObservedContainer, to: Destination<'_>) -> Result<(), Error> {
        let mut files = self.engine().export(&container.id).await?;
        let failed = |cause| Error::File { path: to.name.clone(), cause };
        loop {
            let piece = tokio::select! {
                piece = files.next() => piece.transpose()?,
                () = self.interrupts().stop.cancelled() => return Err(Error::Interrupted),
            };
            match piece {
                Some(bytes) => to.writer.write_all(&bytes).map_err(failed)?,
                None => return to.writer.flush().map_err(failed),
            }
        }
    }

    fn tell_of(&self, container: &ObservedContainer, status: Status, (text, details): (&str, &str)) {
        let resource = ResourceId::new(Kind::Container, &container.name);
        self.sink().send(Event::Progress(Progress::new(resource, status, text).details(details)));
    }
}

impl std::fmt::Debug for Destination<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Destination").field("name", &self.name).finish_non_exhaustive()
    }
}
