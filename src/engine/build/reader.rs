//! What the classic builder says, understood line by line.

use std::collections::VecDeque;

use serde::Deserialize;

use super::dockerfile::{Instruction, instructions, line_in};
use super::outcome::{BuildFault, BuildProgress};
use crate::diag::harmless;
use crate::engine::images::Transferred;
use crate::event::Stream;

/// A message of the builder.
#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    stream: Option<String>,
    #[serde(default)]
    aux: Option<Aux>,
    #[serde(default, rename = "errorDetail")]
    fault: Option<Detail>,
    #[serde(default)]
    error: Option<String>,
    #[serde(flatten)]
    pull: Transferred,
}

#[derive(Deserialize)]
struct Aux {
    #[serde(default, rename = "ID")]
    id: String,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

/// So many lines of a failing step are kept.
const KEPT: usize = 20;
/// The colour that the builder gives to error output, and its end.
const RED: &str = "\u{1b}[91m";
const PLAIN: &str = "\u{1b}[0m";

/// What is known so far.
pub(super) struct Reader {
    fault: BuildFault,
    instructions: Vec<Instruction>,
    line: String,
    output: VecDeque<String>,
    image: Option<String>,
    ready: VecDeque<BuildProgress>,
}

impl Reader {
    /// Before the first message. `blank` names the image and the Dockerfile.
    pub(super) fn new(blank: BuildFault, dockerfile: &str) -> Self {
        Self {
            fault: blank,
            instructions: instructions(dockerfile),
            line: String::new(),
            output: VecDeque::new(),
            image: None,
            ready: VecDeque::new(),
        }
    }

    /// Takes a message; an error ends the build.
    pub(super) fn take(&mut self, message: Message) -> Result<(), Box<BuildFault>> {
        if let Some(text) = &message.stream {
            self.text(text);
        }
        if let Some(aux) = message.aux.filter(|aux| !aux.id.is_empty()) {
            self.image = Some(aux.id);
        }
        let code = message.fault.as_ref().map(|fault| fault.code).filter(|code| *code > 0);
        let words =
            message.fault.map(|fault| fault.message).filter(|words| !words.is_empty()).or(message.error);
        if let Some(words) = words {
            self.finish();
            return Err(self.failed(&words, code));
        }
        if message.pull.says_something() {
            self.ready.push_back(BuildProgress::Pulling(message.pull.into()));
        }
        Ok(())
    }

    /// What is to be told next.
    pub(super) fn pop(&mut self) -> Option<BuildProgress> {
        self.ready.pop_front()
    }

    /// Nothing follows: the image's id, or the error that there is none.
    pub(super) fn end(&mut self) -> Result<String, Box<BuildFault>> {
        self.finish();
        self.image.take().ok_or_else(|| self.failed("the builder ended without an image", None))
    }

    /// The error that the daemon's `words` tell.
    pub(super) fn failed(&mut self, words: &str, exit_code: Option<i64>) -> Box<BuildFault> {
        let mut fault = self.fault.clone();
        let at = fault.step.and_then(|(number, _)| self.instructions.get(number as usize - 1));
        fault.line = line_in(words).or(at.map(|instruction| instruction.line));
        if fault.instruction.is_none() {
            fault.instruction = at.map(|instruction| instruction.text.clone());
        }
        fault.message = harmless(words.trim()).into_owned();
        let status = || words.rsplit_once("exit status ").and_then(|(_, code)| code.trim().parse().ok());
        fault.exit_code = exit_code.or_else(status);
        fault.output = self.output.drain(..).collect();
        Box::new(fault)
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((line, behind)) = rest.split_once('\n') {
            self.line.push_str(line);
            self.whole_line();
            rest = behind;
        }
        self.line.push_str(rest);
    }

    fn finish(&mut self) {
        if !self.line.is_empty() && self.line != PLAIN {
            self.whole_line();
        }
    }

