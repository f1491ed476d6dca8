//! Text to located tree and back.
//!
//! In: texts. Out: [`Node`] trees whose every value knows its bytes. This room never knows compose.

mod decode;
mod emit;
mod json;
mod map;
mod node;
mod order;
mod parse;
mod path;
mod scalar;
mod text;

pub use decode::{ANY_VALUE, Fault, TIME_TAG, decode, decode_seed};
pub use emit::{EmitError, to_yaml};
pub use json::{to_json, to_json_indented, to_json_pretty};
pub use map::{Entry, Map};
pub use node::{Node, Tag, Trail, Value, VariableUse};
pub use order::key_order;
pub use parse::parse;
pub use path::{Path, Pattern, Segment, Step};
