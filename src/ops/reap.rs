//! `reap`: what leases have run out on is taken away, and nothing else.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;

use super::Error;
use crate::engine::{self, Engine, Query};
use crate::event::{Event, Progress, Sink, Status};
use crate::resource::lease::{self, Lease, Over, Owner, World};
use crate::resource::{Kind, ResourceId};

/// So long is looked for what a dead process may still have begun.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks for it: nothing tells of the end of a call whose caller is dead.
const PAUSE: Duration = Duration::from_millis(250);

/// How often something is tried again that is in use.
const TRIES: u32 = 12;

/// This machine.
#[derive(Clone, Debug)]
pub struct Machine {
    host: String,
    boot: String,
    space: String,
}

/// Something that is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// What it is.
    pub resource: ResourceId,
    /// Its project.
    pub project: String,
    /// Why it is to go.
    pub why: Over,
    /// By which the daemon knows it.
    id: String,
}

impl Machine {
    /// The machine on which this runs.
    ///
    /// # Errors
    /// What the system says if it does not tell of itself.
    pub fn this() -> io::Result<Self> {
        let read = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned());
        Ok(Self {
            host: read("/proc/sys/kernel/hostname")?,
            boot: read("/proc/sys/kernel/random/boot_id")?,
            space: fs::read_link("/proc/self/ns/pid")?.to_string_lossy().into_owned(),
        })
    }

    /// This process as an owner.
    ///
    /// # Errors
    /// What the system says if it does not tell of it.
    pub fn owner(&self) -> io::Result<Owner> {
        self.process(std::process::id())
    }

    /// A process of this machine as an owner.
    ///
    /// # Errors
    /// What the system says if it does not tell of it.
    pub fn process(&self, pid: u32) -> io::Result<Owner> {
        let start =
            started(pid).ok_or_else(|| io::Error::other("/proc does not tell when the process began"))?;
        Ok(Owner { pid, start, space: self.space.clone() })
    }

    /// A lease of this machine that nothing ends yet.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease { host: self.host.clone(), boot: self.boot.clone(), ..Lease::default() }
    }
}

impl World for Machine {
    fn host(&self) -> &str {
        &self.host
    }

    fn boot(&self) -> &str {
        &self.boot
    }

    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    fn runs(&self, owner: &Owner) -> Option<bool> {
        (owner.space == self.space).then(|| started(owner.pid) == Some(owner.start))
    }

    fn any_runs(&self, folder: &str) -> Option<bool> {
        let owners = match owners(Path::new(folder)) {
            Ok(owners) => owners,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Some(false),
            Err(_) => return None,
        };
        let known: Vec<Option<bool>> = owners.iter().map(|owner| self.runs(owner)).collect();
        if known.contains(&None) { None } else { Some(known.contains(&Some(true))) }
    }
}

/// The processes that are written down in a folder: a file each, with an owner as JSON.
///
/// # Errors
/// What the system says if the folder cannot be read.
pub fn owners(folder: &Path) -> io::Result<Vec<Owner>> {
    let entries = fs::read_dir(folder)?;
    let texts = entries.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
    Ok(texts.filter_map(|text| serde_json::from_str(&text).ok()).collect())
}

