//! Help: short, grouped, on stdout.

use crate::program::Program;

/// Lines that fit on a tall screen: the verbs, and the flags that all share.
const SCREEN: usize = 72;

#[test]
fn no_words_at_all_and_help_are_the_same_and_fit_on_a_screen() {
    let ours = Program::ours();
    let said = ours.run("");
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    assert_eq!(said.stdout, ours.run("--help").stdout);
    assert!(said.stdout.lines().count() <= SCREEN, "{}", said.stdout);
    insta::assert_snapshot!(said.stdout);
}

#[test]
fn help_of_a_verb_shows_its_flags_as_they_are_written() {
    let said = Program::ours().run("version --short=false --help");
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(said.stdout);
}

#[test]
fn help_has_no_escape_codes_where_nobody_sees_colour() {
    let said = Program::ours().variable("NO_COLOR", "1").run("--help");
    assert!(!said.stdout.contains('\u{1b}'));
    let said = Program::ours().variable("CLICOLOR_FORCE", "1").run("--help");
    assert!(said.stdout.contains('\u{1b}'));
}
