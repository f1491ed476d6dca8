//! The peer answered: `tests/cases/translate` holds what it sent to an old and to a new engine for each service.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::*;
use crate::model::Project;
use crate::resource::{ApiVersion, ContainerSpec, Desired, Fault};

const FILE: &str = include_str!("../../../tests/cases/translate/compose.yaml");
const CONTAINERS: &str = include_str!("../../../tests/cases/translate/want.json");
const RESOURCES: &str = include_str!("../../../tests/cases/translate/want-resources.json");

/// Sets of which the order means nothing.
const UNORDERED: [&str; 5] = ["Env", "ExtraHosts", "Binds", "Mounts", "Ulimits"];
/// Attributes for which empty is not the same as unset.
const TELLING: [&str; 5] = ["Cmd", "Entrypoint", "MaskedPaths", "ReadonlyPaths", "Init"];
/// Mappings whose empty values count.
const VERBATIM: [&str; 3] = ["Labels", "Tmpfs", "ExposedPorts"];

fn project(text: &str) -> Project {
    let mut project: Project = serde_yaml::from_str(text).expect("a project");
    project.working_dir = PathBuf::from("/srv/case");
    project.compose_files = vec!["/srv/case/compose.yaml".to_owned()];
    project.environment = [("CASE_SECRET", "s3cret"), ("CASE_CONFIG", "confi")]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    project
}

fn translated(project: &Project, minor: u32) -> Desired {
    let read = |path: &str| {
        assert_eq!(path, "/srv/case/conf/seccomp.json");
        Ok("{\n \"defaultAction\": \"SCMP_ACT_ALLOW\"\n}\n".to_owned())
    };
    translate(
        project,
        &Target {
            engine: ApiVersion::new(1, minor),
            environment_files: Vec::new(),
            compatibility: false,
            proxies: BTreeMap::new(),
            credentials: "{\"auths\":{}}".to_owned(),
            read: &read,
        },
    )
}

fn of(text: &str) -> Desired {
    translated(&project(text), 51)
}

fn faults(text: &str, minor: u32) -> Vec<String> {
    let desired = translated(&project(text), minor);
    let of_services = desired.services.iter().map(|service| &service.hindrances);
    let of_services = of_services.flat_map(|hindrances| hindrances.making.iter().chain(&hindrances.starting));
    let of_networks = desired.networks.iter().flat_map(|network| &network.faults);
    let of_volumes = desired.volumes.iter().flat_map(|volume| &volume.faults);
    let faults = of_services.chain(of_networks).chain(of_volumes);
    let place = |fault: &Fault| fault.blame.as_ref().map(ToString::to_string).unwrap_or_default();
    faults.map(|fault| format!("{}: {} ({})", fault.code, fault.message, place(fault))).collect()
}

/// Without what means the same as its absence, and with sets in order.
fn bare(key: &str, value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.into_iter().map(|(name, value)| (name.clone(), bare(&name, value)));
            Value::Object(
                entries
                    .filter(|(name, value)| {
                        VERBATIM.contains(&key)
                            || TELLING.contains(&name.as_str()) && !value.is_null()
                            || !is_blank(value)
                    })
                    .collect::<BTreeMap<_, _>>()
                    .into_iter()
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(|item| bare("", item)).collect();
            if UNORDERED.contains(&key) {
                list.sort_by_key(ToString::to_string);
            }
            Value::Array(list)
        }
        other => other,
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is) => !is,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

fn of_spec<T: serde::Serialize>(value: &T) -> Value {
    bare("", serde_json::to_value(value).expect("json"))
}

