//! What containers use as rows, with the keys of docker's own `stats`.

use rcompose::ops::ContainerUsage;
use serde_json::{Map, Value, json};

use super::format::Row;
use super::size::{binary_size, decimal_size};

/// The columns of the table: heading, and key of the row.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    ("CONTAINER ID", "ID"),
    ("NAME", "Name"),
    ("CPU %", "CPUPerc"),
    ("MEM USAGE / LIMIT", "MemUsage"),
    ("MEM %", "MemPerc"),
    ("NET I/O", "NetIO"),
    ("BLOCK I/O", "BlockIO"),
    ("PIDS", "PIDs"),
];

/// Characters of an id that are shown.
const ID: usize = 12;

/// The row of a container. `whole` keeps the id whole.
pub(crate) fn row(of: &ContainerUsage, whole: bool) -> Row {
    let usage = &of.usage;
    let id: String = if whole { of.id.clone() } else { of.id.chars().take(ID).collect() };
    let fields = json!({
        "BlockIO": format!("{} / {}", decimal_size(usage.read), decimal_size(usage.written)),
        "CPUPerc": format!("{:.2}%", usage.cpu_percent),
        "Container": of.id,
        "ID": id,
        "MemPerc": format!("{:.2}%", share(usage.memory, usage.memory_limit)),
        "MemUsage": format!("{} / {}", binary_size(usage.memory), binary_size(usage.memory_limit)),
        "Name": of.container,
        "NetIO": format!("{} / {}", decimal_size(usage.received), decimal_size(usage.sent)),
        "PIDs": usage.pids.to_string(),
    });
    let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
    Row { fields, ..Row::default() }
}

#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 }
}

#[cfg(test)]
mod tests {
    use rcompose::engine::Usage;

    use super::*;

    #[test]
    fn a_row_has_docker_s_keys_and_forms() {
        let usage = Usage {
            cpu_percent: 12.345,
            memory: 450_560,
            memory_limit: 1_048_576,
            received: 830,
            sent: 126,
            read: 0,
            written: 1_982_484,
            pids: 2,
        };
        let of = ContainerUsage { id: "b0a5ea8e8a27d849".to_owned(), container: "p-b-2".to_owned(), usage };
        let text = serde_json::to_string(&row(&of, false).fields).expect("JSON");
        assert_eq!(
            text,
            r#"{"BlockIO":"0B / 1.98MB","CPUPerc":"12.35%","Container":"b0a5ea8e8a27d849","ID":"b0a5ea8e8a27","MemPerc":"42.97%","MemUsage":"440KiB / 1MiB","Name":"p-b-2","NetIO":"830B / 126B","PIDs":"2"}"#
        );
        assert_eq!(row(&of, true).fields["ID"], "b0a5ea8e8a27d849");
    }
}
