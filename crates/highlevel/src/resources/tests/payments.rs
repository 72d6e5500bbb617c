//! Tests of payments: lists in pages, and rows that differ from the record.

use super::*;
use crate::{OrderId, SubscriptionId, TransactionId, models::PaymentFilter};

#[tokio::test]
async fn each_list_is_owned_by_a_location_and_comes_in_pages() {
    async fn second<E: Paged>(list: E, row: &str) -> String {
        let page = format!(r#"{{"data":[{row}],"totalCount":1}}"#);
        let (sizes, wire) = turned(list, &[&page, r#"{"data":[],"totalCount":1}"#]).await;
        assert_eq!(sizes, [1]);
        wire[1].clone()
    }
    let row = r#"{"_id":"x1","altId":"l1","amount":9.5,"sourceMeta":{}}"#;
    let filter = PaymentFilter {
        contact_id: Some(contact()),
        payment_mode: Some(text("live")),
        start_at: Some(text("2027-01-01")),
        end_at: Some(text("2027-01-31")),
        search: Some(text("ada")),
    };
    let some = ListOrders { filter, ..ListOrders::new(location()) };
    let rest = "contactId=c1&paymentMode=live&startAt=2027-01-01&endAt=2027-01-31&search=ada";
    assert!(sent(&some).ends_with(rest));
    let list = ListOrders { limit: 1, ..ListOrders::new(location()) };
    assert_eq!(second(list, row).await, "GET /payments/orders?altId=l1&limit=1&offset=1");
    let rest = "altId=l1&limit=1&offset=1&altType=location";
    let list = ListTransactions { limit: 1, ..ListTransactions::new(location()) };
    sent(&list);
    assert_eq!(second(list, row).await, format!("GET /payments/transactions?{rest}"));
    let list = ListSubscriptions { limit: 1, ..ListSubscriptions::new(location()) };
    sent(&list);
    assert_eq!(second(list, row).await, format!("GET /payments/subscriptions?{rest}"));
    let list = ListCoupons { limit: 1, ..ListCoupons::new(location()) };
    sent(&list);
    assert_eq!(second(list, row).await, format!("GET /payments/coupon/list?{rest}"));
}

#[test]
fn single_records_are_read_and_lose_nothing() {
    let (order_id, transaction_id) = (OrderId::new("or1"), TransactionId::new("tr1"));
    let get = GetOrder { order_id, location_id: location() };
    assert_eq!(sent(&get), "2021-07-28 GET /payments/orders/or1?altId=l1");
    let order = kept::<GetOrder>(
        r#"{"_id":"or1","altId":"l1","altType":"location","amount":40.0,"status":"completed",
        "amountSummary":{"subtotal":42,"discount":2},"source":{"id":"f1"}}"#,
    );
    assert_eq!(order.extra["amountSummary"]["discount"], 2);
    let get = GetTransaction { transaction_id, location_id: location() };
    let at = "altId=l1&altType=location";
    assert_eq!(sent(&get), format!("2021-07-28 GET /payments/transactions/tr1?{at}"));
    kept::<GetTransaction>(r#"{"_id":"tr1","status":"succeeded","paymentProvider":{"t":"card"}}"#);
    let subscription_id = SubscriptionId::new("su1");
    let get = GetSubscription { subscription_id, location_id: location() };
    assert_eq!(sent(&get), format!("2021-07-28 GET /payments/subscriptions/su1?{at}"));
    kept::<GetSubscription>(r#"{"_id":"su1","status":"active","schedule":{"rrule":{"count":3}}}"#);
    let coupons = r#"{"data":[{"_id":"co1","code":"TEN","discountValue":10.0,"usageCount":0,
        "applyToFuturePaymentsConfig":{"type":"forever"}}],"totalCount":1,"traceId":"t"}"#;
    assert_eq!(kept::<ListCoupons>(coupons).data[0].code.as_deref(), Some("TEN"));
}
