//! Why nothing, or not everything, was copied.

use std::io;
use std::path::{Path, PathBuf};

use crate::diag::harmless;
use crate::engine;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The daemon refused, or is gone.
    #[error(transparent)]
    Engine(engine::Error),
    /// A file here could not be read or written.
    #[error("`{}`: {cause}", shown(.path))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A folder cannot go where a file is.
    #[error("cannot copy directory: `{}` is no directory", shown(.0))]
    OntoFile(PathBuf),
    /// What the name of a folder was given for is not there.
    #[error("no such directory: `{}`", shown(.0))]
    NoFolder(PathBuf),
    /// There is no such path in the container.
    #[error("could not find `{}` in the container", shown(.0))]
    NoSource(PathBuf),
    /// Something of another kind is in the way here.
    #[error("cannot overwrite {there} `{}` with {new}", shown(.path))]
    InTheWay {
        /// Where.
        path: PathBuf,
        /// What is there.
        there: &'static str,
        /// What would come.
        new: &'static str,
    },
    /// What an archive asks for would be done outside of the destination.
    #[error("the archive of the container would write outside of the destination: `{}` {why}", harmless(.entry))]
    Outside {
        /// The name in the archive.
        entry: String,
        /// How.
        why: &'static str,
    },
    /// What should be an archive is none.
    #[error("not a tar archive: {0}")]
    NoArchive(&'static str),
    /// An archive ends early, or is damaged.
    #[error("the archive cannot be read: {0}")]
    Damaged(io::Error),
}

fn shown(path: &Path) -> String {
    harmless(&path.to_string_lossy()).into_owned()
}

impl CopyError {
    /// The next step.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.help(),
            Self::NoFolder(path) => Some(format!("make it first: `mkdir -p {}`", shown(path))),
            Self::OntoFile(_) => Some("name a directory, or a path that does not exist yet".to_owned()),
            Self::NoArchive(_) => Some(
                "what is compressed has to be unpacked first, such as `gunzip -c files.tar.gz | rcompose cp - SERVICE:PATH`"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// A file's error.
    pub(super) fn file(path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| Self::File { path: path.to_owned(), cause }
    }
}

impl From<engine::Error> for CopyError {
    fn from(error: engine::Error) -> Self {
        Self::Engine(error)
    }
}

/// An error of ours, or of the daemon, travels through code that knows only those of the system.
impl From<CopyError> for io::Error {
    fn from(error: CopyError) -> Self {
        Self::other(error)
    }
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => match error.downcast::<engine::Error>() {
                Ok(theirs) => Self::Engine(theirs),
                Err(error) => Self::Damaged(error),
            },
        }
    }
}
