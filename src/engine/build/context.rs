//! What a build is made from: the folder, the Dockerfile wherever it lies, and what is left out.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};

use super::dockerfile::with_images;
use crate::engine::Error;
use crate::resource::{BuildContext, BuildSpec};
use crate::syntax::Ignore;

/// The usual name of a Dockerfile.
const USUAL: &str = "Dockerfile";
/// What is left out of the context.
pub(super) const IGNORE: &str = ".dockerignore";

/// A folder to be sent, and what goes with it.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// The folder.
    pub(super) directory: PathBuf,
    /// The Dockerfile's name in what is sent.
    pub(super) dockerfile: String,
    /// The Dockerfile's path for people.
    pub(super) shown: String,
    /// The Dockerfile.
    pub(super) text: String,
    /// What is left out.
    pub(super) ignore: Ignore,
    /// Files that are not in the folder, or not as they are sent.
    pub(super) extra: Vec<(String, Vec<u8>)>,
}

impl Context {
    /// Reads what decides what is sent.
    pub(super) fn open(spec: &BuildSpec) -> Result<Self, Error> {
        let directory = clean(Path::new(&spec.context));
        let kind = fs::metadata(&directory).map_err(local(&directory, "the build context"))?;
        if !kind.is_dir() {
            let cause = io::Error::from(io::ErrorKind::NotADirectory);
            return Err(local(&directory, "the build context")(cause));
        }
        let Some(inline) = &spec.dockerfile_inline else { return Self::with_file(spec, directory) };
        let text = with_images(inline, &image_contexts(spec));
        let shown = "dockerfile_inline".to_owned();
        Self::with_text(directory, Dockerfile { shown, text, ignore_beside: None })
    }

    fn with_file(spec: &BuildSpec, directory: PathBuf) -> Result<Self, Error> {
        let path = dockerfile(spec, &directory);
        let text = read(&path).map_err(local(&path, "the Dockerfile"))?;
        let mut beside = path.clone().into_os_string();
        beside.push(IGNORE);
        let images = image_contexts(spec);
        let text = with_images(&text, &images);
        let own = Dockerfile { shown: path.display().to_string(), text, ignore_beside: Some(beside.into()) };
        let inside = match path.strip_prefix(&directory) {
            Ok(inside) if images.is_empty() && !leads_out(&path, &directory) => inside,
            _ => return Self::with_text(directory, own),
        };
        let name = slashed(inside);
        let (ignore_path, ignore_text) = ignore_file(&directory, own.ignore_beside.as_deref())?;
        let ignore = ignoring(&ignore_path, &ignore_text, &[&name, IGNORE])?;
        Ok(Self { directory, dockerfile: name, shown: own.shown, text: own.text, ignore, extra: Vec::new() })
    }

