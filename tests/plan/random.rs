//! Stacks out of a hat: whatever was there, whatever is wanted, and in whatever order the steps are done that wait for
//! nothing, a plan can be carried out, and nothing is left to do after it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use rcompose::model::Project;
use rcompose::plan::{Listing, PullChoice, UpPolicy, reconcile};
use rcompose::resource::{Condition, ContainerState, Desired};
use serde_json::{Value, json};

use crate::case::{complete, desired, supply};
use crate::world::{World, image_id};

/// One service out of the hat.
#[derive(Clone, Debug)]
struct Drawn {
    image: u8,
    command: u8,
    scale: u8,
    checked: bool,
    job: bool,
    /// For each earlier service: whether this one waits for it, and whether it follows its restarts.
    waits: Vec<(bool, bool)>,
    /// Lives in the namespace of the service before it.
    shares: bool,
    volume: Option<u8>,
    back: bool,
    publishes: bool,
}

/// A stack out of the hat.
#[derive(Clone, Debug)]
struct Stack {
    services: Vec<Drawn>,
    /// Ports go round by this.
    rotation: usize,
    /// Variants of the networks and of the volumes: their labels, and their names.
    networks: (u8, bool),
    volumes: (u8, bool),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn service() -> impl Strategy<Value = Drawn> {
    let what = (0..2u8, 0..2u8, 0..3u8, any::<bool>(), prop::bool::weighted(0.2));
    let around = (
        prop::collection::vec((any::<bool>(), any::<bool>()), 4),
        prop::bool::weighted(0.3),
        prop::option::of(0..2u8),
        any::<bool>(),
        any::<bool>(),
    );
    (what, around).prop_map(
        |((image, command, scale, checked, job), (waits, shares, volume, back, publishes))| Drawn {
            image,
            command,
            scale,
            checked,
            job,
            waits,
            shares,
            volume,
            back,
            publishes,
        },
    )
}

fn stack() -> impl Strategy<Value = Stack> {
    let variant = || (0..2u8, prop::bool::weighted(0.2));
    (prop::collection::vec(service(), 4), 0..4usize, variant(), variant())
        .prop_map(|(services, rotation, networks, volumes)| Stack { services, rotation, networks, volumes })
}

impl Stack {
    /// Jobs end, so that nobody can live in their namespace; a namespace is that of one container.
    fn shares(&self, index: usize) -> bool {
        let own = &self.services[index];
        own.shares && index > 0 && {
            let parent = &self.services[index - 1];
            !own.job && !parent.job && parent.scale > 0 && !self.shares(index - 1)
        }
    }

    fn project(&self) -> Project {
        let services: serde_json::Map<String, Value> =
            (0..self.services.len()).map(|index| (NAMES[index].to_owned(), self.service(index))).collect();
        let named = |(label, renamed): (u8, bool), name: &str| {
            let mut value = json!({"labels": {"variant": label.to_string()}});
            if renamed {
                value["name"] = json!(name);
            }
            value
        };
        let project = json!({
            "name": "p",
            "services": services,
            "networks": {"default": named(self.networks, "other"), "back": {}},
            "volumes": {"v0": named(self.volumes, "elsewhere"), "v1": {}},
        });
        complete(serde_yaml::from_value(serde_yaml::to_value(project).expect("a value")).expect("a project"))
    }

