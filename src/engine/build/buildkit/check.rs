//! Doubts about a Dockerfile, without building it: the frontend is asked for them instead of for an image.
//!
//! Such an answer is not given to a build but to a frontend that asks another one: so we are a frontend for a moment. The
//! build that we are the frontend of is named beside each message.

use bollard_buildkit_proto::moby::buildkit::v1::frontend::{
    PingRequest, Result as Answer, ReturnRequest, SolveRequest as FrontendRequest,
    SolveResponse as FrontendResponse,
};
use bollard_buildkit_proto::moby::buildkit::v1::{SolveRequest, SolveResponse};
use serde::Deserialize;

use super::build::{Opened, SOLVE};
use super::fault::fault;
use crate::engine::build::outcome::{BuildCheck, BuildDoubt};
use crate::engine::grpc::{Caller, Status};
use crate::engine::{Builder, Engine, Error};
use crate::resource::BuildSpec;

const PING: &str = "/moby.buildkit.v1.frontend.LLBBridge/Ping";
const ASK: &str = "/moby.buildkit.v1.frontend.LLBBridge/Solve";
const RETURN: &str = "/moby.buildkit.v1.frontend.LLBBridge/Return";
/// Under this name the build is named.
const BUILD: &str = "buildkit-controlapi-buildid";
/// What is asked for.
const LINT: &str = "frontend.lint";
/// Under this name the answer is given.
const RESULT: &str = "result.json";

/// What a frontend finds, as it writes it.
#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    warnings: Option<Vec<Warning>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Warning {
    #[serde(default)]
    rule_name: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    location: Location,
}

#[derive(Default, Deserialize)]
struct Location {
    #[serde(default)]
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    start: Position,
}

#[derive(Default, Deserialize)]
struct Position {
    #[serde(default)]
    line: usize,
}

impl Engine {
    /// What BuildKit doubts about a Dockerfile. Nothing is built.
    pub async fn check_build(&self, spec: &BuildSpec) -> Result<BuildCheck, Error> {
        if self.builder()? == Builder::Classic {
            return Err(Error::Unsupported("Dockerfiles are checked by BuildKit alone".to_owned()));
        }
        let (told, _) = tokio::sync::mpsc::unbounded_channel();
        let opened = Opened::open(self, spec, &told).await?;
        let asked = opened.request(spec)?;
        match ask(&opened.builder, asked).await {
            Ok(found) => Ok(BuildCheck {
                dockerfile: opened.blank.dockerfile,
                text: opened.blank.text.unwrap_or_default(),
                doubts: found.warnings.unwrap_or_default().into_iter().map(doubt).collect(),
            }),
            Err(status) => Err(match opened.session.faults.take() {
                Some(own) => own,
                None => fault(opened.blank, &status, None).into(),
            }),
        }
    }
}

async fn ask(builder: &Caller, request: SolveRequest) -> Result<Found, Status> {
    let SolveRequest { r#ref, session, frontend, mut frontend_attrs, .. } = request;
    let as_frontend = builder.clone().with(BUILD, &r#ref);
    let build = SolveRequest { r#ref, session, ..SolveRequest::default() };
    let building = async { builder.call(SOLVE, &build).await?.only::<SolveResponse>().await };
    frontend_attrs.insert("requestid".to_owned(), LINT.to_owned());
    let question = FrontendRequest {
        frontend,
        frontend_opt: frontend_attrs,
        allow_result_return: true,
        allow_result_array_ref: true,
        ..FrontendRequest::default()
    };
    let asking = async {
        // It waits until the build is there.
        as_frontend.call(PING, &PingRequest {}).await?.drain().await?;
        let answer = as_frontend.call(ASK, &question).await?.only::<FrontendResponse>().await;
        let result = answer.as_ref().ok().and_then(|answer| answer.result.clone()).unwrap_or_default();
        let back = ReturnRequest { result: Some(Answer::default()), error: None };
        as_frontend.call(RETURN, &back).await?.drain().await?;
        answer.map(|_| result)
    };
    let (_, result) = tokio::join!(building, asking);
    let result = result?;
    let bytes = result.metadata.get(RESULT).map(Vec::as_slice).unwrap_or_default();
    serde_json::from_slice(bytes)
        .map_err(|_| Status::broken("this engine's builder does not check Dockerfiles"))
}

fn doubt(warning: Warning) -> BuildDoubt {
    let line = warning.location.ranges.first().map(|range| range.start.line).filter(|line| *line > 0);
    let message = if warning.detail.is_empty() { warning.description } else { warning.detail };
    BuildDoubt { rule: warning.rule_name, message, url: warning.url, line }
}
