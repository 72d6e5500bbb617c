//! `/payments/subscriptions`: list, read.

use super::super::declaration::operation;
use crate::{
    ContactId, LocationId, SubscriptionId,
    models::{PaymentsReply, Subscription},
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
    /// Of which contact.
    pub contact_id: Option<ContactId>,
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

impl ListSubscriptions {
    /// All subscriptions of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            offset: 0,
            contact_id: None,
            entity_id: None,
            payment_mode: None,
            start_at: None,
            end_at: None,
            search: None,
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
        contactId: contact_id, entityId: entity_id, paymentMode: payment_mode, startAt: start_at,
        endAt: end_at, search: search
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
