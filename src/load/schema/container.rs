//! What anything that runs a container takes: services, jobs, and what runs before a start.

use super::kinds::{
    BOOL, COMMAND, DRIVER_OPTIONS, DURATION, HOSTS, NUMBER, PAIRS, SIZE, SIZE_WHOLE, STORAGE_OPTIONS, STRING,
    STRING_OR_LIST, STRING_OR_SET, STRING_OR_WHOLE_ITEM, STRING_SET, SWITCH, TEXT, VARIABLES, WHOLE,
};
use super::shape::{Key, Kinds, NameRule, Object, Pattern, Shape};

pub(super) static CONTAINER: [Key; 72] = [
    Key::new("annotations", PAIRS),
    Key::new("blkio_config", Shape::map(&BLKIO)),
    Key::new("cap_add", STRING_SET),
    Key::new("cap_drop", STRING_SET),
    Key::new("cgroup", Shape::words(&["host", "private"])),
    Key::new("cgroup_parent", TEXT),
    Key::new("command", COMMAND),
    Key::new("configs", GRANTS),
    Key::new("cpu_count", WHOLE.within(0, i64::MAX)),
    Key::new("cpu_percent", WHOLE.within(0, 100)),
    Key::new("cpu_shares", NUMBER),
    Key::new("cpu_quota", NUMBER),
    Key::new("cpu_period", NUMBER),
    Key::new("cpu_rt_period", NUMBER),
    Key::new("cpu_rt_runtime", NUMBER),
    Key::new("cpus", NUMBER),
    Key::new("cpuset", TEXT),
    Key::new("credential_spec", Shape::map(&CREDENTIAL_SPEC)),
    Key::new("device_cgroup_rules", STRING_SET),
    Key::new("devices", Shape::list(&DEVICE)),
    Key::new("dns", STRING_OR_SET),
    Key::new("dns_opt", STRING_SET),
    Key::new("dns_search", STRING_OR_SET),
    Key::new("domainname", TEXT),
    Key::new("entrypoint", COMMAND),
    Key::new("env_file", TEXT.or_list(&ENV_FILE)),
    Key::new("label_file", STRING_OR_LIST),
    Key::new("environment", VARIABLES),
    Key::new("extra_hosts", HOSTS),
    Key::new("gpus", Shape::words(&["all"]).or_list(&GPU)),
    Key::new("group_add", Shape::set(&STRING_OR_WHOLE_ITEM)),
    Key::new("hostname", TEXT),
    Key::new("image", TEXT),
    Key::new("init", SWITCH),
    Key::new("ipc", TEXT),
    Key::new("isolation", TEXT),
    Key::new("labels", PAIRS),
    Key::new("logging", Shape::map(&LOGGING)),
    Key::new("mac_address", TEXT),
    Key::new("mem_limit", SIZE),
    Key::new("mem_reservation", SIZE_WHOLE),
    Key::new("mem_swappiness", SIZE_WHOLE),
    Key::new("memswap_limit", SIZE),
    Key::new("network_mode", TEXT),
    Key::new("models", Shape::set(&STRING).or_map(&MODEL_USES)),
    Key::new("networks", Shape::set(&STRING).or_map(&NETWORK_USES)),
    Key::new("oom_kill_disable", SWITCH),
    Key::new("oom_score_adj", WHOLE.within(-1000, 1000)),
    Key::new("pid", TEXT.or_null()),
    Key::new("pids_limit", NUMBER),
    Key::new("platform", TEXT),
    Key::new("privileged", SWITCH),
    Key::new("pull_policy", TEXT.like(Pattern::PullPolicy)),
    Key::new("pull_refresh_after", TEXT.unread()),
    Key::new("read_only", SWITCH),
    Key::new("runtime", TEXT),
    Key::new("security_opt", STRING_SET),
    Key::new("shm_size", SIZE),
    Key::new("secrets", GRANTS),
    Key::new("sysctls", PAIRS),
    Key::new("stop_grace_period", DURATION),
    Key::new("stop_signal", TEXT),
    Key::new("storage_opt", STORAGE_OPTIONS),
    Key::new("tmpfs", STRING_OR_SET),
    Key::new("ulimits", ULIMITS),
    Key::new("use_api_socket", BOOL),
    Key::new("user", TEXT),
    Key::new("uts", TEXT),
    Key::new("userns_mode", TEXT),
    Key::new("volumes", Shape::set(&MOUNT)),
    Key::new("volumes_from", STRING_SET),
    Key::new("working_dir", TEXT),
];

