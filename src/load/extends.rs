//! `extends`: a service begins with what another one says, in this file or another.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use indexmap::IndexMap;

use super::canonical::canonical;
use super::discover::{absolute, is_remote, remote};
use super::layers::{FileSet, Origin};
use super::merge::{merge, merge_service};
use super::paths::{self, Base};
use super::renamed::rename;
use super::reset::{self, Resets};
use super::session::Session;
use super::trace::Trace;
use super::unique::unique;
use crate::diag::{Problem, Problems, Span, did_you_mean};
use crate::yaml::{Map, Node, Value};

/// Services that extend one another further than this do not mean it.
const DEEPEST: usize = 64;

/// The services of one file, that may extend each other; resolved one by one as they are asked for.
pub(super) struct Siblings {
    path: PathBuf,
    section: &'static str,
    services: RefCell<Map>,
    resets: Resets,
}

/// What `extends` refers to.
struct Reference {
    service: String,
    file: Option<(String, Span)>,
    span: Span,
}

/// A service on the way to its base: where it stands, its name, and where it says `extends`.
struct Link {
    path: PathBuf,
    service: String,
    span: Span,
}

/// Resolves every `extends` of a document.
pub(super) fn extends(document: &mut Node, from: &Origin<'_>, set: &FileSet<'_>, session: &mut Session<'_>) {
    for section in ["services", "jobs"] {
        let Some(services) = document.get_mut(section).and_then(Node::as_map_mut) else { continue };
        if !services.iter().any(|(_, service)| service.node.get("extends").is_some()) {
            continue;
        }
        let names: Vec<String> = services.keys().map(str::to_owned).collect();
        let siblings = Rc::new(Siblings {
            path: from.path.to_owned(),
            section,
            services: RefCell::new(std::mem::take(services)),
            resets: from.resets.clone(),
        });
        let mut extender = Extender { session, set, links: Vec::new() };
        for name in names {
            extender.resolve(&siblings, &name);
        }
        *services = siblings.services.take();
    }
}

struct Extender<'x, 's> {
    session: &'x mut Session<'s>,
    set: &'x FileSet<'x>,
    /// From the service that is being resolved to the base being looked at, across files.
    links: Vec<Link>,
}

impl Extender<'_, '_> {
    /// Makes the service of a siblings say everything itself.
    fn resolve(&mut self, siblings: &Rc<Siblings>, name: &str) {
        // Within one file by a loop and not by recursion: a chain may be as long as the file.
        let mut chain: IndexMap<String, Span> = IndexMap::new();
        let mut current = name.to_owned();
        let depth = self.links.len();
        while let Some(reference) = self.reference(siblings, &current) {
            self.links.push(Link {
                path: siblings.path.clone(),
                service: current.clone(),
                span: reference.span,
            });
            if reference.file.is_some() {
                let base = self.external(&reference, siblings);
                self.lay_over(siblings, &current, base);
                break;
            }
            chain.insert(current.clone(), reference.span);
            if chain.contains_key(&reference.service)
                || is_among(&self.links[..depth], &siblings.path, &reference.service)
            {
                self.report_cycle(&siblings.path, &reference.service);
                self.lay_over(siblings, &current, None);
                break;
            }
            if !siblings.services.borrow().contains(&reference.service) {
                self.report_unknown(siblings, &current, &reference);
                self.lay_over(siblings, &current, None);
                break;
            }
            current = reference.service;
        }
        self.links.truncate(depth);
        let names: Vec<String> = chain.into_keys().collect();
        for (index, over) in names.iter().enumerate().rev() {
            let base = names.get(index + 1).unwrap_or(&current);
            if over != base {
                let base = siblings.services.borrow().get(base).cloned();
                self.lay_over(siblings, over, base);
            }
        }
    }

    /// What a service of a siblings extends. A reference that makes no sense is reported and taken away.
    fn reference(&mut self, siblings: &Siblings, name: &str) -> Option<Reference> {
        let mut services = siblings.services.borrow_mut();
        let service = services.get_mut(name)?.as_map_mut()?;
        let entry = service.entry("extends")?;
        let span = entry.node.span;
        let text = |key: &str| {
            let value = entry.node.get(key)?;
            Some((value.as_str()?.to_owned(), value.span))
        };
        let named = match &entry.node.value {
            Value::String(service) => Some((service.clone(), span)),
            _ => text("service"),
        };
        if let Some((service, span)) = named {
            return Some(Reference { service, file: text("file"), span });
        }
        let problem =
            Problem::error("bad-extends", format!("`{}.{name}.extends` names no service", siblings.section))
                .at(if span.is_empty() { entry.key } else { span }, "expected a service")
                .help("write `extends: {service: NAME}`, with `file: PATH` if it stands in another file");
        self.session.problems.push(problem);
        service.remove("extends");
        None
    }

