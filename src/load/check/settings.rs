//! `x-rcompose`: our own settings, at the top of the file and in services.

use crate::diag::{Problem, Problems, nearest};
use crate::load::scene::Scene;
use crate::yaml::{Entry, Value};

/// The key under which they stand.
const KEY: &str = "x-rcompose";
/// All of them; each is true or false.
const SETTINGS: &[&str] = &["fast_gates"];

/// Settings that exist, with values that they may have.
pub(super) fn settings(scene: &Scene<'_>, problems: &mut Problems) {
    let own = scene.all_services().filter_map(|service| service.map.entry(KEY));
    for entry in scene.section_entry(KEY).into_iter().chain(own) {
        check(entry, problems);
    }
}

fn check(entry: &Entry, problems: &mut Problems) {
    let Some(map) = entry.node.as_map() else {
        if !matches!(entry.node.value, Value::Null) {
            problems.push(
                Problem::error("wrong-type", format!("`{KEY}` is a mapping of settings"))
                    .at(entry.node.span, "this is none")
                    .help("as in `x-rcompose: {fast_gates: false}`"),
            );
        }
        return;
    };
    for (name, setting) in map.iter() {
        if !SETTINGS.contains(&name) {
            let problem = Problem::warning("unknown-setting", format!("there is no setting `{name}`"))
                .at(setting.key, "changes nothing");
            problems.push(match nearest(name, SETTINGS.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("there are: {}", SETTINGS.join(", "))),
            });
        } else if !matches!(setting.node.value, Value::Bool(_)) {
            problems.push(
                Problem::error("wrong-type", format!("`{KEY}.{name}` is true or false"))
                    .at(setting.node.span, "this is neither")
                    .help("write `true` or `false`, without quotes"),
            );
        }
    }
}
