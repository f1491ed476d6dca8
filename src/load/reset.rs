//! `!reset` and `!override`: what a file takes back from those before it.
//!
//! Both name an address. What was said there before goes; a `!reset` value goes as well.

use crate::diag::Span;
use crate::yaml::{Node, Path, Segment, Tag, Value};

/// The addresses that one document takes back.
#[derive(Clone, Debug, Default)]
pub(super) struct Resets {
    paths: Vec<Path>,
}

/// Finds the tags of a document, drops the values that are `!reset`, and clears the tags.
pub(super) fn take(tree: &mut Node) -> Resets {
    let mut resets = Resets::default();
    resets.walk(tree, &mut Path::root());
    resets
}

impl Resets {
    fn walk(&mut self, node: &mut Node, path: &mut Path) {
        match &mut node.value {
            Value::Map(map) => {
                map.retain(|key, entry| {
                    path.push_key(key);
                    let kept = self.keeps(&mut entry.node, path);
                    path.pop();
                    kept
                });
            }
            Value::Seq(items) => {
                let mut index = 0;
                items.retain_mut(|item| {
                    path.push_index(index);
                    index += 1;
                    let kept = self.keeps(item, path);
                    path.pop();
                    kept
                });
            }
            _ => {}
        }
    }

    fn keeps(&mut self, node: &mut Node, path: &mut Path) -> bool {
        if let Some(tag) = node.tag.take() {
            self.paths.push(path.clone());
            return tag == Tag::Override;
        }
        self.walk(node, path);
        true
    }

    /// Takes the addresses out of a tree. What `over` says instead remembers what it beat.
    pub(super) fn apply(&self, tree: &mut Node, over: &mut Node) {
        for path in &self.paths {
            replace(tree, over, path.segments());
        }
    }

    /// Takes the addresses below `services.<name>` out of that service, over which `over` will be laid.
    pub(super) fn apply_to_service(&self, service: &mut Node, over: &mut Node, name: &str) {
        for path in &self.paths {
            if let [Segment::Key(top), Segment::Key(owner), below @ ..] = path.segments()
                && top == "services"
                && owner == name
            {
                replace(service, over, below);
            }
        }
    }
}

fn replace(tree: &mut Node, over: &mut Node, path: &[Segment]) {
    let Some(lost) = remove(tree, path) else { return };
    let instead = path.iter().try_fold(over, |node, segment| match segment {
        Segment::Key(key) => node.get_mut(key),
        Segment::Index(_) => None,
    });
    if let Some(instead) = instead {
        instead.trail_mut().overrode.push(lost);
    }
}

/// Items of lists have no name that two files could share, so an address that leads through one names nothing.
fn remove(node: &mut Node, path: &[Segment]) -> Option<Span> {
    let ([Segment::Key(key), below @ ..], Some(map)) = (path, node.as_map_mut()) else { return None };
    if below.is_empty() {
        map.remove(key).map(|entry| entry.node.span)
    } else {
        remove(map.get_mut(key)?, below)
    }
}
