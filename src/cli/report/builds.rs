//! Steps of builds off a terminal, as readers of BuildKit's plain progress know them: `#5 [app 2/3] RUN make`, lines with
//! the step's number in front, `#5 DONE 1.2s`.

use indexmap::IndexMap;
use rcompose::event::{Carried, OutputLine, StepProgress, StepState};
use rcompose::resource::ResourceId;

use super::scrub::scrub;
use super::words::{bytes, one_line};

/// The steps of all builds, numbered in the order in which they were first heard of.
#[derive(Debug, Default)]
pub(super) struct Builds {
    /// Their names, by image and number in its build; empty once a step has ended.
    steps: IndexMap<(ResourceId, u32), String>,
    /// The step that the last line was about, from 0.
    last: Option<usize>,
}

impl Builds {
    /// A step moved on.
    pub(super) fn step(&mut self, step: &StepProgress) -> String {
        let name = named(&step.service, &one_line(&step.name));
        let (at, _) = self.steps.insert_full((step.resource.clone(), step.step), name);
        let heading = self.turn_to(at);
        let end = match step.state {
            StepState::Started => return heading,
            StepState::Cached => "CACHED".to_owned(),
            StepState::Done => match step.took {
                Some(took) => format!("DONE {:.1}s", took.as_secs_f64()),
                None => "DONE".to_owned(),
            },
            StepState::Failed if step.message.is_empty() => "ERROR".to_owned(),
            StepState::Failed => format!("ERROR: {}", one_line(&step.message)),
            StepState::Cancelled => "CANCELED".to_owned(),
        };
        self.steps[at].clear();
        format!("{heading}#{} {end}\n", at + 1)
    }

    /// A step wrote a line.
    pub(super) fn output(&mut self, line: &OutputLine) -> String {
        let at = self.at(&line.resource, line.step.unwrap_or_default());
        let after = line.after.unwrap_or_default().as_secs_f64();
        format!("{}#{} {after:.3} {}\n", self.turn_to(at), at + 1, scrub(&line.text, false))
    }

    /// A step carries something: told once it is there.
    pub(super) fn carried(&mut self, carried: &Carried) -> Option<String> {
        if !carried.done {
            return None;
        }
        let at = self.at(&carried.resource, carried.step);
        let amount = match carried.current {
            0 => String::new(),
            current => format!(" {}", bytes(current)),
        };
        Some(format!("{}#{} {}{amount} done\n", self.turn_to(at), at + 1, one_line(&carried.what)))
    }

    fn at(&mut self, resource: &ResourceId, step: u32) -> usize {
        let key = (resource.clone(), step);
        self.steps.get_index_of(&key).unwrap_or_else(|| self.steps.insert_full(key, String::new()).0)
    }

    /// The heading of a step, if the last line was about another one. What comes late of one that has ended has none.
    fn turn_to(&mut self, at: usize) -> String {
        let name = self.steps.get_index(at).map(|(_, name)| name.as_str()).unwrap_or_default();
        if self.last == Some(at) || name.is_empty() {
            return String::new();
        }
        let blank = if self.last.replace(at).is_some() { "\n" } else { "" };
        format!("{blank}#{} {name}\n", at + 1)
    }
}

/// `[2/3] RUN x` of `app` is `[app 2/3] RUN x`.
fn named(service: &str, name: &str) -> String {
    match name.strip_prefix('[') {
        _ if service.is_empty() => name.to_owned(),
        Some(rest) => format!("[{service} {rest}"),
        None => format!("[{service}] {name}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcompose::resource::Kind;

    use super::*;

    fn image(name: &str) -> ResourceId {
        ResourceId::new(Kind::Image, name)
    }

    fn step(service: &str, number: u32, state: StepState) -> StepProgress {
        StepProgress {
            resource: image(service),
            service: service.to_owned(),
            step: number,
            name: format!("[{number}/2] RUN make"),
            state,
            took: (state == StepState::Done).then(|| Duration::from_millis(1234)),
            message: String::new(),
        }
    }

    #[test]
    fn steps_of_several_builds_are_numbered_as_they_come_and_named_again_when_they_take_turns() {
        let mut builds = Builds::default();
        let line = OutputLine {
            step: Some(1),
            after: Some(Duration::from_millis(50)),
            ..OutputLine::new(image("a"), "hi \u{1b}[2Jthere")
        };
        let carried = Carried {
            resource: image("b"),
            step: 1,
            what: "transferring context:".to_owned(),
            current: 12_345,
            total: 0,
            done: true,
        };
        let text = [
            builds.step(&step("a", 1, StepState::Started)),
            builds.step(&step("b", 1, StepState::Started)),
            builds.output(&line),
            builds.carried(&carried).expect("it is there"),
            builds.step(&step("b", 1, StepState::Cached)),
            builds.step(&step("a", 1, StepState::Done)),
        ];
        insta::assert_snapshot!(text.concat(), @r"
        #1 [a 1/2] RUN make

        #2 [b 1/2] RUN make

        #1 [a 1/2] RUN make
        #1 0.050 hi there

        #2 [b 1/2] RUN make
        #2 transferring context: 12.3kB done
        #2 CACHED

        #1 [a 1/2] RUN make
        #1 DONE 1.2s
        ");
    }
}
