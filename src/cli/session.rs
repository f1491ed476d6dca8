//! What every verb is given: where it runs and how it may talk.

use std::collections::BTreeMap;
use std::io::{IsTerminal, stderr, stdin, stdout};

use super::args::{RootArgs, switch};
use super::failure::Failure;
use super::report::terminal_size;
use super::settings::{ProgressKind, Terminals, colours, progress};
use super::ui::Ui;

/// The surroundings of one run of the program.
#[derive(Debug)]
pub(crate) struct Session {
    /// The global flags.
    pub(crate) root: RootArgs,
    /// The process environment; variables that are not UTF-8 are left out.
    pub(crate) variables: BTreeMap<String, String>,
    /// Which streams are terminals.
    pub(crate) terminals: Terminals,
    /// How to print.
    pub(crate) ui: Ui,
}

impl Session {
    /// Looks around.
    pub(crate) fn new(root: RootArgs) -> Self {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let terminals = Terminals {
            stdin: stdin().is_terminal(),
            stdout: stdout().is_terminal(),
            stderr: stderr().is_terminal(),
        };
        let ui = Ui {
            colours: colours(&root, &variables, terminals),
            json: matches!(progress(&root, &variables, terminals), Ok(ProgressKind::Json)),
            width: terminal_size().0,
        };
        Self { root, variables, terminals, ui }
    }

    /// Says a word that is neither data nor a warning: on stderr, or where scripts that were written for old versions
    /// look for it.
    pub(crate) fn remark(&self, text: &str) -> Result<(), Failure> {
        let line = format!("{text}\n");
        if self.variables.get("COMPOSE_STATUS_STDOUT").is_some_and(|value| switch(value)) {
            return self.ui.print(&line);
        }
        self.ui.remark(text);
        Ok(())
    }
}
