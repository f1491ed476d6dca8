//! What a build can do where the engine's images lie in containerd's store (the usual one from Docker Engine 29 on), and
//! how it says so where they do not.

use std::io::Cursor;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::buildkit::unwrapped;
use crate::support::{Api, Daemon, Registry, Stack, daemon, peer};

/// Says that the store is wanted.
fn refused(stack: &Stack, what: &str) {
    let told = unwrapped(&stack.run(["build"]).code(1).err);
    assert!(told.contains(what) && told.contains("containerd image store"), "{told}");
}

/// A builder of whose steps some are pruned may skip the export of another cache: one at a time.
static PRUNING: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    PRUNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the builder forget a step.
fn forget(daemon: &Daemon, words: &str) {
    let usage = daemon.api.get("/system/df?type=build-cache");
    let records = usage["BuildCache"].as_array().cloned().unwrap_or_default();
    let is_meant = |record: &&Value| record["Description"].as_str().is_some_and(|text| text.contains(words));
    let meant: Vec<&Value> = records.iter().filter(is_meant).collect();
    assert!(!meant.is_empty(), "no step `{words}`: {records:#?}");
    for record in meant {
        let filters = Api::filters(&json!({ "id": [record["ID"]] }));
        let answer = daemon.api.post(&format!("/build/prune?all=1&filters={filters}"), &Value::Null);
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// The kinds of what an image of several parts holds, such as `linux/amd64` and `attestation`.
fn parts(daemon: &Daemon, image: &str) -> Vec<String> {
    let filters = Api::filters(&json!({ "reference": [image] }));
    let listed = daemon.api.get(&format!("/images/json?manifests=1&filters={filters}"));
    let part = |part: &Value| match part["Kind"].as_str() {
        Some("image") => {
            let platform = &part["ImageData"]["Platform"];
            format!(
                "{}/{}",
                platform["os"].as_str().unwrap_or(""),
                platform["architecture"].as_str().unwrap_or("")
            )
        }
        kind => kind.unwrap_or_default().to_owned(),
    };
    let mut kinds: Vec<String> = listed[0]["Manifests"].as_array().into_iter().flatten().map(part).collect();
    kinds.sort();
    kinds
}

#[test]
fn a_cache_in_a_folder_here_is_written_and_read() {
    let Some(daemon) = daemon() else { return };
    let compose = "services:
  a:
    build: {context: ., cache_to: ['type=local,dest=kept,mode=max'], cache_from: ['type=local,src=kept']}
    command: cat /once
";
    let stack = Stack::of(daemon, "kept", compose);
    let step = format!("cat /proc/sys/kernel/random/uuid > /once; : {}", stack.project());
    stack.write("Dockerfile", &format!("FROM {}\nRUN {step}\nRUN : more\n", Stack::IMAGE));
    if !daemon.has_containerd_store() {
        return refused(&stack, "cache_to");
    }
    let _alone = alone();
    stack.run(["build"]).success().complains(["`kept/index.json` cannot be read"]);
    let kept = stack.folder().join("kept");
    for blob in std::fs::read_dir(kept.join("blobs/sha256")).expect("there are blobs") {
        let path = blob.expect("a blob").path();
        let hash = Sha256::digest(std::fs::read(&path).expect("it can be read"));
        let hex = hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert!(path.ends_with(&hex), "{}: {hex}", path.display());
    }
    assert_eq!(std::fs::read_dir(kept.join("ingest")).expect("a folder").count(), 0);

    let says = || stack.run(["run", "--rm", "a"]).success().bytes;
    let first = says();
    assert_eq!(first.len(), 37, "{first:?}");
    forget(daemon, &step);
    stack.run(["build"]).success().says(["importing cache manifest from local:"]);
    assert_eq!(says(), first);
    if let Some(peer) = peer()
        && stack.with_plugin("docker-buildx")
    {
        forget(daemon, &step);
        stack.peer(&peer, ["build"]).success();
        assert_eq!(says(), first);
        std::fs::remove_dir_all(&kept).expect("it can be removed");
        stack.peer(&peer, ["build", "--no-cache"]).success();
        let other = says();
        forget(daemon, &step);
        stack.run(["build"]).success();
        assert_eq!((says(), other != first), (other, true));
    }
}

#[test]
fn a_cache_at_a_registry_is_written_and_read() {
    let Some(daemon) = daemon() else { return };
    let Some(registry) = Registry::open(daemon) else { return };
    let place = format!("{}/cache:1", registry.address());
    let compose = format!(
        "services:\n  a:\n    build: {{context: ., cache_to: ['type=registry,ref={place}'], cache_from: ['{place}']}}\n    \
         command: cat /once\n"
    );
    let stack = Stack::of(daemon, "kept-away", &compose);
    let step = format!("cat /proc/sys/kernel/random/uuid > /once; : {}", stack.project());
    stack.write("Dockerfile", &format!("FROM {}\nRUN {step}\n", Stack::IMAGE));
    if !daemon.has_containerd_store() {
        return refused(&stack, "cache_to");
    }
    let _alone = alone();
    stack.run(["build"]).success();
    assert!(registry.has("cache:1"));
    let says = || stack.run(["run", "--rm", "a"]).success().bytes;
    let first = says();
    forget(daemon, &step);
    stack.run(["build"]).success();
    assert_eq!(says(), first);
}

#[test]
fn an_image_layout_is_a_context() {
    let Some(daemon) = daemon() else { return };
    let compose = |layout: &str| {
        format!(
            "services:\n  a:\n    build: {{dockerfile_inline: FROM base, additional_contexts: {{base: 'oci-layout://{layout}'}}}}\n"
        )
    };
    let stack = Stack::of(daemon, "layout", &compose("./layout:1"));
    if !daemon.has_containerd_store() {
        return refused(&stack, "oci-layout://");
    }
    let path = format!("/images/{}/get", Stack::IMAGE);
    let saved = daemon.api.request("GET", &path, ("application/json", b"")).expect("the engine answers");
    tar::Archive::new(Cursor::new(saved.body)).unpack(stack.folder().join("layout")).expect("an archive");
    stack.run(["build"]).success();
    let layers = |image: &str| daemon.api.get(&format!("/images/{image}/json"))["RootFS"]["Layers"].clone();
    assert_eq!(layers(&format!("{}-a", stack.project())), layers(Stack::IMAGE));

    for (layout, words) in [
        ("./layout", "names no `latest`"),
        ("./layout:2", "names no `2`"),
        ("./layout@sha256:../x", "is no digest"),
        ("./nosuch:1", "cannot be read"),
    ] {
        stack.write("compose.yaml", &compose(layout));
        stack.run(["build"]).code(1).complains([words, "compose.yaml:3:"]);
    }
}

#[test]
fn an_image_is_built_for_several_platforms() {
    let Some(daemon) = daemon() else { return };
    let compose = "services:\n  a: {build: {context: ., platforms: [linux/amd64, linux/arm64]}}\n";
    let stack = Stack::of(daemon, "platforms", compose);
    stack.write("Dockerfile", "FROM scratch\nCOPY compose.yaml /\n");
    if !daemon.has_containerd_store() {
        return refused(&stack, "platforms");
    }
    stack.run(["build"]).success();
    assert_eq!(parts(daemon, &format!("{}-a", stack.project())), ["linux/amd64", "linux/arm64"]);
}

#[test]
fn an_image_tells_where_it_comes_from() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "provenance", "services:\n  a: {build: {context: ., provenance: mode=max}}\n");
    stack.write("Dockerfile", "FROM scratch\nCOPY compose.yaml /\n");
    if !daemon.has_containerd_store() {
        return refused(&stack, "provenance");
    }
    stack.run(["build"]).success();
    let parts = parts(daemon, &format!("{}-a", stack.project()));
    assert_eq!((parts.len(), parts[0].as_str()), (2, "attestation"), "{parts:?}");
}
