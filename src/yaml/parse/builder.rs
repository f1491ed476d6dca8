//! Events to trees, without recursion.

use std::borrow::Cow;

use granit_parser::{ScalarStyle, StructureStyle, Tag as RawTag};

use crate::diag::{Problem, Span};

use super::super::scalar::{self, Scalar};
use super::super::{Entry, Map, Node, Tag, Value};
use super::alias::{Anchors, Extent, Refusal};
use super::characters::{LookAlike, deceptive};
use super::complaint::Complaints;
use super::merge;

/// How deep collections may nest. Passes over the tree recurse, and so does dropping it: this keeps them far from
/// the end of a thread's stack.
pub(super) const DEEPEST: usize = 400;

const YAML_NAMESPACE: &str = "tag:yaml.org,2002:";

/// The document that is being built.
pub(super) struct Builder<'a, 'p> {
    pub(super) text: &'a str,
    pub(super) complaints: &'p mut Complaints<'a>,
    pub(super) anchors: Anchors<'a>,
    frames: Vec<Frame>,
    root: Option<Node>,
}

/// A collection that has begun.
struct Frame {
    collection: Collection,
    start: usize,
    end: usize,
    flow: bool,
    tag: Option<Tag>,
    anchor: usize,
    extent: Extent,
}

enum Collection {
    Seq(Vec<Node>),
    Map { map: Map, key: Option<Key>, merges: Vec<Map>, merge_key: Option<Span> },
}

/// A key that waits for its value.
struct Key {
    span: Span,
    kind: KeyKind,
}

enum KeyKind {
    Name(String),
    Merge,
}

/// A value that is complete.
enum Item {
    Node(Node),
    /// `<<` as a key: a merge; anywhere else the peer drops it without a word.
    Merge(Span),
}

/// A scalar as the events give it.
pub(super) struct RawScalar<'e> {
    pub(super) text: Cow<'e, str>,
    pub(super) style: ScalarStyle,
    pub(super) tag: Option<Cow<'e, RawTag>>,
    pub(super) span: Span,
    pub(super) anchor: usize,
}

/// The start of a collection as the events give it.
pub(super) struct RawStart<'e> {
    pub(super) style: StructureStyle,
    pub(super) tag: Option<Cow<'e, RawTag>>,
    pub(super) at: usize,
    pub(super) anchor: usize,
}

/// The document cannot be read to its end.
pub(super) struct Abandon;

impl<'a, 'p> Builder<'a, 'p> {
    pub(super) fn new(text: &'a str, complaints: &'p mut Complaints<'a>) -> Self {
        Self { text, complaints, anchors: Anchors::new(text), frames: Vec::new(), root: None }
    }

    /// Ends a document: the tree, if all of it was there.
    pub(super) fn finish(&mut self) -> Option<Node> {
        self.anchors.clear();
        self.frames.clear();
        self.root.take()
    }

    /// Where the innermost bracket or brace is that is open.
    pub(super) fn innermost_flow(&self) -> Option<usize> {
        let written = |frame: &&Frame| self.text[frame.start..].starts_with(['[', '{']);
        self.frames.last().filter(|frame| frame.flow).and_then(|_| {
            self.frames.iter().rev().take_while(|frame| frame.flow).find(written).map(|frame| frame.start)
        })
    }

    /// A scalar was read.
    pub(super) fn scalar(&mut self, raw: RawScalar<'_>) {
        let extent = Extent::scalar(&raw.text);
        let anchor = raw.anchor;
        let item = self.item(raw);
        self.complete(item, extent, anchor);
    }

    /// A collection begins.
    pub(super) fn start(&mut self, raw: &RawStart<'_>, sequence: bool) -> Result<(), Abandon> {
        if self.frames.len() >= DEEPEST {
            let span = self.complaints.span(raw.at, raw.at + 1);
            self.complaints.push(too_deep(span));
            return Err(Abandon);
        }
        let collection = if sequence {
            Collection::Seq(Vec::new())
        } else {
            Collection::Map { map: Map::default(), key: None, merges: Vec::new(), merge_key: None }
        };
        let block = raw.style == StructureStyle::Block;
        let start = if block && sequence { first_dash(self.text, raw.at) } else { raw.at };
        self.frames.push(Frame {
            collection,
            start,
            end: raw.at,
            flow: !block,
            tag: raw.tag.as_deref().and_then(own_tag),
            anchor: raw.anchor,
            extent: Extent { weight: 1, height: 0 },
        });
        Ok(())
    }

