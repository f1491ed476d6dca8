//! The fences of the house: who may import whom, who may print, and how large a file gets.
//!
//! A room is a folder (or a file) right under `src`; it imports only rooms with a lower number. The fences read the
//! sources as text, with comments, strings and tests taken out, so that they also hold for code behind a `cfg`.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and its height. Rooms of one height do not know each other.
const ROOMS: [(&str, u32); 14] = [
    ("diag", 0),
    ("syntax", 0),
    ("yaml", 1),
    ("model", 2),
    ("load", 3),
    ("resource", 3),
    ("plan", 4),
    ("event", 4),
    ("engine", 5),
    ("run", 6),
    ("ops", 7),
    ("fixture", 8),
    ("cli", 9),
    ("main", 10),
];

const LONGEST: usize = 600;

const NAMES_THAT_SAY_NOTHING: [&str; 8] =
    ["util", "utils", "helper", "helpers", "common", "misc", "manager", "imp"];

/// A source file: where it lies under `src`, its room, its text, and the text without comments, strings and tests.
struct Source {
    path: String,
    room: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: String) -> Self {
        let room = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        // A file of tests has no code that ships.
        let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        let code = if tests { String::new() } else { without_tests(&bare(&text)) };
        Self { path: path.to_owned(), room, text, code }
    }

    /// The lines of the code for which `wrong` holds, as `path:line: text`.
    fn lines(&self, wrong: impl Fn(&str) -> bool) -> Vec<String> {
        let numbered = self.code.lines().enumerate().filter(|(_, line)| wrong(line));
        numbered.map(|(index, line)| format!("src/{}:{}: {}", self.path, index + 1, line.trim())).collect()
    }
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<Source> = files(&src)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let inside = path.strip_prefix(&src).expect("it was found there").display().to_string();
            Source::new(&inside, fs::read_to_string(&path).expect("a source is UTF-8"))
        })
        .collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(found.len() > 20, "the sources are not where they were");
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder can be read");
    entries
        .flat_map(|entry| {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}

/// The text with the content of comments, strings and character literals blanked; lines stay where they are.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = string_length(rest, &out) {
            length
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.extend(rest[..hidden].chars().filter(|c| *c == '\n'));
        rest = &rest[hidden..];
    }
    out
}

/// The length of the string or character literal that `rest` begins with.
fn string_length(rest: &str, before: &str) -> Option<usize> {
    let in_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')).filter(|_| !in_word);
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let from = rest.len() - raw.len() + hashes + 1;
            return Some(rest[from..].find(&close).map_or(rest.len(), |end| from + end + close.len()));
        }
    }
    let quote = if rest.starts_with('"') {
        '"'
    } else if is_character(rest) {
        '\''
    } else {
        return None;
    };
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(index + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// Whether `rest` begins with a character literal, and not with a lifetime.
fn is_character(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next() == Some('\'') && chars.next().is_some_and(|c| c == '\\' || chars.next() == Some('\''))
}

/// The code with each item after `#[cfg(test)]` blanked; lines stay where they are.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..start]);
        let item = &rest[start..];
        let length = item_length(item);
        out.extend(item[..length].chars().filter(|c| *c == '\n'));
        rest = &item[length..];
    }
    out + rest
}

/// Up to the closing brace of the first block, or the first semicolon when that comes before.
fn item_length(item: &str) -> usize {
    let mut depth = 0u32;
    for (index, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return index + 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    item.len()
}

/// The rooms that a line of code names after `crate::`, or in a list `use crate::{..}`.
fn rooms_named(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, path) in line.match_indices("crate::") {
        // `$crate::` is a macro of our own, which names its room as well.
        let inside = &line[at + path.len()..];
        let names = inside.strip_prefix('{').map_or(inside, |list| list.split('}').next().unwrap_or(list));
        let list = inside.starts_with('{');
        let mut parts = names.split(',').take(if list { usize::MAX } else { 1 });
        found.extend(parts.by_ref().map(|part| {
            let part = part.trim();
            part.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(part)
        }));
    }
    found
}

fn height(room: &str) -> Option<u32> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, height)| *height)
}

fn claim(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn every_room_has_a_height() {
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| source.room != "lib" && height(&source.room).is_none())
        .map(|source| format!("src/{}", source.path))
        .collect();
    claim("a room that tests/layers.rs does not know", &wrong);
}

#[test]
fn a_room_imports_only_lower_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = height(&source.room) else { continue };
        let upward = |named: &str| {
            named != source.room
                && height(named).is_some_and(|height| height >= own)
                && !(own >= 9 && named == "cli")
        };
        wrong.extend(source.lines(|line| rooms_named(line).into_iter().any(upward)));
    }
    claim("an import that goes up or sideways", &wrong);
}

#[test]
fn the_library_does_not_know_the_command_line() {
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| !matches!(source.room.as_str(), "cli" | "main"))
        .flat_map(|source| {
            source.lines(|line| {
                line.contains("crate::cli")
                    || line.contains("mod cli")
                    || line.contains("clap::")
                    || line.contains("use clap")
            })
        })
        .collect();
    claim("the library speaks of the command line", &wrong);
}

