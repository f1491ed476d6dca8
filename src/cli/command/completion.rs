//! `completion`: a script for the shell, which knows the project's services and the engine's projects when it is asked.

use clap::{Args, Command, CommandFactory};
use clap_complete::{Shell, generate};

use crate::cli::args::Cli;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose completion bash > /etc/bash_completion.d/rcompose\n  \
    rcompose completion zsh > \"${fpath[1]}/_rcompose\"\n  \
    rcompose completion fish > ~/.config/fish/completions/rcompose.fish")]
pub(crate) struct CompletionArgs {
    /// bash, zsh, fish, elvish or powershell
    #[arg(hide_possible_values = true)]
    shell: Shell,
}

/// Services and projects for bash: a function around the one that knows verbs and flags. The flags that say which
/// files to read are handed on.
const BASH: &str = r#"
_rcompose_live() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" verb="" at word
    local -a global=()
    _rcompose "$@"
    for ((at = 1; at < COMP_CWORD; at++)); do
        word="${COMP_WORDS[at]}"
        case "$word" in
            -f|--file|-p|--project-name|--project-directory|--env-file|--profile)
                ((at + 1 < COMP_CWORD)) && global+=("$word" "${COMP_WORDS[at + 1]}")
                ((at++))
                ;;
            -*) ;;
            *) verb="$word"; break ;;
        esac
    done
    if [[ -z "$verb" ]]; then
        case "$prev" in
            -p|--project-name) COMPREPLY=($(compgen -W "$("$1" ls -a -q 2>/dev/null)" -- "$cur")) ;;
        esac
        return 0
    fi
    case "$cur" in -*) return 0 ;; esac
    case " VERBS " in
        *" $verb "*) COMPREPLY=($(compgen -W "$("$1" "${global[@]}" config --services 2>/dev/null)" -- "$cur")) ;;
    esac
}
complete -F _rcompose_live -o bashdefault -o default rcompose
"#;

/// The same for zsh: functions that the script's own lines refer to.
const ZSH: &str = r#"
_rcompose_services() {
    local -a names
    names=(${(f)"$(rcompose config --services 2>/dev/null)"})
    compadd -a names
}

_rcompose_projects() {
    local -a names
    names=(${(f)"$(rcompose ls -a -q 2>/dev/null)"})
    compadd -a names
}
"#;

/// The same for fish.
const FISH: &str = r#"
complete -c rcompose -n "__fish_rcompose_using_subcommand VERBS" -f -a "(rcompose config --services 2>/dev/null)"
complete -c rcompose -n "__fish_rcompose_needs_command" -s p -l project-name -x -a "(rcompose ls -a -q 2>/dev/null)"
"#;

/// Prints it.
pub(crate) fn run(args: &CompletionArgs, session: &Session) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    generate(args.shell, &mut command, "rcompose", &mut script);
    let script = String::from_utf8_lossy(&script);
    session.ui.print(&live(args.shell, &script, &about_services(&command).join(" ")))?;
    Ok(Exit::Success)
}

/// The verbs that are told services.
fn about_services(command: &Command) -> Vec<&str> {
    let names_services = |verb: &&Command| {
        let mut values = verb.get_positionals().filter_map(|arg| arg.get_value_names()?.first());
        values.any(|name| name.starts_with("SERVICE"))
    };
    command.get_subcommands().filter(names_services).map(Command::get_name).collect()
}

/// The script with what has to be asked for when it is used.
fn live(shell: Shell, script: &str, verbs: &str) -> String {
    match shell {
        Shell::Bash => format!("{script}{}", BASH.replace("VERBS", verbs)),
        Shell::Fish => format!("{script}{}", FISH.replace("VERBS", verbs)),
        Shell::Zsh => {
            let asked = |line: &str| {
                let names =
                    ["services -- ", "service -- ", ":SERVICE"].iter().any(|sign| line.contains(sign));
                let projects = line.contains("]:NAME:_default") && line.contains("Project name");
                let by = if names {
                    ":_rcompose_services"
                } else if projects {
                    ":_rcompose_projects"
                } else {
                    ":_default"
                };
                line.replace(":_default", by) + "\n"
            };
            // The first line tells zsh what the script is for.
            let (first, rest) = script.split_once('\n').unwrap_or((script, ""));
            format!("{first}\n{ZSH}{}", rest.lines().map(asked).collect::<String>())
        }
        _ => script.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_that_are_told_services_are_known_by_their_arguments() {
        let command = Cli::command();
        let verbs = about_services(&command);
        for verb in ["up", "stop", "logs", "exec", "port", "wait", "scale"] {
            assert!(verbs.contains(&verb), "{verb}: {verbs:?}");
        }
        for verb in ["ls", "version", "completion", "search"] {
            assert!(!verbs.contains(&verb), "{verb}");
        }
    }

    #[test]
    fn zsh_asks_for_services_where_a_service_is_wanted() {
        let script = "#compdef rcompose\n'*::services -- Only these:_default' \\\n'-p+[Project name]:NAME:_default' \\\n'--rmi=[x]:WHICH:_default' \\\n";
        let text = live(Shell::Zsh, script, "up");
        assert!(text.starts_with("#compdef rcompose\n"), "{text}");
        assert!(text.contains("Only these:_rcompose_services'") && text.contains("NAME:_rcompose_projects'"));
        assert!(text.contains("WHICH:_default'"));
    }
}
