//! What an exit code means, in words.

/// Signals by number, as far as containers commonly end by them (Linux, x86 and arm alike).
const SIGNALS: &[(i64, &str)] = &[
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (4, "SIGILL: illegal instruction, perhaps an image for another processor"),
    (6, "SIGABRT: it gave up on itself"),
    (7, "SIGBUS"),
    (8, "SIGFPE: arithmetic error"),
    (9, "SIGKILL: killed, by the engine after its grace or by the kernel"),
    (11, "SIGSEGV: memory fault"),
    (13, "SIGPIPE"),
    (14, "SIGALRM"),
    (15, "SIGTERM: asked to end"),
];

/// What an exit code means, where it means something by convention.
#[must_use]
pub fn meaning(code: i64, oom_killed: bool) -> Option<String> {
    if oom_killed {
        return Some("killed by the kernel: it wanted more memory than its limit".to_owned());
    }
    match code {
        125 => Some("the engine could not run it".to_owned()),
        126 => Some("the command is there but cannot be executed".to_owned()),
        127 => Some("the command was not found in the image".to_owned()),
        129..=192 => {
            let signal = code - 128;
            let name = SIGNALS.iter().find(|(number, _)| *number == signal).map(|(_, name)| *name);
            Some(name.map_or_else(|| format!("ended by signal {signal}"), |name| format!("ended by {name}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_above_128_names_its_signal() {
        assert!(meaning(137, false).is_some_and(|words| words.contains("SIGKILL")));
        assert!(meaning(139, false).is_some_and(|words| words.contains("memory fault")));
        assert_eq!(meaning(160, false).as_deref(), Some("ended by signal 32"));
    }

    #[test]
    fn want_of_memory_is_told_instead_of_the_signal() {
        assert!(meaning(137, true).is_some_and(|words| words.contains("memory than its limit")));
    }

    #[test]
    fn a_program_s_own_code_means_nothing_by_convention() {
        assert_eq!(meaning(3, false), None);
        assert_eq!(meaning(0, false), None);
    }
}
