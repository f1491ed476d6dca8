//! Strings that stand for something else: after variables went in, `"${PORT}"` is a number where a number belongs.
//!
//! Only the addresses below are cast; elsewhere text stays text until it is decoded.

use std::sync::LazyLock;

use super::origin::{brief, with_origins};
use super::rules::{Rule, Rules};
use crate::diag::Problem;
use crate::yaml::{Node, Value};

/// What a string stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cast {
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A switch.
    Bool,
}

const WORKLOAD: &[Rule<Cast>] = &[
    ("cpu_count", Cast::Int),
    ("cpu_percent", Cast::Float),
    ("cpu_period", Cast::Int),
    ("cpu_quota", Cast::Int),
    ("cpu_rt_period", Cast::Int),
    ("cpu_rt_runtime", Cast::Int),
    ("cpu_shares", Cast::Int),
    ("cpus", Cast::Float),
    ("depends_on.*.required", Cast::Bool),
    ("depends_on.*.restart", Cast::Bool),
    ("deploy.placement.max_replicas_per_node", Cast::Int),
    ("deploy.replicas", Cast::Int),
    ("deploy.restart_policy.max_attempts", Cast::Int),
    ("deploy.rollback_config.max_failure_ratio", Cast::Float),
    ("deploy.rollback_config.parallelism", Cast::Int),
    ("deploy.update_config.max_failure_ratio", Cast::Float),
    ("deploy.update_config.parallelism", Cast::Int),
    ("healthcheck.disable", Cast::Bool),
    ("healthcheck.retries", Cast::Int),
    ("init", Cast::Bool),
    ("oom_kill_disable", Cast::Bool),
    ("oom_score_adj", Cast::Int),
    ("pids_limit", Cast::Int),
    ("ports[].target", Cast::Int),
    ("privileged", Cast::Bool),
    ("read_only", Cast::Bool),
    ("scale", Cast::Int),
    ("stdin_open", Cast::Bool),
    ("tty", Cast::Bool),
    ("ulimits.*", Cast::Int),
    ("ulimits.*.hard", Cast::Int),
    ("ulimits.*.soft", Cast::Int),
    ("volumes[].read_only", Cast::Bool),
    ("volumes[].volume.nocopy", Cast::Bool),
];

const RESOURCES: &[Rule<Cast>] = &[
    ("configs.*.external", Cast::Bool),
    ("networks.*.attachable", Cast::Bool),
    ("networks.*.enable_ipv4", Cast::Bool),
    ("networks.*.enable_ipv6", Cast::Bool),
    ("networks.*.external", Cast::Bool),
    ("networks.*.internal", Cast::Bool),
    ("secrets.*.external", Cast::Bool),
    ("volumes.*.external", Cast::Bool),
];

pub(super) static RULES: LazyLock<Rules<Cast>> =
    LazyLock::new(|| Rules::new(&[(&["services.*", "jobs.*"], WORKLOAD), (&[""], RESOURCES)]));

/// Turns the text of `node` into what it stands for. The problem, if any, is an error or a warning about old words.
pub(super) fn cast(node: &mut Node, to: Cast) -> Option<Problem> {
    let text = node.as_str()?;
    let (value, warning) = match to {
        Cast::Int => (text.parse().ok().map(Value::Int), None),
        Cast::Float => (float(text).map(Value::Float), None),
        Cast::Bool => {
            let (value, old) = switch(text);
            (value.map(Value::Bool), old.then(|| old_word(text, value == Some(true)).at(node.span, "")))
        }
    };
    match value {
        Some(value) => {
            node.value = value;
            warning
        }
        None => Some(failure(node, to)),
    }
}

/// A finite number; digits may be grouped by `_`.
fn float(text: &str) -> Option<f64> {
    let grouped = text.as_bytes().windows(3).any(|three| three[1] == b'_');
    let plain = if grouped { text.replace('_', "") } else { text.to_owned() };
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The state that a word means, and whether it is a word of an older YAML.
fn switch(text: &str) -> (Option<bool>, bool) {
    match text.to_ascii_lowercase().as_str() {
        "true" => (Some(true), false),
        "false" => (Some(false), false),
        "y" | "yes" | "on" => (Some(true), true),
        "n" | "no" | "off" => (Some(false), true),
        _ => (None, false),
    }
}

fn old_word(text: &str, meaning: bool) -> Problem {
    Problem::warning("boolean-word", format!("`{text}` is text in YAML 1.2; it is taken as `{meaning}` here"))
        .help(format!("write `{meaning}`"))
}

fn failure(node: &Node, to: Cast) -> Problem {
    let text = node.as_str().unwrap_or_default();
    let wanted = match to {
        Cast::Int => "a whole number",
        Cast::Float => "a number",
        Cast::Bool => "`true` or `false`",
    };
    let said = if text.is_empty() { "empty text".to_owned() } else { format!("`{}`", brief(text)) };
    let help = match (to, text) {
        (Cast::Bool, "1") => Some("write `true`"),
        (Cast::Bool, "0") => Some("write `false`"),
        _ => None,
    };
    let problem = Problem::error("wrong-type", format!("expected {wanted}, found {said}"))
        .at(node.span, format!("not {wanted}"))
        .maybe_help(help.map(str::to_owned));
    with_origins(problem, node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Severity, Sources, Span};

    fn after(text: &str, to: Cast) -> (Value, Option<Severity>) {
        let source = Sources::default().add("compose.yaml", text);
        let mut node = Node::string(text, Span::new(source, 0, text.len()));
        let problem = cast(&mut node, to);
        (node.value, problem.map(|problem| problem.severity))
    }

    #[test]
    fn a_number_in_decimal_is_a_number_and_nothing_else_is() {
        assert_eq!(after("+2", Cast::Int), (Value::Int(2), None));
        assert_eq!(after("010", Cast::Int), (Value::Int(10), None));
        assert_eq!(after("1_0", Cast::Float), (Value::Float(10.0), None));
        for text in ["0x10", "1_0", "", " 2", "1.5", "99999999999999999999"] {
            assert_eq!(after(text, Cast::Int), (Value::String(text.to_owned()), Some(Severity::Error)));
        }
        assert_eq!(after("inf", Cast::Float).1, Some(Severity::Error));
    }

    #[test]
    fn an_old_word_for_a_switch_is_taken_with_a_warning() {
        assert_eq!(after("tRue", Cast::Bool), (Value::Bool(true), None));
        assert_eq!(after("On", Cast::Bool), (Value::Bool(true), Some(Severity::Warning)));
        assert_eq!(after("no", Cast::Bool), (Value::Bool(false), Some(Severity::Warning)));
        for text in ["1", "t", "", " true"] {
            assert_eq!(after(text, Cast::Bool).1, Some(Severity::Error));
        }
    }
}
