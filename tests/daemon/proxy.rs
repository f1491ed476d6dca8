//! The recording proxy itself.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Api, Daemon, Fault, Proxy, Stack, daemon};

fn through(proxy: &Proxy) -> Api {
    Api::new(Path::new(proxy.host().strip_prefix("unix://").expect("a proxy is a unix socket")))
}

fn container(daemon: &Daemon, stack: &Stack, command: &[&str]) -> String {
    let labels = json!({ "com.docker.compose.project": stack.project() });
    let body = json!({ "Image": Stack::IMAGE, "Cmd": command, "Labels": labels, "OpenStdin": true, "StdinOnce": true });
    let answer = daemon.api.post("/containers/create", &body);
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["Id"].as_str().expect("a created container has an id").to_owned()
}

#[test]
fn a_call_is_recorded_without_version_and_with_its_query_and_body() {
    let Some(daemon) = daemon() else { return };
    let (proxy, stack) = (Proxy::before(daemon), Stack::new(daemon, "recorded"));
    let api = through(&proxy);
    let labels = json!({ "com.docker.compose.project": stack.project() });
    let name = format!("{}_data", stack.project());
    let answer = api.post("/v1.41/volumes/create", &json!({ "Name": name, "Labels": labels }));
    assert_eq!(answer.status, 201);
    api.get("/v1.41/containers/json?all=1");
    let calls = proxy.calls();
    assert_eq!(calls.len(), 2);
    assert!(calls[0].is("POST", "/volumes/create") && calls[0].mutates());
    assert_eq!(calls[0].json()["Name"], name.as_str());
    assert_eq!((calls[1].path.as_str(), calls[1].query.as_str()), ("/containers/json", "all=1"));
    assert_eq!(calls[1].version, "1.41");
    assert!(!calls[1].mutates());
    assert_eq!(proxy.take().len(), 2);
    assert!(proxy.calls().is_empty());
}

#[test]
fn only_the_nth_call_is_answered_by_a_fault() {
    let Some(daemon) = daemon() else { return };
    let (proxy, stack) = (Proxy::before(daemon), Stack::new(daemon, "nth"));
    let id = container(daemon, &stack, &["true"]);
    proxy.disturb(Fault::on("POST", "/containers/*/start").nth(2).answer(500, "out of luck"));
    let start = || through(&proxy).post(&format!("/containers/{id}/start"), &json!(null));
    assert_eq!(start().status, 204);
    let second = start();
    assert_eq!((second.status, second.json()["message"].as_str()), (500, Some("out of luck")));
    assert!(start().status < 400);
}

#[test]
fn a_refused_call_does_nothing_and_a_lost_answer_has_done_it() {
    let Some(daemon) = daemon() else { return };
    let (proxy, stack) = (Proxy::before(daemon), Stack::new(daemon, "lost"));
    let create = |name: &str| {
        let labels = json!({ "com.docker.compose.project": stack.project() });
        let body = json!({ "Name": format!("{}_{name}", stack.project()), "Labels": labels }).to_string();
        through(&proxy).request("POST", "/volumes/create", ("application/json", body.as_bytes()))
    };
    proxy.disturb(Fault::on("POST", "/volumes/create"));
    assert!(create("refused").is_err());
    assert!(stack.volumes().is_empty());
    proxy.disturb(Fault::on("POST", "/volumes/create").lose_the_answer());
    assert!(create("lost").is_err());
    assert_eq!(stack.volumes().len(), 1);
}

#[test]
fn an_answer_is_cut_off_or_comes_late() {
    let Some(daemon) = daemon() else { return };
    let proxy = Proxy::before(daemon);
    let whole = through(&proxy).get("/version").to_string();
    proxy.disturb(Fault::on("GET", "/version").truncate(300));
    let cut = through(&proxy).request("GET", "/version", ("", b"")).expect("the head comes through");
    assert!(!cut.body.is_empty() && cut.body.len() < whole.len());
    proxy.disturb(Fault::on("GET", "/_ping").delay(Duration::from_millis(300)));
    let before = Instant::now();
    assert_eq!(through(&proxy).request("GET", "/_ping", ("", b"")).expect("it comes").status, 200);
    assert!(before.elapsed() >= Duration::from_millis(300));
}

#[test]
fn an_upgraded_stream_goes_both_ways_and_ends_with_its_container() {
    let Some(daemon) = daemon() else { return };
    let (proxy, stack) = (Proxy::before(daemon), Stack::new(daemon, "upgraded"));
    let id = container(daemon, &stack, &["cat"]);
    let socket = proxy.host().strip_prefix("unix://").expect("a proxy is a unix socket").to_owned();
    let mut stream = UnixStream::connect(socket).expect("the proxy listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    let query = "stream=1&stdin=1&stdout=1&stderr=1";
    let head = "Host: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
    write!(stream, "POST /containers/{id}/attach?{query} HTTP/1.1\r\n{head}").expect("the proxy reads");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("the daemon answers");
    assert_eq!(&answer, b"HTTP/1.1 101");
    assert_eq!(daemon.api.post(&format!("/containers/{id}/start"), &json!(null)).status, 204);
    stream.write_all(b"there and back\n").expect("the container reads");
    stream.shutdown(std::net::Shutdown::Write).expect("the input can be ended");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the stream ends when `cat` does");
    assert!(String::from_utf8_lossy(&rest).contains("there and back"));
    assert_eq!(proxy.calls().len(), 1);
}

#[test]
fn a_client_that_keeps_connections_has_each_of_its_calls_recorded() {
    let Some(daemon) = daemon() else { return };
    let proxy = Proxy::before(daemon);
    let docker =
        std::process::Command::new("docker").args(["volume", "ls"]).env("DOCKER_HOST", proxy.host()).output();
    let Ok(output) = docker else { return crate::support::skip("there is no `docker` command") };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = proxy.calls();
    assert!(calls.iter().any(|call| call.path == "/_ping"), "{calls:?}");
    assert!(calls.iter().any(|call| call.is("GET", "/volumes")), "{calls:?}");
}
