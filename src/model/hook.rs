//! What runs beside a service's own command.

use super::concept::concept;
use super::{Command, ContainerSpec, Environment};

concept! {
    /// A command that runs in a service's container.
    pub struct Hook {
        /// The command.
        pub command(json): Option<Command>,
        /// The user.
        pub user: String,
        /// Whether everything is allowed.
        pub privileged: bool,
        /// The working directory.
        pub working_dir: String,
        /// Variables.
        pub environment: Environment,
    }
}

concept! {
    /// A container that runs to its end before a service's own is started.
    pub struct PreStart {
        /// The container.
        pub container(flat): ContainerSpec,
        /// Whether it runs for each container of the service.
        pub per_replica: bool,
    }
}
