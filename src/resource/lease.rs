//! Whose something is and how long it may stay: a label on everything that a test or a stack with a time limit makes.
//!
//! What carries no such label is nobody's concern here. Who holds a lease is known by more than a number: process
//! identifiers are given again, so the process's start counts too; they mean nothing on another machine, after a reboot
//! or in another namespace.

use serde::{Deserialize, Serialize};

use super::Desired;

/// The label. Its value is the lease as JSON.
pub const LABEL: &str = "rcompose.lease";

/// The process that something is there for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its identifier.
    pub pid: u32,
    /// When it started: clock ticks since the machine did (field 22 of `/proc/PID/stat`).
    pub start: u64,
    /// The namespace in which the identifier is meant (`/proc/PID/ns/pid`).
    pub space: String,
}

/// Whose something is, and how long it may stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The machine's name.
    pub host: String,
    /// The boot of the machine (`/proc/sys/kernel/random/boot_id`).
    pub boot: String,
    /// It goes when this process has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// It goes when the last of the processes has ended that are written down in this folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<String>,
    /// It goes at that time, whatever else: seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// What is known of this machine, for a judgement of leases.
pub trait World {
    /// The machine's name.
    fn host(&self) -> &str;
    /// Its boot.
    fn boot(&self) -> &str;
    /// Seconds since 1970.
    fn now(&self) -> u64;
    /// Whether the process runs; `None` if that cannot be told from here.
    fn runs(&self, owner: &Owner) -> Option<bool>;
    /// Whether one of the processes runs that are written down in a folder; `None` if that cannot be told from here.
    fn any_runs(&self, folder: &str) -> Option<bool>;
}

/// Why a lease is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Its time is.
    Expired,
    /// The machine was started anew since.
    Rebooted,
    /// Its owner has ended.
    OwnerGone,
}

impl Lease {
    /// The label's value.
    #[must_use]
    pub fn label(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a label's value; nothing if it is none of ours.
    #[must_use]
    pub fn of_label(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Why it is over, if it is. What cannot be told from here is not.
    #[must_use]
    pub fn over(&self, world: &dyn World) -> Option<Over> {
        if self.until.is_some_and(|until| until <= world.now()) {
            return Some(Over::Expired);
        }
        if self.owner.is_none() && self.owners.is_none() || self.host != world.host() {
            return None;
        }
        if self.boot != world.boot() {
            return Some(Over::Rebooted);
        }
        let owner = self.owner.as_ref().and_then(|owner| world.runs(owner));
        let owners = self.owners.as_deref().and_then(|folder| world.any_runs(folder));
        match (owner, owners) {
            (Some(false), None | Some(false)) | (None, Some(false)) => Some(Over::OwnerGone),
            _ => None,
        }
    }
}

impl Over {
    /// The reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Expired => "its time is over",
            Self::Rebooted => "the machine was started anew",
            Self::OwnerGone => "its owner has ended",
        }
    }
}

impl Desired {
    /// Everything of it that is made carries a lease. What is compared with what is there does not change.
    pub fn lease(&mut self, lease: &Lease) {
        let label = lease.label();
        let networks = self.networks.iter_mut().map(|network| &mut network.body.labels);
        let volumes = self.volumes.iter_mut().map(|volume| &mut volume.body.labels);
        for labels in networks.chain(volumes) {
            labels.insert(LABEL.to_owned(), label.clone());
        }
        for service in &mut self.services {
            service.template.body.labels.insert(LABEL.to_owned(), label.clone());
            for hook in &mut service.hooks.pre_start {
                hook.body.labels.insert(LABEL.to_owned(), label.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine on which processes below 100 run, and those of `/some`.
    struct Machine;

    impl World for Machine {
        fn host(&self) -> &'static str {
            "here"
        }

        fn boot(&self) -> &'static str {
            "b1"
        }

        fn now(&self) -> u64 {
            1000
        }

        fn runs(&self, owner: &Owner) -> Option<bool> {
            (owner.space == "ours").then_some(owner.pid < 100)
        }

        fn any_runs(&self, folder: &str) -> Option<bool> {
            Some(folder == "/some")
        }
    }

    fn lease(pid: u32) -> Lease {
        let owner = Owner { pid, start: 7, space: "ours".to_owned() };
        Lease { host: "here".to_owned(), boot: "b1".to_owned(), owner: Some(owner), ..Lease::default() }
    }

    #[test]
    fn a_lease_is_over_when_its_owner_has_ended_and_not_before() {
        assert_eq!(lease(5).over(&Machine), None);
        assert_eq!(lease(500).over(&Machine), Some(Over::OwnerGone));
    }

    #[test]
    fn what_cannot_be_told_from_here_stays() {
        assert_eq!(Lease { host: "there".to_owned(), ..lease(500) }.over(&Machine), None);
        let mut elsewhere = lease(500);
        elsewhere.owner = Some(Owner { space: "theirs".to_owned(), ..elsewhere.owner.unwrap() });
        assert_eq!(elsewhere.over(&Machine), None);
    }

    #[test]
    fn a_reboot_ends_what_processes_hold() {
        assert_eq!(Lease { boot: "b0".to_owned(), ..lease(5) }.over(&Machine), Some(Over::Rebooted));
        let timed = Lease { boot: "b0".to_owned(), owner: None, until: Some(2000), ..lease(5) };
        assert_eq!(timed.over(&Machine), None);
    }

    #[test]
    fn time_ends_every_lease_wherever_it_was_given() {
        for host in ["here", "there"] {
            let timed = Lease { host: host.to_owned(), until: Some(1000), ..lease(5) };
            assert_eq!(timed.over(&Machine), Some(Over::Expired));
        }
        assert_eq!(Lease { until: Some(1001), ..lease(5) }.over(&Machine), None);
    }

    #[test]
    fn what_several_hold_stays_until_the_last_has_ended() {
        let shared = |folder: &str| Lease { owner: None, owners: Some(folder.to_owned()), ..lease(0) };
        assert_eq!(shared("/some").over(&Machine), None);
        assert_eq!(shared("/none").over(&Machine), Some(Over::OwnerGone));
    }

    #[test]
    fn a_label_reads_back_as_what_it_was_and_others_are_none_of_ours() {
        assert_eq!(Lease::of_label(&lease(5).label()), Some(lease(5)));
        for text in ["", "{}", "true", "{\"host\":1}"] {
            assert_eq!(Lease::of_label(text), None);
        }
    }
}
