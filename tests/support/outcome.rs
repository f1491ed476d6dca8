//! What came of a command, with claims about it that read well and fail with the whole story.

use serde_json::Value;

/// The end of a command: its code and what it printed.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What was run.
    pub(crate) command: String,
    /// The exit code; `None` when a signal or the test's patience ended it.
    pub(crate) exit: Option<i32>,
    /// Standard output, with what differs from run to run replaced.
    pub(crate) out: String,
    /// Standard error, likewise.
    pub(crate) err: String,
    /// Standard output, byte for byte.
    pub(crate) bytes: Vec<u8>,
}

impl Outcome {
    /// The command exited with 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.code(0)
    }

    /// The command exited with `code`.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.exit, Some(code), "wrong exit code\n{}", self.story());
        self
    }

    /// The command failed, with whatever code.
    #[track_caller]
    pub(crate) fn failure(self) -> Self {
        assert!(self.exit.is_some_and(|code| code != 0), "it did not fail\n{}", self.story());
        self
    }

    /// Standard output is exactly this.
    #[track_caller]
    pub(crate) fn stdout(self, want: &str) -> Self {
        assert_eq!(self.out, want, "wrong standard output\n{}", self.story());
        self
    }

    /// Standard error is exactly this.
    #[track_caller]
    pub(crate) fn stderr(self, want: &str) -> Self {
        assert_eq!(self.err, want, "wrong standard error\n{}", self.story());
        self
    }

    /// Standard output says each of these.
    #[track_caller]
    pub(crate) fn says<const N: usize>(self, parts: [&str; N]) -> Self {
        for part in parts {
            assert!(self.out.contains(part), "`{part}` is missing on standard output\n{}", self.story());
        }
        self
    }

    /// Standard error says each of these.
    #[track_caller]
    pub(crate) fn complains<const N: usize>(self, parts: [&str; N]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is missing on standard error\n{}", self.story());
        }
        self
    }

    /// Neither stream says this.
    #[track_caller]
    pub(crate) fn never_says(self, part: &str) -> Self {
        assert!(!self.out.contains(part) && !self.err.contains(part), "`{part}` is said\n{}", self.story());
        self
    }

    /// Each line of standard output as JSON.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| match serde_json::from_str(line) {
                Ok(value) => value,
                Err(fault) => panic!("not JSON: {fault}: {line}\n{}", self.story()),
            })
            .collect()
    }

    fn story(&self) -> String {
        let exit = self.exit.map_or("was ended".to_owned(), |code| format!("exited with {code}"));
        format!("`{}` {exit}\n--- stdout\n{}\n--- stderr\n{}", self.command, self.out, self.err)
    }
}
