use serde_json::{Value as Json, json};

use super::{at, codes, files, loaded, options, refused, said};
use crate::load::{LoadOptions, Passes, Supplies, load};
use crate::yaml::Path;

#[test]
fn a_second_file_is_laid_over_the_first_and_its_short_forms_meet_the_long_ones() {
    let loaded = loaded(&[
        ("compose.yaml", "services: {a: {image: x, ports: ['80:80', '81:81'], volumes: ['./a:/v:ro']}}"),
        (
            "compose.override.yaml",
            "services: {a: {ports: [{target: 80, published: '80'}], volumes: ['./b:/v']}}",
        ),
    ]);
    assert_eq!(at(&loaded, "services.a.ports").as_array().map(Vec::len), Some(2));
    assert_eq!(at(&loaded, "services.a.volumes.0.source"), json!("/p/b"));
    assert_eq!(loaded.files, ["/p/compose.yaml", "/p/compose.override.yaml"]);
}

#[test]
fn what_is_made_out_of_a_string_points_at_the_string() {
    let loaded = loaded(&[("compose.yaml", "services: {a: {image: x, ports: ['8080:80/udp']}}")]);
    let span = loaded.blame(&Path::keys(["services", "a", "ports"]).index(0).key("published")).unwrap();
    assert_eq!(loaded.sources.slice(span), "'8080:80/udp'");
}

#[test]
fn reset_takes_back_what_an_earlier_file_said_and_override_replaces_it() {
    let loaded = loaded(&[
        (
            "compose.yaml",
            "services: {a: {image: x, user: u, ports: ['80:80'], labels: {a: '1'}}, b: {image: x}}",
        ),
        (
            "compose.override.yaml",
            "services: {a: {user: !reset null, ports: !override ['81:81'], labels: {a: !reset null}}, b: !reset null}",
        ),
    ]);
    assert_eq!(at(&loaded, "services.a.user"), Json::Null);
    assert_eq!(at(&loaded, "services.a.ports.0.target"), json!(81));
    assert_eq!(at(&loaded, "services.a.labels"), json!([]));
    assert_eq!(at(&loaded, "services.b"), Json::Null);
}

#[test]
fn documents_of_one_file_are_layers_too() {
    let loaded = loaded(&[("compose.yaml", "services: {a: {image: x}}\n---\nservices: {a: {user: u}}\n")]);
    assert_eq!(at(&loaded, "services.a"), json!({"image": "x", "user": "u"}));
}

#[test]
fn faults_of_every_file_and_every_pass_are_told_at_once_in_document_order() {
    let failure = refused(&[
        ("compose.yaml", "services:\n  a: {image: '${V', scale: x}\n  b: {iamge: y, ports: [http]}\n"),
        (
            "compose.override.yaml",
            "services:\n  a: {ports: {x: y}, volumes: ['data:/b:ro:x']}\n  b: {prots: []}\n",
        ),
    ]);
    let lines: Vec<String> = failure
        .problems
        .iter()
        .filter_map(|problem| Some(failure.sources.locate(problem.span()?)))
        .map(|place| place.rsplit_once(':').unwrap().0.to_owned())
        .collect();
    let wanted = [
        "compose.yaml:2",
        "compose.yaml:2",
        "compose.yaml:3",
        "compose.yaml:3",
        "compose.override.yaml:2",
        "compose.override.yaml:2",
        "compose.override.yaml:3",
    ];
    assert_eq!(lines, wanted, "{:#?}", said(&failure));
}

#[test]
fn a_value_from_a_file_of_variables_points_into_it() {
    let failure = refused(&[("compose.yaml", "services: {a: {image: x, scale: $N}}"), (".env", "N=three\n")]);
    assert_eq!(said(&failure)[0].2, ["$N", "N=three"]);
}

#[test]
fn an_empty_project_is_refused_and_an_empty_second_file_is_not() {
    assert_eq!(codes(&refused(&[("compose.yaml", "# nothing\n")])), ["empty-file"]);
    loaded(&[("compose.yaml", "services: {a: {image: x}}"), ("compose.override.yaml", "")]);
}

#[test]
fn text_that_is_no_utf_8_is_refused_at_its_first_bad_byte() {
    let files =
        crate::load::Memory::new().file("/p/compose.yaml", b"services:\n  a: {image: \xff}\n".to_vec());
    let failure = crate::load::load(&super::options(), &files).unwrap_err();
    let span = failure.problems.iter().next().unwrap().span().unwrap();
    assert_eq!(failure.sources.locate(span), "compose.yaml:2:14");
}

#[test]
fn named_variables_take_their_value_from_the_project_and_stay_named_without_one() {
    let loaded = loaded(&[
        (
            "compose.yaml",
            "services: {a: {image: x, environment: [A, B]}, b: {image: x, environment: {A: , B: }}}",
        ),
        (".env", "A=1\n"),
    ]);
    assert_eq!(at(&loaded, "services.a.environment"), json!(["A=1", "B"]));
    assert_eq!(at(&loaded, "services.b.environment"), json!({"A": "1", "B": null}));
}

#[test]
fn files_of_variables_and_labels_are_missed_only_where_something_is_made_by_them() {
    let text = "services: {a: {image: x, env_file: gone.env}, b: {image: x, label_file: gone.labels}, c: {image: x}, \
                d: {image: x, depends_on: [a]}}";
    let missed = |supplies, enabled: &[&str]| {
        let enabled = enabled.iter().map(|name| (*name).to_owned()).collect();
        let asked = LoadOptions { enabled, supplies, ..options() };
        load(&asked, &files(&[("compose.yaml", text)])).err().map(|failure| said(&failure).len())
    };
    assert_eq!(missed(Supplies::All, &["c"]), Some(2));
    assert_eq!(missed(Supplies::Enabled, &[]), Some(2));
    assert_eq!(missed(Supplies::Enabled, &["c"]), None);
    assert_eq!(missed(Supplies::Enabled, &["d", "c"]), Some(1));
    assert_eq!(missed(Supplies::None, &[]), None);
}

#[test]
fn a_name_that_a_variable_leaves_empty_is_no_name_and_one_that_is_not_said_is_made_up() {
    let text = "services: {a: {image: x, volumes: ['data:/v', 'more:/w'], networks: [n]}}\nvolumes: {data: {name: '${NO}'}, more: }\n\
                networks: {n: {name: '${NO}'}}";
    let asked = LoadOptions { passes: Passes::default(), ..options() };
    let project = load(&asked, &files(&[("compose.yaml", text)])).expect("it can be spoken of").project;
    assert!(project.volumes["data"].nameless && project.networks["n"].nameless);
    assert!(!project.volumes["more"].nameless);
}
