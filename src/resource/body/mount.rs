//! A mount, in the API's long form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::skip::{not, zero};

/// A mount.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs`, `npipe`, `cluster`, `image`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Host path, volume name or image.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Path in the container.
    pub target: String,
    /// Not writable.
    #[serde(skip_serializing_if = "not")]
    pub read_only: bool,
    /// `default`, `consistent`, `cached`, `delegated`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub consistency: String,
    /// For binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_options: Option<BindOptions>,
    /// For volumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_options: Option<VolumeOptions>,
    /// For images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_options: Option<ImageOptions>,
    /// For memory file systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs_options: Option<TmpfsOptions>,
}

/// Options of a bind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BindOptions {
    /// Propagation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub propagation: String,
    /// Without what is mounted below.
    #[serde(skip_serializing_if = "not")]
    pub non_recursive: bool,
    /// Makes the host path if it is missing.
    #[serde(skip_serializing_if = "not")]
    pub create_mountpoint: bool,
    /// What is mounted below stays writable.
    #[serde(skip_serializing_if = "not")]
    pub read_only_non_recursive: bool,
    /// Fails unless what is mounted below can be made read-only.
    #[serde(skip_serializing_if = "not")]
    pub read_only_force_recursive: bool,
}

/// Options of a volume mount.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeOptions {
    /// Does not copy what the image has there.
    #[serde(skip_serializing_if = "not")]
    pub no_copy: bool,
    /// Labels of a volume made by the mount.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A path within the volume.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subpath: String,
}

/// Options of an image mount.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageOptions {
    /// A path within the image.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subpath: String,
}

/// Options of a memory file system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TmpfsOptions {
    /// Size limit in bytes.
    #[serde(skip_serializing_if = "zero")]
    pub size_bytes: i64,
    /// Mode bits.
    #[serde(skip_serializing_if = "zero")]
    pub mode: i64,
}