#[test]
fn only_the_engine_says_bollard() {
    let says = |line: &str| line.contains("bollard");
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| source.room != "engine")
        .flat_map(|source| source.lines(says))
        .collect();
    claim("bollard outside of `engine`", &wrong);
}

#[test]
fn pure_rooms_know_no_runtime_no_process_and_no_clock() {
    const IMPURE: [&str; 10] = [
        "tokio",
        "std::process",
        "net::Tcp",
        "net::Udp",
        "unix::net",
        "std::env",
        "SystemTime::now",
        "Instant::now",
        "now_utc",
        "std::thread",
    ];
    let pure =
        |source: &&Source| height(&source.room).is_some_and(|height| height <= 4) && source.room != "event";
    let says = |line: &str| IMPURE.iter().any(|word| line.contains(word));
    let wrong: Vec<_> = sources().iter().filter(pure).flat_map(|source| source.lines(says)).collect();
    claim("a pure room that reaches out", &wrong);
}

#[test]
fn only_the_command_line_prints() {
    const PRINTS: [&str; 6] = ["println!", "print!", "eprintln!", "eprint!", "dbg!", "std::io::stdout"];
    let says = |line: &str| PRINTS.iter().any(|word| line.contains(word));
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| !matches!(source.room.as_str(), "cli" | "main"))
        .flat_map(|source| source.lines(says))
        .collect();
    claim("printing outside of `cli`", &wrong);
}

#[test]
fn nothing_unwraps_outside_of_tests() {
    let wrong: Vec<_> =
        sources().iter().flat_map(|source| source.lines(|line| line.contains(".unwrap()"))).collect();
    claim("`unwrap()` outside of tests", &wrong);
}

#[test]
fn a_file_without_its_tests_stays_short() {
    let length = |source: &Source| {
        let shipped: String = without_tests(&source.text);
        if source.code.is_empty() {
            0
        } else {
            shipped.lines().filter(|line| !line.trim().is_empty()).count()
        }
    };
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| length(source) > LONGEST)
        .map(|source| format!("src/{}: {} lines", source.path, length(source)))
        .collect();
    claim("a file that wants dividing", &wrong);
}

#[test]
fn a_mod_file_holds_docs_and_doors_only() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("mod.rs")) {
        let mut open = false;
        for (index, line) in source.code.lines().enumerate() {
            let line = line.trim();
            let door = [
                "mod ",
                "pub mod ",
                "pub(crate) mod ",
                "pub(super) mod ",
                "pub use ",
                "pub(crate) use ",
                "pub(super) use ",
                "pub(in crate::",
                "#[",
            ];
            let begins = door.iter().any(|start| line.starts_with(start));
            if !(line.is_empty() || open || begins) {
                wrong.push(format!("src/{}:{}: {line}", source.path, index + 1));
            }
            // A long `pub use` goes over several lines.
            open = (open || line.contains(" use ")) && !line.ends_with(';');
        }
    }
    claim("a mod.rs with more than docs, `mod` and `pub use`", &wrong);
}

#[test]
fn names_say_what_is_in_them() {
    let says_nothing = |part: &str| NAMES_THAT_SAY_NOTHING.contains(&part.trim_end_matches(".rs"));
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| source.path.split('/').any(says_nothing))
        .map(|source| format!("src/{}", source.path))
        .collect();
    claim("a name that says nothing", &wrong);
}

#[test]
fn imports_are_by_name() {
    let glob = |line: &str| {
        let line = line.trim();
        (line.starts_with("use ") || line.starts_with("pub use ")) && line.contains("::*")
    };
    let wrong: Vec<_> = sources().iter().flat_map(|source| source.lines(glob)).collect();
    claim("a glob import", &wrong);
}

/// The fences are read from text; these hold the reading itself.
mod reading {
    use super::{Source, bare, rooms_named, without_tests};

    #[test]
    fn comments_strings_and_characters_are_blank_and_lifetimes_stay() {
        let text = "a // x\nb \"println!\" r#\"un\"wrap\"# '\\'' '\"' fn f<'a>(x: &'a str) /* c\n d */ e";
        assert_eq!(bare(text), "a \nb     fn f<'a>(x: &'a str) \n e");
    }

    #[test]
    fn a_test_module_is_blank_and_what_follows_stays() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { c.unwrap() }\n}\nfn d() {}\n#[cfg(test)]\nmod e;\nf";
        assert_eq!(without_tests(code), "fn a() {}\n\n\n\n\nfn d() {}\n\n\nf");
    }

    #[test]
    fn every_room_of_an_import_is_seen() {
        assert_eq!(rooms_named("use crate::yaml::Node;"), ["yaml"]);
        assert_eq!(rooms_named("use crate::{cli, run::Runner};"), ["cli", "run"]);
        assert_eq!(rooms_named("fn f() -> crate::ops::Error { crate::engine::go() }"), ["ops", "engine"]);
    }

    #[test]
    fn a_file_of_tests_has_no_code() {
        assert!(Source::new("yaml/scalar/tests.rs", "x.unwrap()".to_owned()).code.is_empty());
        assert_eq!(Source::new("yaml/scalar.rs", "x".to_owned()).room, "yaml");
    }
}
