//! What a watch does, one line each, on standard output as the peer's.

use std::time::Duration;

use rcompose::diag::harmless;
use rcompose::event::{Event, Synced};

use super::chunk::Chunk;
use super::paint::Paint;
use super::words::{bytes, elapsed};

/// What an event of a watch prints.
pub(crate) fn accept(event: &Event, paint: Paint) -> Option<Chunk> {
    let mark = paint.busy("⦿");
    let line = match event {
        Event::Watching { services, folders, .. } => {
            format!("Watch enabled: {}, {}", services.join(", "), count(*folders, "folder"))
        }
        Event::Finished { operation: "watch", .. } => "Watch disabled".to_owned(),
        Event::Synced(batch) => synced(batch),
        Event::Reacted { services, action, success, milliseconds } => {
            let names: Vec<String> = services.iter().map(|name| format!("{name:?}")).collect();
            let words = match (*action, success) {
                ("rebuild", true) => "rebuilt",
                ("rebuild", false) => "not rebuilt",
                ("restart", true) => "restarted",
                ("restart", false) => "not restarted",
                ("exec", true) => "command done",
                _ => "command failed",
            };
            format!("service(s) [{}] {words} in {}", names.join(" "), time(*milliseconds))
        }
        Event::Planned { steps, applied } => {
            let next = if *applied { "" } else { "\n   `a` and Enter applies it" };
            format!("the files were saved; to do:\n     {}{next}", steps.join("\n     "))
        }
        _ => return None,
    };
    Some(Chunk::stdout(format!(" {mark} {}\n", harmless(&line))))
}

/// Which containers got what, how much it was, and how long it took.
fn synced(batch: &Synced) -> String {
    let single = match &batch.paths[..] {
        [only] => Some(only.clone()),
        _ => None,
    };
    let what = |number, word| single.clone().unwrap_or_else(|| count(number, word));
    let mut parts = Vec::new();
    if batch.copied > 0 {
        parts.push(format!("synced {} ({})", what(batch.copied, "file"), bytes(batch.bytes)));
    }
    if batch.deleted > 0 {
        parts.push(format!("deleted {}", what(batch.deleted, "path")));
    }
    if parts.is_empty() {
        parts.push(format!("synced {}", what(batch.paths.len(), "folder")));
    }
    let place = if single.is_some() { String::new() } else { format!(" in {}", common(&batch.paths)) };
    let why = if batch.catching_up { " (catching up)" } else { "" };
    format!(
        "{}: {}{place} in {}{why}",
        batch.containers.join(", "),
        parts.join(", "),
        time(batch.milliseconds)
    )
}

/// The folder that all paths lie in.
fn common(paths: &[String]) -> &str {
    let Some(first) = paths.first() else { return "/" };
    let shared = paths.iter().fold(first.len(), |shared, path| {
        first.bytes().zip(path.bytes()).take(shared).take_while(|(one, other)| one == other).count()
    });
    let shared = (0..=shared).rev().find(|at| first.is_char_boundary(*at)).unwrap_or_default();
    match first[..shared].rfind('/') {
        Some(0) | None => "/",
        Some(end) => &first[..end],
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn time(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds}ms"),
        _ => elapsed(Duration::from_millis(milliseconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(batch: Synced) -> String {
        let batch = Synced { containers: vec!["web-1".to_owned()], ..batch };
        accept(&Event::Synced(batch), Paint { on: false }).expect("a line").text
    }

    fn paths(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn a_batch_is_one_line_with_what_went_where_how_much_and_how_long() {
        let batch = Synced { milliseconds: 4, ..Synced::default() };
        let one = Synced { copied: 1, bytes: 12, paths: paths(&["/app/a.js"]), ..batch.clone() };
        assert_eq!(told(one), " ⦿ web-1: synced /app/a.js (12B) in 4ms\n");
        let many = Synced {
            copied: 1200,
            deleted: 2,
            bytes: 3_400_000,
            milliseconds: 1500,
            paths: paths(&["/app/a/x", "/app/a/y", "/app/b"]),
            ..batch.clone()
        };
        assert_eq!(told(many), " ⦿ web-1: synced 1200 files (3.40MB), deleted 2 paths in /app in 1.5s\n");
        let gone = Synced { deleted: 1, paths: paths(&["/app/a"]), catching_up: true, ..batch };
        assert_eq!(told(gone), " ⦿ web-1: deleted /app/a in 4ms (catching up)\n");
    }
}
