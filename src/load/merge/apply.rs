//! The walk down two trees.

use std::collections::HashSet;
use std::mem;

use super::lists::{dependencies_of, named, pairs};
use super::rules::{Merge, RULES};
use crate::diag::{Problem, Problems};
use crate::load::rules::Place;
use crate::load::trace::Trace;
use crate::yaml::{Map, Node, Value};

/// Where both trees are, and what holds there.
#[derive(Clone, Copy)]
struct Here<'a> {
    rules: Option<Place<'a, Merge>>,
    trace: &'a Trace<'a>,
}

/// Lays a whole file over what was read before.
pub(crate) fn merge(base: &mut Node, over: Node, problems: &mut Problems) {
    let here = Here { rules: Some(RULES.root()), trace: &Trace::ROOT };
    Merger { problems }.merge(base, over, here);
}

/// Lays a service over the one that it extends.
pub(crate) fn merge_service(base: &mut Node, over: Node, trace: &Trace<'_>, problems: &mut Problems) {
    let here = Here { rules: RULES.root().keys(["services", "*"]), trace };
    Merger { problems }.merge(base, over, here);
}

struct Merger<'p> {
    problems: &'p mut Problems,
}

impl Merger<'_> {
    fn merge(&mut self, base: &mut Node, over: Node, here: Here<'_>) {
        let Some(rule) = here.rules.and_then(Place::rule) else { return self.plain(base, over, here) };
        match rule {
            Merge::Replace => replace(base, over),
            Merge::Build => self.plain(formed(base, context_of), context_of(over), here),
            Merge::Dependencies => self.plain(formed(base, dependencies_of), dependencies_of(over), here),
            Merge::Names => self.plain(formed(base, names_of), names_of(over), here),
            Merge::Pairs | Merge::List => self.append(base, over, here),
            Merge::Hosts => {
                self.append(base, over, here);
                drop_repeated(base);
            }
            Merge::Logging if base.as_map().is_none() || over.as_map().is_none() => {
                self.mismatch(base, &over, here);
            }
            Merge::Logging if other_driver(base, &over) => replace(base, over),
            Merge::Logging => self.plain(base, over, here),
            Merge::Pools => self.pools(base, over, here),
        }
    }

    /// Mappings by key, sequences one after the other, later scalars win; null says nothing.
    fn plain(&mut self, base: &mut Node, over: Node, here: Here<'_>) {
        if over.is_null() {
            return;
        }
        match (&mut base.value, over.value) {
            (Value::Map(_), Value::Map(map)) => self.keys(base, map, here),
            (Value::Seq(items), Value::Seq(more)) => append_new(items, more),
            (Value::Map(_) | Value::Seq(_), value) => {
                self.mismatch(base, &Node::new(value, over.span), here);
            }
            (_, value) => replace(base, Node { value, ..over }),
        }
    }

    fn keys(&mut self, base: &mut Node, over: Map, here: Here<'_>) {
        let Some(map) = base.as_map_mut() else { return };
        for (key, entry) in over.into_entries() {
            let rules = here.rules.and_then(|place| place.key(&key));
            let Some(known) = map.entry_mut(&key) else {
                map.insert(key, entry);
                continue;
            };
            let span = entry.node.span;
            self.merge(&mut known.node, entry.node, Here { rules, trace: &here.trace.key(&key) });
            if known.node.span == span {
                known.key = entry.key;
            }
        }
    }

    /// One list after the other, in the form of lists.
    fn append(&mut self, base: &mut Node, over: Node, here: Here<'_>) {
        let (place, span) = (base.span, over.span);
        let kinds = (base.value.kind(), over.value.kind());
        let taken = mem::replace(base, Node::null(place));
        let (Some(mut items), Some(more)) = (pairs(taken), pairs(over)) else {
            let problem = mismatch(here.trace, kinds.1, kinds.0);
            self.problems.push(problem.at(span, "this").at(place, "cannot be laid over this"));
            return;
        };
        items.extend(more);
        base.value = Value::Seq(items);
    }

    /// The later pools, each over the earlier one of its subnet. As the peer has it, other earlier pools go.
    fn pools(&mut self, base: &mut Node, over: Node, here: Here<'_>) {
        let (Value::Seq(pools), true) = (&mut base.value, over.as_seq().is_some()) else {
            return self.plain(base, over, here);
        };
        let Value::Seq(more) = over.value else { return };
        let subnet = |pool: &Node| pool.get("subnet").and_then(Node::as_str).map(str::to_owned);
        let earlier = mem::take(pools);
        for pool in more {
            let wanted = subnet(&pool);
            let known = earlier.iter().find(|known| subnet(known) == wanted);
            let mut merged =
                known.cloned().unwrap_or_else(|| Node::new(Value::Map(Map::default()), pool.span));
            self.plain(&mut merged, pool, Here { rules: None, ..here });
            pools.push(merged);
        }
    }

    fn mismatch(&mut self, base: &Node, over: &Node, here: Here<'_>) {
        let problem = mismatch(here.trace, over.value.kind(), base.value.kind());
        self.problems.push(problem.at(over.span, "this").at(base.span, "cannot be laid over this"));
    }
}

/// Adds the items that say something that none before them says.
fn append_new(items: &mut Vec<Node>, more: Vec<Node>) {
    let mut said: HashSet<String> = items.iter().map(|item| item.value.fingerprint()).collect();
    items.extend(more.into_iter().filter(|item| said.insert(item.value.fingerprint())));
}

fn mismatch(trace: &Trace<'_>, over: &str, base: &str) -> Problem {
    Problem::error("cannot-override", format!("`{trace}` is {over} here and {base} in what it overrides"))
        .help("give both the same form, or replace the earlier one with `!override`")
}

/// The later value, which remembers the places that it beat.
fn replace(base: &mut Node, mut over: Node) {
    let mut lost = vec![base.span];
    if let Some(trail) = base.trail.take() {
        lost.extend_from_slice(&trail.overrode);
    }
    over.trail_mut().overrode.extend(lost);
    *base = over;
}

/// A value brought to another form, in place.
fn formed(node: &mut Node, form: fn(Node) -> Node) -> &mut Node {
    let span = node.span;
    *node = form(mem::replace(node, Node::null(span)));
    node
}

/// Drops items that stand in a list already.
fn drop_repeated(list: &mut Node) {
    let mut seen = HashSet::new();
    if let Some(items) = list.as_seq_mut() {
        items.retain(|item| item.value.text().is_none_or(|text| seen.insert(text)));
    }
}

/// A build as a mapping.
fn context_of(node: Node) -> Node {
    if node.as_str().is_none() {
        return node;
    }
    let span = node.span;
    let mut map = Map::default();
    map.set("context", node);
    Node::new(Value::Map(map), span)
}

fn names_of(node: Node) -> Node {
    named(node, |item| Node::null(item.span))
}

fn other_driver(base: &Node, over: &Node) -> bool {
    let driver = |node: &'_ Node| node.get("driver").and_then(|driver| driver.value.text());
    matches!((driver(base), driver(over)), (Some(one), Some(other)) if one != other)
}
