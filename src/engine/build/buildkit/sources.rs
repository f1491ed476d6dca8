//! What a build is made from, as BuildKit names it: the context, the Dockerfile, and contexts with names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::layout::{LATEST, Layout};
use super::session::id;
use super::source::Source;
use crate::engine::Error;
use crate::engine::build::context::{IGNORE, clean, dockerfile, image_contexts, is_remote, local};
use crate::engine::build::dockerfile::with_images;
use crate::resource::hash::hex;
use crate::resource::{BuildContext, BuildSpec};
use crate::syntax::Reference;

/// The names under which the builder asks for the context and the Dockerfile.
const CONTEXT: &str = "context";
const DOCKERFILE: &str = "dockerfile";
/// The name of a Dockerfile that is no file.
const INLINE: &str = "Dockerfile";
/// What an image as files begins with.
pub(super) const IMAGE_LAYOUT: &str = "oci-layout://";
/// A frontend that knows named contexts, for engines whose own does not.
const NEWER_FRONTEND: &str = "docker/dockerfile:1";

/// What the builder can do with contexts that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedContexts {
    /// Its own frontend knows them.
    Known,
    /// It does not (before Docker Engine 23).
    Unknown,
}

/// What a build is made from.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// What can be read.
    pub(super) readable: BTreeMap<String, Source>,
    /// What is said about it.
    pub(super) attributes: BTreeMap<String, String>,
    /// Images as files, by the names under which the builder asks for them.
    pub(super) layouts: BTreeMap<String, Layout>,
    /// A frontend to be used instead of the builder's own.
    pub(super) frontend: Option<&'static str>,
    /// The Dockerfile's path for people.
    pub(super) shown: String,
    /// The Dockerfile, where it is at hand.
    pub(super) text: Option<String>,
}

impl Sources {
    /// Looks at what the file names.
    pub(super) fn open(spec: &BuildSpec, named: NamedContexts) -> Result<Self, Error> {
        let mut sources = Self::default();
        if is_remote(&spec.context) {
            sources.attributes.insert(CONTEXT.to_owned(), spec.context.clone());
            match &spec.dockerfile_inline {
                Some(text) => {
                    sources.attributes.insert("dockerfilekey".to_owned(), DOCKERFILE.to_owned());
                    sources.inline(text);
                }
                None => sources.named_there(&spec.dockerfile),
            }
        } else {
            let directory = folder(Path::new(&spec.context), "the build context")?;
            match &spec.dockerfile_inline {
                Some(text) => sources.inline(text),
                None => sources.file(&dockerfile(spec, &directory))?,
            }
            sources.readable.insert(CONTEXT.to_owned(), Source::Directory(directory));
        }
        sources.add_named(spec, named)?;
        Ok(sources)
    }

    fn inline(&mut self, text: &str) {
        "dockerfile_inline".clone_into(&mut self.shown);
        self.dockerfile(INLINE, text.to_owned(), None);
    }

    /// The Dockerfile lies in the remote context.
    fn named_there(&mut self, name: &str) {
        let name = if name.is_empty() { INLINE } else { name };
        self.attributes.insert("filename".to_owned(), name.to_owned());
        name.clone_into(&mut self.shown);
    }

