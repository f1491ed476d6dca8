//! `ls`, `top`, `images`, `volumes`, `port`, `inspect` and `search`: what is there.

use crate::budget::sleepers;
use crate::support::{Fault, Proxy, Stack, daemon, peer};

const STACK: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true, ports: ['127.0.0.1::80', '127.0.0.1::81/udp', '8080'], volumes: ['data:/data', /anonymous], labels: {colour: blue}}
  b: {image: IMAGE, command: sleep 600, init: true, scale: 2, volumes: ['more:/more']}
  ended: {image: IMAGE, command: sh -c 'exit 3'}
volumes: {data: , more: {labels: {shape: round}}}
";

fn up(stack: &Stack) {
    stack.run(["up", "-d"]).success();
    let path = format!("/containers/{}-ended-1/wait", stack.project());
    daemon().expect("there is one").api.post(&path, &serde_json::Value::Null);
}

fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn ls_shows_projects_that_run_with_states_and_files() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "ls", STACK);
    up(&stack);
    let name = format!("name=^{}$", stack.project());
    let shown = stack.run(["ls", "--filter", &name]).success();
    let lines: Vec<&str> = shown.out.lines().collect();
    assert_eq!(cells(lines[0]), ["NAME", "STATUS", "CONFIG FILES"]);
    assert_eq!(cells(lines[1]), ["PROJECT", "running(3)", "DIR/compose.yaml"]);
    let all = stack.run(["ls", "-a", "--filter", &name]).success();
    assert_eq!(cells(all.out.lines().nth(1).unwrap_or_default())[1], "exited(1), running(3)");
    stack.run(["ls", "-q", "--filter", &name]).success().stdout("PROJECT\n");
    stack
        .run(["ls", "--format", "json", "--filter", &name])
        .success()
        .stdout("[{\"Name\":\"PROJECT\",\"Status\":\"running(3)\",\"ConfigFiles\":\"DIR/compose.yaml\"}]\n");
    stack.run(["stop", "-t", "0"]).success();
    stack.run(["ls", "-q", "--filter", &name]).success().stdout("");
    stack.run(["ls", "-q", "--all", "--filter", &name]).success().stdout("PROJECT\n");
    stack.run(["ls", "--format", "json", "--filter", &name]).success().stdout("[]\n");
}

#[test]
fn ls_refuses_what_it_does_not_know() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "lsbad");
    stack.run(["ls", "--filter", "foo=bar"]).code(1).complains(["invalid filter 'foo'", "name=TEXT"]);
    stack.run(["ls", "--filter", "foo"]).code(1).complains(["bad format of filter (expected name=value)"]);
    stack.run(["ls", "--format", "xml"]).code(1).complains(["format value \"xml\" could not be parsed"]);
}

#[test]
fn top_shows_the_processes_of_each_container_with_the_command_last() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "top", STACK);
    up(&stack);
    let shown = stack.run(["top"]).success();
    let lines: Vec<Vec<&str>> = shown.out.lines().map(cells).collect();
    assert_eq!((lines[0][0], lines[0][1], lines[0].last()), ("SERVICE", "#", Some(&"CMD")));
    let sleeps: Vec<(&str, &str)> = lines
        .iter()
        .filter(|line| line.last() == Some(&"sleep 600"))
        .map(|line| (line[0], line[1]))
        .collect();
    assert_eq!(sleeps, [("a", "1"), ("b", "1"), ("b", "2")], "{}", shown.out);
    let only = stack.run(["top", "a"]).success();
    assert!(only.out.lines().skip(1).all(|line| line.starts_with("a ")), "{}", only.out);
    stack.run(["top", "ended"]).success().stdout("");
    stack.run(["top", "nope"]).code(1).complains(["no such service: nope"]);
}

#[test]
fn top_without_containers_shows_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "topnone", STACK);
    stack.run(["top"]).success().stdout("").stderr("");
}

