//! A contact: a person below a customer.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Listed, Moment, Readable, lenient};
use crate::{ContactId, CustomerId};

/// A contact (`facts/repairshopr.md` 4.2).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Contact {
    /// The id.
    pub id: ContactId,
    /// Whose person it is.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// The whole name in one text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The e-mail address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub phone: Option<String>,
    /// The mobile number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub mobile: Option<String>,
    /// The extension.
    #[serde(default, deserialize_with = "lenient::text")]
    pub extension: Option<String>,
    /// Street and number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub address1: Option<String>,
    /// The second line of the address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub address2: Option<String>,
    /// The city.
    #[serde(default, deserialize_with = "lenient::text")]
    pub city: Option<String>,
    /// The state or region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state: Option<String>,
    /// The postal code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub zip: Option<String>,
    /// Whether the person wants no e-mail.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub opt_out: bool,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
    /// Custom fields by their label; the title stands here.
    #[serde(default, deserialize_with = "lenient::properties")]
    pub properties: Map<String, Value>,
}

impl Listed for Contact {
    const OPERATION: &'static str = "contacts.list";
    const PATH: &'static str = "/api/v1/contacts";
    const KEY: &'static str = "contacts";
    const WRAPPER: &'static str = "contact";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Contact {
    const READ_OPERATION: &'static str = "contacts.get";
    const READ_PATH: &'static str = "/api/v1/contacts/{id}";
}
