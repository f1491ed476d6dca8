//! What runs in a container, and what it uses.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::observe::nullable;
use super::streams::{Flow, json_lines};
use super::wire::segment;
use super::{Engine, Error};

/// The processes of a container, as `ps` prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Processes {
    /// Names of the columns.
    #[serde(default, deserialize_with = "nullable")]
    pub titles: Vec<String>,
    /// Rows, as wide as the titles.
    #[serde(default, deserialize_with = "nullable")]
    pub processes: Vec<Vec<String>>,
}

/// What a container uses at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Percent of one processor, since the moment before.
    pub cpu_percent: f64,
    /// Bytes of memory, without what is only kept from files.
    pub memory: u64,
    /// Bytes of memory that it may use.
    pub memory_limit: u64,
    /// Bytes received, since its start.
    pub received: u64,
    /// Bytes sent, since its start.
    pub sent: u64,
    /// Bytes read from devices, since its start.
    pub read: u64,
    /// Bytes written to devices, since its start.
    pub written: u64,
    /// Processes and threads.
    pub pids: u64,
}

#[derive(Default, Deserialize)]
struct Sample {
    #[serde(default, deserialize_with = "nullable")]
    cpu_stats: Cpu,
    #[serde(default, deserialize_with = "nullable")]
    precpu_stats: Cpu,
    #[serde(default, deserialize_with = "nullable")]
    memory_stats: Memory,
    #[serde(default, deserialize_with = "nullable")]
    networks: BTreeMap<String, Network>,
    #[serde(default, deserialize_with = "nullable")]
    blkio_stats: Blocks,
    #[serde(default, deserialize_with = "nullable")]
    pids_stats: Pids,
}

#[derive(Default, Deserialize)]
struct Cpu {
    #[serde(default, rename = "cpu_usage", deserialize_with = "nullable")]
    usage: CpuUsage,
    #[serde(default, rename = "system_cpu_usage", deserialize_with = "nullable")]
    system: u64,
    #[serde(default, deserialize_with = "nullable")]
    online_cpus: u32,
}

#[derive(Default, Deserialize)]
struct CpuUsage {
    #[serde(default, rename = "total_usage", deserialize_with = "nullable")]
    total: u64,
}

#[derive(Default, Deserialize)]
struct Memory {
    #[serde(default, deserialize_with = "nullable")]
    usage: u64,
    #[serde(default, deserialize_with = "nullable")]
    limit: u64,
    #[serde(default, deserialize_with = "nullable")]
    stats: BTreeMap<String, u64>,
}

#[derive(Default, Deserialize)]
struct Network {
    #[serde(default, deserialize_with = "nullable")]
    rx_bytes: u64,
    #[serde(default, deserialize_with = "nullable")]
    tx_bytes: u64,
}

#[derive(Default, Deserialize)]
struct Blocks {
    #[serde(default, deserialize_with = "nullable")]
    io_service_bytes_recursive: Vec<Block>,
}

#[derive(Default, Deserialize)]
struct Block {
    #[serde(default, deserialize_with = "nullable")]
    op: String,
    #[serde(default, deserialize_with = "nullable")]
    value: u64,
}

#[derive(Default, Deserialize)]
struct Pids {
    #[serde(default, deserialize_with = "nullable")]
    current: u64,
}

impl Engine {
    /// The processes of a container that runs; `arguments` are for `ps`, empty for the engine's own.
    pub async fn processes(&self, container: &str, arguments: &str) -> Result<Processes, Error> {
        let mut call = self.wire.get(format!("/containers/{}/top", segment(container)));
        if !arguments.is_empty() {
            call = call.query("ps_args", arguments);
        }
        let told: Processes = call.answer().await?;
        Ok(told.in_columns())
    }