#[test]
fn images_shows_what_containers_were_made_from() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "images", STACK);
    up(&stack);
    let shown = stack.run(["images"]).success();
    let lines: Vec<Vec<&str>> = shown.out.lines().map(cells).collect();
    assert_eq!(lines[0], ["CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"]);
    let (repository, tag) = Stack::IMAGE.split_once(':').expect("it has a tag");
    let names: Vec<&str> = lines[1..].iter().map(|line| line[0]).collect();
    assert_eq!(names, ["PROJECT-a-1", "PROJECT-b-1", "PROJECT-b-2", "PROJECT-ended-1"]);
    assert_eq!((lines[1][1], lines[1][2], lines[1][4]), (repository, tag, "ID"));
    assert!(lines[1][3].starts_with("linux/") && lines[1][6].ends_with(" ago"), "{}", shown.out);
    stack.run(["images", "-q"]).success().stdout("ID\n");
    let json = stack.run(["images", "--format", "json", "a"]).success();
    let objects = &json.json_lines()[0];
    assert_eq!(objects.as_array().map(Vec::len), Some(1));
    assert_eq!((&objects[0]["ContainerName"], &objects[0]["Tag"]), (&"PROJECT-a-1".into(), &tag.into()));
    assert!(objects[0]["Size"].as_u64().is_some_and(|size| size > 0) && objects[0]["ID"].is_string());
    stack.run(["images", "nope"]).code(1).complains(["no such service: nope"]);
    stack.run(["images", "--format", "xml"]).code(1).complains(["could not be parsed"]);
}

#[test]
fn images_of_nothing_is_a_table_without_rows() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "imagesnone", STACK);
    assert_eq!(stack.run(["images"]).success().out.lines().count(), 1);
    stack.run(["images", "--format", "json"]).success().stdout("[]\n");
    stack.run(["images", "-q"]).success().stdout("");
}

#[test]
fn images_can_be_removed_once_nothing_was_made_from_them() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "imagesrm");
    let tag = |name: &str| {
        let repository = format!("{}-{name}", stack.project());
        let path = format!("/images/{}/tag?repo={repository}&tag=1", Stack::IMAGE);
        daemon.api.request("POST", &path, ("", b"")).expect("the daemon answers");
        format!("{repository}:1")
    };
    let (used, free) = (tag("used"), tag("free"));
    let exists = |name: &str| {
        let path = format!("/images/{name}/json");
        daemon.api.request("GET", &path, ("", b"")).is_ok_and(|answer| answer.status == 200)
    };
    stack.write("compose.yaml", &format!("services: {{a: {{image: '{used}', command: sleep 600}}}}\n"));
    stack.run(["create"]).success();
    stack.run(["images", "--rm"]).success().complains(["stays", "PROJECT-a-1"]);
    assert!(exists(&used));
    stack.run(["down"]).success();
    stack.write("compose.yaml", &format!("services: {{a: {{image: '{used}'}}, b: {{image: '{free}'}}}}\n"));
    stack.run(["images", "--rm", "--dry-run"]).success().says(["remove image PROJECT-free:1"]);
    assert!(exists(&used) && exists(&free));
    stack.run(["images", "--rm", "b"]).success().complains(["Image PROJECT-free:1 Removed"]);
    assert!(exists(&used) && !exists(&free));
    stack.run(["images", "--rm"]).success().complains(["Image PROJECT-used:1 Removed"]);
    assert!(!exists(&used));
}

#[test]
fn volumes_shows_those_of_the_project_or_of_a_service() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "volumes", STACK);
    stack.run(["create"]).success();
    let shown = stack.run(["volumes"]).success();
    let lines: Vec<Vec<&str>> = shown.out.lines().map(cells).collect();
    assert_eq!(lines, [["DRIVER", "VOLUME NAME"], ["local", "PROJECT_data"], ["local", "PROJECT_more"]]);
    stack.run(["volumes", "-q", "b"]).success().stdout("PROJECT_more\n");
    stack.run(["volumes", "-q", "ended"]).success().stdout("");
    stack
        .run(["volumes", "--format", "{{.Name}} {{.Scope}} {{.Label \"shape\"}}"])
        .success()
        .stdout("PROJECT_data local \nPROJECT_more local round\n");
    let json = stack.run(["volumes", "--format", "json", "a"]).success().json_lines();
    assert_eq!((&json[0]["Name"], &json[0]["Size"]), (&"PROJECT_data".into(), &"N/A".into()));
    assert!(json[0]["Mountpoint"].as_str().is_some_and(|path| path.starts_with('/')));
    stack.run(["volumes", "nope"]).code(1).complains(["no such service: nope"]);
    let name = stack.project().to_owned();
    std::fs::remove_file(stack.folder().join("compose.yaml")).expect("the file was there");
    stack.run(["-p", &name, "volumes", "-q"]).success().stdout("PROJECT_data\nPROJECT_more\n");
    stack.run(["-p", &name, "volumes", "-q", "b"]).success().stdout("PROJECT_more\n");
}

