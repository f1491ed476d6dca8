//! `volume save`, `restore`, `list`, `rm`: a seeded volume is kept, and put back as often as a test wants it.
//!
//! A snapshot is a volume of the engine's own, so that nothing travels further than the engine: its label says of what and
//! under which key it was taken, and what it holds. It is filled and read through a container that is made for it and
//! never started.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::reap::Machine;
use super::{Compose, Error};
use crate::engine::{Query, Unpacking};
use crate::event::{Event, Progress, Status};
use crate::model::{Style, Styled};
use crate::plan::UpPolicy;
use crate::resource::body::{CreateBody, HostConfig, VolumeBody};
use crate::resource::hash::hex;
use crate::resource::{ContainerSpec, Kind, ObservedContainer, ObservedVolume, ResourceId, labels, lease};
use crate::run::copy::{Content, content, copy_raw, pour_in};
use crate::yaml::to_json;

/// The label of a snapshot. Its value is a [`Snapshot`] as JSON.
pub const LABEL: &str = "rcompose.snapshot";
/// Where a volume is mounted in the container that is made for it.
const PLACE: &str = "/rcompose-volume";

/// A snapshot of a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The volume's key in the file.
    pub volume: String,
    /// Under which it was saved.
    pub key: String,
    /// Its content (see [`Content`]).
    pub digest: String,
    /// Bytes of content.
    pub bytes: u64,
    /// When it was taken: seconds since 1970.
    pub created: u64,
    /// The volume that holds it.
    #[serde(default, skip_serializing)]
    pub name: String,
}

/// A volume of the project, and what uses it.
struct Source {
    key: String,
    name: String,
    body: VolumeBody,
    /// Services that mount it.
    services: Vec<String>,
    image: String,
}

impl Compose {
    /// The key of a volume's snapshots unless one is given: the same for the same images, programs and environment of the
    /// services that mount it, and the same content of `inputs` (files, or folders with all that is in them).
    pub fn snapshot_key(&self, volume: &str, inputs: &[String]) -> Result<String, Error> {
        let project = &self.files()?.project;
        let mut hash = Sha256::new();
        for service in project.services.values() {
            let mounts = &service.container.volumes;
            if mounts.iter().any(|mount| mount.source == volume) {
                let container = &service.container;
                let said =
                    (&container.image, &container.command, &container.entrypoint, &container.environment);
                hash.update(service.name.as_bytes());
                hash.update(format!("{said:?}"));
                if let Some(build) = &service.workload.build {
                    hash.update(to_json(&Styled(build, Style::Json)).unwrap_or_default());
                }
            }
        }
        for input in inputs {
            let path = Path::new(input);
            take(path, Path::new(""), &mut hash)
                .map_err(|cause| Error::File { path: input.clone(), cause })?;
        }
        Ok(hex(&hash.finalize()[..5]))
    }

    /// Saves a volume of the project under a key; nothing is done if that is there already, unless it is to be replaced.
    /// Containers that use it are stopped meanwhile. True if it was saved.
    pub async fn save_volume(&self, volume: &str, key: &str, replace: bool) -> Result<bool, Error> {
        let source = self.source(volume).await?;
        let old = self.snapshot(&source.key, key).await?;
        if old.is_some() && !replace {
            return Ok(false);
        }
        if self.engine().inspect_volume(&source.name).await.is_err_and(|error| error.is_not_found()) {
            return Err(Error::Request {
                message: format!("volume `{}` is not there", source.name),
                help: Some("`up` or `create` makes it".to_owned()),
            });
        }
        self.tell_volume(&source, Status::Working, ("Saving", ""));
        let running = self.users(&source, true).await?;
        self.all_at_once(&running, async |id| self.engine().stop_container(id, None).await).await?;
        let saved = self.fill_snapshot(&source, key, old.as_ref()).await;
        let started = self.all_at_once(&running, async |id| self.engine().start_container(id).await).await;
        let saved = saved?;
        started?;
        self.tell_volume(&source, Status::Done, ("Saved", &saved.key));
        Ok(true)
    }

