//! The same builds by us and by the peer: the images must be the same but for their times.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::support::{Daemon, Stack, daemon, peer, skip};

/// Builds that every engine's BuildKit can do: a service, its `build`, its Dockerfile (`IMAGE` is the base).
const CASES: &[(&str, &str, &str)] = &[
    ("copy", "{context: CTX}", "FROM IMAGE\nCOPY . /ctx/\n"),
    (
        "args",
        "{context: CTX, args: {A: 'x y', B: '1'}}",
        "FROM IMAGE\nARG A\nARG B=2\nENV V=$A-$B\nRUN echo $A >/a\n",
    ),
    ("target", "{context: CTX, target: one}", "FROM IMAGE AS one\nENV S=1\nFROM one AS two\nRUN false\n"),
    ("labels", "{context: CTX, labels: {a: 'b c', e: ''}}", "FROM IMAGE\nLABEL a=z q=w\n"),
    ("stages", "{context: CTX}", "FROM IMAGE AS b\nRUN echo b >/b\nFROM IMAGE\nCOPY --from=b /b /c\n"),
    ("scratch", "{context: CTX}", "FROM scratch\nCOPY src/one /one\n"),
    (
        "config",
        "{context: CTX}",
        "FROM IMAGE\nWORKDIR /w\nUSER nobody\nEXPOSE 80/tcp 53/udp\nVOLUME /v\nSTOPSIGNAL SIGINT\nENTRYPOINT [\"a\"]\nCMD [\"b\"]\nHEALTHCHECK --interval=3s CMD x\nONBUILD RUN y\nSHELL [\"/bin/sh\", \"-ec\"]\n",
    ),
    ("owned", "{context: CTX}", "FROM IMAGE\nCOPY --chown=65534:1 src /ctx/\n"),
    ("wild", "{context: CTX}", "FROM IMAGE\nCOPY s*/on* /ctx/\n"),
    ("linked", "{context: CTX}", "FROM IMAGE\nCOPY link/one /ctx/one\nCOPY link /ctx/link/\n"),
    ("added", "{context: CTX}", "FROM IMAGE\nADD packed.tar /ctx/\n"),
    ("odd", "{context: CTX}", "FROM IMAGE\nCOPY [\"odd näme\", \"/ctx/odd/\"]\nCOPY modes /ctx/modes/\n"),
    (
        "secret",
        "{context: CTX, secrets: [shh, {source: env, target: other}]}",
        "FROM IMAGE\nRUN --mount=type=secret,id=shh cat /run/secrets/shh >/s\nRUN --mount=type=secret,id=other,mode=0444,uid=7 cat /run/secrets/other >>/s; stat -c '%a %u' /run/secrets/other >>/s\n",
    ),
    ("offline", "{context: CTX, network: none}", "FROM IMAGE\nRUN ls /sys/class/net >/n\n"),
    (
        "hosts",
        "{context: CTX, extra_hosts: ['db:10.1.2.3', 'six:::1']}",
        "FROM IMAGE\nRUN grep -E 'db|six' /etc/hosts | sort >/h\n",
    ),
    (
        "shm",
        "{context: CTX, shm_size: 3m}",
        "FROM IMAGE\nRUN df -k /dev/shm | tail -1 | awk '{print $2}' >/d\n",
    ),
    (
        "limits",
        "{context: CTX, ulimits: {nofile: {soft: 77, hard: 88}}}",
        "FROM IMAGE\nRUN ulimit -Sn >/u; ulimit -Hn >>/u\n",
    ),
    (
        "platform",
        "{context: CTX, platforms: [linux/amd64]}",
        "FROM IMAGE\nARG TARGETPLATFORM\nRUN echo $TARGETPLATFORM >/p\n",
    ),
    ("tagged", "{context: CTX, tags: ['PROJECT-more:1', 'PROJECT-more:2']}", "FROM IMAGE\nENV T=1\n"),
    (
        "inline_cache",
        "{context: CTX, cache_to: ['type=inline'], cache_from: ['PROJECT-none:1']}",
        "FROM IMAGE\nENV C=1\n",
    ),
    (
        "mounted",
        "{context: CTX}",
        "FROM IMAGE\nRUN --mount=type=bind,source=src,target=/m cp /m/one /one\nRUN --mount=type=tmpfs,target=/t touch /t/x\n",
    ),
    ("unproven", "{context: CTX, provenance: false, sbom: false}", "FROM IMAGE\nENV P=1\n"),
];