#[test]
fn port_tells_where_a_port_can_be_reached() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "ports", STACK);
    up(&stack);
    let a = stack.inspect("a");
    let published = |port: &str| {
        let binding = &a["NetworkSettings"]["Ports"][port][0];
        format!("{}:{}", binding["HostIp"].as_str().unwrap_or(""), binding["HostPort"].as_str().unwrap_or(""))
    };
    let (tcp, udp) = (published("80/tcp"), published("81/udp"));
    stack.run(["port", "a", "80"]).success().stdout(&format!("{tcp}\n"));
    stack.run(["port", "--protocol", "udp", "a", "81"]).success().stdout(&format!("{udp}\n"));
    let all = stack.run(["port", "a"]).success();
    assert!(all.out.starts_with(&format!("80/tcp -> {tcp}\n81/udp -> {udp}\n8080/tcp -> ")), "{}", all.out);
    stack.run(["port", "b"]).success().stdout("");
}

#[test]
fn port_says_what_there_is_when_a_port_is_not_published() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "noport", STACK);
    up(&stack);
    stack
        .run(["port", "a", "81"])
        .code(1)
        .complains(["no port 81/tcp for container PROJECT-a-1", "80/tcp, 81/udp, 8080/tcp"]);
    stack
        .run(["port", "--index", "2", "b", "80"])
        .code(1)
        .complains(["no port 80/tcp for container PROJECT-b-2"]);
    stack.run(["port", "--index", "7", "b", "80"]).code(1).complains(["not running container #7"]);
    stack.run(["port", "ended", "80"]).code(1).complains(["service \"ended\" is not running"]);
    stack.run(["port", "aa", "80"]).code(1).complains(["is not running", "did you mean `a`?"]);
    stack.run(["port", "a", "x"]).code(1).complains(["strconv.ParseUint: parsing \"x\": invalid syntax"]);
    stack.run(["port"]).code(1).complains(["accepts between 1 and 2 arg(s), received 0"]);
}

#[test]
fn inspect_shows_what_the_engine_knows_whole_or_by_a_template() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "inspect", STACK);
    up(&stack);
    let shown = stack.run(["inspect", "a"]).success();
    assert!(shown.out.starts_with("[\n    {\n        \"Id\": \"ID\""), "{}", shown.out);
    let list: serde_json::Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(list[0]["Config"]["Labels"]["colour"], "blue");
    stack
        .run(["inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "ended"])
        .success()
        .stdout("exited 3\n");
    let templated = stack.run(["inspect", "--format", "{{.Name}} {{json .Config.Cmd}}", "b"]).success();
    assert_eq!(templated.out, "/PROJECT-b-1 [\"sleep\",\"600\"]\n/PROJECT-b-2 [\"sleep\",\"600\"]\n");
    stack.run(["inspect", "--index", "2", "-f", "{{.Name}}", "b"]).success().stdout("/PROJECT-b-2\n");
    assert_eq!(stack.run(["inspect", "-f", "{{.Id}}"]).success().out, "ID\nID\nID\nID\n");
    stack.run(["inspect", "--index", "9", "b"]).code(1).complains(["no container of number 9 for `b`"]);
    stack.run(["inspect", "nope"]).code(1).complains(["no such service: nope"]);
    stack.run(["inspect", "-f", "{{.Id", "a"]).code(1).complains(["template parsing error"]);
}

#[test]
fn inspect_without_containers_says_how_they_are_made() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "inspectnone", STACK);
    stack.run(["inspect", "a"]).code(1).complains(["there is no container for `a`", "`up` or `create`"]);
    stack.run(["inspect"]).code(1).complains(["there is no container for project `PROJECT`"]);
}

