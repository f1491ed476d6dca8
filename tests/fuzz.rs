//! Files that were damaged at random are read without a panic, in bounded time, for as long as one likes:
//! `RCOMPOSE_FUZZ_SECONDS=3600 cargo test --release --test fuzz`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use rcompose::diag::{Drawing, Problems, Sources, draw};
use rcompose::model::Project;
use rcompose::yaml::{Value, decode, parse, to_yaml};

/// What a file of this size may take at most, in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(5);

/// What is put into a file to damage it.
const PIECES: [&str; 48] = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "#",
    " #",
    ",",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "|",
    ">",
    "|+2",
    "&a ",
    "*a",
    "&x [*x]",
    "!",
    "!!int ",
    "!!binary ",
    "!reset ",
    "!override ",
    "<<: *a",
    "%YAML 1.2\n",
    "@",
    "`",
    "---\n",
    "...\n",
    "\\",
    "${",
    "${A:?",
    "}",
    "$$",
    "\u{feff}",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "😀",
];

/// A small generator of numbers: the same seed makes the same run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which is not zero.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }
}

fn seeds(folder: &Path, found: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry of a folder").path())
        .collect();
    paths.sort();
    for path in paths {
        let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if path.is_dir() {
            seeds(&path, found);
        } else if yaml && let Ok(text) = fs::read_to_string(&path) {
            found.push(text);
        }
    }
}

/// A boundary of characters of a text, anywhere in it.
fn boundary(text: &str, random: &mut Random) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn damaged(seeds: &[String], random: &mut Random) -> String {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let (one, other) = (boundary(&text, random), boundary(&text, random));
        let (start, end) = (one.min(other), one.max(other));
        match random.below(6) {
            0 => {
                let few = text[start..end].char_indices().nth(8).map_or(end, |(length, _)| start + length);
                text.replace_range(start..few, "");
            }
            1 => {
                let copy = text[start..end].to_owned();
                let at = boundary(&text, random);
                if text.len() < 100_000 {
                    text.insert_str(at, &copy);
                }
            }
            2 => {
                let other = &seeds[random.below(seeds.len())];
                let from = boundary(other, random);
                if text.len() < 100_000 {
                    text.insert_str(start, &other[from..]);
                }
            }
            _ => text.insert_str(start, PIECES[random.below(PIECES.len())]),
        }
    }
    text
}

/// Everything that is done to a text before a daemon is asked.
fn handle(text: &str) {
    let mut sources = Sources::default();
    let source = sources.add("fuzz.yaml", text);
    let mut problems = Problems::default();
    for document in parse(source, text, &mut problems) {
        let _: Option<Project> = decode(&document, &mut problems);
        if let Value::Map(_) = document.value
            && let Some(any) = decode::<serde_json::Value>(&document, &mut Problems::default())
        {
            to_yaml(&any).expect("what was read can be printed");
        }
    }
    problems.settle();
    assert!(!draw(&problems, &sources, Drawing::default()).contains('\0'), "what is drawn is harmless");
}

#[test]
fn a_damaged_file_is_read_without_a_panic_and_in_time() {
    let seconds = env::var("RCOMPOSE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let seed =
        env::var("RCOMPOSE_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x5eed_u64).max(1);
    let mut files = Vec::new();
    seeds(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"), &mut files);
    assert!(!files.is_empty(), "there are cases to start from");
    let mut random = Random(seed);
    let until = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < until {
        let state = random.0;
        let text = damaged(&files, &mut random);
        let started = Instant::now();
        let outcome = std::panic::catch_unwind(|| handle(&text));
        assert!(outcome.is_ok(), "RCOMPOSE_FUZZ_SEED={state} panics at once; the text is\n{text}");
        assert!(
            started.elapsed() < LONGEST,
            "RCOMPOSE_FUZZ_SEED={state} takes {:?}; the text is\n{text}",
            started.elapsed()
        );
    }
}
