//! Health checks that nobody can satisfy in time.

use super::finding::{Finding, Lint, Subject};
use crate::load::scene::{Scene, Unit};
use crate::model::Duration;
use crate::yaml::{Entry, Node, Value};

/// What engines take if a health check does not say.
const DEFAULT_INTERVAL: Duration = Duration(30_000_000_000);
/// A first probe after this is late.
const LATE: Duration = Duration(20_000_000_000);

/// Engines refuse a start interval without a start period.
pub(super) fn start_interval(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(interval) = service.entry(&["healthcheck", "start_interval"]) else { continue };
        if span_of_time(&service, "start_period").is_none_or(|period| period.0 == 0) {
            findings.push(
                lint.in_service(
                    &service,
                    format!("the `start_interval` of service `{}` has no `start_period`", service.name),
                )
                .at(interval.key, "holds during the start period only")
                .help("add `start_period:`, or set `interval` instead"),
            );
        }
    }
}

/// The first probe comes after a whole interval, and so does the start of whoever waits.
pub(super) fn slow_first_probe(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(check) = service.entry(&["healthcheck"]) else { continue };
        if is_off(&service) || service.node(&["healthcheck", "test"]).is_none() {
            continue;
        }
        // In a start period, engines probe every five seconds unless told otherwise.
        if span_of_time(&service, "start_period").is_some_and(|period| period.0 > 0) {
            continue;
        }
        let interval = span_of_time(&service, "interval").filter(|interval| interval.0 > 0);
        let first = interval.unwrap_or(DEFAULT_INTERVAL);
        let Some((waiting, wait)) = awaited(&subject.scene, service.name, "service_healthy").next() else {
            continue;
        };
        if first < LATE {
            continue;
        }
        let place = service.entry(&["healthcheck", "interval"]).map_or(check.key, |entry| entry.node.span);
        let words =
            if interval.is_some() { "the first probe comes after this" } else { "no `interval`: 30s" };
        findings.push(
            lint.in_service(
                &service,
                format!(
                    "`{}` is first probed {first} after its start, and `{}` waits for it",
                    service.name, waiting.name
                ),
            )
            .at(place, words)
            .at(wait.key, format!("`{}` waits here", waiting.name))
            .help("set `start_period` and `start_interval`, or a shorter `interval`"),
        );
    }
}

/// A health check that is off never says healthy.
pub(super) fn never_healthy(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services().filter(is_off) {
        let Some(check) = service.entry(&["healthcheck"]) else { continue };
        for (waiting, wait) in awaited(&subject.scene, service.name, "service_healthy") {
            findings.push(
                lint.in_service(
                    &waiting,
                    format!(
                        "`{}` waits for `{}` to be healthy, which it never will be",
                        waiting.name, service.name
                    ),
                )
                .at(wait.key, "waits here")
                .at(check.key, "the health check is switched off")
                .help("wait for `service_started`, or give the service a health check"),
            );
        }
    }
}

fn is_off(service: &Unit<'_>) -> bool {
    let disabled =
        service.node(&["healthcheck", "disable"]).is_some_and(|node| node.value == Value::Bool(true));
    let none = service.items(&["healthcheck", "test"]).first().and_then(Node::as_str) == Some("NONE");
    disabled || none
}

fn span_of_time(service: &Unit<'_>, name: &str) -> Option<Duration> {
    service.text(&["healthcheck", name])?.parse().ok()
}

/// Who waits for a service under a condition, and where.
pub(super) fn awaited<'a>(
    scene: &Scene<'a>,
    name: &str,
    condition: &str,
) -> impl Iterator<Item = (Unit<'a>, &'a Entry)> {
    scene.all_services().filter_map(move |service| {
        let entry = service.entry(&["depends_on", name])?;
        (entry.node.get("condition").and_then(Node::as_str) == Some(condition)).then_some((service, entry))
    })
}
