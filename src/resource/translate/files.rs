//! Secrets and configs: mounted from a file of the host, or put into the container.

use super::context::{Context, at};
use crate::model::{FileObject, FileReference, Service};
use crate::resource::body::{BindOptions, HostConfig, Mount};
use crate::resource::{Fault, InjectedFile};
use crate::yaml::Path;

/// Mode bits of a file that is put into a container, unless the file says otherwise.
const USUAL_MODE: u32 = 0o444;

/// The config by which a service that may talk to the daemon gets the client's credentials. The peer calls it so.
pub(super) const CREDENTIALS: &str = "#apisocket";
/// Where they are in the container.
pub(super) const CREDENTIALS_FOLDER: &str = "/run/secrets/docker";

/// What a container can get a file from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Secret,
    Config,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Config => "config",
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Self::Secret => "secrets",
            Self::Config => "configs",
        }
    }

    /// Where it is in the container.
    fn target(self, reference: &FileReference) -> String {
        let base = match self {
            Self::Secret => "/run/secrets/",
            Self::Config => "/",
        };
        let target = if reference.target.is_empty() { &reference.source } else { &reference.target };
        if target.starts_with('/') { target.clone() } else { format!("{base}{target}") }
    }
}

/// Fills in the mounts of secrets and configs, and returns what has to be put in before each start, secrets first.
pub(super) fn put(context: &mut Context<'_>, host: &mut HostConfig, service: &Service) -> Vec<InjectedFile> {
    let mut files = Vec::new();
    let lists = [(Source::Secret, &service.container.secrets), (Source::Config, &service.container.configs)];
    for (source, references) in lists {
        for (index, reference) in references.iter().enumerate() {
            let place = at(&service.name, source.attribute()).index(index);
            match provide(context, (source, reference), service, place) {
                Ok(Some(Provided::Mount(mount))) => host.mounts.push(mount),
                Ok(Some(Provided::File(file))) => files.push(file),
                Ok(None) => {}
                Err(fault) => context.fault_at_start(fault),
            }
        }
    }
    files
}

enum Provided {
    Mount(Mount),
    File(InjectedFile),
}

fn provide(
    context: &Context<'_>,
    (source, reference): (Source, &FileReference),
    service: &Service,
    place: Path,
) -> Result<Option<Provided>, Fault> {
    if reference.source == CREDENTIALS {
        let file = InjectedFile {
            target: reference.target.clone(),
            content: context.target.credentials.clone().into_bytes(),
            mode: USUAL_MODE,
            uid: None,
            gid: None,
        };
        return Ok(Some(Provided::File(file)));
    }
    let project = context.project;
    let (word, key) = (source.word(), &reference.source);
    let objects = if source == Source::Secret { &project.secrets } else { &project.configs };
    let Some(object) = objects.get(key) else {
        return Err(Fault::new(
            "undefined-reference",
            format!("service `{}` refers to undefined {word} `{key}`", service.name),
        )
        .at(place));
    };
    let top = Path::keys([source.attribute(), key]);
    supported(word, key, object, &top)?;
    let target = source.target(reference);
    if !object.file.is_empty() {
        // The peer sends empty options for secrets alone; the daemon does not tell the two apart.
        let bind_options = (source == Source::Secret).then(BindOptions::default);
        let source = object.file.clone();
        let kind = "bind".to_owned();
        let mount = Mount { kind, source, target, read_only: true, bind_options, ..Mount::default() };
        return Ok(Some(Provided::Mount(mount)));
    }
    if service.container.read_only {
        return Err(Fault::new(
            "read-only-service",
            format!("{word} `{key}` cannot be put into service `{}`, which is read-only", service.name),
        )
        .at(place)
        .help(format!("give the {word} by `file`: that is mounted")));
    }
    let text = match context.project.content_of(object) {
        Some(text) => text,
        // An empty `content` is an empty file.
        None if object.environment.is_empty() => "",
        None => {
            return Err(Fault::new(
                "unset-variable",
                format!(
                    "environment variable `{}` required by {word} `{key}` is not set",
                    object.environment
                ),
            )
            .at(top.key("environment")));
        }
    };
    if text.is_empty() && !object.environment.is_empty() {
        return Ok(None);
    }
    let mode = reference.mode.map_or(USUAL_MODE, |mode| mode.0);
    let uid = number(&reference.uid, "uid", &place)?;
    let gid = number(&reference.gid, "gid", &place)?;
    let file = InjectedFile { target, content: text.as_bytes().to_vec(), mode, uid, gid };
    Ok(Some(Provided::File(file)))
}

fn supported(word: &str, key: &str, object: &FileObject, top: &Path) -> Result<(), Fault> {
    if object.external {
        let name = if object.name.is_empty() { key } else { &object.name };
        return Err(Fault::new("unsupported-external", format!("unsupported external {word} `{name}`"))
            .at(top.key("external"))
            .help("only a swarm keeps them; give it by `file`, `environment` or `content`"));
    }
    let drivers = [("driver", &object.driver), ("template_driver", &object.template_driver)];
    match drivers.iter().find(|(_, driver)| !driver.is_empty()) {
        Some((attribute, _)) => {
            Err(Fault::new("unsupported-driver", format!("`{attribute}` of {word} `{key}` is not supported"))
                .at(top.key(attribute))
                .help("only a swarm has such drivers"))
        }
        None => Ok(()),
    }
}

fn number(text: &str, attribute: &str, place: &Path) -> Result<Option<u64>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Fault::new("invalid-owner", format!("`{attribute}` is no number: `{text}`"))
            .at(place.key(attribute))
            .help("names of users are known inside of the container only")
    })
}
