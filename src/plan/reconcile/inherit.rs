//! Anonymous volumes outlive their container: the next one takes them over.

use super::planner::Planner;
use crate::plan::InheritedVolume;
use crate::resource::{ContainerSpec, ObservedContainer, ServiceSpec};

impl Planner<'_> {
    /// The anonymous volumes of a container that the next one of its service takes over.
    pub(super) fn inherited(
        &self,
        service: &ServiceSpec,
        old: &ObservedContainer,
        spec: &ContainerSpec,
    ) -> Vec<InheritedVolume> {
        if self.policy.renew_anonymous_volumes {
            return Vec::new();
        }
        let image = self.images.get(spec.body.image.as_str()).filter(|state| state.ready.is_none());
        let declared = image.and_then(|_| self.observed.images.get(&spec.body.image)?.volumes.as_ref());
        let mut inherited = Vec::new();
        for mount in old.mounts.iter().filter(|mount| mount.kind == "volume" && !mount.name.is_empty()) {
            let target = mount.destination.as_str();
            let anonymous = service.anonymous_volumes.iter().any(|own| own == target);
            let if_image_declares = !anonymous;
            if if_image_declares {
                let known_not_to_be = declared.is_some_and(|paths| !paths.iter().any(|path| path == target));
                if known_not_to_be || !is_anonymous(&mount.name) || is_taken(spec, target) {
                    continue;
                }
            }
            inherited.push(InheritedVolume {
                volume: mount.name.clone(),
                target: target.to_owned(),
                read_only: !mount.writable,
                if_image_declares: if_image_declares && declared.is_none(),
            });
        }
        inherited
    }
}

/// Engines name volumes that were given no name by 64 hex digits.
fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// True if the container gets something else at a path.
fn is_taken(spec: &ContainerSpec, target: &str) -> bool {
    let host = &spec.body.host_config;
    let bound = |bind: &String| bind.split(':').nth(1) == Some(target);
    host.mounts.iter().any(|mount| mount.target == target)
        || host.tmpfs.contains_key(target)
        || host.binds.iter().any(bound)
}
