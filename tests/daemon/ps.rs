//! `ps`: the table and its JSON.

use crate::budget::sleepers;
use crate::support::{Proxy, Stack, daemon};

#[test]
fn the_table_has_the_usual_columns_and_running_containers() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "table",
        "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n  ended: {image: IMAGE, command: 'true'}\n",
    );
    stack.run(["up", "-d"]).success();
    daemon.api.post(&format!("/containers/{}-ended-1/wait", stack.project()), &serde_json::Value::Null);
    let shown = stack.run(["ps"]).success();
    let lines: Vec<_> = shown.out.lines().collect();
    let columns: Vec<_> = lines[0].split_whitespace().collect();
    assert_eq!(columns, ["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"]);
    assert_eq!(lines.len(), 2, "{}", shown.out);
    assert!(
        lines[1].starts_with("PROJECT-a-1") && lines[1].contains("\"sleep 600\"") && lines[1].contains("Up ")
    );
    let all = stack.run(["ps", "-a"]).success();
    assert_eq!(all.out.lines().count(), 3, "{}", all.out);
    assert!(all.out.contains("Exited (0)"), "{}", all.out);
}

#[test]
fn json_is_one_object_a_line() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "json",
        "services:\n  a: {image: IMAGE, command: sleep 600, init: true, ports: ['127.0.0.1::80']}\n  b: {image: IMAGE, command: sleep 600, init: true}\n",
    );
    stack.run(["up", "-d"]).success();
    let lines = stack.run(["ps", "--format", "json"]).success().json_lines();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["Service"], &lines[0]["State"]), (&"a".into(), &"running".into()));
    assert_eq!(lines[0]["Name"], "PROJECT-a-1");
    let publisher = &lines[0]["Publishers"][0];
    assert_eq!((publisher["TargetPort"].as_u64(), publisher["URL"].as_str()), (Some(80), Some("127.0.0.1")));
    assert!(publisher["PublishedPort"].as_u64().is_some_and(|port| port > 0));
    assert_eq!(lines[1]["ExitCode"], 0);
}

#[test]
fn ids_and_services_can_be_had_alone() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "alone",
        "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n  b: {image: IMAGE, command: sleep 600, init: true}\n",
    );
    stack.run(["up", "-d"]).success();
    stack.run(["ps", "-q"]).success().stdout("ID\nID\n");
    stack.run(["ps", "--services"]).success().stdout("a\nb\n");
    let named = stack.run(["ps", "-q", "b"]).success();
    assert_eq!(named.out, "ID\n");
}

#[test]
fn a_project_without_containers_has_a_table_without_rows() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "empty", "services:\n  a: {image: IMAGE}\n");
    let shown = stack.run(["ps"]).success();
    assert_eq!(shown.out.lines().count(), 1, "{}", shown.out);
}

#[test]
fn it_asks_four_questions_at_most_whatever_the_number_of_services() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "asks", &sleepers(8));
    stack.run(["up", "-d"]).success();
    let proxy = Proxy::before(daemon);
    let shown = stack.command(["ps"]).host(&proxy.host()).run().success();
    assert_eq!(shown.out.lines().count(), 9);
    let calls = proxy.calls();
    assert!(calls.len() <= 4, "{} calls: {calls:#?}", calls.len());
}
