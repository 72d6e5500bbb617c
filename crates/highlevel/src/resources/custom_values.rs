//! `/locations/{locationId}/customValues`: list, read, create, change, delete.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    CustomValueId, Effect, HighLevelEndpoint, LocationId, Version,
    models::{CustomValueReply, CustomValuesReply, Done},
    operation::json,
};

/// Lists the custom values of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCustomValues {
    /// Which location.
    pub location_id: LocationId,
}

impl Endpoint for ListCustomValues {
    const NAME: &'static str = "locations.get-custom-values";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/{locationId}/customValues";
    type Response = CustomValuesReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str())]
    }
}

impl HighLevelEndpoint for ListCustomValues {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("locations/customValues.readonly");
}

/// Reads a custom value.
#[derive(Clone, Debug, PartialEq)]
pub struct GetCustomValue {
    /// Which location.
    pub location_id: LocationId,
    /// Which custom value.
    pub value_id: CustomValueId,
}

impl Endpoint for GetCustomValue {
    const NAME: &'static str = "locations.get-custom-value";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/{locationId}/customValues/{id}";
    type Response = CustomValueReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("id", self.value_id.as_str())]
    }
}

impl HighLevelEndpoint for GetCustomValue {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = None;
}

/// Creates a custom value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCustomValue {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// What people call it.
    pub name: String,
    /// The text.
    pub value: String,
}

impl Endpoint for CreateCustomValue {
    const NAME: &'static str = "locations.create-custom-value";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/locations/{locationId}/customValues";
    type Response = CustomValueReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for CreateCustomValue {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("locations/customValues.write");
}

/// Changes a custom value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCustomValue {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Which custom value.
    #[serde(skip)]
    pub value_id: CustomValueId,
    /// What people call it.
    pub name: String,
    /// The text.
    pub value: String,
}

impl Endpoint for UpdateCustomValue {
    const NAME: &'static str = "locations.update-custom-value";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/locations/{locationId}/customValues/{id}";
    type Response = CustomValueReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("id", self.value_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for UpdateCustomValue {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = None;
}

/// Deletes a custom value.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCustomValue {
    /// Which location.
    pub location_id: LocationId,
    /// Which custom value.
    pub value_id: CustomValueId,
}

impl Endpoint for DeleteCustomValue {
    const NAME: &'static str = "locations.delete-custom-value";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/locations/{locationId}/customValues/{id}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("id", self.value_id.as_str())]
    }
}

impl HighLevelEndpoint for DeleteCustomValue {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Delete;
    const SCOPE: Option<&'static str> = None;
}
