//! Tests: the money of a location over the API's own port, held against the schemas.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::desk::Desk;
use crate::highlevel::receiver::Receiver;

fn alt(desk: &Desk) -> Value {
    json!({ "altId": desk.sandbox.location_id(), "altType": "location" })
}

fn with(mut base: Value, fields: Value) -> Value {
    if let (Some(base), Value::Object(fields)) = (base.as_object_mut(), fields) {
        base.extend(fields);
    }
    base
}

fn body(desk: &Desk) -> Value {
    let item = json!({ "name": "Visit", "currency": "USD", "amount": 80.1, "qty": 3 });
    with(
        alt(desk),
        json!({
            "name": "Visits", "businessDetails": { "name": "Harbor" }, "currency": "USD",
            "items": [item], "discount": { "type": "fixed", "value": 0.3 }, "liveMode": true,
            "contactDetails": { "id": "c", "name": "Ada", "phoneNo": "", "email": "ada@example.com" },
            "issueDate": "2026-05-01", "sentTo": { "email": [] },
        }),
    )
}

fn query(desk: &Desk) -> String {
    format!("altId={}&altType=location", desk.sandbox.location_id())
}

#[tokio::test]
async fn an_invoice_is_paid_in_parts_and_the_money_is_found_again() {
    let desk = Desk::open().await;
    let (alt, query) = (alt(&desk), query(&desk));
    let made = desk.ok("POST /invoices/", body(&desk)).await;
    assert_eq!((&made["total"], &made["invoiceNumber"]), (&json!(240), &json!(1)));
    let path = format!("/invoices/{}", made["_id"].as_str().unwrap());
    let send = with(alt.clone(), json!({ "userId": "u", "action": "email", "liveMode": true }));
    let sent = desk.ok(&format!("POST {path}/send"), send.clone()).await;
    assert_eq!(sent["emailData"]["to"], json!(["ada@example.com"]));
    let sms = with(send, json!({ "action": "sms" }));
    assert_eq!(desk.refused(&format!("POST {path}/send"), sms).await.0, 400);

    let pay = |amount: f64| with(alt.clone(), json!({ "mode": "cash", "amount": amount }));
    let line = format!("POST {path}/record-payment");
    let part = desk.ok(&line, pay(39.99)).await["invoice"].clone();
    assert_eq!((&part["status"], &part["amountDue"]), (&json!("partially_paid"), &json!(200.01)));
    for amount in [0.0, -1.0, 200.02] {
        assert_eq!(desk.refused(&line, pay(amount)).await.0, 400, "{amount}");
    }
    assert_eq!(desk.ok(&line, pay(200.01)).await["invoice"]["status"], "paid");
    let refused = desk.refused(&format!("POST {path}/void"), alt.clone()).await;
    assert_eq!(refused, (400, "An invoice with status paid can not be voided".to_owned()));

    let line = format!("GET /payments/transactions?{query}&search=visits");
    let (_, found) = desk.call(&line, Value::Null).await;
    assert_eq!(found["totalCount"], 2);
    let list = format!("GET /invoices/?{query}&limit=10&offset=0&status=paid");
    assert_eq!(desk.ok(&list, Value::Null).await["total"], 1);
}

#[tokio::test]
async fn an_invoice_is_not_seen_from_another_location() {
    let desk = Desk::open().await;
    let made = desk.ok("POST /invoices/", body(&desk)).await;
    let id = made["_id"].as_str().unwrap();
    let other = Desk { token: desk.sandbox.other_token().to_owned(), ..desk };
    let line =
        format!("GET /invoices/{id}?altId={}&altType=location", other.sandbox.other_location_id());
    assert_eq!(other.refused(&line, Value::Null).await.0, 403);
}

#[tokio::test]
async fn a_visit_is_noted_for_the_own_location_only() {
    let mut desk = Desk::open().await;
    let made = desk.ok("POST /invoices/", body(&desk)).await;
    let id = made["_id"].clone();
    let read = format!("GET /invoices/{}?{}", id.as_str().unwrap(), query(&desk));
    let line = "PATCH /invoices/stats/last-visited-at";
    let visit = json!({ "invoiceId": id });
    let own = std::mem::replace(&mut desk.token, desk.sandbox.other_token().to_owned());
    assert_eq!(desk.refused(line, visit.clone()).await.0, 403);
    desk.token = own;
    assert_eq!(desk.ok(&read, Value::Null).await["lastVisitedAt"], Value::Null);
    assert_eq!(desk.refused(line, json!({ "invoiceId": "absent" })).await.0, 404);
    desk.ok(line, visit).await;
    assert!(desk.ok(&read, Value::Null).await["lastVisitedAt"].is_string());
}

