//! A project of one test, in a folder of its own, which leaves nothing behind.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Api, Command, Daemon, Outcome};

/// A folder, a project name that nobody else has, and the promise to remove all that gets the name.
pub(crate) struct Stack {
    daemon: &'static Daemon,
    project: String,
    folder: TempDir,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Stack {
    /// The image that every daemon of the tests has: busybox, with all its applets.
    pub(crate) const IMAGE: &'static str = "rcompose-test-busybox:1";

    /// A stack whose project name tells which test it belongs to.
    pub(crate) fn new(daemon: &'static Daemon, name: &str) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let project = format!("t{}x{number}-{name}", std::process::id());
        let folder =
            tempfile::Builder::new().prefix("rcompose-test-").tempdir().expect("a folder can be made");
        std::fs::create_dir_all(folder.path().join("home")).expect("a folder can be made");
        std::fs::create_dir_all(folder.path().join("stack")).expect("a folder can be made");
        Self { daemon, project, folder }
    }

    /// A stack with a `compose.yaml`, in which `IMAGE` stands for [`Stack::IMAGE`].
    pub(crate) fn of(daemon: &'static Daemon, name: &str, compose: &str) -> Self {
        let stack = Self::new(daemon, name);
        stack.write("compose.yaml", &compose.replace("IMAGE", Self::IMAGE));
        stack
    }

    /// Writes a file into the stack's folder.
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        std::fs::write(path, content).expect("a file can be written");
    }

    /// Lends the plugin of Docker's command line to the peer, which builds by it; false if the machine has none.
    pub(crate) fn with_plugin(&self, name: &str) -> bool {
        let beside =
            std::env::var_os("RCOMPOSE_PEER").map(|peer| PathBuf::from(peer).with_file_name("cli-plugins"));
        let own = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker/cli-plugins"));
        let mut places = beside.into_iter().chain(own).map(|folder| folder.join(name));
        let Some(own) = places.find(|path| path.is_file()) else { return false };
        let folder = self.home().join(".docker/cli-plugins");
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        std::os::unix::fs::symlink(own, folder.join(name)).is_ok()
    }

