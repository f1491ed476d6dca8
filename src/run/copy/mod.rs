//! Files between here and containers, as plain tar: what `cp` does.
//!
//! A container says what its archive holds, and may lie: what comes out is written below the destination alone, through
//! folders that are opened one by one and never through a link; devices and set-id bits stay behind.

mod digest;
mod fault;
mod inbound;
mod local;
mod names;
mod outbound;
mod pack;
mod relay;
mod unpack;

pub use digest::Content;
pub use fault::CopyError;
pub use inbound::{copy_in, pour_in};
pub use local::{LocalSource, LocalTarget};
pub use outbound::{content, copy_out, copy_raw};
pub use relay::copy_across;
