//! One container looked at closely.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::observe::{ListedMount, health, nullable, state};
use super::wire::segment;
use super::{Engine, Error};
use crate::resource::{ContainerDetails, HealthTest, ObservedMount, Probe};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    state: InspectedState,
    #[serde(default, deserialize_with = "nullable")]
    restart_count: i64,
    #[serde(default, deserialize_with = "nullable")]
    mounts: Vec<ListedMount>,
    #[serde(default, deserialize_with = "nullable")]
    config: InspectedConfig,
    #[serde(default, deserialize_with = "nullable")]
    host_config: InspectedHostConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedState {
    #[serde(default, deserialize_with = "nullable")]
    status: String,
    #[serde(default, rename = "OOMKilled", deserialize_with = "nullable")]
    oom_killed: bool,
    #[serde(default, deserialize_with = "nullable")]
    exit_code: i64,
    #[serde(default, deserialize_with = "nullable")]
    pid: i64,
    #[serde(default, deserialize_with = "nullable")]
    error: String,
    #[serde(default, deserialize_with = "nullable")]
    started_at: String,
    #[serde(default, deserialize_with = "nullable")]
    finished_at: String,
    #[serde(default, deserialize_with = "nullable")]
    health: InspectedHealth,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedHealth {
    #[serde(default, deserialize_with = "nullable")]
    status: String,
    #[serde(default, deserialize_with = "nullable")]
    log: Vec<InspectedProbe>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedProbe {
    #[serde(default, deserialize_with = "nullable")]
    start: String,
    #[serde(default, deserialize_with = "nullable")]
    end: String,
    #[serde(default, deserialize_with = "nullable")]
    exit_code: i64,
    #[serde(default, deserialize_with = "nullable")]
    output: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedConfig {
    #[serde(default, deserialize_with = "nullable")]
    tty: bool,
    #[serde(default, deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    healthcheck: InspectedHealthcheck,
    #[serde(default, deserialize_with = "nullable")]
    shell: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedHealthcheck {
    #[serde(default, deserialize_with = "nullable")]
    test: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    interval: u64,
    #[serde(default, deserialize_with = "nullable")]
    timeout: u64,
}

/// What the daemon takes for an interval and a timeout that nobody gave.
const USUAL: Duration = Duration::from_secs(30);

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedHostConfig {
    #[serde(default, deserialize_with = "nullable")]
    log_config: InspectedLogConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedLogConfig {
    #[serde(default, rename = "Type", deserialize_with = "nullable")]
    driver: String,
}

impl Engine {
    /// Looks at one container closely.
    pub async fn inspect_container(&self, container: &str) -> Result<ContainerDetails, Error> {
        let path = format!("/containers/{}/json", segment(container));
        let inspected: Inspected = self.wire.get(path).answer().await?;
        Ok(inspected.into())
    }

    /// The same as the daemon wrote it, with all that our own type leaves out.
    pub async fn inspect_container_raw(&self, container: &str) -> Result<serde_json::Value, Error> {
        self.wire.get(format!("/containers/{}/json", segment(container))).answer().await
    }
}

impl From<Inspected> for ContainerDetails {
    fn from(inspected: Inspected) -> Self {
        let now = inspected.state;
        Self {
            id: inspected.id,
            name: inspected.name.trim_start_matches('/').to_owned(),
            state: state(&now.status, ""),
            health: health(&now.health.status),
            exit_code: now.exit_code,
            oom_killed: now.oom_killed,
            error: now.error,
            started_at: now.started_at,
            finished_at: now.finished_at,
            restart_count: inspected.restart_count,
            probes: now.health.log.into_iter().map(Probe::from).collect(),
            health_test: health_test(inspected.config.healthcheck, inspected.config.shell),
            tty: inspected.config.tty,
            log_driver: inspected.host_config.log_config.driver,
            pid: now.pid,
            mounts: inspected.mounts.into_iter().map(ObservedMount::from).collect(),
            labels: inspected.config.labels,
        }
    }
}

fn health_test(check: InspectedHealthcheck, shell: Vec<String>) -> HealthTest {
    let off = check.test.first().is_some_and(|word| word == "NONE");
    let or_usual = |nanoseconds| if nanoseconds == 0 { USUAL } else { Duration::from_nanos(nanoseconds) };
    HealthTest {
        test: if off { Vec::new() } else { check.test },
        shell,
        interval: or_usual(check.interval),
        timeout: or_usual(check.timeout),
    }
}

impl From<InspectedProbe> for Probe {
    fn from(probe: InspectedProbe) -> Self {
        Self { start: probe.start, end: probe.end, exit_code: probe.exit_code, output: probe.output }
    }
}
