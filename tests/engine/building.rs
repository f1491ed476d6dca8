//! Images from source, by the builder that every engine has.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use rcompose::engine::{
    BuildFault, BuildProgress, ConnectOptions, Engine, Error, LogOptions, Reason, RegistryFault, WaitFor,
};
use rcompose::event::Stream;
use rcompose::resource::{BuildSecret, BuildSecretSource, BuildSpec};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::bench::{Bench, IMAGE, at_engine};

fn files(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("IMAGE", IMAGE)).unwrap();
    }
    folder
}

fn spec(bench: &Bench, context: &Path) -> BuildSpec {
    BuildSpec {
        service: "web".to_owned(),
        context: context.display().to_string(),
        tags: vec![format!("{}:1", bench.project)],
        labels: bench.labels(),
        ..BuildSpec::default()
    }
}

/// The daemon, asked to build with the builder that every engine has.
async fn classic(bench: &Bench) -> Engine {
    let environment = BTreeMap::from([("DOCKER_BUILDKIT".to_owned(), "0".to_owned())]);
    let options = ConnectOptions { environment, ..ConnectOptions::at(&bench.daemon.host) };
    Engine::connect(&options).await.unwrap()
}

async fn built(bench: &Bench, spec: &BuildSpec) -> Result<Vec<BuildProgress>, Error> {
    let mut flow = classic(bench).await.build_image(spec)?;
    let mut seen = Vec::new();
    while let Some(word) = timeout(Duration::from_secs(60), flow.next()).await.expect("it goes on") {
        seen.push(word?);
    }
    Ok(seen)
}

async fn fault(bench: &Bench, spec: &BuildSpec) -> BuildFault {
    match built(bench, spec).await.unwrap_err() {
        Error::Build(fault) => *fault,
        other => panic!("{other:?}"),
    }
}

/// What a script prints in an image.
async fn printed(bench: &Bench, image: &str, script: &str) -> String {
    let mut spec = bench.script(script);
    spec.body.image = image.to_owned();
    let id = bench.create("printing", &spec).await;
    bench.engine.start_container(&id).await.unwrap();
    bench.engine.wait(&id, WaitFor::NotRunning).await.unwrap().exit().await.unwrap();
    let mut lines = bench.engine.log_lines(&id, &LogOptions::default()).await.unwrap();
    let mut text = Vec::new();
    while let Some(line) = lines.next().await {
        text.push(line.unwrap().text());
    }
    bench.engine.remove_container(&id, true).await.unwrap();
    text.join("\n")
}

