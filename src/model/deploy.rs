//! Replicas, limits, restart policy.

use super::concept::concept;
use super::{Bytes, DeviceRequest, Duration, Labels};

concept! {
    /// How a service is deployed.
    pub struct Deploy {
        /// `replicated`, `global`, or one of the job modes.
        pub mode: String,
        /// How many containers.
        pub replicas: Option<i64>,
        /// Labels of the service, not of its containers.
        pub labels: Labels,
        /// How a change is rolled out.
        pub update_config: Option<UpdateConfig>,
        /// How a change is rolled back.
        pub rollback_config: Option<UpdateConfig>,
        /// What the containers get and may use.
        pub resources(json): Resources,
        /// When a container that ended is started again.
        pub restart_policy: Option<RestartPolicy>,
        /// Where containers run.
        pub placement(json): Placement,
        /// How the service is found.
        pub endpoint_mode: String,
    }
}

concept! {
    /// How a change is rolled out or back.
    pub struct UpdateConfig {
        /// How many at once.
        pub parallelism: Option<u64>,
        /// How long between two batches.
        pub delay: Duration,
        /// What a failure leads to.
        pub failure_action: String,
        /// How long failures are watched for.
        pub monitor: Duration,
        /// The share of failures that is borne.
        pub max_failure_ratio: f32,
        /// `start-first` or `stop-first`.
        pub order: String,
    }
}

concept! {
    /// What containers get and may use.
    pub struct Resources {
        /// The most.
        pub limits: Option<ResourceAmounts>,
        /// The least.
        pub reservations: Option<ResourceAmounts>,
    }
}

concept! {
    /// Amounts of what there is.
    pub struct ResourceAmounts {
        /// How many processors' worth of time.
        pub cpus: f32,
        /// Memory.
        pub memory: Bytes,
        /// Processes.
        pub pids: i64,
        /// Devices.
        pub devices: Vec<DeviceRequest>,
        /// Anything else that is counted.
        pub generic_resources: Vec<GenericResource>,
    }
}

concept! {
    /// Something that is counted.
    pub struct GenericResource {
        /// What and how much.
        pub discrete_resource_spec: Option<DiscreteResource>,
    }
}

concept! {
    /// An amount of something.
    pub struct DiscreteResource {
        /// What.
        pub kind: String,
        /// How much.
        pub value: i64,
    }
}

concept! {
    /// When a container that ended is started again.
    pub struct RestartPolicy {
        /// `none`, `on-failure`, `any`.
        pub condition: String,
        /// How long after the end.
        pub delay: Option<Duration>,
        /// How often.
        pub max_attempts: Option<u64>,
        /// How long after a start it counts as one that worked.
        pub window: Option<Duration>,
    }
}

concept! {
    /// Where containers run.
    pub struct Placement {
        /// What must hold.
        pub constraints: Vec<String>,
        /// What is preferred.
        pub preferences: Vec<PlacementPreference>,
        /// The most on one node.
        pub max_replicas_per_node: u64,
    }
}

concept! {
    /// What is preferred.
    pub struct PlacementPreference {
        /// The label over whose values containers are spread.
        pub spread: String,
    }
}