/// What the BuildKit of Docker Engine 20.10 cannot do yet.
const NEWER: &[(&str, &str, &str)] = &[
    ("folder", "{context: CTX, additional_contexts: {more: MORE}}", "FROM IMAGE\nCOPY --from=more . /ctx/\n"),
    ("image", "{context: CTX, additional_contexts: {base: 'docker-image://IMAGE'}}", "FROM base\nENV I=1\n"),
    (
        "library",
        "{context: CTX, additional_contexts: {base: 'service:copy'}}",
        "FROM base\nRUN echo lib >/lib\n",
    ),
    (
        "here",
        "{context: CTX}",
        "FROM IMAGE\nRUN <<END\necho one >/one\necho two >/two\nEND\nCOPY <<END /ctx/here\ntext\nEND\n",
    ),
    ("linking", "{context: CTX}", "FROM IMAGE\nCOPY --link --chmod=600 src /ctx/\n"),
];

fn files(stack: &Stack, daemon: &Daemon) -> Vec<&'static str> {
    let newer = if daemon.version >= (1, 42) { NEWER } else { &[] };
    let cases: Vec<_> = CASES.iter().chain(newer).collect();
    let mut compose = String::from("services:\n");
    for (service, build, dockerfile) in &cases {
        let build = build
            .replace("CTX", &format!("ctx, dockerfile: ../{service}.Dockerfile"))
            .replace("MORE", "./more")
            .replace("PROJECT", stack.project())
            .replace("IMAGE", Stack::IMAGE);
        compose.extend(["  ", service, ":\n    build: ", &build, "\n"]);
        stack.write(&format!("{service}.Dockerfile"), &dockerfile.replace("IMAGE", Stack::IMAGE));
    }
    let rest = format!(
        "  inline:\n    build:\n      context: ctx\n      dockerfile_inline: |\n        FROM {0}\n        COPY src /ctx/\n  ignoring:\n    build: ignoring\n  lower:\n    build: lower\n  beside:\n    build: {{context: beside, dockerfile: sub/My.dockerfile}}\nsecrets: {{shh: {{file: secret.txt}}, env: {{environment: SHH}}}}\n",
        Stack::IMAGE
    );
    stack.write("compose.yaml", &(compose + &rest));
    stack.write(".env", "SHH=from the environment\n");
    stack.write("secret.txt", "a secret\n");
    content(stack);
    cases.iter().map(|(service, ..)| *service).chain(["inline", "ignoring", "lower", "beside"]).collect()
}

fn content(stack: &Stack) {
    for (path, text) in [
        ("ctx/src/one", "1\n"),
        ("ctx/src/other", "2\n"),
        ("ctx/src/deep/er/file", "3\n"),
        ("ctx/odd näme/ä b", "4\n"),
        ("ctx/modes/run", "#!/bin/sh\n"),
        ("ctx/.hidden/x", ""),
        ("more/m", "more\n"),
        ("ignoring/keep/a", "a"),
        ("ignoring/keep/b.log", "b"),
        ("ignoring/deep/x/y", "y"),
        ("ignoring/.dockerignore", "# a comment\n**/*.log\ndeep\n!deep/x/y\n.dockerignore\n"),
        ("lower/a", "a"),
        ("beside/sub/a", "a"),
        ("beside/b", "b"),
        ("beside/.dockerignore", "a-is-not-read\n*\n"),
        ("beside/sub/My.dockerfile.dockerignore", "b\n"),
    ] {
        stack.write(path, text);
    }
    let from = format!("FROM {}\nCOPY . /ctx/\n", Stack::IMAGE);
    for path in ["ignoring/Dockerfile", "lower/dockerfile", "beside/sub/My.dockerfile"] {
        stack.write(path, &from);
    }
    let folder = stack.folder().join("ctx");
    symlink("src", folder.join("link")).expect("a link can be made");
    symlink("../../../etc/passwd", folder.join("src/outside")).expect("a link can be made");
    std::fs::hard_link(folder.join("src/one"), folder.join("src/same")).expect("a link can be made");
    std::fs::hard_link(folder.join("src/one"), folder.join(".hidden/same")).expect("a link can be made");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o751);
    std::fs::set_permissions(folder.join("modes/run"), mode).expect("a mode can be set");
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(2);
    header.set_mode(0o640);
    tar.append_data(&mut header, "in/file", &b"t\n"[..]).expect("a tar can be written");
    let packed = tar.into_inner().expect("a tar can be written");
    std::fs::write(folder.join("packed.tar"), packed).expect("a file can be written");
}

