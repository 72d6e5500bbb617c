//! `POST /leads`: hands over somebody who may become a customer.

use endpoint::{Endpoint, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::models::{Found, Lead};

/// Creates a lead, which e-mails nobody and needs no permission (`facts/repairshopr.md` 4.7).
///
/// Repeating it makes a second one, and none can be deleted: look among the leads first, also after
/// a call that failed and may have been carried out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateLead {
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The company. One of the three names has to be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_name: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The state or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// What the lead is about, as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_subject: Option<String>,
    /// Custom fields by their label.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

impl Endpoint for CreateLead {
    const NAME: &'static str = "leads.create";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/leads";
    type Response = Found<Lead>;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Some)
    }
}
