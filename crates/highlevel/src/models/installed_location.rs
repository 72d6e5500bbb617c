//! A location that has an app, as an agency's list of installations shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::LocationId;

/// A location and whether it has the app (`facts/highlevel.md` 2.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstalledLocation {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: LocationId,
    /// The name of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it has the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_installed: Option<bool>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of such locations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstalledLocationsReply {
    /// The locations.
    pub locations: Vec<InstalledLocation>,
    /// Whether locations of the future get the app by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_to_future_locations: Option<bool>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
