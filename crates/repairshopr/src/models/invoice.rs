//! An invoice.

use serde::Deserialize;

use super::{Listed, Moment, Readable, lenient};
use crate::{CustomerId, InvoiceId, TicketId};

/// An invoice (`facts/repairshopr.md` 4.5). Money is text, such as `"120.0"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Invoice {
    /// The id.
    pub id: InvoiceId,
    /// The number that people know, which is not the id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub number: Option<String>,
    /// Who is to pay it.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// The ticket it bills.
    #[serde(default, deserialize_with = "lenient::id")]
    pub ticket_id: Option<TicketId>,
    /// The day it is of.
    pub date: Option<Moment>,
    /// The day it is due.
    pub due_date: Option<Moment>,
    /// What is to pay, without tax.
    #[serde(default, deserialize_with = "lenient::text")]
    pub subtotal: Option<String>,
    /// The tax.
    #[serde(default, deserialize_with = "lenient::text")]
    pub tax: Option<String>,
    /// What is to pay.
    #[serde(default, deserialize_with = "lenient::text")]
    pub total: Option<String>,
    /// Whether it is paid.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub is_paid: bool,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
}

impl Listed for Invoice {
    const OPERATION: &'static str = "invoices.list";
    const PATH: &'static str = "/api/v1/invoices";
    const KEY: &'static str = "invoices";
    const WRAPPER: &'static str = "invoice";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Invoice {
    const READ_OPERATION: &'static str = "invoices.get";
    const READ_PATH: &'static str = "/api/v1/invoices/{id}";
}
