//! From a path to explanations.

use serde_json::Value as Json;

use super::address::{leaves, locate};
use super::explanation::{Explanation, Origin, Place, Said, Setting, Used};
use super::find::{Found, find};
use crate::diag::{Problem, Span, harmless};
use crate::load::Loaded;
use crate::load::origin::brief;
use crate::load::secrets::says_secret;
use crate::model::{Style, Styled};
use crate::yaml::{Node, Path, Segment, Value, VariableUse, to_json};

/// Explains the value at `path` of what `config` prints, or each leaf below it. A path of nothing is the whole.
///
/// # Errors
/// When there is nothing at the path; the problem names what may be meant.
pub fn explain(loaded: &Loaded, path: &str) -> Result<Vec<Explanation>, Problem> {
    // The tree also has what does not take part, and is all there is where variables were not filled in.
    let (printed, tree) = (printed(loaded), tree(&loaded.tree));
    let (whole, value) =
        locate(&printed, path).or_else(|problem| locate(&tree, path).map_err(|_| problem))?;
    let mut found = Vec::new();
    leaves(whole.clone(), value, &mut found);
    let asked = found.len() == 1;
    let explained = found.into_iter().filter_map(|(path, value)| {
        let explainer = Explainer { loaded, path: &path, value };
        explainer.explanation(asked)
    });
    Ok(explained.collect())
}

fn printed(loaded: &Loaded) -> Json {
    let text = to_json(&Styled(&loaded.project, Style::Json)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn tree(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Uint(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::String(text) | Value::Time(text) => text.as_str().into(),
        Value::Seq(items) => items.iter().map(tree).collect(),
        Value::Map(map) => map.iter().map(|(key, entry)| (key.to_owned(), tree(&entry.node))).collect(),
    }
}

struct Explainer<'a> {
    loaded: &'a Loaded,
    path: &'a Path,
    value: &'a Json,
}

impl Explainer<'_> {
    /// `None` for what is empty and what nobody speaks of, unless it was asked for.
    fn explanation(&self, asked: bool) -> Option<Explanation> {
        let mut found = find(&self.loaded.tree, self.path, self.value);
        let supplied = self.supplied();
        if let Some(node) = supplied {
            supply(&mut found, node);
        }
        let empty = match self.value {
            Json::Null => true,
            Json::Object(map) => map.is_empty(),
            Json::Array(items) => items.is_empty(),
            _ => false,
        };
        if empty && !found.exact && !asked {
            return None;
        }
        let used: &[VariableUse] = match &found.node.trail {
            Some(trail) if found.exact => &trail.variables,
            _ => &[],
        };
        let secret = self.is_secret(&found, used);
        Some(Explanation {
            path: self.path.to_string(),
            value: (!secret).then(|| self.value.clone()),
            secret,
            origin: self.origin(&found, secret),
            overrode: found.overrode.iter().map(|span| self.said(*span, secret)).collect(),
            variables: used.iter().map(|used| self.used(used)).collect(),
        })
    }

    /// What a file of variables or labels says of it.
    fn supplied(&self) -> Option<&Node> {
        let [Segment::Key(section), Segment::Key(service), Segment::Key(attribute), Segment::Key(name)] =
            self.path.segments()
        else {
            return None;
        };
        (section == "services").then(|| self.loaded.supplied.get(service, attribute, name)).flatten()
    }

    fn is_secret(&self, found: &Found<'_>, used: &[VariableUse]) -> bool {
        let named = self.path.segments().iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        });
        // A reference to a secret is none: only what has a value of its own.
        let below =
            |name: &str| matches!(self.path.segments().get(2), Some(Segment::Key(key)) if key == name);
        let in_values = !below("secrets") && !below("configs") && self.path.segments().len() > 3;
        (in_values && named.is_some_and(says_secret))
            || used.iter().any(|used| says_secret(&used.name))
            || (found.exact && !found.node.implied && self.loaded.sources.is_concealed(found.node.span))
    }

    fn origin(&self, found: &Found<'_>, secret: bool) -> Origin {
        let implied = !found.exact || found.node.implied;
        match self.path.segments() {
            [Segment::Key(key)] if key == "name" && implied => {
                let asked = self.loaded.environment.get("COMPOSE_PROJECT_NAME");
                match asked.and_then(|asked| asked.defined) {
                    Some(span) => Origin::File(self.said(span, secret)),
                    None => Origin::Name,
                }
            }
            _ if implied => Origin::Implied(self.said(found.cause, secret)),
            _ => Origin::File(self.said(found.node.span, secret)),
        }
    }

    fn said(&self, span: Span, secret: bool) -> Said {
        let sources = &self.loaded.sources;
        let hidden = secret || sources.is_concealed(span);
        let words = harmless(sources.slice(span)).into_owned();
        Said { place: self.place(span), said: (!hidden).then(|| brief(&words)) }
    }

    fn place(&self, span: Span) -> Place {
        let source = self.loaded.sources.get(span.source);
        let at = source.position(span.start as usize);
        Place { file: harmless(source.name()).into_owned(), line: at.line, column: at.column }
    }

    fn used(&self, used: &VariableUse) -> Used {
        let known = self.loaded.environment.get(&used.name);
        let set = match (used.defined, known) {
            (Some(_), _) => Setting::File,
            (None, Some(_)) if used.name == "COMPOSE_PROJECT_NAME" => Setting::Project,
            (None, Some(_)) => Setting::Environment,
            (None, None) => Setting::Nowhere,
        };
        Used {
            name: used.name.clone(),
            gave: used.part,
            set,
            place: used.defined.map(|span| self.place(span)),
        }
    }
}

/// A file of variables sets it, or is overridden by what the service says itself.
fn supply<'t>(found: &mut Found<'t>, node: &'t Node) {
    let earlier = node.trail.iter().flat_map(|trail| trail.overrode.iter().copied());
    if found.exact {
        found.overrode.push(node.span);
        found.overrode.extend(earlier);
    } else {
        *found = Found { node, cause: node.span, exact: true, overrode: earlier.collect() };
    }
}
