//! `deploy` and `develop`.

use super::container::{DEVICE_REQUEST, HOOK_MAP};
use super::kinds::{BOOL, DURATION, NUMBER, PAIRS, SIZE_TEXT, STRING_OR_SET, STRINGS, TEXT, WHOLE};
use super::shape::{Key, Object, Shape};

pub(super) static DEPLOY: Object = Object::new(
    "`deploy`",
    &[&[
        Key::new("mode", TEXT),
        Key::new("endpoint_mode", TEXT),
        Key::new("replicas", WHOLE),
        Key::new("labels", PAIRS),
        Key::new("rollback_config", Shape::map(&ROLLOUT)),
        Key::new("update_config", Shape::map(&ROLLOUT)),
        Key::new("resources", Shape::map(&RESOURCES)),
        Key::new("restart_policy", Shape::map(&RESTART_POLICY)),
        Key::new("placement", Shape::map(&PLACEMENT)),
    ]],
);

static ROLLOUT: Object = Object::new(
    "a rollout",
    &[&[
        Key::new("parallelism", WHOLE),
        Key::new("delay", DURATION),
        Key::new("failure_action", TEXT),
        Key::new("monitor", DURATION),
        Key::new("max_failure_ratio", NUMBER),
        Key::new("order", Shape::words(&["start-first", "stop-first"])),
    ]],
);

static RESOURCES: Object = Object::new(
    "`resources`",
    &[&[Key::new("limits", Shape::map(&LIMITS)), Key::new("reservations", Shape::map(&RESERVATIONS))]],
);
static LIMITS: Object = Object::new(
    "`limits`",
    &[&[Key::new("cpus", NUMBER), Key::new("memory", SIZE_TEXT), Key::new("pids", WHOLE)]],
);
static RESERVATIONS: Object = Object::new(
    "`reservations`",
    &[&[
        Key::new("cpus", NUMBER),
        Key::new("memory", SIZE_TEXT),
        Key::new("generic_resources", Shape::list(&GENERIC_RESOURCE)),
        Key::new("devices", Shape::list(&DEVICES)),
    ]],
);
static DEVICES: Shape = Shape::map(&DEVICES_MAP);
static DEVICES_MAP: Object =
    Object::new("a device reservation", &[&DEVICE_REQUEST]).requires(&["capabilities"]);
static GENERIC_RESOURCE: Shape = Shape::map(&GENERIC_RESOURCE_MAP);
static GENERIC_RESOURCE_MAP: Object =
    Object::new("a generic resource", &[&[Key::new("discrete_resource_spec", Shape::map(&DISCRETE))]]);
static DISCRETE: Object =
    Object::new("a discrete resource", &[&[Key::new("kind", TEXT), Key::new("value", NUMBER)]]);

static RESTART_POLICY: Object = Object::new(
    "a restart policy",
    &[&[
        Key::new("condition", TEXT),
        Key::new("delay", DURATION),
        Key::new("max_attempts", WHOLE),
        Key::new("window", DURATION),
    ]],
);

static PLACEMENT: Object = Object::new(
    "`placement`",
    &[&[
        Key::new("constraints", STRINGS),
        Key::new("preferences", Shape::list(&PREFERENCE)),
        Key::new("max_replicas_per_node", WHOLE),
    ]],
);
static PREFERENCE: Shape = Shape::map(&PREFERENCE_MAP);
static PREFERENCE_MAP: Object = Object::new("a placement preference", &[&[Key::new("spread", TEXT)]]);

pub(super) static DEVELOP: Object = Object::new("`develop`", &[&[Key::new("watch", Shape::list(&WATCH))]]);
static WATCH: Shape = Shape::map(&WATCH_MAP);
static WATCH_MAP: Object = Object::new(
    "a watch rule",
    &[&[
        Key::new("ignore", STRING_OR_SET),
        Key::new("include", STRING_OR_SET),
        Key::new("path", TEXT),
        Key::new("action", Shape::words(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"])),
        Key::new("target", TEXT),
        Key::new("exec", Shape::map(&HOOK_MAP)),
        Key::new("initial_sync", BOOL),
    ]],
)
.requires(&["path", "action"]);
