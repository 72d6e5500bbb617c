//! `/invoices`: list, read, create, change, delete.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    InvoiceId, LocationId,
    models::{
        Invoice, InvoiceFields, InvoiceItem, InvoiceNumberReply, InvoicesReply, PaymentFilter,
        owner,
    },
};

/// Lists the invoices of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListInvoices {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u32,
    /// With which status, such as `sent` or `paid`.
    pub status: Option<String>,
    /// Which of them.
    pub filter: PaymentFilter,
}

impl ListInvoices {
    /// All invoices of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 100, offset: 0, status: None, filter: PaymentFilter::default() }
    }
}

operation! {
    ListInvoices = "invoices.list-invoices",
    Get "/invoices/" => InvoicesReply,
    V2021_07_28 Read Some("invoices.readonly"),
    query(altId: location_id, limit: limit, offset: offset),
    fixed(altType: "location"),
    optional(
        status: status, contactId: filter.contact_id, paymentMode: filter.payment_mode,
        startAt: filter.start_at, endAt: filter.end_at, search: filter.search
    ),
    rows(offset invoices: Invoice),
}

/// Reads an invoice.
#[derive(Clone, Debug, PartialEq)]
pub struct GetInvoice {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    GetInvoice = "invoices.get-invoice",
    Get "/invoices/{invoiceId}" (invoiceId: invoice_id) => Invoice,
    V2021_07_28 Read Some("invoices.readonly"),
    query(altId: location_id),
    fixed(altType: "location"),
}

/// Creates an invoice as a draft; nobody is told of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateInvoice {
    /// In which location.
    #[serde(flatten, serialize_with = "owner")]
    pub location_id: LocationId,
    /// What people call it.
    pub name: String,
    /// The currency as three letters.
    pub currency: String,
    /// Its lines.
    pub items: Vec<InvoiceItem>,
    /// When it is issued, `YYYY-MM-DD`.
    pub issue_date: String,
    /// What else is to be said.
    #[serde(flatten)]
    pub fields: InvoiceFields,
}

operation! {
    CreateInvoice = "invoices.create-invoice",
    Post "/invoices/" => Invoice,
    V2021_07_28 Write Some("invoices.write"),
    body json,
}

/// Changes an invoice. What is named here is replaced, the lines as a whole. It needs
/// [`InvoiceFields::due_date`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateInvoice {
    /// Which invoice.
    #[serde(skip)]
    pub invoice_id: InvoiceId,
    /// In which location.
    #[serde(flatten, serialize_with = "owner")]
    pub location_id: LocationId,
    /// What people call it.
    pub name: String,
    /// The currency as three letters.
    pub currency: String,
    /// All its lines.
    pub invoice_items: Vec<InvoiceItem>,
    /// When it is issued, `YYYY-MM-DD`.
    pub issue_date: String,
    /// What else becomes of it.
    #[serde(flatten)]
    pub fields: InvoiceFields,
}

operation! {
    UpdateInvoice = "invoices.update-invoice",
    Put "/invoices/{invoiceId}" (invoiceId: invoice_id) => Invoice,
    V2021_07_28 Write Some("invoices.write"),
    body json,
}

/// Deletes an invoice.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteInvoice {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    DeleteInvoice = "invoices.delete-invoice",
    Delete "/invoices/{invoiceId}" (invoiceId: invoice_id) => Invoice,
    V2021_07_28 Delete Some("invoices.write"),
    query(altId: location_id),
    fixed(altType: "location"),
}

/// Tells the number that the next invoice gets.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateInvoiceNumber {
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    GenerateInvoiceNumber = "invoices.generate-invoice-number",
    Get "/invoices/generate-invoice-number" => InvoiceNumberReply,
    V2021_07_28 Read Some("invoices.readonly"),
    query(altId: location_id),
    fixed(altType: "location"),
}
