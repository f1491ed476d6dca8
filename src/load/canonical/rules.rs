//! Which short forms there are, and the walk that finds them.

use std::sync::LazyLock;

use super::external::external;
use super::faults::Faults;
use super::forms::{
    build, dependencies, device, env_files, gpus, key_values, list, names, reference, schedule, ssh, text,
};
use super::mounts::mount;
use super::ports::ports;
use crate::diag::Problems;
use crate::load::rules::{Place, Rule, Rules};
use crate::load::trace::Trace;
use crate::yaml::{Node, Value};

/// Makes a value long, in place. What it cannot read it leaves alone and says so.
pub(super) type Form = fn(&mut Node, &Trace<'_>, &mut Faults);

const CONTAINER: &[Rule<Form>] = &[
    ("configs[]", reference),
    ("devices[]", device),
    ("dns", list),
    ("env_file", env_files),
    ("gpus", gpus),
    ("label_file", list),
    ("models", names),
    ("networks", names),
    ("secrets[]", reference),
    ("volumes[]", mount),
];

const WORKLOAD: &[Rule<Form>] = &[
    ("build", build),
    ("build.additional_contexts", key_values),
    ("build.provenance", text),
    ("build.sbom", text),
    ("build.secrets[]", reference),
    ("build.ssh", ssh),
    ("depends_on", dependencies),
    ("develop.watch[].ignore", list),
    ("develop.watch[].include", list),
    ("ports", ports),
];

const RESOURCES: &[Rule<Form>] = &[
    ("jobs.*.triggers.schedule[]", schedule),
    ("configs.*", external),
    ("networks.*", external),
    ("secrets.*", external),
    ("volumes.*", external),
];

static RULES: LazyLock<Rules<Form>> = LazyLock::new(|| {
    Rules::new(&[
        (&["services.*", "services.*.pre_start[]", "jobs.*"], CONTAINER),
        (&["services.*", "jobs.*"], WORKLOAD),
        (&[""], RESOURCES),
    ])
});

/// Makes every short form long.
///
/// `lenient`: strings that do not parse stay as they are, because variables in them were not filled in.
pub(crate) fn canonical(tree: &mut Node, lenient: bool, problems: &mut Problems) {
    let mut faults = Faults::new();
    walk(tree, RULES.root(), &Trace::ROOT, &mut faults);
    problems.extend(faults.others);
    if !lenient {
        problems.extend(faults.unread);
    }
}

fn walk(node: &mut Node, place: Place<'_, Form>, trace: &Trace<'_>, faults: &mut Faults) {
    if let Some(form) = place.rule() {
        form(node, trace, faults);
    }
    match &mut node.value {
        Value::Map(map) => {
            for (key, entry) in map.iter_mut() {
                if let Some(below) = place.key(key) {
                    walk(&mut entry.node, below, &trace.key(key), faults);
                }
            }
        }
        Value::Seq(items) => {
            if let Some(below) = place.item() {
                for (index, item) in items.iter_mut().enumerate() {
                    walk(item, below, &trace.index(index), faults);
                }
            }
        }
        _ => {}
    }
}
