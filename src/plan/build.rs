//! Images are built, and nothing else.

use std::collections::BTreeSet;

use super::images::{self, ImageRules};
use super::{BuildChoice, Plan, PullChoice};
use crate::resource::{Desired, Observed, Warning};

/// The steps that build the images of some services (of all if none is named), bases first, each image once.
#[must_use]
pub fn build(desired: &Desired, observed: &Observed, services: &[String]) -> Plan {
    let selected: BTreeSet<&str> = desired
        .services
        .iter()
        .map(|service| service.name.as_str())
        .filter(|name| services.is_empty() || services.iter().any(|one| one == name))
        .collect();
    let stale = BTreeSet::new();
    let rules = ImageRules { pull: PullChoice::Never, build: BuildChoice::Always, stale: &stale };
    let mut plan = Plan::default();
    images::plan(&mut plan, desired, observed, (&selected, rules));
    if plan.is_empty() {
        plan.warnings.push(Warning::new("nothing-to-build", "No services to build"));
    }
    plan
}
