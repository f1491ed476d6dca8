//! The command of a rule, in a container.

use crate::diag::harmless;
use crate::engine::{Engine, Error, ExecSpec, Lines};
use crate::resource::HookSpec;

/// Runs a command in a container to its end and gives its exit code; `hear` gets each line that it writes.
pub async fn command(
    engine: &Engine,
    container: &str,
    hook: &HookSpec,
    mut hear: impl FnMut(String),
) -> Result<i64, Error> {
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
    let mut lines = Lines::of(engine.start_exec(&id, false, None).await?.output, false);
    while let Some(line) = lines.next().await {
        hear(harmless(&line?.text()).into_owned());
    }
    Ok(engine.inspect_exec(&id).await?.exit_code.unwrap_or_default())
}
