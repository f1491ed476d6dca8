//! Volumes as rows, with the keys of docker's own listing.

use rcompose::resource::ObservedVolume;
use serde_json::{Value, json};

use super::format::Row;

/// The columns of the table: heading, and key of the row.
pub(crate) const COLUMNS: &[(&str, &str)] = &[("DRIVER", "Driver"), ("VOLUME NAME", "Name")];

/// The row of a volume.
pub(crate) fn row(volume: &ObservedVolume) -> Row {
    let labels: Vec<String> = volume.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    // What only clusters have, and what an engine tells only when it adds up disk usage.
    let unknown = "N/A";
    let fields = json!({
        "Availability": unknown,
        "Driver": volume.driver,
        "Group": unknown,
        "Labels": labels.join(","),
        "Links": unknown,
        "Mountpoint": volume.mountpoint,
        "Name": volume.name,
        "Scope": volume.scope,
        "Size": unknown,
        "Status": unknown,
    });
    let fields = if let Value::Object(fields) = fields { fields } else { serde_json::Map::new() };
    Row { fields, labels: volume.labels.clone() }
}