#[tokio::test]
async fn a_paid_product_makes_an_order() {
    let desk = Desk::open().await;
    let alt = alt(&desk);
    let list = format!("GET /products/?locationId={}&limit=1", desk.sandbox.location_id());
    let product = desk.ok(&list, Value::Null).await["products"][0]["_id"].clone();
    let mut body = body(&desk);
    body["items"][0]["productId"] = product;
    let made = desk.ok("POST /invoices/", body).await;
    let id = made["_id"].as_str().unwrap();
    let pay = with(alt, json!({ "mode": "cheque", "cheque": { "number": "7" } }));
    desk.ok(&format!("POST /invoices/{id}/record-payment"), pay).await;
    let orders = format!("GET /payments/orders?altId={}&sourceId={id}", desk.sandbox.location_id());
    let orders = desk.ok(&orders, Value::Null).await;
    assert_eq!((&orders["totalCount"], &orders["data"][0]["amount"]), (&json!(1), &json!(240)));
}

#[tokio::test]
async fn products_prices_and_coupons_are_true_to_their_schemas() {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let product = json!({ "locationId": location, "name": "Bell", "productType": "PHYSICAL" });
    let product = desk.ok("POST /products/", product).await;
    let path = format!("/products/{}/price", product["_id"].as_str().unwrap());
    let price = json!({
        "locationId": location, "name": "Each", "type": "one_time", "currency": "USD", "amount": 3,
    });
    let price = desk.ok(&format!("POST {path}"), price).await;
    let one = format!("GET {path}/{}?locationId={location}", price["_id"].as_str().unwrap());
    assert_eq!(desk.ok(&one, Value::Null).await["amount"], 3);
    let coupon = json!({
        "altId": location, "altType": "location", "name": "Bells", "code": "BELL",
        "discountType": "amount", "discountValue": 1, "startDate": "2999-01-01T00:00:00.000Z",
    });
    assert_eq!(desk.ok("POST /payments/coupon", coupon).await["status"], "scheduled");
    let list = format!("GET /payments/coupon/list?{}&status=scheduled", query(&desk));
    assert_eq!(desk.ok(&list, Value::Null).await["totalCount"], 1);
}

#[tokio::test]
async fn changes_are_told_without_a_type_and_orders_with_one() {
    let desk = Desk::open().await;
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    let alt = alt(&desk);
    let mut body = body(&desk);
    body["items"][0]["productId"] = json!("0123456789abcdef01234567");
    let made = desk.ok("POST /invoices/", body).await;
    let path = format!("/invoices/{}", made["_id"].as_str().unwrap());
    for amount in [40, 200] {
        let pay = with(alt.clone(), json!({ "mode": "cash", "amount": amount }));
        desk.ok(&format!("POST {path}/record-payment"), pay).await;
    }
    let location = desk.sandbox.location_id();
    let price = json!({
        "locationId": location, "name": "Each", "type": "one_time", "currency": "USD", "amount": 3,
    });
    let list = format!("GET /products/?locationId={location}&limit=1");
    let product = desk.ok(&list, Value::Null).await["products"][0]["_id"].clone();
    desk.ok(&format!("POST /products/{}/price", product.as_str().unwrap()), price).await;
    let started = Instant::now();
    while receiver.received().len() < 5 && started.elapsed() < Duration::from_secs(5) {
        tokio::task::yield_now().await;
    }
    let told: Vec<Value> =
        receiver.received().iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    let statuses: Vec<&Value> = told.iter().take(3).map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["draft", "partially_paid", "paid"]);
    assert_eq!((&told[0]["type"], &told[0]["invoiceNumber"]), (&Value::Null, &json!("1")));
    assert_eq!((&told[3]["type"], &told[3]["amount"]), (&json!("OrderCreate"), &json!(240)));
    assert_eq!((&told[4]["priceType"], &told[4]["type"]), (&json!("one_time"), &Value::Null));
    receiver.stop().await;
}

