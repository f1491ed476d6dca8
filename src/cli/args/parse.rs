//! From argv to what is asked for.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use super::flags::lenient;
use super::hoist::{hoist, verb_position};
use super::refusal::{self, Refusal};
use super::root::Cli;

/// Under which name the program was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invocation {
    /// By its own name.
    Alone,
    /// By `docker`, as the plugin behind `docker compose`.
    Plugin,
}

/// What argv asks for.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// To do something.
    Run(Box<Cli>),
    /// To be told how things are written; the text.
    Help(StyledStr),
    /// What `docker` asks a plugin first.
    Metadata,
    /// Nothing that could be understood.
    Refused(Refusal),
}

impl Invocation {
    /// The words in front of the verb, as a person types them.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Alone => "rcompose",
            Self::Plugin => "docker compose",
        }
    }
}

/// Reads argv, the program's own name included.
pub(crate) fn parse(argv: Vec<OsString>) -> (Invocation, Parsed) {
    let mut words = Vec::new();
    for word in argv.into_iter().skip(1) {
        match word.into_string() {
            Ok(word) => words.push(word),
            Err(word) => {
                let text = format!("the argument `{}` is not valid UTF-8", word.display());
                return (Invocation::Alone, Parsed::Refused(Refusal::new(text)));
            }
        }
    }
    if words.first().is_some_and(|word| word == "docker-cli-plugin-metadata") {
        return (Invocation::Plugin, Parsed::Metadata);
    }
    let parser = lenient(Cli::command());
    let mut invocation = Invocation::Alone;
    if let Some(at) = verb_position(&parser, &words)
        && words[at] == "compose"
    {
        words.remove(at);
        invocation = Invocation::Plugin;
    }
    let words = hoist(&parser, words);
    (invocation, parse_words(invocation, parser, &words))
}

fn parse_words(invocation: Invocation, parser: clap::Command, words: &[String]) -> Parsed {
    let argv = || std::iter::once(invocation.program()).chain(words.iter().map(String::as_str));
    let mut parser = parser.bin_name(invocation.program());
    match parser.try_get_matches_from_mut(argv()).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) if cli.verb.is_none() && !cli.root.version => Parsed::Help(help(invocation, &[])),
        Ok(cli) => Parsed::Run(Box::new(cli)),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => Parsed::Help(help(invocation, words)),
        Err(error) => Parsed::Refused(refusal::of(&error, &parser, words)),
    }
}

/// Help for the verb in these words, drawn from the flags as they were declared, without the liberties taken for
/// parsing.
fn help(invocation: Invocation, words: &[String]) -> StyledStr {
    let mut root = Cli::command().bin_name(invocation.program());
    root.build();
    let verb = verb_position(&root, words).map(|at| words[at].clone());
    match verb.and_then(|verb| root.find_subcommand_mut(verb)) {
        Some(verb) => verb.render_help(),
        None => root.render_help(),
    }
}
