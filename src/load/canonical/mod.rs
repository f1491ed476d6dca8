//! One form for everything: short forms become the long forms that they stand for.
//!
//! In: a merged tree of the right shape. Out: the same with `"80:80"` as a mapping, `networks: [a]` by name, and so
//! on; what is made out of a string keeps the place of the string. What has no right shape is left as it is: it was
//! reported before.

mod external;
mod faults;
mod forms;
mod mounts;
mod ports;

mod rules;

pub(super) use rules::canonical;
