use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::{at, codes, loaded, refused, said};

#[test]
fn a_chain_is_followed_in_any_order() {
    let loaded = loaded(&[(
        "compose.yaml",
        "services: {c: {extends: b, user: c}, b: {extends: {service: a}, hostname: b}, a: {image: x, user: a}}",
    )]);
    assert_eq!(at(&loaded, "services.c"), json!({"image": "x", "user": "c", "hostname": "b"}));
}

#[test]
fn paths_of_another_file_are_relative_to_it() {
    let loaded = loaded(&[
        ("compose.yaml", "services: {a: {extends: {service: b, file: sub/b.yml}}}"),
        ("sub/b.yml", "services: {b: {build: ./c, extends: {service: r, file: ../r.yml}}}"),
        ("r.yml", "services: {r: {volumes: ['./d:/d']}}"),
    ]);
    assert_eq!(at(&loaded, "services.a.build.context"), json!("/p/sub/c"));
    assert_eq!(at(&loaded, "services.a.volumes.0.source"), json!("/p/d"));
}

#[test]
fn what_is_inherited_points_into_the_file_that_says_it() {
    let loaded = loaded(&[
        ("compose.yaml", "services: {a: {extends: {service: b, file: b.yml}}}"),
        ("b.yml", "services: {b: {image: x}}"),
    ]);
    let span = loaded.blame(&crate::yaml::Path::keys(["services", "a", "image"])).unwrap();
    assert_eq!(loaded.sources.locate(span), "b.yml:1:16");
}

#[test]
fn reset_takes_back_what_is_inherited() {
    let loaded = loaded(&[(
        "compose.yaml",
        "services: {a: {image: x, user: u, ports: ['80:80']}, b: {extends: a, user: !reset null, ports: !override []}}",
    )]);
    assert_eq!(at(&loaded, "services.b.user"), Json::Null);
    assert_eq!(at(&loaded, "services.b.ports"), json!([]));
    assert_eq!(at(&loaded, "services.a.user"), json!("u"));
}

#[test]
fn a_circle_is_drawn_with_every_line_that_closes_it() {
    let failure =
        refused(&[("compose.yaml", "services: {a: {extends: b}, b: {extends: c}, c: {extends: a}}")]);
    let (code, message, words) = &said(&failure)[0];
    assert_eq!(*code, "extends-cycle");
    assert!(message.ends_with("a → b → c → a"), "{message}");
    assert_eq!(words, &["b", "c", "a"]);
}

#[test]
fn a_circle_through_files_is_found() {
    let failure = refused(&[
        ("compose.yaml", "services: {a: {extends: {service: b, file: b.yml}}}"),
        ("b.yml", "services: {b: {extends: {service: a, file: compose.yaml}}}"),
    ]);
    assert!(codes(&failure).contains(&"extends-cycle"), "{:?}", said(&failure));
}

#[test]
fn a_service_that_is_not_there_is_named_with_its_neighbour() {
    let failure = refused(&[
        (
            "compose.yaml",
            "services: {a: {extends: databse}, b: {extends: {service: databse, file: b.yml}}, database: {image: x}}",
        ),
        ("b.yml", "services: {database: {image: x}}"),
    ]);
    let helps: Vec<Option<&str>> = failure.problems.iter().map(|problem| problem.help.as_deref()).collect();
    assert_eq!(helps, [Some("did you mean `database`?"), Some("did you mean `database`?")]);
}

#[test]
fn a_missing_file_is_named_at_the_line_that_asks_for_it() {
    let failure = refused(&[
        ("compose.yaml", "services: {a: {extends: {service: b, file: bsae.yml}}}"),
        ("base.yml", "services: {b: {image: x}}"),
    ]);
    let problem = failure.problems.iter().next().unwrap();
    assert_eq!(problem.help.as_deref(), Some("did you mean `base.yml`?"));
    assert_eq!(failure.sources.slice(problem.span().unwrap()), "bsae.yml");
}

#[test]
fn a_long_chain_and_many_users_of_one_file_take_no_stack_and_no_second_reading() {
    let mut text = "services:\n  s0: {image: x}\n".to_owned();
    for index in 1..5000 {
        writeln!(text, "  s{index}: {{extends: s{}}}", index - 1).unwrap();
    }
    for index in 0..500 {
        writeln!(text, "  t{index}: {{extends: {{service: b, file: b.yml}}}}").unwrap();
    }
    let loaded = loaded(&[("compose.yaml", &text), ("b.yml", "services: {b: {image: y}}")]);
    assert_eq!(at(&loaded, "services.s4999.image"), json!("x"));
    assert_eq!(at(&loaded, "services.t499.image"), json!("y"));
}
