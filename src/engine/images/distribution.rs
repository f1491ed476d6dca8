//! What a registry has under a name, asked through the daemon.

use serde::Deserialize;

use crate::engine::wire::segment;
use crate::engine::{Engine, Error};
use crate::syntax::Reference;

#[derive(Deserialize)]
struct Distribution {
    #[serde(rename = "Descriptor")]
    descriptor: Descriptor,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
}

impl Engine {
    /// The digest of what the registry has under a name now (`GET /distribution/NAME/json`), with the login for it.
    pub async fn registry_digest(&self, reference: &Reference) -> Result<String, Error> {
        let login = self.credentials.login(&reference.domain).await?;
        let path = format!("/distribution/{}/json", segment(&reference.to_string()));
        let call = self.wire.get(path);
        let call = match &login {
            Some(login) => call.credentials("x-registry-auth", login),
            None => call,
        };
        Ok(call.answer::<Distribution>().await?.descriptor.digest)
    }
}
