//! Files that exist only as a map, for tests and embedders.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{FileKind, Files};

/// Files by absolute path. Every ancestor of a file is a directory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    standard_input: Vec<u8>,
}

impl Memory {
    /// No file at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }

    /// Sets what standard input holds.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.standard_input = bytes.into();
        self
    }

    fn below<'a>(&'a self, directory: &'a Path) -> impl Iterator<Item = &'a Path> {
        self.files.keys().filter_map(move |path| path.strip_prefix(directory).ok())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.kind(path) {
            Some(FileKind::File) => Ok(self.files[path].clone()),
            Some(_) => Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory")),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn standard_input(&self) -> io::Result<Vec<u8>> {
        Ok(self.standard_input.clone())
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        if self.files.contains_key(path) {
            Some(FileKind::File)
        } else if self.below(path).next().is_some() {
            Some(FileKind::Directory)
        } else {
            None
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        if self.kind(path).is_some() { Ok(path.to_owned()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn names_in(&self, directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = self
            .below(directory)
            .filter_map(|rest| rest.components().next())
            .map(|first| first.as_os_str().to_string_lossy().into_owned())
            .collect();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ancestors_of_a_file_are_directories_and_list_their_names() {
        let files = Memory::new().file("/p/a/compose.yaml", "x").file("/p/a/sub/b.yaml", "y");
        assert!(files.is_directory(Path::new("/p")));
        assert!(files.is_file(Path::new("/p/a/compose.yaml")));
        assert_eq!(files.names_in(Path::new("/p/a")), ["compose.yaml", "sub"]);
        assert_eq!(files.kind(Path::new("/q")), None);
    }
}
