//! `cp`: files between here and containers, as the peer does it, and never outside of what was named.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::{Call, Proxy, Stack, daemon, peer};

const STACK: &str = r#"
services:
  a: {image: IMAGE, command: sleep 600, init: true}
  two: {image: IMAGE, command: sleep 600, init: true, scale: 2}
  user: {image: IMAGE, command: sleep 600, init: true, user: "1000:1000"}
  ended: {image: IMAGE, command: 'true'}
"#;

/// Files of every kind that both ends can hold.
fn furnish(stack: &Stack) {
    stack.write("src/f", "text");
    stack.write("src/sub/g", "deeper");
    let folder = stack.folder();
    fs::set_permissions(folder.join("src/f"), fs::Permissions::from_mode(0o640)).expect("a mode");
    // Where these tests run without root, everything stays their user's.
    let _ = chown(folder.join("src/f"), Some(1234), Some(55));
    for file in ["src/f", "src/sub/g"] {
        let open = fs::File::options().write(true).open(folder.join(file)).expect("a file");
        open.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).expect("a time");
    }
    symlink("f", folder.join("src/link")).expect("a link");
    symlink("src", folder.join("folder-link")).expect("a link");
    symlink("nowhere", folder.join("dangling")).expect("a link");
    fs::hard_link(folder.join("src/f"), folder.join("src/second-name")).expect("a link");
    let inside = "mkdir -p /t/d/ro /t/there && cd /t/d && echo 1 >ro/f && ln -s ../etc out && ln -s ro/f in \
        && ln ro/f hard && mkfifo pipe && chmod 555 ro && touch -d '2001-02-03 04:05:06' ro/f && echo x >/t/file \
        && ln -s there /t/to-there && ln -s gone /t/to-gone && ln -s d/ro/f /t/to-file";
    assert_eq!(stack.exec("a", &["sh", "-c", inside]), 0);
}

/// Copies one after the other; where the second differs from the peer's, the first says so.
const COPIES: &[&[&str]] = &[
    &["src/f", "a:/t/new"],
    &["src/f", "a:/t/there"],
    &["src/f", "a:/t/there/"],
    &["src/f", "a:/t/file"],
    &["src/f", "a:t/relative"],
    &["src/f", "a:/t/to-there"],
    &["src/f", "a:/t/to-gone"],
    &["src", "a:/t/copy"],
    &["src", "a:/t/there"],
    &["src/", "a:/t/slash"],
    &["src/.", "a:/t/content"],
    &["src/.", "a:/t/there"],
    &["src", "a:/t/slashed/"],
    &["src/link", "a:/t/link"],
    &["-L", "src/link", "a:/t/followed"],
    &["folder-link", "a:/t/folder-link"],
    &["folder-link/", "a:/t/of-link"],
    &["-L", "folder-link", "a:/t/followed-folder"],
    &["src/f", "user:/tmp/kept"],
    &["-a", "src/f", "user:/tmp/given"],
    &["-a", "src/f", "a:/t/archive"],
    &["--index", "1", "src/f", "a:/t/first"],
    &["src/f", "ended:/t"],
    // Out of it.
    &["a:/t/d", "out"],
    &["a:/t/d", "out"],
    &["a:/t/d/.", "content"],
    &["a:/t/d/ro/f", "file"],
    &["a:/t/d/ro/f", "out"],
    &["a:/t/d/ro/f", "dangling"],
    &["a:/t/d/in", "in"],
    &["-L", "a:/t/to-file", "followed-file"],
    &["-L", "a:/t/to-there", "followed-there"],
    &["a:/t/to-there/", "through"],
    &["a:t/file", "relative"],
    &["ended:/t", "from-ended"],
    &["a:/t/there/.", "out"],
    // What goes wrong.
    &["src", "a:/t/file"],
    &["src/f", "a:/t/no/x"],
    &["src/f", "a:/t/missing/"],
    &["gone", "a:/t"],
    &["src/f/", "a:/t"],
    &["a:/t/d", "file"],
    &["a:/nope", "nope"],
    &["a:/t/file", "no/x"],
    &["a:/t/file", "missing/"],
    &["a:/t/file/", "x"],
    &["--index", "9", "src/f", "a:/t"],
    &["src/f", "nobody:/t"],
    &["nobody:/t", "x"],
    &["src/f", "x"],
    &["a:/t"],
];

#[test]
fn every_copy_ends_as_the_peers_does() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let ours = Stack::of(daemon, "cpours", STACK);
    let theirs = Stack::of(daemon, "cptheirs", STACK);
    for stack in [&ours, &theirs] {
        stack.run(["up", "-d", "a", "user", "ended"]).success();
        furnish(stack);
    }
    for words in COPIES {
        let mine = ours.command(["cp"]).args(words.iter().copied()).run();
        let other = theirs.peer_command(&peer).args(["cp"]).args(words.iter().copied()).run();
        assert_eq!(mine.exit, other.exit, "{words:?}\nours: {mine:?}\ntheirs: {other:?}");
        assert_eq!(here(&ours.folder()), here(&theirs.folder()), "{words:?} here: ours, theirs");
        for (service, place) in [("a", "/t"), ("user", "/tmp")] {
            let (mine, other) = (there(&ours, service, place), there(&theirs, service, place));
            assert_eq!(mine, other, "{words:?} in {service}: ours, theirs");
        }
    }
}

