//! What a location sells and has been paid from the start: fictional products, orders, subscriptions and coupons.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    account::Account,
    collections::{COLLECTION, REVIEW},
    coupons::COUPON,
    ids::RecordIds,
    ledger::{new_record, put},
    payments::{ORDER, SUBSCRIPTION, TRANSACTION, snapshot},
    prices::PRICE,
    products::{PRODUCT, with_location},
};

const PRODUCTS: [(&str, &str, &str, f64); 3] = [
    ("Workstation Care", "SERVICE", "recurring", 52.5),
    ("Laptop dock", "PHYSICAL", "one_time", 189.0),
    ("Network survey", "SERVICE", "one_time", 420.0),
];

/// Fills the ledger of a location for its first contacts; without contacts there are no payments.
pub(crate) fn seed(account: &mut Account, ids: &mut RecordIds, at: Timestamp) {
    let sold = products(account, ids, at);
    let buyers: Vec<String> =
        account.contacts().iter().take(4).map(|contact| contact.id.to_string()).collect();
    for (index, buyer) in buyers.iter().enumerate() {
        let (product, price) = &sold[index % sold.len()];
        pay(account, ids, (buyer, index), (product, price), at);
    }
    for (code, kind, value, end) in [
        ("HARBOR10", "percentage", 10, None),
        ("DOCK25", "amount", 25, Some("2025-06-30T00:00:00.000Z")),
    ] {
        let mut coupon = new_record(ids, account, at);
        fill(
            &mut coupon,
            json!({
                "name": code.to_lowercase(), "code": code, "discountType": kind, "discountValue": value,
                "startDate": "2025-02-01T00:00:00.000Z", "usageCount": 0, "limitPerCustomer": 0,
                "applyToFuturePayments": true, "applyToFuturePaymentsConfig": { "type": "forever" },
            }),
        );
        if let Some(end) = end {
            coupon["endDate"] = json!(end);
        }
        put(&mut account.ledger, COUPON, &coupon);
    }
}

/// The products with a price each, in one collection.
fn products(account: &mut Account, ids: &mut RecordIds, at: Timestamp) -> Vec<(Value, Value)> {
    let mut collection = new_record(ids, account, at);
    fill(
        &mut collection,
        json!({
            "name": "For offices", "slug": "for-offices", "image": "", "seo": {},
        }),
    );
    put(&mut account.ledger, COLLECTION, &collection);
    let mut sold = Vec::new();
    for (name, kind, often, cost) in PRODUCTS {
        let mut product = with_location(new_record(ids, account, at));
        fill(
            &mut product,
            json!({
                "name": name, "productType": kind, "description": "", "availableInStore": true,
                "variants": [], "medias": [], "collectionIds": [collection["_id"]],
                "isTaxesEnabled": false, "taxes": [],
                "slug": name.to_lowercase().replace(' ', "-"),
            }),
        );
        put(&mut account.ledger, PRODUCT, &product);
        let mut price = with_location(new_record(ids, account, at));
        fill(
            &mut price,
            json!({
                "product": product["_id"], "name": "Standard", "type": often, "currency": "USD",
                "amount": cost, "membershipOffers": [], "variantOptionIds": [],
                "trackInventory": kind == "PHYSICAL", "availableQuantity": 40,
                "allowOutOfStockPurchases": false,
            }),
        );
        if often == "recurring" {
            price["recurring"] = json!({ "interval": "month", "intervalCount": 1 });
        }
        put(&mut account.ledger, PRICE, &price);
        let mut review = new_record(ids, account, at);
        fill(
            &mut review,
            json!({
                "productId": product["_id"], "storeId": account.id, "rating": 5, "status": "approved",
                "headline": "As promised", "detail": "It does what it says.", "reply": [],
            }),
        );
        put(&mut account.ledger, REVIEW, &review);
        sold.push((product, price));
    }
    sold
}

/// An order with its transaction, and a subscription where the price recurs.
fn pay(
    account: &mut Account,
    ids: &mut RecordIds,
    (buyer, index): (&str, usize),
    (product, price): (&Value, &Value),
    at: Timestamp,
) {
    let source = json!({
        "type": "website", "subType": "store", "id": account.id, "name": "Harbor shop", "meta": {},
    });
    let buyer = json!({
        "contactId": buyer, "contactSnapshot": snapshot(account, buyer), "currency": "USD",
        "amount": price["amount"], "liveMode": index != 3,
    });
    let is_paid = index != 1;
    let mut order = new_record(ids, account, at);
    fill(&mut order, buyer.clone());
    fill(
        &mut order,
        json!({
            "amountSummary": { "subtotal": price["amount"], "discount": 0, "tax": 0, "shipping": 0 },
            "status": if is_paid { "completed" } else { "pending" },
            "paymentStatus": if is_paid { "paid" } else { "unpaid" },
            "amountPaid": if is_paid { price["amount"].clone() } else { json!(0) },
            "fulfillmentStatus": "unfulfilled", "source": source, "notes": [],
            "items": [{
                "_id": ids.object(), "name": product["name"], "qty": 1,
                "product": product, "price": price,
            }],
        }),
    );
    put(&mut account.ledger, ORDER, &order);
    if !is_paid {
        return;
    }
    let mut transaction = new_record(ids, account, at);
    fill(&mut transaction, buyer.clone());
    fill(
        &mut transaction,
        json!({
            "status": "succeeded", "amountRefunded": 0, "entityType": "order",
            "entityId": order["_id"], "entitySource": source, "paymentProvider": { "type": "stripe" },
            "chargeId": format!("ch_{}", ids.record()), "fulfilledAt": order["createdAt"],
        }),
    );
    if price["type"] == "recurring" {
        let mut subscription = new_record(ids, account, at);
        fill(&mut subscription, buyer);
        fill(
            &mut subscription,
            json!({
                "status": "active", "entityType": "order", "entityId": order["_id"],
                "entitySource": source, "paymentProvider": { "type": "stripe" },
                "subscriptionId": format!("sub_{}", ids.record()), "recurringProduct": product,
            }),
        );
        put(&mut account.ledger, SUBSCRIPTION, &subscription);
        transaction["subscriptionId"] = subscription["subscriptionId"].clone();
    }
    put(&mut account.ledger, TRANSACTION, &transaction);
}

fn fill(record: &mut Value, fields: Value) {
    if let (Some(record), Value::Object(fields)) = (record.as_object_mut(), fields) {
        record.extend(fields);
    }
}
