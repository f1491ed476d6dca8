//! Anchors, and what aliases may make of them.

use std::collections::{HashMap, HashSet};

use crate::diag::{Problem, Span, did_you_mean};

use super::super::Node;

/// What aliases may add to any document, in units of `weight`.
const LEAST_BUDGET: usize = 200_000;

/// How much there is in a tree, and how deep it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Nodes, and a unit more for every 64 bytes of text.
    pub(super) weight: usize,
    /// Levels of collections.
    pub(super) height: usize,
}

impl Extent {
    /// The extent of a scalar.
    pub(super) fn scalar(text: &str) -> Self {
        Self { weight: 1 + text.len() / 64, height: 0 }
    }

    /// Adds a child.
    pub(super) fn hold(&mut self, child: Self) {
        self.weight += child.weight;
        self.height = self.height.max(child.height + 1);
    }
}

/// An anchor of the document that is being read.
struct Anchor {
    name: String,
    span: Span,
    /// The anchored value, once it is complete and if an alias might name it.
    node: Option<(Node, Extent)>,
}

/// The anchors of one document.
pub(super) struct Anchors<'a> {
    /// Every word of the text that might be an alias: only anchors of these names are kept.
    wanted: HashSet<&'a str>,
    known: HashMap<usize, Anchor>,
    budget: usize,
    spent: usize,
}

impl<'a> Anchors<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            wanted: names_after(text, '*').collect(),
            known: HashMap::new(),
            budget: LEAST_BUDGET.max(text.len() / 8),
            spent: 0,
        }
    }

    /// Forgets everything: anchors do not outlive their document.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// Notes that an anchored value begins.
    pub(super) fn open(&mut self, id: usize, name: &str, span: Span) {
        self.known.insert(id, Anchor { name: name.to_owned(), span, node: None });
    }

    /// Keeps an anchored value that is complete.
    pub(super) fn close(&mut self, id: usize, node: &Node, extent: Extent) {
        if let Some(anchor) = self.known.get_mut(&id)
            && self.wanted.contains(anchor.name.as_str())
        {
            anchor.node = Some((node.clone(), extent));
        }
    }

    /// A copy of what an alias names, `room` being how many more levels may be nested.
    pub(super) fn expand(&mut self, id: usize, alias: Span, room: usize) -> Result<(Node, Extent), Refusal> {
        let Some(anchor) = self.known.get(&id) else { return Err(Refusal::Value(unknown(alias, "", None))) };
        let name = &anchor.name;
        let Some((node, extent)) = &anchor.node else {
            let problem =
                Problem::error("alias-cycle", format!("`*{name}` stands inside the value that it names"))
                    .at(alias, "this alias would contain itself")
                    .at(anchor.span, "anchored here")
                    .help("move the anchor to a value that does not contain the alias");
            return Err(Refusal::Value(problem));
        };
        if extent.height > room {
            let problem = Problem::error("nesting-too-deep", format!("`*{name}` nests too deeply here"))
                .at(alias, "expanding this exceeds the nesting limit")
                .at(anchor.span, "anchored here");
            return Err(Refusal::Document(problem));
        }
        self.spent += extent.weight;
        if self.spent > self.budget {
            let problem = Problem::error(
                "alias-bomb",
                format!("the aliases of this file expand to more than {} values", self.budget),
            )
            .at(alias, "the limit is reached here")
            .at(anchor.span, "anchored here")
            .help("write the repeated part out, or anchor smaller parts");
            return Err(Refusal::Document(problem));
        }
        Ok((node.clone(), *extent))
    }

    /// The fault of an alias whose anchor the document does not have, at least not before it.
    pub(super) fn unknown(&self, name: &str, alias: Span, text: &str) -> Problem {
        let mut names: Vec<&str> = self.known.values().map(|anchor| anchor.name.as_str()).collect();
        names.sort_unstable();
        let later = names_after(text.get(alias.end as usize..).unwrap_or(""), '&').any(|other| other == name);
        let help = if later {
            Some(format!("`&{name}` comes later; an anchor must come before its aliases"))
        } else {
            did_you_mean(name, names)
                .or_else(|| Some(format!("quote it if the `*` is part of the value: \"*{name}\"")))
        };
        unknown(alias, name, help)
    }
}

/// How an alias cannot be expanded.
pub(super) enum Refusal {
    /// The value is missing; the rest of the document can be read.
    Value(Problem),
    /// Nothing more of this document should be read.
    Document(Problem),
}

fn unknown(alias: Span, name: &str, help: Option<String>) -> Problem {
    Problem::error("unknown-anchor", format!("unknown anchor `{name}`"))
        .at(alias, format!("no `&{name}` before this"))
        .maybe_help(help)
}

/// The names that follow a sign anywhere in a text, whether or not they are anchors or aliases.
fn names_after(text: &str, sign: char) -> impl Iterator<Item = &str> {
    text.split(sign).skip(1).map(|rest| {
        let end = rest.find(|character: char| character.is_whitespace() || ",[]{}".contains(character));
        &rest[..end.unwrap_or(rest.len())]
    })
}