    fn service(&self, index: usize) -> Value {
        let own = &self.services[index];
        let mut value = json!({
            "image": format!("image{}", own.image),
            "command": [format!("command{}", own.command)],
            "scale": own.scale,
        });
        if own.checked && !own.job {
            value["healthcheck"] = json!({"test": ["CMD", "x"]});
        }
        let waits: serde_json::Map<String, Value> = (0..index)
            .filter(|earlier| own.waits[*earlier].0)
            .map(|earlier| {
                let awaited = &self.services[earlier];
                let condition = if awaited.job {
                    "service_completed_successfully"
                } else if awaited.checked {
                    "service_healthy"
                } else {
                    "service_started"
                };
                let edge = json!({"condition": condition, "restart": own.waits[earlier].1 && !awaited.job});
                (NAMES[earlier].to_owned(), edge)
            })
            .collect();
        value["depends_on"] = Value::Object(waits);
        if let Some(volume) = own.volume {
            value["volumes"] = json!([{"type": "volume", "source": format!("v{volume}"), "target": "/data"}]);
        }
        if self.shares(index) {
            value["network_mode"] = json!(format!("service:{}", NAMES[index - 1]));
            return value;
        }
        value["networks"] =
            if own.back { json!({"default": null, "back": null}) } else { json!({"default": null}) };
        if own.publishes && own.scale < 2 {
            let port = 8080 + (index + self.rotation) % self.services.len();
            value["ports"] = json!([{"target": 80, "published": port.to_string(), "protocol": "tcp"}]);
        }
        value
    }
}

/// What services wait for, as the daemon of plain data is to hold us to it.
fn waits(desired: &Desired) -> BTreeMap<String, Vec<(String, Condition)>> {
    let edges = desired.services.iter().map(|service| {
        let edges = service.dependencies.iter();
        (service.name.clone(), edges.map(|edge| (edge.service.clone(), edge.condition)).collect())
    });
    edges.collect()
}

fn disturb(world: &mut World, seed: &[u8]) {
    let states =
        [ContainerState::Exited, ContainerState::Created, ContainerState::Paused, ContainerState::Dead];
    let count = world.observed.containers.len();
    for (index, byte) in seed.iter().enumerate() {
        let Some(container) = world.observed.containers.get_mut(index % count.max(1)) else { return };
        match usize::from(*byte) {
            choice @ 0..4 => container.state = states[choice],
            4 => {
                let gone = container.id.clone();
                world.observed.containers.retain(|container| container.id != gone);
            }
            _ => {}
        }
    }
}

/// The next of `count`, by a row of numbers that begins with a seed.
fn draw(seed: &mut u64, count: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap_or_default() % count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stack_comes_up_from_any_other_in_any_order_and_stays(
        (before, after) in (stack(), stack()),
        damage in prop::collection::vec(0..12u8, 0..6),
        (mut order, api) in (any::<u64>(), prop::sample::select(vec![41u32, 51])),
        (pull, moved, orphans) in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let mut world = World::default();
        let (earlier, wanted) = (before.project(), after.project());
        supply(&mut world, &earlier, api);
        supply(&mut world, &wanted, api);
        let first = desired(&earlier, api);
        world.apply(&reconcile(&first, &world.observed, &UpPolicy::default()).expect("a plan"));
        disturb(&mut world, &damage);
        let desired = desired(&wanted, api);
        world.checked = desired
            .services
            .iter()
            .filter(|service| service.has_healthcheck)
            .map(|service| service.name.clone())
            .collect();
        world.waits = waits(&desired);
        if moved {
            world.registry.insert("image0".to_owned(), image_id("another"));
        }
        let policy = UpPolicy {
            pull: if pull { PullChoice::Always } else { PullChoice::AsDeclared },
            assume_yes: true,
            remove_orphans: orphans,
            ..UpPolicy::default()
        };
        let plan = reconcile(&desired, &world.observed, &policy).expect("a plan");
        let text = Listing { plan: &plan, edges: true }.to_string();
        let carried_out = catch_unwind(AssertUnwindSafe(|| {
            world.apply_by(&plan, |count| draw(&mut order, count));
        }));
        prop_assert!(carried_out.is_ok(), "it cannot be carried out:\n{text}");
        let rest = reconcile(&desired, &world.observed, &UpPolicy::default()).expect("a plan");
        let left = Listing { plan: &rest, edges: true };
        prop_assert!(rest.changes_nothing(), "after\n{text}there is left\n{left}");
    }
}
