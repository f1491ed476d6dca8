//! How an image is built when little is said.

use crate::load::{Environment, Variable};
use crate::syntax::TemplatePart;
use crate::yaml::{Node, Value, VariableUse};

/// Names the Dockerfile, and takes build arguments without value from the environment.
pub(super) fn complete(service: &mut Node, environment: Option<&Environment>) {
    let Some(build) = service.get_mut("build") else { return };
    let span = build.span;
    let Some(map) = build.as_map_mut() else { return };
    if !map.contains("context") {
        map.set("context", Node::implied(Value::String(".".to_owned()), span));
    }
    if !map.contains("dockerfile") && !map.contains("dockerfile_inline") {
        map.set("dockerfile", Node::implied(Value::String("Dockerfile".to_owned()), span));
    }
    if let Some(arguments) = map.get_mut("args") {
        fill(arguments, environment);
    }
}

/// Arguments without value get that of the variable of their name, or go.
fn fill(arguments: &mut Node, environment: Option<&Environment>) {
    let variable = |name: &str| environment.and_then(|environment| environment.get(name));
    let used =
        |name: &str, defined| VariableUse { name: name.to_owned(), defined, part: TemplatePart::Value };
    match &mut arguments.value {
        // As the peer has it, no arguments are none.
        Value::Seq(items) if items.is_empty() && environment.is_none() => arguments.value = Value::Null,
        Value::Seq(items) => items.retain_mut(|item| {
            let Some(name) = item.as_str().filter(|text| !text.contains('=')) else { return true };
            let Some(Variable { value, defined }) = variable(name) else { return false };
            let used = used(name, *defined);
            item.value = Value::String(format!("{name}={value}"));
            item.trail_mut().variables.push(used);
            true
        }),
        Value::Map(map) => map.retain(|name, entry| {
            if !entry.node.is_null() {
                return true;
            }
            let Some(Variable { value, defined }) = variable(name) else { return false };
            entry.node.value = Value::String(value.clone());
            entry.node.trail_mut().variables.push(used(name, *defined));
            true
        }),
        _ => {}
    }
}
