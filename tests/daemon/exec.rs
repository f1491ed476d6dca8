//! `exec`: commands in containers that run.

use rustix::process::Signal;

use crate::support::{Call, Daemon, Fault, Proxy, Stack, daemon};

const SLEEPERS: &str = r#"
services:
  a: {image: IMAGE, command: sleep 600, init: true, environment: {OWN: own}}
  two: {image: IMAGE, command: sleep 600, init: true, scale: 2}
  ended: {image: IMAGE, command: "true"}
"#;

fn sleepers(daemon: &'static Daemon, name: &str) -> Stack {
    let stack = Stack::of(daemon, name, SLEEPERS);
    stack.run(["up", "-d"]).success();
    stack
}

fn sleeper(daemon: &'static Daemon, name: &str) -> Stack {
    let stack = Stack::of(daemon, name, "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n");
    stack.run(["up", "-d"]).success();
    stack
}

#[test]
fn both_streams_stay_apart_and_the_exit_code_is_passed_on() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec");
    let script = "echo out; echo err >&2; exit 3";
    stack.run(["exec", "a", "sh", "-c", script]).code(3).stdout("out\n").stderr("err\n");
    stack.run(["exec", "a", "sh", "-c", "kill -9 $$"]).code(137);
}

#[test]
fn flags_reach_the_process_and_what_follows_the_service_is_its_own() {
    let Some(daemon) = daemon() else { return };
    let stack = sleepers(daemon, "exec-flags");
    let run = |words: &[&str]| {
        let end = stack.command(["exec"]).args(words).env("TAKEN", "over").run().success();
        String::from_utf8_lossy(&end.bytes).into_owned()
    };
    let variables = "echo $OWN $TAKEN $GIVEN [$ABSENT]";
    assert_eq!(
        run(&["-e", "TAKEN", "-e", "GIVEN=x=y", "-e", "ABSENT", "a", "sh", "-c", variables]),
        "own over x=y []\n"
    );
    assert_eq!(run(&["-u", "nobody", "-w", "/tmp", "a", "sh", "-c", "id -un; pwd"]), "nobody\n/tmp\n");
    assert_eq!(
        run(&["a", "sh", "-c", "echo got $0 $@", "-e", "-u", "--index", "7"]),
        "got -e -u --index 7\n"
    );
    assert_eq!(run(&["--index", "2", "two", "hostname"]), hostname(&stack, "two-2"));
    assert_eq!(run(&["two", "hostname"]), hostname(&stack, "two-1"));
}

fn hostname(stack: &Stack, container: &str) -> String {
    let name = format!("/{}-{container}", stack.project());
    let all = stack.containers();
    let found = all.iter().find(|one| one["Names"][0] == name.as_str()).expect("it is there");
    format!("{}\n", &found["Id"].as_str().expect("an id")[..12])
}

#[test]
fn what_does_not_run_is_told_in_the_peers_words() {
    let Some(daemon) = daemon() else { return };
    let stack = sleepers(daemon, "exec-not");
    daemon.api.post(&format!("/containers/{}-ended-1/wait", stack.project()), &serde_json::Value::Null);
    stack
        .run(["exec", "ended", "true"])
        .code(1)
        .complains(["service \"ended\" is not running\n", "up -d ended"]);
    stack
        .run(["exec", "twi", "true"])
        .code(1)
        .complains(["service \"twi\" is not running\n", "did you mean `two`?"]);
    stack
        .run(["exec", "--index", "3", "two", "true"])
        .code(1)
        .complains(["service \"two\" is not running container #3\n"]);
    stack.run(["exec", "a"]).code(1).complains(["requires at least 2 arg(s), only received 1\n"]);
    stack.run(["exec"]).code(1).complains(["requires at least 2 arg(s), only received 0\n"]);
    stack.run(["exec", "--nosuch", "a", "true"]).code(1).complains(["unknown flag: --nosuch"]);
}

#[test]
fn a_command_that_cannot_be_run_ends_with_the_codes_of_a_shell() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-codes");
    // Engine 20.10 gives 126 to both.
    let missing = stack.run(["exec", "a", "no-such-program"]);
    assert!(matches!(missing.exit, Some(126 | 127)), "{missing:?}");
    assert!(missing.out.contains("no-such-program"), "{missing:?}");
    stack.run(["exec", "a", "/etc/passwd"]).code(126).says(["permission denied"]);
    stack.run(["exec", "-u", "no-such-user", "a", "true"]).failure();
}

