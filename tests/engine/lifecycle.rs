//! Containers, networks and volumes: made, changed, taken away, and refused.

use rcompose::engine::{Reason, Thing};
use rcompose::resource::body::{Endpoint, NetworkBody};
use rcompose::resource::{Attachment, ContainerState};

use crate::bench::at_engine;

fn attachment(network: &str, alias: &str) -> Attachment {
    let endpoint = Endpoint { aliases: vec![alias.to_owned()], ..Endpoint::default() };
    Attachment { network: network.to_owned(), endpoint, ..Attachment::default() }
}

#[test]
fn a_container_joins_all_its_networks_whatever_the_engine_takes_at_creation() {
    at_engine(|bench| async move {
        let (front, back) = (bench.network("front").await, bench.network("back").await);
        let mut spec = bench.script("sleep 60");
        spec.body.host_config.network_mode.clone_from(&front);
        spec.networks = vec![attachment(&front, "web"), attachment(&back, "web-behind")];
        let id = bench.create("web", &spec).await;
        bench.engine.start_container(&id).await.unwrap();
        let raw = bench.engine.inspect_container_raw(&id).await.unwrap();
        let networks = raw["NetworkSettings"]["Networks"].as_object().unwrap();
        assert_eq!(networks.len(), 2, "{networks:?}");
        assert!(networks[&back]["Aliases"].to_string().contains("web-behind"));
        let attached = bench.engine.inspect_network(&back).await.unwrap().containers;
        assert_eq!(attached.get(&id), Some(&bench.name("web")));
        bench.engine.disconnect_network(&back, &id).await.unwrap();
        assert!(bench.engine.inspect_network(&back).await.unwrap().containers.is_empty());
        let fault = bench.engine.remove_network(&front).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::InUse), "{fault}");
    });
}

#[test]
fn a_hardware_address_arrives_on_old_and_new_engines() {
    at_engine(|bench| async move {
        let network = bench.network("net").await;
        let mut spec = bench.script("sleep 60");
        spec.body.host_config.network_mode.clone_from(&network);
        spec.networks = vec![attachment(&network, "web")];
        spec.networks[0].endpoint.mac_address = "02:42:ac:11:65:43".to_owned();
        let id = bench.create("web", &spec).await;
        bench.engine.start_container(&id).await.unwrap();
        let raw = bench.engine.inspect_container_raw(&id).await.unwrap();
        assert_eq!(raw["NetworkSettings"]["Networks"][&network]["MacAddress"], "02:42:ac:11:65:43");
    });
}

#[test]
fn a_container_that_cannot_join_a_network_is_not_left_behind() {
    at_engine(|bench| async move {
        let front = bench.network("front").await;
        let mut spec = bench.script("sleep 60");
        spec.body.host_config.network_mode.clone_from(&front);
        // The host's own network is one that nothing else can be joined with.
        spec.networks = vec![attachment(&front, "web"), attachment("host", "web")];
        bench.engine.create_container(&bench.name("web"), &spec).await.unwrap_err();
        assert!(bench.engine.inspect_container(&bench.name("web")).await.unwrap_err().is_not_found());
    });
}

#[test]
fn a_name_that_is_taken_is_told_with_the_id_of_who_has_it() {
    at_engine(|bench| async move {
        let id = bench.create("web", &bench.script("true")).await;
        let fault =
            bench.engine.create_container(&bench.name("web"), &bench.script("true")).await.unwrap_err();
        assert_eq!(
            fault.reason(),
            Some(&Reason::NameTaken { name: bench.name("web"), holder: id }),
            "{fault}"
        );
        let other = bench.create("other", &bench.script("true")).await;
        let fault = bench.engine.rename_container(&other, &bench.name("web")).await.unwrap_err();
        assert!(matches!(fault.reason(), Some(Reason::NameTaken { .. })), "{fault}");
        bench.engine.rename_container(&other, &bench.name("third")).await.unwrap();
        assert_eq!(bench.engine.inspect_container(&other).await.unwrap().name, bench.name("third"));
    });
}