    /// A collection ends; `end` counts for flow collections only.
    pub(super) fn end(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        let value = match frame.collection {
            Collection::Seq(mut items) => {
                items.shrink_to_fit();
                Value::Seq(items)
            }
            Collection::Map { mut map, merges, .. } => {
                merge::apply(&mut map, merges);
                map.fit();
                Value::Map(map)
            }
        };
        let span = self.complaints.span(frame.start, if frame.flow { end } else { frame.end });
        let node = Node { tag: frame.tag, ..Node::new(value, span) };
        self.complete(Item::Node(node), frame.extent, frame.anchor);
    }

    /// An alias was read.
    pub(super) fn alias(&mut self, id: usize, span: Span) -> Result<(), Abandon> {
        let room = DEEPEST - self.frames.len();
        match self.anchors.expand(id, span, room) {
            Ok((node, extent)) => self.complete_alias(node, extent, span),
            Err(Refusal::Value(problem)) => self.without_value(problem, span),
            Err(Refusal::Document(problem)) => {
                self.complaints.push(problem);
                return Err(Abandon);
            }
        }
        Ok(())
    }

    /// An alias was read whose anchor there is not.
    pub(super) fn unknown_alias(&mut self, name: &str, span: Span) {
        if !self.complaints.is_full() {
            let problem = self.anchors.unknown(name, span, self.text);
            self.complaints.push(problem);
        }
        self.complete(Item::Node(Node::null(span)), Extent::scalar(""), 0);
    }

    fn without_value(&mut self, problem: Problem, span: Span) {
        self.complaints.push(problem);
        self.complete(Item::Node(Node::null(span)), Extent::scalar(""), 0);
    }

    /// The collection around ends where the alias ends, not where the anchored value does.
    fn complete_alias(&mut self, node: Node, extent: Extent, span: Span) {
        self.complete(Item::Node(node), extent, 0);
        if let Some(frame) = self.frames.last_mut() {
            frame.end = span.end as usize;
        }
    }

    /// Puts a complete value where it belongs.
    fn complete(&mut self, item: Item, extent: Extent, anchor: usize) {
        if anchor != 0
            && let Item::Node(node) = &item
        {
            self.anchors.close(anchor, node, extent);
        }
        let Some(frame) = self.frames.last_mut() else {
            if let Item::Node(node) = item {
                self.root = Some(node);
            }
            return;
        };
        frame.extent.hold(extent);
        let (Item::Node(Node { span, .. }) | Item::Merge(span)) = &item;
        frame.end = frame.end.max(span.end as usize);
        match &mut frame.collection {
            Collection::Seq(items) => {
                if let Item::Node(node) = item {
                    items.push(node);
                }
            }
            Collection::Map { map, key: waiting @ Some(_), merges, .. } => {
                let (Some(key), Item::Node(node)) = (waiting.take(), item) else { return };
                if let Err(problem) = enter(map, merges, key, node) {
                    self.complaints.push(problem);
                }
            }
            Collection::Map { key, merge_key, .. } => {
                let (found, problem) = as_key(item, self.text, merge_key);
                *key = Some(found);
                if let Some(problem) = problem {
                    self.complaints.push(problem);
                }
            }
        }
    }

    /// Types a scalar.
    fn item(&mut self, raw: RawScalar<'_>) -> Item {
        let span = if raw.span.is_empty() { self.place_of_nothing(raw.span) } else { raw.span };
        let plain = raw.style == ScalarStyle::Plain;
        let tag = raw.tag.as_deref();
        // The parser writes a value that is not there as `~`.
        let text = if plain && raw.span.is_empty() { Cow::Borrowed("") } else { raw.text };
        if plain && let Some(found) = deceptive(&text) {
            self.warn_of(found, span);
        }
        let typed = match tag.and_then(|tag| tag.suffix_in_namespace(YAML_NAMESPACE)) {
            Some(name) => scalar::tagged(&name, &text).unwrap_or_else(|mismatch| {
                let problem = Problem::error("tag-mismatch", format!("`!!{name}` does not fit this value"))
                    .at(span, format!("expected {}", mismatch.expected));
                self.complaints.push(problem);
                Scalar::Value(Value::String(text.clone().into_owned()))
            }),
            None if plain && tag.is_none() => scalar::resolve(&text),
            None => {
                let tag = tag.and_then(own_tag);
                return Item::Node(Node { tag, ..Node::string(text, span) });
            }
        };
        let value = match typed {
            Scalar::Merge => return Item::Merge(span),
            Scalar::Value(value) => value,
            Scalar::NotFinite => {
                let problem =
                    Problem::error("not-finite", format!("`{text}` is not a number that can be used here"))
                        .at(span, "infinite, or not a number")
                        .help(format!("quote it if it is meant as text: \"{text}\""));
                self.complaints.push(problem);
                Value::String(text.into_owned())
            }
        };
        Item::Node(Node { tag: tag.and_then(own_tag), ..Node::new(value, span) })
    }

