//! The daemon's own BuildKit, spoken to over the daemon's API: what is built is said in one call, progress comes by
//! another, and the builder asks for files, secrets, keys and logins on a connection that is held open meanwhile.
//!
//! Facts from the protocol files of BuildKit (`control.proto`, `filesync.proto`, `secrets.proto`, `ssh.proto`), of
//! `fsutil` (`wire.proto`), and from tries on Docker Engine 20.10 and 28.

mod build;
mod cache;
mod check;
mod content;
mod fault;
mod layout;
mod links;
mod request;
mod selection;
mod session;
mod source;
mod sources;
mod ssh;
mod trace;
mod transfer;
