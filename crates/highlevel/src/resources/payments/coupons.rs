//! `/payments/coupon/list`: list.

use super::super::declaration::operation;
use crate::{
    LocationId,
    models::{Coupon, PaymentsReply},
};

/// Lists the coupons of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCoupons {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u32,
    /// With which status, such as `active`.
    pub status: Option<String>,
    /// Words to look for.
    pub search: Option<String>,
}

impl ListCoupons {
    /// All coupons of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 100, offset: 0, status: None, search: None }
    }
}

operation! {
    ListCoupons = "payments.list-coupons",
    Get "/payments/coupon/list" => PaymentsReply<Coupon>,
    V2021_07_28 Read Some("payments/coupons.readonly"),
    query(altId: location_id, limit: limit, offset: offset),
    fixed(altType: "location"),
    optional(status: status, search: search),
    rows(offset data: Coupon),
}
