//! Ports that the engine chooses: old engines give one twice to two starts at once.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Fault, Proxy, Stack, daemon};

/// How many starts the daemon was asked for while the first one took its time.
fn starts_at_once(name: &str, ports: &str) -> Option<usize> {
    let daemon = daemon()?;
    let service = format!("{{image: IMAGE, command: sleep 600, init: true{ports}}}");
    let stack = Stack::of(daemon, name, &format!("services:\n  a: {service}\n  b: {service}\n"));
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("POST", "/containers/*/start").delay(Duration::from_secs(8)));
    let starts = || proxy.calls().iter().filter(|call| call.is("POST", "/containers/*/start")).count();
    let up = stack.command(["up", "-d"]).host(&proxy.host()).start();
    let begun = Instant::now();
    while starts() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is started");
        sleep(Duration::from_millis(20));
    }
    let begun = Instant::now();
    while starts() < 2 && begun.elapsed() < Duration::from_secs(4) {
        sleep(Duration::from_millis(20));
    }
    let seen = starts();
    up.finish().success();
    assert!(stack.containers().iter().all(|one| one["State"] == "running"));
    Some(seen)
}

#[test]
fn starts_for_which_an_old_engine_chooses_a_port_come_one_after_the_other() {
    let Some(daemon) = daemon() else { return };
    let version = daemon.api.get("/version")["Version"].as_str().unwrap_or_default().to_owned();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let old = (parts.next(), parts.next()) < (Some(28), Some(3));
    let want = if old { 1 } else { 2 };
    assert_eq!(starts_at_once("open", ", ports: ['80']"), Some(want), "{version}");
}

#[test]
fn starts_without_such_ports_go_side_by_side_on_every_engine() {
    let Some(seen) = starts_at_once("closed", "") else { return };
    assert_eq!(seen, 2);
}
