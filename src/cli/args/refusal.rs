//! What is said about a command line that cannot be understood: the peer's words first, then a next step.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use rcompose::diag::nearest;

use super::flags::by_long;
use super::hoist::verb_position;

/// Why a command line is refused. The exit code is always 1, as the peer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// One line, in the peer's words where it has some.
    pub(crate) message: String,
    /// The next step.
    pub(crate) help: Option<String>,
}

/// Flags that `docker` itself reads, whose missing value it words in its own way.
const OF_DOCKER: &[&str] = &["host", "context", "tlscacert", "tlscert", "tlskey", "log-level"];

impl Refusal {
    /// A refusal without a next step.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }
}

/// Words for what clap found. `words` is the command line without the program's name.
pub(super) fn of(error: &clap::Error, root: &Command, words: &[String]) -> Refusal {
    let at = verb_position(root, words);
    let verb = at.and_then(|at| root.find_subcommand(&words[at]));
    let command = verb.unwrap_or(root);
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    let invalid = text(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => unknown_verb(root, &text(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument if invalid.starts_with("--") => unknown_flag(command, root, &invalid),
        ErrorKind::UnknownArgument if invalid.starts_with('-') => unknown_letter(&invalid, words),
        ErrorKind::UnknownArgument => match verb {
            None => unknown_verb(root, &invalid),
            Some(verb) => Refusal::new(format!(
                "unknown command {invalid:?} for \"docker compose {}\"",
                verb.get_name()
            )),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match named(&invalid, command).or_else(|| named(&invalid, root)) {
                Some(arg) => bad_value(arg, &text(ContextKind::InvalidValue), error, words),
                None => other(error),
            }
        }
        ErrorKind::MissingRequiredArgument => Refusal {
            message: format!("`{}` needs {invalid}", command.get_name()),
            help: Some(format!("see `rcompose {} --help`", command.get_name())),
        },
        _ => other(error),
    }
}

/// The flag or positional that clap's text (`--tail <N>`, `<SHELL>`) names.
fn named<'a>(text: &str, command: &'a Command) -> Option<&'a Arg> {
    match text.strip_prefix("--") {
        Some(flag) => by_long(command, flag.split(|c: char| c != '-' && !c.is_alphanumeric()).next()?),
        None => command.get_positionals().find(|arg| arg.to_string() == text),
    }
}

fn unknown_verb(root: &Command, word: &str) -> Refusal {
    let verbs = root.get_subcommands().map(Command::get_name);
    let help = nearest(word, verbs).map(|verb| format!("did you mean `{verb}`?"));
    Refusal {
        message: format!("unknown docker command: \"compose {word}\""),
        help: help.or_else(|| Some("`--help` lists the commands".to_owned())),
    }
}

fn unknown_flag(command: &Command, root: &Command, flag: &str) -> Refusal {
    let name = flag.trim_start_matches('-').split('=').next().unwrap_or_default();
    let known = command.get_arguments().chain(root.get_arguments()).filter(|arg| !arg.is_hide_set());
    let help = nearest(name, known.filter_map(Arg::get_long)).map(|near| format!("did you mean `--{near}`?"));
    Refusal { message: format!("unknown flag: --{name}"), help }
}

fn unknown_letter(flag: &str, words: &[String]) -> Refusal {
    let letter = flag.chars().nth(1).unwrap_or('-');
    // Of a cluster the peer shows what it has not read yet.
    let letters = words
        .iter()
        .filter_map(|word| word.strip_prefix('-').filter(|word| !word.starts_with('-')))
        .find_map(|word| word.find(letter).map(|at| &word[at..]));
    let rest = letters.map_or_else(|| letter.to_string(), str::to_owned);
    Refusal::new(format!("unknown shorthand flag: '{letter}' in -{rest}"))
}

fn bad_value(arg: &Arg, value: &str, error: &clap::Error, words: &[String]) -> Refusal {
    let Some(long) = arg.get_long() else { return bad_positional(arg, value) };
    if value.is_empty() && error.kind() == ErrorKind::InvalidValue {
        return missing_value(arg, long, words);
    }
    let name = match arg.get_short() {
        Some(short) => format!("-{short}, --{long}"),
        None => format!("--{long}"),
    };
    let why = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
    Refusal::new(format!("invalid argument {value:?} for {name:?} flag: {why}"))
}

fn bad_positional(arg: &Arg, value: &str) -> Refusal {
    let choices: Vec<String> =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    Refusal {
        message: format!("{value:?} is not a {}", arg.get_id().as_str()),
        help: (!choices.is_empty()).then(|| format!("one of: {}", choices.join(", "))),
    }
}

fn missing_value(arg: &Arg, long: &str, words: &[String]) -> Refusal {
    let last = words.last().map_or("", String::as_str);
    if let Some(short) = arg.get_short()
        && !last.starts_with("--")
    {
        return Refusal::new(format!("flag needs an argument: '{short}' in {last}"));
    }
    if OF_DOCKER.contains(&long) {
        return Refusal::new(format!("flag needs an argument: '--{long}'"));
    }
    Refusal::new(format!("flag needs an argument: --{long}"))
}

/// What clap says itself, without its frame.
fn other(error: &clap::Error) -> Refusal {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    Refusal::new(line.trim_start_matches("error: "))
}
