use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::{at, codes, loaded, refused, said};

#[test]
fn included_files_have_their_own_directory_and_variables() {
    let loaded = loaded(&[
        ("compose.yaml", "include: [s/i.yml]\nservices: {b: {image: 'x${V:-none}'}}"),
        (".env", "P=parent\n"),
        ("s/i.yml", "services: {a: {build: ./c, image: '$V', environment: [W]}}"),
        ("s/.env", "V=sub\nW=${P:-none}\nP=mine\n"),
    ]);
    assert_eq!(at(&loaded, "services.a.build.context"), json!("/p/s/c"));
    assert_eq!(at(&loaded, "services.a.image"), json!("sub"));
    assert_eq!(at(&loaded, "services.a.environment"), json!(["W=parent"]));
    assert_eq!(at(&loaded, "services.b.image"), json!("xnone"));
}

#[test]
fn the_including_file_is_laid_over_and_the_first_included_over_the_second() {
    let loaded = loaded(&[
        ("compose.yaml", "include: [i.yml, j.yml]\nservices: {a: {user: u, ports: !reset []}}"),
        ("i.yml", "services: {a: {image: i, user: i, ports: ['80:80']}}\nname: other\nx-i: 1"),
        ("j.yml", "services: {a: {image: j, hostname: j}}"),
    ]);
    assert_eq!(at(&loaded, "services.a"), json!({"image": "i", "user": "u", "hostname": "j"}));
    assert_eq!(at(&loaded, "x-i"), Json::Null);
    assert_eq!(loaded.name, "p");
}

#[test]
fn several_paths_of_one_entry_are_layers() {
    let loaded = loaded(&[
        ("compose.yaml", "include: [{path: [s/i.yml, j.yml], env_file: /dev/null, project_directory: t}]"),
        ("s/i.yml", "services: {a: {build: ./c, user: i}}"),
        ("j.yml", "services: {a: {user: '${V:-j}'}}"),
        ("s/.env", "V=no\n"),
    ]);
    assert_eq!(at(&loaded, "services.a.user"), json!("j"));
    assert_eq!(at(&loaded, "services.a.build.context"), json!("/p/t/c"));
}

#[test]
fn a_circle_is_drawn_with_every_line_that_closes_it() {
    let failure = refused(&[
        ("compose.yaml", "include: [i.yml]\nservices: {b: {image: x}}"),
        ("i.yml", "include: [k.yml]"),
        ("k.yml", "include: [i.yml]"),
    ]);
    let (code, message, words) = &said(&failure)[0];
    assert_eq!(*code, "include-cycle");
    assert!(message.ends_with("i.yml → k.yml → i.yml"), "{message}");
    assert_eq!(words, &["k.yml", "i.yml"]);
}

#[test]
fn what_cannot_be_included_is_named_at_its_line() {
    let failure = refused(&[
        (
            "compose.yaml",
            "include: [s/compse.yaml, s, 'oci://x/y', 5, {path: s/compose.yaml, env_file: no.env}]",
        ),
        ("s/compose.yaml", "services: {a: {image: x}}"),
    ]);
    let seen: Vec<(&str, String)> =
        said(&failure).into_iter().map(|(code, _, words)| (code, words[0].clone())).collect();
    let wanted = [
        ("missing-file", "s/compse.yaml"),
        ("not-a-file", "s"),
        ("remote-file", "'oci://x/y'"),
        ("wrong-type", "5"),
        ("missing-file", "no.env"),
    ];
    assert_eq!(seen, wanted.map(|(code, words)| (code, words.to_owned())));
}

#[test]
fn files_that_double_at_every_level_are_stopped() {
    let mut texts: Vec<(String, String)> = Vec::new();
    for level in 0..30 {
        let mut text = String::new();
        write!(text, "include: [l{0}.yml, {{path: l{0}.yml}}]", level + 1).unwrap();
        let name = if level == 0 { "compose.yaml".to_owned() } else { format!("l{level}.yml") };
        texts.push((name, text));
    }
    texts.push(("l30.yml".to_owned(), "services: {a: {image: x}}".to_owned()));
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert!(codes(&refused(&texts)).contains(&"too-many-includes"));
}
