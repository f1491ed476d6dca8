//! `volume`: what a volume holds is saved, and put back byte for byte.

use crate::support::{Stack, daemon};

const STACK: &str = r"
services:
  db: {image: IMAGE, command: sleep 600, init: true, volumes: [data:/data], environment: {A: b}}
  other: {image: IMAGE, command: sleep 600, init: true}
volumes: {data: }
";

fn sh(stack: &Stack, script: &str) -> String {
    stack.run(["exec", "-T", "-u", "0", "db", "sh", "-c", script]).success().out
}

/// Everything in the volume.
fn content(stack: &Stack) -> String {
    sh(
        stack,
        "cd /data; find . | sort | while read f; do stat -c '%n %A %u %g' \"$f\"; done; find . -type f | sort | xargs md5sum; readlink link",
    )
}

#[test]
fn a_seeded_volume_is_put_back_as_it_was() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "snap", STACK);
    let key = stack.project().to_owned();
    let volume =
        |words: &[&str]| stack.command(["volume"]).args(words.iter().copied()).args(["--key", &key]).run();
    stack.run(["up", "-d"]).success();
    sh(
        &stack,
        "cd /data; mkdir -p d/e; echo seed > d/e/f; head -c 200000 /dev/urandom > big; chmod 600 big; chown 999:999 d/e big; ln -s big link",
    );
    let seeded = content(&stack);
    let other = stack.inspect("other")["Id"].clone();
    volume(&["save", "data"]).success();
    let saved = volume(&["save", "data"]).success();
    assert!(saved.out.contains("is saved already"), "{saved:?}");

    sh(&stack, "cd /data; rm -r d; echo spoilt > big; touch more");
    assert_ne!(content(&stack), seeded);
    volume(&["restore", "data"]).success();
    assert_eq!(content(&stack), seeded);
    // A second time, with nobody there, and on a volume that is not there.
    stack.run(["down", "-v"]).success();
    volume(&["restore", "data"]).success();
    stack.run(["up", "-d"]).success().never_says("Volume PROJECT_data Creating");
    assert_eq!(content(&stack), seeded);
    assert_ne!(stack.inspect("other")["Id"], other);

    let listed = stack.run(["volume", "list", "data", "--format", "json"]).success();
    assert!(listed.out.contains("\"volume\":\"data\""), "{}", listed.out);
    stack.run(["volume", "list"]).success().says(["VOLUME", "data"]);
    sh(&stack, "echo another > /data/big");
    volume(&["save", "data", "--force"]).success();
    volume(&["rm", "data"]).success();
    volume(&["restore", "data"])
        .code(1)
        .complains(["nothing is saved of volume `data`", "volume save data --key"]);
    volume(&["rm", "data"]).code(1).complains(["nothing is saved"]);
}

#[test]
fn a_key_follows_the_services_and_the_inputs() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "snapkey", STACK);
    stack.write("seed/a.sql", "one");
    stack.run(["up", "-d"]).success();
    let key = |words: &[&str]| {
        let told = stack.command(["volume", "restore", "data"]).args(words.iter().copied()).run().code(1);
        told.err.split("under `").nth(1).expect("a key").split('`').next().expect("a key").to_owned()
    };
    let plain = key(&[]);
    assert_eq!(plain, key(&[]));
    let seeded = key(&["--input", "seed"]);
    assert_ne!(plain, seeded);
    stack.write("seed/a.sql", "two");
    assert_ne!(seeded, key(&["--input", "seed"]));
    stack.write("compose.yaml", &STACK.replace("IMAGE", Stack::IMAGE).replace("A: b", "A: c"));
    assert_ne!(plain, key(&[]));
}

#[test]
fn what_cannot_be_saved_or_is_damaged_is_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "snapbad", STACK);
    let key = stack.project().to_owned();
    stack.run(["volume", "save", "dat"]).code(1).complains(["no such volume: dat", "did you mean `data`?"]);
    let outside = format!(
        "services: {{x: {{image: {}, volumes: ['outside:/o']}}}}\nvolumes: {{outside: {{external: true}}}}",
        Stack::IMAGE
    );
    stack.write("outside.yaml", &outside);
    stack.run(["-f", "outside.yaml", "volume", "save", "outside"]).code(1).complains(["external"]);
    stack.run(["volume", "save", "data"]).code(1).complains(["is not there", "`up` or `create`"]);
    stack.run(["volume", "save", "data", "--input", "missing"]).code(1).complains(["`missing`"]);
    stack.run(["up", "-d", "db"]).success();
    sh(&stack, "echo seed > /data/f");
    stack.command(["volume", "save", "data", "--key", &key]).run().success();
    // Somebody changes what was saved.
    let listed = stack.run(["volume", "list", "data", "--format", "json"]).success();
    assert!(listed.out.contains(&key) || listed.out.contains("PROJECT"), "{}", listed.out);
    let all = stack.api().get("/volumes");
    let mine = all["Volumes"].as_array().expect("a list").iter().find(|volume| {
        volume["Labels"]["rcompose.snapshot"].as_str().is_some_and(|label| label.contains(&key))
    });
    let name = mine.expect("the snapshot")["Name"].as_str().expect("a name").to_owned();
    let spoil = stack.api().post(
        &format!("/containers/create?name={key}-spoil"),
        &serde_json::json!({"Image": Stack::IMAGE, "Cmd": ["sh", "-c", "echo x > /v/f"], "HostConfig": {"Binds": [format!("{name}:/v")]}}),
    );
    assert!(spoil.status < 300);
    stack.api().post(&format!("/containers/{key}-spoil/start"), &serde_json::Value::Null);
    stack.api().post(&format!("/containers/{key}-spoil/wait"), &serde_json::Value::Null);
    stack.api().delete(&format!("/containers/{key}-spoil?force=1"));
    stack
        .command(["volume", "restore", "data", "--key", &key])
        .run()
        .code(1)
        .complains(["is damaged", "volume rm data"]);
    stack.command(["volume", "rm", "data", "--key", &key]).run().success();
}
