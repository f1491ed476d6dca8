//! How a resource is named to people and in the plan.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An image, by reference.
    Image,
    /// A network, by its real name.
    Network,
    /// A volume, by its real name.
    Volume,
    /// A container, by its real name.
    Container,
    /// A service as a whole (providers, waits).
    Service,
}

/// A resource by kind and real name; prints as `Container p-web-1`, a service by its name alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceId {
    /// The kind.
    pub kind: Kind,
    /// The real name, as the daemon knows it.
    pub name: String,
}

impl ResourceId {
    /// A resource by kind and name.
    #[must_use]
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Image => "Image",
            Self::Network => "Network",
            Self::Volume => "Volume",
            Self::Container => "Container",
            Self::Service => "Service",
        })
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            // As the peer names it in its progress.
            Kind::Service => f.write_str(&self.name),
            _ => write!(f, "{} {}", self.kind, self.name),
        }
    }
}
