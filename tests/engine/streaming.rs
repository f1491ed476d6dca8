//! Output, events, waits, processes and files.

use std::time::{Duration, Instant};

use rcompose::engine::{
    AttachOptions, DaemonEvent, EventQuery, ExecSpec, Flow, Heard, LogOptions, Output, TerminalSize, WaitFor,
};
use rcompose::event::Stream;
use rcompose::resource::{Health, InjectedFile};
use tokio::time::timeout;

use crate::bench::{Bench, at_engine};
use crate::support::Fault;

const SOON: Duration = Duration::from_secs(20);

/// All that a flow of output brings, each stream for itself.
async fn all(mut output: Flow<Output>) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    while let Some(piece) = timeout(SOON, output.next()).await.expect("output comes soon") {
        let piece = piece.unwrap();
        if piece.stream == Stream::Stderr { &mut err } else { &mut out }.extend_from_slice(&piece.bytes);
    }
    (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn terminal(bench: &Bench, script: &str) -> rcompose::resource::ContainerSpec {
    let mut spec = bench.script(script);
    spec.body.tty = true;
    spec.body.open_stdin = true;
    spec
}

#[test]
fn a_terminal_loses_no_byte_that_looks_like_the_head_of_a_frame() {
    at_engine(|bench| async move {
        let script = r"printf '\001ctl\n'; printf '\002'; printf end";
        let id = bench.create("tty", &terminal(&bench, script)).await;
        let options = AttachOptions { tty: true, ..AttachOptions::default() };
        let attached = bench.engine.attach(&id, &options).await.unwrap();
        bench.engine.start_container(&id).await.unwrap();
        assert_eq!(all(attached.output).await.0, "\u{1}ctl\r\n\u{2}end");

        let id = bench.run("host", "sleep 60").await;
        let spec = ExecSpec {
            cmd: ["sh", "-c", script].map(str::to_owned).to_vec(),
            tty: true,
            attach_stdout: true,
            ..ExecSpec::default()
        };
        let exec = bench.engine.create_exec(&id, &spec).await.unwrap();
        let attached = bench.engine.start_exec(&exec, true, None).await.unwrap();
        assert_eq!(all(attached.output).await.0, "\u{1}ctl\r\n\u{2}end");
    });
}

#[test]
fn the_prompt_of_a_terminal_is_seen_before_its_line_ends() {
    at_engine(|bench| async move {
        let id = bench
            .create("tty", &terminal(&bench, "echo first; sleep 1; printf 'prompt> '; sleep 30; echo"))
            .await;
        bench.engine.start_container(&id).await.unwrap();
        // What was written before comes out of the log, what is written from now on out of the terminal.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let options = AttachOptions { tty: true, logs: true, ..AttachOptions::default() };
        let mut output = bench.engine.attach(&id, &options).await.unwrap().output;
        let begun = Instant::now();
        let mut seen = Vec::new();
        while !seen.ends_with(b"prompt> ") {
            seen.extend(
                timeout(SOON, output.next()).await.expect("the prompt comes soon").unwrap().unwrap().bytes,
            );
        }
        assert_eq!(seen, b"first\r\nprompt> ");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    });
}

#[test]
fn logs_come_in_lines_of_both_streams_with_their_times() {
    at_engine(|bench| async move {
        let script = "echo one; echo two >&2; sleep 0.3; echo three; printf rest";
        let id = bench.run("logs", script).await;
        bench.engine.wait(&id, WaitFor::NotRunning).await.unwrap().exit().await.unwrap();
        let options = LogOptions { timestamps: true, tail: Some(2), ..LogOptions::default() };
        let mut lines = bench.engine.log_lines(&id, &options).await.unwrap();
        let mut seen = Vec::new();
        while let Some(line) = lines.next().await {
            seen.push(line.unwrap());
        }
        assert_eq!(seen.iter().map(rcompose::engine::Line::text).collect::<Vec<_>>(), ["three", "rest"]);
        let time = seen[0].timestamp.clone().unwrap();
        assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
        let (out, err) = all(bench.engine.logs(&id, &LogOptions::default()).await.unwrap()).await;
        assert_eq!((out.as_str(), err.as_str()), ("one\nthree\nrest", "two\n"));
        let later = LogOptions { since: Some("4000000000.5".to_owned()), ..LogOptions::default() };
        assert_eq!(all(bench.engine.logs(&id, &later).await.unwrap()).await.0, "");
    });
}

#[test]
fn a_line_that_the_daemon_cuts_into_parts_is_one_line_again() {
    at_engine(|bench| async move {
        let id = bench.run("long", "head -c 50000 /dev/zero | tr '\\0' x; echo; echo next").await;
        bench.engine.wait(&id, WaitFor::NotRunning).await.unwrap().exit().await.unwrap();
        for timestamps in [false, true] {
            let options = LogOptions { timestamps, ..LogOptions::default() };
            let mut lines = bench.engine.log_lines(&id, &options).await.unwrap();
            let first = lines.next().await.unwrap().unwrap();
            assert_eq!(first.bytes.len(), 50_000);
            assert!(first.bytes.iter().all(|byte| *byte == b'x'));
            assert_eq!(lines.next().await.unwrap().unwrap().text(), "next");
        }
    });
}

#[test]
fn an_exit_that_is_not_zero_is_an_answer_and_no_error() {
    at_engine(|bench| async move {
        let id = bench.create("three", &bench.script("exit 3")).await;
        let waiting = bench.engine.wait(&id, WaitFor::NextExit).await.unwrap();
        bench.engine.start_container(&id).await.unwrap();
        assert_eq!(timeout(SOON, waiting.exit()).await.unwrap().unwrap().code, 3);
        let exit = bench.engine.wait(&id, WaitFor::NotRunning).await.unwrap().exit().await.unwrap();
        assert_eq!((exit.code, exit.error.as_str()), (3, ""));
        let waiting = bench.engine.wait(&id, WaitFor::Removed).await.unwrap();
        bench.engine.remove_container(&id, true).await.unwrap();
        timeout(SOON, waiting.exit()).await.unwrap().unwrap();
        assert!(bench.engine.wait(&id, WaitFor::NotRunning).await.unwrap_err().is_not_found());
    });
}

#[test]
fn the_input_of_a_container_ends_while_its_output_goes_on() {
    at_engine(|bench| async move {
        let mut spec = bench.script("cat; echo after; echo wrong >&2");
        spec.body.open_stdin = true;
        spec.body.stdin_once = true;
        spec.body.attach_stdin = true;
        let id = bench.create("cat", &spec).await;
        let options = AttachOptions { stdin: true, ..AttachOptions::default() };
        let mut attached = bench.engine.attach(&id, &options).await.unwrap();
        bench.engine.start_container(&id).await.unwrap();
        let big = "y".repeat(300_000);
        attached.input.send(b"typed ").await.unwrap();
        let reading = tokio::spawn(all(attached.output));
        attached.input.send(big.as_bytes()).await.unwrap();
        attached.input.end().await.unwrap();
        let (out, err) = reading.await.unwrap();
        assert_eq!((out, err.as_str()), (format!("typed {big}after\n"), "wrong\n"));
    });
}

#[test]
fn a_process_has_streams_a_size_and_an_exit_code_of_its_own() {
    at_engine(|bench| async move {
        let engine = &bench.engine;
        let id = bench.run("host", "sleep 60").await;
        let mut spec = ExecSpec {
            cmd: ["sh", "-c", "cat; echo \"$WHO in $PWD\"; echo wrong >&2; exit 7"]
                .map(str::to_owned)
                .to_vec(),
            env: vec!["WHO=me".to_owned()],
            working_dir: "/tmp".to_owned(),
            attach_stdin: true,
            attach_stdout: true,
            attach_stderr: true,
            ..ExecSpec::default()
        };
        let exec = engine.create_exec(&id, &spec).await.unwrap();
        let mut attached = engine.start_exec(&exec, false, None).await.unwrap();
        // It waits for its input. The engine may note a moment later that it runs.
        let mut looks = 0;
        while !engine.inspect_exec(&exec).await.unwrap().running {
            looks += 1;
            assert!(looks < 500, "it never ran");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        attached.input.send(b"in\n").await.unwrap();
        attached.input.end().await.unwrap();
        assert_eq!(all(attached.output).await, ("in\nme in /tmp\n".to_owned(), "wrong\n".to_owned()));
        let state = engine.inspect_exec(&exec).await.unwrap();
        assert_eq!((state.running, state.exit_code), (false, Some(7)));

        spec.cmd = ["sh", "-c", "read go; stty size"].map(str::to_owned).to_vec();
        spec.tty = true;
        let exec = engine.create_exec(&id, &spec).await.unwrap();
        let mut attached = engine.start_exec(&exec, true, None).await.unwrap();
        engine.resize_exec(&exec, TerminalSize { rows: 33, columns: 111 }).await.unwrap();
        attached.input.send(b"go\n").await.unwrap();
        assert!(all(attached.output).await.0.contains("33 111"));

        let fault = engine.create_exec("nobody", &spec).await.unwrap_err();
        assert!(fault.is_not_found());
    });
}

#[test]
fn events_tell_starts_ends_and_health() {
    at_engine(|bench| async move {
        let query = EventQuery::containers_of(&bench.project);
        let mut events = bench.engine.events(&query).await.unwrap();
        let mut spec = bench.script("sleep 1; exit 4");
        let second = 1_000_000_000;
        let check = serde_json::json!({"Test": ["CMD", "true"], "Interval": second / 5, "Retries": 1});
        spec.body.healthcheck = Some(serde_json::from_value(check).unwrap());
        let id = bench.create("web", &spec).await;
        bench.engine.start_container(&id).await.unwrap();
        let mut seen: Vec<DaemonEvent> = Vec::new();
        while !seen.iter().any(|event| event.action == "die") {
            seen.push(timeout(SOON, events.next()).await.expect("it ends soon").unwrap().unwrap());
        }
        assert!(seen.iter().all(|event| event.id == id && event.kind == "container"));
        assert!(seen.iter().any(|event| event.action == "start"));
        assert!(seen.iter().any(|event| event.health() == Some(Health::Healthy)), "{seen:?}");
        let end = seen.last().unwrap();
        assert_eq!((end.exit_code(), end.attribute("name")), (Some(4), bench.name("web").as_str()));
        assert!(seen.is_sorted_by_key(|event| event.time_nano));

        let past = EventQuery { since: Some(seen[0].time_nano), until: Some(end.time_nano + 1), ..query };
        let mut again = bench.engine.events(&past).await.unwrap();
        assert_eq!(again.next().await.unwrap().unwrap(), seen[0]);
    });
}

#[test]
fn a_listener_gets_over_a_lost_connection_and_says_that_there_was_a_gap() {
    at_engine(|bench| async move {
        let (engine, proxy) = bench.proxied().await;
        // Enough for the answer's head and the first event.
        proxy.disturb(Fault::on("GET", "/events").truncate(1_400));
        let mut heard = engine.listen(&EventQuery::containers_of(&bench.project)).await.unwrap();
        let id = bench.run("web", "exit 5").await;
        let (mut gaps, mut events) = (0, Vec::new());
        while !events.iter().any(|event: &DaemonEvent| event.action == "die") {
            match timeout(SOON, heard.next()).await.expect("it goes on soon").unwrap().unwrap() {
                Heard::Gap => gaps += 1,
                Heard::Event(event) => events.push(event),
            }
        }
        assert_eq!(gaps, 1);
        let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
        assert_eq!(actions.iter().filter(|action| **action == "create").count(), 1, "{actions:?}");
        assert_eq!(actions.iter().filter(|action| **action == "die").count(), 1, "{actions:?}");
        assert!(events.iter().all(|event| event.id == id));
    });
}

#[test]
fn files_go_in_with_mode_and_owner_and_come_out_again() {
    at_engine(|bench| async move {
        let engine = &bench.engine;
        let script =
            "stat -c '%a %u %g %n' /run/secrets/token /etc/app/conf; cat /run/secrets/token; sleep 60";
        let mut spec = bench.script(script);
        // An engine asked for it would give the files to this user, whatever the files say.
        spec.body.user = "1234".to_owned();
        let id = bench.create("web", &spec).await;
        let file = |target: &str, mode, uid| InjectedFile {
            target: target.to_owned(),
            content: b"s3cret\n".to_vec(),
            mode,
            uid,
            gid: uid,
        };
        let files = [file("/run/secrets/token", 0o444, None), file("/etc/app/conf", 0o640, Some(42))];
        engine.inject(&id, &files).await.unwrap();
        engine.start_container(&id).await.unwrap();
        let options = LogOptions { follow: true, ..LogOptions::default() };
        let mut lines = engine.log_lines(&id, &options).await.unwrap();
        let mut seen = Vec::new();
        while seen.len() < 3 {
            seen.push(timeout(SOON, lines.next()).await.unwrap().unwrap().unwrap().text());
        }
        assert_eq!(seen, ["444 0 0 /run/secrets/token", "640 42 42 /etc/app/conf", "s3cret"]);

        let (stat, mut tar) = engine.download(&id, "/run/secrets").await.unwrap();
        assert!(stat.is_directory() && stat.name == "secrets");
        let mut bytes = Vec::new();
        while let Some(piece) = tar.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        let mut archive = tar::Archive::new(&bytes[..]);
        let names: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert!(names.contains(&"secrets/token".to_owned()), "{names:?}");
        assert_eq!(engine.stat(&id, "/run/secrets/token").await.unwrap().size, 7);
        assert!(engine.stat(&id, "/no/such").await.unwrap_err().is_not_found());
        assert!(engine.download(&id, "/no/such").await.unwrap_err().is_not_found());
    });
}