    /// With a Dockerfile that does not lie in the folder: it is sent under a name that nothing else has, and left out of
    /// what the build itself sees.
    fn with_text(directory: PathBuf, own: Dockerfile) -> Result<Self, Error> {
        let digest = Sha256::digest(own.text.as_bytes());
        let name =
            format!(".dockerfile.{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
        let (ignore_path, ignore_text) = ignore_file(&directory, own.ignore_beside.as_deref())?;
        let ignore = ignoring(&ignore_path, &ignore_text, &[])?;
        // The daemon takes out of the context what the ignore file in it names, of these two files.
        let sent = fs::read_to_string(directory.join(IGNORE)).unwrap_or_else(|_| IGNORE.to_owned());
        let extra = vec![
            (name.clone(), own.text.clone().into_bytes()),
            (IGNORE.to_owned(), format!("{sent}\n{name}\n").into_bytes()),
        ];
        Ok(Self { directory, dockerfile: name, shown: own.shown, text: own.text, ignore, extra })
    }
}

/// The named contexts that are images: the classic builder knows none, but it knows images.
pub(super) fn image_contexts(spec: &BuildSpec) -> BTreeMap<&str, &str> {
    let contexts = spec.additional_contexts.iter();
    contexts.filter_map(|(name, context)| Some((name.as_str(), image_of(context)?))).collect()
}

fn image_of(context: &BuildContext) -> Option<&str> {
    match context {
        BuildContext::Service { image, .. } => Some(image),
        BuildContext::Source(source) => source.strip_prefix("docker-image://"),
    }
}

struct Dockerfile {
    shown: String,
    text: String,
    ignore_beside: Option<PathBuf>,
}

/// Names the path in what the system says.
pub(super) fn local<'a>(path: &'a Path, what: &'a str) -> impl FnOnce(io::Error) -> Error + 'a {
    move |cause| Error::Local { what: format!("{what} `{}` cannot be read", path.display()), cause }
}

/// Reads what must be a file: a pipe would be waited for, and a device never ends.
fn read(path: &Path) -> io::Result<String> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// True if a path in a folder is a link, or goes through one, to something that does not lie in the folder: the daemon
/// would find nothing there.
fn leads_out(path: &Path, directory: &Path) -> bool {
    match (fs::canonicalize(path), fs::canonicalize(directory)) {
        (Ok(path), Ok(directory)) => !path.starts_with(directory),
        _ => false,
    }
}

/// The Dockerfile's path; the usual name stands for the same in lower case, too.
pub(super) fn dockerfile(spec: &BuildSpec, directory: &Path) -> PathBuf {
    let name = if spec.dockerfile.is_empty() { USUAL } else { &spec.dockerfile };
    let path = clean(&directory.join(name));
    if path.file_name().is_some_and(|name| name == USUAL) && !path.exists() {
        let lower = path.with_file_name(USUAL.to_lowercase());
        if lower.exists() {
            return lower;
        }
    }
    path
}

/// The file that says what is left out, and its text: the one of this Dockerfile alone, or that of the context.
pub(super) fn ignore_file(directory: &Path, beside: Option<&Path>) -> Result<(PathBuf, String), Error> {
    let general = directory.join(IGNORE);
    for path in beside.into_iter().chain([general.as_path()]) {
        match read(path) {
            Ok(text) => return Ok((path.to_owned(), text)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(local(path, "the ignore file")(cause)),
        }
    }
    Ok((general, String::new()))
}

/// The patterns, which never leave out what the daemon needs.
fn ignoring(path: &Path, text: &str, needed: &[&str]) -> Result<Ignore, Error> {
    let read = |text: &str| {
        Ignore::parse(text).map_err(|fault| {
            let what = format!("`{}` cannot be read: line {}", path.display(), fault.line);
            Error::Local { what, cause: io::Error::new(io::ErrorKind::InvalidData, fault) }
        })
    };
    let ignore = read(text)?;
    let mut text = text.to_owned();
    for name in needed.iter().filter(|name| ignore.ignores(name)) {
        text.push_str("\n!");
        for letter in name.chars() {
            if matches!(letter, '*' | '?' | '[' | '\\') {
                text.push('\\');
            }
            text.push(letter);
        }
    }
    read(&text)
}

/// A path as patterns and archives write it.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Without `.` and `..`, and without asking the file system.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(cleaned.pop()),
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// The first name of each file that has several, by device and inode, so that the others become links to it.
#[derive(Debug, Default)]
pub(super) struct FirstNames<N> {
    names: HashMap<(u64, u64), N>,
}

impl<N> FirstNames<N> {
    /// The name under which a file was met before; else it is met now, as `name`.
    pub(super) fn before(&mut self, about: &Metadata, name: impl FnOnce() -> N) -> Option<&N> {
        if !about.is_file() || about.nlink() < 2 {
            return None;
        }
        match self.names.entry((about.dev(), about.ino())) {
            Entry::Occupied(first) => Some(first.into_mut()),
            Entry::Vacant(free) => {
                free.insert(name());
                None
            }
        }
    }
}

/// A repository that the daemon gets over SSH, for which it needs keys.
pub(super) fn is_git_over_ssh(context: &str) -> bool {
    ["git@", "ssh://", "git+ssh://"].iter().any(|start| context.starts_with(start))
}

/// An address that the daemon fetches on its own, not a folder.
pub(super) fn is_remote(context: &str) -> bool {
    context.contains("://") || context.starts_with("git@") || context.starts_with("github.com/")
}
