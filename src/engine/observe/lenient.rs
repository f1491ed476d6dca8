//! Reads what daemons answer, not what their documentation says: `null` for nothing, missing fields, new words.

use serde::{Deserialize, Deserializer};

/// `null` is the default.
pub(in crate::engine) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
