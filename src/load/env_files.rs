//! Variables and labels that services take from files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::session::Session;
use super::variables::{Format, VariableFile};
use super::{Environment, loaded};
use crate::diag::{Problem, Span};
use crate::model::{EnvFile, Project, Service};
use crate::yaml::{Node, Path};

/// Reads the files of the services that take part. What a service says itself wins.
pub(super) fn read(project: &mut Project, tree: &Node, environment: &Environment, session: &mut Session<'_>) {
    for service in project.services.values_mut() {
        let mut reader = Reader { service, tree, environment, session: &mut *session };
        if reader.session.options.passes.resolve_environment {
            reader.variables();
        }
        reader.labels();
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
                    read.insert(assignment.name, assignment.value);
                }
            }
        }
        read.append(&mut self.service.container.environment);
        self.service.container.environment = read;
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
