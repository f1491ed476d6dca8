//! A mapping of a located tree.

use std::collections::HashMap;
use std::sync::Arc;

use super::Node;
use crate::diag::Span;

/// A mapping in document order. Keys are strings: the parser refuses others.
///
/// Most mappings are small, and there are many: those are searched from the front and need no table.
#[derive(Clone, Debug)]
pub struct Map(Storage);

type Entries = Vec<(Arc<str>, Entry)>;

#[derive(Clone, Debug)]
enum Storage {
    Few(Entries),
    Many(Box<Indexed>),
}

/// More entries than [`FEW`], and where each key is.
#[derive(Clone, Debug)]
struct Indexed {
    entries: Entries,
    index: HashMap<Arc<str>, usize>,
}

/// How many keys are found without a table as fast as with one.
const FEW: usize = 16;

/// What a [`Map`] holds under a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// The value.
    pub node: Node,
}

impl Map {
    fn entries(&self) -> &Entries {
        match &self.0 {
            Storage::Few(entries) => entries,
            Storage::Many(many) => &many.entries,
        }
    }

    fn entries_mut(&mut self) -> &mut Entries {
        match &mut self.0 {
            Storage::Few(entries) => entries,
            Storage::Many(many) => &mut many.entries,
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.0 {
            Storage::Few(entries) => entries.iter().position(|(known, _)| &**known == key),
            Storage::Many(many) => many.index.get(key).copied(),
        }
    }

    /// Stores the entries as their number demands, after some came or went.
    fn settle(&mut self) {
        let entries = std::mem::take(self.entries_mut());
        self.0 = if entries.len() > FEW {
            let places = entries.iter().enumerate().map(|(place, (key, _))| (Arc::clone(key), place));
            let index = places.collect();
            Storage::Many(Box::new(Indexed { entries, index }))
        } else {
            Storage::Few(entries)
        };
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value under a key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entry_mut(key).map(|entry| &mut entry.node)
    }

    /// The value under a key with the place of the key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.position(key).map(|place| &self.entries()[place].1)
    }

    /// The value under a key with the place of the key.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.position(key).map(|place| &mut self.entries_mut()[place].1)
    }

    /// Sets a key. A key that is there keeps its position in the order; its old entry is given back.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, entry: Entry) -> Option<Entry> {
        let key = key.into();
        if let Some(known) = self.entry_mut(&key) {
            return Some(std::mem::replace(known, entry));
        }
        match &mut self.0 {
            Storage::Few(entries) => {
                entries.push((key, entry));
                if entries.len() > FEW {
                    self.settle();
                }
            }
            Storage::Many(many) => {
                many.index.insert(Arc::clone(&key), many.entries.len());
                many.entries.push((key, entry));
            }
        }
        None
    }

    /// Sets a key whose own place is that of its value (for what a pass adds).
    pub fn set(&mut self, key: impl Into<Arc<str>>, node: Node) -> Option<Entry> {
        self.insert(key, Entry { key: node.span, node })
    }

    /// Takes a key out; the order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.position(key)?;
        let (_, entry) = self.entries_mut().remove(place);
        self.settle();
        Some(entry)
    }

    /// True if the key is there.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries().iter().map(|(key, _)| &**key)
    }

    /// Keys and entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries().iter().map(|(key, entry)| (&**key, entry))
    }

    /// Keys and entries in order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Entry)> {
        self.entries_mut().iter_mut().map(|(key, entry)| (&**key, entry))
    }

    /// Takes the mapping apart, in order.
    pub fn into_entries(self) -> impl Iterator<Item = (Arc<str>, Entry)> {
        match self.0 {
            Storage::Few(entries) => entries.into_iter(),
            Storage::Many(many) => many.entries.into_iter(),
        }
    }

    /// Keeps the entries for which `keep` says so; the order stays.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Entry) -> bool) {
        let before = self.len();
        self.entries_mut().retain_mut(|(key, entry)| keep(key, entry));
        if self.len() != before {
            self.settle();
        }
    }

    /// Gives back what was set aside for more entries.
    pub fn fit(&mut self) {
        self.entries_mut().shrink_to_fit();
    }

    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// True if there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }
}

impl Default for Map {
    fn default() -> Self {
        Self(Storage::Few(Vec::new()))
    }
}

/// The order of the keys says nothing.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, entry)| other.entry(key) == Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::yaml::Value;

    fn numbered(count: i64) -> Map {
        let span = Span::new(Sources::default().add("x", ""), 0, 0);
        let mut map = Map::default();
        for number in 0..count {
            map.set(format!("k{number}"), Node::new(Value::Int(number), span));
        }
        map
    }

    #[test]
    fn a_mapping_is_the_same_small_and_large() {
        for count in [3, 16, 17, 100] {
            let mut map = numbered(count);
            assert_eq!(map.get("k2").map(|node| &node.value), Some(&Value::Int(2)));
            assert!(map.remove("k1").is_some() && !map.contains("k1"));
            assert_eq!(map.get("k2").map(|node| &node.value), Some(&Value::Int(2)));
            map.retain(|key, _| key == "k0" || key.ends_with('2'));
            assert_eq!(map.keys().take(2).collect::<Vec<_>>(), ["k0", "k2"]);
            let span = map.entry("k0").unwrap().key;
            assert!(map.set("k0", Node::null(span)).is_some() && map.set("new", Node::null(span)).is_none());
            assert_eq!(map.keys().last(), Some("new"));
            assert_eq!(map.iter().count(), map.len());
        }
    }

    #[test]
    fn the_order_of_keys_says_nothing_about_equality() {
        let (one, mut other) = (numbered(20), numbered(20));
        let first = other.remove("k0").unwrap();
        other.insert("k0", first);
        assert_eq!(one, other);
        other.remove("k3");
        assert_ne!(one, other);
    }
}
