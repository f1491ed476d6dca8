use super::*;
use crate::diag::Problems;
use crate::diag::Sources;
use crate::yaml::parse;

/// The faults in a canonical tree, as `line:column message`, with the help behind `?`.
fn faults(text: &str) -> Vec<String> {
    faults_of(text, Scope::everything())
}

fn faults_of(text: &str, scope: Scope<'_>) -> Vec<String> {
    let mut sources = Sources::default();
    let source = sources.add("compose.yaml", text);
    let mut problems = Problems::default();
    let trees = parse(source, text, &mut problems);
    assert!(problems.is_empty(), "the text parses: {problems:?}");
    check(&trees[0], &mut problems);
    check_consistency(&trees[0], scope, &mut problems);
    check_selected(&trees[0], scope, &mut problems);
    problems.settle();
    problems
        .iter()
        .map(|problem| {
            let at = problem.span().map(|span| sources.get(span.source).position(span.start as usize));
            let at = at.map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.line, at.column));
            let help = problem.help.as_deref().map_or_else(String::new, |help| format!(" ? {help}"));
            format!("{at} {}{help}", problem.message)
        })
        .collect()
}

fn one(text: &str) -> String {
    let found = faults(text);
    assert_eq!(found.len(), 1, "one fault: {found:?}");
    found[0].clone()
}

#[test]
fn a_name_that_is_not_defined_is_guessed_or_told_how_to_define() {
    let used = "services:\n  web:\n    image: x\n    networks: {frnt: null}\n";
    assert!(one(used).ends_with("define it at the top level:\n  networks:\n    frnt:"));
    assert_eq!(
        one(&format!("{used}networks:\n  front:\n")),
        "4:16 service `web` uses the network `frnt`, which is not defined ? did you mean `front`?"
    );
    assert!(
        one(&format!("{used}networks:\n  other:\n")).ends_with("define it: a line `frnt:` under `networks`")
    );
}

#[test]
fn volumes_secrets_configs_and_models_must_be_defined_too() {
    let found = faults(
        "services:
  web:
    image: x
    volumes: [{type: volume, source: data, target: /d}, {type: bind, source: ./x, target: /x}]
    secrets: [{source: key}]
    configs: [{source: conf}]
    build: {secrets: [{source: token}]}
    models: {llm: null}
",
    );
    let words: Vec<&str> = found.iter().filter_map(|fault| fault.split('`').nth(3)).collect();
    assert_eq!(words, ["data", "key", "conf", "token", "llm"]);
}

#[test]
fn the_default_network_is_there_unless_nothing_is_implied() {
    let text = "services:\n  web:\n    image: x\n    networks: {default: null}\n";
    assert_eq!(faults(text), [""; 0]);
    assert_eq!(faults_of(text, Scope { implied: false, ..Scope::everything() }).len(), 1);
}

#[test]
fn a_cycle_is_drawn_with_each_of_its_edges() {
    let text = "services:
  a: {image: x, depends_on: {b: {condition: service_started}}}
  b: {image: x, links: [c]}
  c: {image: x, network_mode: service:a}
  d: {image: x, depends_on: {a: {condition: service_started}}}
";
    assert_eq!(
        one(text),
        "2:30 services wait for each other: a -> b -> c -> a ? none of them could ever start: remove one of these lines"
    );
    assert_eq!(
        one("services:\n  a: {image: x, depends_on: {a: {condition: service_started}}}\n"),
        "2:30 service `a` depends on itself ? remove this line"
    );
}

#[test]
fn two_cycles_are_two_faults_and_a_long_chain_is_none() {
    let pair =
        |a: &str, b: &str| format!("  {a}: {{image: x, links: [{b}]}}\n  {b}: {{image: x, links: [{a}]}}\n");
    assert_eq!(faults(&format!("services:\n{}{}", pair("a", "b"), pair("c", "d"))).len(), 2);
    let chain: Vec<String> =
        (0..20_000).map(|at| format!("  s{at}: {{image: x, links: [s{}]}}\n", at + 1)).collect();
    assert_eq!(faults(&format!("services:\n{}  s20000: {{image: x}}\n", chain.concat())), [""; 0]);
}

#[test]
fn a_dependency_on_a_service_that_no_profile_activates_says_so() {
    let text = "services:
  web: {image: x, depends_on: {db: {condition: service_started}}}
  db: {image: x, profiles: [debug]}
";
    let found = faults_of(text, Scope { active: &|name| name == "web", implied: true });
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with(
        "2:32 service `web` depends on `db`, which no profile activates ? activate it with `--profile debug`"
    ));
    let optional = text.replace("service_started}", "service_started, required: false}");
    assert_eq!(faults_of(&optional, Scope { active: &|name| name == "web", implied: true }), [""; 0]);
}

