//! A container that is made anew, cut off at any moment: the next `up` finishes or undoes it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Fault, Proxy, Stack, daemon};

/// `a` has data in an anonymous volume; `b` is restarted with it.
const TWO: &str = "
services:
  a: {image: IMAGE, command: sleep 600, init: true, stop_grace_period: 0s, volumes: [/data], environment: {V: 'VERSION'}}
  b: {image: IMAGE, command: sleep 600, init: true, stop_grace_period: 0s, depends_on: {a: {condition: service_started, restart: true}}}
";
const LONG: Duration = Duration::from_secs(60);

struct Scene {
    stack: Stack,
    proxy: Proxy,
    version: u32,
}

impl Scene {
    fn new(name: &str) -> Option<Self> {
        let daemon = daemon()?;
        let scene = Self { stack: Stack::new(daemon, name), proxy: Proxy::before(daemon), version: 0 };
        scene.write();
        scene.stack.run(["up", "-d"]).success();
        assert_eq!(scene.stack.exec("a", &["sh", "-c", "echo precious >/data/f"]), 0);
        Some(scene)
    }

    fn write(&self) {
        let text = TWO.replace("IMAGE", Stack::IMAGE).replace("VERSION", &self.version.to_string());
        self.stack.write("compose.yaml", &text);
    }

    /// How many calls change something when `a` is made anew and nothing disturbs it.
    fn changes(&mut self) -> u32 {
        self.version += 1;
        self.write();
        self.proxy.take();
        self.stack.command(["up", "-d"]).host(&self.proxy.host()).run().success();
        let changes = self.so_far();
        assert!(changes >= 6, "only {changes} calls make it anew: {:?}", self.proxy.calls());
        changes
    }

    fn so_far(&self) -> u32 {
        let count = self.proxy.calls().iter().filter(|call| call.mutates()).count();
        u32::try_from(count).expect("a few calls")
    }

    /// Makes `a` anew with this fault in the way.
    fn disturbed(&mut self, fault: Fault) {
        self.version += 1;
        self.write();
        self.proxy.disturb(fault);
        // It may well succeed: what was cut off may be found done.
        let _ = self.stack.command(["up", "-d"]).host(&self.proxy.host()).run();
    }

    /// Makes `a` anew and is killed while the nth call that changes something is under way.
    fn killed(&mut self, nth: u32) {
        self.version += 1;
        self.write();
        self.proxy.take();
        self.proxy.disturb(Fault::on_change().nth(nth).delay(Duration::from_millis(300)));
        let up = self.stack.command(["up", "-d"]).host(&self.proxy.host()).start();
        let begun = Instant::now();
        while self.so_far() < nth {
            assert!(begun.elapsed() < LONG, "call {nth} never came: {}", up.said());
            sleep(Duration::from_millis(5));
        }
        up.signal(Signal::KILL);
        let _ = up.finish();
        // What was handed to the daemon is done by now, or never.
        sleep(Duration::from_millis(500));
    }

    /// The next `up` makes it whole, with what `a` had.
    fn is_made_whole(&self, moment: &str) {
        let up = self.stack.run(["up", "-d"]);
        assert_eq!(up.exit, Some(0), "{moment}: {}", up.err);
        let containers = self.stack.containers();
        let names: Vec<_> =
            containers.iter().map(|one| one["Names"][0].as_str().unwrap_or_default()).collect();
        let want = ["a", "b"].map(|service| format!("/{}-{service}-1", self.stack.project()));
        assert_eq!(names, want, "{moment}");
        assert!(containers.iter().all(|one| one["State"] == "running"), "{moment}: {containers:#?}");
        let version = format!("V={}", self.version);
        let has = self.stack.inspect("a")["Config"]["Env"].as_array().cloned().unwrap_or_default();
        assert!(has.iter().any(|variable| *variable == version), "{moment}: {has:?}");
        assert_eq!(
            self.stack.exec("a", &["grep", "-q", "precious", "/data/f"]),
            0,
            "{moment}: the data is lost"
        );
        self.stack.run(["up", "-d"]).success().never_says("Recreate");
    }
}

#[test]
fn cut_off_before_any_call_it_is_finished_or_undone_by_the_next_up() {
    let Some(mut scene) = Scene::new("remake-cut") else { return };
    for nth in 1..=scene.changes() {
        scene.disturbed(Fault::on_change().nth(nth));
        scene.is_made_whole(&format!("call {nth} was cut off"));
    }
}

#[test]
fn with_the_answer_of_any_call_lost_it_is_finished_or_undone_by_the_next_up() {
    let Some(mut scene) = Scene::new("remake-lost") else { return };
    for nth in 1..=scene.changes() {
        scene.disturbed(Fault::on_change().nth(nth).lose_the_answer());
        scene.is_made_whole(&format!("the answer of call {nth} was lost"));
    }
}

#[test]
fn killed_during_any_call_it_is_finished_or_undone_by_the_next_up() {
    let Some(mut scene) = Scene::new("remake-killed") else { return };
    for nth in 1..=scene.changes() {
        scene.killed(nth);
        scene.is_made_whole(&format!("it was killed at call {nth}"));
    }
}
