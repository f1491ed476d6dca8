//! The labels by which the peer, and we, know what belongs to a project. Their names and values are the peer's.

use std::collections::BTreeMap;

/// The project's name.
pub const PROJECT: &str = "com.docker.compose.project";
/// The service's name.
pub const SERVICE: &str = "com.docker.compose.service";
/// Version of the tool that made it.
pub const VERSION: &str = "com.docker.compose.version";
/// Hash over the resolved configuration.
pub const CONFIG_HASH: &str = "com.docker.compose.config-hash";
/// Number of a container within its service, from 1; absent on one-offs.
pub const CONTAINER_NUMBER: &str = "com.docker.compose.container-number";
/// `True` for what `run` made, else `False`.
pub const ONEOFF: &str = "com.docker.compose.oneoff";
/// The project directory.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// The compose files, joined by `,`.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// The `--env-file` list, joined by `,`; only if given.
pub const ENVIRONMENT_FILE: &str = "com.docker.compose.project.environment_file";
/// Id of the image that the container was made from.
pub const IMAGE: &str = "com.docker.compose.image";
/// `target=id` of mounted images, sorted, joined by `,`.
pub const IMAGE_MOUNTS: &str = "com.docker.compose.image-volume-digest";
/// `service:condition:restart` joined by `,`.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// Random name part of a one-off.
pub const SLUG: &str = "com.docker.compose.slug";
/// Name of the container that this one replaced, when anonymous volumes were inherited.
pub const REPLACE: &str = "com.docker.compose.replace";
/// Key of a network in the file.
pub const NETWORK: &str = "com.docker.compose.network";
/// Key of a volume in the file.
pub const VOLUME: &str = "com.docker.compose.volume";
/// `pre_start` on hook containers.
pub const HOOK: &str = "com.docker.compose.hook";
/// Index of the hook.
pub const HOOK_INDEX: &str = "com.docker.compose.hook-index";

/// The value of [`IMAGE_MOUNTS`] for images by their target.
#[must_use]
pub fn image_mounts(mounted: &BTreeMap<&str, &str>) -> String {
    let entries: Vec<String> = mounted.iter().map(|(target, id)| format!("{target}={id}")).collect();
    entries.join(",")
}

/// The value of [`VERSION`] that we write: the version of the peer whose rules we follow, so that neither tool
/// takes the other's objects for those of another age.
pub const COMPATIBLE_VERSION: &str = "5.6.1";
