//! Services and jobs.

use super::build::WORKLOAD;
use super::container::{CONTAINER, HOOK_MAP};
use super::deploy::{DEPLOY, DEVELOP};
use super::kinds::{STRING_SET, SWITCH, TEXT, WHOLE};
use super::shape::{Key, Kinds, NameRule, Object, Pattern, Shape};

pub(super) static SERVICE: Object = Object::new("a service", &[&SERVICE_ONLY, &WORKLOAD, &CONTAINER]);

static SERVICE_ONLY: [Key; 14] = [
    Key::new("deploy", Shape::map(&DEPLOY).or_null()),
    Key::new("develop", Shape::map(&DEVELOP).or_null()),
    Key::new("profiles", STRING_SET),
    Key::new("restart", TEXT),
    Key::new("scale", WHOLE),
    Key::new("attach", SWITCH),
    Key::new("container_name", TEXT.like(Pattern::ContainerName)),
    Key::new("provider", Shape::map(&PROVIDER)),
    Key::new("extends", TEXT.or_map(&EXTENDS)),
    Key::new("links", STRING_SET),
    Key::new("external_links", STRING_SET),
    Key::new("pre_start", Shape::list(&PRE_START)),
    Key::new("post_start", Shape::list(&HOOK)),
    Key::new("pre_stop", Shape::list(&HOOK)),
];

static EXTENDS: Object = Object::new("`extends`", &[&[Key::new("service", TEXT), Key::new("file", TEXT)]])
    .plain()
    .requires(&["service"]);
static HOOK: Shape = Shape::map(&HOOK_MAP);
static PRE_START: Shape = Shape::map(&PRE_START_MAP);
static PRE_START_MAP: Object =
    Object::new("a `pre_start` container", &[&[Key::new("per_replica", SWITCH)], &CONTAINER]);

static PROVIDER: Object = Object::new(
    "a provider",
    &[&[Key::new("type", TEXT), Key::new("options", Shape::map(&PROVIDER_OPTIONS))]],
)
.requires(&["type"]);
static PROVIDER_OPTIONS: Object =
    Object::named("the `options` of a provider", NameRule::Some, &PROVIDER_OPTION).open();
static PROVIDER_OPTION: Shape = OPTION_VALUE.or_list(&PROVIDER_VALUE);
static PROVIDER_VALUE: Shape = OPTION_VALUE;
const OPTION_VALUE: Shape = Shape::scalar(Kinds::STRING.and(Kinds::NUMBER).and(Kinds::BOOL)).or_time();

pub(super) static JOB: Object =
    Object::new("a job", &[&JOB_ONLY, &WORKLOAD, &CONTAINER]).requires(&["triggers"]);
static JOB_ONLY: [Key; 2] = [Key::new("profiles", STRING_SET), Key::new("triggers", Shape::map(&TRIGGERS))];
static TRIGGERS: Object =
    Object::new("`triggers`", &[&[Key::new("manual", SWITCH), Key::new("schedule", Shape::list(&SCHEDULE))]])
        .requires_any(&["manual", "schedule"]);
static SCHEDULE: Shape = TEXT.or_map(&SCHEDULE_MAP);
static SCHEDULE_MAP: Object = Object::new(
    "a schedule",
    &[&[
        Key::new("cron", TEXT),
        Key::new("timezone", TEXT),
        Key::new("concurrency", Shape::words(&["forbid", "queue"])),
        Key::new("missed_fires", Shape::words(&["one", "skip"])),
    ]],
)
.requires(&["cron"]);
