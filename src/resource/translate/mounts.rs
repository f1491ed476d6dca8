//! What is mounted into a container.

use super::context::{Context, at};
use super::gate;
use crate::model::{BindOptions as ModelBind, Mount as ModelMount, MountKind, Service};
use crate::resource::body::{BindOptions, HostConfig, ImageOptions, Mount, TmpfsOptions, VolumeOptions};
use crate::yaml::Path;

/// Fills in the mounts of a container. The short form is used wherever it can say the same: old engines know it better,
/// and it makes a missing path of the host.
pub(super) fn put(context: &mut Context<'_>, host: &mut HostConfig, service: &Service) {
    for (index, mount) in service.container.volumes.iter().enumerate() {
        let place = at(&service.name, "volumes").index(index);
        match short_form(context, mount) {
            Some(bind) => host.binds.push(bind),
            None => host.mounts.push(long_form(context, mount, &place)),
        }
    }
    for entry in &service.container.tmpfs {
        let (path, options) = entry.split_once(':').unwrap_or((entry, ""));
        host.tmpfs.insert(path.to_owned(), options.to_owned());
    }
}

fn short_form(context: &Context<'_>, mount: &ModelMount) -> Option<String> {
    let source = match mount.kind {
        MountKind::Bind if !mount.bind.as_ref().is_some_and(bind_needs_long_form) => mount.source.clone(),
        MountKind::Volume if !volume_needs_long_form(mount) => real_volume(context, &mount.source)?,
        _ => return None,
    };
    let access = if mount.read_only { "ro" } else { "rw" };
    let label = mount.bind.as_ref().map_or("", |bind| bind.selinux.as_str());
    let comma = if label.is_empty() { "" } else { "," };
    Some(format!("{source}:{}:{access}{comma}{label}", mount.target))
}

fn bind_needs_long_form(bind: &ModelBind) -> bool {
    !bind.create_host_path || !bind.propagation.is_empty() || !bind.recursive.is_empty()
}

fn volume_needs_long_form(mount: &ModelMount) -> bool {
    let asks = mount
        .volume
        .as_ref()
        .is_some_and(|volume| volume.nocopy || !volume.subpath.is_empty() || !volume.labels.is_empty());
    mount.source.is_empty() || asks
}

/// The real name of a volume of the project.
fn real_volume(context: &Context<'_>, key: &str) -> Option<String> {
    context.project.volumes.get(key).map(|volume| context.real_name(key, &volume.name))
}

fn long_form(context: &mut Context<'_>, mount: &ModelMount, place: &Path) -> Mount {
    let source = match mount.kind {
        MountKind::Volume => real_volume(context, &mount.source).unwrap_or_else(|| mount.source.clone()),
        _ => mount.source.clone(),
    };
    let mut long = Mount {
        kind: mount.kind.as_str().to_owned(),
        source,
        target: mount.target.clone(),
        read_only: mount.read_only,
        consistency: mount.consistency.clone(),
        ..Mount::default()
    };
    match mount.kind {
        MountKind::Bind => {
            long.bind_options = mount.bind.as_ref().map(|bind| bind_options(context, bind, place));
        }
        MountKind::Volume => {
            if mount.volume.as_ref().is_some_and(|volume| !volume.subpath.is_empty()) {
                context.has(&gate::VOLUME_SUBPATH, place.key("volume").key("subpath"));
            }
            long.volume_options = mount.volume.as_ref().map(|volume| VolumeOptions {
                no_copy: volume.nocopy,
                labels: volume.labels.clone(),
                subpath: volume.subpath.clone(),
            });
        }
        MountKind::Tmpfs => {
            long.tmpfs_options = mount
                .tmpfs
                .as_ref()
                .map(|tmpfs| TmpfsOptions { size_bytes: tmpfs.size.0, mode: tmpfs.mode.into() });
        }
        MountKind::Image => {
            context.has(&gate::IMAGE_MOUNT, place.key("type"));
            long.image_options =
                mount.image.as_ref().map(|image| ImageOptions { subpath: image.subpath.clone() });
        }
        MountKind::Cluster | MountKind::NamedPipe => {}
    }
    long
}

fn bind_options(context: &mut Context<'_>, bind: &ModelBind, place: &Path) -> BindOptions {
    if matches!(bind.recursive.as_str(), "writable" | "readonly") {
        context.has(&gate::READ_ONLY_RECURSIVE, place.key("bind").key("recursive"));
    }
    BindOptions {
        propagation: bind.propagation.clone(),
        create_mountpoint: bind.create_host_path,
        non_recursive: bind.recursive == "disabled",
        read_only_non_recursive: bind.recursive == "writable",
        read_only_force_recursive: bind.recursive == "readonly",
    }
}
