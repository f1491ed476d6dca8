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