/// Everything about an image that must not depend on who built it.
pub(crate) fn image(daemon: &Daemon, name: &str) -> Value {
    let image = daemon.api.get(&format!("/images/{name}/json"));
    let history = daemon.api.get(&format!("/images/{name}/history"));
    let history: Vec<_> = history
        .as_array()
        .expect("a history")
        .iter()
        .map(|step| json!([step["CreatedBy"], step["Comment"], step["Size"]]))
        .collect();
    let mut config = image["Config"].clone();
    for key in ["Image", "Hostname"] {
        config.as_object_mut().expect("a config").remove(key);
    }
    json!({
        "config": config,
        "history": history,
        "platform": [image["Os"], image["Architecture"], image["Author"]],
        "layers": image["RootFS"]["Layers"].as_array().map(Vec::len),
    })
}

/// The files of an image: what each is, and when those of the context were changed.
pub(crate) fn tree(daemon: &Daemon, name: &str) -> BTreeMap<String, String> {
    let made = daemon.api.post("/containers/create", &json!({ "Image": name, "Cmd": ["x"] }));
    let id = made.json()["Id"].as_str().expect("a container").to_owned();
    let export =
        daemon.api.request("GET", &format!("/containers/{id}/export"), ("", b"")).expect("an export");
    daemon.api.delete(&format!("/containers/{id}?force=1"));
    let mut tree = BTreeMap::new();
    let mut archive = tar::Archive::new(export.body.as_slice());
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let header = entry.header();
        let about = (header.mode().ok(), header.uid().ok(), header.gid().ok(), header.entry_type());
        let sent = path.starts_with("ctx/") && about.3.is_file();
        let time = sent.then(|| header.mtime().ok());
        let link = entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned());
        let mut text = Vec::new();
        entry.read_to_end(&mut text).expect("content");
        let text = if text.len() > 200 { format!("{} bytes", text.len()) } else { format!("{text:?}") };
        tree.insert(path, format!("{about:?} {time:?} {link:?} {text}"));
    }
    tree
}

#[test]
fn images_are_those_that_the_peer_builds() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::new(daemon, "alike");
    if !stack.with_plugin("docker-buildx") {
        return skip("the peer's plugin for builds is not here");
    }
    let services = files(&stack, daemon);
    assert!(services.len() >= 20);
    let name = |service: &str| format!("{}-{service}:latest", stack.project());
    let look = || -> Vec<_> {
        services.iter().map(|service| (image(daemon, &name(service)), tree(daemon, &name(service)))).collect()
    };
    stack.peer(&peer, ["build", "--no-cache"]).success();
    let theirs = look();
    for service in &services {
        daemon.api.delete(&format!("/images/{}?force=1", name(service)));
    }
    stack.run(["build", "--no-cache"]).success();
    let ours = look();
    let differing: Vec<_> = services
        .iter()
        .zip(theirs.iter().zip(&ours))
        .filter(|(_, (theirs, ours))| theirs != ours)
        .map(|(service, (theirs, ours))| {
            let files: Vec<_> = theirs
                .1
                .iter()
                .filter(|(path, about)| ours.1.get(*path) != Some(about))
                .map(|(path, about)| format!("{path}: {about} / {:?}", ours.1.get(path)))
                .chain(
                    ours.1
                        .keys()
                        .filter(|path| !theirs.1.contains_key(*path))
                        .map(|path| format!("{path}: ours alone")),
                )
                .collect();
            format!("{service}:\n  {}\n  {}\n  {files:#?}", theirs.0, ours.0)
        })
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    let more = daemon.api.get(&format!("/images/{}-more:2/json", stack.project()));
    assert_eq!(more["Id"], daemon.api.get(&format!("/images/{}/json", name("tagged")))["Id"]);
}

/// A build with everything that a build can say.
const BAKED: &str = "services:
  all.dot:
    image: reg:5000/x/y:1
    build:
      context: ./sub
      dockerfile: docker/My.dockerfile
      args: {B: '2', A: '1 $$x', EMPTY: }
      ssh: {k: /tmp/key}
      labels: {l2: v, a1: 'q\"<&>'}
      cache_from: [img:1, 'type=registry,ref=r/x']
      cache_to: ['type=inline', 'type=local,dest=/x']
      no_cache: true
      additional_contexts: {d: ./d, i: 'docker-image://alpine', s: 'service:base', u: 'https://github.com/a/b.git'}
      network: none
      pull: true
      target: tgt
      shm_size: 1gb
      extra_hosts: ['a:1.2.3.4', 'b=::1', 'a=5.6.7.8']
      secrets: [s1, {source: s2, target: t2, uid: '1', mode: 0400}]
      tags: ['t:1', 'reg:5000/x/y:1', 'q']
      ulimits: {nofile: {soft: 1, hard: 2}}
      platforms: [linux/amd64, linux/arm64]
      privileged: true
      entitlements: [network.host]
      provenance: mode=max
      sbom: true
      isolation: default
  base:
    platform: linux/amd64
    build: {dockerfile_inline: FROM scratch, no_cache_filter: [a, b], provenance: false, ulimits: {core: 0}}
  git:
    build: {context: 'https://github.com/a/b.git#main:sub', dockerfile: x/D}
  abs:
    build: {context: ., dockerfile: /abs/Dockerfile, shm_size: 5}
  named:
    image: foo
    build: .
    depends_on: [base]
  multi: {platform: linux/amd64, build: {context: ., platforms: [linux/arm64, linux/amd64]}}
  ready: {image: none}
