//! The containers that files go to, and what each still lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::resource::HookSpec;
use crate::run::watch::{Change, Destination, Outbox, What};

/// How long after a failure it is tried again: twice as long each time, up to the last.
const RETRIES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// How long a container that was made may take to be started before it gets what it lacks by other ways.
const START: Duration = Duration::from_secs(2);

/// A container that files go to.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its name without the project.
    pub(super) name: String,
    /// Its service.
    pub(super) service: String,
    /// Where exactly.
    pub(super) to: Destination,
    outbox: Outbox,
    /// It came anew and has not got what others have.
    fresh: bool,
    /// Its start is waited for, or was.
    awaited: bool,
    /// Why it has not got what it lacks.
    trouble: Option<Trouble>,
}

/// Why a container has not got what it lacks, and when that is tried again.
#[derive(Clone, Debug)]
enum Trouble {
    /// It rather gets it when it is started.
    Unstarted { until: Instant },
    /// It failed, so often in a row before this for whatever reason.
    Failed { why: String, times: usize, until: Instant },
}

impl Trouble {
    fn until(&self) -> Instant {
        match self {
            Self::Unstarted { until } | Self::Failed { until, .. } => *until,
        }
    }
}

impl Member {
    /// True if much that is to be taken away rather waits for its start.
    pub(super) fn patient(&self) -> bool {
        !self.awaited
    }

    /// It still lacks what it was to get, before all that came since.
    fn take_back(&mut self, lacks: Outbox) {
        let since = std::mem::replace(&mut self.outbox, lacks);
        self.outbox.extend(since);
    }
}

/// What is to be done for a service at once.
#[derive(Debug, Default)]
pub(super) struct Errand {
    /// The service.
    pub(super) service: String,
    /// Its containers that lack something, with what they lack.
    pub(super) parts: Vec<(Member, Outbox)>,
    /// All its containers.
    pub(super) containers: Vec<Member>,
    /// It is restarted then.
    pub(super) restart: bool,
    /// Commands that are run in its containers then.
    pub(super) commands: Vec<HookSpec>,
    /// When the first of it changed.
    pub(super) since: Option<Instant>,
    /// It is only what containers lack that came anew.
    pub(super) catching_up: bool,
}

/// What changes of a service lead to besides copies.
#[derive(Debug, Default)]
struct Pending {
    restart: bool,
    commands: Vec<HookSpec>,
    since: Option<Instant>,
}

/// All containers that files go to.
#[derive(Debug, Default)]
pub(super) struct Crew {
    members: BTreeMap<String, Member>,
    /// All changes since the watch began, by service: what a container that is made anew lacks.
    journals: BTreeMap<String, Outbox>,
    pending: BTreeMap<String, Pending>,
    busy: BTreeSet<String>,
}

impl Crew {
    /// A container came. It lacks all that changed since the watch began, and `more`.
    pub(super) fn join(&mut self, (service, name): (&str, String), to: Destination, more: Outbox) {
        let mut outbox = more;
        outbox.extend(self.journals.get(service).cloned().unwrap_or_default());
        let fresh = !outbox.is_empty();
        let member =
            Member { name, service: service.to_owned(), to, outbox, fresh, awaited: false, trouble: None };
        self.members.insert(member.to.id.clone(), member);
    }

    /// A container went; its name, if it was known.
    pub(super) fn leave(&mut self, id: &str) -> Option<Member> {
        self.members.remove(id)
    }

