//! `/locations`: create, change, delete; only with the token of an agency.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    CompanyId, LocationId,
    models::{Done, Location, LocationFields},
};

/// Creates a location. It needs a company's token, and may cost money.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLocation {
    /// The name of the business.
    pub name: String,
    /// In which company.
    pub company_id: CompanyId,
    /// The snapshot to begin with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<String>,
    /// What else is to be said.
    #[serde(flatten)]
    pub fields: LocationFields,
}

operation! {
    CreateLocation = "locations.create-location",
    Post "/locations/" => Location,
    V2021_07_28 Write Some("locations.write"),
    body json,
}

/// Changes a location; what is left out stays. It needs a company's token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateLocation {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// In which company it is.
    pub company_id: CompanyId,
    /// The name of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What becomes of it.
    #[serde(flatten)]
    pub fields: LocationFields,
}

operation! {
    UpdateLocation = "locations.put-location",
    Put "/locations/{locationId}" (locationId: location_id) => Location,
    V2021_07_28 Write Some("locations.write"),
    body json,
}

/// Deletes a location **with all that is in it**. It needs a company's token.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteLocation {
    /// Which location.
    pub location_id: LocationId,
    /// Whether its Twilio account goes too.
    pub delete_twilio_account: bool,
}

operation! {
    DeleteLocation = "locations.delete-location",
    Delete "/locations/{locationId}" (locationId: location_id) => Done,
    V2021_07_28 Delete Some("locations.internal-access-only"),
    query(deleteTwilioAccount: delete_twilio_account),
}