#[test]
fn input_is_passed_on_to_its_end_and_bytes_come_back_as_they_are() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-bytes");
    // Beginnings of frames, control characters and what is no UTF-8, more than any buffer holds.
    let bytes: Vec<u8> =
        (0..400_000_u32).map(|n| (n % 251) as u8).chain([1, 0, 0, 0, 255, 254, 13, 10]).collect();
    let back = stack.command(["exec", "-T", "a", "cat"]).input(bytes.clone()).run().success();
    assert!(back.bytes == bytes, "{} bytes came back of {}", back.bytes.len(), bytes.len());
    let counted = stack.command(["exec", "-T", "a", "wc", "-c"]).input(bytes).run().success();
    assert_eq!(counted.out.trim(), "400008");
}

#[test]
fn without_interest_in_input_the_process_has_none() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-noinput");
    stack.command(["exec", "-T", "-i=false", "a", "cat"]).input("hello").run().success().stdout("");
}

#[test]
fn a_process_that_ends_before_its_input_is_not_waited_for() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-early");
    let input = vec![b'x'; 10_000_000];
    stack
        .command(["exec", "-T", "a", "sh", "-c", "head -c 3; exit 4"])
        .input(input)
        .run()
        .code(4)
        .stdout("xxx");
}

#[test]
fn detached_it_returns_at_once_and_prints_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-detached");
    stack
        .run(["exec", "-d", "a", "sh", "-c", "sleep 1; touch /tmp/done; sleep 600"])
        .success()
        .stdout("")
        .stderr("");
    assert_eq!(stack.exec("a", &["sh", "-c", "while ! test -e /tmp/done; do sleep 0.1; done"]), 0);
    stack.run(["exec", "-d", "a", "no-such-program"]).code(1).complains(["no-such-program"]);
}

#[test]
fn five_calls_are_made_and_none_more_for_a_second_container() {
    let Some(daemon) = daemon() else { return };
    let stack = sleepers(daemon, "exec-calls");
    let proxy = Proxy::before(daemon);
    stack.command(["exec", "--index", "2", "two", "true"]).host(&proxy.host()).run().success();
    let calls = proxy.take();
    let paths: Vec<String> = calls.iter().map(|call| format!("{} {}", call.method, shape(call))).collect();
    assert_eq!(
        paths,
        [
            "HEAD /_ping",
            "GET /containers/json",
            "POST /containers/*/exec",
            "POST /exec/*/start",
            "GET /exec/*/json"
        ]
    );
}

fn shape(call: &Call) -> String {
    let part = |part: &str| if part.len() == 64 { "*".to_owned() } else { part.to_owned() };
    call.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn a_terminal_is_raw_has_our_size_and_is_given_back() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-tty");
    let mut terminal = stack.command(["exec", "a", "sh"]).on_terminal();
    terminal.wait_for("# ");
    assert!(terminal.is_raw());
    terminal.keys("stty size\r");
    terminal.wait_for("24 80");
    terminal.resize(33, 111);
    terminal.keys("until stty size | grep '33 111'; do :; done\r");
    terminal.wait_for("33 111\r\n");
    // The shell in the container is interrupted, not we.
    terminal.keys("sh -c 'echo started; exec sleep 600'\r");
    terminal.wait_for("started\r\n");
    terminal.keys("\x03");
    terminal.keys("exit 5\r");
    assert_eq!(terminal.finish().0, Some(5));
}

#[test]
fn bytes_that_look_like_a_frame_survive_on_a_terminal() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-frame");
    let script = "stty -opost; printf '\\001\\000\\000\\000\\000\\000\\000\\377ctl\\n'; printf end; sleep 1; printf '\\002'";
    let (code, seen) = stack.command(["exec", "a", "sh", "-c", script]).on_terminal().finish();
    assert_eq!((code, seen.as_str()), (Some(0), "\u{1}\0\0\0\0\0\0\u{fffd}ctl\nend\u{2}"));
}

#[test]
fn the_keys_to_let_go_leave_the_process_running() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-keys");
    let mut terminal = stack.command(["exec", "a", "sh", "-c", "echo here; exec sleep 601"]).on_terminal();
    terminal.wait_for("here");
    terminal.keys("\x10\x11");
    let (code, seen) = terminal.finish();
    assert_eq!(code, Some(1));
    assert!(seen.contains("read escape sequence"), "{seen}");
    assert_eq!(stack.exec("a", &["sh", "-c", "ps | grep '[s]leep 601'"]), 0);
}

