//! Results that go to a file.

use std::path::Path;

use super::failure::Failure;

/// Writes a whole file.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::message(format!("`{}` cannot be written: {error}", path.display())))
}
