//! Finding the daemon, and saying so when there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rcompose::engine::{ConnectOptions, Engine, Error, Query, Reason, Thing};

use crate::bench::{IMAGE, at_engine};
use crate::support::Fault;

fn connect(options: &ConnectOptions) -> Result<Engine, Error> {
    tokio::runtime::Runtime::new().unwrap().block_on(Engine::connect(options))
}

#[test]
fn a_daemon_that_is_not_there_is_named_with_its_origin_and_the_next_step() {
    let directory = tempfile::tempdir().unwrap();
    let socket = format!("unix://{}/none.sock", directory.path().display());
    let fault = connect(&ConnectOptions::at(&socket)).unwrap_err();
    let text = fault.to_string();
    assert!(
        text.contains(&socket) && text.contains("given as an option") && text.contains("No such file"),
        "{text}"
    );
    assert!(fault.help().unwrap().contains("systemctl start docker"));
    assert!(fault.is_unreachable());
}

#[test]
fn a_machine_that_refuses_is_told_from_one_that_is_no_engine() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"SSH-2.0-OpenSSH\r\n");
    });
    let fault = connect(&ConnectOptions::at(format!("tcp://{address}"))).unwrap_err();
    assert!(matches!(&fault, Error::Unreachable { help, .. } if help.contains("TLS")), "{fault}");
    answering.join().unwrap();
    let fault = connect(&ConnectOptions::at(format!("tcp://{address}"))).unwrap_err();
    assert!(matches!(fault, Error::Unreachable { .. }), "{fault}");
}

#[test]
fn the_version_that_was_agreed_on_is_sent_with_every_call() {
    at_engine(|bench| async move {
        let (engine, proxy) = bench.proxied().await;
        let id = bench.create("web", &bench.script("true")).await;
        // One call of ours and one that is borrowed.
        engine.inspect_container(&id).await.unwrap();
        engine.start_container(&id).await.unwrap();
        let versions: Vec<_> = proxy.calls().into_iter().map(|call| call.version).collect();
        let agreed = engine.facts().api_version.to_string();
        assert_eq!(versions, ["", &agreed, &agreed]);
        assert_eq!(engine.calls(), 3);
        assert!(!engine.facts().version.is_empty());
    });
}

#[test]
fn a_version_that_the_daemon_does_not_speak_is_refused_at_once() {
    at_engine(|bench| async move {
        let mut options = ConnectOptions::at(&bench.daemon.host);
        options.environment.insert("DOCKER_API_VERSION".to_owned(), "1.99".to_owned());
        let fault = Engine::connect(&options).await.unwrap_err().to_string();
        assert!(fault.contains("asks for 1.99"), "{fault}");
    });
}

#[test]
fn an_answer_that_breaks_off_is_told_as_such() {
    at_engine(|bench| async move {
        let (engine, proxy) = bench.proxied().await;
        proxy.disturb(Fault::on("GET", "/containers/json").truncate(200));
        let fault = engine.observe(&Query::project(&bench.project)).await.unwrap_err();
        assert!(matches!(fault, Error::Gone { .. }), "{fault:?}");
        assert!(fault.to_string().contains("GET /containers/json"), "{fault}");
        proxy.disturb(Fault::on("POST", "/containers/*/start"));
        let fault = engine.start_container("x").await.unwrap_err();
        assert!(fault.is_unreachable() && fault.to_string().contains("/containers/x/start"), "{fault}");
    });
}

#[test]
fn a_connection_over_tcp_is_used_again() {
    at_engine(|bench| async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("tcp://{}", listener.local_addr().unwrap());
        let opened = Arc::new(AtomicU32::new(0));
        let (count, socket) = (Arc::clone(&opened), bench.daemon.socket.clone());
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                let mut far = tokio::net::UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
            }
        });
        let engine = Engine::connect(&ConnectOptions::at(host)).await.unwrap();
        for _ in 0..10 {
            engine.observe(&Query::containers(&bench.project)).await.unwrap();
            assert!(engine.inspect_container("nobody").await.unwrap_err().is_not_found());
        }
        assert!(opened.load(Ordering::Relaxed) <= 3, "{opened:?} connections for 21 calls");
    });
}

#[test]
fn a_question_has_a_limit_of_time_and_work_has_none() {
    at_engine(|bench| async move {
        let mut options = ConnectOptions::at(&bench.daemon.host);
        options.patience = Some(Duration::from_millis(900));
        let engine = Engine::connect(&options).await.unwrap();
        // A tenth of a second less than one must not become none at all.
        engine.observe(&Query::project(&bench.project)).await.unwrap();
        // It ignores the signal, so that the answer comes only after the grace.
        let id = bench.run("deaf", "trap '' TERM; while :; do sleep 0.1; done").await;
        engine.stop_container(&id, Some(Duration::from_secs(2))).await.unwrap();
        assert_eq!(engine.inspect_container(&id).await.unwrap().exit_code, 137);
    });
}

#[test]
fn a_snapshot_costs_a_handful_of_calls_whatever_it_shows() {
    at_engine(|bench| async move {
        let network = bench.network("net").await;
        let volume = bench.volume("vol").await;
        for number in 0..8 {
            bench.create(&format!("web-{number}"), &bench.script("true")).await;
        }
        let query = Query {
            networks: vec![network.clone(), "no-such-network".to_owned()],
            volumes: vec![volume.clone(), "no-such-volume".to_owned()],
            images: vec![
                IMAGE.to_owned(),
                format!("docker.io/library/{IMAGE}"),
                "no-such-image:1".to_owned(),
            ],
            ..Query::project(&bench.project)
        };
        let before = bench.engine.calls();
        let seen = bench.engine.observe(&query).await.unwrap();
        assert!(bench.engine.calls() - before <= 5, "{} calls", bench.engine.calls() - before);
        assert_eq!(seen.containers.len(), 8);
        assert_eq!(seen.containers[0].name, bench.name("web-0"));
        assert_eq!(seen.networks.iter().map(|found| &found.name).collect::<Vec<_>>(), [&network]);
        assert_eq!(seen.volumes.iter().map(|found| &found.name).collect::<Vec<_>>(), [&volume]);
        assert_eq!(seen.images.len(), 2, "{:?}", seen.images);
        assert_eq!(seen.images[IMAGE].id, bench.engine.inspect_image(IMAGE).await.unwrap().id);
    });
}

#[test]
fn an_image_is_found_by_its_id_and_by_the_beginning_of_it() {
    at_engine(|bench| async move {
        let id = bench.engine.inspect_image(IMAGE).await.unwrap().id;
        let beginning = id[.."sha256:".len() + 12].to_owned();
        let wanted = vec![id.clone(), beginning.clone(), format!("sha256:{}", "0".repeat(64))];
        let seen = bench.engine.find_images(&wanted).await.unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[&beginning].id, id);
    });
}

#[test]
fn a_name_that_tries_to_be_another_path_is_only_a_name_that_nothing_has() {
    at_engine(|bench| async move {
        let fault = bench.engine.inspect_container("x/../../version?").await.unwrap_err();
        assert!(fault.is_not_found(), "{fault:?}");
        let fault = bench.engine.start_container("nobody?force=1").await.unwrap_err();
        let want = Reason::NotFound { thing: Thing::Container, name: "nobody?force=1".to_owned() };
        assert_eq!(fault.reason(), Some(&want), "{fault}");
    });
}
