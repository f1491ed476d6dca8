//! Watching files and bringing their changes into containers.
//!
//! Pure: [`Rule`] (what concerns a service, and where it goes), [`Filter`] (what is left out), `Tree` (what was there, and
//! so what changed), [`Window`] (when to act), [`Outbox`] (what a container still lacks). At the edge: [`Source`] (the
//! kernel's events, or looking from time to time), `scan` (the file system), [`Courier`] (archives into containers).
//!
//! **How a path is taken away from a container that has no program to do it.** Nothing but the archive call reaches the
//! files of a container whether it runs or not, whoever its user is, and it cannot delete. Weighed and tried:
//! `.wh.` entries of image layers (unpacked as plain files), an overlay whiteout device (the kernel refuses it on a mounted
//! overlay), a helper container (sees volumes, not the root file system; `/proc/1/root` needs the host's pid namespace and
//! privileges), an uploaded helper binary (leaves a file, wants a container that runs, and 50 to 100 ms). Chosen: an entry of
//! an unknown type, which makes the engine clear the place and then complain (see `engine::place`): 2 ms on 28, 55 ms on
//! 20.10, and one such entry may follow files in the same call. Many at once go through `rm` if the container runs and has
//! one. An engine that does not behave so (Podman) is noticed by its answer, and `rm` is used.
//!
//! In: rules, a daemon. Out: what was done, as data. This room never knows plans or terminals.

mod command;
mod courier;
mod filter;
mod lock;
mod outbox;
mod owner;
mod parcel;
mod rule;
mod scan;
mod source;
mod tree;
mod watched;
mod window;

pub use command::command;
pub use courier::{Courier, Delivered, DeliveryError, Destination};
pub use filter::Filter;
pub use lock::{Lock, LockError};
pub use outbox::{Change, Outbox, What};
pub use owner::Owner;
pub use rule::Rule;
pub use source::{Source, Stirred};
pub use watched::{Refreshed, Watched};
pub use window::{Urgency, Window};
