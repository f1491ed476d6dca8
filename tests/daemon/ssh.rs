//! A daemon by way of `ssh`, through a server of this test alone.

use std::fmt::Write as _;
use std::fs::{Permissions, create_dir_all, read_to_string, set_permissions, write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Daemon, Stack, daemon, skip};

/// A server that lets `root` in by a key; its configuration is the usual one but for places.
struct Server {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Server {
    fn start(daemon: &Daemon) -> Option<Self> {
        let sshd = "/usr/sbin/sshd";
        let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !rustix::process::geteuid().is_root() || !there(sshd) || !there("ssh") || !there("docker") {
            skip("a daemon behind ssh wants root, `sshd`, `ssh` and `docker`");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("rct-ssh-").tempdir().expect("a folder can be made");
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["host", "user"] {
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &at(name)]).status();
            assert!(made.is_ok_and(|status| status.success()), "a key can be made");
        }
        // Without it the server does not start.
        create_dir_all("/run/sshd").expect("a folder can be made");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut config = format!("Port {port}\nListenAddress 127.0.0.1\nHostKey {}\n", at("host"));
        write!(config, "AuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n", at("user.pub"))
            .expect("it is text");
        write!(config, "SetEnv DOCKER_HOST={}\nPidFile none\n", daemon.host).expect("it is text");
        write(folder.path().join("sshd_config"), config).expect("a file can be written");
        // `ssh` looks into the home of the account and not into `HOME`.
        let known = format!("UserKnownHostsFile {}\nStrictHostKeyChecking accept-new\n", at("known"));
        let client = format!("Host *\nIdentityFile {}\nIdentitiesOnly yes\n{known}", at("user"));
        write(folder.path().join("ssh_config"), client).expect("a file can be written");
        create_dir_all(folder.path().join("bin")).expect("a folder can be made");
        let script = format!("#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n", at("ssh_config"));
        write(folder.path().join("bin/ssh"), script).expect("a file can be written");
        set_permissions(folder.path().join("bin/ssh"), Permissions::from_mode(0o755)).expect("it is ours");
        let process = Command::new(sshd)
            .args(["-D", "-f", &at("sshd_config"), "-E", &at("log")])
            .stdin(Stdio::null())
            .spawn()
            .expect("sshd can be started");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "sshd does not listen");
            sleep(Duration::from_millis(20));
        }
        Some(Self { process, folder, port })
    }

    fn command<const N: usize>(&self, stack: &Stack, words: [&str; N]) -> crate::support::Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.folder.path().join("bin").display());
        stack.command(words).host(&format!("ssh://root@127.0.0.1:{}", self.port)).env("PATH", path)
    }

    /// How many logins there were so far.
    fn logins(&self) -> usize {
        let log = read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().filter(|line| line.starts_with("Accepted publickey for")).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn thirty() -> String {
    (0..30).fold("services:\n".to_owned(), |mut text, n| {
        writeln!(text, "  s{n}: {{image: IMAGE, command: sleep 600, stop_signal: KILL}}")
            .expect("it is text");
        text
    })
}

#[test]
fn thirty_services_come_up_and_go_by_one_login_a_command() {
    let Some(daemon) = daemon() else { return };
    let Some(server) = Server::start(daemon) else { return };
    let stack = Stack::of(daemon, "ssh", &thirty());
    server.command(&stack, ["up", "-d"]).run().success();
    assert_eq!(server.logins(), 1);
    let listed = server.command(&stack, ["ps", "-q"]).run().success();
    assert_eq!(listed.out.lines().count(), 30);
    assert_eq!(server.logins(), 2);
    server.command(&stack, ["down"]).run().success();
    // A session that the server gives back late may cost a second one.
    assert!(server.logins() <= 4, "{}", server.logins());
    assert_eq!(stack.containers().len(), 0);
}

#[test]
fn a_machine_that_lets_nobody_in_and_one_that_has_no_engine_are_told_by_what_ssh_says() {
    let Some(daemon) = daemon() else { return };
    let Some(server) = Server::start(daemon) else { return };
    let stack = Stack::of(daemon, "ssh-wrong", "services:\n  a: {image: IMAGE}\n");
    let nobody = format!("ssh://nosuchuser@127.0.0.1:{}", server.port);
    let refused = server.command(&stack, ["ps"]).host(&nobody).run().code(1);
    assert!(refused.err.contains("Permission denied"), "{}", refused.err);
    assert!(refused.err.contains("ssh nosuchuser@127.0.0.1 docker version"), "{}", refused.err);
    let elsewhere = format!("ssh://root@127.0.0.1:{}/nowhere.sock", server.port);
    let missing = server.command(&stack, ["ps"]).host(&elsewhere).run().code(1);
    assert!(missing.err.contains("/nowhere.sock"), "{}", missing.err);
}
