//! Followers: the users who are told of changes to a record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::UserId;

/// The reply to adding or removing followers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Followers {
    /// Who follows after the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<Vec<UserId>>,
    /// Who was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_added: Option<Vec<UserId>>,
    /// Who was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_removed: Option<Vec<UserId>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
