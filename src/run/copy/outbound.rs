//! From a container to here.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use tokio_util::io::{StreamReader, SyncIoBridge};
use tokio_util::sync::CancellationToken;

use super::digest::{Content, digest};
use super::inbound::is_missing;
use super::local::above;
use super::names::{Spot, absolute, split, spot};
use super::unpack::{pour, unpack};
use super::{CopyError, LocalTarget};
use crate::engine::{Engine, Error, Flow};

/// What is to be fetched.
pub(super) struct Found {
    pub(super) path: String,
    /// What it is called, if not as in its archive.
    pub(super) name: Option<OsString>,
}

/// Copies a path of a container to here. `stop` ends it between two files, or in one, of which nothing is left then.
/// Gives the names of devices, which are left out.
pub async fn copy_out(
    engine: &Engine,
    (container, source): (&str, &str),
    target: &LocalTarget,
    (follow, stop): (bool, &CancellationToken),
) -> Result<Vec<String>, CopyError> {
    let Found { path, name } = find(engine, (container, &absolute(source)), follow).await?;
    let (stat, flow) = engine.download(container, &path).await.map_err(|error| missing(error, source))?;
    let spot = spot(stat.is_directory(), &target.text, target.standing)?;
    let pieces = flow.take_until(stop.clone().cancelled_owned());
    let reader = SyncIoBridge::new(stream(pieces));
    let (path, special) = (target.path.clone(), target.special);
    let work = move || match spot {
        Spot::As if special => into_special(reader, &path).map(|()| Vec::new()),
        Spot::As => unpack(reader, above(&path), path.file_name()),
        Spot::Within => unpack(reader, &path, name.as_deref()),
    };
    tokio::task::spawn_blocking(work).await.map_err(io::Error::from)?
}

/// A path of a container as a tar, as it comes.
pub async fn copy_raw(
    engine: &Engine,
    (container, source): (&str, &str),
    follow: bool,
) -> Result<Flow<Bytes>, CopyError> {
    let found = find(engine, (container, &absolute(source)), follow).await?;
    Ok(engine.download(container, &found.path).await.map_err(|error| missing(error, source))?.1)
}

/// What a folder of a container holds.
pub async fn content(engine: &Engine, (container, folder): (&str, &str)) -> Result<Content, CopyError> {
    let flow = copy_raw(engine, (container, &format!("{folder}/.")), false).await?;
    let reader = SyncIoBridge::new(stream(flow));
    tokio::task::spawn_blocking(move || digest(reader)).await.map_err(io::Error::from)?
}

/// Where a path of a container leads, if its last link is to be followed.
pub(super) async fn find(
    engine: &Engine,
    (container, path): (&str, &str),
    follow: bool,
) -> Result<Found, CopyError> {
    let kept = || Found { path: path.to_owned(), name: None };
    if !follow {
        return Ok(kept());
    }
    let stat = match engine.stat(container, path).await {
        Ok(stat) => stat,
        // An answer without a body cannot say more.
        Err(error) if error.is_not_found() => return Err(CopyError::NoSource(path.into())),
        Err(error) => return Err(error.into()),
    };
    let name = split(path).map(|(_, name)| OsString::from(name));
    Ok(if stat.is_link() { Found { path: stat.link_target, name } } else { kept() })
}

/// Nothing is there to copy.
pub(super) fn missing(error: Error, path: &str) -> CopyError {
    if is_missing(&error) { CopyError::NoSource(path.into()) } else { error.into() }
}

/// An answer as something to read.
pub(super) fn stream(
    pieces: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
) -> StreamReader<BoxStream<'static, io::Result<Bytes>>, Bytes> {
    StreamReader::new(pieces.map_err(io::Error::other).boxed())
}

fn into_special(reader: impl io::Read, path: &Path) -> Result<(), CopyError> {
    let mut file = File::options().write(true).open(path).map_err(CopyError::file(path))?;
    pour(reader, &mut file, path)
}
