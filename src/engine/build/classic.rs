//! The builder that every engine has: one call that takes the whole context.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::builder::Told;
use super::context::{Context, image_contexts, is_remote};
use super::outcome::{BuildFault, BuildProgress};
use super::pack::{Packing, pack};
use super::reader::{Message, Reader};
use crate::engine::streams::json_lines;
use crate::engine::wire::{Call, streamed};
use crate::engine::{Engine, Error, Flow};
use crate::resource::BuildSpec;

/// How often the progress of sending is told.
const TICK: Duration = Duration::from_millis(200);

impl Engine {
    /// Builds with the builder that every engine has.
    pub(super) async fn classic_build(&self, spec: &BuildSpec, sender: &Told) -> Result<String, Error> {
        if let Some(what) = beyond(spec) {
            return Err(Error::Unsupported(format!(
                "`{}` asks for {what}, which needs BuildKit; the classic builder has no such thing",
                spec.service
            )));
        }
        let context = if is_remote(&spec.context) {
            None
        } else {
            let asked = spec.clone();
            let opened = tokio::task::spawn_blocking(move || Context::open(&asked)).await;
            Some(opened.map_err(|cause| Error::gone("reading the build context", cause.to_string()))??)
        };
        for what in ignored(spec) {
            let words = format!("the classic builder does not know `{what}`");
            let _ = sender.send(Ok(BuildProgress::Warning(words)));
        }
        self.build_classically(spec, context, sender).await
    }

    async fn build_classically(
        &self,
        spec: &BuildSpec,
        context: Option<Context>,
        told: &Told,
    ) -> Result<String, Error> {
        let logins = self.credentials.all().await;
        let mut call = self.wire.post("/build").credentials("x-registry-config", &logins);
        let blank = BuildFault {
            image: spec.tags.first().cloned().unwrap_or_else(|| spec.service.clone()),
            dockerfile: context
                .as_ref()
                .map_or_else(|| spec.dockerfile.clone(), |context| context.shown.clone()),
            ..BuildFault::default()
        };
        let text = context.as_ref().map(|context| context.text.clone()).unwrap_or_default();
        let mut reader = Reader::new(blank, &text);
        let packing = if let Some(context) = context {
            call = call.query("dockerfile", &context.dockerfile);
            let (packing, body) = pack(context);
            call = call.body("application/x-tar", streamed(body));
            Some(packing)
        } else {
            call = call.query("remote", &spec.context).query("dockerfile", &spec.dockerfile);
            None
        };
        for hosts in self.extra_hosts(spec) {
            call = call.query("extrahosts", hosts);
        }
        let response = match sending(parameters(call, spec).response(), packing.as_ref(), told).await {
            Ok(response) => response,
            Err(fault) => return Err(explained(fault, packing, &mut reader).await),
        };
        let name = "POST /build".to_owned();
        let mut messages = json_lines::<Message>(Flow::of_body(response.into_body(), name.clone()), name);
        while let Some(message) = messages.next().await {
            let taken = reader.take(message?);
            while let Some(word) = reader.pop() {
                let _ = told.send(Ok(word));
            }
            taken?;
        }
        Ok(reader.end()?)
    }

    /// One parameter a host; Podman takes them all in one.
    fn extra_hosts(&self, spec: &BuildSpec) -> Vec<String> {
        match &spec.extra_hosts {
            hosts if hosts.is_empty() || !self.podman => hosts.clone(),
            hosts => vec![json!(hosts).to_string()],
        }
    }
}

/// Waits for the answer, which begins when the whole context was sent, and tells how much of it was.
async fn sending<T>(answer: impl Future<Output = T>, packing: Option<&Packing>, told: &Told) -> T {
    let mut answer = std::pin::pin!(answer);
    let mut ticks = tokio::time::interval(TICK);
    let mut last = 0;
    loop {
        tokio::select! {
            answer = &mut answer => return answer,
            _ = ticks.tick() => {
                let bytes = packing.map_or(0, |packing| packing.sent.load(Ordering::Relaxed));
                if bytes != last {
                    last = bytes;
                    let _ = told.send(Ok(BuildProgress::Sending { bytes }));
                }
            }
        }
    }
}

/// Why there was no answer: the file that could not be read, what cannot be built, or the fault itself.
async fn explained(fault: Error, packing: Option<Packing>, reader: &mut Reader) -> Error {
    if let Error::Refused(refusal) = &fault {
        return reader.failed(&refusal.message, None).into();
    }
    match packing {
        Some(packing) => match packing.done.await {
            Ok(Err(Error::Local { what, cause })) if cause.kind() != std::io::ErrorKind::BrokenPipe => {
                Error::Local { what, cause }
            }
            _ => fault,
        },
        None => fault,
    }
}

fn parameters<'a>(call: Call<'a>, spec: &BuildSpec) -> Call<'a> {
    let mut call = call.query("version", "1").query("rm", "1").query("forcerm", "1");
    for tag in &spec.tags {
        call = call.query("t", tag);
    }
    let flags = [("nocache", spec.no_cache), ("pull", spec.pull)];
    for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
        call = call.query(name, "1");
    }
    let platform = spec.platforms.first().map_or("", String::as_str);
    let texts = [
        ("target", spec.target.as_str()),
        ("networkmode", &spec.network),
        ("isolation", &spec.isolation),
        ("platform", platform),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        call = call.query(name, text);
    }
    for (name, bytes) in [("shmsize", spec.shm_size), ("memory", spec.memory)] {
        if bytes > 0 {
            call = call.query(name, bytes.to_string());
        }
    }
    let lists = [
        ("buildargs", json!(spec.args), spec.args.is_empty()),
        ("labels", json!(spec.labels), spec.labels.is_empty()),
        ("cachefrom", json!(spec.cache_from), spec.cache_from.is_empty()),
        ("ulimits", json!(spec.ulimits), spec.ulimits.is_empty()),
    ];
    for (name, value, _) in lists.into_iter().filter(|(_, _, empty)| !empty) {
        call = call.query(name, value.to_string());
    }
    call
}

/// The first thing asked for without which the image would be another one, and which this builder does not have.
fn beyond(spec: &BuildSpec) -> Option<&'static str> {
    let asked = [
        (!spec.secrets.is_empty(), "secrets"),
        (!spec.ssh.is_empty(), "keys (`ssh`)"),
        (
            image_contexts(spec).len() < spec.additional_contexts.len(),
            "additional contexts that are no images",
        ),
        (spec.platforms.len() > 1, "more than one platform"),
        (spec.privileged || !spec.entitlements.is_empty(), "privileges"),
        (
            is_remote(&spec.context) && spec.dockerfile_inline.is_some(),
            "an inline Dockerfile for a remote context",
        ),
    ];
    asked.into_iter().find(|(asked, _)| *asked).map(|(_, what)| what)
}

/// What is asked for, is not known to this builder, and changes nothing about the image itself.
fn ignored(spec: &BuildSpec) -> impl Iterator<Item = &'static str> {
    let asked = [
        (!spec.cache_to.is_empty(), "cache_to"),
        (!spec.no_cache_filter.is_empty(), "no_cache_filter"),
        (!spec.provenance.is_empty(), "provenance"),
        (!spec.sbom.is_empty(), "sbom"),
    ];
    asked.into_iter().filter(|(asked, _)| *asked).map(|(_, what)| what)
}