    /// Says that a plain value is not what it looks like.
    fn warn_of(&mut self, found: LookAlike, span: Span) {
        let (start, end) = (span.start as usize, span.end as usize);
        let at = self
            .text
            .get(start..end)
            .and_then(|raw| raw.find(found.character))
            .map_or(start, |at| start + at);
        let place = self.complaints.span(at, at + found.character.len_utf8());
        let problem = Problem::warning("look-alike", format!("this text holds {}", found.name()))
            .at(place, "here")
            .help(found.kind.help());
        self.complaints.push(problem);
    }

    /// Where a value that is not there stands: at its key, if it has one.
    fn place_of_nothing(&self, span: Span) -> Span {
        match self.frames.last().map(|frame| &frame.collection) {
            Some(Collection::Map { key: Some(key), .. }) => key.span,
            _ => span,
        }
    }
}

/// Enters a value under its key.
fn enter(map: &mut Map, merges: &mut Vec<Map>, key: Key, node: Node) -> Result<(), Problem> {
    match key.kind {
        KeyKind::Merge => merges.append(&mut merge::merged(key.span, node)?),
        KeyKind::Name(name) => {
            if let Some(first) = map.entry(&name) {
                return Err(duplicate(&name, first.key, key.span));
            }
            map.insert(name, Entry { key: key.span, node });
        }
    }
    Ok(())
}

/// A value in the place of a key. What cannot be a key is one by its text, so that reading can go on.
fn as_key(item: Item, text: &str, merge_key: &mut Option<Span>) -> (Key, Option<Problem>) {
    let node = match item {
        Item::Merge(span) => {
            let problem =
                merge_key.map(|first| duplicate("<<", first, span).help("merge several: `<<: [*a, *b]`"));
            *merge_key = Some(span);
            return (Key { span, kind: KeyKind::Merge }, problem);
        }
        Item::Node(node) => node,
    };
    let span = node.span;
    if let Value::String(name) = node.value {
        return (Key { span, kind: KeyKind::Name(name) }, None);
    }
    let raw = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let key = Key { span, kind: KeyKind::Name(raw.to_owned()) };
    if raw.starts_with("{{") {
        // The mapping inside was complained about already.
        return (key, None);
    }
    if raw.starts_with('{') && text[..span.start as usize].ends_with('{') {
        let problem = Problem::error("non-string-key", "`{{ … }}` is not filled in here")
            .at(span, "to YAML this is a mapping as the key of another one")
            .help("write `${VARIABLE}`, or quote the value if the braces are part of it");
        return (key, Some(problem));
    }
    let problem = Problem::error("non-string-key", "a key must be a string")
        .at(span, format!("this is {}", node.value.kind()))
        .maybe_help(
            (!matches!(node.value, Value::Seq(_) | Value::Map(_)) && !raw.is_empty())
                .then(|| format!("quote it: \"{raw}\"")),
        );
    (key, Some(problem))
}

/// The first dash of a block sequence: the parser's start is behind it where the sequence is not indented.
fn first_dash(text: &str, at: usize) -> usize {
    let mut rest = text[at..].bytes();
    if rest.next() == Some(b'-') && rest.next().is_none_or(|byte| byte.is_ascii_whitespace()) {
        return at;
    }
    let before = text[..at].trim_end_matches([' ', '\t']);
    if before.ends_with('-') { before.len() - 1 } else { at }
}

fn duplicate(name: &str, first: Span, second: Span) -> Problem {
    Problem::error("duplicate-key", format!("`{name}` is defined twice in the same mapping"))
        .at(second, "defined again here")
        .at(first, "first defined here")
}

/// The fault of a collection that nests too deeply.
pub(super) fn too_deep(span: Span) -> Problem {
    Problem::error("nesting-too-deep", format!("collections nest more than {DEEPEST} levels deep"))
        .at(span, "this one is too deep")
}

/// The tags that mean something to the compose specification.
fn own_tag(tag: &RawTag) -> Option<Tag> {
    match tag.parts() {
        ("!", "reset") => Some(Tag::Reset),
        ("!", "override") => Some(Tag::Override),
        _ => None,
    }
}
