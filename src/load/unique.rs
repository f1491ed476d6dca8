//! Lists in which an item has an identity: a later item replaces the earlier one, at the earlier one's position.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::LazyLock;

use super::rules::{Rule, Rules, visit};
use crate::yaml::{Node, Value};

/// What makes two items the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// The text before `=`.
    Name,
    /// The whole text.
    Text,
    /// Where a port is published.
    Port,
    /// A key of the long form; a short form is compared as a whole until it is long.
    Field(&'static str),
    /// Where a secret or config is mounted; by default below this directory.
    Mount(&'static str),
}

/// Those of a service. In a job nothing is dropped (the peer looks at services alone).
const SERVICE: &[Rule<Identity>] = &[
    ("annotations", Identity::Name),
    ("build.additional_contexts", Identity::Name),
    ("build.args", Identity::Name),
    ("build.labels", Identity::Name),
    ("build.tags", Identity::Name),
    ("cap_add", Identity::Name),
    ("cap_drop", Identity::Name),
    ("deploy.labels", Identity::Name),
    ("dns", Identity::Name),
    ("dns_opt", Identity::Name),
    ("dns_search", Identity::Name),
    ("environment", Identity::Name),
    ("labels", Identity::Name),
    ("links", Identity::Name),
    ("networks.*.aliases", Identity::Name),
    ("networks.*.link_local_ips", Identity::Name),
    ("profiles", Identity::Name),
    ("sysctls", Identity::Name),
    ("tmpfs", Identity::Name),
    ("expose", Identity::Text),
    ("ports", Identity::Port),
    ("volumes", Identity::Field("target")),
    ("devices", Identity::Field("target")),
    ("env_file", Identity::Field("path")),
    ("secrets", Identity::Mount("/run/secrets/")),
    ("configs", Identity::Mount("/")),
];

const RESOURCES: &[Rule<Identity>] =
    &[("networks.*.labels", Identity::Name), ("networks.*.ipam.options", Identity::Name)];

static RULES: LazyLock<Rules<Identity>> =
    LazyLock::new(|| Rules::new(&[(&["services.*"], SERVICE), (&[""], RESOURCES)]));

/// Drops what a later item of the same identity replaces, in the whole tree.
pub(super) fn unique(tree: &mut Node) {
    visit(tree, RULES.root(), &mut |node, identity| {
        if let Some(items) = node.as_seq_mut() {
            drop_replaced(items, identity);
        }
    });
}

fn drop_replaced(items: &mut Vec<Node>, identity: Identity) {
    if items.len() < 2 {
        return;
    }
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(items.len());
    let mut kept: Vec<Node> = Vec::with_capacity(items.len());
    for mut item in std::mem::take(items) {
        let earlier = identity.of(&item).and_then(|key| match seen.entry(key) {
            Slot::Occupied(position) => Some(*position.get()),
            Slot::Vacant(slot) => {
                slot.insert(kept.len());
                None
            }
        });
        if let Some(position) = earlier {
            let lost = &mut kept[position];
            let overrode = &mut item.trail_mut().overrode;
            overrode.push(lost.span);
            overrode.extend(lost.trail.iter().flat_map(|trail| trail.overrode.iter().copied()));
            *lost = item;
        } else {
            kept.push(item);
        }
    }
    *items = kept;
}

impl Identity {
    /// The identity of an item; `None` for one that has no form to have an identity in.
    fn of(self, item: &Node) -> Option<String> {
        if let Some(text) = item.value.text() {
            return Some(match self {
                Self::Name => text.split('=').next().unwrap_or_default().to_owned(),
                Self::Text | Self::Port | Self::Field(_) => text,
                Self::Mount(directory) => format!("{directory}{text}"),
            });
        }
        let field = |key: &str| item.get(key).and_then(|value| value.value.text());
        match self {
            Self::Name | Self::Text => None,
            Self::Field(key) => field(key),
            Self::Mount(directory) => {
                field("target").or_else(|| Some(format!("{directory}{}", field("source")?)))
            }
            Self::Port => Some(format!(
                "{}:{}:{}/{}",
                field("host_ip").as_deref().unwrap_or("0.0.0.0"),
                published(item),
                field("target")?,
                field("protocol").as_deref().unwrap_or("tcp"),
            )),
        }
    }
}
/// The published port; `9200` and `"9200"` are two, as they are for the peer.
fn published(port: &Node) -> String {
    match port.get("published").map(|node| &node.value) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => format!("#{}", value.text().unwrap_or_default()),
        None => String::new(),
    }
}
