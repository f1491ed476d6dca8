//! What containers, volumes and networks are called and labelled by others never steers the terminal of who looks at them.

use serde_json::{Value, json};

use crate::support::{Stack, daemon};

/// A title, a cleared screen, a line of its own, a carriage return, and a C1 control.
const EVIL: &str = "\u{1b}]0;pwned\u{7}\u{1b}[2J\nfake line\r\u{9b}K";
/// What must not get through: all that the terminal would act on, and the line.
const SIGNS: [&str; 6] = ["\u{1b}]", "\u{1b}[2J", "\u{9b}", "\u{7}", "\nfake line", "\rfake line"];

/// A project that nobody's file describes, with hostile labels and a hostile command.
fn planted(stack: &Stack) {
    let api = stack.api();
    let labels = |kind: &str| {
        json!({
            "com.docker.compose.project": stack.project(),
            format!("com.docker.compose.{kind}"): format!("web{EVIL}"),
            "com.docker.compose.container-number": "1",
            "com.docker.compose.oneoff": "False",
            "com.docker.compose.config-hash": EVIL,
            "com.docker.compose.project.config_files": format!("/x/{EVIL}"),
            EVIL: EVIL,
        })
    };
    let made = |path: &str, body: &Value| {
        let answer = api.post(path, body);
        assert!(answer.status < 300, "{path}: {}", String::from_utf8_lossy(&answer.body));
    };
    let name = format!("{}-web-1", stack.project());
    let command = format!("printf '\\033]0;pwned\\007\\033[2J\\n'; exec sh -c 'sleep 600; :' '{EVIL}'");
    made(
        &format!("/containers/create?name={name}"),
        &json!({
            "Image": Stack::IMAGE,
            "Cmd": ["sh", "-c", command],
            "Labels": labels("service"),
            "HostConfig": { "Init": true },
        }),
    );
    made(&format!("/containers/{name}/start"), &Value::Null);
    made("/volumes/create", &json!({ "Name": format!("{}_v", stack.project()), "Labels": labels("volume") }));
    made(
        "/networks/create",
        &json!({ "Name": format!("{}_n", stack.project()), "Labels": labels("network") }),
    );
}

#[test]
fn no_verb_hands_an_escape_or_a_line_of_others_to_a_terminal() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "hostile", "services: {web: {image: IMAGE, command: sleep 600, init: true}}");
    planted(&stack);
    let looks: [&[&str]; 17] = [
        &["ps", "-a", "--no-trunc", "--orphans"],
        &["ps", "--format", "json"],
        &["ps", "--services"],
        &["ps", "--format", "{{.Service}} {{.Labels}} {{.Label \"x\"}} {{.Command}} {{json .}}"],
        &["ls", "-a"],
        &["ls", "--format", "json"],
        &["logs"],
        &["events", "--since", "1h", "--until", "0s"],
        &["events", "--since", "1h", "--until", "0s", "--json"],
        &["top"],
        &["images"],
        &["volumes"],
        &["volumes", "--format", "{{.Labels}}"],
        &["stats", "--no-stream"],
        &["plan"],
        &["up", "--dry-run", "--remove-orphans"],
        &["down", "-v", "--dry-run", "--remove-orphans"],
    ];
    let acts: [&[&str]; 4] =
        [&["pause"], &["unpause"], &["up", "-d", "--remove-orphans"], &["down", "-v", "--remove-orphans"]];
    for words in looks.into_iter().chain(acts) {
        let (_, seen) = stack.command([]).args(words).on_terminal().finish();
        let found: Vec<&&str> = SIGNS.iter().filter(|sign| seen.contains(**sign)).collect();
        assert!(found.is_empty(), "{words:?} lets {found:?} through:\n{seen:?}");
    }
}

#[test]
fn a_pipe_gets_labels_as_they_are() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "hostile-pipe", "services: {web: {image: IMAGE, command: sleep 600, init: true}}");
    planted(&stack);
    stack.run(["ps", "--format", "{{.Service}}"]).success().stdout(&format!("web{EVIL}\n"));
}
