//! Digests of a service's attributes, one by one: by them a plan can name what changed since a container was made.
//!
//! They stand in a label of ours, beside the peer's hash over everything, which they do not touch. A digest is so short
//! that no value can be found out by it, and still names the right field in all but one of 65,536 cases.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::hash;
use crate::model::Service;

/// The label that holds the digests, as a JSON object by attribute.
pub const LABEL: &str = "rcompose.fields";

/// Mappings in which each entry is an attribute of its own.
const OPENED: [&str; 7] =
    ["environment", "labels", "annotations", "deploy", "healthcheck", "sysctls", "ulimits"];

/// The label's value for a service.
#[must_use]
pub fn digests(service: &Service) -> String {
    let mut digests: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in hash::attributes(service) {
        match value {
            Value::Object(entries) if OPENED.contains(&name.as_str()) => {
                let entries =
                    entries.into_iter().map(|(key, value)| (format!("{name}.{key}"), digest(&value)));
                digests.extend(entries);
            }
            Value::Null => {}
            value => {
                digests.insert(name, digest(&value));
            }
        }
    }
    json!(digests).to_string()
}

/// The attributes in which two values of the label differ. What is no value of the label tells nothing.
#[must_use]
pub fn changed(old: &str, new: &str) -> Vec<String> {
    let read = |text: &str| serde_json::from_str::<BTreeMap<String, String>>(text).ok();
    let (Some(old), Some(new)) = (read(old), read(new)) else { return Vec::new() };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}

fn digest(value: &Value) -> String {
    let sum = Sha256::digest(value.to_string().as_bytes());
    format!("{:02x}{:02x}", sum[0], sum[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        digests(&serde_yaml::from_str(text).expect("a service"))
    }

    #[test]
    fn what_was_changed_added_or_removed_is_named() {
        let old = of("{image: a, command: [x], environment: {A: '1', B: '2'}, restart: always}");
        let new = of("{image: b, command: [x], environment: {A: '1', C: '2'}}");
        assert_eq!(changed(&old, &new), ["environment.B", "environment.C", "image", "restart"]);
        assert!(changed(&old, &old).is_empty());
    }

    #[test]
    fn a_label_that_someone_else_wrote_tells_nothing() {
        assert!(changed("nonsense", &of("{image: a}")).is_empty());
        assert!(changed("", &of("{image: a}")).is_empty());
    }

    #[test]
    fn no_value_is_in_the_label() {
        assert!(!of("{environment: {PASSWORD: hunter2}}").contains("hunter2"));
    }
}
