//! `/payments/transactions`: list, read.

use super::super::declaration::operation;
use crate::{
    ContactId, LocationId, TransactionId,
    models::{PaymentsReply, Transaction},
};

/// Lists the transactions of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTransactions {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u32,
    /// Of which contact.
    pub contact_id: Option<ContactId>,
    /// Of which subscription.
    pub subscription_id: Option<String>,
    /// For what.
    pub entity_id: Option<String>,
    /// `live` or `test`.
    pub payment_mode: Option<String>,
    /// On this day or later, `YYYY-MM-DD`.
    pub start_at: Option<String>,
    /// On this day or earlier, `YYYY-MM-DD`.
    pub end_at: Option<String>,
    /// Words to look for.
    pub search: Option<String>,
}

impl ListTransactions {
    /// All transactions of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            offset: 0,
            contact_id: None,
            subscription_id: None,
            entity_id: None,
            payment_mode: None,
            start_at: None,
            end_at: None,
            search: None,
        }
    }
}

operation! {
    ListTransactions = "payments.list-transactions",
    Get "/payments/transactions" => PaymentsReply<Transaction>,
    V2021_07_28 Read Some("payments/transactions.readonly"),
    query(altId: location_id, limit: limit, offset: offset),
    fixed(altType: "location"),
    optional(
        contactId: contact_id, subscriptionId: subscription_id, entityId: entity_id, paymentMode:
        payment_mode, startAt: start_at, endAt: end_at, search: search
    ),
    rows(offset data: Transaction),
}

/// Reads a transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTransaction {
    /// Which transaction.
    pub transaction_id: TransactionId,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    GetTransaction = "payments.get-transaction-by-id",
    Get "/payments/transactions/{transactionId}" (transactionId: transaction_id) => Transaction,
    V2021_07_28 Read Some("payments/transactions.readonly"),
    query(altId: location_id),
    fixed(altType: "location"),
}
