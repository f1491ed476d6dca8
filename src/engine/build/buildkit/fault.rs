//! Why BuildKit did not build, with the line of the Dockerfile.

use bollard_buildkit_proto::google::rpc;
use bollard_buildkit_proto::pb::{Range, SourceInfo};
use prost::Message;

use super::trace::Failed;
use crate::diag::harmless;
use crate::engine::build::dockerfile::line_in;
use crate::engine::build::outcome::BuildFault;
use crate::engine::grpc::Status;

/// Where in a Dockerfile a fault is (`errdefs.Source` of BuildKit).
#[derive(Clone, PartialEq, Message)]
struct Place {
    #[prost(message, optional, tag = "1")]
    info: Option<SourceInfo>,
    #[prost(message, repeated, tag = "2")]
    ranges: Vec<Range>,
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
    fault.message = harmless(message.trim()).into_owned();
    let code = message.rsplit_once("exit code: ").map(|(_, code)| code.trim());
    fault.exit_code = code.and_then(|code| code.parse().ok());
    fault.line = line_in(message);
    if let Some(place) = place(&status.details) {
        let start = place.ranges.first().and_then(|range| range.start);
        let line = start.and_then(|start| usize::try_from(start.line).ok()).filter(|line| *line > 0);
        fault.line = line.or(fault.line);
        let text = place.info.map(|info| String::from_utf8_lossy(&info.data).into_owned());
        fault.text = text.or(fault.text);
    }
    if let Some(failed) = failed {
        let (step, instruction) = taken_apart(&failed.name);
        fault.step = step;
        fault.instruction = Some(instruction.to_owned());
        fault.output.clone_from(&failed.output);
    }
    Box::new(fault)
}

/// The first place that is told.
fn place(details: &[u8]) -> Option<Place> {
    let status = rpc::Status::decode(details).ok()?;
    let mut found = status.details.iter().filter_map(|detail| {
        let kind = detail.type_url.rsplit('/').next().unwrap_or_default();
        kind.starts_with(PLACE).then(|| Place::decode(detail.value.as_slice()).ok()).flatten()
    });
    found.find(|place| place.ranges.iter().any(|range| range.start.is_some()))
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
    use bollard_buildkit_proto::pb::Position;

    use super::*;
    use crate::engine::grpc::Code;

    #[test]
    fn a_fault_names_the_step_and_the_line_that_the_builder_tells() {
        let start = Some(Position { line: 3, character: 0 });
        let place = Place {
            info: Some(SourceInfo { data: b"FROM a\n".to_vec(), ..SourceInfo::default() }),
            ranges: vec![Range { start, end: start }],
        };
        let detail = Any {
            type_url: "github.com/moby/buildkit/errdefs.Source+json".to_owned(),
            value: place.encode_to_vec(),
        };
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
    fn a_step_without_a_number_is_named_as_it_is() {
        assert_eq!(taken_apart("[internal] load metadata"), (None, "[internal] load metadata"));
        assert_eq!(taken_apart("[2/3] RUN x"), (Some((2, 3)), "RUN x"));
        assert_eq!(taken_apart("exporting to image"), (None, "exporting to image"));
    }
}