/// Everything below a folder: kind, mode, owner, time in seconds where a copy keeps it, names, link targets, contents.
fn here(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            let about = fs::symlink_metadata(&path).expect("it is there");
            let name = path.strip_prefix(folder).expect("below").display().to_string();
            if name == "compose.yaml" {
                continue;
            }
            let what = if about.is_dir() {
                folders.push(path.clone());
                String::new()
            } else if about.is_symlink() {
                fs::read_link(&path).expect("a link").display().to_string()
            } else if about.is_file() {
                format!("{} {}", about.mtime(), fs::read_to_string(&path).unwrap_or_default())
            } else {
                "special".to_owned()
            };
            let twin = if about.is_dir() { 0 } else { about.nlink() };
            lines.push(format!("{name} {:o} {} {} {twin} {what}", about.mode(), about.uid(), about.gid()));
        }
    }
    lines.sort();
    lines
}

fn there(stack: &Stack, service: &str, place: &str) -> String {
    let script = format!(
        "mkdir -p {place}; cd {place}; find . | sort | while read f; do stat -c '%A %u %g %N' \"$f\"; done; find . -type f | sort | xargs -r md5sum"
    );
    stack.run(["exec", "-T", "-u", "0", service, "sh", "-c", &script]).success().out
}

#[test]
fn files_go_to_every_container_of_a_service_and_come_from_the_first() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cpall", STACK);
    stack.write("f", "text");
    stack.run(["up", "-d", "two"]).success();
    stack.run(["run", "-d", "two"]).success();
    let told = stack.run(["cp", "f", "two:/srv/f"]).success();
    for number in 1..=2 {
        let line = format!("PROJECT-two-{number} Copied f to PROJECT-two-{number}:/srv/f");
        assert!(told.err.contains(&line), "{}", told.err);
    }
    let held = |container: &serde_json::Value| {
        let id = container["Id"].as_str().expect("an id");
        let place = format!("/containers/{id}/archive?path=/srv/f");
        stack.api().request("GET", &place, ("", b"")).expect("an answer").status == 200
    };
    assert_eq!(stack.containers().iter().filter(|container| held(container)).count(), 2);
    stack.run(["cp", "--all", "f", "two:/srv/f"]).success();
    assert_eq!(stack.containers().iter().filter(|container| held(container)).count(), 3);

    stack.write("f", "of the second");
    stack.run(["cp", "--index", "2", "f", "two:/srv/f"]).success();
    stack.run(["cp", "two:/srv/f", "first"]).success();
    stack.run(["cp", "--index", "2", "two:/srv/f", "second"]).success();
    let read = |name: &str| fs::read_to_string(stack.folder().join(name)).expect("it was copied");
    assert_eq!((read("first"), read("second")), ("text".to_owned(), "of the second".to_owned()));
}

#[test]
fn files_go_from_one_service_to_another() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cpacross", STACK);
    stack.run(["up", "-d", "a", "two"]).success();
    furnish(&stack);
    stack.run(["cp", "a:/t/d", "two:/srv/d"]).success();
    stack.run(["cp", "a:/t/d", "two:/srv"]).success();
    stack.run(["cp", "-L", "a:/t/to-file", "two:/srv/one"]).success();
    let check = "cd /srv/d && [ $(cat ro/f) = 1 ] && [ $(readlink out) = ../etc ] && [ hard -ef ro/f ] \
        && [ -p pipe ] && [ $(stat -c %a ro) = 555 ] && [ $(stat -c %Y ro/f) = 981173106 ] && [ $(cat ../one) = 1 ]";
    for number in ["1", "2"] {
        stack.run(["exec", "-T", "--index", number, "two", "sh", "-c", check]).success();
    }
    stack
        .run(["cp", "a:/t/nope", "two:/srv"])
        .code(1)
        .complains(["could not find `/t/nope` in the container"]);
    stack.run(["cp", "a:/t/d", "two:/no/d"]).code(1).complains(["no such directory: `/no`", "mkdir -p /no"]);
}

#[test]
fn a_tar_comes_and_goes_by_pipe_to_all_containers_too() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cptar", STACK);
    stack.run(["up", "-d", "two"]).success();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(300_000);
    header.set_mode(0o600);
    tar.append_data(&mut header, "big", std::io::repeat(b'x').take(300_000)).expect("a tar");
    let bytes = tar.into_inner().expect("a tar");
    stack.command(["cp", "-", "two:/srv"]).input(bytes.clone()).run().success();
    for number in ["1", "2"] {
        stack
            .run(["exec", "-T", "--index", number, "two", "sh", "-c", "wc -c < /srv/big"])
            .success()
            .stdout("300000\n");
    }
    let piped = stack.run(["cp", "two:/srv/big", "-"]).success();
    assert!(piped.out.contains("big") && piped.out.len() > 300_000);

    for (what, junk) in [
        ("it is compressed", b"\x1f\x8b\x08\x00junk".to_vec()),
        ("it is compressed", b"\xfd7zXZ\x00junk".to_vec()),
        ("no header", b"hello".to_vec()),
        ("no header", vec![b'x'; 2048]),
    ] {
        stack
            .command(["cp", "-", "two:/srv"])
            .input(junk)
            .run()
            .code(1)
            .complains(["not a tar archive", what]);
    }
    stack.command(["cp", "-", "two:/no"]).input(bytes).run().code(1).complains(["no such directory: `/no`"]);
}