#[test]
fn what_excludes_each_other_is_said_at_both_places() {
    assert!(
        one("services: {a: {image: x, network_mode: host, networks: {default: null}}}")
            .contains("both `network_mode` and `networks`")
    );
    assert!(one("services: {a: {build: {dockerfile: a, dockerfile_inline: b}}}").contains("two Dockerfiles"));
    assert!(one("services: {a: {image: x, scale: 2, deploy: {replicas: 3}}}").contains("says twice"));
    assert!(
        one("services: {a: {image: x, gpus: [{count: 1, device_ids: [a]}]}}")
            .contains("by `count` and by `device_ids`")
    );
    assert!(one("secrets: {s: {file: a, environment: b}}").contains("comes from two places"));
    assert!(one("volumes: {v: {external: true, driver: x}}").contains("cannot set `driver`"));
}

#[test]
fn a_limit_counts_as_zero_where_deploy_leaves_it_out() {
    assert!(
        one("services: {a: {image: x, mem_limit: 1g, deploy: {resources: {limits: {cpus: \"1\"}}}}}")
            .contains("but not the same in")
    );
    assert!(
        one("services: {a: {image: x, pids_limit: 1, deploy: {resources: {limits: {pids: 2}}}}}")
            .contains("different values")
    );
    assert_eq!(
        faults("services: {a: {image: x, cpus: 1, deploy: {resources: {limits: {cpus: \"1.0\"}}}}}"),
        [""; 0]
    );
    assert_eq!(
        faults("services: {a: {image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 1024m}}}}}"),
        [""; 0]
    );
}

#[test]
fn two_containers_of_one_name_point_at_both() {
    assert_eq!(
        one("services:\n  a: {image: x, container_name: web}\n  b: {image: x, container_name: web}\n"),
        "3:33 two services name their container `web` ? give one of them another name, or leave `container_name` out: \
         the default name is unique"
    );
    assert!(
        one("services: {a: {image: x, container_name: web, scale: 2}}")
            .contains("several containers, but one container name")
    );
}

#[test]
fn a_health_check_in_list_form_says_how_it_is_run() {
    assert!(
        one("services: {a: {image: x, healthcheck: {test: [curl, -f, x]}}}").ends_with("`test: curl -f x`")
    );
    assert!(
        one("services: {a: {image: x, healthcheck: {test: [cmd, x]}}}")
            .ends_with("write it in capitals: `CMD`")
    );
    assert_eq!(faults("services: {a: {image: x, healthcheck: {test: []}}}"), [""; 0]);
}

#[test]
fn a_service_has_something_to_run() {
    assert!(
        one("services:\n  a: {ports: []}\n").starts_with("2:3 service `a` has neither an image nor a build")
    );
    assert_eq!(faults("services: {a: {provider: {type: x}}, b: {build: {}}}"), [""; 0]);
}

#[test]
fn services_and_jobs_share_their_names_but_not_their_dependencies() {
    let job =
        "jobs: {j: {image: x, triggers: {manual: true}, depends_on: {zz: {condition: service_started}}}}\n";
    assert!(
        one(&format!("services: {{a: {{image: x}}}}\n{job}")).contains("job `j` depends on the service `zz`")
    );
    let both = "services: {j: {image: x}}\njobs: {j: {image: x, triggers: {manual: true}}}\n";
    assert!(one(both).contains("both a service and a job"));
    let on_job = "services: {a: {image: x, links: [j]}}\njobs: {j: {image: x, triggers: {manual: true}}}\n";
    assert!(one(on_job).contains("links to the job `j`"));
}

#[test]
fn nothing_is_mounted_over_a_tmpfs() {
    assert!(
        one("services: {a: {image: x, tmpfs: [/b], volumes: [{type: bind, source: /a, target: /b}]}}")
            .contains("two things at `/b`")
    );
    assert!(
        one("services: {a: {image: x, volumes: [{type: bind, target: /b}]}}").contains("has no `source`")
    );
}

#[test]
fn our_own_settings_are_known_by_name_and_type() {
    let with = |text: &str| format!("services:\n  web:\n    image: x\n    x-rcompose: {text}\n");
    assert!(faults(&with("{fast_gates: false}")).is_empty());
    assert_eq!(
        one(&with("{fast_gate: false}")),
        "4:18 there is no setting `fast_gate` ? did you mean `fast_gates`?"
    );
    assert!(one(&with("{fast_gates: maybe}")).starts_with("4:30 `x-rcompose.fast_gates` is true or false"));
    assert!(one(&with("no gates")).starts_with("4:17 `x-rcompose` is a mapping of settings"));
    assert!(one("x-rcompose: [fast_gates]\nservices: {}\n").starts_with("1:13 `x-rcompose` is a mapping"));
}
