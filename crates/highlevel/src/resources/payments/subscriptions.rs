//! `/payments/subscriptions`: list, read.

use super::super::declaration::operation;
use crate::{
    LocationId, SubscriptionId,
    models::{PaymentFilter, PaymentsReply, Subscription},
};

/// Lists the subscriptions of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListSubscriptions {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u32,
    /// For what.
    pub entity_id: Option<String>,
    /// Which of them.
    pub filter: PaymentFilter,
}

impl ListSubscriptions {
    /// All subscriptions of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            offset: 0,
            entity_id: None,
            filter: PaymentFilter::default(),
        }
    }
}

operation! {
    ListSubscriptions = "payments.list-subscriptions",
    Get "/payments/subscriptions" => PaymentsReply<Subscription>,
    V2021_07_28 Read Some("payments/subscriptions.readonly"),
    query(altId: location_id, limit: limit, offset: offset),
    fixed(altType: "location"),
    optional(
        entityId: entity_id, contactId: filter.contact_id, paymentMode: filter.payment_mode,
        startAt: filter.start_at, endAt: filter.end_at, search: filter.search
    ),
    rows(offset data: Subscription),
}

/// Reads a subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct GetSubscription {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    GetSubscription = "payments.get-subscription-by-id",
    Get "/payments/subscriptions/{subscriptionId}"
        (subscriptionId: subscription_id) => Subscription,
    V2021_07_28 Read Some("payments/subscriptions.readonly"),
    query(altId: location_id),
    fixed(altType: "location"),
}
