//! A Podman of a test's own, which serves Docker's API.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Resource, geteuid, getrlimit};
use tempfile::TempDir;

use super::{Api, Daemon, daemon, image, skip};

/// How long it may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service in a folder of its own; it ends, and its folder goes, when this is dropped.
#[derive(Debug)]
pub(crate) struct Podman {
    service: Child,
    folder: TempDir,
    /// The API that it serves.
    pub(crate) daemon: &'static Daemon,
}

impl Podman {
    /// Starts one; without it the test is skipped with a printed reason.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program("podman") else {
            skip("there is no `podman` (Debian's package podman, with netavark and runc)");
            return None;
        };
        if !geteuid().is_root() {
            skip("a Podman with networks of its own needs root");
            return None;
        }
        // Podman takes no path of more than 50 characters for what it keeps while it runs.
        let folder = tempfile::Builder::new().prefix("podman-").tempdir().expect("a folder can be made");
        let socket = folder.path().join("podman.sock");
        let mut service = begin(&program, folder.path(), &socket);
        match answering(&socket, &mut service) {
            Ok(daemon) => Some(Self { service, folder, daemon: Box::leak(Box::new(daemon)) }),
            Err(reason) => {
                let _ = service.kill().and_then(|()| service.wait());
                let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                skip(&format!("podman does not serve here: {reason}\n{log}"));
                None
            }
        }
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        // Whether it was willing or not, nothing can be done about it here.
        let _ = self.service.kill().and_then(|()| self.service.wait());
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let below = mounts.lines().filter_map(|line| line.split(' ').nth(4));
        let mut below: Vec<&str> =
            below.filter(|path| Path::new(path).starts_with(self.folder.path())).collect();
        below.sort_unstable();
        for path in below.into_iter().rev() {
            let _ = Command::new("umount").args(["-l", path]).status();
        }
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The service asks for no more files and processes than it may have, and for programs that are here.
fn begin(podman: &Path, folder: &Path, socket: &Path) -> Child {
    let files = getrlimit(Resource::Nofile).maximum.unwrap_or(1024);
    let runtime = if program("runc").is_some() { "runc" } else { "crun" };
    let settings = format!(
        "[containers]\ndefault_ulimits = [\"nofile={files}:{files}\", \"nproc=16384:16384\"]\n\
         [engine]\nruntime = \"{runtime}\"\n\
         [network]\nnetwork_backend = \"netavark\"\nnetwork_config_dir = \"{}\"\n",
        folder.join("net").display()
    );
    let file = folder.join("containers.conf");
    fs::write(&file, settings).expect("a file can be written");
    let log = fs::File::create(folder.join("log")).expect("a file can be made");
    Command::new(podman)
        .args(["--cgroup-manager=cgroupfs", "--events-backend=file", "--storage-driver=vfs"])
        .arg("--root")
        .arg(folder.join("root"))
        .arg("--runroot")
        .arg(folder.join("run"))
        .args(["system", "service", "--time=0"])
        .arg(format!("unix://{}", socket.display()))
        .env("CONTAINERS_CONF", &file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .process_group(0)
        .spawn()
        .expect("podman starts")
}

fn answering(socket: &Path, service: &mut Child) -> Result<Daemon, String> {
    let api = Api::new(socket);
    let start = Instant::now();
    while !api.request("GET", "/_ping", ("", b"")).is_ok_and(|answer| answer.status == 200) {
        if let Ok(Some(status)) = service.try_wait() {
            return Err(format!("it ended: {status}"));
        }
        if start.elapsed() > PATIENCE {
            return Err("it does not answer".to_owned());
        }
        sleep(Duration::from_millis(50));
    }
    image::provide(&api)?;
    daemon::on(socket)
}
