//! Makes clap read flags the way Go's flag library does, so that every command line of the peer's is accepted.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};

use super::values;

/// The command as it is parsed: the last of several wins, a value may begin with `-`, `--wait=false` is possible.
///
/// Help and completions are made from the command as it was declared: these liberties would clutter them.
pub(super) fn lenient(command: Command) -> Command {
    let command = command.args_override_self(true).mut_args(loosen);
    command.mut_subcommands(lenient)
}

fn loosen(arg: Arg) -> Arg {
    if arg.is_positional() {
        return arg;
    }
    match arg.get_action() {
        ArgAction::SetTrue => arg
            .action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .value_parser(ValueParser::new(values::boolean))
            .default_missing_value("true")
            .default_value("false"),
        ArgAction::Set | ArgAction::Append => arg.allow_hyphen_values(true),
        _ => arg,
    }
}

/// True for a flag that takes the next word as its value.
pub(super) fn takes_word(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) && !arg.is_require_equals_set()
}

/// The flag with this long name, or an alias of it.
pub(super) fn by_long<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| {
        arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

/// The flag with this letter.
pub(super) fn by_short(command: &Command, letter: char) -> Option<&Arg> {
    command.get_arguments().find(|arg| arg.get_short() == Some(letter))
}
