//! The compose files themselves are watched: what is saved is loaded, checked and planned.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio::time::sleep_until;

use crate::event::{Event, Level};
use crate::load::{Failure, Loaded};
use crate::ops::{Compose, Error, Prepared, Scope};
use crate::plan::{Listing, UpPolicy};
use crate::run::watch::{Source, Stirred, Window};

/// How the files of a project are watched.
#[derive(Clone)]
pub struct Reload {
    /// Loads them again.
    pub load: Arc<dyn Fn() -> Result<Loaded, Box<Failure>> + Send + Sync>,
    /// Told what is wrong with them.
    pub tell: Arc<dyn Fn(&Failure) + Send + Sync>,
    /// A plan is carried out at once.
    pub auto_apply: bool,
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reload").field("auto_apply", &self.auto_apply).finish_non_exhaustive()
    }
}

/// Watches the files of a project.
#[derive(Debug)]
pub(super) struct Keeper {
    reload: Reload,
    source: Source,
    window: Window,
    /// The files with their content; `None` for those that are not there.
    files: BTreeMap<PathBuf, Option<Vec<u8>>>,
    /// One of them was saved after it was loaded, and before it was watched.
    late: bool,
    /// A plan that was shown, for the project as it is saved now.
    pending: Option<(Compose, Prepared)>,
}

impl Keeper {
    /// Begins to watch the files that a project was loaded from.
    pub(super) fn open(reload: &Reload, loaded: &Loaded, polling: bool) -> Self {
        let mut keeper = Self {
            reload: reload.clone(),
            source: Source::open([loaded.directory.as_path()], polling),
            window: Window::default(),
            files: BTreeMap::new(),
            late: false,
            pending: None,
        };
        keeper.watch(loaded);
        let here = std::env::current_dir().unwrap_or_default();
        keeper.late = loaded.sources.iter().any(|(_, source)| {
            let now = keeper.files.get(&here.join(source.name())).and_then(Option::as_ref);
            now.is_some_and(|now| is_another(now, source.text()))
        });
        keeper
    }

    fn watch(&mut self, loaded: &Loaded) {
        let here = std::env::current_dir().unwrap_or_default();
        let named = loaded.sources.iter().map(|(_, source)| here.join(source.name()));
        let compose = loaded.files.iter().filter(|file| *file != "-").map(PathBuf::from);
        let read = named.chain(compose).filter(|path| path.is_file());
        // An override or a `.env` that is made later counts, too.
        let usual = [".env", "compose.override.yaml", "compose.override.yml", "docker-compose.override.yml"];
        let usual = usual.iter().map(|name| loaded.directory.join(name));
        let paths: BTreeSet<PathBuf> = read.chain(usual).collect();
        let folders = paths.iter().filter_map(|path| path.parent().map(Path::to_path_buf));
        // Before they are read, so that no save falls between. Of those that were known before they were loaded, the
        // content of then stays: a save since then is a change.
        self.source.add(folders, Path::new("/"));
        let mut known = std::mem::take(&mut self.files);
        let content = |path: &PathBuf| known.remove(path).unwrap_or_else(|| fs::read(path).ok());
        let contents: Vec<_> = paths.iter().map(content).collect();
        self.files = paths.into_iter().zip(contents).collect();
    }

    /// Ends when one of the files has another content.
    pub(super) async fn changed(&mut self) {
        if std::mem::take(&mut self.late) {
            return;
        }
        loop {
            let due = self.window.due();
            tokio::select! {
                stirred = self.source.next() => match stirred {
                    Stirred::Path(path, urgency) if self.files.contains_key(&path) => {
                        self.window.note(&path, urgency, Instant::now());
                    }
                    Stirred::Everything if self.differs() => return,
                    _ => {}
                },
                () = sleep_until(due.unwrap_or_else(Instant::now).into()), if due.is_some() => {
                    self.window.take(Instant::now());
                    let folders: Vec<PathBuf> =
                        self.files.keys().filter_map(|path| path.parent().map(Path::to_path_buf)).collect();
                    self.source.add(folders, Path::new("/"));
                    if self.differs() {
                        return;
                    }
                }
            }
        }
    }

    fn differs(&mut self) -> bool {
        let mut differs = false;
        for (path, known) in &mut self.files {
            let now = fs::read(path).ok();
            differs |= now != *known;
            *known = now;
        }
        differs
    }

    /// Loads and plans what was saved. The project to go on with, if it can be gone on with at once.
    pub(super) async fn reload(&mut self, compose: &Compose, services: &[String]) -> Option<Compose> {
        self.pending = None;
        let load = self.reload.load.clone();
        let loaded = match tokio::task::spawn_blocking(move || load()).await {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(failure)) => {
                (self.reload.tell)(&failure);
                return None;
            }
            // A panic was told by the panic hook.
            Err(_) => return None,
        };
        self.watch(&loaded);
        let next = compose.with_scope(Scope::Files(Box::new(loaded.clone())));
        let policy = UpPolicy {
            services: services
                .iter()
                .filter(|name| loaded.project.services.contains_key(*name))
                .cloned()
                .collect(),
            ..UpPolicy::default()
        };
        let prepared = match next.prepare_up(policy).await {
            Ok(prepared) => prepared,
            Err(error) => {
                self.refused(&error, &loaded);
                return None;
            }
        };
        if prepared.plan.changes_nothing() {
            let text = "the files were saved; nothing is to be done on the daemon".to_owned();
            next.sink().send(Event::Notice { level: Level::Info, text });
            return Some(next);
        }
        let listing = Listing { plan: &prepared.plan, edges: false }.to_string();
        let steps = listing.lines().map(ToOwned::to_owned).collect();
        next.sink().send(Event::Planned { steps, applied: self.reload.auto_apply });
        self.pending = Some((next, prepared));
        if self.reload.auto_apply { self.apply().await } else { None }
    }

    /// Carries out the plan that was shown last, if there is one; the project to go on with.
    pub(super) async fn apply(&mut self) -> Option<Compose> {
        let (next, prepared) = self.pending.take()?;
        if let Err(error) = next.bring("up", &prepared).await {
            let loaded = next.loaded()?;
            self.refused(&error, loaded);
            return None;
        }
        Some(next)
    }

    fn refused(&self, error: &Error, loaded: &Loaded) {
        let (problems, sources) = error.problems(Some(loaded));
        (self.reload.tell)(&Failure { problems, sources });
    }
}

/// True if a file is not the text that was read from it. What is no UTF-8 cannot be compared.
fn is_another(file: &[u8], text: &str) -> bool {
    std::str::from_utf8(file).is_ok_and(|now| now != text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_saved_since_it_was_loaded_is_known_by_its_text() {
        assert!(!is_another("a: ü\r\n".as_bytes(), "a: ü\r\n"));
        assert!(!is_another(b"\xff\xfea", "\u{fffd}a"));
        assert!(is_another(b"a: 2", "a: 1") && is_another(b"", "a: 1"));
    }
}
