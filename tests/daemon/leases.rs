//! Leases: what carries one is taken away when it is over, and nothing else ever is.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::support::{Stack, daemon};

const STACK: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true, volumes: ['data:/v', /anonymous]}
  b: {image: IMAGE, command: sleep 600, init: true}
volumes: {data: }
";

/// `reap` takes away what is over, whose ever it is: one test at a time.
static REAPING: Mutex<()> = Mutex::new(());

fn held(stack: &Stack) -> [usize; 3] {
    [stack.containers().len(), stack.networks().len(), stack.volumes().len()]
}

/// The lease on everything of a stack, which must be the same.
fn lease(stack: &Stack) -> Value {
    let of = |thing: &Value, labels: &Value| {
        let text = labels["rcompose.lease"].as_str().unwrap_or_else(|| panic!("no lease: {thing}"));
        serde_json::from_str::<Value>(text).expect("JSON")
    };
    let containers = stack.containers();
    let mut leases: Vec<Value> = containers.iter().map(|it| of(it, &it["Labels"])).collect();
    leases.extend(stack.networks().iter().map(|it| of(it, &it["Labels"])));
    leases.extend(stack.volumes().iter().map(|it| of(it, &it["Labels"])));
    leases.dedup();
    assert_eq!(leases.len(), 1, "{leases:?}");
    leases.remove(0)
}

#[test]
fn a_stack_with_a_time_limit_stays_until_that_is_over_and_is_reaped_then() {
    let Some(daemon) = daemon() else { return };
    let _turn = REAPING.lock().unwrap_or_else(PoisonError::into_inner);
    let stack = Stack::of(daemon, "ttl", STACK);
    let other = Stack::of(daemon, "nottl", STACK);
    other.run(["up", "-d"]).success();
    let plain = held(&other);
    stack.run(["up", "-d", "--ttl", "2h"]).success();
    let until = lease(&stack)["until"].as_u64().expect("a time");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    assert!((now + 7100..=now + 7200).contains(&until), "{until} {now}");
    // A lease is no change of configuration.
    stack.run(["up", "-d"]).success().never_says("Recreate");
    stack.run(["plan"]).code(0);
    stack.run(["reap"]).success();
    assert_eq!(held(&stack), plain);
    stack.run(["down", "-v"]).success();

    stack.run(["up", "-d", "--ttl", "1s"]).success();
    assert_eq!(held(&stack), plain);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let told = stack.run(["--dry-run", "reap"]).success();
    assert!(told.out.contains("remove Container PROJECT-a-1: its time is over"), "{}", told.out);
    assert_eq!(held(&stack), plain);
    stack.run(["reap"]).success().says([
        "removed Container PROJECT-a-1",
        "removed Network",
        "removed Volume",
    ]);
    assert_eq!(held(&stack), [0, 0, 0]);
    assert_eq!(held(&other), plain);
}

#[test]
fn what_the_dead_of_another_machine_left_and_what_is_no_lease_stays() {
    let Some(daemon) = daemon() else { return };
    let _turn = REAPING.lock().unwrap_or_else(PoisonError::into_inner);
    let stack = Stack::of(daemon, "notours", STACK);
    let api = stack.api();
    let gone = json!({"pid": 4_000_000, "start": 1, "space": "pid:[1]"});
    let leases = [
        json!({"host": "elsewhere", "boot": "other", "owner": gone}).to_string(),
        json!({"host": std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name").trim(),
               "boot": std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("a boot").trim(),
               "owner": gone})
        .to_string(),
        "true".to_owned(),
        "{}".to_owned(),
        "{\"until\":1}".to_owned(),
    ];
    for (number, lease) in leases.iter().enumerate() {
        let labels = json!({"com.docker.compose.project": stack.project(), "rcompose.lease": lease});
        let name = format!("{}_{number}", stack.project());
        let made = api.post("/volumes/create", &json!({"Name": name, "Labels": labels}));
        assert!(made.status < 300);
    }
    stack.run(["reap"]).success();
    assert_eq!(stack.volumes().len(), leases.len());
    for number in 0..leases.len() {
        api.delete(&format!("/volumes/{}_{number}", stack.project()));
    }
}

#[test]
fn down_now_waits_for_nobody() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "now",
        "services: {a: {image: IMAGE, command: sh -c \"trap '' TERM; while :; do sleep 1; done\", \
         pre_stop: [{command: sleep 60}]}}",
    );
    stack.run(["up", "-d"]).success();
    let begun = std::time::Instant::now();
    let told = stack.run(["down", "--now", "-v"]).success().never_says("Stopping");
    assert!(told.err.contains("PROJECT-a-1 Removed"), "{}", told.err);
    assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    assert_eq!(held(&stack), [0, 0, 0]);
    stack.run(["down", "--now", "-t", "3"]).failure();
}

#[test]
fn a_time_limit_that_is_none_is_refused() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "badttl", STACK);
    for (words, said) in
        [("soon", "invalid duration"), ("0", "less than a second"), ("-2h", "less than a second")]
    {
        stack.command(["up", "-d"]).args([format!("--ttl={words}")]).run().failure().complains([said]);
    }
    assert_eq!(held(&stack), [0, 0, 0]);
}
