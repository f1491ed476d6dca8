//! Running a program in an empty directory with a clean environment.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program said and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// A program with its surroundings.
#[derive(Debug)]
pub(crate) struct Program {
    path: PathBuf,
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Program {
    /// Ours.
    pub(crate) fn ours() -> Self {
        Self::at(Path::new(env!("CARGO_BIN_EXE_rcompose")))
    }

    /// Any.
    pub(crate) fn at(path: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the test");
        Self { path: path.to_owned(), directory, variables: Vec::new() }
    }

    /// With a variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a file in its directory.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        self.bytes(name, text.as_bytes())
    }

    /// The same for what is no text.
    pub(crate) fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder"))
            .expect("the directory can be written");
        std::fs::write(path, bytes).expect("the directory can be written");
        self
    }

    /// What a file in its directory holds.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.directory.path().join(name)).ok()
    }

    /// Its directory.
    pub(crate) fn directory(&self) -> String {
        self.directory.path().display().to_string()
    }

    /// Runs it. The words are split at blanks.
    pub(crate) fn run(&self, words: &str) -> Said {
        let mut command = Command::new(&self.path);
        command.args(words.split(' ').filter(|word| !word.is_empty()));
        self.finish(command)
    }

    /// Runs a line of bash in its place, with the program's path in `$PROGRAM`.
    pub(crate) fn shell(&self, line: &str) -> Said {
        let mut command = Command::new("/bin/bash");
        command.args(["-c", line]);
        self.finish(command)
    }

    fn finish(&self, mut command: Command) -> Said {
        let output = command
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PROGRAM", &self.path)
            .env("HOME", self.directory.path())
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() }
    }
}

/// Says why a test did nothing.
#[expect(clippy::print_stdout, reason = "a skipped test has to say so")]
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
}
