//! Why BuildKit did not build, with the line of the Dockerfile.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard_buildkit_proto::google::rpc;
use prost::Message;
use serde::Deserialize;

use super::trace::Failed;
use crate::diag::harmless;
use crate::engine::build::dockerfile::{instructions, line_in};
use crate::engine::build::outcome::BuildFault;
use crate::engine::grpc::Status;

/// Where in a Dockerfile a fault is, as BuildKit writes it (`errdefs.Source`).
#[derive(Deserialize)]
struct Place {
    info: Option<Info>,
    #[serde(default)]
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct Info {
    /// In base 64.
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct Range {
    start: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    #[serde(default)]
    line: usize,
}

/// How the name of a place's type ends, whoever registered it.
const PLACE: &str = "errdefs.Source";
/// What stands before the words that say something.
const PREFIXES: [&str; 4] = [
    "failed to solve: ",
    "rpc error: code = Unknown desc = ",
    "failed to solve with frontend dockerfile.v0: ",
    "failed to solve with frontend gateway.v0: ",
];

/// What the end of a build means. `blank` names the image and the Dockerfile.
pub(super) fn fault(blank: BuildFault, status: &Status, failed: Option<&Failed>) -> Box<BuildFault> {
    let mut fault = blank;
    let message = PREFIXES
        .iter()
        .fold(status.message.as_str(), |words, prefix| words.strip_prefix(prefix).unwrap_or(words));
    fault.message = harmless(&without_reference(message.trim())).into_owned();
    let code = message.rsplit_once("exit code: ").map(|(_, code)| code.trim());
    fault.exit_code = code.and_then(|code| code.parse().ok());
    fault.line = line_in(message);
    if let Some((line, text)) = place(&status.details) {
        fault.line = Some(line);
        fault.text = text.or(fault.text);
    }
    if let Some(failed) = failed {
        let (step, instruction) = taken_apart(&failed.name);
        fault.step = step;
        fault.instruction = Some(instruction.to_owned());
        // Builders before Docker Engine 23 do not tell the place.
        fault.line = fault.line.or_else(|| line_of(instruction, fault.text.as_deref()?));
        fault.output.clone_from(&failed.output);
    }
    Box::new(fault)
}

/// The line of the first place that is told, and the Dockerfile.
fn place(details: &[u8]) -> Option<(usize, Option<String>)> {
    let status = rpc::Status::decode(details).ok()?;
    status.details.iter().find_map(|detail| {
        let kind = detail.type_url.rsplit('/').next().unwrap_or_default();
        let place: Place = kind.starts_with(PLACE).then(|| serde_json::from_slice(&detail.value).ok())??;
        let line = place.ranges.iter().find_map(|range| range.start.as_ref())?.line;
        let text = place.info.and_then(|info| STANDARD.decode(info.data).ok());
        let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
        (line > 0).then_some((line, text))
    })
}

/// The line of an instruction, if there is only one like it.
fn line_of(instruction: &str, text: &str) -> Option<usize> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let wanted = words(instruction);
    let mut alike = instructions(text).into_iter().filter(|found| words(&found.text) == wanted);
    let line = alike.next()?.line;
    alike.next().is_none().then_some(line)
}

/// Without the builder's own name of a copy of the context, which says nothing to people: `…of ref 4826::xr2t: "/x"…`.
fn without_reference(message: &str) -> String {
    const MARK: &str = "failed to calculate checksum of ref ";
    match message.split_once(MARK).and_then(|(before, rest)| Some((before, rest.split_once(": ")?.1))) {
        Some((before, rest)) => format!("{before}{rest}"),
        None => message.to_owned(),
    }
}

/// `[build 2/3] RUN x` in its parts.
fn taken_apart(name: &str) -> (Option<(u32, u32)>, &str) {
    let Some((head, instruction)) = name.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else {
        return (None, name);
    };
    let numbers = head.rsplit(' ').next().and_then(|numbers| numbers.split_once('/'));
    let step = numbers.and_then(|(number, total)| Some((number.parse().ok()?, total.parse().ok()?)));
    (step, if step.is_some() { instruction } else { name })
}

#[cfg(test)]
mod tests {
    use bollard_buildkit_proto::google::protobuf::Any;

    use super::*;
    use crate::engine::grpc::Code;

    #[test]
    fn a_fault_names_the_step_and_the_line_that_the_builder_tells() {
        let place = r#"{"info":{"filename":"D","data":"RlJPTSBhCg=="},"ranges":[{"start":{"line":3},"end":{"line":5}}]}"#;
        let detail =
            Any { type_url: "github.com/moby/buildkit/errdefs.Source+json".to_owned(), value: place.into() };
        let details = rpc::Status { details: vec![detail], ..rpc::Status::default() }.encode_to_vec();
        let message = "failed to solve: process \"/bin/sh -c x\" did not complete successfully: exit code: 7";
        let status = Status { details, ..Status::new(Code::UNKNOWN, message) };
        let failed = Failed { name: "[build 2/3] RUN x".to_owned(), output: vec!["no".to_owned()] };
        let blank = BuildFault { image: "i".to_owned(), dockerfile: "D".to_owned(), ..BuildFault::default() };
        let fault = fault(blank, &status, Some(&failed));
        assert_eq!(
            fault.to_string(),
            "building `i` failed at step 2/3, `RUN x` (D:3): process \"/bin/sh -c x\" did not complete \
             successfully: exit code: 7"
        );
        assert_eq!((fault.exit_code, fault.text.as_deref()), (Some(7), Some("FROM a\n")));
    }

    #[test]
    fn an_instruction_is_found_by_its_words_where_no_place_is_told() {
        let text = "FROM a\nRUN x && \\\n  y\nRUN z\nRUN z\n";
        assert_eq!(line_of("RUN x &&   y", text), Some(2));
        assert_eq!((line_of("RUN z", text), line_of("RUN q", text)), (None, None));
    }

    #[test]
    fn a_step_without_a_number_is_named_as_it_is() {
        assert_eq!(taken_apart("[internal] load metadata"), (None, "[internal] load metadata"));
        assert_eq!(taken_apart("[2/3] RUN x"), (Some((2, 3)), "RUN x"));
        assert_eq!(taken_apart("exporting to image"), (None, "exporting to image"));
    }
}
