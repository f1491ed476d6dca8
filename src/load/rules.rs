//! Tables of rules by address, and the walk down a tree beside them.
//!
//! A table is a list of `("services.*.ports[].target", rule)`. It is turned once into a tree of branches, so that a
//! pass looks at each node once and only where some rule lies below.

use crate::yaml::{Node, Value};

/// A rule and where it holds: keys joined by dots, `*` for any key, `[]` for any item.
pub(super) type Rule<R> = (&'static str, R);

/// Rules by address.
#[derive(Debug)]
pub(super) struct Rules<R> {
    branches: Vec<Branch<R>>,
}

#[derive(Debug)]
struct Branch<R> {
    keys: Vec<(&'static str, usize)>,
    any_key: Option<usize>,
    item: Option<usize>,
    rule: Option<R>,
}

/// A place in [`Rules`], beside a node of a tree.
#[derive(Debug)]
pub(super) struct Place<'a, R> {
    rules: &'a Rules<R>,
    branch: usize,
}

impl<R> Clone for Place<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Place<'_, R> {}

impl<R: Copy> Rules<R> {
    /// Builds the tree from tables, each standing under every one of its prefixes (`""` for the root).
    pub(super) fn new(tables: &[(&[&'static str], &[Rule<R>])]) -> Self {
        let mut rules = Self { branches: vec![Branch::new()] };
        for (prefixes, table) in tables {
            for prefix in *prefixes {
                let start = rules.grow(0, prefix);
                for (pattern, rule) in *table {
                    let branch = rules.grow(start, pattern);
                    rules.branches[branch].rule = Some(*rule);
                }
            }
        }
        rules
    }

    /// The branch at a pattern below another, made where it is missing.
    fn grow(&mut self, from: usize, pattern: &'static str) -> usize {
        let mut branch = from;
        for part in pattern.split('.').filter(|part| !part.is_empty()) {
            let key = part.trim_end_matches("[]");
            if !key.is_empty() {
                branch = self.child(branch, key);
            }
            for _ in 0..(part.len() - key.len()) / 2 {
                branch = self.item(branch);
            }
        }
        branch
    }

    fn child(&mut self, of: usize, key: &'static str) -> usize {
        let found = if key == "*" {
            self.branches[of].any_key
        } else {
            self.branches[of].keys.iter().find(|(known, _)| *known == key).map(|(_, branch)| *branch)
        };
        found.unwrap_or_else(|| {
            let new = self.push();
            if key == "*" {
                self.branches[of].any_key = Some(new);
            } else {
                self.branches[of].keys.push((key, new));
            }
            new
        })
    }

    fn item(&mut self, of: usize) -> usize {
        self.branches[of].item.unwrap_or_else(|| {
            let new = self.push();
            self.branches[of].item = Some(new);
            new
        })
    }

    fn push(&mut self) -> usize {
        self.branches.push(Branch::new());
        self.branches.len() - 1
    }

    /// The place of the tree's root.
    pub(super) fn root(&self) -> Place<'_, R> {
        Place { rules: self, branch: 0 }
    }
}

impl<R> Branch<R> {
    fn new() -> Self {
        Self { keys: Vec::new(), any_key: None, item: None, rule: None }
    }
}

impl<'a, R: Copy> Place<'a, R> {
    fn branch(self) -> &'a Branch<R> {
        &self.rules.branches[self.branch]
    }

    /// Down to a key: the branch of that very key if there is one, else that of any key.
    pub(super) fn key(self, key: &str) -> Option<Self> {
        let branch = self.branch();
        let exact = branch.keys.iter().find(|(known, _)| *known == key).map(|(_, branch)| *branch);
        exact.or(branch.any_key).map(|branch| Self { rules: self.rules, branch })
    }

    /// Down to an item.
    pub(super) fn item(self) -> Option<Self> {
        self.branch().item.map(|branch| Self { rules: self.rules, branch })
    }

    /// The rule that holds here.
    pub(super) fn rule(self) -> Option<R> {
        self.branch().rule
    }

    /// Down several keys at once.
    pub(super) fn keys<'k>(self, keys: impl IntoIterator<Item = &'k str>) -> Option<Self> {
        keys.into_iter().try_fold(self, Self::key)
    }
}

/// Visits the values of a tree that have a rule, each before those below it: the visit may put another value there,
/// whose own parts are then looked at. Where no rule lies below, nothing is looked at.
pub(super) fn visit<R: Copy>(node: &mut Node, place: Place<'_, R>, visitor: &mut impl FnMut(&mut Node, R)) {
    if let Some(rule) = place.rule() {
        visitor(node, rule);
    }
    match &mut node.value {
        Value::Map(map) => {
            for (key, entry) in map.iter_mut() {
                if let Some(below) = place.key(key) {
                    visit(&mut entry.node, below, visitor);
                }
            }
        }
        Value::Seq(items) => {
            if let Some(below) = place.item() {
                for item in items {
                    visit(item, below, visitor);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_through_keys_any_key_and_items() {
        let rules = Rules::new(&[
            (&["services.*", "jobs.*"], &[("ports[].target", 1), ("build", 2), ("build.args", 3)]),
            (&[""], &[("networks.*.external", 4)]),
        ]);
        let root = rules.root();
        let ports = root.keys(["jobs", "x", "ports"]).unwrap();
        assert_eq!(ports.rule(), None);
        assert_eq!(ports.item().unwrap().key("target").unwrap().rule(), Some(1));
        assert!(ports.key("target").is_none());
        assert_eq!(root.keys(["services", "x", "build"]).unwrap().rule(), Some(2));
        assert_eq!(root.keys(["services", "x", "build", "args"]).unwrap().rule(), Some(3));
        assert_eq!(root.keys(["networks", "n", "external"]).unwrap().rule(), Some(4));
        assert!(root.keys(["volumes"]).is_none());
    }
}
