//! How an image is built when little is said.

use crate::load::Environment;
use crate::yaml::{Node, Value};

/// Names the Dockerfile, and takes build arguments without value from the environment.
pub(super) fn complete(service: &mut Node, environment: Option<&Environment>) {
    let Some(build) = service.get_mut("build") else { return };
    let span = build.span;
    let Some(map) = build.as_map_mut() else { return };
    if !map.contains("context") {
        map.set("context", Node::string(".", span));
    }
    if !map.contains("dockerfile") && !map.contains("dockerfile_inline") {
        map.set("dockerfile", Node::string("Dockerfile", span));
    }
    if let Some(arguments) = map.get_mut("args") {
        fill(arguments, environment);
    }
}

/// Arguments without value get that of the variable of their name, or go.
fn fill(arguments: &mut Node, environment: Option<&Environment>) {
    let value_of = |name: &str| environment.and_then(|environment| environment.value(name));
    match &mut arguments.value {
        Value::Seq(items) => items.retain_mut(|item| {
            let Some(name) = item.as_str().filter(|text| !text.contains('=')) else { return true };
            let Some(value) = value_of(name) else { return false };
            item.value = Value::String(format!("{name}={value}"));
            true
        }),
        Value::Map(map) => map.retain(|name, entry| {
            if !entry.node.is_null() {
                return true;
            }
            let Some(value) = value_of(name) else { return false };
            entry.node.value = Value::String(value.to_owned());
            true
        }),
        _ => {}
    }
}
