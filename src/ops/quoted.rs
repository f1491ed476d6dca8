//! Which part of a service the daemon's words are about: what they quote stands somewhere in it.

use crate::yaml::{Node, Path, Value};

/// Shorter words are found in too much to say anything, unless they are all of a value.
const TELLING: usize = 4;

/// The first value or key below `node`, which stands at `at`, that a message quotes: as a whole, else as a part; else one
/// that it ends with (`unknown or invalid runtime name: odd`).
pub(super) fn quoted(node: &Node, at: &Path, message: &str) -> Option<Path> {
    let words: Vec<&str> = message.split(['"', '\'', '`']).skip(1).step_by(2).map(str::trim).collect();
    let whole = |text: &str| words.iter().any(|word| is_meant(text, word));
    let part = |text: &str| words.iter().any(|word| word.len() >= TELLING && text.contains(word));
    let last = message.rsplit(char::is_whitespace).next().filter(|last| last.len() + 1 >= TELLING);
    let ending = |text: &str| last == Some(text);
    find(node, at, &whole).or_else(|| find(node, at, &part)).or_else(|| find(node, at, &ending))
}

/// Engines write capabilities with a prefix that files may leave out.
fn is_meant(text: &str, word: &str) -> bool {
    !word.is_empty()
        && (text == word || word.strip_prefix("CAP_").is_some_and(|bare| text.eq_ignore_ascii_case(bare)))
}

fn find(node: &Node, at: &Path, fits: &dyn Fn(&str) -> bool) -> Option<Path> {
    match &node.value {
        Value::Map(map) => map.iter().find_map(|(key, entry)| {
            let at = at.clone().key(key);
            if fits(key) { Some(at) } else { find(&entry.node, &at, fits) }
        }),
        Value::Seq(items) => {
            items.iter().enumerate().find_map(|(index, item)| find(item, &at.clone().index(index), fits))
        }
        _ => node.as_str().is_some_and(fits).then(|| at.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Problems, Sources};
    use crate::yaml::parse;

    fn place(message: &str) -> Option<String> {
        let text = "cap_add: [SYS_TIME, NO_SUCH]\ndevices: ['/dev/null:/dev/a', '/dev/nosuch:/dev/x:r']\n\
            sysctls: {net.bad: 1}\nruntime: odd\n";
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        let source = sources.add("compose.yaml", text);
        let node = parse(source, text, &mut problems).remove(0);
        quoted(&node, &Path::default(), message).map(|path| path.to_string())
    }

    #[test]
    fn what_is_quoted_is_found_where_it_stands() {
        for (message, wanted) in [
            ("unknown capability: \"CAP_NO_SUCH\"", Some("cap_add[1]")),
            ("adding custom device \"/dev/nosuch\": no such file", Some("devices[1]")),
            ("sysctl 'net.bad' is not allowed", Some("sysctls.net.bad")),
            ("unknown or invalid runtime name: `odd`", Some("runtime")),
            ("unknown or invalid runtime name: odd", Some("runtime")),
            ("\"\" or \"a\" is not it", None),
            ("nothing is quoted: /dev/nosuch", None),
        ] {
            assert_eq!(place(message).as_deref(), wanted, "{message}");
        }
    }
}
