//! What a load comes to.

use std::path::PathBuf;

use super::Environment;
use super::env_files::Supplied;
use crate::diag::{Problems, Sources, Span};
use crate::model::Project;
use crate::yaml::{Node, Path, Segment};

/// A project that was loaded, with all that is known about where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The final tree: merged, canonical, with paths resolved. Every value knows its place.
    pub tree: Node,
    /// What the tree says, reduced to what takes part. Empty but for the name where it was not asked for.
    pub project: Project,
    /// All texts that were read.
    pub sources: Sources,
    /// What is worth a word, but no fault.
    pub problems: Problems,
    /// The variables, with their origins.
    pub environment: Environment,
    /// The compose files, absolute, in the order in which they were merged; `-` for standard input.
    pub files: Vec<String>,
    /// The project directory, absolute.
    pub directory: PathBuf,
    /// The project's name.
    pub name: String,
    /// What services took from files of variables and labels.
    pub(super) supplied: Supplied,
}

/// A load that found faults: all of them, in document order, with the texts that they point into.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// The faults, and the warnings met on the way.
    pub problems: Problems,
    /// The texts.
    pub sources: Sources,
}

impl Loaded {
    /// The place in the files of what stands at `path` in the final tree, or of its nearest ancestor there.
    ///
    /// For a key it is the key's place, as that is short and names the thing.
    #[must_use]
    pub fn blame(&self, path: &Path) -> Option<Span> {
        blame(&self.tree, path)
    }

    /// The place of the very value at `path`, if it is there.
    #[must_use]
    pub fn place(&self, path: &Path) -> Option<Span> {
        let value = path.segments().iter().try_fold(&self.tree, |node, segment| match segment {
            Segment::Key(key) => node.get(key),
            Segment::Index(index) => node.as_seq()?.get(*index),
        });
        value.map(|node| node.span)
    }
}

pub(super) fn blame(tree: &Node, path: &Path) -> Option<Span> {
    let mut node = tree;
    let mut found = None;
    for segment in path.segments() {
        let (span, child) = match segment {
            Segment::Key(key) => {
                let Some(entry) = node.as_map().and_then(|map| map.entry(key)) else { break };
                (entry.key, &entry.node)
            }
            Segment::Index(index) => {
                let Some(item) = node.as_seq().and_then(|items| items.get(*index)) else { break };
                (item.span, item)
            }
        };
        found = Some(span);
        node = child;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::yaml::{Entry, Map, Value};

    #[test]
    fn a_path_that_leads_nowhere_is_blamed_on_its_nearest_ancestor() {
        let source = Sources::default().add("compose.yaml", "");
        let at = |start| Span::new(source, start, start + 1);
        let mut service = Map::default();
        service.insert("image", Entry { key: at(20), node: Node::string("x", at(30)) });
        let mut services = Map::default();
        services.insert("web", Entry { key: at(10), node: Node::new(Value::Map(service), at(20)) });
        let mut root = Map::default();
        root.insert("services", Entry { key: at(0), node: Node::new(Value::Map(services), at(10)) });
        let tree = Node::new(Value::Map(root), at(0));

        assert_eq!(blame(&tree, &Path::keys(["services", "web", "image"])), Some(at(20)));
        assert_eq!(blame(&tree, &Path::keys(["services", "web", "ports"])), Some(at(10)));
        assert_eq!(blame(&tree, &Path::keys(["volumes"])), None);
    }
}
