//! `/payments/transactions`: list, read.

use super::super::declaration::operation;
use crate::{
    LocationId, TransactionId,
    models::{PaymentFilter, PaymentsReply, Transaction},
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
    /// Of which subscription.
    pub subscription_id: Option<String>,
    /// For what.
    pub entity_id: Option<String>,
    /// Which of them.
    pub filter: PaymentFilter,
}

impl ListTransactions {
    /// All transactions of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            offset: 0,
            subscription_id: None,
            entity_id: None,
            filter: PaymentFilter::default(),
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
        subscriptionId: subscription_id, entityId: entity_id, contactId: filter.contact_id,
        paymentMode: filter.payment_mode, startAt: filter.start_at, endAt: filter.end_at,
        search: filter.search
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