    /// Puts a snapshot back: the volume is made anew with its content. Containers that use it are removed, and brought up
    /// again if they ran. False if there is no such snapshot.
    pub async fn restore_volume(&self, volume: &str, key: &str) -> Result<bool, Error> {
        let source = self.source(volume).await?;
        let Some(snapshot) = self.snapshot(&source.key, key).await? else { return Ok(false) };
        self.tell_volume(&source, Status::Working, ("Restoring", ""));
        let running = self.users(&source, true).await?;
        let all = self.users(&source, false).await?;
        self.all_at_once(&all, async |id| self.engine().remove_container(id, true).await).await?;
        match self.engine().remove_volume(&source.name, false).await {
            Err(error) if !error.is_not_found() => return Err(error.into()),
            _ => {}
        }
        self.engine().create_volume(&source.body).await?;
        let back = self.pour((&snapshot.name, &source.name), &source.image).await?;
        if back.digest != snapshot.digest {
            self.engine().remove_volume(&source.name, false).await?;
            return Err(Error::Request {
                message: format!(
                    "the snapshot `{key}` of volume `{}` is damaged: it is not what was saved",
                    source.key
                ),
                help: Some(format!("`volume rm {} --key {key}`, and save it again", source.key)),
            });
        }
        self.tell_volume(&source, Status::Done, ("Restored", key));
        let mut services: Vec<String> =
            running.iter().map(|container| container.label(labels::SERVICE).to_owned()).collect();
        services.sort();
        services.dedup();
        if !services.is_empty() {
            let policy = UpPolicy { services, wait: true, no_dependencies: true, ..UpPolicy::default() };
            let prepared = self.prepare_up(policy).await?;
            self.bring("up", &prepared).await?;
        }
        Ok(true)
    }

    /// All snapshots that the engine holds, or those of volumes of this key.
    pub async fn snapshots(&self, volume: Option<&str>) -> Result<Vec<Snapshot>, Error> {
        let seen = self.engine().volumes_labelled(LABEL).await?;
        let mut found: Vec<Snapshot> = seen.iter().filter_map(read).collect();
        found.retain(|snapshot| volume.is_none_or(|volume| snapshot.volume == volume));
        found.sort_by(|one, other| (&one.volume, one.created).cmp(&(&other.volume, other.created)));
        Ok(found)
    }

    /// Removes snapshots of a volume: that of a key, or all. Gives how many there were.
    pub async fn remove_snapshots(&self, volume: &str, key: Option<&str>) -> Result<usize, Error> {
        let mut found = self.snapshots(Some(volume)).await?;
        found.retain(|snapshot| key.is_none_or(|key| snapshot.key == key));
        for snapshot in &found {
            self.engine().remove_volume(&snapshot.name, false).await?;
        }
        Ok(found.len())
    }

    async fn snapshot(&self, volume: &str, key: &str) -> Result<Option<Snapshot>, Error> {
        Ok(self.snapshots(Some(volume)).await?.into_iter().find(|snapshot| snapshot.key == key))
    }

    async fn source(&self, volume: &str) -> Result<Source, Error> {
        let desired = self.desired()?;
        let Some(spec) = desired.volumes.iter().find(|spec| spec.key == volume) else {
            let known = desired.volumes.iter().map(|spec| spec.key.as_str());
            return Err(Error::Request {
                message: format!("no such volume: {volume}"),
                help: crate::diag::did_you_mean(volume, known),
            });
        };
        if spec.external {
            return Err(Error::request(format!(
                "volume `{volume}` is external: it is not ours to save or restore"
            )));
        }
        let mounts =
            |service: &&crate::resource::ServiceSpec| service.volumes.iter().any(|(key, _)| key == volume);
        let services: Vec<_> = desired.services.iter().filter(mounts).collect();
        let images: Vec<String> =
            services.iter().map(|service| service.template.body.image.clone()).collect();
        let here = self.engine().find_images(&images).await?;
        let Some(image) = images.into_iter().find(|image| here.contains_key(image)) else {
            return Err(Error::Request {
                message: format!("no image is here of a service that mounts `{volume}`"),
                help: Some("`pull` or `build` it first".to_owned()),
            });
        };
        Ok(Source {
            key: spec.key.clone(),
            name: spec.name.clone(),
            body: spec.body.clone(),
            services: services.iter().map(|service| service.name.clone()).collect(),
            image,
        })
    }

    /// The project's containers that mount a volume, by their services; or those of them that run.
    async fn users(&self, source: &Source, running: bool) -> Result<Vec<ObservedContainer>, Error> {
        let mut found = self.look(&Query::containers(self.name())).await?.containers;
        found.retain(|container| {
            let state = container.state;
            source.services.iter().any(|service| service == container.label(labels::SERVICE))
                && (!running || state == crate::resource::ContainerState::Running)
        });
        Ok(found)
    }

