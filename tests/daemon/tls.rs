//! A daemon on TCP that speaks TLS and wants to know who asks, by certificates that `openssl` makes.

use std::fs::{File, create_dir_all, write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{Outcome, Stack, daemon, skip};

/// An engine of this test alone.
struct Engine {
    process: Child,
    folder: TempDir,
    port: u16,
}

fn openssl(folder: &Path, words: &[&str]) {
    let done = Command::new("openssl").args(words).current_dir(folder).output().expect("openssl runs");
    assert!(done.status.success(), "openssl {words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A certificate `NAME.pem` with its key, for `usage`, signed by the authority `ca`.
fn certificate(folder: &Path, name: &str, usage: &str) {
    write(
        folder.join("extensions"),
        format!("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage={usage}\n"),
    )
    .expect("a file can be written");
    let (key, request, signed) = (format!("{name}-key.pem"), format!("{name}.csr"), format!("{name}.pem"));
    openssl(folder, &["genrsa", "-out", &key, "2048"]);
    openssl(folder, &["req", "-new", "-subj", "/CN=rcompose", "-key", &key, "-out", &request]);
    let sign =
        ["x509", "-req", "-days", "2", "-sha256", "-in", &request, "-CA", "ca.pem", "-CAkey", "ca-key.pem"];
    openssl(folder, &[&sign[..], &["-CAcreateserial", "-extfile", "extensions", "-out", &signed]].concat());
}

fn authority(folder: &Path) {
    openssl(folder, &["genrsa", "-out", "ca-key.pem", "2048"]);
    openssl(
        folder,
        &["req", "-new", "-x509", "-days", "2", "-subj", "/CN=us", "-key", "ca-key.pem", "-out", "ca.pem"],
    );
}

impl Engine {
    /// Starts one; `None`, with a printed reason, where that is not possible.
    fn start() -> Option<Self> {
        daemon()?;
        let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !rustix::process::geteuid().is_root() || !there("dockerd") || !there("openssl") {
            skip("a daemon with TLS wants root, `dockerd` and `openssl`");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("rct-tls-").tempdir().expect("a folder can be made");
        let at = |name: &str| folder.path().join(name).display().to_string();
        create_dir_all(folder.path().join("certs")).expect("a folder can be made");
        let certs = folder.path().join("certs");
        authority(&certs);
        certificate(&certs, "server", "serverAuth");
        certificate(&certs, "client", "clientAuth");
        std::fs::rename(certs.join("client.pem"), certs.join("cert.pem")).expect("it was made");
        std::fs::rename(certs.join("client-key.pem"), certs.join("key.pem")).expect("it was made");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        write(folder.path().join("daemon.json"), "{}").expect("a file can be written");
        let log = File::create(folder.path().join("log")).expect("a file can be made");
        let process = Command::new("dockerd")
            .args(["--host", &format!("tcp://127.0.0.1:{port}"), "--tlsverify"])
            .args(["--tlscacert", &at("certs/ca.pem"), "--tlscert", &at("certs/server.pem")])
            .args(["--tlskey", &at("certs/server-key.pem"), "--config-file", &at("daemon.json")])
            .args(["--data-root", &at("data"), "--exec-root", &at("exec"), "--pidfile", &at("pid")])
            .args(["--bridge=none", "--iptables=false", "--ip6tables=false", "--storage-driver=vfs"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log)
            .spawn()
            .expect("dockerd can be started");
        let mut engine = Self { process, folder, port };
        let begun = Instant::now();
        while !engine.log().contains("API listen on 127.0.0.1") {
            let ended = engine.process.try_wait().expect("dockerd can be asked").is_some();
            if ended || begun.elapsed() > Duration::from_secs(90) {
                skip(&format!("no daemon with TLS can be started here: {}", engine.log()));
                return None;
            }
            sleep(Duration::from_millis(50));
        }
        Some(engine)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn certificates(&self) -> PathBuf {
        self.folder.path().join("certs")
    }

    fn host(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    fn ask<const N: usize>(&self, stack: &Stack, words: [&str; N], variables: &[(&str, &Path)]) -> Outcome {
        let command = stack.command(words).host(&self.host());
        variables.iter().fold(command, |command, (name, value)| command.env(name, value)).run()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Its containerd ends with it, which a kill would leave behind.
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
        let _ = kill_process(pid, Signal::TERM);
        let _ = self.process.wait();
    }
}

#[test]
fn a_daemon_with_tls_is_reached_by_variables_flags_and_contexts() {
    let (Some(daemon), Some(engine)) = (daemon(), Engine::start()) else { return };
    let stack = Stack::of(daemon, "tls", "services:\n  a: {image: IMAGE}\nvolumes: {}\n");
    let certs = engine.certificates();
    let on = Path::new("1");
    let verified = [("DOCKER_TLS_VERIFY", on), ("DOCKER_CERT_PATH", certs.as_path())];
    engine.ask(&stack, ["ps"], &verified).success();

    let at = |name: &str| certs.join(name).display().to_string();
    let flags = [format!("--tlscacert={}", at("ca.pem")), format!("--tlscert={}", at("cert.pem"))];
    let key = format!("--tlskey={}", at("key.pem"));
    engine.ask(&stack, ["--tlsverify", &flags[0], &flags[1], &key, "ps"], &[]).success();

    // The certificate is made out to `localhost` too, but not to this name.
    let elsewhere = format!("tcp://127.0.0.2:{}", engine.port);
    let command = stack.command(["-H", &elsewhere, "ps"]).env("DOCKER_TLS_VERIFY", "1");
    let refused = command.env("DOCKER_CERT_PATH", &certs).run().code(1);
    assert!(refused.err.contains("cannot reach the container engine"), "{}", refused.err);

    context(&stack, &engine);
    let by_context = stack.command(["--context", "far", "ps"]).run();
    by_context.success();
}

/// Writes the context `far` as `docker context create` does.
fn context(stack: &Stack, engine: &Engine) {
    // The SHA-256 of `far`.
    let id = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";
    let folder = stack.folder().with_file_name("home").join(".docker/contexts");
    let (meta, tls) = (folder.join("meta").join(id), folder.join("tls").join(id).join("docker"));
    create_dir_all(&meta).expect("a folder can be made");
    create_dir_all(&tls).expect("a folder can be made");
    let endpoint = format!(r#"{{"Host":"{}","SkipTLSVerify":false}}"#, engine.host());
    let text = format!(r#"{{"Name":"far","Metadata":{{}},"Endpoints":{{"docker":{endpoint}}}}}"#);
    write(meta.join("meta.json"), text).expect("a file can be written");
    for name in ["ca.pem", "cert.pem", "key.pem"] {
        std::fs::copy(engine.certificates().join(name), tls.join(name)).expect("a file can be copied");
    }
}

#[test]
fn what_does_not_fit_is_told_with_the_next_step() {
    let (Some(daemon), Some(engine)) = (daemon(), Engine::start()) else { return };
    let stack = Stack::of(daemon, "tls-wrong", "services:\n  a: {image: IMAGE}\n");
    let on = Path::new("1");
    let told = |variables: &[(&str, &Path)], words: &[&str]| {
        let text = engine.ask(&stack, ["ps"], variables).code(1).err;
        for word in words {
            assert!(text.contains(word), "`{word}` is missing: {text}");
        }
    };
    // In the clear to one that speaks TLS.
    told(&[], &["DOCKER_TLS_VERIFY"]);
    let empty = tempfile::tempdir().expect("a folder can be made");
    told(
        &[("DOCKER_TLS_VERIFY", on), ("DOCKER_CERT_PATH", empty.path())],
        &["ca.pem", "No such file", "DOCKER_CERT_PATH"],
    );
    // The daemon wants a certificate from us.
    std::fs::copy(engine.certificates().join("ca.pem"), empty.path().join("ca.pem")).expect("it is there");
    told(&[("DOCKER_TLS_VERIFY", on), ("DOCKER_CERT_PATH", empty.path())], &["certificate", "cert.pem"]);
    // Another authority.
    let other = tempfile::tempdir().expect("a folder can be made");
    authority(other.path());
    for name in ["cert.pem", "key.pem"] {
        std::fs::copy(engine.certificates().join(name), other.path().join(name)).expect("it is there");
    }
    told(&[("DOCKER_TLS_VERIFY", on), ("DOCKER_CERT_PATH", other.path())], &["invalid peer certificate"]);
    // Unchecked, it is talked to all the same.
    engine.ask(&stack, ["ps"], &[("DOCKER_TLS", on), ("DOCKER_CERT_PATH", other.path())]).success();
}
