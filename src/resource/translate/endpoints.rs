//! The networks that a container joins.

use super::context::{Context, at};
use super::gate;
use crate::model::{Endpoint as ModelEndpoint, Service};
use crate::resource::Attachment;
use crate::resource::body::{CreateBody, Endpoint, EndpointAddress};

/// The driver option by which the engine takes the name of an interface.
const INTERFACE_NAME_OPTION: &str = "com.docker.network.endpoint.ifname";

/// Fills in the networks of a container, and returns them all, the primary one first.
pub(super) fn put(context: &mut Context<'_>, body: &mut CreateBody, service: &Service) -> Vec<Attachment> {
    let mode = &service.container.network_mode;
    if !mode.is_empty() {
        body.host_config.network_mode.clone_from(mode);
        return Vec::new();
    }
    let mut attachments: Vec<Attachment> = service
        .container
        .networks_by_priority()
        .into_iter()
        .map(|key| attachment(context, service, key))
        .collect();
    if attachments.is_empty() && context.project.networks.contains_key("default") {
        attachments.push(attachment(context, service, "default"));
    }
    let Some(primary) = attachments.first_mut() else {
        "none".clone_into(&mut body.host_config.network_mode);
        return attachments;
    };
    if !service.container.mac_address.is_empty() {
        primary.endpoint.mac_address.clone_from(&service.container.mac_address);
    }
    body.host_config.network_mode.clone_from(&primary.network);
    let all = context.engine() >= gate::ALL_NETWORKS_AT_CREATION;
    if !all {
        body.mac_address.clone_from(&primary.endpoint.mac_address);
    }
    let at_creation = if all { attachments.len() } else { 1 };
    body.networking_config.endpoints_config = attachments
        .iter()
        .take(at_creation)
        .map(|attachment| (attachment.network.clone(), attachment.endpoint.clone()))
        .collect();
    attachments
}

fn attachment(context: &mut Context<'_>, service: &Service, key: &str) -> Attachment {
    let configured = service.container.networks.get(key).and_then(Option::as_ref);
    let name = context.project.networks.get(key).map_or("", |network| network.name.as_str());
    let network = context.real_name(key, name);
    let mut endpoint = Endpoint {
        aliases: vec![service.name.clone()],
        ..configured.map(|endpoint| converted(endpoint)).unwrap_or_default()
    };
    if let Some(configured) = configured {
        endpoint.aliases.extend(configured.aliases.iter().cloned());
        let place = at(&service.name, "networks").key(key);
        if !configured.interface_name.is_empty()
            && context.has(&gate::INTERFACE_NAME, place.key("interface_name"))
        {
            endpoint.driver_opts.insert(INTERFACE_NAME_OPTION.to_owned(), configured.interface_name.clone());
        }
        if configured.gw_priority != 0 {
            context.has(&gate::GATEWAY_PRIORITY, place.key("gw_priority"));
        }
    }
    Attachment { network, key: key.to_owned(), endpoint }
}

fn converted(endpoint: &ModelEndpoint) -> Endpoint {
    Endpoint {
        address: Some(EndpointAddress {
            ipv4: endpoint.ipv4_address.clone(),
            ipv6: endpoint.ipv6_address.clone(),
            link_local: endpoint.link_local_ips.clone(),
        }),
        ip_address: endpoint.ipv4_address.clone(),
        mac_address: endpoint.mac_address.clone(),
        driver_opts: endpoint.driver_opts.clone(),
        gw_priority: endpoint.gw_priority,
        ..Endpoint::default()
    }
}
