//! Brings what a container lacks into it, by archives alone as far as the engine allows.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::outbox::{Outbox, What};
use super::owner::Owner;
use super::parcel::{Packed, pack};
use super::tree::Digest;
use crate::engine::{Engine, Error, ExecSpec, Reason, Thing};

/// So many paths at once are rather taken away by the container's own `rm`, if it has one.
const MANY: usize = 4;

/// A container that files go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// Its id.
    pub id: String,
    /// The id of its image.
    pub image: String,
    /// Who owns what is put there.
    pub owner: Owner,
    /// Its root file system cannot be written.
    pub read_only: bool,
    /// Where something is mounted that can be written, longest paths first.
    pub mounts: Vec<PathBuf>,
}

/// What was brought.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Files and links that were put there.
    pub copied: usize,
    /// Paths that were taken away.
    pub erased: usize,
    /// Bytes of content.
    pub bytes: u64,
    /// What was in each file: size and hash.
    pub learned: Vec<(PathBuf, (u64, Digest))>,
    /// What could not be read here.
    pub refused: Vec<(PathBuf, io::Error)>,
}

/// Why nothing was brought.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The container is not there any more.
    #[error("the container is gone")]
    Gone,
    /// Much is to be taken away, for which the container's own program is not there before its start.
    #[error("the container has not been started yet")]
    NotStarted,
    /// Nothing can be written there.
    #[error("`{}` cannot be written: the container's root file system is read-only", .0.display())]
    ReadOnly(PathBuf),
    /// The daemon refused.
    #[error(transparent)]
    Engine(Error),
}

/// Brings changes into containers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Courier {
    engine: Engine,
}

impl DeliveryError {
    /// The next step.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Gone => Some("`rcompose up` makes it again".to_owned()),
            Self::ReadOnly(target) => Some(format!(
                "mount a volume at `{}`, or remove `read_only` from the service while you develop",
                target.display()
            )),
            Self::NotStarted => None,
            Self::Engine(error) if matches!(error.reason(), Some(Reason::DiskFull)) => Some(
                "the disk behind the container is full; `docker system df` shows what takes room".to_owned(),
            ),
            Self::Engine(error) => error.help(),
        }
    }
}

impl From<Error> for DeliveryError {
    fn from(error: Error) -> Self {
        match error.reason() {
            // A path that is not found is told with the same status.
            Some(Reason::NotFound { thing: Thing::Container, .. } | Reason::RemovalInProgress) => Self::Gone,
            _ => Self::Engine(error),
        }
    }
}

/// What goes to one folder of a container by the same calls, with paths relative to it.
#[derive(Debug, Default)]
struct Load {
    puts: Puts,
    erases: Vec<PathBuf>,
}

/// Where files go, with where they are.
type Puts = Vec<(PathBuf, PathBuf)>;

impl Load {
    /// Takes out one path that can be taken away by the call that brings the rest: nothing of the rest lies in it.
    fn last(&mut self) -> Option<PathBuf> {
        let apart = |path: &PathBuf| !self.puts.iter().any(|(name, _)| name.starts_with(path));
        let found = self.erases.iter().position(apart).filter(|_| !self.puts.is_empty());
        found.map(|at| self.erases.remove(at))
    }
}

