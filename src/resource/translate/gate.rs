//! What engines of which age can do.

use super::context::Context;
use crate::resource::{ApiVersion, Fault, Warning};
use crate::yaml::Path;

/// Something that only engines from some age on can do.
pub(super) struct Feature {
    /// As it stands in the file.
    attribute: &'static str,
    /// First API version that has it.
    since: ApiVersion,
    /// First engine version that has it.
    engine: &'static str,
    /// What an older engine does with it.
    otherwise: Otherwise,
}

/// What an older engine does with something that it does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    /// Something else than was meant: it must not come to that.
    Wrong,
    /// Nothing: that is worth a word.
    Ignored,
}

const fn api(minor: u32) -> ApiVersion {
    ApiVersion { major: 1, minor }
}

pub(super) const IMAGE_MOUNT: Feature =
    Feature { attribute: "type: image", since: api(48), engine: "28", otherwise: Otherwise::Wrong };
pub(super) const INTERFACE_NAME: Feature =
    Feature { attribute: "interface_name", since: api(49), engine: "28.1", otherwise: Otherwise::Wrong };
pub(super) const VOLUME_SUBPATH: Feature =
    Feature { attribute: "volume.subpath", since: api(45), engine: "26", otherwise: Otherwise::Wrong };
pub(super) const READ_ONLY_RECURSIVE: Feature =
    Feature { attribute: "bind.recursive", since: api(44), engine: "25", otherwise: Otherwise::Ignored };
pub(super) const ANNOTATIONS: Feature =
    Feature { attribute: "annotations", since: api(43), engine: "24", otherwise: Otherwise::Ignored };
pub(super) const START_INTERVAL: Feature = Feature {
    attribute: "healthcheck.start_interval",
    since: api(44),
    engine: "25",
    otherwise: Otherwise::Ignored,
};
pub(super) const GATEWAY_PRIORITY: Feature =
    Feature { attribute: "gw_priority", since: api(48), engine: "28", otherwise: Otherwise::Ignored };
pub(super) const ENABLE_IPV4: Feature =
    Feature { attribute: "enable_ipv4", since: api(48), engine: "28", otherwise: Otherwise::Ignored };
/// The first API version that takes all networks at creation, and a hardware address for each.
pub(super) const ALL_NETWORKS_AT_CREATION: ApiVersion = api(44);

impl Context<'_> {
    /// True if the engine has a feature; else that is told, as a fault or as a warning.
    pub(super) fn has(&mut self, feature: &Feature, place: Path) -> bool {
        let Feature { attribute, since, engine, otherwise } = feature;
        if self.engine() >= *since {
            return true;
        }
        match otherwise {
            Otherwise::Wrong => self.fault(
                Fault::new(
                    "engine-too-old",
                    format!("`{attribute}` requires Docker Engine v{engine} or later"),
                )
                .at(place)
                .help(format!("this engine speaks API {}, which does not know it", self.engine())),
            ),
            Otherwise::Ignored => self.warn(
                Warning::new(
                    "engine-too-old",
                    format!("`{attribute}` has no effect: it requires Docker Engine v{engine} or later"),
                )
                .at(place),
            ),
        }
        false
    }
}