/// What is known to be otherwise than with the peer, and why that is better or cannot be helped.
fn forgive(service: &str, minor: u32, have: &mut Value, want: &mut Value) {
    // Ours, so that a plan can say what changed.
    have["body"]["Labels"].as_object_mut().expect("labels").remove("rcompose.fields").expect("our label");
    match service {
        // The peer loses `:ro`.
        "volumes-from" => {
            let list = &mut have["body"]["HostConfig"]["VolumesFrom"];
            *list =
                serde_json::from_str(&list.to_string().replace(":ro", "").replace(":rw", "")).expect("json");
        }
        // Before API 1.44 the engine takes the address here alone; the peer's is lost.
        "net-mac" | "net-mac-endpoint" if minor < 44 => {
            have["body"].as_object_mut().expect("a body").remove("MacAddress");
        }
        // Ids of images are the planner's affair.
        "mount-image" => {
            let labels = want["body"]["Labels"].as_object_mut().expect("labels");
            labels.remove("com.docker.compose.image-volume-digest").expect("the peer's label");
        }
        _ => {}
    }
}

fn instance(desired: &Desired, service: &str, links: &[String], id: Option<&str>) -> ContainerSpec {
    let spec = desired.service(service).expect("a service");
    let mut container = spec.instance(&desired.project, 1);
    container.link(links);
    let ids = container.pending.iter().map(|reference| reference.service.clone());
    let ids: BTreeMap<String, String> = ids.map(|name| (name, id.unwrap_or_default().to_owned())).collect();
    container.bind(&ids)
}

