//! An asset: a device or another thing that a customer owns.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Listed, Moment, Readable, lenient};
use crate::{AssetId, ContactId, CustomerId};

/// An asset (`facts/repairshopr.md` 4.4).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Asset {
    /// The id.
    pub id: AssetId,
    /// Whose it is.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// Who uses it.
    #[serde(default, deserialize_with = "lenient::id")]
    pub contact_id: Option<ContactId>,
    /// What it is called.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The account's word for what it is.
    #[serde(default, deserialize_with = "lenient::text")]
    pub asset_type: Option<String>,
    /// Its serial number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub asset_serial: Option<String>,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
    /// Custom fields by their label, such as the end of a warranty.
    #[serde(default, deserialize_with = "lenient::properties")]
    pub properties: Map<String, Value>,
}

impl Listed for Asset {
    const OPERATION: &'static str = "assets.list";
    const PATH: &'static str = "/api/v1/customer_assets";
    const KEY: &'static str = "assets";
    const WRAPPER: &'static str = "asset";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Asset {
    const READ_OPERATION: &'static str = "assets.get";
    const READ_PATH: &'static str = "/api/v1/customer_assets/{id}";
}
