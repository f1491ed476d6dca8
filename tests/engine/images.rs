//! Images: named, removed, carried to a registry and back.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcompose::engine::{ConnectOptions, Engine, Error, Flow, ImageProgress, Reason, RegistryFault};
use rcompose::load::{LoadOptions, Memory};
use rcompose::ops::{Format, PinnedRequest, config_pinned};
use tokio::time::timeout;

use crate::bench::{Bench, IMAGE, at_engine};
use crate::registry::Registry;

/// Encodes to `+` and `/` in the standard alphabet, which the daemon does not decode.
const AWKWARD: &str = "???>>>~~~";

async fn told(mut flow: Flow<ImageProgress>) -> Result<Vec<ImageProgress>, Error> {
    let mut seen = Vec::new();
    while let Some(word) = timeout(Duration::from_secs(60), flow.next()).await.expect("it goes on") {
        seen.push(word?);
    }
    Ok(seen)
}

fn denied(registry: &str, logged_in: bool) -> Reason {
    RegistryFault::Denied { registry: registry.to_owned(), logged_in }.into()
}

/// The image that `config` with digests prints of a service; where and why there is none.
async fn pinned(engine: &Engine, image: &str, lock: bool) -> Result<String, String> {
    let files = Memory::new().file("/p/compose.yaml", format!("services: {{web: {{image: '{image}'}}}}\n"));
    let options = LoadOptions { working_directory: "/p".into(), ..LoadOptions::default() };
    let request = PinnedRequest { engine, lock, format: Some(Format::Json) };
    match config_pinned(&options, &files, &request).await {
        Ok(rendered) => {
            let config: serde_json::Value = serde_json::from_str(&rendered.text).unwrap();
            Ok(config["services"]["web"]["image"].as_str().unwrap().to_owned())
        }
        Err(failure) => {
            let problem = failure.problems.iter().next().unwrap();
            Err(format!("{} {}", failure.sources.locate(problem.span().unwrap()), problem.message))
        }
    }
}

async fn logged_in(bench: &Bench, configuration: &str) -> (Engine, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.json"), configuration).unwrap();
    let mut options = ConnectOptions::at(&bench.daemon.host);
    options.environment = BTreeMap::from([
        ("DOCKER_CONFIG".to_owned(), directory.path().display().to_string()),
        ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
    ]);
    (Engine::connect(&options).await.unwrap(), directory)
}

#[test]
fn an_image_goes_to_a_registry_and_back_with_a_password_that_encodes_awkwardly() {
    at_engine(|bench| async move {
        let registry = Registry::with_login("tester", AWKWARD);
        let name = format!("{}/a/{}:1", registry.address(), bench.project);
        let login = STANDARD.encode(format!("tester:{AWKWARD}"));
        let configuration = format!(r#"{{"auths":{{"{}":{{"auth":"{login}"}}}}}}"#, registry.address());
        let (engine, _directory) = logged_in(&bench, &configuration).await;

        bench.engine.tag_image(IMAGE, &name).await.unwrap();
        let pushed = told(engine.push_image(&name).await.unwrap()).await.unwrap();
        assert!(pushed.iter().any(|word| word.layer.is_some() && word.status == "Pushed"), "{pushed:?}");
        assert_eq!(bench.engine.remove_image(&name, false).await.unwrap().untagged[0], name);
        assert!(bench.engine.inspect_image(&name).await.unwrap_err().is_not_found());

        let pulled = told(engine.pull_image(&name, None).await.unwrap()).await.unwrap();
        assert!(pulled.iter().any(|word| word.status.contains("Downloaded newer image")), "{pulled:?}");
        let found = bench.engine.inspect_image(&name).await.unwrap();
        assert!(found.tags.contains(&name), "{found:?}");
        assert!(found.platform.starts_with("linux/"), "{found:?}");
        assert_eq!(registry.wrong(), [""; 0]);

        // By its digest too, which beats the tag.
        let digest = found.digests.iter().find(|digest| digest.starts_with(registry.address())).unwrap();
        told(engine.pull_image(digest, None).await.unwrap()).await.unwrap();
        // It is what the registry says too, and what `config` pins.
        let (_, plain) = digest.split_once('@').unwrap();
        assert_eq!(pinned(&engine, &name, false).await.unwrap(), format!("{name}@{plain}"));
        assert_eq!(pinned(&engine, &name, true).await.unwrap(), format!("{name}@{plain}"));
        assert_eq!(pinned(&engine, digest, true).await.unwrap(), *digest);
        let fault = pinned(&engine, &format!("{name}2"), false).await.unwrap_err();
        assert!(fault.contains("compose.yaml:1:25 failed to resolve digest"), "{fault}");
        assert_eq!(
            bench.engine.find_images(std::slice::from_ref(digest)).await.unwrap()[digest].id,
            found.id
        );
        bench.engine.remove_image(&name, true).await.unwrap();
        let _ = bench.engine.remove_image(digest, true).await;
    });
}

#[test]
fn a_registry_that_wants_a_login_is_told_from_one_that_lacks_the_image() {
    at_engine(|bench| async move {
        let registry = Registry::with_login("tester", "secret");
        let name = format!("{}/nobody/nothing:9", registry.address());
        let (stranger, _directory) = logged_in(&bench, r#"{"credsStore":"none-such"}"#).await;
        let fault = stranger.pull_image(&name, None).await.unwrap_err();
        assert!(fault.to_string().contains("`docker-credential-none-such`"), "{fault}");
        assert!(fault.help().unwrap().contains("credsStore"), "{fault}");

        let (stranger, _directory) = logged_in(&bench, "{}").await;
        let fault = told(stranger.pull_image(&name, None).await.unwrap()).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&denied(registry.address(), false)), "{fault}");
        assert!(fault.help().unwrap().contains("docker login"));

        let login = STANDARD.encode("tester:secret");
        let configuration =
            format!(r#"{{"auths":{{"http://{}/v1/":{{"auth":"{login}"}}}}}}"#, registry.address());
        let (friend, _directory) = logged_in(&bench, &configuration).await;
        let fault = told(friend.pull_image(&name, None).await.unwrap()).await.unwrap_err();
        assert_eq!(fault.reason(), Some(&RegistryFault::NoSuchImage.into()), "{fault}");
    });
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    at_engine(|bench| async move {
        let flow = bench.engine.pull_image("127.0.0.1:1/x/y:1", None).await.unwrap();
        let fault = told(flow).await.unwrap_err();
        assert_eq!(
            fault.reason(),
            Some(&RegistryFault::Unreachable { host: "127.0.0.1:1".to_owned() }.into()),
            "{fault}"
        );
        let fault = bench.engine.pull_image("Not A Reference", None).await.unwrap_err();
        assert!(matches!(fault, Error::BadReference { .. }), "{fault}");
    });
}
