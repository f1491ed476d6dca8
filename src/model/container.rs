//! What a container is made of.

use std::collections::BTreeMap;

use super::concept::fields;
use super::{
    BlkioConfig, Bytes, Command, CredentialSpec, Device, DeviceRequest, Duration, Endpoint, EnvFile,
    Environment, ExtraHosts, FileReference, Labels, Logging, ModelBinding, Mount, Options, Ulimit,
};

fields! {
    /// The attributes that services, jobs and `pre_start` hooks share: those of one container.
    pub struct ContainerSpec {
        /// Annotations for the runtime.
        pub annotations: Labels,
        /// Limits and weights of block devices.
        pub blkio_config: Option<BlkioConfig>,
        /// Capabilities to add.
        pub cap_add: Vec<String>,
        /// Capabilities to drop.
        pub cap_drop: Vec<String>,
        /// The parent control group.
        pub cgroup_parent: String,
        /// The control group namespace: `host` or `private`.
        pub cgroup: String,
        /// How many processors (Windows).
        pub cpu_count: i64,
        /// How much of the processors (Windows).
        pub cpu_percent: f32,
        /// The scheduler's period in microseconds.
        pub cpu_period: i64,
        /// The scheduler's quota in microseconds.
        pub cpu_quota: i64,
        /// The real-time scheduler's period in microseconds.
        pub cpu_rt_period: i64,
        /// The real-time scheduler's runtime in microseconds.
        pub cpu_rt_runtime: i64,
        /// How many processors' worth of time.
        pub cpus: f32,
        /// The processors that may be used, like `0-3,5`.
        pub cpuset: String,
        /// The weight against other containers.
        pub cpu_shares: i64,
        /// The command; unset is the image's, empty is none.
        pub command(json): Option<Command>,
        /// Configs to mount.
        pub configs: Vec<FileReference>,
        /// Credentials (Windows).
        pub credential_spec: Option<CredentialSpec>,
        /// Rules for devices of the control group.
        pub device_cgroup_rules: Vec<String>,
        /// Devices of the host.
        pub devices: Vec<Device>,
        /// Name servers.
        pub dns: Vec<String>,
        /// Resolver options.
        pub dns_opt: Vec<String>,
        /// Search domains.
        pub dns_search: Vec<String>,
        /// The domain name.
        pub domainname: String,
        /// The entry point; unset is the image's, empty is none.
        pub entrypoint(json): Option<Command>,
        /// Variables; one without value is taken from where the daemon runs.
        pub environment: Environment,
        /// Files with variables; empty once they were read.
        pub env_file: Vec<EnvFile>,
        /// Names and addresses for the hosts file.
        pub extra_hosts: ExtraHosts,
        /// Groups to add.
        pub group_add: Vec<String>,
        /// Graphics processors.
        pub gpus: Vec<DeviceRequest>,
        /// The host name.
        pub hostname: String,
        /// The image.
        pub image: String,
        /// Whether an init process runs first.
        pub init: Option<bool>,
        /// The namespace of shared memory.
        pub ipc: String,
        /// The isolation technology.
        pub isolation: String,
        /// Labels.
        pub labels: Labels,
        /// Files with labels.
        pub label_file: Vec<String>,
        /// Where the output goes.
        pub logging: Option<Logging>,
        /// The most memory.
        pub mem_limit: Bytes,
        /// The memory that is granted when there is little.
        pub mem_reservation: Bytes,
        /// The most memory and swap together; -1 is no limit.
        pub memswap_limit: Bytes,
        /// How readily memory is swapped, 0 to 100.
        pub mem_swappiness: Bytes,
        /// The network card's address.
        pub mac_address: String,
        /// The models that are used, and the variables that tell where they are.
        pub models: BTreeMap<String, Option<ModelBinding>>,
        /// The network namespace: `none`, `host`, `service:NAME`, `container:NAME`.
        pub network_mode: String,
        /// The networks that are joined, and how.
        pub networks: BTreeMap<String, Option<Box<Endpoint>>>,
        /// Whether running out of memory kills.
        pub oom_kill_disable: bool,
        /// How likely running out of memory kills this first, -1000 to 1000.
        pub oom_score_adj: i64,
        /// The process namespace.
        pub pid: String,
        /// The most processes.
        pub pids_limit: i64,
        /// The platform, `os[/arch[/variant]]`.
        pub platform: String,
        /// Whether everything is allowed.
        pub privileged: bool,
        /// When the image is pulled.
        pub pull_policy: String,
        /// Whether the root file system is read-only.
        pub read_only: bool,
        /// The runtime.
        pub runtime: String,
        /// Secrets to mount.
        pub secrets: Vec<FileReference>,
        /// Options of security modules.
        pub security_opt: Vec<String>,
        /// The size of shared memory.
        pub shm_size: Bytes,
        /// How long to wait after the stop signal.
        pub stop_grace_period: Option<Duration>,
        /// The stop signal.
        pub stop_signal: String,
        /// Options of the storage driver.
        pub storage_opt: Options,
        /// Kernel parameters.
        pub sysctls: Options,
        /// Paths in memory, `path[:options]`.
        pub tmpfs: Vec<String>,
        /// Limits of the processes.
        pub ulimits: BTreeMap<String, Ulimit>,
        /// Whether the container may talk to the daemon.
        pub use_api_socket: bool,
        /// The user.
        pub user: String,
        /// The user namespace.
        pub userns_mode: String,
        /// The host name namespace.
        pub uts: String,
        /// What is mounted.
        pub volumes: Vec<Mount>,
        /// Services and containers whose mounts are taken over.
        pub volumes_from: Vec<String>,
        /// The working directory.
        pub working_dir: String,
    }
}

impl ContainerSpec {
    /// The names of the networks in the order in which the daemon should see them: highest `priority` first, then by
    /// name. The first is the primary one.
    #[must_use]
    pub fn networks_by_priority(&self) -> Vec<&str> {
        let priority =
            |endpoint: &Option<Box<Endpoint>>| endpoint.as_ref().map_or(0, |endpoint| endpoint.priority);
        let mut networks: Vec<(&str, i64)> =
            self.networks.iter().map(|(name, endpoint)| (name.as_str(), priority(endpoint))).collect();
        networks.sort_by_key(|(_, priority)| std::cmp::Reverse(*priority));
        networks.into_iter().map(|(name, _)| name).collect()
    }
}
