//! From one container to another, through here but not over the disk.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use tar::{Archive as Reader, EntryType};
use tokio_util::io::SyncIoBridge;

use super::CopyError;
use super::inbound::{arrival, misplaced};
use super::names::{Renaming, absolute};
use super::outbound::{Found, find, missing, stream};
use crate::engine::{Archive, Engine, Unpacking};

/// Copies a path of a container to another container.
pub async fn copy_across(
    engine: &Engine,
    (from, source): (&str, &str),
    (to, target): (&str, &str),
    (follow, unpacking): (bool, Unpacking),
) -> Result<(), CopyError> {
    let Found { path, name } = find(engine, (from, &absolute(source)), follow).await?;
    let (stat, flow) = engine.download(from, &path).await.map_err(|error| missing(error, source))?;
    let (folder, other) = arrival(engine, (to, target), stat.is_directory()).await?;
    let name = other.map(OsString::from).or(name);
    let reader = SyncIoBridge::new(stream(flow));
    let relayed = engine
        .unpack((to, &folder), unpacking, move |archive| Ok(relay(reader, archive, name.as_deref())?))
        .await;
    Ok(relayed.map_err(|error| misplaced(error, &folder))??)
}

fn relay(reader: impl Read, archive: &mut Archive, name: Option<&OsStr>) -> Result<(), CopyError> {
    let mut renaming: Option<Renaming> = None;
    for entry in Reader::new(reader).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let renaming = match &mut renaming {
            Some(renaming) => renaming,
            none => none.insert(Renaming::new(&path, name.map(OsStr::to_owned))?),
        };
        let inside = renaming.of(&path)?;
        if inside.as_os_str().is_empty() {
            continue;
        }
        put(archive, &mut entry, (&inside, renaming))?;
    }
    Ok(())
}

fn put(
    archive: &mut Archive,
    entry: &mut tar::Entry<'_, impl Read>,
    (inside, renaming): (&Path, &Renaming),
) -> Result<(), CopyError> {
    let mut header = entry.header().clone();
    let target = entry.link_name()?.map(std::borrow::Cow::into_owned);
    // Long names and sparse files have been put together by now.
    header.set_size(entry.size());
    match (header.entry_type(), target) {
        (EntryType::Symlink, Some(target)) => archive.append_link(&mut header, inside, target)?,
        (EntryType::Link, Some(target)) => archive.append_link(&mut header, inside, renaming.of(&target)?)?,
        (EntryType::GNUSparse, _) => {
            header.set_entry_type(EntryType::Regular);
            archive.append_data(&mut header, inside, entry)?;
        }
        (EntryType::XGlobalHeader, _) => {}
        _ => archive.append_data(&mut header, inside, entry)?,
    }
    Ok(())
}
