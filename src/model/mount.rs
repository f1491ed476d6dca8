//! What is mounted into a container.

use super::concept::concept;
use super::word::words;
use super::{Bytes, Labels};

words! {
    /// What kind of thing is mounted.
    pub enum MountKind {
        /// A volume, named or anonymous.
        Volume = "volume",
        /// A path of the host.
        Bind = "bind",
        /// Memory.
        Tmpfs = "tmpfs",
        /// An image's content.
        Image = "image",
        /// A cluster volume.
        Cluster = "cluster",
        /// A named pipe (Windows).
        NamedPipe = "npipe",
    }
}

concept! {
    /// One mount.
    pub struct Mount {
        /// What kind of thing.
        pub kind("type"): MountKind,
        /// The volume's name, the host's path, the image; empty for an anonymous volume.
        pub source: String,
        /// The path in the container.
        pub target: String,
        /// Whether it cannot be written to.
        pub read_only: bool,
        /// How strictly host and container agree; ignored where they always do.
        pub consistency: String,
        /// More about a bind.
        pub bind: Option<BindOptions>,
        /// More about a volume.
        pub volume: Option<VolumeOptions>,
        /// More about memory.
        pub tmpfs: Option<TmpfsOptions>,
        /// More about an image.
        pub image: Option<ImageOptions>,
    }
}

concept! {
    /// More about the mount of a host's path.
    pub struct BindOptions {
        /// Relabelling: `z` shared, `Z` private.
        pub selinux: String,
        /// How mounts below are shared.
        pub propagation: String,
        /// Whether a missing path of the host is made.
        pub create_host_path: bool = true,
        /// Whether mounts below come along: `enabled`, `disabled`, `writable`, `readonly`.
        pub recursive: String,
    }
}

concept! {
    /// More about the mount of a volume.
    pub struct VolumeOptions {
        /// Labels of a volume that is made for this.
        pub labels: Labels,
        /// Whether the image's content at the path stays out of a new volume.
        pub nocopy: bool,
        /// A path within the volume.
        pub subpath: String,
    }
}

concept! {
    /// More about a mount of memory.
    pub struct TmpfsOptions {
        /// The most bytes.
        pub size: Bytes,
        /// The permissions, as a number.
        pub mode: u32,
    }
}

concept! {
    /// More about the mount of an image.
    pub struct ImageOptions {
        /// A path within the image.
        pub subpath: String,
    }
}