fn compare(minor: u32) {
    let mut project = project(FILE);
    if minor < 48 {
        project
            .services
            .retain(|name, _| !["mount-image", "net-interface", "mount-subpath"].contains(&name.as_str()));
    }
    let desired = translated(&project, minor);
    let wanted: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(CONTAINERS).expect("json");
    let mut differences = Vec::new();
    let mut compared = 0;
    for (service, versions) in wanted {
        if desired.service(&service).is_none() {
            continue;
        }
        let mut want = versions[&format!("1.{minor}")].clone();
        let spec = desired.service(&service).expect("a service");
        let links = links(&desired, spec);
        let container = instance(&desired, &service, &links, want["id"].as_str());
        let created = &container.body.networking_config.endpoints_config;
        let connect: BTreeMap<&str, Value> = container
            .networks
            .iter()
            .filter(|attachment| !created.contains_key(&attachment.network))
            .filter(|attachment| {
                !container.body.networking_config.endpoints_config.contains_key(&attachment.network)
            })
            .map(|attachment| (attachment.network.as_str(), of_spec(&attachment.endpoint)))
            .collect();
        let mut have = json!({"name": container.name, "body": of_spec(&container.body), "connect": connect});
        if let Some(platform) = &container.platform {
            have["platform"] = json!(platform);
        }
        if let Some(id) = want.get("id") {
            have["id"] = id.clone();
        }
        if let Some(platform) = want.get_mut("platform") {
            *platform = json!(platform.as_str().expect("text").replace("%2F", "/"));
        }
        want["body"] = bare("", want["body"].take());
        forgive(&service, minor, &mut have, &mut want);
        compared += 1;
        if have != want {
            differences.push(format!("{service}\n  have {have}\n  want {want}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {compared} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(compared > 75, "{compared}");
}

/// The links of a service in a project where every container has the number 1.
fn links(desired: &Desired, service: &crate::resource::ServiceSpec) -> Vec<String> {
    let inner = service.links.iter().flat_map(|(name, alias)| {
        let target = desired.service(name).expect("a service").instance(&desired.project, 1);
        service.link_names(&target, alias.as_deref(), &desired.project)
    });
    inner.chain(service.external_links.iter().cloned()).collect()
}

#[test]
fn a_new_engine_gets_the_bodies_that_the_peer_sends_it() {
    compare(51);
}

#[test]
fn an_old_engine_gets_the_bodies_that_the_peer_sends_it() {
    compare(41);
}

#[test]
fn networks_and_volumes_are_created_as_the_peer_does() {
    let desired = translated(&project(FILE), 51);
    let wanted: BTreeMap<String, Value> = serde_json::from_str(RESOURCES).expect("json");
    let mut have = BTreeMap::new();
    for network in desired.networks.iter().filter(|network| !network.external) {
        have.insert(network.name.clone(), of_spec(&network.body));
    }
    for volume in desired.volumes.iter().filter(|volume| !volume.external) {
        have.insert(volume.name.clone(), of_spec(&volume.body));
    }
    let wanted: BTreeMap<String, Value> =
        wanted.into_iter().map(|(name, body)| (name, bare("", body))).collect();
    assert_eq!(have, wanted);
}

#[test]
fn secrets_and_configs_without_a_file_are_put_in_secrets_first() {
    let desired = of(FILE);
    let files = |service: &str| -> Vec<(String, String, u32, Option<u64>)> {
        let files = &desired.service(service).expect("a service").template.files;
        let text = |content: &[u8]| String::from_utf8_lossy(content).into_owned();
        files.iter().map(|file| (file.target.clone(), text(&file.content), file.mode, file.uid)).collect()
    };
    assert_eq!(
        files("secrets-env"),
        [
            ("/run/secrets/env".to_owned(), "s3cret".to_owned(), 0o444, None),
            ("/run/secrets/e2".to_owned(), "s3cret".to_owned(), 0o400, Some(1000)),
        ]
    );
    assert_eq!(
        files("configs-content"),
        [
            ("/text".to_owned(), "hello\n".to_owned(), 0o444, None),
            ("/etc/t".to_owned(), "hello\n".to_owned(), 0o444, None),
            ("/env".to_owned(), "confi".to_owned(), 0o444, None),
        ]
    );
    assert_eq!(files("api-socket").len(), 1);
}

#[test]
fn the_content_of_a_secret_is_not_in_debug_output() {
    let desired = of(FILE);
    assert!(!format!("{desired:?}").contains("s3cret"));
}

#[test]
fn every_fault_is_found_and_stands_where_its_cause_is() {
    let text = "
services:
  a: {image: x, security_opt: [bad], secrets: [{source: gone}, {source: out}, {source: unset}], pull_policy: every_x}
  b: {image: x, read_only: true, configs: [{source: text}]}
  c: {image: x, configs: [{source: text, uid: root}, {source: driven}]}
secrets: {out: {external: true}, unset: {environment: NOWHERE}}
configs: {text: {content: hi}, driven: {file: ./x, template_driver: golang}}
";
    assert_eq!(
        faults(text, 51),
        [
            "invalid-security-option: invalid security-opt: `bad` (services.a.security_opt[0])",
            "invalid-pull-policy: invalid pull policy `every_x` (services.a.pull_policy)",
            "undefined-reference: service `a` refers to undefined secret `gone` (services.a.secrets[0])",
            "unsupported-external: unsupported external secret `out` (secrets.out.external)",
            "unset-variable: environment variable `NOWHERE` required by secret `unset` is not set \
             (secrets.unset.environment)",
            "read-only-service: config `text` cannot be put into service `b`, which is read-only \
             (services.b.configs[0])",
            "invalid-owner: `uid` is no number: `root` (services.c.configs[0].uid)",
            "unsupported-driver: `template_driver` of config `driven` is not supported \
             (configs.driven.template_driver)",
        ]
    );
}

#[test]
fn a_name_that_is_said_to_be_empty_is_a_fault_of_what_would_be_made() {
    let mut project = project("services: {}\nnetworks: {n: {}}\nvolumes: {v: {}, w: {}}");
    project.networks.get_mut("n").expect("it is there").nameless = true;
    project.volumes.get_mut("v").expect("it is there").nameless = true;
    let desired = translated(&project, 51);
    let place = |fault: &Fault| format!("{} {}", fault.code, fault.blame.as_ref().expect("a place"));
    let of = |faults: &[Fault]| faults.iter().map(place).collect::<Vec<_>>();
    assert_eq!(of(&desired.network("n").expect("it is there").faults), ["empty-name networks.n.name"]);
    assert_eq!(of(&desired.volume("v").expect("it is there").faults), ["empty-name volumes.v.name"]);
    assert!(desired.volume("w").expect("it is there").faults.is_empty());
}

#[test]
fn what_an_old_engine_would_get_wrong_is_a_fault_and_what_it_ignores_a_warning() {
    let text = "
services:
  a:
    image: x
    annotations: {k: v}
    volumes:
      - {type: image, source: y, target: /y}
      - {type: volume, source: data, target: /d, volume: {subpath: sub}}
    networks: {default: {interface_name: eth7, gw_priority: 3}}
networks: {default: {}}
volumes: {data: {}}
";
    assert_eq!(
        faults(text, 41),
        [
            "engine-too-old: `type: image` requires Docker Engine v28 or later (services.a.volumes[0].type)",
            "engine-too-old: `volume.subpath` requires Docker Engine v26 or later \
             (services.a.volumes[1].volume.subpath)",
            "engine-too-old: `interface_name` requires Docker Engine v28.1 or later \
             (services.a.networks.default.interface_name)",
        ]
    );
    let mild = "
services:
  a: {image: x, annotations: {k: v}, networks: {default: {gw_priority: 3}}}
networks: {default: {}}
";
    let desired = translated(&project(mild), 41);
    let places: Vec<String> = desired
        .warnings
        .iter()
        .filter_map(|warning| warning.blame.as_ref())
        .map(ToString::to_string)
        .collect();
    assert_eq!(places, ["services.a.annotations", "services.a.networks.default.gw_priority"]);
    assert!(of(mild).warnings.is_empty());
}

#[test]
fn an_image_that_several_services_use_is_one_and_its_build_wins() {
    let desired = of("
services:
  a: {image: shared, pull_policy: always}
  b: {image: shared, build: {context: /src, tags: [extra], additional_contexts: {base: 'service:c', up: /up}}}
  c: {build: {context: /base}}
");
    let references: Vec<&str> = desired.images.iter().map(|image| image.reference.as_str()).collect();
    assert_eq!(references, ["-c", "shared"]);
    let shared = desired.image("shared").expect("an image");
    assert_eq!(shared.services, ["a", "b"]);
    let build = shared.build.as_ref().expect("a build");
    assert_eq!(build.tags, ["shared", "extra"]);
    let base = crate::resource::BuildContext::Service { service: "c".to_owned(), image: "-c".to_owned() };
    assert_eq!(build.additional_contexts["base"], base);
    assert!(!desired.image("-c").expect("an image").named);
}

#[test]
fn the_hash_of_a_service_in_anothers_namespace_hangs_on_that_containers_id() {
    let desired =
        of("services: {a: {image: x}, b: {image: x, network_mode: 'service:a', volumes_from: ['a:ro']}}");
    let spec = desired.service("b").expect("a service").instance(&desired.project, 1);
    let bound = |id: &str| spec.clone().bind(&BTreeMap::from([("a".to_owned(), id.to_owned())]));
    assert_ne!(bound("1").hash(), bound("2").hash());
    assert_eq!(bound("1").body.host_config.network_mode, "container:1");
    assert_eq!(bound("1").body.host_config.volumes_from, ["1:ro"]);
    assert!(bound("1").pending.is_empty());
}

#[test]
fn hooks_before_the_start_run_in_the_networks_of_the_service_with_its_mounts_and_variables() {
    let desired = of("
name: p
services:
  a:
    build: {context: .}
    environment: {A: '1', B: '1'}
    networks: {default: null}
    pre_start: [{command: [migrate], environment: {B: '2'}}]
networks: {default: {}}
");
    let hook = &desired.service("a").expect("a service").hooks.pre_start[0];
    assert_eq!(hook.name, "p-a-pre_start-0");
    assert_eq!(hook.body.image, "p-a");
    assert_eq!(hook.body.env, ["A=1", "B=2"]);
    assert_eq!(hook.body.host_config.network_mode, "p_default");
    assert_eq!(hook.pending[0].service, "a");
    assert_eq!(hook.body.labels["com.docker.compose.hook"], "pre_start");
    assert!(!hook.body.labels.contains_key("com.docker.compose.config-hash"));
}
