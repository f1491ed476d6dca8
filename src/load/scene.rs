//! The tree as the rules see it.

use crate::diag::Span;
use crate::yaml::{Entry, Map, Node, Value};

/// What takes part.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// True for a service that is active.
    pub active: &'a dyn Fn(&str) -> bool,
    /// True if what is implied counts: the default network, and the dependencies behind `links` and the like. Only
    /// `config --no-normalize` leaves it out.
    pub implied: bool,
}

impl Scope<'_> {
    /// All services, and all that is implied.
    #[must_use]
    pub fn everything() -> Self {
        Self { active: &|_| true, implied: true }
    }
}

/// See the module.
pub(super) struct Scene<'a> {
    tree: &'a Node,
    pub(super) scope: Scope<'a>,
}

/// A service or job with the place of its key.
#[derive(Clone, Copy)]
pub(super) struct Unit<'a> {
    pub(super) name: &'a str,
    pub(super) key: Span,
    pub(super) map: &'a Map,
}

impl<'a> Scene<'a> {
    pub(super) fn new(tree: &'a Node, scope: Scope<'a>) -> Self {
        Self { tree, scope }
    }

    /// The active services, in document order.
    pub(super) fn services(&self) -> impl Iterator<Item = Unit<'a>> {
        self.all_services().filter(|service| (self.scope.active)(service.name))
    }

    pub(super) fn all_services(&self) -> impl Iterator<Item = Unit<'a>> + use<'a> {
        units(self.section("services"))
    }

    pub(super) fn jobs(&self) -> impl Iterator<Item = Unit<'a>> + use<'a> {
        units(self.section("jobs"))
    }

    /// A top-level mapping.
    pub(super) fn section(&self, name: &str) -> Option<&'a Map> {
        self.tree.get(name)?.as_map()
    }

    /// A top-level mapping with its key.
    pub(super) fn section_entry(&self, name: &str) -> Option<&'a Entry> {
        self.tree.as_map()?.entry(name)
    }

    /// A service, active or not.
    pub(super) fn service(&self, name: &str) -> Option<&'a Entry> {
        self.section("services")?.entry(name)
    }

    /// A service that takes part.
    pub(super) fn active(&self, name: &str) -> Option<&'a Entry> {
        self.service(name).filter(|_| (self.scope.active)(name))
    }

    pub(super) fn job(&self, name: &str) -> Option<&'a Entry> {
        self.section("jobs")?.entry(name)
    }
}

fn units(section: Option<&Map>) -> impl Iterator<Item = Unit<'_>> {
    section
        .into_iter()
        .flat_map(Map::iter)
        .filter_map(|(name, entry)| Some(Unit { name, key: entry.key, map: entry.node.as_map()? }))
}

impl<'a> Unit<'a> {
    /// What stands at a path of keys below it.
    pub(super) fn entry(&self, path: &[&str]) -> Option<&'a Entry> {
        entry(self.map, path)
    }

    pub(super) fn node(&self, path: &[&str]) -> Option<&'a Node> {
        self.entry(path).map(|entry| &entry.node)
    }

    /// Text that is not empty.
    pub(super) fn text(&self, path: &[&str]) -> Option<&'a str> {
        self.node(path)?.as_str().filter(|text| !text.is_empty())
    }

    /// The items of a list.
    pub(super) fn items(&self, path: &[&str]) -> &'a [Node] {
        self.node(path).and_then(Node::as_seq).unwrap_or(&[])
    }

    /// The entries of a mapping.
    pub(super) fn entries(&self, path: &[&str]) -> impl Iterator<Item = (&'a str, &'a Entry)> + use<'a> {
        self.node(path).and_then(Node::as_map).into_iter().flat_map(Map::iter)
    }
}

/// What stands at a path of keys.
pub(super) fn entry<'a>(map: &'a Map, path: &[&str]) -> Option<&'a Entry> {
    let (last, way) = path.split_last()?;
    let mut map = map;
    for key in way {
        map = map.get(key)?.as_map()?;
    }
    map.entry(last)
}

/// The number that a scalar says, in text or not.
pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        Value::Int(number) => Some(*number as f64),
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        Value::Uint(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