impl Courier {
    /// A courier of a daemon.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// Gets to know a container.
    pub async fn visit(&self, id: &str) -> Result<Destination, DeliveryError> {
        let seen = self.engine.inspect_container_raw(id).await?;
        let user = seen["Config"]["User"].as_str().unwrap_or_default();
        let (mut passwd, mut groups) = (String::new(), String::new());
        if Owner::is_named(user) {
            passwd = self.read(id, "/etc/passwd").await;
            groups = self.read(id, "/etc/group").await;
        }
        let mounts = seen["Mounts"].as_array().into_iter().flatten();
        let mut mounts: Vec<PathBuf> = mounts
            .filter(|mount| mount["RW"] == Value::Bool(true))
            .filter_map(|mount| mount["Destination"].as_str().map(PathBuf::from))
            .collect();
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.components().count()));
        Ok(Destination {
            id: seen["Id"].as_str().unwrap_or(id).to_owned(),
            image: seen["Image"].as_str().unwrap_or_default().to_owned(),
            owner: Owner::of(user, &passwd, &groups),
            read_only: seen["HostConfig"]["ReadonlyRootfs"] == Value::Bool(true),
            mounts,
        })
    }

    /// Brings everything of an outbox, in as few calls as can be. A `patient` one rather waits for the container's start
    /// than to take many paths away one by one.
    pub async fn deliver(
        &self,
        to: &Destination,
        outbox: &Outbox,
        patient: bool,
    ) -> Result<Delivered, DeliveryError> {
        let mut delivered = Delivered::default();
        for (folder, mut load) in loads(to, outbox)? {
            delivered.erased += load.erases.len();
            let last = load.last();
            self.erase(to, (&folder, &load.erases), patient).await?;
            self.bring(to, (&folder, load.puts, last), &mut delivered).await?;
        }
        Ok(delivered)
    }

    /// Puts files there, by a call that takes one path away on the way.
    async fn bring(
        &self,
        to: &Destination,
        (folder, puts, last): (&Path, Puts, Option<PathBuf>),
        delivered: &mut Delivered,
    ) -> Result<(), DeliveryError> {
        if puts.is_empty() {
            return Ok(());
        }
        let owner = to.owner;
        let place = folder.to_string_lossy();
        let write = move |archive: &mut crate::engine::Archive| pack(archive, &puts, owner);
        let retry = write.clone();
        let packed = match self.engine.place((&to.id, &place), last.as_deref(), write).await {
            Err(Error::Unsupported(_)) => {
                self.remove(to, folder, last.as_slice()).await?;
                self.engine.place((&to.id, &place), None, retry).await?
            }
            other => other?,
        };
        let Packed { files, bytes, learned, refused } = packed;
        delivered.copied += files;
        delivered.bytes += bytes;
        delivered.learned.extend(learned);
        delivered.refused.extend(refused);
        Ok(())
    }

    /// Takes paths away.
    async fn erase(
        &self,
        to: &Destination,
        (folder, paths): (&Path, &[PathBuf]),
        patient: bool,
    ) -> Result<(), DeliveryError> {
        if paths.len() >= MANY {
            match self.remove(to, folder, paths).await {
                Ok(()) => return Ok(()),
                Err(DeliveryError::Engine(cause))
                    if patient && matches!(cause.reason(), Some(Reason::NotRunning)) =>
                {
                    return Err(DeliveryError::NotStarted);
                }
                Err(_) => {}
            }
        }
        for path in paths {
            match self.engine.place((&to.id, &folder.to_string_lossy()), Some(path), |_| Ok(())).await {
                Err(Error::Unsupported(_)) => self.remove(to, folder, std::slice::from_ref(path)).await?,
                other => other?,
            }
        }
        Ok(())
    }

    /// Takes paths away with the container's own `rm`.
    async fn remove(&self, to: &Destination, folder: &Path, paths: &[PathBuf]) -> Result<(), DeliveryError> {
        // The kernel takes 128 KiB in one argument and 2 MiB in all; we stay far below.
        for some in paths.chunks(500) {
            let names = some.iter().map(|path| folder.join(path).to_string_lossy().into_owned());
            let cmd: Vec<String> =
                ["rm", "-rf", "--"].into_iter().map(ToOwned::to_owned).chain(names).collect();
            let spec = ExecSpec {
                cmd,
                user: "0".to_owned(),
                attach_stdout: true,
                attach_stderr: true,
                ..ExecSpec::default()
            };
            let exec = self.engine.create_exec(&to.id, &spec).await?;
            let mut output = self.engine.start_exec(&exec, false, None).await?.output;
            while output.next().await.is_some() {}
            let code = self.engine.inspect_exec(&exec).await?.exit_code;
            if code != Some(0) {
                let words = "`rm` of the container could not take the files away".to_owned();
                return Err(DeliveryError::Engine(Error::Unsupported(words)));
            }
        }
        Ok(())
    }

    /// A small text file of a container; empty if it has none.
    async fn read(&self, id: &str, path: &str) -> String {
        let Ok((_, mut flow)) = self.engine.download(id, path).await else { return String::new() };
        let mut bytes = Vec::new();
        while let Some(Ok(piece)) = flow.next().await {
            bytes.extend_from_slice(&piece);
        }
        let mut archive = tar::Archive::new(bytes.as_slice());
        let first = archive.entries().ok().and_then(|mut entries| entries.next()).and_then(Result::ok);
        first.and_then(|entry| io::read_to_string(entry).ok()).unwrap_or_default()
    }
}

/// Sorts changes by the folder that they are unpacked in: the root, and below a root that cannot be written, the mounts.
fn loads(to: &Destination, outbox: &Outbox) -> Result<Vec<(PathBuf, Load)>, DeliveryError> {
    let mut loads: Vec<(PathBuf, Load)> = Vec::new();
    for (target, change) in outbox.changes() {
        let folder = if to.read_only {
            let mount = to.mounts.iter().find(|mount| target.starts_with(mount));
            mount.cloned().ok_or_else(|| DeliveryError::ReadOnly(target.clone()))?
        } else {
            PathBuf::from("/")
        };
        let name = match target.strip_prefix(&folder) {
            Ok(name) if name.as_os_str().is_empty() => PathBuf::from("."),
            Ok(name) => name.to_path_buf(),
            Err(_) => continue,
        };
        let known = loads.iter().position(|(known, _)| *known == folder);
        let at = known.unwrap_or(loads.len());
        if known.is_none() {
            loads.push((folder, Load::default()));
        }
        let load = &mut loads[at].1;
        if change.what != What::Put {
            load.erases.push(name.clone());
        }
        if change.what != What::Erase {
            load.puts.push((name, change.source.clone()));
        }
    }
    Ok(loads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::watch::Change;

    fn outbox(paths: &[(&str, What)]) -> Outbox {
        let mut outbox = Outbox::default();
        for (path, what) in paths {
            outbox.add(Path::new(path), Change { source: path.into(), what: *what, passing: false });
        }
        outbox
    }

    #[test]
    fn a_root_that_can_be_written_takes_everything_by_one_call() {
        let to = Destination { mounts: vec!["/data".into()], ..Destination::default() };
        let sorted = loads(&to, &outbox(&[("/app/x", What::Put), ("/data/y", What::Put)])).expect("writable");
        assert_eq!(sorted.len(), 1);
    }

    #[test]
    fn below_a_read_only_root_only_mounts_take_anything() {
        let to = Destination { read_only: true, mounts: vec!["/data".into()], ..Destination::default() };
        let sorted =
            loads(&to, &outbox(&[("/data/y", What::Put), ("/data/z", What::Erase)])).expect("a mount");
        assert_eq!(sorted[0].0, Path::new("/data"));
        assert_eq!(sorted[0].1.erases, [Path::new("z")]);
        let refused = loads(&to, &outbox(&[("/app/x", What::Put)])).expect_err("read-only");
        assert!(refused.to_string().contains("/app/x"), "{refused}");
    }
}
