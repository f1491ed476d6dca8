//! The walk over the lints.

use super::silence;
use super::table::LINTS;
use crate::diag::{Problem, Problems, Severity, Span};
use crate::load::scene::{Scene, Scope, Unit};
use crate::load::{Files, Loaded};
use crate::yaml::Path;

/// One thing that is looked for.
pub struct Lint {
    /// Its stable name in kebab case, for `x-lint`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is found, in one sentence.
    pub summary: &'static str,
    pub(super) find: fn(&Lint, &Subject<'_>, &mut Vec<Finding>),
}

/// What is looked at.
pub(super) struct Subject<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) loaded: &'a Loaded,
    pub(super) files: &'a dyn Files,
}

/// Something found, and the thing in the tree that it is about.
pub(super) struct Finding {
    pub(super) problem: Problem,
    pub(super) about: Path,
}

/// What was found, in document order, the warnings of the load among it, without what is silenced.
#[must_use]
pub fn lint(loaded: &Loaded, files: &dyn Files) -> Problems {
    let subject = Subject { scene: Scene::new(&loaded.tree, Scope::everything()), loaded, files };
    let mut findings: Vec<Finding> = loaded
        .problems
        .iter()
        .map(|problem| Finding { problem: problem.clone(), about: Path::root() })
        .collect();
    for lint in LINTS {
        (lint.find)(lint, &subject, &mut findings);
    }
    let mut problems = silence::silence(&loaded.tree, findings);
    problems.settle();
    problems
}

impl Lint {
    pub(super) fn about(&self, about: Path, message: String) -> Finding {
        let problem = Problem { severity: self.severity, ..Problem::error(self.code, message) };
        Finding { problem, about }
    }

    /// A finding about a service or job.
    pub(super) fn in_service(&self, service: &Unit<'_>, message: String) -> Finding {
        self.about(Path::keys(["services", service.name]), message)
    }
}

impl Finding {
    pub(super) fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.problem = self.problem.at(span, text);
        self
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.problem = self.problem.help(text);
        self
    }
}
