//! The top of a compose file, and what it holds besides services.

use super::kinds::{DRIVER_OPTIONS, PAIRS, PLAIN_OPTIONS, STRING, STRING_OR_SET, STRINGS, SWITCH, TEXT};
use super::service::{JOB, SERVICE};
use super::shape::{Key, Kinds, NameRule, Object, Shape};

pub(super) static ROOT: Object = Object::new(
    "a compose file",
    &[&[
        Key::new("version", TEXT),
        Key::new("name", TEXT),
        Key::new("include", Shape::list(&INCLUDE).or_null()),
        Key::new("services", Shape::map(&SERVICES)),
        Key::new("models", Shape::map(&MODELS)),
        Key::new("networks", Shape::map(&NETWORKS)),
        Key::new("volumes", Shape::map(&VOLUMES)),
        Key::new("secrets", Shape::map(&SECRETS)),
        Key::new("configs", Shape::map(&CONFIGS)),
        Key::new("jobs", Shape::map(&JOBS)),
    ]],
);

pub(super) static SERVICES: Object = Object::named("`services`", NameRule::Resource, &SERVICE_SHAPE);
static SERVICE_SHAPE: Shape = Shape::map(&SERVICE);
static JOBS: Object = Object::named("`jobs`", NameRule::Resource, &JOB_SHAPE);
static JOB_SHAPE: Shape = Shape::map(&JOB);

static INCLUDE: Shape = TEXT.or_null().or_map(&INCLUDE_MAP);
static INCLUDE_MAP: Object = Object::new(
    "an include",
    &[&[
        Key::new("path", STRING_OR_SET),
        Key::new("env_file", STRING_OR_SET),
        Key::new("project_directory", TEXT),
    ]],
)
.open();

static NETWORKS: Object = Object::named("`networks`", NameRule::Resource, &NETWORK_SHAPE);
static NETWORK_SHAPE: Shape = Shape::map(&NETWORK).or_null();
static NETWORK: Object = Object::new(
    "a network",
    &[&[
        Key::new("name", TEXT),
        Key::new("driver", TEXT),
        Key::new("driver_opts", DRIVER_OPTIONS),
        Key::new("ipam", Shape::map(&IPAM)),
        Key::new("external", SWITCH.or_map(&EXTERNAL)),
        Key::new("internal", SWITCH),
        Key::new("enable_ipv4", SWITCH),
        Key::new("enable_ipv6", SWITCH),
        Key::new("attachable", SWITCH),
        Key::new("labels", PAIRS),
    ]],
);
static EXTERNAL: Object = Object::new("`external`", &[&[Key::new("name", TEXT)]]);
static EXTERNAL_OPEN: Object = Object::new("`external`", &[&[Key::new("name", TEXT)]]).open();

static IPAM: Object = Object::new(
    "`ipam`",
    &[&[
        Key::new("driver", TEXT),
        Key::new("config", Shape::list(&POOL)),
        Key::new("options", Shape::map(&STRING_VALUES)),
    ]],
);
static POOL: Shape = Shape::map(&POOL_MAP);
static POOL_MAP: Object = Object::new(
    "an address pool",
    &[&[
        Key::new("subnet", TEXT),
        Key::new("ip_range", TEXT),
        Key::new("gateway", TEXT),
        Key::new("aux_addresses", Shape::map(&STRING_VALUES)),
    ]],
);
static STRING_VALUES: Object = Object::named("a mapping of keys to strings", NameRule::Some, &STRING);

static VOLUMES: Object = Object::named("`volumes`", NameRule::Resource, &VOLUME_SHAPE);
static VOLUME_SHAPE: Shape = Shape::map(&VOLUME).or_null();
static VOLUME: Object = Object::new(
    "a volume",
    &[&[
        Key::new("name", TEXT),
        Key::new("driver", TEXT),
        Key::new("driver_opts", DRIVER_OPTIONS),
        Key::new("external", SWITCH.or_map(&EXTERNAL)),
        Key::new("labels", PAIRS),
    ]],
);

static SECRETS: Object = Object::named("`secrets`", NameRule::Resource, &SECRET_SHAPE);
static SECRET_SHAPE: Shape = Shape::map(&SECRET);
static SECRET: Object = Object::new(
    "a secret",
    &[&[
        Key::new("name", TEXT),
        Key::new("environment", TEXT),
        Key::new("file", TEXT),
        Key::new("external", SWITCH.or_map(&EXTERNAL_OPEN)),
        Key::new("labels", PAIRS),
        Key::new("driver", TEXT),
        Key::new("driver_opts", PLAIN_OPTIONS),
        Key::new("template_driver", TEXT),
    ]],
);

static CONFIGS: Object = Object::named("`configs`", NameRule::Resource, &CONFIG_SHAPE);
static CONFIG_SHAPE: Shape = Shape::map(&CONFIG);
static CONFIG: Object = Object::new(
    "a config",
    &[&[
        Key::new("name", TEXT),
        Key::new("content", TEXT),
        Key::new("environment", TEXT),
        Key::new("file", TEXT),
        Key::new("external", SWITCH.or_map(&EXTERNAL_OPEN)),
        Key::new("labels", PAIRS),
        Key::new("template_driver", TEXT),
    ]],
);

static MODELS: Object = Object::named("`models`", NameRule::Resource, &MODEL_SHAPE);
static MODEL_SHAPE: Shape = Shape::map(&MODEL);
static MODEL: Object = Object::new(
    "a model",
    &[&[
        Key::new("name", TEXT),
        Key::new("model", TEXT),
        Key::new("context_size", Shape::scalar(Kinds::INTEGER)),
        Key::new("runtime_flags", STRINGS),
    ]],
)
.requires(&["model"]);
