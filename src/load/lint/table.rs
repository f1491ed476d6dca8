//! All lints.

use super::finding::Lint;
use super::{dependencies, exposure, health, images, outside, ports, secrets, storage, unused, words};
use crate::diag::Severity::{Advice, Error, Warning};

/// All that is looked for. Errors are what an engine will refuse when it comes to it.
pub const LINTS: &[Lint] = &[
    Lint {
        code: "start-interval-without-period",
        severity: Error,
        summary: "a health check has a `start_interval` but no `start_period`, which engines refuse",
        find: health::start_interval,
    },
    Lint {
        code: "slow-first-probe",
        severity: Warning,
        summary: "services wait for a health check whose first probe comes late",
        find: health::slow_first_probe,
    },
    Lint {
        code: "never-healthy",
        severity: Error,
        summary: "a service waits for a health check that is switched off",
        find: health::never_healthy,
    },
    Lint {
        code: "health-not-awaited",
        severity: Warning,
        summary: "a service depends on one with a health check, but does not wait for it",
        find: dependencies::health_not_awaited,
    },
    Lint {
        code: "never-completes",
        severity: Error,
        summary: "a service waits for the end of one that is always restarted",
        find: dependencies::never_completes,
    },
    Lint {
        code: "unpinned-image",
        severity: Warning,
        summary: "an image has no tag, or the tag `latest`",
        find: images::unpinned,
    },
    Lint {
        code: "exposed-database",
        severity: Warning,
        summary: "the port of a database is published on all addresses of the host",
        find: exposure::databases,
    },
    Lint {
        code: "privileged",
        severity: Warning,
        summary: "a container has all rights on the host",
        find: exposure::privileged,
    },
    Lint {
        code: "engine-socket",
        severity: Warning,
        summary: "a container can control the engine, and so the host",
        find: exposure::socket,
    },
    Lint {
        code: "host-root",
        severity: Warning,
        summary: "a container sees all files of the host",
        find: exposure::host_root,
    },
    Lint {
        code: "plain-secret",
        severity: Warning,
        summary: "what looks like a password or token stands in the file",
        find: secrets::plain,
    },
    Lint {
        code: "anonymous-volume",
        severity: Warning,
        summary: "data is kept in a volume without a name, which `down` leaves behind unseen",
        find: storage::anonymous,
    },
    Lint {
        code: "unused-resource",
        severity: Warning,
        summary: "a network, volume, secret, config or model is defined and not used",
        find: unused::resources,
    },
    Lint {
        code: "port-collision",
        severity: Error,
        summary: "two containers publish the same port of the host",
        find: ports::collisions,
    },
    Lint {
        code: "ports-on-host-network",
        severity: Warning,
        summary: "ports are published by a container that uses the network of the host, where that means nothing",
        find: ports::on_host_network,
    },
    Lint {
        code: "unknown-restart-policy",
        severity: Error,
        summary: "`restart` is none of the policies that engines know",
        find: words::restart,
    },
    Lint {
        code: "bad-container-name",
        severity: Error,
        summary: "a container name holds characters that engines refuse",
        find: words::container_name,
    },
    Lint { code: "bad-dns-address", severity: Error, summary: "`dns` is no IP address", find: words::dns },
    Lint {
        code: "path-outside-project",
        severity: Advice,
        summary: "a file that is read lies outside the project directory",
        find: outside::paths,
    },
    Lint {
        code: "unknown-lint",
        severity: Warning,
        summary: "`x-lint` names a lint that does not exist",
        find: words::unknown_lints,
    },
];
