//! Variables that a service only names: `environment: [TOKEN]` takes the value from the project's environment.

use super::Environment;
use crate::syntax::TemplatePart;
use crate::yaml::{Map, Node, Value, VariableUse};

/// Fills in what is named and set. What is not set stays named: the container's own value then holds.
pub(super) fn declared(tree: &mut Node, environment: &Environment) {
    for section in ["services", "jobs"] {
        let services = tree.get_mut(section).and_then(Node::as_map_mut);
        for (_, service) in services.into_iter().flat_map(Map::iter_mut) {
            if let Some(variables) = service.node.get_mut("environment") {
                fill(variables, environment);
            }
        }
    }
}

fn fill(variables: &mut Node, environment: &Environment) {
    match &mut variables.value {
        Value::Seq(items) => {
            for item in items {
                let Value::String(name) = &item.value else { continue };
                if let Some(variable) = environment.get(name) {
                    let used = VariableUse {
                        name: name.clone(),
                        defined: variable.defined,
                        part: TemplatePart::Value,
                    };
                    item.value = Value::String(format!("{name}={}", variable.value));
                    item.trail_mut().variables.push(used);
                }
            }
        }
        Value::Map(map) => {
            for (name, entry) in map.iter_mut().filter(|(_, entry)| entry.node.is_null()) {
                if let Some(variable) = environment.get(name) {
                    let used = VariableUse {
                        name: name.to_owned(),
                        defined: variable.defined,
                        part: TemplatePart::Value,
                    };
                    entry.node.value = Value::String(variable.value.clone());
                    entry.node.trail_mut().variables.push(used);
                }
            }
        }
        _ => {}
    }
}
