//! A difference: the values of a record before and after a write, and the tags that it adds and takes away.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What differs between a record before a write and after it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Its fields that differ: `first_name`, `address.city`, `custom_fields.` and the field's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, WrittenField>,
    /// Its tags that differ. They are no list before and after: what others add or take away in the
    /// meantime is not this write's.
    #[serde(default, skip_serializing_if = "TagChange::is_empty")]
    pub tags: TagChange,
}

/// One field before and after a write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WrittenField {
    /// What people call it, where its key does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its value before; null where it was empty.
    pub before: Value,
    /// Its value after; null where it is empty.
    pub after: Value,
}

/// The tags that a write adds and takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagChange {
    /// Those that the record did not have.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub added: BTreeSet<String>,
    /// Those that the record had.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub removed: BTreeSet<String>,
}

impl Difference {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.tags.is_empty()
    }
}

impl WrittenField {
    /// A field that is called by its key.
    #[must_use]
    pub fn new(before: Value, after: Value) -> Self {
        Self { name: None, before, after }
    }
}

impl TagChange {
    /// Whether no tag differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}
