//! Words that only an engine, or this linter, would refuse.

use std::net::IpAddr;

use super::finding::{Finding, Lint, Subject};
use super::silence::{ALL, codes};
use super::table::LINTS;
use crate::diag::{did_you_mean, nearest};
use crate::syntax::is_container;
use crate::yaml::{Node, Path, Value};

const POLICIES: [&str; 4] = ["no", "always", "unless-stopped", "on-failure"];

/// `restart` is passed on as it is.
pub(super) fn restart(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(entry) = service.entry(&["restart"]) else { continue };
        let Some(text) = entry.node.as_str().filter(|text| !text.is_empty()) else { continue };
        let counted = text.strip_prefix("on-failure:").is_some_and(|count| count.parse::<u32>().is_ok());
        if POLICIES.contains(&text) || counted {
            continue;
        }
        let help = match nearest(text, POLICIES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`".to_owned(),
        };
        findings.push(
            lint.in_service(&service, format!("`{text}` is no restart policy"))
                .at(entry.node.span, "engines refuse this")
                .help(help),
        );
    }
}

/// A container name is passed on as it is.
pub(super) fn container_name(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(entry) = service.entry(&["container_name"]) else { continue };
        if let Some(text) = entry.node.as_str().filter(|text| !is_container(text)) {
            findings.push(
                lint.in_service(&service, format!("`{text}` cannot be the name of a container"))
                    .at(entry.node.span, "engines refuse this")
                    .help(
                        "a name begins with a letter or digit; letters, digits, `_`, `.` and `-` may follow",
                    ),
            );
        }
    }
}

/// Addresses of name servers are passed on as they are.
pub(super) fn dns(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        for node in service.items(&["dns"]) {
            if let Some(text) = node.as_str().filter(|text| text.parse::<IpAddr>().is_err()) {
                findings.push(
                    lint.in_service(&service, format!("`{text}` is no IP address"))
                        .at(node.span, "engines refuse this")
                        .help("write the address of a name server, like `9.9.9.9`"),
                );
            }
        }
    }
}

/// `x-lint` itself may have slips in it.
pub(super) fn unknown_lints(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let known = |code: &str| {
        code == ALL
            || LINTS.iter().any(|lint| lint.code == code)
            || subject.loaded.problems.iter().any(|problem| problem.code == code)
    };
    let mut unseen: Vec<(Path, &Node)> = vec![(Path::root(), &subject.loaded.tree)];
    while let Some((path, node)) = unseen.pop() {
        let Value::Map(map) = &node.value else { continue };
        for (code, span) in codes(map).into_iter().filter(|(code, _)| !known(code)) {
            let finding =
                lint.about(path.clone(), format!("there is no lint `{code}`")).at(span, "silences nothing");
            let near = did_you_mean(code, LINTS.iter().map(|lint| lint.code));
            findings.push(match near {
                Some(near) => finding.help(near),
                None => finding,
            });
        }
        // `x-lint` stands at the top and in what a section holds.
        if path.segments().len() < 2 {
            unseen.extend(map.iter().map(|(key, entry)| (path.key(key), &entry.node)));
        }
    }
}
