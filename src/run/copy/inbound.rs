//! From here into a container.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::Stream;

use super::names::{Spot, Standing, absolute, split, spot};
use super::pack::pack;
use super::{CopyError, LocalSource};
use crate::engine::{Engine, Error, Reason, Thing, Unpacking};

/// Copies files from here to a path of a container.
pub async fn copy_in(
    engine: &Engine,
    source: &LocalSource,
    (container, target): (&str, &str),
    unpacking: Unpacking,
) -> Result<(), CopyError> {
    let (folder, other) = arrival(engine, (container, target), source.folder).await?;
    let name = other.map(PathBuf::from).or_else(|| source.name.clone().map(PathBuf::from));
    let source = source.clone();
    let packed = engine
        .unpack((container, &folder), unpacking, move |archive| pack(archive, &source, name.as_deref()))
        .await;
    Ok(packed.map_err(|error| misplaced(error, &folder))??)
}

/// Unpacks a tar, as it comes, into a folder of a container.
pub async fn pour_in(
    engine: &Engine,
    tar: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    (container, target): (&str, &str),
    unpacking: Unpacking,
) -> Result<(), CopyError> {
    let (path, standing) = look(engine, container, &absolute(target)).await?;
    match standing {
        Standing::Folder => {
            engine.upload((container, &path), unpacking, tar).await.map_err(|error| misplaced(error, &path))
        }
        Standing::Other => Err(CopyError::OntoFile(path.into())),
        Standing::Missing => Err(CopyError::NoFolder(path.into())),
    }
}

/// The folder of a container that a copy is put into, and its name there, if that is not its own.
pub(super) async fn arrival(
    engine: &Engine,
    (container, target): (&str, &str),
    is_folder: bool,
) -> Result<(String, Option<String>), CopyError> {
    let (path, standing) = look(engine, container, &absolute(target)).await?;
    match (spot(is_folder, &path, standing)?, split(&path)) {
        (Spot::As, Some((folder, name))) => Ok((folder.to_owned(), Some(name.to_owned()))),
        (Spot::Within, _) | (Spot::As, None) => Ok((path, None)),
    }
}

/// Where a path of a container leads, and what is there.
async fn look(engine: &Engine, container: &str, path: &str) -> Result<(String, Standing), CopyError> {
    let mut path = path.to_owned();
    // The daemon resolves all links but the last; that may lead to another one.
    for _ in 0..40 {
        match engine.stat(container, &path).await {
            Ok(stat) if stat.is_link() => path = stat.link_target,
            Ok(stat) => {
                return Ok((path, if stat.is_directory() { Standing::Folder } else { Standing::Other }));
            }
            // An answer without a body cannot say more.
            Err(error) if error.is_not_found() => return Ok((path, Standing::Missing)),
            Err(error) => return Err(error.into()),
        }
    }
    Err(CopyError::NoFolder(path.into()))
}

/// The path is not there, though the container is.
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error.reason(), Some(Reason::NotFound { thing: Thing::Path, .. }))
}

/// An error of putting something into a folder that is not there.
pub(super) fn misplaced(error: Error, folder: &str) -> CopyError {
    if is_missing(&error) { CopyError::NoFolder(folder.into()) } else { error.into() }
}
