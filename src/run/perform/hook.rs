//! Commands that are run in a container around its life.

use super::{Done, Job};
use crate::diag::harmless;
use crate::engine::{ExecSpec, Lines};
use crate::plan::HookPhase;
use crate::resource::HookSpec;
use crate::run::StepError;

/// How many lines of a failed hook are shown.
const TAIL: usize = 10;

pub(super) async fn run(job: &Job, hook: (HookPhase, &HookSpec)) -> Result<Done, StepError> {
    let (phase, hook) = hook;
    let engine = &job.context.engine;
    let exec = ExecSpec {
        cmd: hook.command.clone(),
        user: hook.user.clone().unwrap_or_default(),
        privileged: hook.privileged,
        working_dir: hook.working_directory.clone().unwrap_or_default(),
        env: hook.environment.clone(),
        attach_stdout: true,
        attach_stderr: true,
        ..ExecSpec::default()
    };
    let id = engine.create_exec(&job.target()?.id, &exec).await?;
    let mut lines = Lines::of(engine.start_exec(&id, false, None).await?.output, false);
    let mut output: Vec<String> = Vec::new();
    while let Some(line) = lines.next().await {
        if output.len() == TAIL {
            output.remove(0);
        }
        output.push(harmless(&line?.text()).into_owned());
    }
    match engine.inspect_exec(&id).await?.exit_code.unwrap_or_default() {
        0 => Ok(Done::Nothing),
        code => Err(StepError::Hook {
            service: job.step.service.clone().unwrap_or_default(),
            phase: match phase {
                HookPhase::PostStart => "post_start",
                HookPhase::PreStop => "pre_stop",
            },
            code,
            output,
        }),
    }
}
