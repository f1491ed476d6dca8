//! Global flags after the verb: moved before it, where the verb has no flag of that name.
//!
//! The peer refuses them there, so nothing that works with it changes its meaning.

use clap::{Arg, Command};

use super::flags::{by_long, by_short, takes_word};

/// What one word is.
enum Word<'a> {
    /// A flag of the verb, a plain word, or nothing we know: stays. The number says how many words belong to it.
    Stays(usize),
    /// A global flag: moves, with that many words.
    Moves(usize),
    /// The first plain word.
    Plain(&'a str),
}

/// The words (without the program's name) with global flags in front of the verb.
pub(super) fn hoist(root: &Command, words: Vec<String>) -> Vec<String> {
    let Some(at) = verb_position(root, &words) else { return words };
    let Some(verb) = root.find_subcommand(&words[at]) else { return words };
    let (mut moved, mut stayed) = (words[..at].to_vec(), vec![words[at].clone()]);
    let mut rest = &words[at + 1..];
    while let Some(word) = rest.first() {
        let (target, count) = match classify(root, verb, word) {
            Word::Moves(count) => (&mut moved, count),
            Word::Stays(count) => (&mut stayed, count),
            Word::Plain("--") => (&mut stayed, rest.len()),
            Word::Plain(_) if takes_command_line(verb) => (&mut stayed, rest.len()),
            Word::Plain(_) => (&mut stayed, 1),
        };
        let (taken, left) = rest.split_at(count.min(rest.len()));
        target.extend_from_slice(taken);
        rest = left;
    }
    moved.append(&mut stayed);
    moved
}

/// Where the verb stands: the first word that is neither a flag nor a flag's value.
pub(super) fn verb_position(root: &Command, words: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match classify(root, root, word) {
            Word::Plain("--") => return None,
            Word::Plain(_) => return Some(at),
            Word::Stays(count) | Word::Moves(count) => at += count,
        }
    }
    None
}

/// True for `run` and `exec`: what follows the service belongs to the command in the container.
fn takes_command_line(verb: &Command) -> bool {
    verb.get_positionals().any(Arg::is_trailing_var_arg_set)
}

fn classify<'a>(root: &Command, verb: &Command, word: &'a str) -> Word<'a> {
    if let Some(long) = word.strip_prefix("--").filter(|long| !long.is_empty()) {
        let (name, inline) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
        let count = |arg: &Arg| if takes_word(arg) && !inline { 2 } else { 1 };
        return match (by_long(verb, name), by_long(root, name)) {
            (Some(own), _) => Word::Stays(count(own)),
            (None, Some(global)) => Word::Moves(count(global)),
            (None, None) => Word::Stays(1),
        };
    }
    if word.len() > 1 && word.starts_with('-') && word != "--" {
        return classify_letters(root, verb, &word[1..]);
    }
    Word::Plain(word)
}

fn classify_letters<'a>(root: &Command, verb: &Command, letters: &str) -> Word<'a> {
    let mut first = true;
    for (at, letter) in letters.char_indices() {
        let last = at + letter.len_utf8() == letters.len();
        let count = |arg: &Arg| if takes_word(arg) && last { 2 } else { 1 };
        match (by_short(verb, letter), by_short(root, letter)) {
            (Some(own), _) if takes_word(own) => return Word::Stays(count(own)),
            (Some(_), _) => {}
            (None, Some(global)) if first => return Word::Moves(count(global)),
            _ => return Word::Stays(1),
        }
        first = false;
    }
    Word::Stays(1)
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::*;

    fn command() -> Command {
        let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        Command::new("rcompose")
            .arg(Arg::new("file").short('f').long("file").action(ArgAction::Append))
            .arg(Arg::new("name").short('p').long("project-name"))
            .arg(flag("compatibility"))
            .subcommand(
                Command::new("logs")
                    .arg(flag("follow").short('f'))
                    .arg(Arg::new("tail").short('n').long("tail"))
                    .arg(Arg::new("services").num_args(0..)),
            )
            .subcommand(
                Command::new("exec")
                    .arg(flag("detach").short('d'))
                    .arg(Arg::new("line").num_args(1..).trailing_var_arg(true).allow_hyphen_values(true)),
            )
    }

    fn hoisted(line: &str) -> String {
        hoist(&command(), line.split(' ').map(str::to_owned).collect()).join(" ")
    }

    #[test]
    fn a_global_flag_after_the_verb_moves_before_it_with_its_value() {
        assert_eq!(hoisted("logs web --file a.yaml -p x"), "--file a.yaml -p x logs web");
        assert_eq!(hoisted("logs --file=a.yaml --compatibility"), "--file=a.yaml --compatibility logs");
        assert_eq!(hoisted("-p y logs -px"), "-p y -px logs");
    }

    #[test]
    fn a_letter_that_the_verb_has_too_is_the_verbs() {
        assert_eq!(hoisted("logs -f web"), "logs -f web");
        assert_eq!(hoisted("logs -fn 3 --file a"), "--file a logs -fn 3");
    }

    #[test]
    fn a_value_that_looks_like_a_global_flag_stays_with_its_flag() {
        assert_eq!(hoisted("logs -n --file web"), "logs -n --file web");
    }

    #[test]
    fn what_belongs_to_the_command_in_the_container_is_left_alone() {
        assert_eq!(hoisted("exec -d web ls --file -p"), "exec -d web ls --file -p");
        assert_eq!(hoisted("exec -p x web ls"), "-p x exec web ls");
        assert_eq!(hoisted("logs -- --file"), "logs -- --file");
    }

    #[test]
    fn the_verb_is_found_behind_flags_and_their_values() {
        let words: Vec<String> = ["-f", "up", "--compatibility", "logs"].map(str::to_owned).to_vec();
        assert_eq!(verb_position(&command(), &words), Some(3));
    }
}
