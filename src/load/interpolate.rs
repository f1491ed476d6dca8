//! Variables in values: `${PORT:-80}` becomes `80`, and a number where a number belongs.
//!
//! Keys are never looked at. Every value remembers the variables that went in.

use std::collections::HashMap;
use std::ops::Range;

use super::Environment;
use super::cast::{self, Cast, cast};
use super::rules::Place;
use crate::diag::{Problem, Problems, Sources, Span, nearest};
use crate::syntax::{Malformation, TemplateError, TemplateFault, TemplateUse, expand};
use crate::yaml::{Node, Value, VariableUse};

/// Fills the variables of a document in.
pub(super) fn interpolate(
    tree: &mut Node,
    environment: &Environment,
    sources: &Sources,
    problems: &mut Problems,
) {
    let mut filler = Filler { environment, sources, unset: Unset::default(), problems };
    filler.walk(tree, Some(cast::RULES.root()));
}

struct Filler<'a> {
    environment: &'a Environment,
    sources: &'a Sources,
    unset: Unset,
    problems: &'a mut Problems,
}

impl Filler<'_> {
    fn walk(&mut self, node: &mut Node, place: Option<Place<'_, Cast>>) {
        match &mut node.value {
            Value::Map(map) => {
                for (key, entry) in map.iter_mut() {
                    self.walk(&mut entry.node, place.and_then(|place| place.key(key)));
                }
            }
            Value::Seq(items) => {
                let below = place.and_then(Place::item);
                for item in items {
                    self.walk(item, below);
                }
            }
            Value::String(text) => {
                let filled = !text.contains('$') || self.fill(node);
                if filled && let Some(to) = place.and_then(Place::rule) {
                    let said = self.problems.has_error_at(node.span);
                    self.problems.extend(cast(node, to).filter(|_| !said));
                }
            }
            _ => {}
        }
    }

    /// Fills in one value; false if it cannot be.
    fn fill(&mut self, node: &mut Node) -> bool {
        let Value::String(template) = &node.value else { return true };
        let lookup = |name: &str| self.environment.value(name).map(str::to_owned);
        match expand(template, &lookup) {
            Ok(expansion) => {
                for used in expansion.uses.iter().filter(|used| used.blank) {
                    let span = within(node.span, template, &used.at, self.sources);
                    self.problems.push(self.unset.warning(&used.name, span, self.environment));
                }
                node.value = Value::String(expansion.text);
                remember(node, &expansion.uses, self.environment);
                true
            }
            Err(error) => {
                let span = within(node.span, template, &error.at, self.sources);
                let problem = self.failure(error, span);
                self.problems.push(problem);
                false
            }
        }
    }

    fn failure(&mut self, error: TemplateError, span: Span) -> Problem {
        match error.fault {
            TemplateFault::Missing { name, message } => {
                let words = if message.is_empty() { String::new() } else { format!(": {message}") };
                let text = format!("required variable `{name}` is missing a value{words}");
                let problem = Problem::error("required-variable", text).at(span, "must be set");
                match self.environment.get(&name).and_then(|variable| variable.defined) {
                    Some(place) => problem.at(place, "set to nothing here"),
                    None => self.unset.hint(problem, &name, self.environment),
                }
            }
            TemplateFault::Malformed(reason) => malformed(span, reason),
        }
    }
}

/// A `${` that begins no variable.
pub(super) fn malformed(span: Span, reason: Malformation) -> Problem {
    let problem = Problem::error("bad-template", "invalid interpolation format").at(span, reason.to_string());
    problem.help(match reason {
        Malformation::TooDeep => "give the inner defaults a variable of their own",
        Malformation::LineBreak => "write the default on one line, or set the variable in `.env`",
        _ => "write `$$` for a dollar sign that begins no variable",
    })
}

/// Notes in a value which variables went in.
pub(super) fn remember(node: &mut Node, uses: &[TemplateUse], environment: &Environment) {
    for used in uses {
        let defined = environment.get(&used.name).and_then(|variable| variable.defined);
        let variable = VariableUse { name: used.name.clone(), defined, part: used.part };
        let variables = &mut node.trail_mut().variables;
        if !variables.contains(&variable) {
            variables.push(variable);
        }
    }
}

/// Variables that are not set, each compared with the others only once.
#[derive(Default)]
pub(super) struct Unset {
    near: HashMap<String, Option<String>>,
}

impl Unset {
    /// Says that a variable is not set, and which one may be meant.
    pub(super) fn warning(&mut self, name: &str, span: Span, environment: &Environment) -> Problem {
        let text = format!("the variable `{name}` is not set, defaulting to a blank string");
        self.hint(Problem::warning("unset-variable", text).at(span, "used here"), name, environment)
    }

