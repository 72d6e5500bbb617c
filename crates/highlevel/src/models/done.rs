//! Done: the reply of operations that have nothing to show.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The names of the flag: the wire's own spelling, the right one, and another
/// (`facts/highlevel.md` 1.4, 11).
const FLAGS: [&str; 3] = ["succeded", "succeeded", "success"];

/// Whether an operation says that it succeeded, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Done(Map<String, Value>);

impl Done {
    /// Whether HighLevel says so; none where it says nothing.
    #[must_use]
    pub fn succeeded(&self) -> Option<bool> {
        FLAGS.iter().find_map(|flag| self.0.get(*flag)?.as_bool())
    }
}
