//! Replies to changes of many contacts at once.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ContactId;

/// What became of a change of tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkTagsReply {
    /// Whether it was done. The spelling is HighLevel's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeded: Option<bool>,
    /// How many contacts could not be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_count: Option<u64>,
    /// One entry for each contact: the specification announces texts, its example has objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responses: Option<Vec<Value>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What became of a change of businesses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BusinessContactsReply {
    /// Whether it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// Which contacts were changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<ContactId>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
