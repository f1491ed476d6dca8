//! What a failed run leaves behind, so that a person knows how to go on.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Plan, StepId};
use crate::run::{Outcome, StepFailure};

/// What a failed run leaves behind.
#[derive(Debug)]
pub struct RunReport {
    /// The steps that failed.
    pub failures: Vec<StepFailure>,
    /// Services of which everything was done.
    pub complete: Vec<String>,
    /// Services of which something was not done, with the steps that are missing.
    pub incomplete: BTreeMap<String, usize>,
    /// How to go on.
    pub next: String,
}

impl RunReport {
    /// Sums an outcome up.
    #[must_use]
    pub fn new(plan: &Plan, outcome: Outcome, next: impl Into<String>) -> Self {
        let undone: BTreeSet<StepId> = outcome
            .skipped
            .iter()
            .copied()
            .chain(outcome.failures.iter().map(|failure| failure.step))
            .collect();
        let mut incomplete: BTreeMap<String, usize> = BTreeMap::new();
        let mut complete: BTreeSet<String> = BTreeSet::new();
        for (id, step) in plan.steps() {
            let Some(service) = &step.service else { continue };
            if undone.contains(&id) {
                *incomplete.entry(service.clone()).or_default() += 1;
            } else {
                complete.insert(service.clone());
            }
        }
        let complete = complete.into_iter().filter(|service| !incomplete.contains_key(service)).collect();
        Self { failures: outcome.failures, complete, incomplete, next: next.into() }
    }

    /// The first failure, and how many more there are.
    #[must_use]
    pub fn headline(&self) -> String {
        match self.failures.as_slice() {
            [] => "interrupted".to_owned(),
            [only] => only.error.to_string(),
            [first, more @ ..] => format!("{} (and {} more)", first.error, more.len()),
        }
    }

    /// What state things are in, and how to go on.
    #[must_use]
    pub fn state(&self) -> String {
        let mut parts = Vec::new();
        if !self.complete.is_empty() {
            parts.push(format!("done: {}", self.complete.join(", ")));
        }
        if !self.incomplete.is_empty() {
            let names: Vec<&str> = self.incomplete.keys().map(String::as_str).collect();
            parts.push(format!("not finished: {}", names.join(", ")));
        }
        parts.push(self.next.clone());
        parts.join("; ")
    }
}
