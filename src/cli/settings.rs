//! From flags, environment and terminal to how things are shown. Pure, so that every combination can be tried.

use std::collections::BTreeMap;

use super::args::{Ansi, RootArgs, switch};
use super::failure::Failure;
use super::report::Glyphs;

/// Which of the standard streams are terminals.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terminals {
    /// Standard input.
    pub(crate) stdin: bool,
    /// Standard output.
    pub(crate) stdout: bool,
    /// Standard error.
    pub(crate) stderr: bool,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressKind {
    /// A live region, redrawn.
    Tty,
    /// A line a change.
    Plain,
    /// An object a line.
    Json,
    /// Not at all.
    Quiet,
}

/// Colour, stream by stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Colours {
    /// On standard output.
    pub(crate) stdout: bool,
    /// On standard error.
    pub(crate) stderr: bool,
}

type Variables = BTreeMap<String, String>;

fn variable<'a>(variables: &'a Variables, name: &str) -> &'a str {
    variables.get(name).map_or("", String::as_str)
}

/// Where colour goes. The flag wins, then `NO_COLOR`, `COMPOSE_ANSI`, `CLICOLOR_FORCE`, `CLICOLOR=0`, `TERM=dumb`,
/// then the terminal. A variable that is set but empty counts as unset.
pub(crate) fn colours(root: &RootArgs, variables: &Variables, terminals: Terminals) -> Colours {
    let everywhere = |on| Colours { stdout: on, stderr: on };
    let by_word = |word: &str| match Ansi::of(word) {
        Ansi::Always => Some(true),
        Ansi::Never => Some(false),
        Ansi::Auto => None,
    };
    if let Some(on) = by_flag(root).and_then(by_word) {
        return everywhere(on);
    }
    if !variable(variables, "NO_COLOR").is_empty() {
        return everywhere(false);
    }
    if let Some(on) = by_word(variable(variables, "COMPOSE_ANSI")).filter(|_| by_flag(root).is_none()) {
        return everywhere(on);
    }
    if !matches!(variable(variables, "CLICOLOR_FORCE"), "" | "0") {
        return everywhere(true);
    }
    if variable(variables, "CLICOLOR") == "0" || variable(variables, "TERM") == "dumb" {
        return everywhere(false);
    }
    Colours { stdout: terminals.stdout, stderr: terminals.stderr }
}

/// How progress is shown, or the peer's words for why it cannot be.
pub(crate) fn progress(
    root: &RootArgs,
    variables: &Variables,
    terminals: Terminals,
) -> Result<ProgressKind, Failure> {
    let ansi = Ansi::of(by_flag(root).unwrap_or_else(|| variable(variables, "COMPOSE_ANSI")));
    let kind = root.progress.as_deref().unwrap_or_else(|| variable(variables, "COMPOSE_PROGRESS"));
    match (kind, ansi) {
        ("tty", Ansi::Never) => {
            Err(Failure::message("can't use --progress tty while ANSI support is disabled"))
        }
        ("plain", Ansi::Always) => {
            Err(Failure::message("can't use --progress plain while ANSI support is forced"))
        }
        ("tty", _) => Ok(ProgressKind::Tty),
        ("json", _) => Ok(ProgressKind::Json),
        ("quiet" | "none", _) => Ok(ProgressKind::Quiet),
        ("auto" | "", Ansi::Auto | Ansi::Always)
            if terminals.stderr && variable(variables, "TERM") != "dumb" =>
        {
            Ok(ProgressKind::Tty)
        }
        ("plain" | "auto" | "", _) => Ok(ProgressKind::Plain),
        (other, _) => Err(Failure::message(format!("unsupported --progress value {other:?}"))
            .help("one of: auto, tty, plain, json, quiet")),
    }
}

/// How many things are done at once: `--parallel`, else `COMPOSE_PARALLEL_LIMIT`. `None`: nobody says; a number
/// below 1 means no limit.
pub(crate) fn parallel(root: &RootArgs, variables: &Variables) -> Result<Option<i64>, Failure> {
    if root.parallel.is_some() {
        return Ok(root.parallel);
    }
    match variable(variables, "COMPOSE_PARALLEL_LIMIT") {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            Failure::message(format!("COMPOSE_PARALLEL_LIMIT must be an integer (found: {text:?})"))
        }),
    }
}

/// What is drawn with: ASCII where the locale says that there is nothing else.
pub(crate) fn glyphs(variables: &Variables) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| variable(variables, name));
    match locale.into_iter().find(|value| !value.is_empty()) {
        Some(locale) if !locale.to_lowercase().replace('-', "").contains("utf8") => Glyphs::Ascii,
        _ => Glyphs::Unicode,
    }
}

/// True where names are joined by `_`.
pub(crate) fn compatibility(root: &RootArgs, variables: &Variables) -> bool {
    root.compatibility || switch(variable(variables, "COMPOSE_COMPATIBILITY"))
}

