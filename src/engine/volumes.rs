//! Volumes: made, looked at, taken away.

use bollard::query_parameters::RemoveVolumeOptionsBuilder;

use super::observe::ListedVolume;
use super::wire::segment;
use super::{Engine, Error};
use crate::resource::ObservedVolume;
use crate::resource::body::VolumeBody;

impl Engine {
    /// Makes a volume. One of this name and driver that exists is left as it is.
    pub async fn create_volume(&self, body: &VolumeBody) -> Result<ObservedVolume, Error> {
        let made: ListedVolume = self.wire.post("/volumes/create").json(body).answer().await?;
        Ok(made.into())
    }

    /// Looks at one volume.
    pub async fn inspect_volume(&self, volume: &str) -> Result<ObservedVolume, Error> {
        let inspected: ListedVolume = self.wire.get(format!("/volumes/{}", segment(volume))).answer().await?;
        Ok(inspected.into())
    }

    /// Removes a volume. `force` also takes away what is left of one whose driver lost it.
    pub async fn remove_volume(&self, volume: &str, force: bool) -> Result<(), Error> {
        let options = RemoveVolumeOptionsBuilder::default().force(force).build();
        let call = format!("DELETE /volumes/{volume}");
        self.borrow(&call, self.docker.remove_volume(&segment(volume), Some(options))).await
    }
}
