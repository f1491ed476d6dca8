//! Names that a type and the decoder agree on.

/// The tag under which a time is kept where any value is wanted: `!time 2024-01-01T00:00:00Z`.
pub const TIME_TAG: &str = "!time";

/// The name under which a newtype asks for any value at all, times included, which then come under [`TIME_TAG`].
pub const ANY_VALUE: &str = "rcompose::yaml::any value";
