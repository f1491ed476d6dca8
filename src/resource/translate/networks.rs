//! Networks and volumes as they are created.

use std::collections::BTreeMap;

use super::context::Context;
use super::gate;
use crate::model::{Labels, Network, Volume};
use crate::resource::body::{AddressPool, Ipam, NetworkBody, VolumeBody};
use crate::resource::{Fault, NetworkSpec, VolumeSpec, hash, labels};
use crate::yaml::Path;

/// A network.
pub(super) fn network(context: &mut Context<'_>, key: &str, network: &Network) -> NetworkSpec {
    let blame = Path::keys(["networks", key]);
    let name = context.real_name(key, &network.name);
    let named = Network { name: name.clone(), ..network.clone() };
    let hash = hash::network(&named);
    if network.enable_ipv4.is_some() && !network.external {
        context.has(&gate::ENABLE_IPV4, blame.key("enable_ipv4"));
    }
    let body = NetworkBody {
        name: name.clone(),
        driver: network.driver.clone(),
        internal: network.internal,
        attachable: network.attachable,
        enable_ipv4: network.enable_ipv4,
        enable_ipv6: network.enable_ipv6,
        ipam: ipam(network),
        options: network.driver_opts.clone(),
        labels: marked(context, &network.labels, (labels::NETWORK, key), &hash),
    };
    if network.nameless {
        context.fault(nameless("network", key, &blame));
    }
    let faults = context.take_hindrances().making;
    NetworkSpec { key: key.to_owned(), name, external: network.external, body, hash, blame, faults }
}

/// A volume.
pub(super) fn volume(context: &mut Context<'_>, key: &str, volume: &Volume) -> VolumeSpec {
    let name = context.real_name(key, &volume.name);
    let named = Volume { name: name.clone(), ..volume.clone() };
    let hash = hash::volume(&named);
    let body = VolumeBody {
        name: name.clone(),
        driver: volume.driver.clone(),
        driver_opts: volume.driver_opts.clone(),
        labels: marked(context, &volume.labels, (labels::VOLUME, key), &hash),
    };
    let blame = Path::keys(["volumes", key]);
    if volume.nameless {
        context.fault(nameless("volume", key, &blame));
    }
    let faults = context.take_hindrances().making;
    VolumeSpec { key: key.to_owned(), name, external: volume.external, body, hash, blame, faults }
}

/// Engines choose a name of their own for what is given an empty one, and never find it again.
fn nameless(what: &str, key: &str, blame: &Path) -> Fault {
    Fault::new("empty-name", format!("the name of {what} `{key}` is empty"))
        .at(blame.key("name"))
        .help("set the variable that the name is made of, or leave `name` out")
}

fn ipam(network: &Network) -> Option<Ipam> {
    let ipam = &network.ipam;
    if ipam.driver.is_empty() && ipam.config.is_empty() && ipam.options.is_empty() {
        return None;
    }
    let pools = ipam.config.iter().map(|pool| AddressPool {
        subnet: pool.subnet.clone(),
        ip_range: pool.ip_range.clone(),
        gateway: pool.gateway.clone(),
        auxiliary_addresses: pool.aux_addresses.clone(),
    });
    Some(Ipam { driver: ipam.driver.clone(), config: pools.collect(), options: ipam.options.clone() })
}

/// The labels of the file, and above them those by which the resource is found again.
fn marked(
    context: &Context<'_>,
    own: &Labels,
    (label, key): (&str, &str),
    hash: &str,
) -> BTreeMap<String, String> {
    let mut all = own.clone();
    let marks = [
        (label, key),
        (labels::PROJECT, &context.facts.name),
        (labels::VERSION, labels::COMPATIBLE_VERSION),
        (labels::CONFIG_HASH, hash),
    ];
    all.extend(marks.map(|(label, value)| (label.to_owned(), value.to_owned())));
    all
}
