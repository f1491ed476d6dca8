//! The schemas that we ship describe what we write.

mod events;
mod schema;
