//! The small languages inside strings. Each is read by pure functions whose errors carry the byte offset of what is wrong.
//!
//! This room never knows files, trees or other rooms.

mod dotenv;
mod ignore;
mod keys;
mod mount;
mod name;
mod path;
mod port;
mod reference;
mod template;
mod words;

pub use dotenv::{Assignment, Dotenv, DotenvError, DotenvFault, dotenv, dotenv_raw};
pub use ignore::{Ignore, IgnoreError, IgnoreFault};
pub use keys::DetachKeys;
pub use mount::{MountError, MountFault, ShortMount};
pub use name::{is_container, is_key, is_project, normalize_project};
pub use path::clean_path;
pub use port::{PortError, PortFault, Ports};
pub use reference::{Reference, ReferenceError, ReferenceFault};
pub use template::{
    Expansion, Malformation, Mention, TemplateError, TemplateFault, TemplatePart, TemplateUse, expand,
    mentions,
};
pub use words::{Words, WordsError, WordsFault, split};
