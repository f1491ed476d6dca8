//! `commit` and `export`: what has become of a container is kept.

use serde_json::Value;

use crate::support::{Stack, daemon};

const STACK: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true}
  two: {image: IMAGE, command: sleep 600, init: true, scale: 2}
  ended: {image: IMAGE, command: 'true'}
";

#[test]
fn export_writes_all_files_as_a_tar() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "export", STACK);
    stack.run(["up", "-d", "a", "two"]).success();
    assert_eq!(stack.exec("a", &["sh", "-c", "echo kept > /srv/mark"]), 0);
    stack
        .run(["export", "-o", "a.tar", "a"])
        .success()
        .stdout("")
        .stderr(" Container PROJECT-a-1 Exporting \n Container PROJECT-a-1 Exported \n");
    let file = std::fs::File::open(stack.folder().join("a.tar")).expect("it was written");
    let mut archive = tar::Archive::new(file);
    let found = archive
        .entries()
        .expect("a tar")
        .any(|entry| entry.is_ok_and(|entry| entry.path().is_ok_and(|path| path.ends_with("srv/mark"))));
    assert!(found, "the file that was written is missing");
    let piped = stack.run(["export", "--index", "2", "two"]).success();
    assert!(piped.out.contains("bin/busybox"));
    let left: Vec<_> = std::fs::read_dir(stack.folder()).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_is_no_file_is_written_to_and_never_replaced() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "exportpipe", STACK);
    stack.run(["up", "-d", "a"]).success();
    let pipe = stack.folder().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let reading = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::read(reading).expect("read").len());
    stack.run(["export", "-o", "pipe", "a"]).success();
    assert!(reader.join().expect("a reader") > 1024);
    let kind = std::fs::symlink_metadata(&pipe).expect("the pipe").file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&kind), "{kind:?}");
}

#[test]
fn export_wants_one_service_that_runs_and_a_place_to_write_to() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "exportbad", STACK);
    stack.run(["up", "-d", "a"]).success();
    stack
        .run(["export", "-o", "missing/a.tar", "a"])
        .code(1)
        .complains(["missing/a.tar", "cannot be written"]);
    stack.run(["export", "two"]).code(1).complains(["service \"two\" is not running", "`up -d two`"]);
    stack.run(["export", "--index", "5", "a"]).code(1).complains(["is not running container #5"]);
    stack.run(["export", "aa"]).code(1).complains(["is not running", "did you mean `a`?"]);
    stack.run(["export"]).code(1).complains(["requires 1 arg(s), received 0"]);
    stack
        .run(["export", "--dry-run", "-o", "a.tar", "a"])
        .success()
        .stdout("export container PROJECT-a-1: requested\n");
    assert!(!stack.folder().join("a.tar").exists());
}

#[test]
fn commit_makes_an_image_with_changes_author_and_message() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "commit", STACK);
    stack.run(["up", "-d", "a"]).success();
    assert_eq!(stack.exec("a", &["touch", "/srv/mark"]), 0);
    let name = format!("{}-kept:2", stack.project());
    stack
        .run([
            "commit",
            "-a",
            "me <me@example.org>",
            "-m",
            "a mark",
            "-c",
            "ENV MODE=test",
            "-c",
            "CMD [\"sleep\", \"700\"]",
            "a",
            &name,
        ])
        .success()
        .stdout("")
        .stderr(" Container PROJECT-a-1 Committing \n Container PROJECT-a-1 Committed as sha256:ID \n");
    let image = daemon.api.get(&format!("/images/{name}/json"));
    assert_eq!(image["Config"]["Cmd"], serde_json::json!(["sleep", "700"]));
    assert!(image["Config"]["Env"].as_array().is_some_and(|all| all.iter().any(|one| one == "MODE=test")));
    assert_eq!(image["Author"], "me <me@example.org>");
    assert_eq!(image["Comment"], "a mark");
    stack.write("compose.yaml", &format!("services: {{b: {{image: '{name}', init: true}}}}\n"));
    stack.run(["up", "-d", "b"]).success();
    assert_eq!(stack.exec("b", &["test", "-e", "/srv/mark"]), 0);
    stack.run(["down", "--remove-orphans", "-t", "0", "--rmi", "all"]).success();
    let gone = daemon.api.request("GET", &format!("/images/{name}/json"), ("", b"")).expect("an answer");
    assert_eq!(gone.status, 404);
}

#[test]
fn commit_freezes_the_container_meanwhile_unless_told_otherwise() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "commitpause", STACK);
    stack.run(["up", "-d", "a"]).success();
    let (one, other) = (format!("{}-p:1", stack.project()), format!("{}-p:2", stack.project()));
    stack.run(["commit", "--pause=false", "a", &one]).success();
    let told = stack.run(["events", "--since", "5m", "--until", "0s", "a"]).success();
    assert!(!told.out.contains("container pause"), "{}", told.out);
    stack.run(["commit", "a", &other]).success();
    let told = stack.run(["events", "--since", "5m", "--until", "0s", "a"]).success();
    assert!(told.out.contains("container commit"), "{}", told.out);
    assert_eq!(stack.inspect("a")["State"]["Status"], "running");
    for name in [one, other] {
        daemon.api.delete(&format!("/images/{name}?force=1"));
    }
}

#[test]
fn commit_refuses_bad_names_changes_and_services() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "commitbad", STACK);
    stack.run(["up", "-d", "a", "ended"]).success();
    daemon.api.post(&format!("/containers/{}-ended-1/wait", stack.project()), &Value::Null);
    stack.run(["commit", "a", "Bad Name"]).code(1).complains(["invalid reference format", "Bad Name"]);
    stack
        .run(["commit", "a", "x:1", "-c", "RUN foo"])
        .code(1)
        .complains(["is not a valid change command", "PROJECT-a-1 Error"]);
    stack.run(["commit", "ended", "x:1"]).code(1).complains(["service \"ended\" is not running"]);
    stack.run(["commit", "--index", "3", "a"]).code(1).complains(["is not running container #3"]);
    stack.run(["commit"]).code(1).complains(["accepts between 1 and 2 arg(s), received 0"]);
    stack.run(["commit", "a", "x:1", "y"]).code(1).complains(["accepts between 1 and 2 arg(s), received 3"]);
    stack
        .run(["commit", "--dry-run", "a", "x:1"])
        .success()
        .stdout("commit container PROJECT-a-1 as x:1: requested\n");
}