#[test]
fn what_goes_into_a_container_is_plain_tar_by_one_look_and_one_call() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cpplain", STACK);
    stack.write("src/f", "text");
    stack.run(["up", "-d", "a"]).success();
    let proxy = Proxy::before(daemon);
    stack.command(["cp", "src", "a:/srv/new"]).host(&proxy.host()).run().success();
    let calls = proxy.calls();
    let to_archive: Vec<&Call> = calls.iter().filter(|call| call.path.contains("/archive")).collect();
    assert_eq!(
        to_archive.iter().map(|call| call.method.as_str()).collect::<Vec<_>>(),
        ["HEAD", "PUT"],
        "{calls:?}"
    );
    let body = &to_archive[1].body;
    assert!(body[..600].windows(5).any(|word| word == b"ustar"), "the body is no plain tar");
    assert!(to_archive[1].query.contains("noOverwriteDirNonDir=true"), "{}", to_archive[1].query);
}

#[test]
fn what_a_container_holds_is_never_written_elsewhere_nor_over_a_device() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cphostile", STACK);
    stack.write("victim", "untouched");
    stack.run(["up", "-d", "a"]).success();
    let plant = "mkdir -p /t/d && cd /t/d && ln -s ../victim victim && echo pwned >real && chmod 6755 real && mknod null c 1 3";
    assert_eq!(stack.exec("a", &["sh", "-c", plant]), 0);
    let told = stack.run(["cp", "a:/t/d", "d"]).success();
    assert!(told.err.contains("devices are not copied: d/null"), "{}", told.err);
    // The link is there now; a file of its name takes its place.
    assert_eq!(stack.exec("a", &["sh", "-c", "cd /t/d && rm victim && echo pwned >victim"]), 0);
    stack.run(["cp", "a:/t/d/.", "d"]).success();
    let path = |name: &str| stack.folder().join(name);
    assert_eq!(fs::read_to_string(path("victim")).expect("it is there"), "untouched");
    assert_eq!(fs::read_to_string(path("d/victim")).expect("it was copied"), "pwned\n");
    assert_eq!(fs::metadata(path("d/real")).expect("it was copied").mode() & 0o7777, 0o755);

    // A folder that leads elsewhere is not gone through.
    fs::create_dir(path("other")).expect("a folder");
    symlink("../other", path("d/sub")).expect("a link");
    assert_eq!(stack.exec("a", &["sh", "-c", "mkdir /t/d/sub && echo pwned >/t/d/sub/f"]), 0);
    stack.run(["cp", "a:/t/d/.", "d"]).code(1).complains(["cannot overwrite non-directory", "d/sub"]);
    assert!(!path("other/f").exists());

    let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo");
    assert!(made.success());
    let pipe = path("pipe");
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).expect("read"));
    stack.run(["cp", "a:/t/d/real", "pipe"]).success();
    assert_eq!(reader.join().expect("a reader"), "pwned\n");
    assert!(!fs::symlink_metadata(path("pipe")).expect("the pipe").is_file());
}

#[test]
fn what_cannot_be_meant_is_told_with_the_way_out() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cpbad", STACK);
    stack.write("f", "text");
    stack.run(["up", "-d", "a"]).success();
    stack.run(["cp", "f", "x"]).code(1).complains(["unknown copy direction", "SERVICE:x"]);
    stack
        .run(["cp", "f", "aa:/x"])
        .code(1)
        .complains(["no container found for service \"aa\"", "did you mean `a`?"]);
    stack
        .run(["cp", "f", "two:/x"])
        .code(1)
        .complains(["no container found for service \"two\"", "`create two`"]);
    stack.run(["cp", "f", ":/x"]).code(1).complains(["`:/x` is no path of a service"]);
    stack.run(["cp", "f", "a:"]).code(1).complains(["`a:` is no path of a service"]);
    stack.run(["cp", "f"]).code(1).complains(["requires 2 arguments, received 1"]);
    stack
        .run(["cp", "a:/srv", "a:/x"])
        .code(1)
        .complains(["cannot be copied to itself", "`exec a cp -a /srv /x`"]);
    stack.run(["cp", "gone", "a:/srv"]).code(1).complains(["`gone`", "No such file"]);
    stack.run(["cp", "a:/srv", "no/x"]).code(1).complains(["no such directory: `no`"]);
    let told = stack.run(["cp", "--dry-run", "f", "a:/srv/f"]).success();
    assert!(told.err.contains("Copied f to"), "{}", told.err);
    assert_eq!(stack.exec("a", &["test", "!", "-e", "/srv/f"]), 0);
}
