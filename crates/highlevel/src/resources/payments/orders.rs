//! `/payments/orders`: list, read.

use super::super::declaration::operation;
use crate::{
    LocationId, OrderId,
    models::{Order, PaymentFilter, PaymentsReply},
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
    /// With which status.
    pub status: Option<String>,
    /// Which of them.
    pub filter: PaymentFilter,
}

impl ListOrders {
    /// All orders of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 100, offset: 0, status: None, filter: PaymentFilter::default() }
    }
}

operation! {
    ListOrders = "payments.list-orders",
    Get "/payments/orders" => PaymentsReply<Order>,
    V2021_07_28 Read Some("payments/orders.readonly"),
    query(altId: location_id, limit: limit, offset: offset),
    optional(
        status: status, contactId: filter.contact_id, paymentMode: filter.payment_mode,
        startAt: filter.start_at, endAt: filter.end_at, search: filter.search
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
