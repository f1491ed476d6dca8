//! The command of a rule, in a container.

use crate::diag::harmless;
use crate::engine::{Engine, Error};
use crate::resource::HookSpec;
use crate::run::exec::exit_code;
use crate::run::hook::started;

/// Runs a command in a container to its end and gives its exit code; `hear` gets each line that it writes.
pub async fn command(
    engine: &Engine,
    container: &str,
    hook: &HookSpec,
    mut hear: impl FnMut(String),
) -> Result<i64, Error> {
    let (id, mut lines) = started(engine, container, hook).await?;
    while let Some(line) = lines.next().await {
        hear(harmless(&line?.text()).into_owned());
    }
    exit_code(engine, &id).await
}
