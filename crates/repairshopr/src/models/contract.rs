//! A contract: an agreement with a customer, which has an end.

use serde::Deserialize;

use super::{Listed, Moment, Readable, lenient};
use crate::{ContractId, CustomerId};

/// A contract (`facts/repairshopr.md` 5). It says nothing of its renewal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Contract {
    /// The id.
    pub id: ContractId,
    /// With whom it is.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// What it is called.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// What it is worth, as somebody typed it: `30k`, `$100.00`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub contract_amount: Option<String>,
    /// The day it begins: take [`Moment::date`].
    pub start_date: Option<Moment>,
    /// The day it ends: take [`Moment::date`].
    pub end_date: Option<Moment>,
    /// The account's word for where it stands.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// How likely it is to come about, in percent.
    #[serde(default, deserialize_with = "lenient::text")]
    pub likelihood: Option<String>,
    /// What else is said of it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: Option<String>,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
}

impl Listed for Contract {
    const OPERATION: &'static str = "contracts.list";
    const PATH: &'static str = "/api/v1/contracts";
    const KEY: &'static str = "contracts";
    const WRAPPER: &'static str = "contract";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Contract {
    const READ_OPERATION: &'static str = "contracts.get";
    const READ_PATH: &'static str = "/api/v1/contracts/{id}";
}
