//! The answer to `docker`'s first question to a plugin.

use serde_json::json;

/// Version of docker's protocol with its plugins.
const SCHEMA: &str = "0.1.0";

/// What kind of plugin this is, as `docker` reads it.
pub(crate) fn text() -> String {
    let object = json!({
        "SchemaVersion": SCHEMA,
        "Vendor": "rcompose",
        "Version": concat!("v", env!("CARGO_PKG_VERSION")),
        "ShortDescription": "Docker Compose by rcompose",
    });
    format!("{object}\n")
}
