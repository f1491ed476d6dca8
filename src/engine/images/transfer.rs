//! Images on their way between the daemon and registries.

use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;
use serde::Deserialize;

use crate::engine::streams::json_lines;
use crate::engine::wire::segment;
use crate::engine::{Engine, Error, Flow, Refusal};
use crate::syntax::Reference;

/// A word about an image that is on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageProgress {
    /// The layer that it is about, as far as it is about one.
    pub layer: Option<String>,
    /// `Downloading`, `Pull complete`, `Pushed`, …
    pub status: String,
    /// Bytes so far.
    pub current: u64,
    /// Bytes in all; 0 if nobody knows.
    pub total: u64,
}

/// What is told on the way, as the API writes it.
#[derive(Default, Deserialize)]
pub(in crate::engine) struct Transferred {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, rename = "progressDetail")]
    detail: Option<Detail>,
    #[serde(default, rename = "errorDetail")]
    fault: Option<TransferFault>,
}

#[derive(Default, Deserialize)]
struct Detail {
    #[serde(default)]
    current: Option<i64>,
    #[serde(default)]
    total: Option<i64>,
}

#[derive(Deserialize)]
struct TransferFault {
    #[serde(default)]
    message: String,
}

impl Engine {
    /// Pulls an image. What a refusal means is told by the last item; a pull that is dropped is given up.
    pub async fn pull_image(
        &self,
        reference: &str,
        platform: Option<&str>,
    ) -> Result<Flow<ImageProgress>, Error> {
        let parsed = parse(reference)?;
        let login = self.credentials.login(&parsed.domain).await?;
        let version = parsed.digest.as_ref().or(parsed.tag.as_ref()).map_or("latest", String::as_str);
        let options = CreateImageOptionsBuilder::default()
            .from_image(&parsed.familiar_name())
            .tag(version)
            .platform(platform.unwrap_or_default())
            .build();
        let engine = self.clone();
        let call = format!("POST /images/create?fromImage={reference}");
        let (registry, logged_in) = (parsed.domain, login.is_some());
        let told = self.docker.create_image(Some(options), None, login).map(move |told| {
            let told = told.map_err(|fault| engine.translate(&call, fault).asked(&registry, logged_in));
            told.map(|told| Transferred {
                id: told.id,
                status: told.status,
                detail: told
                    .progress_detail
                    .map(|detail| Detail { current: detail.current, total: detail.total }),
                fault: None,
            })
        });
        Ok(Flow::new(told.map(|told| told.map(ImageProgress::from))))
    }

    /// Pushes an image to its registry. The last item tells what a refusal means.
    pub async fn push_image(&self, reference: &str) -> Result<Flow<ImageProgress>, Error> {
        let parsed = parse(reference)?;
        let login = self.credentials.login(&parsed.domain).await?;
        let path = format!("/images/{}/push", segment(&parsed.familiar_name()));
        let call = format!("POST {path}");
        let (registry, logged_in) = (parsed.domain, login.is_some());
        // The header must be there, even if it says nothing.
        let response = self
            .wire
            .post(path)
            .query("tag", parsed.tag.as_deref().unwrap_or("latest"))
            .credentials("x-registry-auth", &login.unwrap_or_default())
            .response()
            .await
            .map_err(|fault| fault.asked(&registry, logged_in))?;
        let told = json_lines::<Transferred>(Flow::of_body(response.into_body(), call.clone()), call.clone());
        let told = told.map(move |told| {
            told.and_then(|told| told.checked(&call)).map_err(|fault| fault.asked(&registry, logged_in))
        });
        Ok(Flow::new(told.map(|told| told.map(ImageProgress::from))))
    }
}

impl Transferred {
    /// There is something in it.
    pub(in crate::engine) fn says_something(&self) -> bool {
        self.status.as_ref().is_some_and(|status| !status.is_empty())
    }

    /// The same, or the error that it tells.
    fn checked(self, call: &str) -> Result<Self, Error> {
        match self.fault {
            Some(fault) => Err(Error::Refused(Box::new(Refusal::new(call, 0, &fault.message)))),
            None => Ok(self),
        }
    }
}

fn parse(reference: &str) -> Result<Reference, Error> {
    let parsed = Reference::parse(reference)
        .map_err(|cause| Error::BadReference { reference: reference.to_owned(), cause })?;
    Ok(parsed.with_default_tag())
}

impl From<Transferred> for ImageProgress {
    fn from(told: Transferred) -> Self {
        let detail = told.detail.unwrap_or_default();
        let count =
            |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
        Self {
            layer: told.id.filter(|id| !id.is_empty()),
            status: told.status.unwrap_or_default(),
            current: count(detail.current),
            total: count(detail.total),
        }
    }
}
