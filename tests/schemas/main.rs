//! The schemas that we ship describe what we write.

mod compose;
mod events;
mod schema;
