//! The peer and rcompose take turns at one project: nothing is made anew without reason, and nothing is left over.

use std::collections::BTreeMap;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::support::{Stack, daemon, peer};

/// How many turns are taken; a run by hand says 200.
const TURNS: &str = "RCOMPOSE_SOAK_TURNS";

const STACK: &str = r#"
services:
  web:
    image: IMAGE
    command: sleep 600
    init: true
    stop_grace_period: 1s
    volumes: ["data:/data", /own]
    networks: [front, back]
    depends_on: {db: {condition: service_healthy}}
  db:
    image: IMAGE
    command: sleep 600
    init: true
    stop_grace_period: 1s
    healthcheck: {test: [CMD, "true"], interval: 1s}
    networks: [back]
  lone: {image: IMAGE, command: sleep 600, init: true, stop_grace_period: 1s}
networks: {front: , back: {labels: {a: b}}}
volumes: {data: {labels: {a: b}}}
"#;

/// What should be there: the number of containers of `web`, whether there is a stack at all.
struct Expected {
    web: usize,
    there: bool,
}

#[test]
fn turns_of_both_tools_make_nothing_anew_and_leave_nothing_over() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let turns = std::env::var(TURNS).ok().and_then(|text| text.parse().ok()).unwrap_or(25);
    let stack = Stack::of(daemon, "soak", STACK);
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut expected = Expected { web: 1, there: false };
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for turn in 0..turns {
        let ours = random.next_u32().is_multiple_of(2);
        let web = 1 + (random.next_u32() % 3) as usize;
        let scale = format!("web={web}");
        // What needs a stack brings one up when there is none.
        let kind = if expected.there { random.next_u32() % 12 } else { 0 };
        let words: Vec<&str> = match kind {
            0..=2 => vec!["up", "-d", "--wait"],
            3 => vec!["stop"],
            4 => vec!["stop", "web"],
            5 => vec!["start"],
            6 => vec!["restart", "db"],
            7 => vec!["restart", "lone"],
            8 | 9 => vec!["up", "-d", "--scale", &scale],
            10 => vec!["scale", &scale],
            _ => vec!["down", "-v"],
        };
        let command = if ours { stack.command([]) } else { stack.other(&peer) };
        let tool = if ours { "ours" } else { "theirs" };
        let outcome = command.args(&words).run().success();
        match kind {
            0..=2 => (expected.web, expected.there) = (1, true),
            8..=10 => expected.web = web,
            11 => (expected.web, expected.there) = (1, false),
            _ => {}
        }
        let said = format!("turn {turn}: {tool} {words:?}\n{}", outcome.err);
        assert!(!outcome.err.contains("Recreate"), "something was made anew\n{said}");
        ids = check(&stack, &expected, (&ids, &said));
    }
    stack.run(["down", "-v"]).success();
    check(&stack, &Expected { web: 0, there: false }, (&BTreeMap::new(), "the end"));
}

/// Holds the daemon against what should be there; gives the ids by name.
fn check(
    stack: &Stack,
    expected: &Expected,
    (before, said): (&BTreeMap<String, String>, &str),
) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let now: BTreeMap<String, String> =
        stack.containers().iter().map(|it| (text(&it["Names"][0]), text(&it["Id"]))).collect();
    let (containers, networks, volumes) = if expected.there { (expected.web + 2, 3, 1) } else { (0, 0, 0) };
    assert_eq!(now.len(), containers, "containers: {:?}\n{said}", now.keys());
    assert_eq!(stack.networks().len(), networks, "networks\n{said}");
    assert_eq!(stack.volumes().len(), volumes, "named volumes\n{said}");
    for (name, id) in &now {
        let old = before.get(name).unwrap_or(id);
        assert_eq!(old, id, "`{name}` is another one\n{said}");
    }
    now
}