#[test]
fn the_keys_of_dockers_configuration_let_go_and_the_usual_ones_are_typed() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-config");
    stack.write("docker/config.json", r#"{"detachKeys": "ctrl-x,q"}"#);
    let folder = stack.folder().join("docker");
    let mut terminal = stack
        .command(["exec", "a", "sh", "-c", "stty raw -echo; echo here; exec cat"])
        .env("DOCKER_CONFIG", &folder)
        .on_terminal();
    terminal.wait_for("here");
    terminal.keys("\x10\x11x");
    terminal.wait_for("\x10\x11x");
    terminal.keys("\x18q");
    assert_eq!(terminal.finish().0, Some(1));
    stack.write("docker/config.json", r#"{"detachKeys": "ctrl-nothing"}"#);
    let (code, seen) =
        stack.command(["exec", "a", "true"]).env("DOCKER_CONFIG", &folder).on_terminal().finish();
    assert_eq!(code, Some(1));
    assert!(seen.contains("unknown key `ctrl-nothing`"), "{seen}");
}

#[test]
fn signals_from_outside_end_it_and_give_the_terminal_back() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-signals");
    for (signal, want) in [(Signal::TERM, 130), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let mut terminal = stack.command(["exec", "a", "sh", "-c", "echo here; exec cat"]).on_terminal();
        terminal.wait_for("here");
        assert!(terminal.is_raw());
        terminal.signal(signal);
        assert_eq!(terminal.finish().0, Some(want), "{signal:?}");
    }
}

#[test]
fn a_terminal_that_is_asked_for_without_one_is_refused() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-no-tty");
    stack
        .run(["exec", "-T=false", "a", "tty"])
        .code(1)
        .complains(["cannot attach stdin to a TTY-enabled container because stdin is not a terminal", "-T"]);
    stack.run(["exec", "-it", "-T", "a", "tty"]).code(1).stdout("not a tty\n");
    stack
        .run(["exec", "-T=maybe", "a", "tty"])
        .code(1)
        .complains(["invalid argument \"maybe\" for \"-T, --no-tty\" flag"]);
}

#[test]
fn the_engine_going_away_in_the_middle_is_told_and_the_terminal_given_back() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-gone");
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("GET", "/exec/*/json"));
    stack
        .command(["exec", "a", "echo", "said"])
        .host(&proxy.host())
        .run()
        .code(1)
        .stdout("said\n")
        .complains(["the container engine went away", "help:"]);
    proxy.disturb(Fault::on("POST", "/exec/*/start").truncate(400));
    proxy.disturb(Fault::on("GET", "/exec/*/json"));
    let script = "while :; do echo line; done";
    let (code, seen) =
        stack.command(["exec", "a", "sh", "-c", script]).host(&proxy.host()).on_terminal().finish();
    assert_eq!(code, Some(1), "{seen}");
    assert!(seen.contains("the container engine went away"), "{seen}");
}

#[test]
fn a_reader_that_has_enough_ends_it() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-enough");
    let program = env!("CARGO_BIN_EXE_rcompose");
    let piped = format!("{program} exec -T a yes | head -1");
    let status = std::process::Command::new("sh")
        .args(["-c", &piped])
        .current_dir(stack.folder())
        .env("DOCKER_HOST", &daemon.host)
        .env("COMPOSE_PROJECT_NAME", stack.project())
        .output()
        .expect("a shell is there");
    assert_eq!(String::from_utf8_lossy(&status.stdout), "y\n");
    assert_eq!(String::from_utf8_lossy(&status.stderr), "");
}

#[test]
fn a_container_that_dies_under_it_ends_it() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-dies");
    let mut running = stack.command(["exec", "-T", "a", "sh", "-c", "echo here; exec sleep 600"]).start();
    running.wait_for("here");
    daemon.api.post(&format!("/containers/{}-a-1/kill", stack.project()), &serde_json::Value::Null);
    let end = running.finish();
    assert_eq!(end.exit, Some(137), "{end:?}");
}

#[test]
fn a_dry_run_says_where_it_would_be_done_and_does_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = sleeper(daemon, "exec-dry");
    for words in
        [["exec", "--dry-run", "a", "touch", "/done"], ["exec", "--dry-run", "-d", "a", "touch /done"]]
    {
        stack.run(words).success().stdout("run `touch /done` in container PROJECT-a-1: requested\n");
    }
    stack.run(["attach", "--dry-run", "a"]).success().stdout("attach to container PROJECT-a-1: requested\n");
    stack.run(["exec", "--dry-run", "nobody", "true"]).code(1).complains(["nobody", "not running"]);
    assert_ne!(stack.exec("a", &["test", "-e", "/done"]), 0);
}
