//! `/payments/orders`: list, read.

use super::super::declaration::operation;
use crate::{
    ContactId, LocationId, OrderId,
    models::{Order, PaymentsReply},
};

/// Lists the orders of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListOrders {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u32,
    /// Of which contact.
    pub contact_id: Option<ContactId>,
    /// With which status.
    pub status: Option<String>,
    /// `live` or `test`.
    pub payment_mode: Option<String>,
    /// On this day or later, `YYYY-MM-DD`.
    pub start_at: Option<String>,
    /// On this day or earlier, `YYYY-MM-DD`.
    pub end_at: Option<String>,
    /// Words to look for.
    pub search: Option<String>,
}

impl ListOrders {
    /// All orders of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            offset: 0,
            contact_id: None,
            status: None,
            payment_mode: None,
            start_at: None,
            end_at: None,
            search: None,
        }
    }
}

operation! {
    ListOrders = "payments.list-orders",
    Get "/payments/orders" => PaymentsReply<Order>,
    V2021_07_28 Read Some("payments/orders.readonly"),
    query(altId: location_id, limit: limit, offset: offset),
    optional(
        contactId: contact_id, status: status, paymentMode: payment_mode, startAt: start_at,
        endAt: end_at, search: search
    ),
    rows(offset data: Order),
}

/// Reads an order.
#[derive(Clone, Debug, PartialEq)]
pub struct GetOrder {
    /// Which order.
    pub order_id: OrderId,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    GetOrder = "payments.get-order-by-id",
    Get "/payments/orders/{orderId}" (orderId: order_id) => Order,
    V2021_07_28 Read Some("payments/orders.readonly"),
    query(altId: location_id),
}
