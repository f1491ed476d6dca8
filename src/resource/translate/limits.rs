//! What a container may use: processors, memory, processes, devices' throughput.

use crate::model::{BlkioConfig, ContainerSpec, Deploy, ThrottleDevice, Ulimit as ModelUlimit, WeightDevice};
use crate::resource::body::{DeviceThrottle, DeviceWeight, HostConfig, Ulimit};
use std::collections::BTreeMap;

/// Fills in the limits of a container, those of `deploy` last.
pub(super) fn put(host: &mut HostConfig, container: &ContainerSpec, deploy: Option<&Deploy>) {
    host.cgroup_parent.clone_from(&container.cgroup_parent);
    host.cpu_count = container.cpu_count;
    host.cpu_percent = rounded(container.cpu_percent, 100.0);
    host.cpu_period = container.cpu_period;
    host.cpu_quota = container.cpu_quota;
    host.cpu_realtime_period = container.cpu_rt_period;
    host.cpu_realtime_runtime = container.cpu_rt_runtime;
    host.cpu_shares = container.cpu_shares;
    host.cpuset_cpus.clone_from(&container.cpuset);
    host.nano_cpus = rounded(container.cpus, 1e9);
    host.memory = container.mem_limit.0;
    host.memory_reservation = container.mem_reservation.0;
    host.memory_swap = container.memswap_limit.0;
    host.memory_swappiness = (container.mem_swappiness.0 != 0).then_some(container.mem_swappiness.0);
    host.oom_kill_disable = container.oom_kill_disable;
    host.oom_score_adj = container.oom_score_adj;
    host.pids_limit = (container.pids_limit != 0).then_some(container.pids_limit);
    host.shm_size = container.shm_size.0;
    host.ulimits = ulimits(&container.ulimits);
    if let Some(config) = &container.blkio_config {
        put_blkio(host, config);
    }
    if let Some(deploy) = deploy {
        put_deploy(host, deploy);
    }
}

/// Limits of processes, by name.
pub(super) fn ulimits(limits: &BTreeMap<String, ModelUlimit>) -> Vec<Ulimit> {
    limits
        .iter()
        .map(|(name, limit)| Ulimit { name: name.clone(), soft: limit.soft(), hard: limit.hard() })
        .collect()
}

fn put_deploy(host: &mut HostConfig, deploy: &Deploy) {
    if let Some(limits) = &deploy.resources.limits {
        if limits.cpus != 0.0 {
            host.nano_cpus = rounded(limits.cpus, 1e9);
        }
        if limits.memory.0 != 0 {
            host.memory = limits.memory.0;
        }
        if limits.pids != 0 {
            host.pids_limit = Some(limits.pids);
        }
    }
    if let Some(reservations) = &deploy.resources.reservations
        && reservations.memory.0 != 0
    {
        host.memory_reservation = reservations.memory.0;
    }
}

fn put_blkio(host: &mut HostConfig, config: &BlkioConfig) {
    host.blkio_weight = config.weight.into();
    host.blkio_weight_device = config.weight_device.iter().map(weight).collect();
    host.blkio_device_read_bps = throttles(&config.device_read_bps);
    host.blkio_device_read_iops = throttles(&config.device_read_iops);
    host.blkio_device_write_bps = throttles(&config.device_write_bps);
    host.blkio_device_write_iops = throttles(&config.device_write_iops);
}

fn weight(device: &WeightDevice) -> DeviceWeight {
    DeviceWeight { path: device.path.clone(), weight: device.weight.into() }
}

fn throttles(devices: &[ThrottleDevice]) -> Vec<DeviceThrottle> {
    devices.iter().map(|device| DeviceThrottle { path: device.path.clone(), rate: device.rate.0 }).collect()
}

/// The product in single precision, as the peer computes it: a tenth of a processor is then 100,000,000 exactly.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what does not fit is cut to the largest number there is"
)]
fn rounded(amount: f32, unit: f32) -> i64 {
    (amount * unit) as i64
}