/// When a process started, if it runs: field 22 of its `stat`, counted behind the name, which may hold anything. One that
/// has ended and that nobody has asked about does not run.
fn started(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// What leases have run out on, or what a given owner left in a project: three calls.
pub async fn strays(
    engine: &Engine,
    machine: &Machine,
    of: Option<(&str, &Lease)>,
) -> Result<Vec<Stray>, Error> {
    let query = Query { project: of.map(|(project, _)| project.to_owned()), ..Query::default() };
    let observed = engine.observe(&query).await?;
    let containers = observed.containers.into_iter().map(|it| (Kind::Container, it.name, it.id, it.labels));
    let networks = observed.networks.into_iter().map(|it| (Kind::Network, it.name, it.id, it.labels));
    let volumes = observed.volumes.into_iter().map(|it| (Kind::Volume, it.name.clone(), it.name, it.labels));
    let all = containers.chain(networks).chain(volumes);
    let judged = all.filter_map(|(kind, name, id, labels)| {
        let held = Lease::of_label(labels.get(lease::LABEL)?)?;
        let why = match of {
            Some((_, own)) => (held == *own).then_some(Over::OwnerGone),
            None => held.over(machine),
        }?;
        let project = labels.get(crate::resource::labels::PROJECT).cloned().unwrap_or_default();
        Some(Stray { resource: ResourceId::new(kind, name), project, why, id })
    });
    Ok(judged.collect())
}

/// Takes strays away: containers first, with their anonymous volumes, then networks and volumes. What is gone already is
/// as it should be; what is still in use by something that somebody else takes away is tried again. Gives those that are
/// still there, with what the daemon says.
pub async fn reap(engine: &Engine, sink: &Sink, strays: &[Stray]) -> Vec<(Stray, engine::Error)> {
    let mut left = remove(engine, sink, strays).await;
    for _ in 0..TRIES {
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        let again: Vec<Stray> = left.into_iter().map(|(stray, _)| stray).collect();
        left = remove(engine, sink, &again).await;
    }
    left
}

async fn remove(engine: &Engine, sink: &Sink, strays: &[Stray]) -> Vec<(Stray, engine::Error)> {
    let mut left = Vec::new();
    for first in [true, false] {
        let turn = strays.iter().filter(|stray| (stray.resource.kind == Kind::Container) == first);
        let removals = turn.map(async |stray| {
            let tell = |status, text: &str, details: &str| {
                let progress = Progress::new(stray.resource.clone(), status, text).details(details);
                sink.send(Event::Progress(progress));
            };
            tell(Status::Working, "Removing", "");
            let removed = match stray.resource.kind {
                Kind::Container => engine.remove_container(&stray.id, true).await,
                Kind::Network => engine.remove_network(&stray.id).await,
                _ => engine.remove_volume(&stray.id, false).await,
            };
            match removed {
                Err(error) if !error.is_not_found() && !error.is_already_done() => {
                    tell(Status::Warning, "Still there", &error.to_string());
                    Some((stray.clone(), error))
                }
                _ => {
                    tell(Status::Done, "Removed", stray.why.words());
                    None
                }
            }
        });
        left.extend(join_all(removals).await.into_iter().flatten());
    }
    left
}

/// Takes away everything of a project that carries a lease, until nothing is left of it: what its owner had begun when it
/// died may come a moment later.
///
/// # Errors
/// The daemon's, if it cannot be asked any more, or if something stays.
pub async fn reap_all_of(engine: &Engine, project: &str, lease: &Lease) -> Result<(), Error> {
    let machine = Machine::this().map_err(|cause| Error::File { path: "/proc".to_owned(), cause })?;
    let begun = std::time::Instant::now();
    let mut clean = 0;
    loop {
        let found = strays(engine, &machine, Some((project, lease))).await?;
        clean = if found.is_empty() { clean + 1 } else { 0 };
        if clean == 2 {
            return Ok(());
        }
        let left = reap(engine, &Sink::silent(), &found).await;
        if begun.elapsed() > PATIENCE {
            return match left.into_iter().next() {
                Some((_, error)) => Err(error.into()),
                None => Ok(()),
            };
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_and_one_of_another_start_does_not() {
        let machine = Machine::this().unwrap();
        let owner = machine.owner().unwrap();
        assert_eq!(machine.runs(&owner), Some(true));
        assert_eq!(machine.runs(&Owner { start: owner.start + 1, ..owner.clone() }), Some(false));
        assert_eq!(machine.runs(&Owner { space: "pid:[1]".to_owned(), ..owner }), None);
    }

    #[test]
    fn a_process_that_has_ended_does_not_run_though_nobody_asked_for_its_code() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        while started(pid).is_some() {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert_eq!(started(pid), None);
    }

    #[test]
    fn a_folder_of_owners_is_alive_while_one_of_them_is() {
        let machine = Machine::this().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        assert_eq!(machine.any_runs(&path), Some(false));
        let owner = machine.owner().unwrap();
        let dead = Owner { start: 1, ..owner.clone() };
        fs::write(folder.path().join("dead"), serde_json::to_string(&dead).unwrap()).unwrap();
        assert_eq!(machine.any_runs(&path), Some(false));
        fs::write(folder.path().join("alive"), serde_json::to_string(&owner).unwrap()).unwrap();
        assert_eq!(machine.any_runs(&path), Some(true));
        assert_eq!(machine.any_runs("/no/such/folder"), Some(false));
    }
}
