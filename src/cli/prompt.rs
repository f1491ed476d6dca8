//! Questions to the user. Where nobody can answer, the answer is no.

use std::io::{self, BufRead, Write};

/// Asks a yes-or-no question on stderr and reads one line. Anything but a clear yes is a no.
pub(crate) fn confirm(question: &str, mut input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    write!(output, "{question} [y/N] ")?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    if !line.ends_with('\n') {
        // Nobody pressed the key that ends the line.
        writeln!(output)?;
    }
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(line: &str) -> bool {
        confirm("Sure?", line.as_bytes(), io::sink()).expect("memory can be written")
    }

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        assert!(answered("y\n") && answered(" YES \n"));
        for line in ["", "\n", "n\n", "yep\n", "1\n"] {
            assert!(!answered(line), "{line:?}");
        }
    }

    #[test]
    fn the_question_names_the_default() {
        let mut output = Vec::new();
        confirm("Remove it?", "n\n".as_bytes(), &mut output).expect("memory can be written");
        assert_eq!(String::from_utf8_lossy(&output), "Remove it? [y/N] ");
    }
}