    /// What a container uses, about once a second; only once (after the second that the daemon needs) if not `follow`.
    pub async fn usage(&self, container: &str, follow: bool) -> Result<Flow<Usage>, Error> {
        let path = format!("/containers/{}/stats", segment(container));
        let name = format!("GET {path}");
        let call = self.wire.get(path).query("stream", if follow { "1" } else { "0" });
        let body = call.response().await?.into_body();
        let samples = json_lines::<Sample>(Flow::of_body(body, name.clone()), name);
        Ok(Flow::new(futures_util::StreamExt::map(samples, |sample| {
            sample.map(|sample| Usage::from(&sample))
        })))
    }
}

impl Processes {
    /// Podman 4 gives each line whole.
    fn in_columns(self) -> Self {
        let [title] = &self.titles[..] else { return self };
        let titles: Vec<String> = title.split_whitespace().map(ToOwned::to_owned).collect();
        if titles.len() < 2 {
            return self;
        }
        let columns = |row: Vec<String>| {
            let line = row.join(" ");
            let mut words = line.split_whitespace();
            let mut cells: Vec<String> =
                words.by_ref().take(titles.len() - 1).map(ToOwned::to_owned).collect();
            cells.push(words.collect::<Vec<_>>().join(" "));
            cells
        };
        let processes = self.processes.into_iter().map(columns).collect();
        Self { titles, processes }
    }
}

impl From<&Sample> for Usage {
    fn from(sample: &Sample) -> Self {
        let blocks = |wanted: &str| {
            let found = sample.blkio_stats.io_service_bytes_recursive.iter();
            found.filter(|block| block.op.eq_ignore_ascii_case(wanted)).map(|block| block.value).sum()
        };
        Self {
            cpu_percent: cpu_percent(&sample.precpu_stats, &sample.cpu_stats),
            memory: sample.memory_stats.used(),
            memory_limit: sample.memory_stats.limit,
            received: sample.networks.values().map(|network| network.rx_bytes).sum(),
            sent: sample.networks.values().map(|network| network.tx_bytes).sum(),
            read: blocks("read"),
            written: blocks("write"),
            pids: sample.pids_stats.current,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a second needs no more than 53 bits")]
fn cpu_percent(before: &Cpu, now: &Cpu) -> f64 {
    let used = now.usage.total.saturating_sub(before.usage.total);
    let passed = now.system.saturating_sub(before.system);
    // The first sample of a stream has nothing before it.
    if passed == 0 || before.system == 0 {
        return 0.0;
    }
    used as f64 / passed as f64 * f64::from(now.online_cpus.max(1)) * 100.0
}

impl Memory {
    /// Without pages of files that can go at any time; both generations of control groups name them differently.
    fn used(&self) -> u64 {
        let files = self.stats.get("total_inactive_file").or_else(|| self.stats.get("inactive_file"));
        files.filter(|files| **files < self.usage).map_or(self.usage, |files| self.usage - files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_counted_as_the_docker_command_line_does() {
        let sample: Sample = serde_json::from_str(
            r#"{"cpu_stats":{"cpu_usage":{"total_usage":300},"system_cpu_usage":2000,"online_cpus":4},
                "precpu_stats":{"cpu_usage":{"total_usage":100},"system_cpu_usage":1000},
                "memory_stats":{"usage":1000,"limit":5000,"stats":{"inactive_file":200}},
                "networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10,"tx_bytes":20}},
                "blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":5},{"op":"write","value":7}]},
                "pids_stats":{"current":3}}"#,
        )
        .unwrap();
        let want = Usage {
            cpu_percent: 80.0,
            memory: 800,
            memory_limit: 5000,
            received: 11,
            sent: 22,
            read: 5,
            written: 7,
            pids: 3,
        };
        assert_eq!(Usage::from(&sample), want);
        // A container that does not run is told with nothing in it.
        let empty: Sample =
            serde_json::from_str(r#"{"memory_stats":{},"blkio_stats":{"io_service_bytes_recursive":null}}"#)
                .unwrap();
        assert_eq!(Usage::from(&empty), Usage::default());
    }
}
