//! A member of a patch, as JSON Merge Patch (RFC 7396) has it: absent keeps, null clears.

use serde::{Deserialize, Deserializer};

/// Reads a member that is there, so that null is told from absent.
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
