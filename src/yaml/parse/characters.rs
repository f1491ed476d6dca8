//! Characters that no YAML text may hold.

use crate::diag::Problem;

use super::complaint::Complaints;

/// Complains about the first characters that YAML forbids; false if there are any.
pub(super) fn check(text: &str, complaints: &mut Complaints<'_>) -> bool {
    // All of them are below a space, or start with one of these bytes.
    if !text
        .bytes()
        .any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0xC2 || byte == 0xEF)
    {
        return true;
    }
    let mut clean = true;
    for (at, character) in text.char_indices().filter(|(_, character)| forbidden(*character)) {
        clean = false;
        let span = complaints.span(at, at + character.len_utf8());
        let name = if character == '\0' {
            "a NUL byte".to_owned()
        } else {
            format!("the control character U+{:04X}", u32::from(character))
        };
        let problem = Problem::error("control-character", format!("{name} cannot stand in YAML"))
            .at(span, "here")
            .help("remove it, or write it as an escape in double quotes");
        complaints.push(problem);
    }
    clean
}

fn forbidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{0}'..='\u{1f}' | '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => false,
    }
}
