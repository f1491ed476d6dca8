//! Holds a tree against the tables.

use std::collections::HashMap;

use crate::diag::{Problem, Problems, Severity, Span};
use crate::yaml::{Entry, Map, Node, Path, Value};

use super::fault::{self, Place};
use super::root::{ROOT, SERVICES};
use super::shape::{Kinds, List, Object, Shape};

/// Adds every fault of shape in a merged tree: unknown attributes, wrong types, words outside an enumeration, missing
/// attributes, and doubles in lists that may not hold them.
///
/// Short and long forms are both right here. What a tag (`!reset`) removes must be gone.
pub fn validate(tree: &Node, problems: &mut Problems) {
    let root = Shape::map(&ROOT);
    Walker { problems, path: Path::root(), owners: Vec::new() }.value(tree, &root, Setting::default());
}

/// Drops what nothing reads, as the peer does: attributes that are only there by name, and unknown ones in objects that
/// let them pass.
pub(in crate::load) fn drop_unread(tree: &mut Node) {
    prune(tree, &Shape::map(&ROOT));
}

fn prune(node: &mut Node, shape: &Shape) {
    match (&mut node.value, shape.list, shape.map) {
        (Value::Map(map), _, Some(object)) => {
            map.retain(|key, entry| {
                let names = || object.names.filter(|names| names.rule.takes(key)).map(|names| names.shape);
                match object.attribute(key).or_else(names) {
                    Some(shape) => {
                        prune(&mut entry.node, shape);
                        !shape.unread
                    }
                    None => key.starts_with("x-") || object.groups.is_empty(),
                }
            });
        }
        (Value::Seq(items), Some(list), _) => {
            for item in items {
                prune(item, list.item);
            }
        }
        _ => {}
    }
}

struct Walker<'a> {
    problems: &'a mut Problems,
    path: Path,
    /// The objects around the one that is looked at, outermost first.
    owners: Vec<&'static Object>,
}

/// What stands around a value.
#[derive(Clone, Copy, Default)]
struct Setting<'a> {
    key: Option<Span>,
    /// The shape of the list that the value is an item of.
    list: Option<&'a Shape>,
}

impl Walker<'_> {
    fn value(&mut self, node: &Node, shape: &Shape, setting: Setting<'_>) {
        match (&node.value, shape.list, shape.map) {
            (Value::Map(map), _, Some(object)) => self.mapping((node, map), object, setting.key),
            (Value::Seq(items), Some(list), _) => self.list(items, list, shape),
            (Value::Map(_) | Value::Seq(_), _, _) => self.wrong_type(node, shape, setting),
            (Value::Time(_), _, _) if !shape.times => self.wrong_type(node, shape, setting),
            (value, _, _) if !shape.scalars.takes(kind(value)) => self.wrong_type(node, shape, setting),
            _ => self.scalar(node, shape, setting.key),
        }
    }

    fn wrong_type(&mut self, node: &Node, shape: &Shape, setting: Setting<'_>) {
        // What could not be read rightly is of no kind.
        let collection = matches!(node.value, Value::Map(_) | Value::Seq(_));
        if collection && self.problems.has_error_within(node.span) {
            return;
        }
        let place = Place::new(&self.path, node, setting.key).inside(setting.list);
        self.problems.push(fault::wrong_type(&place, shape));
    }

    fn scalar(&mut self, node: &Node, shape: &Shape, key: Option<Span>) {
        let place = Place::new(&self.path, node, key);
        match &node.value {
            Value::String(text) => {
                if !shape.words.is_empty() && !shape.words.contains(&text.as_str()) {
                    self.problems.push(fault::not_a_word(&place, text, shape.words));
                } else if let Some(pattern) = shape.pattern.filter(|pattern| !pattern.takes(text)) {
                    self.problems.push(fault::no_match(&place, text, pattern));
                }
            }
            value => {
                if let Some(range) = shape.range.filter(|range| !inside(value, *range)) {
                    self.problems.push(fault::out_of_range(&place, range));
                }
            }
        }
    }

    fn list(&mut self, items: &[Node], list: List, shape: &Shape) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            self.path.push_index(index);
            self.value(item, list.item, Setting { key: None, list: Some(shape) });
            if list.unique
                && let Some(first) = seen.insert(item.value.fingerprint(), item.span)
            {
                self.problems.push(fault::double(&Place::new(&self.path, item, None), first));
            }
            self.path.pop();
        }
    }

    fn mapping(&mut self, (node, map): (&Node, &Map), object: &'static Object, own: Option<Span>) {
        self.owners.push(object);
        for (key, entry) in map.iter() {
            let shape = object
                .attribute(key)
                .or_else(|| object.names.filter(|names| names.rule.takes(key)).map(|names| names.shape));
            if let Some(shape) = shape {
                self.entry((key, entry), shape, object);
            } else if !(object.extensions && key.starts_with("x-") || object.open && object.groups.is_empty())
            {
                if self.problems.has_error_at(entry.key) {
                    continue;
                }
                let fault = fault::unknown(&self.path, &self.owners, (key, entry));
                let severity = if object.open { Severity::Warning } else { fault.severity };
                self.problems.push(Problem { severity, ..fault });
            }
        }
        let place = Place::new(&self.path, node, own);
        for name in object.required.iter().filter(|name| !map.contains(name)) {
            self.problems.push(fault::missing(&place, object, &[*name]));
        }
        if !object.any_of.is_empty() && !object.any_of.iter().any(|name| map.contains(name)) {
            self.problems.push(fault::missing(&place, object, object.any_of));
        }
        self.owners.pop();
    }

    fn entry(&mut self, (key, entry): (&str, &Entry), shape: &Shape, object: &'static Object) {
        let before = self.problems.len();
        self.path.push_key(key);
        self.value(&entry.node, shape, Setting { key: Some(entry.key), list: None });
        self.path.pop();
        // `networks:` that is indented too far is read as a service named so; its own faults would only confuse.
        let sunken = std::ptr::eq(object, &raw const SERVICES) && ROOT.attribute(key).is_some();
        if sunken && self.problems.len() > before {
            self.problems.truncate(before);
            self.problems.push(fault::sunken(&self.path, (key, entry)));
        }
    }
}

/// The kind of a scalar.
fn kind(value: &Value) -> Kinds {
    match value {
        Value::Null => Kinds::NULL,
        Value::Bool(_) => Kinds::BOOL,
        Value::Int(_) | Value::Uint(_) => Kinds::INTEGER,
        // JSON Schema counts 2.0 as an integer.
        Value::Float(number) if number.fract() == 0.0 => Kinds::INTEGER,
        Value::Float(_) => Kinds::NUMBER,
        Value::String(_) | Value::Time(_) => Kinds::STRING,
        Value::Seq(_) | Value::Map(_) => Kinds::NONE,
    }
}

fn inside(value: &Value, (least, greatest): (i64, i64)) -> bool {
    match value {
        Value::Int(number) => (least..=greatest).contains(number),
        Value::Uint(_) => greatest == i64::MAX,
        #[expect(clippy::cast_precision_loss, reason = "the bounds in the tables are small")]
        Value::Float(number) => *number >= least as f64 && *number <= greatest as f64,
        _ => true,
    }
}
