//! An estimate: an offer to a customer.

use serde::Deserialize;

use super::{Listed, Moment, Readable, lenient};
use crate::{CustomerId, EstimateId, InvoiceId, TicketId};

/// An estimate (`facts/repairshopr.md` 4.5). Money is text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Estimate {
    /// The id.
    pub id: EstimateId,
    /// The number that people know, which is not the id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub number: Option<String>,
    /// What it is called.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Fresh, Draft, Approved or Declined.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// Whom it is for.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// The ticket it belongs to.
    #[serde(default, deserialize_with = "lenient::id")]
    pub ticket_id: Option<TicketId>,
    /// The invoice that was made of it.
    #[serde(default, deserialize_with = "lenient::id")]
    pub invoice_id: Option<InvoiceId>,
    /// The day it is of.
    pub date: Option<Moment>,
    /// What it comes to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub total: Option<String>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
}

impl Listed for Estimate {
    const OPERATION: &'static str = "estimates.list";
    const PATH: &'static str = "/api/v1/estimates";
    const KEY: &'static str = "estimates";
    const WRAPPER: &'static str = "estimate";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Estimate {
    const READ_OPERATION: &'static str = "estimates.get";
    const READ_PATH: &'static str = "/api/v1/estimates/{id}";
}
