//! From one tree to one project: completed, decoded, and reduced to what takes part.

use super::check::{Scope, check_selected};
use super::session::Session;
use super::{Environment, env_files, normalize, schema, select};
use crate::diag::{Problem, Problems};
use crate::model::Project;
use crate::yaml::{Node, decode};

/// What a project knows beside its tree.
pub(super) struct Facts<'a> {
    pub(super) name: &'a str,
    pub(super) environment: &'a Environment,
    /// The profiles that are active.
    pub(super) profiles: Vec<String>,
}

/// Completes the tree and reads it; `None` where there is nothing to go on with, for a reason that was reported.
///
pub(super) fn finish(tree: &mut Node, facts: &Facts<'_>, session: &mut Session<'_>) -> Option<Project> {
    let options = session.options;
    let passes = options.passes;
    if passes.normalize {
        let environment = passes.interpolate.then_some(facts.environment);
        normalize::normalize(tree, facts.name, environment, &mut session.problems);
    }
    if !passes.project {
        return Some(Project { name: facts.name.to_owned(), ..Project::default() });
    }
    schema::drop_unread(tree);
    let mut unread = Problems::default();
    let project: Option<Project> = decode(tree, &mut unread);
    // What was said more closely before is not said again.
    let said = |problem: &Problem| {
        let known = |span| session.problems.has_error_within(span) || session.broken.has_error_within(span);
        problem.span().is_some_and(known)
    };
    let unread: Vec<Problem> = unread.into_iter().filter(|problem| !said(problem)).collect();
    session.problems.extend(unread);
    let mut project = project?;
    if passes.normalize {
        note_nameless(&mut project);
    }
    facts.name.clone_into(&mut project.name);
    project.environment =
        facts.environment.iter().map(|(name, variable)| (name.to_owned(), variable.value.clone())).collect();
    select::activate(&mut project, &facts.profiles);
    select::enable(&mut project, &options.services);
    select::enable(&mut project, &options.enabled);
    env_files::read(&mut project, tree, facts.environment, session);
    if let Err(problem) = select::select(&mut project, &options.services, options.without_dependencies) {
        // A dependency that is not there was reported before, with its place.
        if !session.broken.has_errors() {
            session.problems.push(problem);
        }
        return None;
    }
    if passes.consistency {
        let selected = |name: &str| project.services.contains_key(name);
        let scope = Scope { active: &selected, implied: passes.normalize };
        check_selected(tree, scope, &mut session.broken);
    }
    if !options.all_resources {
        select::drop_unused(&mut project);
    }
    Some(project)
}

/// Where names are given to all that have none, one that is empty was said to be so, mostly by a variable that is not set.
fn note_nameless(project: &mut Project) {
    for network in project.networks.values_mut() {
        network.nameless = network.name.is_empty();
    }
    for volume in project.volumes.values_mut() {
        volume.nameless = volume.name.is_empty();
    }
}