    /// `rcompose` with these words, to be built up further.
    pub(crate) fn command<const N: usize>(&self, words: [&str; N]) -> Command {
        // Another binary, such as the peer, shows whether a test asks for what is usual.
        let program =
            std::env::var_os("RCOMPOSE_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_rcompose").into());
        Command::new(Path::new(&program), self).args(words)
    }

    /// Runs `rcompose` with these words.
    #[must_use = "say what the command had to do: `.success()`, `.code(1)`"]
    pub(crate) fn run<const N: usize>(&self, words: [&str; N]) -> Outcome {
        self.command(words).run()
    }

    /// Another program, to be built up further.
    pub(crate) fn other(&self, program: &Path) -> Command {
        Command::new(program, self)
    }

    /// Removes all that the stack has, before its end.
    pub(crate) fn clear(&self) {
        self.remove_all();
    }

    /// Runs the peer with these words.
    #[must_use = "say what the command had to do: `.success()`, `.code(1)`"]
    pub(crate) fn peer<const N: usize>(&self, program: &Path, words: [&str; N]) -> Outcome {
        Command::new(program, self).args(words).run()
    }

    /// The peer, to be built up further.
    pub(crate) fn peer_command(&self, program: &Path) -> Command {
        Command::new(program, self)
    }

    /// The containers of the project, running or not, as the daemon lists them, sorted by name.
    pub(crate) fn containers(&self) -> Vec<Value> {
        let mut all = self.list("/containers/json?all=1");
        // Engine 20.10 may go on listing what is gone, without a name.
        all.retain(|container| container["State"] != "removing" || container["Names"][0].is_string());
        all.sort_by_key(|container| container["Names"][0].to_string());
        all
    }

    /// What `inspect` tells of one container: `web` stands for `<project>-web-1`.
    pub(crate) fn inspect(&self, service: &str) -> Value {
        self.daemon.api.get(&format!("/containers/{}-{service}-1/json", self.project))
    }

    /// The networks of the project, sorted by name.
    pub(crate) fn networks(&self) -> Vec<Value> {
        let mut all = self.list("/networks?");
        all.sort_by_key(|network| network["Name"].to_string());
        all
    }

    /// The volumes of the project.
    pub(crate) fn volumes(&self) -> Vec<Value> {
        self.list("/volumes?")
    }

    /// The images that were built for the project, known by their names: the classic builder may give no labels.
    pub(crate) fn images(&self) -> Vec<Value> {
        let filters = json!({ "reference": [format!("{}-*", self.project)] });
        let answer = self.daemon.api.get(&format!("/images/json?filters={}", Api::filters(&filters)));
        answer.as_array().cloned().unwrap_or_default()
    }

    /// Runs a program in the container of a service; the exit code.
    pub(crate) fn exec(&self, service: &str, program: &[&str]) -> i64 {
        let api = &self.daemon.api;
        let body = json!({ "Cmd": program, "AttachStdout": true, "AttachStderr": true });
        let answer = api.post(&format!("/containers/{}-{service}-1/exec", self.project), &body);
        let id = answer.json()["Id"].as_str().expect("the container runs").to_owned();
        let done = api.post(&format!("/exec/{id}/start"), &json!({ "Detach": false, "Tty": false }));
        assert_eq!(done.status, 200, "{}", String::from_utf8_lossy(&done.body));
        api.get(&format!("/exec/{id}/json"))["ExitCode"].as_i64().expect("the program has ended")
    }

    /// The ids of all containers with the moments they were made and started: equal when nothing was touched.
    pub(crate) fn identities(&self) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let inspect = |container: &Value| {
            let it = self.daemon.api.get(&format!("/containers/{}/json", text(&container["Id"])));
            (text(&it["Id"]), text(&it["Created"]), text(&it["State"]["StartedAt"]))
        };
        self.containers().iter().map(inspect).collect()
    }

    /// A client of the stack's daemon.
    pub(crate) fn api(&self) -> &'static Api {
        &self.daemon.api
    }

    /// The folder with the stack's files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("stack")
    }

    /// The name that everything of this stack carries.
    pub(crate) fn project(&self) -> &str {
        &self.project
    }

    pub(super) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(super) fn daemon(&self) -> &'static Daemon {
        self.daemon
    }

    fn list(&self, path: &str) -> Vec<Value> {
        let filters = json!({ "label": [format!("com.docker.compose.project={}", self.project)] });
        let answer = self.daemon.api.get(&format!("{path}&filters={}", Api::filters(&filters)));
        let list = if answer.is_object() { answer["Volumes"].clone() } else { answer };
        list.as_array().cloned().unwrap_or_default()
    }

    fn remove_all(&self) {
        let api = &self.daemon.api;
        let names = |list: Vec<Value>, key: &str| -> Vec<String> {
            list.iter().filter_map(|item| item[key].as_str().map(str::to_owned)).collect()
        };
        scope(|tasks| {
            for id in names(self.containers(), "Id") {
                tasks.spawn(move || remove(api, &format!("/containers/{id}?force=1&v=1")));
            }
        });
        for id in names(self.networks(), "Id") {
            remove(api, &format!("/networks/{id}"));
        }
        for name in names(self.volumes(), "Name") {
            remove(api, &format!("/volumes/{name}?force=1"));
        }
    }

    /// The names of its images; what has no other name goes with them.
    fn remove_images(&self) {
        let tags = self.images().into_iter().filter_map(|image| image["RepoTags"].as_array().cloned());
        for tag in tags.flatten().filter_map(|tag| tag.as_str().map(str::to_owned)) {
            if tag.starts_with(&format!("{}-", self.project)) {
                remove(&self.daemon.api, &format!("/images/{tag}?force=1"));
            }
        }
    }
}

/// Deletes what may be in use for a moment still.
fn remove(api: &Api, path: &str) {
    for _ in 0..50 {
        match api.delete(path).status {
            409 | 500 | 403 => sleep(Duration::from_millis(100)),
            _ => return,
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.remove_all();
        self.remove_images();
    }
}
