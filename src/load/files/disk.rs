//! Files as the operating system has them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{FileKind, Files, LARGEST_FILE};

/// The file system of this machine.
#[derive(Debug, Default)]
pub struct Disk {
    standard_input: OnceLock<Vec<u8>>,
}

impl Disk {
    /// The file system of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == Path::new("/dev/null") {
            return Ok(Vec::new());
        }
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        // Opening a named pipe waits for a writer. One that the shell opened for us (`-f <(...)`) is open already.
        if !metadata.is_file() && !is_handed_over(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file"));
        }
        if metadata.len() > LARGEST_FILE {
            return Err(too_large());
        }
        read_bounded(File::open(path)?)
    }

    fn standard_input(&self) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.standard_input.get() {
            return Ok(bytes.clone());
        }
        let bytes = read_bounded(io::stdin().lock())?;
        Ok(self.standard_input.get_or_init(|| bytes).clone())
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        let metadata = fs::metadata(path).ok()?;
        Some(if metadata.is_file() {
            FileKind::File
        } else if metadata.is_dir() {
            FileKind::Directory
        } else {
            FileKind::Other
        })
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn names_in(&self, directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// True for the paths under which a shell hands over open files.
fn is_handed_over(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

fn read_bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> io::Error {
    let limit = LARGEST_FILE / (1024 * 1024);
    io::Error::new(io::ErrorKind::FileTooLarge, format!("is larger than {limit} MiB"))
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn a_pipe_without_a_writer_is_an_error_and_not_a_hang() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert_eq!(Disk::new().read(&pipe).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(Disk::new().kind(&pipe), Some(FileKind::Other));
    }

    #[test]
    fn a_huge_file_and_an_endless_device_are_refused_before_they_fill_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let huge = folder.path().join("huge");
        File::create(&huge).unwrap().set_len(LARGEST_FILE + 1).unwrap();
        assert_eq!(Disk::new().read(&huge).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(Disk::new().read(Path::new("/dev/zero")).is_err());
        assert_eq!(Disk::new().read(Path::new("/dev/null")).unwrap(), b"");
    }

    #[test]
    fn a_directory_is_named_as_such() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Disk::new().read(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert!(Disk::new().is_directory(folder.path()));
    }
}
