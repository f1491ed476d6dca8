//! `start`, `stop`, `restart`, `kill`, `pause`, `unpause`, `rm`: containers that are there change their state.

use tokio_util::sync::CancellationToken;

use super::{Compose, Error};
use crate::plan::{LifecyclePolicy, Plan, Verb, lifecycle};
use crate::run::Context;

impl Compose {
    /// Looks at the daemon and decides what to do for a verb.
    pub async fn prepare(&self, policy: &LifecyclePolicy) -> Result<Plan, Error> {
        self.known_services(&policy.services)?;
        let desired = match self.loaded() {
            Some(_) => Some(self.desired()?),
            None => None,
        };
        let observed = self.observe_containers().await?;
        Ok(lifecycle((self.name(), desired.as_ref()), &observed, policy)?)
    }

    /// Carries a plan out that takes things away or changes their state: what does not hang on a failure goes on.
    pub async fn carry_out(&self, operation: &'static str, plan: &Plan) -> Result<(), Error> {
        self.warn(plan);
        let context = Context { keep_going: true, ..self.context() };
        let outcome = self.told(operation, plan, &context).await;
        self.finished(operation, plan, outcome)
    }

    /// Stops the containers of services, or all of the project if none is named, until `cancel`.
    pub(super) async fn stop_all(&self, services: &[String], cancel: CancellationToken) -> Result<(), Error> {
        self.all(("stop", Verb::Stop), services, cancel).await
    }

    /// Kills the containers of services, or all of the project if none is named.
    pub(super) async fn kill_all(&self, services: &[String]) -> Result<(), Error> {
        let verb = Verb::Kill { signal: "SIGKILL".to_owned(), orphans: false };
        self.all(("kill", verb), services, CancellationToken::new()).await
    }

    async fn all(
        &self,
        (operation, verb): (&'static str, Verb),
        services: &[String],
        cancel: CancellationToken,
    ) -> Result<(), Error> {
        let policy = LifecyclePolicy { verb, services: services.to_vec(), ..LifecyclePolicy::default() };
        let plan = self.prepare(&policy).await?;
        // Both interrupts may have been used up by what this is the answer to.
        let context = Context { keep_going: true, cancel, kill: CancellationToken::new(), ..self.context() };
        let outcome = self.told(operation, &plan, &context).await;
        self.finished(operation, &plan, outcome)
    }
}
