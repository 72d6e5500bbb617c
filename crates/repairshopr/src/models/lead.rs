//! A lead: somebody who may become a customer.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Listed, Moment, Readable, lenient};
use crate::{CustomerId, LeadId, TicketId};

/// A lead (`facts/repairshopr.md` 4.7).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Lead {
    /// The id.
    pub id: LeadId,
    /// The first name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub last_name: Option<String>,
    /// The company.
    #[serde(default, deserialize_with = "lenient::text")]
    pub business_name: Option<String>,
    /// The e-mail address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub phone: Option<String>,
    /// New, Lead, First Contact, Opportunity, Prospect, Waiting on Client, In Negotiation, Pending, Won or Lost.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// What it is about, as people read it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub ticket_subject: Option<String>,
    /// The customer it became.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// The ticket it became.
    #[serde(default, deserialize_with = "lenient::id")]
    pub ticket_id: Option<TicketId>,
    /// Whether it was put away.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub disabled: bool,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
    /// Custom fields by their label.
    #[serde(default, deserialize_with = "lenient::properties")]
    pub properties: Map<String, Value>,
}

impl Listed for Lead {
    const OPERATION: &'static str = "leads.list";
    const PATH: &'static str = "/api/v1/leads";
    const KEY: &'static str = "leads";
    const WRAPPER: &'static str = "lead";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Lead {
    const READ_OPERATION: &'static str = "leads.get";
    const READ_PATH: &'static str = "/api/v1/leads/{id}";
}