#[test]
fn search_shows_what_the_registry_told_the_engine() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "search");
    let answer = r#"[{"name":"redis","description":"fast\nand small, and a good deal more than can be shown here","star_count":9,"is_official":true},{"name":"me/redis","star_count":0}]"#;
    let told = || {
        let proxy = Proxy::before(daemon);
        proxy.disturb(Fault::on("GET", "/images/search").answer_with(200, answer));
        proxy
    };
    let proxy = told();
    let shown = stack.command(["search", "--limit", "3", "-f", "stars=2", "redis"]).host(&proxy.host()).run();
    let shown = shown.success();
    let lines: Vec<Vec<&str>> = shown.out.lines().map(cells).collect();
    assert_eq!(lines[0], ["NAME", "DESCRIPTION", "STARS", "OFFICIAL"]);
    assert_eq!(lines[1], ["redis", "fast and small, and a good deal more than ca…", "9", "[OK]"]);
    assert_eq!(lines[2], ["me/redis", "0"]);
    let calls = proxy.calls();
    let asked = calls.iter().find(|call| call.path == "/images/search").expect("it was asked");
    assert!(
        asked.query.contains("term=redis")
            && asked.query.contains("limit=3")
            && asked.query.contains("stars")
    );
    let proxy = told();
    let json = stack.command(["search", "--format", "json", "redis"]).host(&proxy.host()).run().success();
    assert_eq!(json.json_lines()[0]["IsOfficial"], "[OK]");
}

#[test]
fn search_tells_what_the_engine_says_when_it_cannot() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "searchno");
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("GET", "/images/search").answer(500, "no registry today"));
    stack.command(["search", "redis"]).host(&proxy.host()).run().code(1).complains(["no registry today"]);
    stack.run(["search"]).code(1).complains(["requires 1 argument"]);
    stack.run(["search", "-f", "stars=many", "x"]).code(1).complains(["invalid filter", "whole number"]);
    stack.run(["search", "-f", "nonsense=1", "x"]).code(1).complains(["`stars` and `is-official`"]);
}

#[test]
fn both_tools_print_the_same_of_ports_volumes_images_and_processes() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let stack = Stack::of(daemon, "same", STACK);
    up(&stack);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let name = format!("name={}", stack.project());
    stack.run(["port", "a"]).success().stdout(&stack.peer(&peer, ["port", "a"]).success().out);
    // How busy each is differs from moment to moment.
    let calm = |text: &str| {
        let calm = |line: &str| {
            let column = text.find(" C ").expect("there is such a column") + 1;
            format!("{}0{}", &line[..column], &line[column + 1..])
        };
        text.lines().map(calm).collect::<Vec<_>>()
    };
    let (ours, theirs) = (stack.run(["top"]).success(), stack.peer(&peer, ["top"]).success());
    assert_eq!(calm(&ours.out), calm(&theirs.out));
    stack.run(["images", "-q"]).success().stdout(&stack.peer(&peer, ["images", "-q"]).success().out);
    let ours = stack.run(["ls", "-a", "--filter", &name]).success();
    assert_eq!(ours.out, stack.peer(&peer, ["ls", "-a", "--filter", &name]).success().out);
    let ours = stack.run(["volumes", "--format", "json"]).success();
    assert_eq!(sorted(&ours.out), sorted(&stack.peer(&peer, ["volumes", "--format", "json"]).success().out));
    let ours = stack.run(["images"]).success();
    assert_eq!(sorted(&ours.out), sorted(&stack.peer(&peer, ["images"]).success().out));
    let ours = stack.run(["wait", "ended"]).code(3);
    assert_eq!(ours.out, stack.peer(&peer, ["wait", "ended"]).code(3).out);
}

#[test]
fn listings_ask_once_and_once_for_each_thing_that_only_an_inspection_tells() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "asked", &sleepers(4));
    stack.run(["up", "-d"]).success();
    let proxy = Proxy::before(daemon);
    let asked = |words: &[&str]| {
        let done = words.iter().fold(stack.command([]), |command, word| command.args([*word]));
        done.host(&proxy.host()).run().success();
        // Before these, a ping and what it takes to agree on a version.
        proxy.take().into_iter().filter(|call| call.path != "/_ping" && call.path != "/version").count()
    };
    assert_eq!(asked(&["ls"]), 1);
    assert_eq!(asked(&["volumes"]), 1);
    assert_eq!(asked(&["port", "s0"]), 1);
    assert_eq!(asked(&["images"]), 2);
    assert_eq!(asked(&["top"]), 5);
    assert_eq!(asked(&["top", "s1"]), 2);
    assert_eq!(asked(&["stop", "-t", "0", "s1"]), 2);
}