    async fn all_at_once(
        &self,
        containers: &[ObservedContainer],
        work: impl AsyncFn(&str) -> Result<(), crate::engine::Error>,
    ) -> Result<(), Error> {
        let done =
            futures_util::future::join_all(containers.iter().map(|container| work(&container.id))).await;
        for result in done {
            match result {
                Err(error) if !error.is_not_found() => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    async fn fill_snapshot(
        &self,
        source: &Source,
        key: &str,
        old: Option<&Snapshot>,
    ) -> Result<Snapshot, Error> {
        let before = self.hold((&source.name, "ro"), &source.image, async |helper| {
            content(self.engine(), (helper, PLACE)).await.map_err(Error::from)
        });
        let before = before.await?;
        let created = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let snapshot = Snapshot {
            volume: source.key.clone(),
            key: key.to_owned(),
            digest: before.digest.clone(),
            bytes: before.bytes,
            created: created.as_secs(),
            name: format!("rcompose-snapshot-{}-{:x}", std::process::id(), created.as_nanos()),
        };
        let label = serde_json::to_string(&snapshot).unwrap_or_default();
        let body = VolumeBody {
            name: snapshot.name.clone(),
            labels: BTreeMap::from([(LABEL.to_owned(), label)]),
            ..VolumeBody::default()
        };
        self.engine().create_volume(&body).await?;
        let kept = self.pour((&source.name, &snapshot.name), &source.image).await;
        let whole = matches!(&kept, Ok(content) if content.digest == snapshot.digest);
        if !whole {
            // Half of it must not be taken for the whole.
            let _ = self.engine().remove_volume(&snapshot.name, true).await;
            kept?;
            return Err(Error::Request {
                message: format!("volume `{}` changed while it was saved", source.name),
                help: Some("stop what writes to it".to_owned()),
            });
        }
        if let Some(old) = old {
            self.engine().remove_volume(&old.name, false).await?;
        }
        Ok(snapshot)
    }

    /// Pours one volume into another; gives what is in that then.
    async fn pour(&self, (from, to): (&str, &str), image: &str) -> Result<Content, Error> {
        // A container for each: an engine lets nobody at a container whose files it is sending.
        self.hold((from, "ro"), image, async |source| {
            self.hold((to, "rw"), image, async |target| {
                let flow = copy_raw(self.engine(), (source, &format!("{PLACE}/.")), false).await?;
                let tar = futures_util::TryStreamExt::map_err(flow, std::io::Error::other);
                pour_in(self.engine(), tar, (target, PLACE), Unpacking::default()).await?;
                Ok(content(self.engine(), (target, PLACE)).await?)
            })
            .await
        })
        .await
    }

    /// Does something with a container that mounts a volume, is never started, and is gone then.
    async fn hold<T>(
        &self,
        (volume, mode): (&str, &str),
        image: &str,
        work: impl AsyncFnOnce(&str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let machine = Machine::this().map_err(|cause| Error::File { path: "/proc".to_owned(), cause })?;
        let owner = machine.owner().map_err(|cause| Error::File { path: "/proc".to_owned(), cause })?;
        let lease = lease::Lease { owner: Some(owner), ..machine.lease() };
        let binds = vec![format!("{volume}:{PLACE}:{mode},nocopy")];
        let spec = ContainerSpec {
            body: CreateBody {
                image: image.to_owned(),
                cmd: Some(vec!["never-started".to_owned()]),
                labels: BTreeMap::from([
                    (labels::PROJECT.to_owned(), format!("{}-snapshot", self.name())),
                    (lease::LABEL.to_owned(), lease.label()),
                ]),
                host_config: HostConfig { binds, network_mode: "none".to_owned(), ..HostConfig::default() },
                ..CreateBody::default()
            },
            ..ContainerSpec::default()
        };
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let name = format!("rcompose-snapshot-{}-{nanos:x}", std::process::id());
        let helper = self.engine().create_container(&name, &spec).await?.id;
        let done = work(&helper).await;
        let removed = self.engine().remove_container(&helper, true).await;
        let done = done?;
        removed?;
        Ok(done)
    }

    fn tell_volume(&self, source: &Source, status: Status, (text, details): (&str, &str)) {
        let resource = ResourceId::new(Kind::Volume, &source.name);
        self.sink().send(Event::Progress(Progress::new(resource, status, text).details(details)));
    }
}

fn read(volume: &ObservedVolume) -> Option<Snapshot> {
    let snapshot: Snapshot = serde_json::from_str(volume.labels.get(LABEL)?).ok()?;
    Some(Snapshot { name: volume.name.clone(), ..snapshot })
}

/// Takes a file, or a folder with all that is in it, into a hash, in the order of names.
fn take(path: &Path, inside: &Path, hash: &mut Sha256) -> std::io::Result<()> {
    hash.update(inside.as_os_str().as_encoded_bytes());
    hash.update([0]);
    if path.is_dir() {
        let mut names: Vec<_> = fs::read_dir(path)?
            .map(|entry| Ok::<_, std::io::Error>(entry?.file_name()))
            .collect::<Result<_, _>>()?;
        names.sort();
        return names.iter().try_for_each(|name| take(&path.join(name), &inside.join(name), hash));
    }
    let content = fs::read(path)?;
    hash.update(content.len().to_le_bytes());
    hash.update(content);
    Ok(())
}
