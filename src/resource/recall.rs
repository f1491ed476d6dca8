//! A project without its files: as much of it as the labels on what is there tell.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{
    Condition, ContainerSpec, Dependency, Desired, ImageSpec, NetworkSpec, Observed, ObservedContainer,
    ProjectFacts, ServiceSpec, VolumeSpec, labels,
};

/// The project of a name as its containers, networks and volumes tell. It says what belongs together and in which
/// order, and is no ground for making anything anew.
#[must_use]
pub fn recall(name: &str, observed: &Observed) -> Desired {
    let mut services: BTreeMap<&str, ServiceSpec> = BTreeMap::new();
    let mut images: BTreeMap<&str, ImageSpec> = BTreeMap::new();
    let mut facts = ProjectFacts { name: name.to_owned(), ..ProjectFacts::default() };
    let mine = observed.containers.iter().filter(|container| {
        container.label(labels::PROJECT) == name
            && container.labels.contains_key(labels::CONFIG_HASH)
            && container.label(labels::ONEOFF) != "True"
    });
    for container in mine {
        if facts.files.is_empty() {
            facts.directory = PathBuf::from(container.label(labels::WORKING_DIR));
            facts.files = list(container.label(labels::CONFIG_FILES)).map(str::to_owned).collect();
        }
        let service = container.label(labels::SERVICE);
        services.entry(service).or_insert_with(|| recalled(service, container)).replicas += 1;
        let image = images.entry(&container.image).or_insert_with(|| ImageSpec {
            reference: container.image.clone(),
            named: true,
            ..ImageSpec::default()
        });
        if !image.services.iter().any(|user| user == service) {
            image.services.push(service.to_owned());
        }
    }
    let (networks, volumes) = (networks(name, observed), volumes(name, observed));
    Desired {
        project: facts,
        networks,
        volumes,
        services: services.into_values().collect(),
        images: images.into_values().collect(),
        ..Desired::default()
    }
}

fn recalled(service: &str, container: &ObservedContainer) -> ServiceSpec {
    let mut template = ContainerSpec { service: service.to_owned(), ..ContainerSpec::default() };
    template.body.image.clone_from(&container.image);
    ServiceSpec {
        name: service.to_owned(),
        template,
        dependencies: list(container.label(labels::DEPENDS_ON)).filter_map(dependency).collect(),
        ..ServiceSpec::default()
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| !part.is_empty())
}

/// `service:condition:restart`; older versions of the peer wrote less of it.
fn dependency(text: &str) -> Option<Dependency> {
    let mut parts = text.split(':');
    let service = parts.next().filter(|service| !service.is_empty())?.to_owned();
    let condition = match parts.next() {
        Some("service_healthy") => Condition::Healthy,
        Some("service_completed_successfully") => Condition::Completed,
        _ => Condition::Started,
    };
    Some(Dependency { service, condition, required: true, restart: parts.next() == Some("true") })
}

fn networks(project: &str, observed: &Observed) -> Vec<NetworkSpec> {
    let mine = observed.networks.iter().filter(|network| is_of(&network.labels, project));
    mine.map(|network| NetworkSpec {
        key: label(&network.labels, labels::NETWORK),
        name: network.name.clone(),
        hash: label(&network.labels, labels::CONFIG_HASH),
        ..NetworkSpec::default()
    })
    .collect()
}

fn volumes(project: &str, observed: &Observed) -> Vec<VolumeSpec> {
    let mine = observed.volumes.iter().filter(|volume| is_of(&volume.labels, project));
    mine.map(|volume| VolumeSpec {
        key: label(&volume.labels, labels::VOLUME),
        name: volume.name.clone(),
        hash: label(&volume.labels, labels::CONFIG_HASH),
        ..VolumeSpec::default()
    })
    .collect()
}

fn is_of(labels: &BTreeMap<String, String>, project: &str) -> bool {
    labels.get(labels::PROJECT).is_some_and(|owner| owner == project)
}

fn label(labels: &BTreeMap<String, String>, name: &str) -> String {
    labels.get(name).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(service: &str, depends_on: &str) -> ObservedContainer {
        let labels = [
            (labels::PROJECT, "p"),
            (labels::SERVICE, service),
            (labels::CONFIG_HASH, "x"),
            (labels::DEPENDS_ON, depends_on),
            (labels::CONFIG_FILES, "/a/compose.yaml,/a/more.yaml"),
        ];
        ObservedContainer {
            name: format!("p-{service}-1"),
            image: "img".to_owned(),
            labels: labels.map(|(label, value)| (label.to_owned(), value.to_owned())).into(),
            ..ObservedContainer::default()
        }
    }

    #[test]
    fn services_and_their_order_come_from_labels() {
        let containers = vec![
            container("web", "db:service_healthy:true,cache"),
            container("db", ""),
            container("db", ""),
            ObservedContainer::default(),
        ];
        let desired = recall("p", &Observed { containers, ..Observed::default() });
        let names: Vec<(&str, u32)> =
            desired.services.iter().map(|service| (service.name.as_str(), service.replicas)).collect();
        assert_eq!(names, [("db", 2), ("web", 1)]);
        let web = &desired.services[1].dependencies;
        assert_eq!((web[0].condition, web[0].restart), (Condition::Healthy, true));
        assert_eq!((web[1].service.as_str(), web[1].condition), ("cache", Condition::Started));
        assert_eq!(desired.project.files, ["/a/compose.yaml", "/a/more.yaml"]);
        assert_eq!(desired.images[0].services, ["web", "db"]);
    }
}
