//! `/invoices/{invoiceId}`: void, send, record a payment; `/invoices/text2pay`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::declaration::operation;
use crate::{
    InvoiceId, LocationId, UserId,
    models::{
        Invoice, InvoiceFields, InvoiceItem, PaidInvoiceReply, SentInvoiceReply,
        TextedInvoiceReply, owner,
    },
};

/// Declares an invoice void. It cannot be taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoidInvoice {
    /// Which invoice.
    #[serde(skip)]
    pub invoice_id: InvoiceId,
    /// In which location.
    #[serde(flatten, serialize_with = "owner")]
    pub location_id: LocationId,
}

operation! {
    VoidInvoice = "invoices.void-invoice",
    Post "/invoices/{invoiceId}/void" (invoiceId: invoice_id) => Invoice,
    V2021_07_28 Write Some("invoices.write"),
    body json,
}

/// Sends an invoice. **It reaches a person**, and is never repeated once it may have been sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SendInvoice {
    /// Which invoice.
    #[serde(skip)]
    pub invoice_id: InvoiceId,
    /// In which location.
    #[serde(flatten, serialize_with = "owner")]
    pub location_id: LocationId,
    /// Who sends it.
    pub user_id: UserId,
    /// How: `email`, `sms`, `sms_and_email`, or `send_manually`, which only marks it as sent.
    pub action: String,
    /// Whether it is more than a test.
    pub live_mode: bool,
    /// Further members, sent as they are, such as `sentFrom` or `autoPayment`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

operation! {
    SendInvoice = "invoices.send-invoice",
    Post "/invoices/{invoiceId}/send" (invoiceId: invoice_id) => SentInvoiceReply,
    V2021_07_28 Send Some("invoices.write"),
    body json,
}

/// Records that an invoice was paid elsewhere. It is never repeated once it may have been recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordPayment {
    /// Which invoice.
    #[serde(skip)]
    pub invoice_id: InvoiceId,
    /// In which location.
    #[serde(flatten, serialize_with = "owner")]
    pub location_id: LocationId,
    /// How: `cash`, `card`, `cheque`, `bank_transfer` or `other`.
    pub mode: String,
    /// How much, in major units of the currency; all that is due without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// What is noted about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// When it was paid: ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfilled_at: Option<String>,
    /// Which parts of a payment plan it pays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payment_schedule_ids: Vec<String>,
    /// Further members, sent as they are, such as `card` or `cheque`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

operation! {
    RecordPayment = "invoices.record-invoice",
    Post "/invoices/{invoiceId}/record-payment" (invoiceId: invoice_id) => PaidInvoiceReply,
    V2021_07_28 Write Some("invoices.write"),
    body json,
}

/// Creates an invoice and texts it to its payer. **It reaches a person**, unless [`Self::action`]
/// is `draft`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextToPay {
    /// In which location.
    #[serde(flatten, serialize_with = "owner")]
    pub location_id: LocationId,
    /// `send` or `draft`.
    pub action: String,
    /// Who sends it.
    pub user_id: UserId,
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
    TextToPay = "invoices.text2pay-invoice",
    Post "/invoices/text2pay" => TextedInvoiceReply,
    V2021_07_28 Send Some("invoices.write"),
    body json,
}