#[test]
fn a_second_network_of_a_name_is_refused_by_old_engines_too() {
    at_engine(|bench| async move {
        let name = bench.network("net").await;
        let body = NetworkBody { name: name.clone(), labels: bench.labels(), ..NetworkBody::default() };
        let fault = bench.engine.create_network(&body).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::NetworkExists { name }), "{fault}");
        assert!(fault.is_already_done());
    });
}

#[test]
fn what_does_not_exist_is_told_by_kind_and_name() {
    at_engine(|bench| async move {
        let engine = &bench.engine;
        let mut spec = bench.script("true");
        spec.body.image = "no-such-image:9".to_owned();
        let faults = [
            (engine.inspect_container("nobody").await.unwrap_err(), Thing::Container, "nobody"),
            (engine.stop_container("nobody", None).await.unwrap_err(), Thing::Container, "nobody"),
            (engine.inspect_network("nowhere").await.unwrap_err(), Thing::Network, "nowhere"),
            (engine.remove_network("nowhere").await.unwrap_err(), Thing::Network, "nowhere"),
            (engine.inspect_volume("nothing").await.unwrap_err(), Thing::Volume, "nothing"),
            (engine.inspect_image("no-such-image:9").await.unwrap_err(), Thing::Image, "no-such-image:9"),
            (
                engine.create_container(&bench.name("x"), &spec).await.unwrap_err(),
                Thing::Image,
                "no-such-image:9",
            ),
        ];
        for (fault, thing, name) in faults {
            assert_eq!(fault.reason(), Some(&Reason::NotFound { thing, name: name.to_owned() }), "{fault}");
            assert!(fault.is_not_found());
        }
    });
}

#[test]
fn a_port_that_is_taken_is_told_with_its_address() {
    at_engine(|bench| async move {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let binding = |port: u16| {
            let mut spec = bench.script("sleep 60");
            let body = serde_json::json!({
                "ExposedPorts": {"80/tcp": {}},
                "HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": port.to_string()}]}},
            });
            let ours = serde_json::to_value(&spec.body).unwrap();
            spec.body = serde_json::from_value(merged(ours, &body)).unwrap();
            spec
        };
        let id = bench.create("one", &binding(port)).await;
        let fault = bench.engine.start_container(&id).await.unwrap_err();
        assert_eq!(
            fault.reason(),
            Some(&Reason::PortTaken { address: format!("127.0.0.1:{port}") }),
            "{fault}"
        );
        assert!(fault.help().unwrap().contains(&format!("publish={port}")));
        drop(listener);
        bench.engine.start_container(&id).await.unwrap();
        let other = bench.create("two", &binding(port)).await;
        let fault = bench.engine.start_container(&other).await.unwrap_err();
        assert_eq!(
            fault.reason(),
            Some(&Reason::PortTaken { address: format!("127.0.0.1:{port}") }),
            "{fault}"
        );
    });
}

fn merged(mut base: serde_json::Value, over: &serde_json::Value) -> serde_json::Value {
    for (key, value) in over.as_object().unwrap() {
        let place = &mut base[key];
        *place = if place.is_object() { merged(place.take(), value) } else { value.clone() };
    }
    base
}

#[test]
fn the_states_of_a_container_are_seen_as_they_pass() {
    at_engine(|bench| async move {
        let engine = &bench.engine;
        let id = bench.create("web", &bench.script("sleep 60")).await;
        let state = async || engine.inspect_container(&id).await.unwrap().state;
        assert_eq!(state().await, ContainerState::Created);
        engine.start_container(&id).await.unwrap();
        engine.start_container(&id).await.expect("a second start changes nothing");
        assert_eq!(state().await, ContainerState::Running);
        engine.pause_container(&id).await.unwrap();
        assert_eq!(state().await, ContainerState::Paused);
        let fault = engine.start_container(&id).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::Paused), "{fault}");
        engine.unpause_container(&id).await.unwrap();
        engine.kill_container(&id, "KILL").await.unwrap();
        engine.stop_container(&id, None).await.expect("to stop what does not run changes nothing");
        assert_eq!(state().await, ContainerState::Exited);
        let fault = engine.kill_container(&id, "TERM").await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::NotRunning), "{fault}");
        engine.restart_container(&id, None).await.unwrap();
        assert_eq!(state().await, ContainerState::Running);
        engine.remove_container(&id, true).await.unwrap();
        assert!(engine.inspect_container(&id).await.unwrap_err().is_not_found());
    });
}

