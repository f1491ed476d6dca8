//! One file a verb: its flags, and the call into the library that does it.

mod completion;
mod metadata;
mod version;

pub(crate) use completion::{CompletionArgs, run as completion};
pub(crate) use metadata::text as metadata;
pub(crate) use version::{VersionArgs, run as version};