secrets: {s1: {file: ./s1}, s2: {environment: HOME}}
";

#[test]
fn the_bake_file_is_the_one_that_the_peer_prints() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::new(daemon, "bake");
    if !stack.with_plugin("docker-buildx") {
        return skip("the peer's plugin for builds is not here");
    }
    stack.write("compose.yaml", BAKED);
    for words in [
        vec!["all.dot"],
        vec!["base"],
        vec!["git"],
        vec!["abs", "--no-cache", "--pull", "--ssh", "default", "--build-arg", "X=1"],
        vec!["named", "--push"],
        vec!["ready"],
        vec!["multi"],
    ] {
        let print = |command: crate::support::Command| {
            command.args(["build", "--print"]).args(&words).run().success()
        };
        let ours = print(stack.command([]));
        let theirs = print(stack.peer_command(&peer));
        let words = format!("{words:?}");
        if ours.out.matches("\"context\"").count() == 1 {
            assert_eq!(ours.out, theirs.out, "{words}");
        }
        // The peer's targets come in another order each time.
        let sorted = |text: &str| {
            let mut file: Value = serde_json::from_str(text).unwrap_or_default();
            if let Some(Value::Array(list)) = file.pointer_mut("/group/default/targets") {
                list.sort_by_key(Value::to_string);
            }
            file
        };
        assert_eq!(sorted(&ours.out), sorted(&theirs.out), "{words}");
    }
}

const FLAGGED: &str = r#"
services:
  base: {build: {context: ., dockerfile_inline: "FROM IMAGE\nRUN echo base > /b\n"}}
  app: {build: {context: ., dockerfile_inline: "FROM IMAGE\nRUN echo app > /a\n"}, depends_on: [base]}
  bad: {profiles: [bad], build: {context: ., dockerfile_inline: "FROM IMAGE\nRUN cat /nope\n"}}
"#;

#[test]
fn each_flag_of_build_ends_as_with_the_peer() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::of(daemon, "buildflags", FLAGGED);
    if !stack.with_plugin("docker-buildx") {
        return skip("the peer's plugin for builds is not here");
    }
    let project = stack.project();
    for words in [
        vec!["-q", "app"],
        vec!["-q", "--with-dependencies", "app"],
        vec!["-q", "bad"],
        vec!["-q", "--memory", "64m", "app"],
        vec!["-q", "--push", "base"],
        vec!["-q", "--no-cache", "app"],
        vec!["-q", "--ssh", "x=/nope", "app"],
        vec!["-q", "--provenance=true", "app"],
        vec!["-q", "--sbom=true", "app"],
        vec!["-q", "--builder", "nope", "app"],
        vec!["nope"],
    ] {
        let made = |command: crate::support::Command| {
            for name in ["app", "base", "bad"] {
                daemon.api.delete(&format!("/images/{project}-{name}:latest"));
            }
            let done = command.args(["build"]).args(&words).run();
            let images = images(daemon);
            let there = |name: &&str| images.contains(&format!("{project}-{name}:latest"));
            (
                done.exit,
                done.out,
                ["app", "base", "bad"].into_iter().filter(|name| there(name)).collect::<Vec<_>>(),
            )
        };
        let ours = made(stack.command([]));
        let theirs = made(stack.peer_command(&peer));
        assert_eq!(ours, theirs, "{words:?}");
    }
}

fn images(daemon: &Daemon) -> Vec<String> {
    // With containerd's store, a list fails that comes upon an image on its way out.
    let list = || daemon.api.request("GET", "/images/json", ("", b"")).expect("an answer");
    let answer = (0..20).map(|_| list()).find(|answer| answer.status == 200);
    let listed = answer.expect("a list of images").json();
    let tags = listed.as_array().into_iter().flatten().filter_map(|image| image["RepoTags"].as_array());
    tags.flatten().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
}