    /// The Dockerfile is read here, wherever it lies, and so is the list of what it alone leaves out.
    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let text = fs::read(path).map_err(local(path, "the Dockerfile"))?;
        let name = path.file_name().map_or(INLINE.into(), |name| name.to_string_lossy());
        let beside = PathBuf::from(format!("{}{IGNORE}", path.display()));
        let ignore = match fs::read(&beside) {
            Ok(text) => Some(text),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => return Err(local(&beside, "the ignore file")(cause)),
        };
        self.shown = path.display().to_string();
        self.dockerfile(&name, String::from_utf8_lossy(&text).into_owned(), ignore);
        Ok(())
    }

    fn dockerfile(&mut self, name: &str, text: String, ignore: Option<Vec<u8>>) {
        let mut files = vec![(name.to_owned(), text.clone().into_bytes())];
        files.extend(ignore.map(|ignore| (format!("{name}{IGNORE}"), ignore)));
        self.attributes.insert("filename".to_owned(), name.to_owned());
        self.readable.insert(DOCKERFILE.to_owned(), Source::Memory(files));
        self.text = Some(text);
    }

    fn add_named(&mut self, spec: &BuildSpec, named: NamedContexts) -> Result<(), Error> {
        if spec.additional_contexts.is_empty() {
            return Ok(());
        }
        if named == NamedContexts::Unknown {
            let images = image_contexts(spec);
            if images.len() == spec.additional_contexts.len() && self.replace_names(&images) {
                return Ok(());
            }
            self.frontend = Some(NEWER_FRONTEND);
        }
        for (name, context) in &spec.additional_contexts {
            let value = self.named(name, context)?;
            self.attributes.insert(format!("context:{name}"), value);
        }
        Ok(())
    }

    /// Writes images in the place of the names that stand for them. False if the Dockerfile is not at hand.
    fn replace_names(&mut self, images: &BTreeMap<&str, &str>) -> bool {
        let (Some(text), Some(Source::Memory(files))) = (&self.text, self.readable.get_mut(DOCKERFILE))
        else {
            return false;
        };
        let replaced = with_images(text, images);
        if let Some((_, bytes)) = files.first_mut() {
            *bytes = replaced.into_bytes();
        }
        true
    }

    fn named(&mut self, name: &str, context: &BuildContext) -> Result<String, Error> {
        let source = match context {
            BuildContext::Service { image, .. } => {
                let image = Reference::parse(image).map(Reference::with_default_tag);
                let image =
                    image.map_err(|cause| Error::BadReference { reference: name.to_owned(), cause })?;
                return Ok(format!("docker-image://{image}"));
            }
            BuildContext::Source(source) => source,
        };
        if let Some(path) = source.strip_prefix(IMAGE_LAYOUT) {
            return self.layout(name, path);
        }
        if is_remote(source) {
            return Ok(source.clone());
        }
        let directory = folder(Path::new(source), &format!("the context `{name}`"))?;
        let key = if name == CONTEXT || name == DOCKERFILE { format!("_{name}") } else { name.to_owned() };
        let value = format!("local:{key}");
        self.readable.insert(key, Source::Directory(directory));
        Ok(value)
    }

    /// An image as files: `PATH[:TAG][@DIGEST]`.
    fn layout(&mut self, name: &str, text: &str) -> Result<String, Error> {
        let (place, digest) =
            text.split_once('@').map_or((text, None), |(place, digest)| (place, Some(digest)));
        let (path, tag) = match place.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (place, None),
        };
        let layout = Layout::new(Path::new(path));
        let digest = layout.find(digest, tag).map_err(|fault| Error::Local {
            what: format!("the context `{name}`, an image layout, cannot be read"),
            cause: std::io::Error::new(std::io::ErrorKind::NotFound, fault),
        })?;
        let store = id();
        let value = format!("{IMAGE_LAYOUT}{store}:{}@{digest}", tag.unwrap_or(LATEST));
        self.layouts.insert(format!("oci:{store}"), layout);
        Ok(value)
    }

    /// A word that is the same for the next build of the same folder on this machine.
    pub(super) fn shared(&self) -> String {
        let place = match self.readable.get(CONTEXT).and_then(Source::directory) {
            Some(directory) => directory.display().to_string(),
            None => self.shown.clone(),
        };
        let host = fs::read_to_string("/etc/machine-id").unwrap_or_default();
        let user = rustix::process::getuid().as_raw();
        hex(&Sha256::digest(format!("{user}\n{host}\n{place}")))
    }
}

fn folder(path: &Path, what: &str) -> Result<PathBuf, Error> {
    let directory = clean(path);
    let about = fs::metadata(&directory).map_err(local(&directory, what))?;
    if about.is_dir() {
        Ok(directory)
    } else {
        Err(local(&directory, what)(std::io::ErrorKind::NotADirectory.into()))
    }
}
