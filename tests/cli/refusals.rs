//! Command lines that cannot be understood.

use crate::peer::peer;
use crate::program::Program;

/// Command lines, and the first line of what is said about them: measured with docker compose 5.6.1.
const REFUSED: &[(&str, &str)] = &[
    ("foo", "unknown docker command: \"compose foo\""),
    ("--foo version", "unknown flag: --foo"),
    ("--projectname x", "unknown flag: --projectname"),
    ("version --foo", "unknown flag: --foo"),
    ("version --foo=bar", "unknown flag: --foo"),
    ("version -x", "unknown shorthand flag: 'x' in -x"),
    ("-dx version", "unknown shorthand flag: 'd' in -dx"),
    ("--file", "flag needs an argument: --file"),
    ("-f", "flag needs an argument: 'f' in -f"),
    ("--project-name", "flag needs an argument: --project-name"),
    ("version --format", "flag needs an argument: --format"),
    ("version -f", "flag needs an argument: 'f' in -f"),
    (
        "version --short=maybe",
        "invalid argument \"maybe\" for \"--short\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
    ),
    (
        "--parallel x version",
        "invalid argument \"x\" for \"--parallel\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
    ),
    ("version a", "unknown command \"a\" for \"docker compose version\""),
    ("--host", "flag needs an argument: '--host'"),
];

#[test]
fn a_line_that_cannot_be_understood_is_refused_with_code_1_and_the_peers_words() {
    let ours = Program::ours();
    for (words, want) in REFUSED {
        let said = ours.run(words);
        assert_eq!(said.code, Some(1), "{words}");
        assert_eq!(said.stdout, "", "{words}");
        assert_eq!(said.stderr.lines().next(), Some(*want), "{words}");
    }
}

#[test]
fn the_peer_says_the_same() {
    let Some(peer) = peer() else { return };
    for (words, want) in REFUSED {
        let said = peer.run(words);
        assert_eq!(said.code, Some(1), "{words}");
        assert_eq!(said.stderr.trim_end(), *want, "{words}");
    }
}

#[test]
fn a_slip_of_the_hand_is_answered_with_what_was_meant() {
    let ours = Program::ours();
    let help = |words| ours.run(words).stderr.lines().nth(1).map(str::to_owned);
    assert_eq!(help("verson").as_deref(), Some("help: did you mean `version`?"));
    assert_eq!(help("version --shrot").as_deref(), Some("help: did you mean `--short`?"));
    assert_eq!(help("--fiel x version").as_deref(), Some("help: did you mean `--file`?"));
}

#[test]
fn what_the_peer_accepts_is_accepted() {
    let ours = Program::ours();
    for words in [
        "version --short=false",
        "version --dry-run=true",
        "--dry-run version",
        "version --format json --format pretty",
        "-fx version",
        "--no-ansi version",
        "--ansi foo version",
        "--progress foo version",
        "--workdir x version",
        "--verbose version",
        "version --",
        "-H x -D --context default -l debug version",
    ] {
        let said = ours.run(words);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{words}");
    }
}

#[test]
fn a_global_flag_is_accepted_behind_the_verb() {
    let said = Program::ours().run("version --file x -p y --project-directory=z");
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
}