static BLKIO: Object = Object::new(
    "`blkio_config`",
    &[&[
        Key::new("device_read_bps", Shape::list(&BLKIO_LIMIT)),
        Key::new("device_read_iops", Shape::list(&BLKIO_LIMIT)),
        Key::new("device_write_bps", Shape::list(&BLKIO_LIMIT)),
        Key::new("device_write_iops", Shape::list(&BLKIO_LIMIT)),
        Key::new("weight", WHOLE),
        Key::new("weight_device", Shape::list(&BLKIO_WEIGHT)),
    ]],
)
.plain();
static BLKIO_LIMIT: Shape = Shape::map(&BLKIO_LIMIT_MAP);
static BLKIO_LIMIT_MAP: Object =
    Object::new("a limit of a device", &[&[Key::new("path", TEXT), Key::new("rate", SIZE_WHOLE)]]).plain();
static BLKIO_WEIGHT: Shape = Shape::map(&BLKIO_WEIGHT_MAP);
static BLKIO_WEIGHT_MAP: Object =
    Object::new("a weight of a device", &[&[Key::new("path", TEXT), Key::new("weight", WHOLE)]]).plain();

static CREDENTIAL_SPEC: Object = Object::new(
    "a credential spec",
    &[&[Key::new("config", TEXT), Key::new("file", TEXT), Key::new("registry", TEXT)]],
);

static DEVICE: Shape = TEXT.or_map(&DEVICE_MAP);
static DEVICE_MAP: Object = Object::new(
    "a device",
    &[&[Key::new("source", TEXT), Key::new("target", TEXT), Key::new("permissions", TEXT)]],
)
.requires(&["source"]);

static ENV_FILE: Shape = TEXT.or_map(&ENV_FILE_MAP);
static ENV_FILE_MAP: Object = Object::new(
    "an env file",
    &[&[Key::new("path", TEXT), Key::new("format", TEXT), Key::new("required", SWITCH)]],
)
.plain()
.requires(&["path"]);

static GPU: Shape = Shape::map(&GPU_MAP);
static GPU_MAP: Object = Object::new("a GPU request", &[&DEVICE_REQUEST]).open();

/// A request for devices by what they can do; shared by `gpus` and `deploy.resources.reservations.devices`.
pub(super) static DEVICE_REQUEST: [Key; 5] = [
    Key::new("capabilities", STRING_SET),
    Key::new("count", WHOLE),
    Key::new("device_ids", STRING_SET),
    Key::new("driver", TEXT),
    Key::new("options", PAIRS),
];

static LOGGING: Object =
    Object::new("`logging`", &[&[Key::new("driver", TEXT), Key::new("options", Shape::map(&LOG_OPTIONS))]]);
static LOG_OPTIONS: Object = Object::named("`options`", NameRule::Some, &LOG_OPTION).open();
static LOG_OPTION: Shape = Shape::scalar(Kinds::STRING.and(Kinds::NUMBER).and(Kinds::NULL)).or_time();

static MODEL_USES: Object = Object::named("`models`", NameRule::Resource, &MODEL_USE).open();
static MODEL_USE: Shape = Shape::map(&MODEL_USE_MAP).or_null();
static MODEL_USE_MAP: Object =
    Object::new("the use of a model", &[&[Key::new("endpoint_var", TEXT), Key::new("model_var", TEXT)]]);

