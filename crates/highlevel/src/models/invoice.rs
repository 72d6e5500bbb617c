//! An invoice, its lines, and what is said when it is sent or paid.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Moment;
use crate::{ContactId, InvoiceId, LocationId};

/// An invoice (`facts/highlevel.md` 6.6). Amounts are in major units of its currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: InvoiceId,
    /// The location that it belongs to.
    #[serde(rename = "altId", skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// How it stands: `draft`, `sent`, `payment_processing`, `paid`, `void` or `partially_paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether it is more than a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_mode: Option<bool>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its number, as a number or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<Value>,
    /// The currency as three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What it comes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
    /// What was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_paid: Option<f64>,
    /// What is still to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_due: Option<f64>,
    /// When it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Moment>,
    /// When it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Moment>,
    /// Whom it is for: `id`, `name`, `email` and more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_details: Option<Value>,
    /// Who issues it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_details: Option<Value>,
    /// Its lines. A write calls them `items`, and only a change calls them so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_items: Option<Vec<Value>>,
    /// What is taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Value>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of invoices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoicesReply {
    /// The invoices.
    pub invoices: Vec<Invoice>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The reply to sending an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentInvoiceReply {
    /// The invoice.
    pub invoice: Invoice,
    /// What became of the text message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_data: Option<Value>,
    /// What became of the e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_data: Option<Value>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The reply to recording a payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaidInvoiceReply {
    /// Whether it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// The invoice.
    pub invoice: Invoice,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The reply to creating an invoice and sending it at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextedInvoiceReply {
    /// The invoice.
    pub invoice: Invoice,
    /// Where it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_url: Option<String>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A number for the next invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceNumberReply {
    /// The number, as a number or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<Value>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A line of an invoice to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceItem {
    /// What is sold.
    pub name: String,
    /// The currency as three letters.
    pub currency: String,
    /// What one of it costs, in major units of the currency.
    pub amount: f64,
    /// How many.
    pub qty: f64,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    /// The price of the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_id: Option<String>,
    /// `one_time` or `recurring`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The taxes on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxes: Option<Vec<Value>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Whom an invoice is for. HighLevel wants all four members, if only empty (`facts/highlevel.md`
/// 6.6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactDetails {
    /// The contact.
    pub id: ContactId,
    /// The name.
    pub name: String,
    /// The phone number.
    pub phone_no: String,
    /// The e-mail address.
    pub email: String,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The fields of an invoice that creating and changing it have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceFields {
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The terms, as HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_notes: Option<String>,
    /// Its number; HighLevel gives one without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// What is taken off: `type`, `percentage` or `fixed`, and `value`. A new invoice needs it, if
    /// only with 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Value>,
    /// Who issues it. A new invoice needs it, if only empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_details: Option<Value>,
    /// Whom it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_details: Option<ContactDetails>,
    /// When it is to be paid, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
    /// Where it is sent: `email`, an array of addresses, and more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<Value>,
    /// Whether it is more than a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_mode: Option<bool>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
