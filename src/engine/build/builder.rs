//! Which of the daemon's builders builds, and the frame around both.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::outcome::BuildProgress;
use crate::engine::observe::nullable;
use crate::engine::{Engine, Error, Flow};
use crate::resource::BuildSpec;

/// Where a build tells how far it is.
pub(super) type Told = mpsc::UnboundedSender<Result<BuildProgress, Error>>;

/// What the engine tells of its store of images, as the API writes it.
#[derive(Deserialize)]
struct Store {
    #[serde(default, rename = "DriverStatus", deserialize_with = "nullable")]
    status: Vec<(String, String)>,
}

/// A builder of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builder {
    /// The one that every engine has: step by step, the whole context each time.
    Classic,
    /// The newer one: what is needed, side by side, with secrets and keys.
    BuildKit,
}

/// Which builder the user and the engine want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Wish {
    /// `DOCKER_BUILDKIT`.
    variable: Option<String>,
    /// The engine has BuildKit.
    available: bool,
}

impl Wish {
    /// By the variable `DOCKER_BUILDKIT` and by what the engine has: all of Docker's own since 18.09, but on Windows.
    pub(in crate::engine) fn new(variable: Option<&str>, available: bool) -> Self {
        Self { variable: variable.map(ToOwned::to_owned), available }
    }

    fn builder(&self) -> Result<Builder, Error> {
        let wanted = match self.variable.as_deref() {
            None => self.available,
            // What Go takes for a boolean.
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => true,
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => false,
            Some(other) => {
                return Err(Error::Unsupported(format!(
                    "DOCKER_BUILDKIT environment variable expects boolean value, not `{other}`"
                )));
            }
        };
        match (wanted, self.available) {
            (true, false) => Err(Error::Unsupported(
                "DOCKER_BUILDKIT asks for BuildKit, which this engine does not have".to_owned(),
            )),
            (true, true) => Ok(Builder::BuildKit),
            (false, _) => Ok(Builder::Classic),
        }
    }
}

impl Engine {
    /// The builder that builds: BuildKit where the engine has it, unless `DOCKER_BUILDKIT` says otherwise.
    pub fn builder(&self) -> Result<Builder, Error> {
        self.wish.builder()
    }

    /// Its images lie in containerd's store, which holds more than one platform's image under a name.
    pub(super) async fn has_containerd_store(&self) -> Result<bool, Error> {
        let store: Store = self.wire.get("/info").answer().await?;
        Ok(store.status.iter().any(|(_, value)| value == "io.containerd.snapshotter.v1"))
    }

    /// Builds an image from source. The last item is [`BuildProgress::Built`] or an error; a build that is dropped is
    /// given up.
    pub fn build_image(&self, spec: &BuildSpec) -> Result<Flow<BuildProgress>, Error> {
        let builder = self.builder()?;
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (engine, mut spec) = (self.clone(), spec.clone());
        with_proxies(&mut spec.args, self.proxies());
        tokio::spawn(async move {
            let listening = sender.clone();
            let building = async {
                match builder {
                    Builder::Classic => engine.classic_build(&spec, &sender).await,
                    Builder::BuildKit => engine.buildkit_build(&spec, &sender).await,
                }
            };
            tokio::select! {
                () = listening.closed() => {}
                outcome = building => {
                    let _ = sender.send(outcome.map(|image| BuildProgress::Built { image }));
                }
            }
        });
        Ok(Flow::new(stream::poll_fn(move |waker| receiver.poll_recv(waker))))
    }
}

/// Adds the proxies of the client's configuration to build arguments. Builders know these names: no image keeps them. To
/// them a name in capitals is the same: what is given in either spelling stays the only one.
fn with_proxies(args: &mut BTreeMap<String, Option<String>>, proxies: BTreeMap<String, String>) {
    let given: BTreeSet<String> = args.keys().map(|name| name.to_lowercase()).collect();
    let more = proxies.into_iter().filter(|(name, _)| !given.contains(&name.to_lowercase()));
    args.extend(more.map(|(name, value)| (name, Some(value))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_become_arguments_unless_the_file_gives_them_in_either_spelling() {
        let mut args = BTreeMap::from([("ftp_proxy".to_owned(), None)]);
        let names = ["FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy"];
        with_proxies(&mut args, names.map(|name| (name.to_owned(), "x".to_owned())).into());
        assert_eq!(args.keys().collect::<Vec<_>>(), ["NO_PROXY", "ftp_proxy", "no_proxy"]);
        assert_eq!(args["ftp_proxy"], None);
    }

    fn chosen(variable: Option<&str>, available: bool) -> String {
        match Wish::new(variable, available).builder() {
            Ok(builder) => format!("{builder:?}"),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn buildkit_builds_where_there_is_one_unless_it_is_switched_off() {
        assert_eq!(chosen(None, true), "BuildKit");
        assert_eq!(chosen(None, false), "Classic");
        assert_eq!(chosen(Some("0"), true), "Classic");
        assert_eq!(chosen(Some("true"), true), "BuildKit");
        assert!(chosen(Some("1"), false).contains("does not have"));
        assert!(chosen(Some("foo"), true).contains("expects boolean value, not `foo`"));
    }
}
