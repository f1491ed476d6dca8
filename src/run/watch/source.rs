//! What tells that something stirs in the file system: the kernel's events, or the clock where there are none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rustix::fs::statfs;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::window::Urgency;

/// How often everything is looked at where there are no events.
const PACE: Duration = Duration::from_millis(400);

/// File systems whose changes by others are told to nobody here, by the magic numbers of Linux (`statfs(2)`).
const SILENT: [(u32, &str); 6] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x0102_1997, "9p"),
    (0x786f_4256, "VirtualBox folder"),
];

/// Something stirred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stirred {
    /// At this path.
    Path(PathBuf, Urgency),
    /// Anywhere: events were lost, or there are none.
    Everything,
}

/// What was heard, and whether the path may stand for another folder now.
type Heard = (Stirred, bool);

/// What tells that something stirs.
#[derive(Debug)]
pub struct Source {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    receiver: UnboundedReceiver<Heard>,
    ticks: Interval,
    why_polling: Option<String>,
}

impl Source {
    /// Begins to listen below these roots. `polling` asks for the clock in any case.
    #[must_use]
    pub fn open<'a>(roots: impl IntoIterator<Item = &'a Path>, polling: bool) -> Self {
        let (sender, receiver) = unbounded_channel();
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut source = Self { watcher: None, folders: BTreeSet::new(), receiver, ticks, why_polling: None };
        let silent = roots.into_iter().find_map(|root| Some((root, silent(root)?)));
        if polling {
            source.why_polling = Some("as you asked".to_owned());
        } else if let Some((root, kind)) = silent {
            source.why_polling = Some(format!("`{}` lies on {kind}, which tells no changes", root.display()));
        } else {
            match RecommendedWatcher::new(move |event| hear(event, &sender), Config::default()) {
                Ok(watcher) => source.watcher = Some(watcher),
                Err(error) => source.why_polling = Some(explain(&error)),
            }
        }
        source
    }

    /// Why everything is looked at from time to time instead of waiting for events; `None` while there are events.
    #[must_use]
    pub fn why_polling(&self) -> Option<&str> {
        self.why_polling.as_deref()
    }

    /// How many folders are watched.
    #[must_use]
    pub fn folders(&self) -> usize {
        self.folders.len()
    }

    /// Watches these folders, too; each alone, nothing below it. What came into those that are watched from now on was told
    /// to nobody before: gives what of `root` is to be looked at again, all of it if a folder above it is among them. If the
    /// kernel has no more watches to give, the clock takes over.
    pub fn add(&mut self, folders: impl IntoIterator<Item = PathBuf>, root: &Path) -> Vec<PathBuf> {
        let fresh: BTreeSet<PathBuf> =
            folders.into_iter().filter(|folder| !self.folders.contains(folder)).collect();
        let Some(watcher) = &mut self.watcher else { return Vec::new() };
        for folder in &fresh {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.folders.insert(folder.clone())),
                // It went away in the meantime, or will not be read: both are told where they are looked at.
                Err(error) if !exhausted(&error) => {}
                Err(error) => {
                    self.why_polling = Some(explain(&error));
                    self.watcher = None;
                    self.folders.clear();
                    return Vec::new();
                }
            }
        }
        if fresh.iter().any(|folder| root.starts_with(folder)) {
            return vec![root.to_path_buf()];
        }
        let inside: BTreeSet<&Path> =
            fresh.iter().map(PathBuf::as_path).filter(|folder| folder.starts_with(root)).collect();
        let nested = |folder: &Path| folder.ancestors().skip(1).any(|above| inside.contains(above));
        inside.iter().filter(|folder| !nested(folder)).map(|folder| folder.to_path_buf()).collect()
    }

    fn forget(&mut self, folder: &Path) {
        let doomed: Vec<PathBuf> = self
            .folders
            .range(folder.to_path_buf()..)
            .take_while(|known| known.starts_with(folder))
            .cloned()
            .collect();
        for known in doomed {
            self.folders.remove(&known);
            if let Some(watcher) = &mut self.watcher {
                // The kernel dropped it already if the folder was removed, and not if it was moved away.
                let _ = watcher.unwatch(&known);
            }
        }
    }

    /// What stirs next.
    pub async fn next(&mut self) -> Stirred {
        if self.watcher.is_none() {
            self.ticks.tick().await;
            return Stirred::Everything;
        }
        match self.receiver.recv().await {
            Some(heard) => self.sort(heard),
            None => std::future::pending().await,
        }
    }

    /// What stirred already.
    pub fn ready(&mut self) -> Option<Stirred> {
        let heard = self.receiver.try_recv().ok()?;
        Some(self.sort(heard))
    }

    /// A watch follows the folder, not its path: one that came, went or was moved is watched anew by whoever looks at it.
    fn sort(&mut self, (stirred, moved): Heard) -> Stirred {
        if let (Stirred::Path(path, _), true) = (&stirred, moved) {
            self.forget(path);
        }
        stirred
    }
}

