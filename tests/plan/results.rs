//! What containers are like after a plan was carried out, where the plan in words does not tell.

use std::collections::BTreeMap;
use std::path::Path;

use rcompose::resource::ObservedContainer;

use crate::case::Case;

fn run(name: &str) -> (Vec<ObservedContainer>, Vec<ObservedContainer>) {
    Case::run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/plan").join(name)).containers
}

/// The volumes of a container by path.
fn volumes<'a>(containers: &'a [ObservedContainer], name: &str) -> BTreeMap<&'a str, &'a str> {
    let container = containers.iter().find(|container| container.name == name).expect("a container");
    container.mounts.iter().map(|mount| (mount.destination.as_str(), mount.name.as_str())).collect()
}

#[test]
fn anonymous_volumes_of_the_file_and_of_the_image_go_over_to_the_next_container() {
    let (before, after) = run("anonymous-volumes-are-inherited");
    let (old, new) = (volumes(&before, "p-db-1"), volumes(&after, "p-db-1"));
    assert_eq!(old.keys().collect::<Vec<_>>(), [&"/anon", &"/data"]);
    assert_eq!(old, new);
    assert_eq!(after[0].label("com.docker.compose.replace"), "db-1");
}

#[test]
fn anonymous_volumes_are_new_ones_if_the_user_asks_for_it() {
    let (before, after) = run("anonymous-volumes-are-renewed");
    assert_ne!(volumes(&before, "p-db-1"), volumes(&after, "p-db-1"));
    assert_eq!(after[0].label("com.docker.compose.replace"), "");
}

#[test]
fn a_container_in_anothers_namespace_refers_to_the_one_that_is_there_then() {
    let (before, after) = run("namespace-follows");
    let find = |containers: &[ObservedContainer], name: &str| {
        containers.iter().find(|container| container.name == name).expect("a container").clone()
    };
    let (old, new) = (find(&before, "p-db-1"), find(&after, "p-db-1"));
    assert_ne!(old.id, new.id);
    assert_eq!(find(&after, "p-side-1").network_mode, format!("container:{}", new.id));
}

#[test]
fn an_image_that_turns_out_the_same_leaves_its_container_alone() {
    let ids = |containers: &[ObservedContainer]| -> Vec<String> {
        containers.iter().map(|container| container.id.clone()).collect()
    };
    let (before, after) = run("image-pulled-and-the-same");
    assert_eq!(ids(&before), ids(&after));
    let (before, after) = run("image-pulled-anew");
    assert_ne!(ids(&before), ids(&after));
    assert_eq!(after[0].label("com.docker.compose.image"), "sha256:eeee");
}
