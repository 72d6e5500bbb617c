//! Conditions that the lists of invoices and payments share.

use crate::ContactId;

/// Which invoices, orders, transactions or subscriptions to list; all without a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Of which contact.
    pub contact_id: Option<ContactId>,
    /// `live` or `test`.
    pub payment_mode: Option<String>,
    /// On this day or later, `YYYY-MM-DD`.
    pub start_at: Option<String>,
    /// On this day or earlier, `YYYY-MM-DD`.
    pub end_at: Option<String>,
    /// Words to look for: a name, an address, a number.
    pub search: Option<String>,
}
