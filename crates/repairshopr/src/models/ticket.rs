//! A ticket: a job for a customer.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Listed, Moment, Readable, lenient};
use crate::{ContactId, ContractId, CustomerId, TicketId};

/// A ticket (`facts/repairshopr.md` 4.3). Statuses and types are the account's own words.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Ticket {
    /// The id.
    pub id: TicketId,
    /// The number that people know, which is not the id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub number: Option<String>,
    /// What it is about.
    #[serde(default, deserialize_with = "lenient::text")]
    pub subject: Option<String>,
    /// The account's word for where it stands.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// The account's word for what kind of problem it is.
    #[serde(default, deserialize_with = "lenient::text")]
    pub problem_type: Option<String>,
    /// Whose it is.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// The person it is with.
    #[serde(default, deserialize_with = "lenient::id")]
    pub contact_id: Option<ContactId>,
    /// The contract it falls under.
    #[serde(default, deserialize_with = "lenient::id")]
    pub contract_id: Option<ContractId>,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
    /// When it was resolved.
    pub resolved_at: Option<Moment>,
    /// When it is due.
    pub due_date: Option<Moment>,
    /// Custom fields by their label.
    #[serde(default, deserialize_with = "lenient::properties")]
    pub properties: Map<String, Value>,
}

impl Listed for Ticket {
    const OPERATION: &'static str = "tickets.list";
    const PATH: &'static str = "/api/v1/tickets";
    const KEY: &'static str = "tickets";
    const WRAPPER: &'static str = "ticket";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Ticket {
    const READ_OPERATION: &'static str = "tickets.get";
    const READ_PATH: &'static str = "/api/v1/tickets/{id}";
}
