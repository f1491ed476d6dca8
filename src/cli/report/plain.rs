//! Progress off a terminal: one line a change, in the peer's form.

use std::collections::HashMap;

use rcompose::event::{Event, Progress, Status};
use rcompose::resource::ResourceId;

use super::builds::Builds;
use super::chunk::Chunk;
use super::paint::Paint;
use super::words::{notice, one_line};

/// Prints a line a change; remembers what was said last, so that nothing is said twice.
#[derive(Debug)]
pub(crate) struct Plain {
    paint: Paint,
    said: HashMap<ResourceId, String>,
    builds: Builds,
}

impl Plain {
    /// Nothing said yet.
    pub(crate) fn new(paint: Paint) -> Self {
        Self { paint, said: HashMap::new(), builds: Builds::default() }
    }

    /// What an event prints.
    pub(crate) fn accept(&mut self, event: &Event) -> Option<Chunk> {
        match event {
            Event::Started { .. } => {
                self.said.clear();
                self.builds = Builds::default();
                None
            }
            Event::Progress(progress) => self.progress(progress),
            Event::Step(step) => Some(Chunk::stdout(self.builds.step(step))),
            Event::Carried(carried) => self.builds.carried(carried).map(Chunk::stdout),
            Event::Output(line) if line.step.is_some() => Some(Chunk::stdout(self.builds.output(line))),
            Event::Output(line) => {
                Some(Chunk::stderr(format!(" {} | {}\n", line.resource, one_line(&line.text))))
            }
            Event::Notice { level, text } => Some(Chunk::stderr(notice(*level, text, self.paint))),
            _ => None,
        }
    }

    fn progress(&mut self, progress: &Progress) -> Option<Chunk> {
        // Layers of an image come and go by the hundred.
        if progress.parent.is_some() && progress.status != Status::Error {
            return None;
        }
        let line = format!(
            " {} {} {}\n",
            one_line(&progress.resource.to_string()),
            progress.text,
            one_line(&progress.details)
        );
        let last = self.said.insert(progress.resource.clone(), line.clone());
        (last.as_ref() != Some(&line)).then(|| Chunk::stderr(line))
    }
}

#[cfg(test)]
mod tests {
    use rcompose::resource::Kind;

    use super::*;

    fn progress(name: &str, status: Status, text: &str) -> Progress {
        Progress::new(ResourceId::new(Kind::Container, name), status, text)
    }

    fn printed(events: &[Event]) -> String {
        let mut plain = Plain::new(Paint { on: false });
        events.iter().filter_map(|event| plain.accept(event)).map(|chunk| chunk.text).collect()
    }

    #[test]
    fn a_change_is_a_line_and_no_change_is_none() {
        let layer = Progress {
            parent: Some(ResourceId::new(Kind::Image, "nginx")),
            ..progress("a1b2", Status::Working, "Downloading")
        };
        let out = printed(&[
            Event::Progress(progress("p-web-1", Status::Working, "Creating")),
            Event::Progress(progress("p-web-1", Status::Working, "Creating")),
            Event::Progress(layer),
            Event::Progress(progress("p-web-1", Status::Done, "Created")),
            Event::Progress(progress("p-web-1", Status::Error, "Error").details("port is\ntaken \u{1b}[2J")),
        ]);
        assert_eq!(
            out,
            " Container p-web-1 Creating \n Container p-web-1 Created \n Container p-web-1 Error port is taken ␛[2J\n"
        );
    }
}
