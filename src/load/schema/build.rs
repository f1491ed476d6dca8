//! Building, ports and health: what services and jobs share beyond the container itself.

use super::container::{GRANTS, ULIMITS};
use super::kinds::{
    BOOL, DURATION, HOSTS, NUMBER, PAIRS, SIZE_WHOLE, STRING, STRING_OR_LIST, STRING_OR_SET,
    STRING_OR_WHOLE_ITEM, STRINGS, SWITCH, TEXT, VARIABLES, WHOLE,
};
use super::shape::{Key, Kinds, NameRule, Object, Shape};

pub(super) static WORKLOAD: [Key; 7] = [
    Key::new("build", TEXT.or_map(&BUILD)),
    Key::new("depends_on", Shape::set(&STRING).or_map(&DEPENDENCIES)),
    Key::new("healthcheck", Shape::map(&HEALTHCHECK)),
    Key::new("ports", Shape::set(&PORT)),
    Key::new("expose", Shape::set(&STRING_OR_WHOLE_ITEM)),
    Key::new("stdin_open", SWITCH),
    Key::new("tty", SWITCH),
];

static BUILD: Object = Object::new(
    "a build",
    &[&[
        Key::new("context", TEXT),
        Key::new("dockerfile", TEXT),
        Key::new("dockerfile_inline", TEXT),
        Key::new("entitlements", STRINGS),
        Key::new("args", VARIABLES),
        Key::new("ssh", PAIRS),
        Key::new("labels", PAIRS),
        Key::new("cache_from", STRINGS),
        Key::new("cache_to", STRINGS),
        Key::new("no_cache", SWITCH),
        Key::new("no_cache_filter", STRING_OR_SET),
        Key::new("additional_contexts", PAIRS),
        Key::new("network", TEXT),
        Key::new("provenance", Shape::scalar(Kinds::STRING.and(Kinds::BOOL))),
        Key::new("sbom", Shape::scalar(Kinds::STRING.and(Kinds::BOOL))),
        Key::new("pull", SWITCH),
        Key::new("target", TEXT),
        Key::new("shm_size", SIZE_WHOLE),
        Key::new("extra_hosts", HOSTS),
        Key::new("isolation", TEXT),
        Key::new("privileged", SWITCH),
        Key::new("secrets", GRANTS),
        Key::new("tags", STRINGS),
        Key::new("ulimits", ULIMITS),
        Key::new("platforms", STRINGS),
    ]],
);

static DEPENDENCIES: Object = Object::named("`depends_on`", NameRule::Resource, &DEPENDENCY);
static DEPENDENCY: Shape = Shape::map(&DEPENDENCY_MAP);
static DEPENDENCY_MAP: Object = Object::new(
    "a dependency",
    &[&[
        Key::new("restart", SWITCH),
        Key::new("required", BOOL),
        Key::new(
            "condition",
            Shape::words(&["service_started", "service_healthy", "service_completed_successfully"]),
        ),
    ]],
)
.requires(&["condition"]);

static HEALTHCHECK: Object = Object::new(
    "a health check",
    &[&[
        Key::new("disable", SWITCH),
        Key::new("interval", DURATION),
        Key::new("retries", NUMBER),
        Key::new("test", STRING_OR_LIST),
        Key::new("timeout", DURATION),
        Key::new("start_period", DURATION),
        Key::new("start_interval", DURATION),
    ]],
);

static PORT: Shape = Shape::scalar(Kinds::NUMBER.and(Kinds::STRING)).or_map(&PORT_MAP);
static PORT_MAP: Object = Object::new(
    "a port",
    &[&[
        Key::new("name", TEXT),
        Key::new("mode", TEXT),
        Key::new("host_ip", TEXT),
        Key::new("target", WHOLE),
        Key::new("published", Shape::scalar(Kinds::INTEGER.and(Kinds::STRING))),
        Key::new("protocol", TEXT),
        Key::new("app_protocol", TEXT),
    ]],
);
