//! Devices of the host, and devices asked of a driver.

use crate::model::{ContainerSpec, Deploy, Device, DeviceRequest as ModelRequest};
use crate::resource::body::{DeviceMapping, DeviceRequest, HostConfig};

/// Fills in the devices of a container: first what `deploy` reserves, then graphics processors, then single ones.
pub(super) fn put(host: &mut HostConfig, container: &ContainerSpec, deploy: Option<&Deploy>) {
    let reserved = deploy.and_then(|deploy| deploy.resources.reservations.as_ref());
    host.device_requests = reserved.iter().flat_map(|amounts| &amounts.devices).map(request).collect();
    host.device_requests.extend(container.gpus.iter().map(|gpu| {
        let mut request = request(gpu);
        request.capabilities[0].push("gpu".to_owned());
        request
    }));
    for device in &container.devices {
        if is_named(device) {
            host.device_requests.push(DeviceRequest {
                driver: "cdi".to_owned(),
                device_ids: vec![device.source.clone()],
                ..DeviceRequest::default()
            });
        } else {
            host.devices.push(DeviceMapping {
                path_on_host: device.source.clone(),
                path_in_container: device.target.clone(),
                cgroup_permissions: device.permissions.clone(),
            });
        }
    }
    host.device_cgroup_rules.clone_from(&container.device_cgroup_rules);
}

fn request(request: &ModelRequest) -> DeviceRequest {
    DeviceRequest {
        driver: request.driver.clone(),
        count: request.count.0,
        device_ids: request.device_ids.clone(),
        capabilities: vec![request.capabilities.clone()],
        options: request.options.clone(),
    }
}

/// True for a name of the container device interface, `vendor.com/class=name`, which is no path.
fn is_named(device: &Device) -> bool {
    let Some((class, name)) = device.source.split_once('=') else { return false };
    device.source == device.target
        && !class.starts_with('/')
        && class.contains('/')
        && !name.is_empty()
        && !name.contains('/')
}
