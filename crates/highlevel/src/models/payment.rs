//! Orders, transactions, subscriptions and coupons.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Moment;
use crate::{ContactId, CouponId, LocationId, OrderId, SubscriptionId, TransactionId};

/// An order. Rows of a list and the order itself differ in what is in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: OrderId,
    /// The location that it belongs to.
    #[serde(rename = "altId", skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// Who ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The currency as three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What it comes to, in major units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// How it stands, such as `pending` or `completed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether it was delivered, such as `fulfilled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfillment_status: Option<String>,
    /// Whether it is more than a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_mode: Option<bool>,
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

/// A payment or a refund.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: TransactionId,
    /// The location that it belongs to.
    #[serde(rename = "altId", skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// Who paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The currency as three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How much, in major units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// How much of it was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_refunded: Option<f64>,
    /// How it stands, such as `succeeded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Value>,
    /// Whether it is more than a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_mode: Option<bool>,
    /// What was paid, such as `invoice` or `order`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<String>,
    /// The id of what was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// The subscription that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// Its id at the provider of payments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge_id: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfilled_at: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A payment that recurs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: SubscriptionId,
    /// The location that it belongs to.
    #[serde(rename = "altId", skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// Who pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The currency as three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How much each time, in major units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// How it stands, such as `active` or `canceled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Value>,
    /// Whether it is more than a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_mode: Option<bool>,
    /// What is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<String>,
    /// The id of what is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
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

/// A coupon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coupon {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: CouponId,
    /// The location that it belongs to.
    #[serde(rename = "altId", skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What a buyer types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `percentage` or `amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_type: Option<String>,
    /// How much is taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_value: Option<f64>,
    /// How it stands, such as `active` or `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How often it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_count: Option<u64>,
    /// From when it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Moment>,
    /// Until when it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of orders, transactions, subscriptions or coupons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentsReply<T> {
    /// The rows.
    pub data: Vec<T>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