#[test]
fn a_build_tells_its_steps_and_ends_with_an_image_of_all_its_names() {
    at_engine(|bench| async move {
        let folder = files(&[
            (
                "Dockerfile",
                "ARG BASE\nFROM $BASE AS one\nARG WORD\nRUN echo out-$WORD; echo err >&2\nCOPY a b/\nFROM one AS two\nRUN false\n",
            ),
            ("a", "content\n"),
        ]);
        let mut spec = spec(&bench, folder.path());
        let more = format!("{}:2", bench.project);
        spec.tags.push(more.clone());
        spec.target = "one".to_owned();
        let argument = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        spec.args = BTreeMap::from([argument("BASE", IMAGE), argument("WORD", "hello")]);
        spec.extra_hosts = vec!["db:10.1.2.3".to_owned()];
        spec.shm_size = 3 << 30;
        let seen = built(&bench, &spec).await.unwrap();
        let steps: Vec<_> = seen
            .iter()
            .filter_map(|word| match word {
                BuildProgress::Step { number, total, instruction } => {
                    Some((*number, *total, instruction.as_str()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(steps[0], (1, 6, "ARG BASE"), "{seen:?}");
        assert_eq!(steps[4], (5, 6, "COPY a b/"), "{seen:?}");
        let output = |stream, text: &str| BuildProgress::Output { stream, text: text.to_owned() };
        assert!(seen.contains(&output(Stream::Stdout, "out-hello")), "{seen:?}");
        assert!(seen.contains(&output(Stream::Stderr, "err")), "{seen:?}");
        let Some(BuildProgress::Built { image }) = seen.last() else { panic!("{seen:?}") };
        let found = bench.engine.inspect_image(&more).await.unwrap();
        assert_eq!((&found.id, found.tags.len()), (image, 2));
        assert_eq!(found.labels, bench.labels());
        assert_eq!(printed(&bench, &more, "cat b/a").await, "content");

        let again = built(&bench, &spec).await.unwrap();
        assert!(again.contains(&BuildProgress::Cached));
        assert!(again.contains(&BuildProgress::Built { image: image.clone() }));
    });
}

#[test]
fn a_step_that_fails_is_told_with_its_line_its_code_and_its_last_words() {
    at_engine(|bench| async move {
        let folder = files(&[(
            "sub/My.dockerfile",
            "# a comment\nFROM IMAGE\n\nRUN echo fine \\\n  && echo also fine\nRUN echo broken; exit 7\n",
        )]);
        let mut spec = spec(&bench, folder.path());
        spec.dockerfile = "sub/My.dockerfile".to_owned();
        let fault = fault(&bench, &spec).await;
        // The project's labels are a step of their own.
        assert_eq!((fault.line, fault.step, fault.exit_code), (Some(6), Some((3, 4)), Some(7)), "{fault:?}");
        assert_eq!(fault.output, ["broken"]);
        assert!(
            fault.to_string().contains("`RUN echo broken; exit 7`")
                && fault.dockerfile.ends_with("My.dockerfile")
        );
    });
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    at_engine(|bench| async move {
        let folder = files(&[
            ("wrong/Dockerfile", "FROM IMAGE\n\nFROB x\n"),
            ("copy/Dockerfile", "FROM IMAGE\nCOPY gone /\n"),
            ("base/Dockerfile", "FROM 127.0.0.1:1/no/such:9\n"),
            ("ignore/Dockerfile", "FROM IMAGE\n"),
            ("ignore/.dockerignore", "a\n[z-a]\n"),
            ("empty/x", ""),
        ]);
        let within = |name: &str| spec(&bench, &folder.path().join(name));
        assert_eq!(fault(&bench, &within("wrong")).await.line, Some(3));
        let copy = fault(&bench, &within("copy")).await;
        assert_eq!((copy.line, copy.instruction.as_deref()), (Some(2), Some("COPY gone /")), "{copy:?}");
        assert!(copy.help().is_some());
        let base = fault(&bench, &within("base")).await;
        assert!(matches!(base.reason(), Reason::Registry(RegistryFault::Unreachable { .. })), "{base:?}");
        assert_eq!(base.line, Some(1));
        let mut target = within("ignore");
        std::fs::remove_file(folder.path().join("ignore/.dockerignore")).unwrap();
        target.target = "nowhere".to_owned();
        assert!(fault(&bench, &target).await.message.contains("nowhere"));
        for (name, words) in [("empty", "Dockerfile"), ("gone", "build context")] {
            let text = built(&bench, &within(name)).await.unwrap_err().to_string();
            assert!(text.contains(words) && text.contains(name), "{text}");
        }
        std::fs::write(folder.path().join("ignore/.dockerignore"), "a\n[z-a]\n").unwrap();
        let text = built(&bench, &within("ignore")).await.unwrap_err().to_string();
        assert!(text.contains(".dockerignore") && text.contains("line 2"), "{text}");
    });
}

#[test]
fn what_is_ignored_is_not_sent_and_the_dockerfile_always_is() {
    at_engine(|bench| async move {
        let folder = files(&[
            ("Dockerfile", "FROM IMAGE\nCOPY . /all\n"),
            (".dockerignore", "*\n!keep\n!deep/down/this\nkeep/not\n"),
            ("keep/yes", ""),
            ("keep/not", ""),
            ("deep/down/this", ""),
            ("deep/down/that", ""),
            ("top", ""),
        ]);
        let mut spec = spec(&bench, folder.path());
        built(&bench, &spec).await.unwrap();
        let list = "cd /all; find . -type f | sort";
        assert_eq!(printed(&bench, &spec.tags[0], list).await, "./deep/down/this\n./keep/yes");

        std::fs::write(folder.path().join("Dockerfile.dockerignore"), "*\n!top\n").unwrap();
        built(&bench, &spec).await.unwrap();
        // The file of this Dockerfile alone says what is sent, which is all that it needs.
        assert_eq!(printed(&bench, &spec.tags[0], list).await, "./top");

        spec.dockerfile_inline = Some(format!("FROM {IMAGE}\nCOPY . /all\n"));
        built(&bench, &spec).await.unwrap();
        let names = printed(&bench, &spec.tags[0], list).await;
        assert_eq!(names, "./deep/down/this\n./keep/yes");
    });
}

#[test]
fn a_dockerfile_outside_the_context_is_sent_and_not_seen() {
    at_engine(|bench| async move {
        let folder = files(&[("other/Dockerfile.x", "FROM IMAGE\nCOPY . /all\n"), ("context/file", "")]);
        let mut spec = spec(&bench, &folder.path().join("context"));
        spec.dockerfile = "../other/Dockerfile.x".to_owned();
        built(&bench, &spec).await.unwrap();
        assert_eq!(printed(&bench, &spec.tags[0], "cd /all; find . -type f").await, "./file");
    });
}

#[test]
fn odd_files_in_the_context_neither_hang_nor_leak() {
    at_engine(|bench| async move {
        let secret = files(&[("secret", "outside")]);
        let folder = files(&[("Dockerfile", "FROM IMAGE\nCOPY . /all\n"), ("x/plain", "in")]);
        let inside = |name: &str| folder.path().join(name);
        symlink(secret.path().join("secret"), inside("leads-out")).unwrap();
        symlink("x/plain", inside("leads-in")).unwrap();
        symlink("..", inside("x/up")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(inside("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(inside("pipe")).status().unwrap();
        assert!(made.success());
        let long = format!("{}/{}", "d".repeat(120), "f".repeat(200));
        std::fs::create_dir_all(inside(&"d".repeat(120))).unwrap();
        std::fs::write(inside(&long), "long").unwrap();
        std::fs::write(inside("größe"), "").unwrap();
        // To the builder's cache, a link that leads out is the same wherever it leads.
        let spec = BuildSpec { no_cache: true, ..spec(&bench, folder.path()) };
        built(&bench, &spec).await.unwrap();
        let script = format!(
            "cd /all; cat leads-in; readlink leads-out; cat leads-out 2>&1; [ -p pipe ] && echo pipe; [ -e socket ] || echo none; cat {long}; [ -e größe ] && echo size"
        );
        let text = printed(&bench, &format!("{}:1", bench.project), &script).await;
        assert!(text.contains(&secret.path().join("secret").display().to_string()), "{text}");
        assert!(text.contains("in") && text.contains("pipe\nnone\nlongsize"), "{text}");
        assert!(!text.contains("outside"), "{text}");
    });
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_nothing_is_built() {
    at_engine(|bench| async move {
        let folder = files(&[("Dockerfile", "FROM IMAGE\nCOPY . /all\n")]);
        let big = std::fs::File::create(folder.path().join("big")).unwrap();
        big.set_len(400 << 20).unwrap();
        let path = folder.path().join("big");
        let mut flow = classic(&bench).await.build_image(&spec(&bench, folder.path())).unwrap();
        // It shrinks while it is on its way.
        loop {
            match timeout(Duration::from_secs(60), flow.next()).await.unwrap() {
                Some(Ok(BuildProgress::Sending { .. })) => {
                    big.set_len(0).unwrap();
                }
                Some(Ok(_)) => {}
                Some(Err(fault)) => {
                    let text = fault.to_string();
                    assert!(text.contains(&path.display().to_string()) && text.contains("shrank"), "{text}");
                    break;
                }
                None => panic!("it was built"),
            }
        }
    });
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    at_engine(|bench| async move {
        let folder = files(&[("context/file", "")]);
        let inside = |name: &str| folder.path().join("context").join(name);
        let pipe = |name: &str| {
            assert!(std::process::Command::new("mkfifo").arg(inside(name)).status().unwrap().success());
        };
        pipe("Dockerfile");
        let spec = spec(&bench, &folder.path().join("context"));
        let text = built(&bench, &spec).await.unwrap_err().to_string();
        assert!(text.contains("Dockerfile") && text.contains("not a file"), "{text}");
        std::fs::remove_file(inside("Dockerfile")).unwrap();
        std::fs::write(inside("Dockerfile"), format!("FROM {IMAGE}\n")).unwrap();
        pipe(".dockerignore");
        let text = built(&bench, &spec).await.unwrap_err().to_string();
        assert!(text.contains(".dockerignore") && text.contains("not a file"), "{text}");
    });
}

#[test]
fn a_dockerfile_that_is_a_link_out_of_the_context_is_sent_as_what_it_leads_to() {
    at_engine(|bench| async move {
        let folder = files(&[("other/Dockerfile.x", "FROM IMAGE\nCOPY . /all\n"), ("context/file", "")]);
        symlink("../other/Dockerfile.x", folder.path().join("context/Dockerfile")).unwrap();
        let spec = spec(&bench, &folder.path().join("context"));
        built(&bench, &spec).await.unwrap();
        let names = printed(&bench, &spec.tags[0], "cd /all; find . -type f").await;
        assert_eq!(names, "./file");
    });
}

#[test]
fn links_in_a_circle_end() {
    at_engine(|bench| async move {
        let folder = files(&[("Dockerfile", "FROM IMAGE\nCOPY . /all\n"), ("a/b/file", "")]);
        let inside = |name: &str| folder.path().join(name);
        symlink("..", inside("a/b/up")).unwrap();
        symlink("two", inside("one")).unwrap();
        symlink("one", inside("two")).unwrap();
        symlink(".", inside("self")).unwrap();
        symlink("/", inside("root")).unwrap();
        let spec = spec(&bench, folder.path());
        built(&bench, &spec).await.unwrap();
        let names = printed(&bench, &spec.tags[0], "cd /all; find . | sort | tr '\\n' ' '").await;
        assert_eq!(names.trim(), ". ./Dockerfile ./a ./a/b ./a/b/file ./a/b/up ./one ./root ./self ./two");
    });
}

#[test]
fn a_context_at_an_address_is_fetched_by_the_engine() {
    at_engine(|bench| async move {
        let mut tar = tar::Builder::new(Vec::new());
        let text = format!("FROM {IMAGE}\nCOPY file /file\n");
        for (name, text) in [("Dockerfile", text.as_str()), ("file", "fetched")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        let archive = tar.into_inner().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            use std::io::{Read, Write};
            for mut stream in listener.incoming().map_while(Result::ok) {
                let _ = stream.read(&mut [0; 4096]);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                    archive.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&archive));
            }
        });
        let spec =
            BuildSpec { context: format!("http://{address}/context.tar"), ..spec(&bench, Path::new("/")) };
        built(&bench, &spec).await.unwrap();
        assert_eq!(printed(&bench, &spec.tags[0], "cat /file").await, "fetched");
    });
}

#[test]
fn what_the_classic_builder_does_not_have_is_refused_by_name() {
    at_engine(|bench| async move {
        let folder = files(&[("Dockerfile", "FROM IMAGE\nRUN --mount=type=cache,target=/x true\n")]);
        let mut spec = spec(&bench, folder.path());
        let mount = fault(&bench, &spec).await;
        assert!(mount.help().unwrap().contains("BuildKit"), "{mount:?}");
        let source = BuildSecretSource::Environment { name: "X".to_owned(), value: None };
        spec.secrets = vec![BuildSecret { id: "x".to_owned(), source }];
        let text = built(&bench, &spec).await.unwrap_err().to_string();
        assert!(text.contains("secrets") && text.contains("`web`"), "{text}");
    });
}

#[test]
fn an_image_that_a_container_uses_stays() {
    at_engine(|bench| async move {
        let folder = files(&[("Dockerfile", "FROM IMAGE\nLABEL x=y\n")]);
        let spec = spec(&bench, folder.path());
        built(&bench, &spec).await.unwrap();
        let mut container = bench.script("true");
        container.body.image.clone_from(&spec.tags[0]);
        let id = bench.create("web", &container).await;
        let fault = bench.engine.remove_image(&spec.tags[0], false).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&Reason::InUse), "{fault}");
        bench.engine.remove_container(&id, true).await.unwrap();
        let removed = bench.engine.remove_image(&spec.tags[0], false).await.unwrap();
        assert_eq!((removed.untagged.len(), removed.deleted.is_empty()), (1, false));
    });
}
