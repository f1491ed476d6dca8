//! Builds whose context lies elsewhere: in a repository, or in an archive on the net. The engine fetches both.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{sleep, spawn};
use std::time::Duration;

use crate::built_alike::{image, tree};
use crate::support::{Stack, daemon, peer, skip};

/// `git daemon` with one repository, `repo.git`, whose branch is `main`.
struct Repositories {
    child: Child,
    port: u16,
}

impl Drop for Repositories {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn git(folder: &Path, words: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(words);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where nobody listens.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Serves the repository of a stack; none if the machine has no git that can.
fn repositories(stack: &Stack) -> Option<Repositories> {
    let work = stack.folder().join("work");
    for (path, text) in [
        ("work/Dockerfile", "FROM IMAGE\nCOPY hello /hello\nLABEL from=top\n"),
        ("work/hello", "hello\n"),
        ("work/Other", "FROM IMAGE\nLABEL from=other\n"),
        ("work/sub/Dockerfile", "FROM IMAGE\nCOPY there /there\nLABEL from=sub\n"),
        ("work/sub/there", "there\n"),
    ] {
        stack.write(path, &text.replace("IMAGE", Stack::IMAGE));
    }
    let made = git(&work, &["init", "-q"])
        && git(&work, &["checkout", "-q", "-b", "main"])
        && git(&work, &["add", "-A"])
        && git(&work, &["commit", "-q", "-m", "one"])
        && git(&work, &["clone", "-q", "--bare", ".", "../repo.git"]);
    if !made {
        return None;
    }
    let port = free_port();
    let mut command = Command::new("git");
    command.args(["daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1"]);
    command.arg(format!("--port={port}")).arg(format!("--base-path={}", stack.folder().display()));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let mut served = Repositories { child, port };
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(served);
        }
        if served.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return None;
        }
        sleep(Duration::from_millis(50));
    }
    None
}

/// Gives the file to everybody who asks for `/context.tar`.
fn serve(archive: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            let first = lines.next().and_then(Result::ok).unwrap_or_default();
            let _ = lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).count();
            let body: &[u8] = if first.contains(" /context.tar ") { &archive } else { b"" };
            let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nContent-Type: application/x-tar\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    port
}

fn archive(stack: &Stack) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all(".", stack.folder().join("work/sub")).expect("a tar can be written");
    tar.into_inner().expect("a tar can be written")
}

#[test]
fn contexts_in_repositories_and_archives_become_the_images_that_the_peer_makes() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "remote");
    let Some(git) = repositories(&stack) else { return skip("there is no `git daemon` here") };
    let (repository, web) = (format!("git://127.0.0.1:{}/repo.git", git.port), serve(archive(&stack)));
    let compose = format!(
        "services:
  top: {{build: '{repository}#main'}}
  other: {{build: {{context: '{repository}#main', dockerfile: Other}}}}
  tar: {{build: 'http://127.0.0.1:{web}/context.tar'}}
  sub: {{build: '{repository}#main:sub'}}
  named:
    build:
      context: work
      dockerfile_inline: \"FROM IMAGE\\nCOPY --from=git there /x\\nLABEL from=named\\n\"
      additional_contexts: {{git: '{repository}#main:sub'}}
"
    );
    stack.write("compose.yaml", &compose.replace("IMAGE", Stack::IMAGE));
    let name = |service: &str| format!("{}-{service}:latest", stack.project());
    let forget = |service: &str| daemon.api.delete(&format!("/images/{}?force=1", name(service)));
    // BuildKit of 20.10 takes neither parts of repositories nor contexts with names.
    let newer = daemon.version >= (1, 42);
    let services: &[&str] =
        if newer { &["top", "other", "tar", "sub", "named"] } else { &["top", "other", "tar"] };
    let theirs = peer().filter(|_| stack.with_plugin("docker-buildx"));
    for service in services {
        stack.run(["build", "--no-cache", service]).success();
        let ours = (image(daemon, &name(service)), tree(daemon, &name(service)));
        forget(service);
        let from = if *service == "tar" { "sub" } else { service };
        assert_eq!(ours.0["config"]["Labels"]["from"], from, "{service}");
        if let Some(peer) = &theirs {
            stack.peer(peer, ["build", "--no-cache", service]).success();
            assert_eq!(ours, (image(daemon, &name(service)), tree(daemon, &name(service))), "{service}");
            forget(service);
        }
    }
    // The old builder, which every engine has, wherever the files lie.
    for service in ["top", "other", "tar", "sub"] {
        stack.command(["build", service]).env("DOCKER_BUILDKIT", "0").run().success();
        let from = if service == "tar" { "sub" } else { service };
        assert_eq!(image(daemon, &name(service))["config"]["Labels"]["from"], from, "{service}, old builder");
        forget(service);
    }
}

#[test]
fn what_cannot_be_fetched_points_at_the_build_and_says_where_to_look() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "unfetched");
    let Some(git) = repositories(&stack) else { return skip("there is no `git daemon` here") };
    let (host, web) = (format!("git://127.0.0.1:{}", git.port), serve(Vec::new()));
    stack.write(
        "compose.yaml",
        &format!(
            "services:
  branch: {{build: '{host}/repo.git#nosuch'}}
  repository: {{build: '{host}/nosuch.git'}}
  archive: {{build: 'http://127.0.0.1:{web}/nosuch.tar'}}
  folder: {{build: '{host}/repo.git#main:nosuch'}}
  keys: {{build: 'git@127.0.0.1:a/b.git'}}
"
        ),
    );
    for (line, service, help) in [
        (2, "branch", "which branch, tag or commit"),
        (3, "repository", "the engine itself fetches"),
        (4, "archive", "the engine itself fetches"),
        (
            5,
            "folder",
            if daemon.version >= (1, 42) { "is a folder of the repository" } else { "whole repositories" },
        ),
        (6, "keys", "ssh-agent"),
    ] {
        let told = stack.run(["build", "--quiet", service]).code(1);
        told.complains(["[build-failed]", &format!("compose.yaml:{line}:"), "built here", help]);
    }
}
