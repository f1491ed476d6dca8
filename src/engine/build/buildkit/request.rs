//! What a build asks of BuildKit, in its own terms: attributes of the Dockerfile frontend, and an exporter that puts the
//! image into the engine's store.

use std::collections::BTreeMap;

use bollard_buildkit_proto::moby::buildkit::v1::{CacheOptions, SolveRequest};
use serde_json::json;

use super::cache::Caches;
use super::sources::Sources;
use crate::engine::Error;
use crate::resource::{BuildContext, BuildSpec};
use crate::syntax::Reference;

/// The frontend for Dockerfiles, and the one that runs another as an image.
const DOCKERFILE: &str = "dockerfile.v0";
const GATEWAY: &str = "gateway.v0";
/// What a host's address may be instead of one: the machine itself, as the engine knows it.
pub(super) const HOST_GATEWAY: &str = "host-gateway";

/// A build by its name and session.
pub(super) struct Named<'a> {
    /// The name under which it can be watched.
    pub(super) reference: &'a str,
    /// The session that it may ask.
    pub(super) session: &'a str,
    /// The address of the machine, where that is asked for.
    pub(super) gateway: Option<&'a str>,
}

/// The call that builds.
pub(super) fn request(
    spec: &BuildSpec,
    (sources, caches): (&Sources, &Caches),
    named: &Named<'_>,
) -> Result<SolveRequest, Error> {
    let attributes = attributes(spec, sources, named.gateway)?;
    let imports = &caches.imports;
    let tags = spec.tags.iter().map(|tag| reference(tag)).collect::<Result<Vec<_>, _>>()?;
    let mut frontend_attrs = attributes;
    if !imports.is_empty() {
        let list: Vec<_> =
            imports.iter().map(|entry| json!({ "Type": entry.r#type, "Attrs": entry.attrs })).collect();
        frontend_attrs.insert("cache-imports".to_owned(), json!(list).to_string());
    }
    Ok(SolveRequest {
        r#ref: named.reference.to_owned(),
        session: named.session.to_owned(),
        frontend: if sources.frontend.is_some() { GATEWAY } else { DOCKERFILE }.to_owned(),
        frontend_attrs: frontend_attrs.into_iter().collect(),
        exporter_deprecated: "moby".to_owned(),
        exporter_attrs_deprecated: [("name".to_owned(), tags.join(","))].into(),
        cache: Some(CacheOptions { exports: caches.exports.clone(), ..CacheOptions::default() }),
        entitlements: entitlements(spec),
        ..SolveRequest::default()
    })
}

fn reference(tag: &str) -> Result<String, Error> {
    let parsed = Reference::parse(tag);
    parsed
        .map(|parsed| parsed.with_default_tag().to_string())
        .map_err(|cause| Error::BadReference { reference: tag.to_owned(), cause })
}

fn attributes(
    spec: &BuildSpec,
    sources: &Sources,
    gateway: Option<&str>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut attributes = sources.attributes.clone();
    if let Some(image) = sources.frontend {
        attributes.insert("source".to_owned(), image.to_owned());
        attributes.insert("cmdline".to_owned(), image.to_owned());
    }
    let texts = [
        ("target", spec.target.clone()),
        ("force-network-mode", spec.network.clone()),
        ("platform", spec.platforms.join(",")),
        ("add-hosts", hosts(&spec.extra_hosts, gateway)?.join(",")),
        ("ulimit", ulimits(spec).join(",")),
        ("shm-size", if spec.shm_size > 0 { spec.shm_size.to_string() } else { String::new() }),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    attributes.extend(texts.map(|(name, text)| (name.to_owned(), text)));
    // Without names it holds for all stages.
    if spec.no_cache {
        attributes.insert("no-cache".to_owned(), String::new());
    } else if !spec.no_cache_filter.is_empty() {
        attributes.insert("no-cache".to_owned(), spec.no_cache_filter.join(","));
    }
    if pulls(spec) {
        attributes.insert("image-resolve-mode".to_owned(), "pull".to_owned());
    }
    for (name, value) in &spec.args {
        if let Some(value) = value {
            attributes.insert(format!("build-arg:{name}"), value.clone());
        }
    }
    attributes.extend(spec.labels.iter().map(|(name, value)| (format!("label:{name}"), value.clone())));
    for (name, value) in [("provenance", &spec.provenance), ("sbom", &spec.sbom)] {
        if let Some(value) = attestation(name, value) {
            attributes.insert(format!("attest:{name}"), value);
        }
    }
    Ok(attributes)
}

/// Base images are looked for at their registries: not where one is another service's, which no registry has.
pub(super) fn pulls(spec: &BuildSpec) -> bool {
    let own = |context: &BuildContext| matches!(context, BuildContext::Service { .. });
    spec.pull && !spec.additional_contexts.values().any(own)
}

/// What an attestation is asked to be, if it is asked for at all.
pub(super) fn attestation(name: &str, value: &str) -> Option<String> {
    match value {
        "" | "false" => None,
        "true" if name == "provenance" => Some("mode=min".to_owned()),
        "true" => Some(String::new()),
        other => Some(other.to_owned()),
    }
}

fn hosts(hosts: &[String], gateway: Option<&str>) -> Result<Vec<String>, Error> {
    let one = |host: &String| {
        let (name, address) = host.split_once(':').unwrap_or((host, ""));
        let address = match (address, gateway) {
            (HOST_GATEWAY, Some(gateway)) => gateway,
            (HOST_GATEWAY, None) => {
                return Err(Error::Unsupported(format!(
                    "`extra_hosts` wants the address of the machine itself for `{name}`, and this engine's builder does \
                     not tell it; write the address"
                )));
            }
            (address, _) => address.trim_matches(['[', ']']),
        };
        Ok(format!("{name}={address}"))
    };
    hosts.iter().map(one).collect()
}

fn ulimits(spec: &BuildSpec) -> Vec<String> {
    spec.ulimits.iter().map(|limit| format!("{}={}:{}", limit.name, limit.soft, limit.hard)).collect()
}

fn entitlements(spec: &BuildSpec) -> Vec<String> {
    let mut all = spec.entitlements.clone();
    let implied = [(spec.network == "host", "network.host"), (spec.privileged, "security.insecure")];
    for (_, name) in implied.into_iter().filter(|(implied, _)| *implied) {
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(spec: &BuildSpec) -> SolveRequest {
        let named = Named { reference: "r", session: "s", gateway: None };
        request(spec, (&Sources::default(), &Caches::open(spec).unwrap()), &named).unwrap()
    }

    #[test]
    fn what_the_file_says_becomes_attributes_of_the_frontend() {
        let spec = BuildSpec {
            tags: vec!["p-app".to_owned(), "host:5000/x:1".to_owned()],
            args: [("A".to_owned(), Some("b".to_owned())), ("UNSET".to_owned(), None)].into(),
            labels: [("l".to_owned(), "v".to_owned())].into(),
            extra_hosts: vec!["a:1.2.3.4".to_owned(), "six:[::1]".to_owned()],
            network: "host".to_owned(),
            no_cache_filter: vec!["one".to_owned(), "two".to_owned()],
            shm_size: 64,
            cache_from: vec!["image:1".to_owned()],
            cache_to: vec!["type=inline".to_owned()],
            pull: true,
            ..BuildSpec::default()
        };
        let asked = asked(&spec);
        let attribute = |name: &str| asked.frontend_attrs.get(name).map(String::as_str);
        let want = [
            ("build-arg:A", "b"),
            ("label:l", "v"),
            ("add-hosts", "a=1.2.3.4,six=::1"),
            ("force-network-mode", "host"),
            ("no-cache", "one,two"),
            ("shm-size", "64"),
            ("image-resolve-mode", "pull"),
            ("cache-imports", r#"[{"Type":"registry","Attrs":{"ref":"image:1"}}]"#),
        ];
        for (name, value) in want {
            assert_eq!(attribute(name), Some(value), "{name}");
        }
        assert_eq!(asked.frontend_attrs.len(), want.len());
        assert_eq!(asked.exporter_attrs_deprecated["name"], "docker.io/library/p-app:latest,host:5000/x:1");
        assert_eq!(asked.entitlements, ["network.host"]);
        assert_eq!(asked.cache.unwrap().exports[0].r#type, "inline");
    }

    #[test]
    fn a_base_that_another_service_builds_is_not_pulled() {
        let context = BuildContext::Service { service: "base".to_owned(), image: "p-base".to_owned() };
        let spec = BuildSpec {
            pull: true,
            additional_contexts: [("base".to_owned(), context)].into(),
            ..BuildSpec::default()
        };
        assert!(!asked(&spec).frontend_attrs.contains_key("image-resolve-mode"));
    }
}
