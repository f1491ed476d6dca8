//! Everything the container daemon can do for us, in our own types. The only room that says `bollard`.
//!
//! In: names, specs of `resource`. Out: snapshots, streams of what the daemon tells, classified errors. All requests
//! travel over one `wire`, which adds the API version, repairs registry credentials and counts. Calls whose answers
//! `bollard` models without loss go through it; lists, inspects and terminal streams, where it fails or loses bytes,
//! are read here. This room never knows plans or compose files.

mod borrowed;
mod build;
mod commit;
mod connect;
mod containers;
mod error;
mod exec;
mod files;
mod grpc;
mod host;
mod images;
mod inspect;
mod networks;
mod observe;
mod place;
mod ports;
mod processes;
mod refusal;
mod registry;
mod streams;
mod volumes;
mod wire;

pub use build::{BuildCheck, BuildDoubt, BuildFault, BuildProgress, BuildStep, Builder, StepState};
pub use commit::CommitSpec;
pub use connect::Engine;
pub use containers::Created;
pub use error::{Error, Result};
pub use exec::{ExecSpec, ExecState, TerminalSize};
pub use files::PathStat;
pub use host::{ConnectOptions, Origin, TlsOptions};
pub use images::{CredentialFault, CredentialTrouble, Found, ImageProgress, Removed, Search};
pub use networks::NetworkDetails;
pub use observe::{Alive, Query};
pub use place::{Archive, Pipe, Unpacking};
pub use processes::{Processes, Usage};
pub use refusal::{Reason, Refusal, Thing};
pub use registry::RegistryFault;
pub use streams::{
    AttachOptions, Attached, DaemonEvent, EventQuery, Exit, Flow, Heard, Input, Line, Lines, LogOptions,
    Output, WaitFor, Waiting,
};