#[test]
fn a_command_that_the_image_does_not_have_is_named() {
    at_engine(|bench| async move {
        let mut spec = bench.script("true");
        spec.body.cmd = Some(vec!["frobnicate".to_owned()]);
        let id = bench.create("web", &spec).await;
        let fault = bench.engine.start_container(&id).await.unwrap_err();
        assert_eq!(
            fault.reason(),
            Some(&Reason::NoSuchCommand { command: "frobnicate".to_owned() }),
            "{fault}"
        );
    });
}

#[test]
fn the_source_of_a_bind_mount_that_is_missing_is_named() {
    at_engine(|bench| async move {
        let mut spec = bench.script("true");
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("none").display().to_string();
        let body = serde_json::json!({
            "HostConfig": {"Mounts": [{"Type": "bind", "Source": source, "Target": "/x"}]},
        });
        spec.body = serde_json::from_value(merged(serde_json::to_value(&spec.body).unwrap(), &body)).unwrap();
        let fault = bench.engine.create_container(&bench.name("web"), &spec).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::SourceMissing { path: source }), "{fault}");
    });
}

#[test]
fn a_volume_in_use_stays() {
    at_engine(|bench| async move {
        let volume = bench.volume("data").await;
        let mut spec = bench.script("true");
        spec.body.host_config.binds = vec![format!("{volume}:/data")];
        let id = bench.create("web", &spec).await;
        let fault = bench.engine.remove_volume(&volume, false).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::InUse), "{fault}");
        bench.engine.remove_container(&id, true).await.unwrap();
        bench.engine.remove_volume(&volume, false).await.unwrap();
    });
}

#[test]
fn what_runs_in_a_container_and_what_it_uses_is_seen() {
    at_engine(|bench| async move {
        let engine = &bench.engine;
        let id = bench.run("busy", "while :; do :; done").await;
        let processes = engine.processes(&id, "").await.unwrap();
        assert!(processes.titles.contains(&"PID".to_owned()), "{processes:?}");
        assert!(processes.processes[0].join(" ").contains("while"), "{processes:?}");
        assert_eq!(engine.processes(&id, "-o pid,comm").await.unwrap().titles.len(), 2);
        let mut usage = engine.usage(&id, true).await.unwrap();
        usage.next().await.unwrap().unwrap();
        let second = usage.next().await.unwrap().unwrap();
        assert!(
            second.cpu_percent > 1.0 && second.memory > 0 && second.memory_limit > second.memory,
            "{second:?}"
        );
        let mut once = engine.usage(&id, false).await.unwrap();
        assert!(once.next().await.unwrap().unwrap().memory > 0);
        assert!(once.next().await.is_none());
        engine.kill_container(&id, "KILL").await.unwrap();
        let fault = engine.processes(&id, "").await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::NotRunning), "{fault}");
        let facts = engine.describe().await.unwrap();
        assert!(facts.platform.starts_with("linux/") && !facts.version.is_empty(), "{facts:?}");
    });
}

#[test]
fn many_containers_are_made_at_once() {
    at_engine(|bench| async move {
        let spec = bench.script("true");
        let names: Vec<_> = (0..30).map(|number| bench.name(&number.to_string())).collect();
        let created = futures_util::future::join_all(
            names.iter().map(|name| bench.engine.create_container(name, &spec)),
        );
        let ids: std::collections::BTreeSet<_> =
            created.await.into_iter().map(|created| created.unwrap().id).collect();
        assert_eq!(ids.len(), 30);
        let removed =
            futures_util::future::join_all(ids.iter().map(|id| bench.engine.remove_container(id, true)));
        assert!(removed.await.into_iter().all(|removed| removed.is_ok()));
    });
}
