//! Variables and labels that services take from files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::interpolate::remember;
use super::session::Session;
use super::variables::{Format, VariableFile};
use super::{Environment, Supplies, loaded, select};
use crate::diag::{Problem, Severity, SourceId, Span};
use crate::model::{EnvFile, Project, Service};
use crate::syntax::Assignment;
use crate::yaml::{Map, Node, Path};

/// What services took from files of variables and labels: by service, attribute and name, with where it was set. One
/// that a later file sets again remembers the earlier ones; what the service says itself is not looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supplied {
    nodes: BTreeMap<(String, &'static str), Map>,
}

impl Supplied {
    /// What a file says of a variable (`environment`) or label (`labels`) of a service.
    pub(super) fn get(&self, service: &str, attribute: &str, name: &str) -> Option<&Node> {
        let attribute = ["environment", "labels"].into_iter().find(|known| *known == attribute)?;
        self.nodes.get(&(service.to_owned(), attribute))?.get(name)
    }

    fn note(&mut self, (service, attribute): (&str, &'static str), name: &str, mut said: Node) {
        let map = self.nodes.entry((service.to_owned(), attribute)).or_default();
        if let Some(earlier) = map.get(name) {
            let mut lost = vec![earlier.span];
            lost.extend(earlier.trail.iter().flat_map(|trail| trail.overrode.iter().copied()));
            said.trail_mut().overrode.extend(lost);
        }
        map.set(name, said);
    }
}

/// Reads the files of the services that take part. What a service says itself wins. Faults of files that nobody asked
/// for are not told.
pub(super) fn read(project: &mut Project, tree: &Node, environment: &Environment, session: &mut Session<'_>) {
    let options = session.options;
    let needed: Option<BTreeSet<String>> = match options.supplies {
        Supplies::All => None,
        Supplies::Enabled if options.enabled.is_empty() => None,
        Supplies::Enabled => Some(select::reached(project, &options.enabled)),
        Supplies::None => Some(BTreeSet::new()),
    };
    for service in project.services.values_mut() {
        let is_needed = needed.as_ref().is_none_or(|needed| needed.contains(&service.name));
        let before = std::mem::take(&mut session.problems);
        let mut reader = Reader { service, tree, environment, session: &mut *session };
        if reader.session.options.passes.resolve_environment {
            reader.variables();
        }
        reader.labels();
        let found = std::mem::replace(&mut session.problems, before);
        session
            .problems
            .extend(found.into_iter().filter(|problem| is_needed || problem.severity != Severity::Error));
    }
}

struct Reader<'a, 's> {
    service: &'a mut Service,
    tree: &'a Node,
    environment: &'a Environment,
    session: &'a mut Session<'s>,
}

impl Reader<'_, '_> {
    /// Files in their order, later ones over earlier ones, then the service's own variables.
    fn variables(&mut self) {
        let files = std::mem::take(&mut self.service.container.env_file);
        if files.is_empty() {
            return;
        }
        let mut read: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            let named_at = self.place("env_file", index);
            let path = self.absolute(&file.path);
            if !file.required && self.session.files.kind(&path).is_none() {
                continue;
            }
            let Some(format) = self.format(file, named_at) else { continue };
            let own = &self.service.container.environment;
            let lookup = |name: &str| {
                let set = self.environment.value(name).map(str::to_owned);
                set.or_else(|| own.get(name).cloned().flatten())
            };
            let Some(source) = self.session.text(&path, named_at) else { continue };
            let file = VariableFile { source, format };
            for assignment in file.assignments(&lookup, self.environment, self.session) {
                if assignment.value.is_some() {
                    self.note("environment", source, &assignment);
                    read.insert(assignment.name, assignment.value);
                }
            }
        }
        read.append(&mut self.service.container.environment);
        self.service.container.environment = read;
    }

    fn note(&mut self, attribute: &'static str, source: SourceId, assignment: &Assignment) {
        let Some(value) = &assignment.value else { return };
        let mut said =
            Node::string(value.as_str(), Span::new(source, assignment.at.start, assignment.at.end));
        remember(&mut said, &assignment.uses, self.environment);
        self.session.supplied.note((&self.service.name, attribute), &assignment.name, said);
    }

    fn format(&mut self, file: &EnvFile, named_at: Option<Span>) -> Option<Format> {
        match file.format.as_str() {
            "" => Some(Format::Dotenv),
            "raw" => Some(Format::Raw),
            other => {
                let problem =
                    Problem::error("unknown-format", format!("unknown format `{other}` of an env file"));
                let problem =
                    problem.help("leave `format` out, or write `raw` for lines that are taken as they stand");
                self.session.problems.push(match named_at {
                    Some(span) => problem.at(span, ""),
                    None => problem,
                });
                None
            }
        }
    }

    /// Files in their order, later ones over earlier ones, then the service's own labels.
    fn labels(&mut self) {
        let files = self.service.container.label_file.clone();
        let mut read: BTreeMap<String, String> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            let path = self.absolute(file);
            let named_at = self.place("label_file", index);
            let Some(source) = self.session.text(&path, named_at) else { continue };
            let lookup = |name: &str| self.environment.value(name).map(str::to_owned);
            let file = VariableFile { source, format: Format::Dotenv };
            for assignment in file.assignments(&lookup, self.environment, self.session) {
                self.note("labels", source, &assignment);
                if let Some(value) = assignment.value {
                    read.insert(assignment.name, value);
                }
            }
        }
        read.append(&mut self.service.container.labels);
        self.service.container.labels = read;
    }

    /// A path that was left as it stands in the file is one of the current directory, as for the peer.
    fn absolute(&self, path: &str) -> PathBuf {
        self.session.options.working_directory.join(path)
    }

    fn place(&self, attribute: &str, index: usize) -> Option<Span> {
        let path = Path::keys(["services", &self.service.name, attribute]).index(index);
        loaded::blame(self.tree, &path)
    }
}