    fn whole_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end_matches('\r');
        // What overwrites itself on a terminal is its last version.
        let line = line.rsplit('\r').next().unwrap_or(line);
        if let Some((number, total, instruction)) = step(line)
            && number == self.fault.step.map_or(1, |(last, _)| last + 1)
        {
            let instruction = harmless(instruction).into_owned();
            self.fault.step = Some((number, total));
            self.fault.instruction = Some(instruction.clone());
            self.output.clear();
            self.ready.push_back(BuildProgress::Step { number, total, instruction });
        } else if line == " ---> Using cache" {
            self.ready.push_back(BuildProgress::Cached);
        } else if let Some(words) = line.strip_prefix("[Warning] ") {
            self.ready.push_back(BuildProgress::Warning(harmless(words).into_owned()));
        } else if !is_bookkeeping(line) {
            self.written(line);
        }
    }

    /// The end of the colour comes on its own line before the next one, when the text ended with a line.
    fn written(&mut self, line: &str) {
        let line = line.strip_prefix(PLAIN).unwrap_or(line);
        let (stream, text) = match line.strip_prefix(RED) {
            Some(text) => (Stream::Stderr, text.strip_suffix(PLAIN).unwrap_or(text)),
            None => (Stream::Stdout, line),
        };
        if text.is_empty() && self.output.is_empty() {
            return;
        }
        if self.output.len() == KEPT {
            self.output.pop_front();
        }
        self.output.push_back(harmless(text).into_owned());
        self.ready.push_back(BuildProgress::Output { stream, text: text.to_owned() });
    }
}

/// `Step 1/3 : FROM x`; `STEP 1/3: FROM x` at Podman.
fn step(line: &str) -> Option<(u32, u32, &str)> {
    let (numbers, instruction) = match line.strip_prefix("Step ") {
        Some(rest) => rest.split_once(" : ")?,
        None => line.strip_prefix("STEP ")?.split_once(": ")?,
    };
    let (number, total) = numbers.split_once('/')?;
    Some((number.parse().ok()?, total.parse().ok()?, instruction))
}

/// Lines about the builder's own containers and layers, which say nothing to people.
fn is_bookkeeping(line: &str) -> bool {
    let line = line.strip_prefix(PLAIN).unwrap_or(line);
    ["Removing intermediate container ", "Successfully built ", "Successfully tagged ", " ---> "]
        .iter()
        .any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        serde_json::from_str(text).unwrap()
    }

    fn reader() -> Reader {
        let blank = BuildFault {
            image: "x".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            ..BuildFault::default()
        };
        Reader::new(blank, "FROM a\n\nRUN one \\\n  two\n")
    }

    #[test]
    fn output_that_looks_like_a_step_is_output() {
        let mut reader = reader();
        for text in
            ["Step 1/2 : FROM a\n", "Step 1/2 : FROM b\n", "Step 3/2 : FROM c\nSt", "ep 2/2 : RUN one two\n"]
        {
            reader.take(message(&serde_json::json!({ "stream": text }).to_string())).unwrap();
        }
        let seen: Vec<_> = std::iter::from_fn(|| reader.pop()).collect();
        let steps = seen.iter().filter(|word| matches!(word, BuildProgress::Step { .. })).count();
        assert_eq!((seen.len(), steps), (4, 2), "{seen:?}");
    }

    #[test]
    fn a_failing_step_is_told_with_its_line_and_its_last_words() {
        let mut reader = reader();
        for text in ["Step 1/2 : FROM a\n", " ---> 0123456789ab\n", "Step 2/2 : RUN one two\n"] {
            reader.take(message(&serde_json::json!({ "stream": text }).to_string())).unwrap();
        }
        for number in 0..30 {
            let text = format!("\u{1b}[91mline {number}\n\u{1b}[0m");
            reader.take(message(&serde_json::json!({ "stream": text }).to_string())).unwrap();
        }
        let words = r#"{"errorDetail":{"code":7,"message":"returned a non-zero code: 7"},"error":"…"}"#;
        let fault = reader.take(message(words)).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "building `x` failed at step 2/2, `RUN one two` (Dockerfile:3): returned a non-zero code: 7"
        );
        assert_eq!((fault.exit_code, fault.output.len()), (Some(7), KEPT));
        assert_eq!(fault.output.last().unwrap(), "line 29");
        let error = reader.ready.iter().any(
            |word| matches!(word, BuildProgress::Output { stream: Stream::Stderr, text } if text == "line 0"),
        );
        assert!(error);
    }
}