/// A desk with somebody who is told what happens.
async fn with_receiver() -> (Desk, Receiver) {
    let desk = Desk::open().await;
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    (desk, receiver)
}

#[tokio::test]
async fn what_happens_to_an_invoice_is_told_as_it_is_then() {
    let (desk, receiver) = with_receiver().await;
    let (alt, query) = (alt(&desk), query(&desk));
    let made = desk.ok("POST /invoices/", body(&desk)).await;
    let path = format!("/invoices/{}", made["_id"].as_str().unwrap());
    let item = json!({ "name": "Visit", "currency": "USD", "amount": 50, "qty": 1 });
    let update = with(
        alt.clone(),
        json!({
            "name": "One visit", "currency": "USD", "invoiceItems": [item],
            "issueDate": "2026-05-01", "dueDate": "2026-05-20",
        }),
    );
    desk.ok(&format!("PUT {path}"), update).await;
    let send =
        with(alt.clone(), json!({ "userId": "u", "action": "send_manually", "liveMode": true }));
    desk.ok(&format!("POST {path}/send"), send).await;
    desk.ok(&format!("POST {path}/void"), alt).await;
    desk.ok(&format!("DELETE {path}?{query}"), Value::Null).await;
    let told = desk.told(&receiver, 5).await;
    let of = |field: &str| told.iter().map(|one| one[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("status"), ["draft", "draft", "sent", "void", "void"]);
    assert_eq!(of("total")[..2], [json!(240), json!(49.7)]);
    assert_eq!(of("name")[..2], [json!("Visits"), json!("One visit")]);
    assert!(told[1]["sentAt"].is_null() && told[2]["sentAt"].is_string());
    assert!(told.iter().all(|one| one["type"].is_null() && one["_id"] == made["_id"]));
    receiver.stop().await;
}

#[tokio::test]
async fn an_order_is_told_once_it_is_paid_and_once_it_is_sent() {
    let (desk, receiver) = with_receiver().await;
    let (alt, query) = (alt(&desk), format!("altId={}", desk.sandbox.location_id()));
    let list = format!("GET /payments/orders?{query}&paymentStatus=unpaid");
    let order = desk.ok(&list, Value::Null).await["data"][0]["_id"].clone();
    let path = format!("/payments/orders/{}", order.as_str().unwrap());
    let found = desk.ok(&format!("GET {path}?{query}"), Value::Null).await;
    let price = found["items"][0]["price"]["_id"].clone();
    let pay = with(alt.clone(), json!({ "mode": "cash" }));
    desk.ok(&format!("POST {path}/record-payment"), pay).await;
    let send = with(
        alt,
        json!({
            "trackings": [], "notifyCustomer": false, "items": [{ "priceId": price, "qty": 1 }],
        }),
    );
    desk.ok(&format!("POST {path}/fulfillments"), send).await;
    let told = desk.told(&receiver, 2).await;
    let states = told.iter().map(|one| (one["status"].clone(), one["fulfillmentStatus"].clone()));
    let expected = ["unfulfilled", "fulfilled"].map(|sent| (json!("completed"), json!(sent)));
    assert_eq!(states.collect::<Vec<_>>(), expected);
    for one in &told {
        assert_eq!((&one["type"], &one["_id"]), (&json!("OrderStatusUpdate"), &order));
    }
    receiver.stop().await;
}

#[tokio::test]
async fn products_and_prices_are_told_as_they_come_change_and_go() {
    let (desk, receiver) = with_receiver().await;
    let location = desk.sandbox.location_id();
    let named = |name: &str| json!({ "locationId": location, "name": name });
    let product = with(named("Bell"), json!({ "productType": "PHYSICAL" }));
    let product = desk.ok("POST /products/", product).await["_id"].clone();
    let path = format!("/products/{}", product.as_str().unwrap());
    let one = json!({ "type": "one_time", "currency": "USD", "amount": 3 });
    let price =
        desk.ok(&format!("POST {path}/price"), with(named("Each"), one.clone())).await["_id"]
            .clone();
    let price_path = format!("{path}/price/{}", price.as_str().unwrap());
    let dearer = with(with(named("Each"), one), json!({ "amount": 4 }));
    desk.ok(&format!("PUT {price_path}"), dearer).await;
    desk.ok(&format!("DELETE {price_path}?locationId={location}"), Value::Null).await;
    let renamed = with(named("Gong"), json!({ "productType": "PHYSICAL" }));
    desk.ok(&format!("PUT {path}"), renamed).await;
    desk.ok(&format!("DELETE {path}?locationId={location}"), Value::Null).await;
    let told = desk.told(&receiver, 6).await;
    let ids: Vec<&Value> = told.iter().map(|one| &one["_id"]).collect();
    assert_eq!(ids, [&product, &price, &price, &price, &product, &product]);
    let names: Vec<&Value> = told.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Bell", "Each", "Each", "Each", "Gong", "Gong"]);
    assert_eq!((&told[2]["amount"], &told[3]["amount"]), (&json!(4), &json!(4)));
    assert_eq!((&told[2]["type"], &told[2]["priceType"]), (&json!("one_time"), &Value::Null));
    assert!(told.iter().all(|one| one["locationId"] == location));
    receiver.stop().await;
}

#[tokio::test]
async fn a_schedule_makes_its_invoices_when_their_dates_have_come() {
    let (desk, receiver) = with_receiver().await;
    let (alt, query) = (alt(&desk), query(&desk));
    let mut schedule = body(&desk);
    for name in ["issueDate", "sentTo"] {
        schedule.as_object_mut().unwrap().remove(name);
    }
    let now = desk.call("GET /_sandbox/clock", Value::Null).await.1["now"].clone();
    let now: jiff::Timestamp = now.as_str().unwrap().parse().unwrap();
    let rule = json!({
        "intervalType": "daily", "interval": 1, "startDate": now.to_string()[..10],
        "startTime": "00:00:00", "count": 2,
    });
    schedule["schedule"] = json!({ "rrule": rule });
    let made = desk.ok("POST /invoices/schedule", schedule).await;
    let path = format!("/invoices/schedule/{}", made["_id"].as_str().unwrap());
    let run = with(alt.clone(), json!({ "liveMode": true }));
    let read = format!("GET {path}?{query}");
    let day = json!({ "advance_seconds": 86_400 });
    desk.control("clock", day.clone()).await;
    assert_eq!(desk.ok(&read, Value::Null).await["invoices"], json!([]), "only a draft");
    assert_eq!(desk.ok(&format!("POST {path}/schedule"), run).await["status"], "scheduled");
    desk.control("clock", day.clone()).await;
    let first = desk.ok(&read, Value::Null).await;
    assert_eq!((&first["status"], &first["invoices"][0]["total"]), (&json!("active"), &json!(240)));
    desk.control("clock", json!({ "advance_seconds": 864_000 })).await;
    let both = desk.ok(&read, Value::Null).await;
    assert_eq!(both["status"], "complete");
    let dates = |index: usize| both["invoices"][index]["issueDate"].as_str().unwrap().to_owned();
    assert!(dates(0) < dates(1) && both["invoices"][2].is_null());
    let told = desk.told(&receiver, 4).await;
    let statuses: Vec<&Value> = told.iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["draft", "sent", "draft", "sent"]);
    receiver.stop().await;
}

#[tokio::test]
async fn a_cancelled_schedule_makes_no_invoice() {
    let desk = Desk::open().await;
    let (alt, query) = (alt(&desk), query(&desk));
    let mut schedule = body(&desk);
    for name in ["issueDate", "sentTo"] {
        schedule.as_object_mut().unwrap().remove(name);
    }
    schedule["schedule"] = json!({ "executeAt": "2999-01-01T00:00:00.000Z" });
    let made = desk.ok("POST /invoices/schedule", schedule).await;
    let path = format!("/invoices/schedule/{}", made["_id"].as_str().unwrap());
    let run = with(alt.clone(), json!({ "liveMode": true }));
    desk.ok(&format!("POST {path}/schedule"), run).await;
    desk.ok(&format!("POST {path}/cancel"), alt).await;
    for _ in 0..10 {
        desk.control("clock", json!({ "advance_seconds": u32::MAX })).await;
    }
    assert_eq!(desk.ok(&format!("GET {path}?{query}"), Value::Null).await["invoices"], json!([]));
}
