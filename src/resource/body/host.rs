//! The host's part of a container's creation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Mount;
use super::skip::{not, zero};

/// `HostConfig`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    /// Annotations for the runtime (API 1.43 and later).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Removed by the daemon when it ends.
    #[serde(skip_serializing_if = "not")]
    pub auto_remove: bool,
    /// Mounts in the short form, `source:target:options`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub binds: Vec<String>,
    /// Block I/O weight.
    #[serde(skip_serializing_if = "zero")]
    pub blkio_weight: i64,
    /// Block I/O weights by device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blkio_weight_device: Vec<DeviceWeight>,
    /// Read limits, bytes a second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_read_bps: Vec<DeviceThrottle>,
    /// Write limits, bytes a second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_write_bps: Vec<DeviceThrottle>,
    /// Read limits, operations a second.
    #[serde(rename = "BlkioDeviceReadIOps", skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_read_iops: Vec<DeviceThrottle>,
    /// Write limits, operations a second.
    #[serde(rename = "BlkioDeviceWriteIOps", skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_write_iops: Vec<DeviceThrottle>,
    /// Capabilities added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<String>,
    /// Parent control group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cgroup_parent: String,
    /// `host` or `private`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cgroupns_mode: String,
    /// Processors (Windows).
    #[serde(skip_serializing_if = "zero")]
    pub cpu_count: i64,
    /// Hundredths of a percent of the processors (Windows).
    #[serde(skip_serializing_if = "zero")]
    pub cpu_percent: i64,
    /// Length of a scheduler period, microseconds.
    #[serde(skip_serializing_if = "zero")]
    pub cpu_period: i64,
    /// Share of a scheduler period, microseconds.
    #[serde(skip_serializing_if = "zero")]
    pub cpu_quota: i64,
    /// Length of a real-time period, microseconds.
    #[serde(skip_serializing_if = "zero")]
    pub cpu_realtime_period: i64,
    /// Share of a real-time period, microseconds.
    #[serde(skip_serializing_if = "zero")]
    pub cpu_realtime_runtime: i64,
    /// Relative weight of processor time.
    #[serde(skip_serializing_if = "zero")]
    pub cpu_shares: i64,
    /// Processors it may run on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cpuset_cpus: String,
    /// Rules of the devices control group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_cgroup_rules: Vec<String>,
    /// Devices asked of a driver.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_requests: Vec<DeviceRequest>,
    /// Host devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceMapping>,
    /// Name servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<String>,
    /// Resolver options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_options: Vec<String>,
    /// Search domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_search: Vec<String>,
    /// `host:address`; also sent when there is none, as the peer does: `inspect` shows what was sent.
    pub extra_hosts: Vec<String>,
    /// Supplementary groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_add: Vec<String>,
    /// An init process as process 1, if said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<bool>,
    /// `host`, `private`, `shareable`, `container:<id>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ipc_mode: String,
    /// Isolation (Windows).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub isolation: String,
    /// `container:alias`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Log driver, if said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_config: Option<LogConfig>,
    /// Paths hidden in the container; `Some` of nothing hides none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_paths: Option<Vec<String>>,
    /// Memory limit, bytes.
    #[serde(skip_serializing_if = "zero")]
    pub memory: i64,
    /// Memory that is to be kept free for it, bytes.
    #[serde(skip_serializing_if = "zero")]
    pub memory_reservation: i64,
    /// Memory and swap, bytes; -1 for no limit.
    #[serde(skip_serializing_if = "zero")]
    pub memory_swap: i64,
    /// 0 to 100, if said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_swappiness: Option<i64>,
    /// Mounts in the long form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// Billionths of a processor.
    #[serde(skip_serializing_if = "zero")]
    pub nano_cpus: i64,
    /// `none`, `host`, `bridge`, `container:<id>`, or a network's name.
    pub network_mode: String,
    /// Never killed for lack of memory.
    pub oom_kill_disable: bool,
    /// Likelihood to be killed for lack of memory.
    #[serde(skip_serializing_if = "zero")]
    pub oom_score_adj: i64,
    /// `host` or `container:<id>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pid_mode: String,
    /// Process limit, if said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids_limit: Option<i64>,
    /// Published ports, by `80/tcp`; also sent when there is none.
    pub port_bindings: BTreeMap<String, Vec<PortBinding>>,
    /// All privileges.
    #[serde(skip_serializing_if = "not")]
    pub privileged: bool,
    /// Paths that are read-only in the container; `Some` of nothing makes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readonly_paths: Option<Vec<String>>,
    /// The root file system is read-only.
    #[serde(skip_serializing_if = "not")]
    pub readonly_rootfs: bool,
    /// What to do when it ends.
    pub restart_policy: RestartPolicy,
    /// Runtime.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub runtime: String,
    /// Security options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// Size of `/dev/shm`, bytes.
    #[serde(skip_serializing_if = "zero")]
    pub shm_size: i64,
    /// Options of the storage driver.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub storage_opt: BTreeMap<String, String>,
    /// Kernel parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: BTreeMap<String, String>,
    /// Memory file systems: options by path.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tmpfs: BTreeMap<String, String>,
    /// `host`.
    #[serde(rename = "UTSMode", skip_serializing_if = "String::is_empty")]
    pub uts_mode: String,
    /// Limits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ulimits: Vec<Ulimit>,
    /// `host`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub userns_mode: String,
    /// Containers whose mounts it has too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_from: Vec<String>,
}

/// A limit on a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceThrottle {
    /// Device.
    pub path: String,
    /// Bytes or operations a second.
    pub rate: i64,
}

/// A weight of a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceWeight {
    /// Device.
    pub path: String,
    /// Weight.
    pub weight: i64,
}

/// A host device in the container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceMapping {
    /// On the host.
    pub path_on_host: String,
    /// In the container.
    pub path_in_container: String,
    /// Some of `rwm`.
    pub cgroup_permissions: String,
}

/// Devices asked of a driver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceRequest {
    /// Driver.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// How many; -1 for all.
    #[serde(skip_serializing_if = "zero")]
    pub count: i64,
    /// Which.
    #[serde(rename = "DeviceIDs", skip_serializing_if = "Vec::is_empty")]
    pub device_ids: Vec<String>,
    /// Capabilities: any of these sets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Vec<String>>,
    /// Options of the driver.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// A log driver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogConfig {
    /// Driver.
    #[serde(rename = "Type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
}

/// A published port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PortBinding {
    /// Host address; empty for all.
    pub host_ip: String,
    /// Host port; empty for a free one.
    pub host_port: String,
}

impl PortBinding {
    /// True if the engine chooses the port: out of a range, or of all that are free.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.host_port.as_str(), "" | "0") || self.host_port.contains('-')
    }
}

impl HostConfig {
    /// True if the engine chooses a port of the host whenever the container is started.
    #[must_use]
    pub fn chooses_port(&self) -> bool {
        self.port_bindings.values().flatten().any(PortBinding::is_open)
    }
}

/// What to do when a container ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestartPolicy {
    /// `no`, `always`, `unless-stopped`, `on-failure`; empty for the engine's default, which is `no`.
    pub name: String,
    /// For `on-failure`; 0 for no end.
    pub maximum_retry_count: i64,
}

/// A limit of a process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Ulimit {
    /// Name, such as `nofile`.
    pub name: String,
    /// Soft limit.
    pub soft: i64,
    /// Hard limit.
    pub hard: i64,
}