/// The `--ansi` of this command line, its old form included.
fn by_flag(root: &RootArgs) -> Option<&str> {
    if root.no_ansi { Some("never") } else { root.ansi.as_deref() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn with_ansi(word: &str) -> RootArgs {
        RootArgs { ansi: Some(word.to_owned()), ..RootArgs::default() }
    }

    type Case = (RootArgs, &'static [(&'static str, &'static str)], Terminals, Colours);

    const BOTH: Terminals = Terminals { stdin: true, stdout: true, stderr: true };
    const PIPED: Terminals = Terminals { stdin: true, stdout: false, stderr: true };
    const ON: Colours = Colours { stdout: true, stderr: true };
    const OFF: Colours = Colours { stdout: false, stderr: false };

    #[test]
    fn each_reason_for_or_against_colour_outweighs_those_after_it() {
        let flag = |word: &'static str| with_ansi(word);
        let none = RootArgs::default;
        let cases: Vec<Case> = vec![
            (none(), &[], BOTH, ON),
            (none(), &[], PIPED, Colours { stdout: false, stderr: true }),
            (none(), &[("TERM", "dumb")], BOTH, OFF),
            (none(), &[("CLICOLOR", "0")], BOTH, OFF),
            (none(), &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], PIPED, ON),
            (none(), &[("CLICOLOR_FORCE", "0")], PIPED, Colours { stdout: false, stderr: true }),
            (none(), &[("CLICOLOR_FORCE", "1"), ("COMPOSE_ANSI", "never")], BOTH, OFF),
            (none(), &[("COMPOSE_ANSI", "always")], PIPED, ON),
            (none(), &[("COMPOSE_ANSI", "nonsense")], BOTH, OFF),
            (none(), &[("COMPOSE_ANSI", "always"), ("NO_COLOR", "1")], BOTH, OFF),
            (none(), &[("NO_COLOR", "")], BOTH, ON),
            (flag("always"), &[("NO_COLOR", "1"), ("TERM", "dumb")], PIPED, ON),
            (flag("never"), &[("CLICOLOR_FORCE", "1"), ("COMPOSE_ANSI", "always")], BOTH, OFF),
            (flag("auto"), &[("COMPOSE_ANSI", "never")], BOTH, ON),
            (flag("auto"), &[("NO_COLOR", "1")], BOTH, OFF),
            (RootArgs { no_ansi: true, ..none() }, &[("CLICOLOR_FORCE", "1")], BOTH, OFF),
        ];
        for (root, pairs, terminals, want) in cases {
            assert_eq!(colours(&root, &variables(pairs), terminals), want, "{:?} {pairs:?}", root.ansi);
        }
    }

    #[test]
    fn progress_is_live_only_on_a_terminal_that_can_move_its_cursor() {
        let auto = |root: &RootArgs, pairs: &[(&str, &str)], terminals| {
            progress(root, &variables(pairs), terminals).expect("no conflict")
        };
        let none = RootArgs::default();
        assert_eq!(auto(&none, &[], BOTH), ProgressKind::Tty);
        assert_eq!(auto(&none, &[], Terminals::default()), ProgressKind::Plain);
        assert_eq!(auto(&none, &[("TERM", "dumb")], BOTH), ProgressKind::Plain);
        assert_eq!(auto(&none, &[("NO_COLOR", "1")], BOTH), ProgressKind::Tty);
        assert_eq!(auto(&with_ansi("never"), &[], BOTH), ProgressKind::Plain);
        assert_eq!(auto(&none, &[("COMPOSE_PROGRESS", "json")], BOTH), ProgressKind::Json);
        let given = RootArgs { progress: Some("quiet".to_owned()), ..RootArgs::default() };
        assert_eq!(auto(&given, &[("COMPOSE_PROGRESS", "json")], BOTH), ProgressKind::Quiet);
    }

    #[test]
    fn a_kind_of_progress_that_contradicts_ansi_or_does_not_exist_is_refused() {
        let told = |kind: &str, ansi: &str| {
            let root = RootArgs { progress: Some(kind.to_owned()), ..with_ansi(ansi) };
            progress(&root, &Variables::new(), BOTH).expect_err("refused").to_string()
        };
        assert_eq!(told("tty", "never"), "can't use --progress tty while ANSI support is disabled");
        assert_eq!(told("plain", "always"), "can't use --progress plain while ANSI support is forced");
        assert_eq!(told("foo", "auto"), "unsupported --progress value \"foo\"");
    }

    #[test]
    fn the_limit_comes_from_the_flag_before_the_variable() {
        let set = variables(&[("COMPOSE_PARALLEL_LIMIT", "3")]);
        let flag = RootArgs { parallel: Some(5), ..RootArgs::default() };
        assert_eq!(parallel(&flag, &set).expect("valid"), Some(5));
        assert_eq!(parallel(&RootArgs::default(), &set).expect("valid"), Some(3));
        assert_eq!(parallel(&RootArgs::default(), &Variables::new()).expect("valid"), None);
        let bad = variables(&[("COMPOSE_PARALLEL_LIMIT", "x")]);
        assert_eq!(
            parallel(&RootArgs::default(), &bad).expect_err("refused").to_string(),
            "COMPOSE_PARALLEL_LIMIT must be an integer (found: \"x\")"
        );
    }
}
