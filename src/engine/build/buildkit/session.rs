//! What the builder may ask of us while it builds: files, secrets, keys, logins, and whether we are still there.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use bollard_buildkit_proto::health::HealthCheckResponse;
use bollard_buildkit_proto::health::health_check_response::ServingStatus;
use bollard_buildkit_proto::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use bollard_buildkit_proto::moby::filesync::v1::{CredentialsRequest, CredentialsResponse};
use prost::Message;
use tokio::task::AbortHandle;

use super::content::Stores;
use super::selection::Asked;
use super::source::Source;
use super::ssh::{self, Agents};
use super::transfer::{Faults, transfer};
use crate::engine::build::builder::Told;
use crate::engine::build::outcome::BuildProgress;
use crate::engine::grpc::{Answer, Code, Handler, Question, Status, serve};
use crate::engine::images::Credentials;
use crate::engine::{Engine, Error};
use crate::resource::{BuildSecret, BuildSecretSource};

const FILES: &str = "/moby.filesync.v1.FileSync/DiffCopy";
const LOGIN: &str = "/moby.filesync.v1.Auth/Credentials";
const SECRET: &str = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
const HEALTH: &str = "/grpc.health.v1.Health/Check";

/// What a build has to offer.
pub(super) struct Offer {
    /// What can be read, by name.
    pub(super) sources: BTreeMap<String, Source>,
    /// Secrets.
    pub(super) secrets: Vec<BuildSecret>,
    /// Keys.
    pub(super) agents: Agents,
    /// Caches and images in folders.
    pub(super) stores: Stores,
    /// Where files are sent from, in a word that is the same for the next build of the same folder: the builder keeps
    /// what it got under it.
    pub(super) shared: String,
    /// Where to tell what is worth a word.
    pub(super) told: Told,
}

/// A connection on which the builder asks; it ends when this is dropped.
pub(super) struct Session {
    /// The name by which a build refers to it.
    pub(super) id: String,
    /// What went wrong on our side.
    pub(super) faults: Faults,
    task: AbortHandle,
}

impl Session {
    /// Opens it.
    pub(super) async fn open(engine: &Engine, offer: Offer) -> Result<Self, Error> {
        let id = id();
        let mut call = engine
            .wire
            .post("/session")
            .header("x-docker-expose-session-uuid", &id)
            .header("x-docker-expose-session-name", "rcompose")
            .header("x-docker-expose-session-sharedkey", &offer.shared);
        let methods = [FILES, LOGIN, SECRET, HEALTH].into_iter();
        for method in methods.chain(offer.agents.methods()).chain(offer.stores.methods()) {
            call = call.header("x-docker-expose-session-grpc-method", method);
        }
        let connection = call.upgrade("h2c").await?;
        let faults = Faults::default();
        let desk = Desk { offer, faults: faults.clone(), credentials: engine.credentials.clone() };
        let task = tokio::spawn(serve(connection, Arc::new(desk))).abort_handle();
        Ok(Self { id, faults, task })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A name that nobody else has, nor guesses.
pub(super) fn id() -> String {
    let number = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", number(), number())
}

struct Desk {
    offer: Offer,
    faults: Faults,
    credentials: Credentials,
}

impl Handler for Desk {
    async fn handle(self: Arc<Self>, question: Question, answer: Answer) {
        match question.method.as_str() {
            FILES => self.files(question, &answer).await,
            LOGIN => reply(question, &answer, async |asked| Ok(self.login(asked).await)).await,
            SECRET => reply(question, &answer, async |asked| self.secret(asked).await).await,
            HEALTH => {
                let _ = answer.send(&HealthCheckResponse { status: ServingStatus::Serving.into() }).await;
                answer.end(Status::ok()).await;
            }
            ssh::CHECK => reply(question, &answer, async |asked| self.offer.agents.check(&asked)).await,
            ssh::FORWARD => self.offer.agents.forward(question, &answer).await,
            other if Stores::knows(other) => {
                self.offer.stores.handle(question, (&answer, &self.faults)).await;
            }
            other => answer.end(Status::new(Code::UNIMPLEMENTED, format!("no such method: {other}"))).await,
        }
    }
}

/// Answers the one message of a question with one.
pub(super) async fn reply<Q: Message + Default, A: Message>(
    mut question: Question,
    answer: &Answer,
    find: impl AsyncFnOnce(Q) -> Result<A, Status>,
) {
    let found = match question.messages.only::<Q>().await {
        Ok(asked) => find(asked).await,
        Err(status) => Err(status),
    };
    match found {
        Ok(message) => {
            let _ = answer.send(&message).await;
            answer.end(Status::ok()).await;
        }
        Err(status) => answer.end(status).await,
    }
}

impl Desk {
    async fn files(&self, question: Question, answer: &Answer) {
        let asked = Asked::read(&question.about);
        let Some(source) = self.offer.sources.get(&asked.name) else {
            let text = format!("no access to `{}`: it is none of the build's contexts", asked.name);
            return answer.end(Status::new(Code::NOT_FOUND, text)).await;
        };
        match asked.selection(source.directory()) {
            Ok(selection) => {
                let what = (source.clone(), selection);
                transfer(what, question.messages, (answer, &self.faults)).await;
            }
            Err(fault) => answer.end(Status::new(Code::UNKNOWN, fault.to_string())).await,
        }
    }

    /// The login to a registry; an empty one if there is none, for most images need none.
    async fn login(&self, asked: CredentialsRequest) -> CredentialsResponse {
        let login = self.credentials.login(&asked.host).await.unwrap_or_else(|fault| {
            let _ = self.offer.told.send(Ok(BuildProgress::Warning(format!("without a login: {fault}"))));
            None
        });
        let login = login.unwrap_or_default();
        match login.identitytoken {
            Some(secret) => CredentialsResponse { username: String::new(), secret },
            None => CredentialsResponse {
                username: login.username.unwrap_or_default(),
                secret: login.password.unwrap_or_default(),
            },
        }
    }

    async fn secret(&self, asked: GetSecretRequest) -> Result<GetSecretResponse, Status> {
        // A step that can do without a secret must learn that there is none from the kind of the answer.
        let missing = || Status::new(Code::NOT_FOUND, format!("secret {} not found", asked.id));
        let secret = self.offer.secrets.iter().find(|secret| secret.id == asked.id).ok_or_else(missing)?;
        let data = match &secret.source {
            BuildSecretSource::File(path) => tokio::fs::read(path).await.map_err(|cause| {
                let what = format!("the secret `{}` cannot be read from `{path}`", secret.id);
                let status = Status::new(Code::UNKNOWN, format!("{what}: {cause}"));
                self.faults.note(Error::Local { what, cause });
                status
            })?,
            BuildSecretSource::Environment { value, .. } => {
                value.as_ref().ok_or_else(missing)?.0.clone().into_bytes()
            }
        };
        Ok(GetSecretResponse { data })
    }
}
