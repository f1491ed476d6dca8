//! Flags that contradict each other, and values that no flag takes.

use crate::peer::peer;
use crate::program::Program;

/// Command lines, and the first line of what is said about them: measured with docker compose 5.6.1.
const REFUSED: &[(&str, &str)] = &[
    ("up --wait-timeout -3", "--wait-timeout must be a non-negative integer"),
    (
        "up --abort-on-container-exit --abort-on-container-failure",
        "--abort-on-container-failure cannot be combined with --abort-on-container-exit",
    ),
    (
        "up --wait --attach web",
        "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies",
    ),
    (
        "up --wait --exit-code-from web",
        "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies",
    ),
    (
        "up -d --attach web",
        "--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, \
         --attach-dependencies or --watch",
    ),
    (
        "up --detach --exit-code-from web",
        "--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, \
         --attach-dependencies or --watch",
    ),
    ("up --build --no-build", "--build and --no-build are incompatible"),
    ("up -V --no-recreate", "--no-recreate and --renew-anon-volumes are incompatible"),
    ("up --force-recreate --no-recreate", "--force-recreate and --no-recreate are incompatible"),
    ("up --always-recreate-deps --no-recreate", "--always-recreate-deps and --no-recreate are incompatible"),
    ("up --attach web --attach-dependencies", "cannot combine --attach and --attach-dependencies"),
    ("up --pull foo", "invalid --pull option \"foo\""),
    ("up --scale x", "invalid --scale option \"x\". Should be SERVICE=NUM"),
    ("up --scale a=b", "strconv.Atoi: parsing \"b\": invalid syntax"),
    ("up -x", "unknown shorthand flag: 'x' in -x"),
    ("up -dx", "unknown shorthand flag: 'x' in -x"),
    ("up -t", "flag needs an argument: 't' in -t"),
    ("up --scale", "flag needs an argument: --scale"),
    (
        "up --timeout x",
        "invalid argument \"x\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
    ),
    (
        "up --wait=maybe",
        "invalid argument \"maybe\" for \"--wait\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
    ),
    ("create --build --no-build", "--build and --no-build are incompatible"),
    ("create --force-recreate --no-recreate", "--force-recreate and --no-recreate are incompatible"),
    ("create --pull foo", "invalid --pull option \"foo\""),
    ("create --scale x", "invalid --scale option \"x\". Should be SERVICE=NUM"),
    ("scale", "requires at least 1 arg(s), only received 0"),
    ("scale web", "invalid scale specifier: web"),
    (
        "stop -t x",
        "invalid argument \"x\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
    ),
    ("kill -s", "flag needs an argument: 's' in -s"),
    ("restart --no-dep", "unknown flag: --no-dep"),
    (
        "ls --filter foo",
        "invalid argument \"foo\" for \"--filter\" flag: bad format of filter (expected name=value)",
    ),
    ("port", "accepts between 1 and 2 arg(s), received 0"),
    ("port web x", "strconv.ParseUint: parsing \"x\": invalid syntax"),
    ("commit", "accepts between 1 and 2 arg(s), received 0"),
    ("down --rmi foo", "invalid value for --rmi: \"foo\""),
    ("ps --filter foo", "arguments to --filter should be in form KEY=VAL"),
    ("ps --filter a=b", "unknown filter a"),
    ("ps --filter source=x", "not implemented"),
    ("ps --al", "unknown flag: --al"),
    ("logs --index 1", "--index requires one service to be selected"),
    (
        "logs --index x",
        "invalid argument \"x\" for \"--index\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
    ),
    ("config --format x", "unsupported format \"x\""),
    ("--progress foo config", "unsupported --progress value \"foo\""),
    ("--progress tty --ansi never config", "can't use --progress tty while ANSI support is disabled"),
    ("--progress plain --ansi always config", "can't use --progress plain while ANSI support is forced"),
    (
        "--workdir a --project-directory b config",
        "cannot specify DEPRECATED \"--workdir\" and \"--project-directory\". Please use only \"--project-directory\" instead",
    ),
];

fn in_a_project(program: Program) -> Program {
    program.file("compose.yaml", "services: {web: {image: nginx}}\n")
}

#[test]
fn what_makes_no_sense_is_refused_with_code_1_and_the_peers_words() {
    let ours = in_a_project(Program::ours());
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
    let peer = in_a_project(peer);
    for (words, want) in REFUSED {
        let said = peer.run(words);
        assert_eq!(said.code, Some(1), "{words}");
        assert_eq!(said.stderr.lines().last(), Some(*want), "{words}");
    }
}

#[test]
fn orphans_are_not_both_ignored_and_removed() {
    let ours = in_a_project(Program::ours()).variable("COMPOSE_IGNORE_ORPHANS", "true");
    let said = ours.run("up --remove-orphans");
    assert_eq!(said.stderr, "cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans\n");
    let ours = ours.variable("COMPOSE_REMOVE_ORPHANS", "1");
    assert_eq!(ours.run("up").stderr, "cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans\n");
}

#[test]
fn a_number_of_things_at_once_that_is_none_is_refused() {
    let ours = in_a_project(Program::ours()).variable("COMPOSE_PARALLEL_LIMIT", "many");
    let said = ours.run("ps");
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (Some(1), "COMPOSE_PARALLEL_LIMIT must be an integer (found: \"many\")\n")
    );
}

#[test]
fn a_template_that_cannot_be_read_is_refused_before_anything_is_asked() {
    let said = in_a_project(Program::ours()).run("ps --format {{.Name");
    assert_eq!((said.code, said.stderr.as_str()), (Some(1), "template parsing error: unclosed action\n"));
}