    /// Lays a service over its base and strikes out its `extends`.
    fn lay_over(&mut self, siblings: &Siblings, name: &str, base: Option<Node>) {
        let mut services = siblings.services.borrow_mut();
        let Some(slot) = services.get_mut(name) else { return };
        let Some(own) = slot.as_map_mut() else { return };
        // The peer leaves the reference to a service that says nothing where it is, hash and all.
        if base.as_ref().is_some_and(Node::is_null) {
            return;
        }
        own.remove("extends");
        let Some(mut base) = base else { return };
        let mut over = std::mem::replace(slot, Node::null(base.span));
        siblings.resets.apply_to_service(&mut base, &mut over, name);
        let span = over.span;
        let section = Trace::ROOT.key(siblings.section);
        merge_service(&mut base, over, &section.key(name), &mut self.session.problems);
        base.span = span;
        *slot = base;
    }

    /// A service of another file, resolved.
    fn external(&mut self, reference: &Reference, from: &Siblings) -> Option<Node> {
        let (file, span) = reference.file.as_ref().map(|(file, span)| (file.as_str(), *span))?;
        if is_remote(file) {
            self.session.problems.push(remote(file, Some(span)));
            return None;
        }
        // The paths of another file were brought into those of the set when it was read.
        let path = absolute(&self.set.directory, file);
        if is_among(&self.links, &path, &reference.service) {
            self.report_cycle(&path, &reference.service);
            return None;
        }
        if self.links.len() > DEEPEST {
            let problem =
                Problem::error("extends-too-deep", format!("more than {DEEPEST} files extend one another"));
            self.session.problems.push(problem.at(span, "from here on it was not followed"));
            return None;
        }
        let siblings = self.siblings(&path, from.section, span)?;
        if !siblings.services.borrow().contains(&reference.service) {
            let name = self.links.last().map(|link| link.service.clone()).unwrap_or_default();
            self.report_unknown(&siblings, &name, reference);
            return None;
        }
        self.resolve(&siblings, &reference.service);
        siblings.services.borrow().get(&reference.service).cloned()
    }

    /// The services of another file, with its paths made those of this project; read once.
    fn siblings(&mut self, path: &Path, section: &'static str, span: Span) -> Option<Rc<Siblings>> {
        let key = (path.to_owned(), section, self.set.directory.clone());
        if let Some(siblings) = self.session.siblings.get(&key) {
            return siblings.clone();
        }
        let siblings = self.read_siblings(path, section, span);
        self.session.siblings.insert(key, siblings.clone());
        siblings
    }

    fn read_siblings(&mut self, path: &Path, section: &'static str, span: Span) -> Option<Rc<Siblings>> {
        let documents = self.session.documents(path, Some(span))?;
        let mut tree = Node::new(Value::Map(Map::default()), span);
        let mut resets = Resets::default();
        for mut document in documents {
            rename(&mut document);
            resets = reset::take(&mut document);
            self.session.interpolate(&mut document, self.set.environment);
            resets.apply(&mut tree, &mut document);
            merge(&mut tree, document, &mut self.session.problems);
        }
        unique(&mut tree);
        // Faults of short forms are found again, with their place in the project, once the service is merged.
        canonical(&mut tree, true, &mut Problems::default());
        let home = self.set.environment.value("HOME");
        let directory = self.set.directory_of(path, self.session.options);
        let base = Base { directory: &directory, home, files: self.session.files };
        paths::resolve(&mut tree, &base, &mut self.session.problems);
        let Some(services) = tree.get_mut(section).and_then(Node::as_map_mut) else {
            let name = self.session.shown(path);
            self.session.problems.push(
                Problem::error("extends-unknown-service", format!("`{name}` has no `{section}`"))
                    .at(span, "extended here"),
            );
            return None;
        };
        let services = RefCell::new(std::mem::take(services));
        Some(Rc::new(Siblings { path: path.to_owned(), section, services, resets }))
    }

    /// Draws the circle that leads back to a service.
    fn report_cycle(&mut self, path: &Path, service: &str) {
        let start =
            self.links.iter().position(|link| link.path == path && link.service == service).unwrap_or(0);
        let circle = &self.links[start..];
        let names: Vec<&str> = circle.iter().map(|link| link.service.as_str()).chain([service]).collect();
        let mut problem = Problem::error(
            "extends-cycle",
            format!("services extend each other in a circle: {}", names.join(" → ")),
        );
        for (link, next) in circle.iter().zip(&names[1..]) {
            problem = problem.at(link.span, format!("`{}` extends `{next}`", link.service));
        }
        self.session.problems.push(problem.help("move what they share into a service that extends nothing"));
    }

    fn report_unknown(&mut self, siblings: &Siblings, name: &str, reference: &Reference) {
        let file = self.session.shown(&siblings.path);
        let services = siblings.services.borrow();
        let known = services.keys().filter(|known| *known != name || reference.file.is_some());
        let help = did_you_mean(&reference.service, known);
        self.session.problems.push(
            Problem::error(
                "extends-unknown-service",
                format!("`{name}` extends `{}`, which is not in `{file}`", reference.service),
            )
            .at(reference.span, "no such service")
            .maybe_help(help),
        );
    }
}

fn is_among(links: &[Link], path: &Path, service: &str) -> bool {
    links.iter().any(|link| link.path == path && link.service == service)
}
