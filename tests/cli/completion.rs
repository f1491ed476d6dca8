//! Completion scripts.

use crate::program::{Program, skipped};

#[test]
fn every_shell_gets_a_script_that_knows_the_verbs_and_flags() {
    let ours = Program::ours();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = ours.run(&format!("completion {shell}"));
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["rcompose", "version", "project-name"] {
            assert!(said.stdout.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn bash_takes_its_script() {
    let script = Program::ours().run("completion bash").stdout;
    let checked = std::process::Command::new("bash").args(["-n", "-c", &script]).status();
    match checked {
        Ok(status) => assert!(status.success()),
        Err(error) => skipped(&format!("no bash: {error}")),
    }
}

#[test]
fn a_shell_that_is_none_is_refused_with_the_choices() {
    let said = Program::ours().run("completion tcsh");
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("help: one of: bash, elvish, fish, powershell, zsh"), "{}", said.stderr);
}

/// What bash offers for the last of these words, in a directory with a compose file.
fn offered(words: &[&str]) -> Option<Vec<String>> {
    let ours = Program::ours()
        .file("compose.yaml", "services: {web: {image: a}, worker: {image: a}, db: {image: a}}\n")
        .file("other.yaml", "services: {elsewhere: {image: a}}\n");
    let script = ours.run("completion bash").stdout;
    let (at, previous) = (words.len() - 1, words.len().saturating_sub(2));
    let list = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let program = format!(
        "{script}\nrcompose() {{ '{}' \"$@\"; }}\nCOMP_WORDS=({list}); COMP_CWORD={at}\n\
         _rcompose_live rcompose '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        env!("CARGO_BIN_EXE_rcompose"),
        words[at],
        words[previous],
    );
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &program]).current_dir(ours.directory());
    match bash.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
        Err(error) => {
            skipped(&format!("no bash: {error}"));
            None
        }
    }
}

#[test]
fn bash_offers_the_services_of_the_file() {
    let Some(names) = offered(&["rcompose", "stop", "w"]) else { return };
    assert_eq!(names, ["web", "worker"]);
    assert_eq!(
        offered(&["rcompose", "-f", "other.yaml", "logs", "-f", ""]),
        Some(vec!["elsewhere".to_owned()])
    );
}

#[test]
fn bash_offers_verbs_and_flags_as_before() {
    let Some(verbs) = offered(&["rcompose", "unp"]) else { return };
    assert_eq!(verbs, ["unpause"]);
    let flags = offered(&["rcompose", "stop", "--time"]).unwrap_or_default();
    assert_eq!(flags, ["--timeout"]);
}