    /// True if a container is known.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.members.contains_key(id)
    }

    /// Ids of all containers.
    pub(super) fn ids(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }

    /// The containers of a service.
    pub(super) fn of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a Member> {
        self.members.values().filter(move |member| member.service == service)
    }

    /// A file changed that goes to a service.
    pub(super) fn change(&mut self, service: &str, target: &Path, change: &Change) {
        let journal = self.journals.entry(service.to_owned()).or_default();
        if change.passing && change.what == What::Erase {
            journal.forget(target);
        } else {
            journal.add(target, change.clone());
        }
        for member in self.members.values_mut().filter(|member| member.service == service) {
            member.outbox.add(target, change.clone());
        }
    }

    /// A change of a service began to wait at this moment.
    pub(super) fn touch(&mut self, service: &str, since: Instant) {
        let pending = self.pending.entry(service.to_owned()).or_default();
        pending.since = Some(pending.since.map_or(since, |known| known.min(since)));
    }

    /// A service is to be restarted once it has what it lacks.
    pub(super) fn restart(&mut self, service: &str) {
        self.pending.entry(service.to_owned()).or_default().restart = true;
    }

    /// A command is to be run in the containers of a service once they have what they lack.
    pub(super) fn command(&mut self, service: &str, command: &HookSpec) {
        let commands = &mut self.pending.entry(service.to_owned()).or_default().commands;
        if !commands.contains(command) {
            commands.push(command.clone());
        }
    }

    /// What can be done now, a service at a time.
    pub(super) fn errands(&mut self, now: Instant) -> Vec<Errand> {
        let services: BTreeSet<String> = self
            .members
            .values()
            .map(|member| member.service.clone())
            .filter(|service| !self.busy.contains(service))
            .collect();
        services.into_iter().filter_map(|service| self.errand(service, now)).collect()
    }

    fn errand(&mut self, service: String, now: Instant) -> Option<Errand> {
        let mut errand = Errand { service, catching_up: true, ..Errand::default() };
        for member in self.members.values_mut().filter(|member| member.service == errand.service) {
            errand.containers.push(member.clone());
            let waits = member.trouble.as_ref().is_some_and(|trouble| trouble.until() > now);
            if !member.outbox.is_empty() && !waits {
                errand.catching_up &= member.fresh;
                errand.parts.push((member.clone(), std::mem::take(&mut member.outbox)));
                member.fresh = false;
            }
        }
        let pending = self.pending.remove(&errand.service).unwrap_or_default();
        errand.since = pending.since;
        errand.restart = pending.restart;
        errand.commands = pending.commands;
        if errand.parts.is_empty() && !errand.restart && errand.commands.is_empty() {
            return None;
        }
        self.busy.insert(errand.service.clone());
        Some(errand)
    }

    /// An errand for a service is over.
    pub(super) fn back(&mut self, service: &str) {
        self.busy.remove(service);
    }

    /// A container got what it lacked; true if that was in doubt.
    pub(super) fn served(&mut self, id: &str) -> bool {
        let trouble = self.members.get_mut(id).and_then(|member| member.trouble.take());
        matches!(trouble, Some(Trouble::Failed { .. }))
    }

    /// A container did not get what it lacked; true if the reason is news.
    pub(super) fn failed(&mut self, id: &str, (lacks, why): (Outbox, &str), now: Instant) -> bool {
        let Some(member) = self.members.get_mut(id) else { return false };
        member.take_back(lacks);
        let (known, times) = match &member.trouble {
            Some(Trouble::Failed { why: known, times, .. }) => (known == why, times + 1),
            _ => (false, 0),
        };
        let pause = RETRIES[times.min(RETRIES.len() - 1)];
        member.trouble = Some(Trouble::Failed { why: why.to_owned(), times, until: now + pause });
        !known
    }

    /// A container did not get what it lacked, as that is better done once it runs.
    pub(super) fn postponed(&mut self, id: &str, lacks: Outbox, now: Instant) {
        let Some(member) = self.members.get_mut(id) else { return };
        member.take_back(lacks);
        member.awaited = true;
        member.fresh = true;
        member.trouble = Some(Trouble::Unstarted { until: now + START });
    }

    /// A container runs: what waited for that waits no more.
    pub(super) fn started(&mut self, id: &str) {
        if let Some(member) = self.members.get_mut(id).filter(|member| member.awaited) {
            member.trouble = None;
        }
    }

    /// When something that failed is tried again.
    pub(super) fn retry(&self) -> Option<Instant> {
        let waiting = self.members.values().filter(|member| !self.busy.contains(&member.service));
        waiting.filter_map(|member| member.trouble.as_ref().map(Trouble::until)).min()
    }

    /// How many changes wait.
    pub(super) fn waiting(&self) -> usize {
        self.members.values().map(|member| member.outbox.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn crew(ids: &[&str]) -> Crew {
        let mut crew = Crew::default();
        for id in ids {
            join(&mut crew, id);
        }
        crew
    }

    fn join(crew: &mut Crew, id: &str) {
        let to = Destination { id: id.to_owned(), ..Destination::default() };
        crew.join(("web", format!("web-{id}")), to, Outbox::default());
    }

    fn change(crew: &mut Crew, path: &str) {
        let change = Change { source: PathBuf::from(path), what: What::Put, passing: true };
        crew.change("web", Path::new(path), &change);
    }

    fn erase(crew: &mut Crew, path: &str, passing: bool) {
        let change = Change { source: PathBuf::from(path), what: What::Erase, passing };
        crew.change("web", Path::new(path), &change);
    }

    #[test]
    fn all_containers_of_a_service_get_a_change_by_one_errand() {
        let mut crew = crew(&["1", "2"]);
        change(&mut crew, "/a");
        let errands = crew.errands(Instant::now());
        assert_eq!((errands.len(), errands[0].parts.len(), errands[0].catching_up), (1, 2, false));
        change(&mut crew, "/b");
        assert!(crew.errands(Instant::now()).is_empty(), "one errand at a time");
        crew.back("web");
        assert_eq!(crew.errands(Instant::now())[0].parts[0].1.len(), 1);
    }

    #[test]
    fn a_container_that_comes_later_gets_all_that_changed_since() {
        let mut crew = crew(&["1"]);
        change(&mut crew, "/a");
        change(&mut crew, "/b");
        crew.errands(Instant::now());
        crew.back("web");
        join(&mut crew, "2");
        let errands = crew.errands(Instant::now());
        assert_eq!(errands[0].parts.len(), 1);
        assert_eq!((errands[0].parts[0].1.len(), errands[0].catching_up), (2, true));
    }

    #[test]
    fn what_came_and_went_before_a_container_came_is_none_of_its_business() {
        let mut crew = crew(&["1"]);
        change(&mut crew, "/new");
        erase(&mut crew, "/new", true);
        erase(&mut crew, "/old", false);
        assert_eq!(crew.errands(Instant::now())[0].parts[0].1.len(), 2, "who had it loses it");
        crew.back("web");
        join(&mut crew, "2");
        let parts = crew.errands(Instant::now()).remove(0).parts;
        assert_eq!(
            parts[0].1.changes().map(|(path, _)| path.as_path()).collect::<Vec<_>>(),
            [Path::new("/old")]
        );
    }

    #[test]
    fn what_waits_for_a_start_is_brought_with_it_or_after_a_while_without() {
        let (mut crew, now) = (crew(&["1"]), Instant::now());
        for started in [true, false] {
            change(&mut crew, "/a");
            let (member, lacks) = crew.errands(now).remove(0).parts.remove(0);
            crew.back("web");
            assert!(member.patient() == started);
            crew.postponed("1", lacks, now);
            assert!(crew.errands(now).is_empty(), "not before its start");
            if started {
                crew.started("1");
                assert_eq!(crew.errands(now)[0].parts[0].1.len(), 1);
            } else {
                let later = crew.retry().expect("a retry");
                assert_eq!(crew.errands(later)[0].parts[0].1.len(), 1);
            }
            crew.back("web");
            assert!(!crew.served("1"), "no news");
        }
    }

    #[test]
    fn what_failed_is_told_once_and_tried_again_with_what_came_since() {
        let (mut crew, now) = (crew(&["1"]), Instant::now());
        change(&mut crew, "/a");
        let lacks = crew.errands(now).remove(0).parts.remove(0).1;
        change(&mut crew, "/b");
        assert!(crew.failed("1", (lacks.clone(), "disk full"), now));
        crew.back("web");
        assert!(crew.errands(now).is_empty(), "not at once");
        let later = crew.retry().expect("a retry");
        let parts = crew.errands(later).remove(0).parts;
        assert_eq!(parts[0].1.len(), 2);
        assert!(!crew.failed("1", (lacks, "disk full"), later), "no news");
        assert!(crew.served("1") && !crew.served("1"));
    }
}
