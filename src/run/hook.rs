//! Commands that are run in a container around its life.

use super::StepError;
use crate::diag::harmless;
use crate::engine::{Engine, Error, ExecSpec, Flow, Line, Lines};
use crate::event::{LogLine, Sink};
use crate::plan::HookPhase;
use crate::resource::HookSpec;

/// How many lines of a failed hook are shown.
const TAIL: usize = 10;

/// Runs a hook of a service in one of its containers to its end; what it writes is told under the name in `shown`, if
/// there is one.
pub(crate) async fn hook(
    engine: &Engine,
    (container, service): (&str, &str),
    (phase, hook): (HookPhase, &HookSpec),
    shown: Option<(&Sink, &str)>,
) -> Result<(), StepError> {
    let (id, mut lines) = started(engine, container, hook).await?;
    let mut output: Vec<String> = Vec::new();
    while let Some(line) = lines.next().await {
        let line = line?;
        if let Some((sink, name)) = shown {
            sink.log(LogLine::new(name, service, (line.stream, line.bytes.clone()))).await;
        }
        if output.len() == TAIL {
            output.remove(0);
        }
        output.push(harmless(&line.text()).into_owned());
    }
    match super::exec::exit_code(engine, &id).await? {
        0 => Ok(()),
        code => Err(StepError::Hook {
            service: service.to_owned(),
            phase: match phase {
                HookPhase::PostStart => "post_start",
                HookPhase::PreStop => "pre_stop",
            },
            code,
            output,
        }),
    }
}

/// Starts a command of the file in a container; its id and what it writes.
pub(super) async fn started(
    engine: &Engine,
    container: &str,
    hook: &HookSpec,
) -> Result<(String, Flow<Line>), Error> {
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
    let id = engine.create_exec(container, &exec).await?;
    let lines = Lines::of(engine.start_exec(&id, false, None).await?.output, false);
    Ok((id, lines))
}
