//! What the passes may ask of a file system.

use std::io;
use std::path::{Path, PathBuf};

/// Texts above this size are refused: no compose or variables file comes near it, and memory stays bounded.
pub const LARGEST_FILE: u64 = 32 * 1024 * 1024;

/// What stands at a path, symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A pipe, socket or device.
    Other,
}

/// Where texts come from. Paths are absolute.
pub trait Files {
    /// The bytes of a file. Never blocks on a pipe without a writer, never reads more than [`LARGEST_FILE`].
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// All of standard input, within the same bound. Reading it again gives the same bytes.
    fn standard_input(&self) -> io::Result<Vec<u8>>;

    /// What stands at a path, symbolic links followed; `None` if nothing does.
    fn kind(&self, path: &Path) -> Option<FileKind>;

    /// The path with every symbolic link resolved.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// The names of what lies in a directory, sorted, for "did you mean"; empty if it cannot be read.
    fn names_in(&self, directory: &Path) -> Vec<String>;

    /// True for a regular file.
    fn is_file(&self, path: &Path) -> bool {
        self.kind(path) == Some(FileKind::File)
    }

    /// True for a directory.
    fn is_directory(&self, path: &Path) -> bool {
        self.kind(path) == Some(FileKind::Directory)
    }
}
