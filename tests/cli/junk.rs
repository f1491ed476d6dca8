//! Files that nobody would write by hand: each is refused or read with little memory, soon, and with a word on why.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::program::{Program, Said};

/// Address space in KiB that every one of these files must do with; the program's own is part of it.
const MEMORY: u32 = 1_200_000;
/// On a busy machine, in a debug build.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is said of the files, in bounded memory and time.
fn checked(program: &Program) -> Said {
    let started = Instant::now();
    let said = program.shell(&format!("ulimit -v {MEMORY}; exec \"$PROGRAM\" config -q"));
    assert!(started.elapsed() < PATIENCE, "it took {:?}", started.elapsed());
    assert!(matches!(said.code, Some(0 | 1)), "it ended with {:?}: {}", said.code, said.stderr);
    assert!(said.stderr.len() < 100_000, "it said {} bytes", said.stderr.len());
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    said
}

/// The text is refused with these words.
fn refused(text: &[u8], words: &str) {
    let program = Program::ours().bytes("compose.yaml", text);
    let said = checked(&program);
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains(words), "`{words}` is missing in\n{}", said.stderr);
}

fn read(text: &str) {
    let said = checked(&Program::ours().file("compose.yaml", text));
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
}

#[test]
fn ten_megabytes_of_services_are_read() {
    let mut text = "services:\n".to_owned();
    let mut number = 0;
    while text.len() < 10_000_000 {
        let _ = writeln!(text, "  s{number}: {{image: x, labels: {{a: \"{}\"}}}}", "l".repeat(900));
        number += 1;
    }
    read(&text);
}

#[test]
fn ten_megabytes_of_anything_else_are_refused() {
    refused("a".repeat(10_000_000).as_bytes(), "compose.yaml:1:1");
    refused("[".repeat(10_000_000).as_bytes(), "nest");
    refused("- ".repeat(5_000_000).as_bytes(), "nest");
    refused("'".repeat(10_000_001).as_bytes(), "compose.yaml:1");
    refused("a: &a\n".repeat(1_500_000).as_bytes(), "defined twice");
}

#[test]
fn a_bomb_of_aliases_does_not_go_off() {
    let mut text = "x-0: &x0 [a, a, a, a, a, a, a, a, a]\n".to_owned();
    for level in 1..12 {
        let before = format!("*x{}, ", level - 1).repeat(9);
        let _ = writeln!(text, "x-{level}: &x{level} [{before}]");
    }
    refused(text.as_bytes(), "alias");
}

#[test]
fn nesting_has_an_end() {
    refused(format!("a: {}", "{a: ".repeat(100_000)).as_bytes(), "nest");
    let mut block = String::new();
    for level in 0..2_000 {
        let _ = writeln!(block, "{}a:", " ".repeat(level));
    }
    refused(block.as_bytes(), "nest");
    let deep = format!("services: {{s: {{image: \"{}x{}\"}}}}", "${A:-".repeat(50_000), "}".repeat(50_000));
    refused(deep.as_bytes(), "too deeply");
}

#[test]
fn circles_are_drawn_and_left() {
    let includes = Program::ours()
        .file("compose.yaml", "include: [a.yaml]\nservices: {s: {image: x}}\n")
        .file("a.yaml", "include: [b.yaml]\n")
        .file("b.yaml", "include: [a.yaml]\n");
    assert!(checked(&includes).stderr.contains("a.yaml → b.yaml → a.yaml"), "{}", checked(&includes).stderr);
    let extends = Program::ours()
        .file("compose.yaml", "services:\n  a: {extends: {file: b.yaml, service: b}}\n")
        .file("b.yaml", "services:\n  b: {extends: {file: compose.yaml, service: a}}\n");
    assert!(checked(&extends).stderr.contains("a → b → a"), "{}", checked(&extends).stderr);
    let mut doubling = Program::ours();
    for level in 0..24 {
        let next = level + 1;
        let text = format!("include: [f{next}.yaml, ./f{next}.yaml]\n");
        doubling = doubling.file(&format!("f{level}.yaml"), &text);
    }
    let doubling =
        doubling.file("f24.yaml", "services: {s: {image: x}}\n").file("compose.yaml", "include: [f0.yaml]\n");
    assert!(checked(&doubling).stderr.contains("more than 1000 files"), "{}", checked(&doubling).stderr);
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    refused(b"services:\n  a: {image: \"\xff\xfe\"}\n", "not UTF-8");
    refused(b"\xff\xfes\x00e\x00r\x00", "UTF-8");
    refused(b"services:\n  a: {image: \"x\0y\"}\n", "NUL");
    refused(b"services:\n  a: {image: x}\n\x1b[31m\n", "U+001B");
    refused(&vec![0; 1_000_000], "NUL");
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    read("\u{feff}services:\n  a: {image: x}\n");
    read("services:\r\n  a:\r\n    image: x\r\n    command: |\r\n      a\r\n      b\r\n");
    refused("services:\n  a: {image: x}\n\u{feff}networks: {}\n".as_bytes(), "byte order mark");
}

#[test]
fn a_range_of_ports_or_of_anything_makes_no_more_than_there_can_be() {
    let mut ports = String::new();
    for number in 1..40 {
        let _ = write!(ports, "'10.0.0.{number}:1-65535:1-65535', ");
    }
    refused(format!("services: {{s: {{image: x, ports: [{ports}]}}}}").as_bytes(), "too many ports");
}
