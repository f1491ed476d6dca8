//! The peer and rcompose on one project: each takes over what the other made.

use crate::support::{Stack, daemon, peer};

const STACK: &str = r#"
services:
  web:
    image: IMAGE
    command: [sh, -c, "echo ready; exec sleep 600"]
    init: true
    ports: ["127.0.0.1::80"]
    environment: {A: "1", B: two}
    volumes: ["data:/data", "./conf:/conf:ro"]
    networks: {front: {aliases: [www]}, back: }
    depends_on: {db: {condition: service_healthy}}
    labels: {colour: blue}
  db:
    image: IMAGE
    command: sleep 600
    init: true
    healthcheck: {test: [CMD, "true"], interval: 1s}
    networks: [back]
    restart: unless-stopped
    ulimits: {nofile: 1024}
  job: {image: IMAGE, command: 'true', networks: [back]}
networks: {front: , back: {labels: {a: b}}}
volumes: {data: {labels: {a: b}}}
"#;

#[test]
fn the_peer_changes_nothing_that_rcompose_made_and_takes_it_down() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::of(daemon, "ours", STACK);
    stack.write("conf/file", "");
    stack.run(["up", "-d"]).success();
    wait_for_the_job(&stack);
    let ids: Vec<_> = stack.identities().into_iter().map(|(id, _, _)| id).collect();
    let networks: Vec<_> = stack.networks().iter().map(|it| it["Id"].to_string()).collect();
    stack.peer(&peer, ["up", "-d"]).success().never_says("Recreate").never_says("Created");
    assert_eq!(stack.identities().into_iter().map(|(id, _, _)| id).collect::<Vec<_>>(), ids);
    assert_eq!(stack.networks().iter().map(|it| it["Id"].to_string()).collect::<Vec<_>>(), networks);
    let shown = stack.peer(&peer, ["ps", "-a", "--format", "json"]).success().json_lines();
    assert_eq!(shown.len(), 3);
    stack.peer(&peer, ["logs", "--no-log-prefix", "web"]).success().stdout("ready\n");
    stack.peer(&peer, ["down", "-v"]).success();
    assert!(stack.containers().is_empty() && stack.networks().is_empty() && stack.volumes().is_empty());
}

#[test]
fn rcompose_changes_nothing_that_the_peer_made_and_takes_it_down() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::of(daemon, "theirs", STACK);
    stack.write("conf/file", "");
    stack.peer(&peer, ["up", "-d"]).success();
    wait_for_the_job(&stack);
    let ids: Vec<_> = stack.identities().into_iter().map(|(id, _, _)| id).collect();
    stack.run(["up", "-d"]).success().never_says("Recreate").never_says("Created");
    assert_eq!(stack.identities().into_iter().map(|(id, _, _)| id).collect::<Vec<_>>(), ids);
    let shown = stack.run(["ps", "-a", "--format", "json"]).success().json_lines();
    assert_eq!(shown.len(), 3);
    stack.run(["logs", "--no-log-prefix", "web"]).success().stdout("ready\n");
    stack.run(["down", "-v"]).success();
    assert!(stack.containers().is_empty() && stack.networks().is_empty() && stack.volumes().is_empty());
}

#[test]
fn both_print_the_same_table_of_running_containers() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::of(daemon, "table", STACK);
    stack.write("conf/file", "");
    stack.run(["up", "-d"]).success();
    let columns = |text: &str| -> Vec<Vec<String>> {
        let cells = |line: &str| {
            line.split("   ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
        };
        text.lines().map(cells).collect()
    };
    // Ages may differ by the second between the two calls; everything else may not.
    let ageless = |mut rows: Vec<Vec<String>>| {
        for row in &mut rows {
            row.retain(|cell| !cell.ends_with(" ago") && !cell.starts_with("Up "));
        }
        rows
    };
    let ours = stack.run(["ps"]).success();
    let theirs = stack.peer(&peer, ["ps"]).success();
    assert_eq!(ageless(columns(&ours.out)), ageless(columns(&theirs.out)), "{}\n{}", ours.out, theirs.out);
}

fn wait_for_the_job(stack: &Stack) {
    while stack.inspect("job")["State"]["Status"] != "exited" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