/// What an event means. Reads are none of our business; a rename is told by its two halves.
fn hear(event: notify::Result<Event>, sender: &UnboundedSender<Heard>) {
    let Ok(event) = event else { return };
    if event.need_rescan() {
        // Nobody listens any more when the watch ends.
        let _ = sender.send((Stirred::Everything, false));
        return;
    }
    let urgency = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Create(CreateKind::Folder)
        | EventKind::Modify(ModifyKind::Metadata(_) | ModifyKind::Name(RenameMode::To)) => Urgency::Urgent,
        EventKind::Access(_)
        | EventKind::Modify(ModifyKind::Name(RenameMode::Both))
        | EventKind::Remove(RemoveKind::Other) => return,
        // A link is complete when it is there: it is never closed.
        EventKind::Create(_) if event.paths.iter().all(|path| path.is_symlink()) => Urgency::Urgent,
        _ => Urgency::Patient,
    };
    let moved = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    for path in event.paths {
        let _ = sender.send((Stirred::Path(path, urgency), moved));
    }
}

fn silent(root: &Path) -> Option<&'static str> {
    let there = root.ancestors().find(|path| path.exists())?;
    let magic = u32::try_from(statfs(there).ok()?.f_type & 0xffff_ffff).ok()?;
    SILENT.iter().find(|(number, _)| *number == magic).map(|(_, name)| *name)
}

fn exhausted(error: &notify::Error) -> bool {
    matches!(error.kind, ErrorKind::MaxFilesWatch)
        || matches!(&error.kind, ErrorKind::Io(cause) if matches!(cause.raw_os_error(), Some(24 | 28)))
}

/// Why there are no events, and what to set so that there are.
fn explain(error: &notify::Error) -> String {
    let instances = matches!(&error.kind, ErrorKind::Io(cause) if cause.raw_os_error() == Some(24));
    if instances {
        return "the limit of inotify instances is reached; `sysctl fs.inotify.max_user_instances=1024` raises it"
            .to_owned();
    }
    if exhausted(error) {
        return "the limit of inotify watches is reached; `sysctl fs.inotify.max_user_watches=524288` raises it"
            .to_owned();
    }
    format!("the kernel gives no events: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_watched_anew_is_looked_at_again_from_the_root_although_the_folder_above_is_watched_too()
    {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("src");
        let deep = root.join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let mut source = Source::open([root.as_path()], false);
        let folders = [place.path().to_path_buf(), root.clone(), root.join("a"), deep];
        assert_eq!(source.add(folders.clone(), &root), std::slice::from_ref(&root));
        assert!(source.add(folders, &root).is_empty());
        let (one, other) = (root.join("a/new"), root.join("other"));
        std::fs::create_dir_all(&one).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        assert_eq!(source.add([one.clone(), other.clone()], &root), [one, other]);
    }

    #[tokio::test]
    async fn a_root_that_is_missing_is_looked_for_again_once_the_folder_above_it_is_watched() {
        let place = tempfile::tempdir().unwrap();
        let missing = place.path().join("later/src");
        let mut source = Source::open([missing.as_path()], false);
        assert_eq!(source.add([place.path().to_path_buf()], &missing), std::slice::from_ref(&missing));
        let above = place.path().join("later");
        std::fs::create_dir(&above).unwrap();
        assert_eq!(source.add([above.clone()], &missing), std::slice::from_ref(&missing));
        assert!(source.add([above], &missing).is_empty());
    }
}
