//! Files of a container, in and out, as plain tar.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, Method};
use serde::Deserialize;
use tar::{Builder, EntryType, Header};
use time::OffsetDateTime;

use super::observe::nullable;
use super::place::Unpacking;
use super::streams::Flow;
use super::wire::segment;
use super::{Engine, Error};
use crate::resource::InjectedFile;

/// What a path in a container is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PathStat {
    /// Its last part.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    /// Bytes.
    #[serde(default, deserialize_with = "nullable")]
    pub size: i64,
    /// Go's file mode: permissions below, kind above (see [`PathStat::is_directory`]).
    #[serde(default, deserialize_with = "nullable")]
    pub mode: u32,
    /// Where it points, if it is a symbolic link.
    #[serde(default, rename = "linkTarget", deserialize_with = "nullable")]
    pub link_target: String,
}

impl PathStat {
    /// It is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.mode & 1 << 31 != 0
    }

    /// It is a symbolic link.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.mode & 1 << 27 != 0
    }
}

impl Engine {
    /// Puts files into a container, whether it runs or not, by one call. Folders that are missing are made.
    pub async fn inject(&self, container: &str, files: &[InjectedFile]) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let tar = tar_of(files)
            .map_err(|cause| Error::Local { what: "files for a container".to_owned(), cause })?;
        let whole = futures_util::stream::once(async move { Ok(Bytes::from(tar)) });
        let unpacking = Unpacking { keep_folders: true, ..Unpacking::default() };
        self.upload((container, "/"), unpacking, whole).await
    }

    /// Unpacks a tar below a folder (`at`: container and folder).
    pub async fn upload(
        &self,
        at: (&str, &str),
        unpacking: Unpacking,
        tar: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<(), Error> {
        let (container, folder) = at;
        let call = format!("PUT /containers/{container}/archive");
        let body = bollard::body_try_stream(tar);
        let options = Some(unpacking.options(folder));
        self.borrow(&call, self.docker.upload_to_container(&segment(container), options, body)).await
    }

    /// A path of a container as tar, and what it is.
    pub async fn download(&self, container: &str, path: &str) -> Result<(PathStat, Flow<Bytes>), Error> {
        let place = format!("/containers/{}/archive", segment(container));
        let name = format!("GET {place}");
        let response = self.wire.get(place).query("path", path).response().await?;
        let stat = stat(response.headers(), &name)?;
        Ok((stat, Flow::of_body(response.into_body(), name)))
    }

    /// What a path of a container is.
    pub async fn stat(&self, container: &str, path: &str) -> Result<PathStat, Error> {
        let place = format!("/containers/{}/archive", segment(container));
        let name = format!("HEAD {place}");
        let response = self.wire.call(Method::HEAD, place).query("path", path).response().await?;
        stat(response.headers(), &name)
    }
}

fn stat(headers: &HeaderMap, call: &str) -> Result<PathStat, Error> {
    let header =
        headers.get("x-docker-container-path-stat").map(http::HeaderValue::as_bytes).unwrap_or_default();
    let text = STANDARD.decode(header).map_err(|cause| Error::gone(call, cause.to_string()))?;
    serde_json::from_slice(&text).map_err(|cause| Error::Unreadable { call: call.to_owned(), cause })
}

fn tar_of(files: &[InjectedFile]) -> io::Result<Vec<u8>> {
    let mut tar = Builder::new(Vec::new());
    let now = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or_default();
    for file in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(file.content.len() as u64);
        header.set_mode(file.mode & 0o7777);
        header.set_uid(file.uid.unwrap_or_default());
        header.set_gid(file.gid.unwrap_or_default());
        header.set_mtime(now);
        let target = Path::new(file.target.trim_start_matches('/'));
        tar.append_data(&mut header, target, file.content.as_slice())?;
    }
    tar.into_inner()
}