    fn hint(&mut self, problem: Problem, name: &str, environment: &Environment) -> Problem {
        let near = self
            .near
            .entry(name.to_owned())
            .or_insert_with(|| nearest(name, environment.names()).map(str::to_owned));
        let Some(near) = near else { return problem };
        let problem = problem.help(format!("did you mean `{near}`?"));
        match environment.get(near).and_then(|variable| variable.defined) {
            Some(place) => problem.at(place, format!("`{near}` is set here")),
            None => problem,
        }
    }
}

/// The place of some bytes of a scalar's text, in the file. Where escapes or folding stand between the two, the
/// same words are looked for.
fn within(span: Span, text: &str, at: &Range<usize>, sources: &Sources) -> Span {
    let raw = sources.slice(span);
    let words = &text[at.clone()];
    let offset = if raw == text {
        Some(at.start)
    } else if raw.len() == text.len() + 2 && raw[1..].starts_with(text) {
        Some(at.start + 1)
    } else {
        let before = text[..at.start].matches(words).count();
        raw.match_indices(words).nth(before).map(|(offset, _)| offset)
    };
    match offset {
        Some(offset) => {
            let start = span.start as usize + offset;
            Span::new(span.source, start, start + words.len())
        }
        None => span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Severity;
    use crate::load::Variable;
    use crate::yaml;

    fn filled(text: &str, variables: &[(&str, &str)]) -> (Node, Problems, Sources) {
        let mut sources = Sources::default();
        let mut environment = Environment::default();
        for (name, value) in variables {
            environment.set(*name, Variable { value: (*value).to_owned(), defined: None });
        }
        let id = sources.add("compose.yaml", text);
        let mut problems = Problems::default();
        let mut tree = yaml::parse(id, text, &mut problems).remove(0);
        interpolate(&mut tree, &environment, &sources, &mut problems);
        (tree, problems, sources)
    }

    #[test]
    fn values_are_filled_and_keys_are_not() {
        let (tree, problems, _) = filled("$A: [x$A, {b: '${A}y'}]\n", &[("A", "1")]);
        assert!(problems.is_empty());
        let items = tree.get("$A").unwrap().as_seq().unwrap();
        assert_eq!(items[0].as_str(), Some("x1"));
        assert_eq!(items[1].get("b").unwrap().as_str(), Some("1y"));
        assert_eq!(items[0].trail.as_ref().unwrap().variables[0].name, "A");
    }

    #[test]
    fn a_number_that_came_from_a_variable_is_a_number() {
        let text = "services: {a: {scale: $N, image: $N, healthcheck: {retries: '${N}'}}}\n";
        let (tree, _, _) = filled(text, &[("N", "3")]);
        let service = tree.get("services").unwrap().get("a").unwrap();
        assert_eq!(service.get("scale").unwrap().value, Value::Int(3));
        assert_eq!(service.get("image").unwrap().value, Value::String("3".to_owned()));
        assert_eq!(service.get("healthcheck").unwrap().get("retries").unwrap().value, Value::Int(3));
    }

    #[test]
    fn an_unset_variable_is_underlined_where_it_is_used_in_every_style_of_scalar() {
        for text in
            ["a: x $U\n", "a: 'it''s $U'\n", "a: \"\\t$U\"\n", "a: |\n  x\n    $U\n", "a: >\n  x\n  $U\n"]
        {
            let (_, problems, sources) = filled(text, &[]);
            let problem = problems.iter().next().unwrap();
            assert_eq!(problem.severity, Severity::Warning);
            assert_eq!(sources.slice(problem.span().unwrap()), "$U", "{text}");
        }
        let (_, problems, _) = filled("a: $U$U\n", &[]);
        let starts: Vec<u32> = problems.iter().map(|problem| problem.span().unwrap().start).collect();
        assert_eq!(starts, [3, 5]);
    }

    #[test]
    fn a_near_name_is_suggested() {
        let (_, problems, _) = filled("a: $DB_PASWORD\n", &[("DB_PASSWORD", "x")]);
        assert_eq!(problems.iter().next().unwrap().help.as_deref(), Some("did you mean `DB_PASSWORD`?"));
    }

    #[test]
    fn every_fault_is_found_in_one_run() {
        let (_, problems, _) = filled("a: ${A:?x}\nb: ${\nc: ${B?}\nservices: {s: {scale: x}}\n", &[]);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["required-variable", "bad-template", "required-variable", "wrong-type"]);
    }
}