static NETWORK_USES: Object = Object::named("`networks`", NameRule::Resource, &NETWORK_USE);
static NETWORK_USE: Shape = Shape::map(&NETWORK_USE_MAP).or_null();
static NETWORK_USE_MAP: Object = Object::new(
    "the use of a network",
    &[&[
        Key::new("aliases", STRING_SET),
        Key::new("interface_name", TEXT),
        Key::new("ipv4_address", TEXT),
        Key::new("ipv6_address", TEXT),
        Key::new("link_local_ips", STRING_SET),
        Key::new("mac_address", TEXT),
        Key::new("driver_opts", DRIVER_OPTIONS),
        Key::new("priority", Shape::scalar(Kinds::NUMBER)),
        Key::new("gw_priority", Shape::scalar(Kinds::NUMBER)),
    ]],
);

/// Secrets or configs that a container may read.
pub(super) const GRANTS: Shape = Shape::list(&GRANT);
static GRANT: Shape = TEXT.or_map(&GRANT_MAP);
static GRANT_MAP: Object = Object::new(
    "the use of a secret or config",
    &[&[
        Key::new("source", TEXT),
        Key::new("target", TEXT),
        Key::new("uid", TEXT),
        Key::new("gid", TEXT),
        Key::new("mode", Shape::scalar(Kinds::INTEGER.and(Kinds::STRING))),
    ]],
);

pub(super) const ULIMITS: Shape = Shape::map(&ULIMITS_MAP);
static ULIMITS_MAP: Object = Object::named("`ulimits`", NameRule::Lowercase, &ULIMIT).open();
static ULIMIT: Shape = WHOLE.or_map(&ULIMIT_MAP);
static ULIMIT_MAP: Object = Object::new("a limit", &[&[Key::new("hard", WHOLE), Key::new("soft", WHOLE)]])
    .requires(&["soft", "hard"]);

static MOUNT: Shape = TEXT.or_map(&MOUNT_MAP);
static MOUNT_MAP: Object = Object::new(
    "a mount",
    &[&[
        Key::new("type", Shape::words(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"])),
        Key::new("source", TEXT),
        Key::new("target", TEXT),
        Key::new("read_only", SWITCH),
        Key::new("consistency", TEXT),
        Key::new("bind", Shape::map(&MOUNT_BIND)),
        Key::new("volume", Shape::map(&MOUNT_VOLUME)),
        Key::new("tmpfs", Shape::map(&MOUNT_TMPFS)),
        Key::new("image", Shape::map(&MOUNT_IMAGE)),
    ]],
)
.requires(&["type"]);
static MOUNT_BIND: Object = Object::new(
    "`bind`",
    &[&[
        Key::new("propagation", TEXT),
        Key::new("create_host_path", SWITCH),
        Key::new("recursive", Shape::words(&["enabled", "disabled", "writable", "readonly"])),
        Key::new("selinux", Shape::words(&["z", "Z"])),
    ]],
);
static MOUNT_VOLUME: Object = Object::new(
    "the `volume` of a mount",
    &[&[Key::new("labels", PAIRS), Key::new("nocopy", SWITCH), Key::new("subpath", TEXT)]],
);
static MOUNT_TMPFS: Object = Object::new(
    "the `tmpfs` of a mount",
    &[&[Key::new("size", TMPFS_SIZE), Key::new("mode", Shape::scalar(Kinds::INTEGER.and(Kinds::STRING)))]],
);
const TMPFS_SIZE: Shape = SIZE_WHOLE.within(0, i64::MAX);
static MOUNT_IMAGE: Object = Object::new("the `image` of a mount", &[&[Key::new("subpath", TEXT)]]);

/// A command that runs inside a container, or beside one.
pub(super) static HOOK_MAP: Object = Object::new(
    "a hook",
    &[&[
        Key::new("command", COMMAND),
        Key::new("user", TEXT),
        Key::new("privileged", SWITCH),
        Key::new("working_dir", TEXT),
        Key::new("environment", VARIABLES),
    ]],
)
.requires(&["command"]);
