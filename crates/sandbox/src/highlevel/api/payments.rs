//! `/payments`: orders, transactions and subscriptions; what is paid for invoices and orders comes here.

use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    ledger::{self, Kind, amount, fits, is_of_mode, is_within, mentions, number, text},
    moment::iso,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("payments.list-orders", list_orders),
    ("payments.get-order-by-id", read_order),
    ("payments.record-order-payment", pay_order),
    ("payments.create-order-fulfillment", fulfill),
    ("payments.list-order-fulfillment", list_fulfillments),
    ("payments.list-order-notes", list_notes),
    ("payments.list-transactions", list_transactions),
    ("payments.get-transaction-by-id", read_transaction),
    ("payments.list-subscriptions", list_subscriptions),
    ("payments.get-subscription-by-id", read_subscription),
];

pub(crate) const ORDER: Kind = Kind { name: "Order", shelf: |ledger| &mut ledger.orders };
pub(crate) const TRANSACTION: Kind =
    Kind { name: "Transaction", shelf: |ledger| &mut ledger.transactions };
pub(crate) const SUBSCRIPTION: Kind =
    Kind { name: "Subscription", shelf: |ledger| &mut ledger.subscriptions };
const FULFILLMENT: Kind = Kind { name: "Fulfillment", shelf: |ledger| &mut ledger.fulfillments };

/// Smaller differences of amounts are none: they come from adding fractions.
const HALF_A_CENT: f64 = 0.005;

/// Has the webhook of an order sent.
pub(crate) fn tell(world: &mut World, kind: &str, order: &Value) {
    let mut fields: Map<String, Value> = order.as_object().cloned().unwrap_or_default();
    for name in ["amountPaid", "paymentStatus", "notes"] {
        fields.remove(name);
    }
    world.tell(kind, text(order, "altId"), fields);
}

/// The contact of a record as it was at the moment, where it is one of the location.
pub(crate) fn snapshot(account: &Account, contact: &str) -> Value {
    let Some(contact) = account.contacts().get(contact) else {
        return json!({ "id": contact });
    };
    let mut snapshot = json!({
        "id": contact.id,
        "locationId": account.id,
        "name": contact.full_name(),
        "tags": contact.tags,
    });
    for name in ["firstName", "lastName", "email", "phone", "companyName", "source"] {
        if let Some(text) = contact.text(name) {
            snapshot[name] = json!(text);
        }
    }
    snapshot
}

/// Records a payment of an invoice as a transaction.
///
/// # Errors
/// As [`World::account`].
pub(crate) fn pay_invoice(
    world: &mut World,
    call: &Call,
    invoice: &Value,
    paid: f64,
) -> Result<(), Refusal> {
    let of = &invoice["contactDetails"];
    let source = json!({
        "type": "invoice", "id": invoice["_id"], "name": invoice["name"],
        "meta": { "invoiceNumber": invoice["invoiceNumber"] },
    });
    let mut transaction = json!({
        "contactId": of["id"],
        "contactSnapshot": { "id": of["id"], "name": of["name"], "email": of["email"] },
        "currency": invoice["currency"],
        "liveMode": invoice["liveMode"],
        "entityType": "invoice",
        "entityId": invoice["_id"],
        "invoiceId": invoice["_id"],
        "entitySource": source,
    });
    finish_payment(world, call, &mut transaction, paid)
}

/// Adds what every payment has that somebody recorded by hand.
fn finish_payment(
    world: &mut World,
    call: &Call,
    transaction: &mut Value,
    paid: f64,
) -> Result<(), Refusal> {
    let start = ledger::start(world, call)?;
    for (key, value) in start.as_object().into_iter().flatten() {
        transaction[key.as_str()] = value.clone();
    }
    let mut method = json!({ "mode": call.text("mode") });
    for name in ["card", "cheque"] {
        if let Some(given) = call.body.get(name) {
            method[name] = given.clone();
        }
    }
    transaction["amount"] = amount(paid);
    transaction["amountRefunded"] = json!(0);
    transaction["status"] = json!("succeeded");
    transaction["paymentProvider"] = json!({ "type": "manual" });
    transaction["paymentMethod"] = method;
    transaction["meta"] = call.body.get("meta").cloned().unwrap_or_else(|| json!({}));
    transaction["notes"] = json!(call.text("notes").unwrap_or_default());
    transaction["fulfilledAt"] =
        json!(call.text("fulfilledAt").map_or_else(|| iso(call.now), str::to_owned));
    ledger::keep(world, call, TRANSACTION, transaction)
}

/// The order of an invoice that is paid in full and has products of the location in it.
///
/// # Errors
/// As [`World::account`].
pub(crate) fn order_of_invoice(
    world: &mut World,
    call: &Call,
    invoice: &Value,
) -> Result<Option<Value>, Refusal> {
    let items = invoice["invoiceItems"].as_array().cloned().unwrap_or_default();
    if items.iter().all(|item| item["productId"].is_null()) {
        return Ok(None);
    }
    let mut order = ledger::start(world, call)?;
    let account = world.account(call)?;
    let items: Vec<Value> = items.iter().map(|item| order_item(account, item)).collect();
    let contact = text(&invoice["contactDetails"], "id");
    let fields = json!({
        "contactId": contact,
        "contactSnapshot": snapshot(account, contact),
        "currency": invoice["currency"],
        "amount": invoice["total"],
        "amountSummary": {
            "subtotal": invoice["totalSummary"]["subTotal"],
            "discount": invoice["totalSummary"]["discount"],
            "tax": invoice["totalSummary"]["tax"],
            "shipping": 0,
        },
        "amountPaid": invoice["amountPaid"],
        "status": "completed",
        "paymentStatus": "paid",
        "fulfillmentStatus": "unfulfilled",
        "liveMode": invoice["liveMode"],
        "source": { "type": "invoice", "id": invoice["_id"], "name": invoice["name"], "meta": {} },
        "items": items,
    });
    ledger::take_over(&mut order, fields.as_object().unwrap_or(&Map::new()), call);
    ledger::keep(world, call, ORDER, &order)?;
    Ok(Some(order))
}

fn order_item(account: &Account, item: &Value) -> Value {
    let ledger = &account.ledger;
    let price = ledger.prices.get(text(item, "priceId")).cloned().unwrap_or_else(|| {
        json!({
            "_id": item["priceId"], "name": item["name"], "type": "one_time",
            "currency": item["currency"], "amount": item["amount"],
        })
    });
    let product = ledger.products.get(text(item, "productId")).cloned();
    let product =
        product.unwrap_or_else(|| json!({ "_id": item["productId"], "name": item["name"] }));
    json!({ "_id": item["_id"], "name": item["name"], "qty": item["qty"], "product": product, "price": price })
}

/// What lists show of any of these records: its contact and its source in single fields.
fn row(record: &Value, source: [&str; 5]) -> Map<String, Value> {
    let mut row = record.as_object().cloned().unwrap_or_default();
    let contact = record["contactSnapshot"].clone();
    let from = record[if record["source"].is_object() { "source" } else { "entitySource" }].clone();
    for name in ["contactSnapshot", "source", "entitySource", "items", "amountSummary", "notes"] {
        row.remove(name);
    }
    row.insert("contactName".to_owned(), contact["name"].clone());
    row.insert("contactEmail".to_owned(), contact["email"].clone());
    for (name, of) in source.into_iter().zip(["type", "subType", "id", "name", "meta"]) {
        row.insert(name.to_owned(), from[of].clone());
    }
    row.retain(|_, value| !value.is_null());
    row
}

const ORDER_SOURCE: [&str; 5] =
    ["sourceType", "sourceSubType", "sourceId", "sourceName", "sourceMeta"];
const ENTITY_SOURCE: [&str; 5] = [
    "entitySourceType",
    "entitySourceSubType",
    "entitySourceId",
    "entitySourceName",
    "entitySourceMeta",
];

fn order_row(order: &Value) -> Value {
    let mut row = row(order, ORDER_SOURCE);
    let items = order["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let recurring = items.iter().filter(|item| item["price"]["type"] == "recurring").count();
    for name in ["subtotal", "discount"] {
        row.insert(name.to_owned(), order["amountSummary"][name].clone());
    }
    row.insert("totalProducts".to_owned(), json!(items.len()));
    row.insert("recurringProducts".to_owned(), json!(recurring));
    row.insert("onetimeProducts".to_owned(), json!(items.len() - recurring));
    row.remove("amountPaid");
    Value::Object(row)
}

fn entity_row(record: &Value) -> Value {
    let mut row = row(record, ENTITY_SOURCE);
    if let Some(provider) = row.remove("paymentProvider") {
        row.insert("paymentProviderType".to_owned(), provider["type"].clone());
    }
    Value::Object(row)
}

/// The filters that the lists have in common.
fn is_wanted(call: &Call, record: &Value) -> bool {
    let contact = &record["contactSnapshot"];
    let texts = [
        text(record, "_id"),
        text(contact, "name"),
        text(contact, "email"),
        text(&record["source"], "name"),
        text(&record["entitySource"], "name"),
    ];
    fits(call, "contactId", record, "contactId")
        && is_within(call, record, "createdAt")
        && is_of_mode(call, record)
        && mentions(call, texts)
}

fn answer(call: &Call, found: Vec<Value>, row: fn(&Value) -> Value) -> Result<Answer, Refusal> {
    let (rows, total) = ledger::page(call, found, 10)?;
    let rows: Vec<Value> = rows.iter().map(row).collect();
    Ok(json!({ "data": rows, "totalCount": total }).into())
}

fn list_orders(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let products: Vec<&str> =
        call.query("funnelProductIds").map(|ids| ids.split(',').collect()).unwrap_or_default();
    let found = ledger::latest(world, call, ORDER, |order| {
        let items = order["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        is_wanted(call, order)
            && fits(call, "status", order, "status")
            && fits(call, "paymentStatus", order, "paymentStatus")
            && fits(call, "sourceId", &order["source"], "id")
            && (products.is_empty()
                || items.iter().any(|item| products.contains(&text(&item["product"], "_id"))))
    })?;
    answer(call, found, order_row)
}

fn order(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, ORDER, call.segment("orderId"))
}

fn read_order(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut order = order(world, call)?;
    if let Some(order) = order.as_object_mut() {
        order.remove("amountPaid");
    }
    Ok(order.into())
}

/// What is not said to be a part pays all that is due.
fn pay_order(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut order = order(world, call)?;
    let due = number(&order, "amount") - number(&order, "amountPaid");
    let is_part = call.body.get("isPartialPayment").is_none_or(|part| part != false);
    let given = call.body.get("amount").and_then(Value::as_f64).filter(|_| is_part);
    let paid = given.unwrap_or(due);
    if due < HALF_A_CENT {
        return Err(Refusal::bad_request("The order is already paid"));
    }
    if paid <= 0.0 || paid > due + HALF_A_CENT {
        let sentence = format!("The amount must be more than 0 and at most the amount due {due}");
        return Err(Refusal::bad_request(sentence));
    }
    let is_paid = due - paid < HALF_A_CENT;
    order["amountPaid"] = amount(number(&order, "amountPaid") + paid);
    order["paymentStatus"] = json!(if is_paid { "paid" } else { "partially_paid" });
    order["updatedAt"] = json!(iso(call.now));
    let was = order["status"].clone();
    if is_paid {
        order["status"] = json!("completed");
    }
    ledger::keep(world, call, ORDER, &order)?;
    let mut transaction = json!({
        "contactId": order["contactId"],
        "contactSnapshot": order["contactSnapshot"],
        "currency": order["currency"],
        "liveMode": order["liveMode"],
        "entityType": "order",
        "entityId": order["_id"],
        "entitySource": order["source"],
    });
    finish_payment(world, call, &mut transaction, paid)?;
    if order["status"] != was {
        tell(world, "OrderStatusUpdate", &order);
    }
    Ok(json!({ "success": true }).into())
}

fn fulfill(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut order = order(world, call)?;
    let held = order["items"].as_array().cloned().unwrap_or_default();
    let mut items = Vec::new();
    for wanted in call.body.get("items").and_then(Value::as_array).into_iter().flatten() {
        let price = text(wanted, "priceId");
        let found = held.iter().find(|item| item["price"]["_id"] == price);
        let Some(found) = found.filter(|item| number(wanted, "qty") <= number(item, "qty")) else {
            let sentence = format!("The order has not as many items of the price {price}");
            return Err(Refusal::bad_request(sentence));
        };
        let mut item = found.clone();
        item["qty"] = wanted["qty"].clone();
        items.push(item);
    }
    let mut fulfillment = ledger::start(world, call)?;
    fulfillment["orderId"] = order["_id"].clone();
    fulfillment["trackings"] = call.body.get("trackings").cloned().unwrap_or_else(|| json!([]));
    fulfillment["items"] = json!(items);
    ledger::keep(world, call, FULFILLMENT, &fulfillment)?;
    let quantity = |rows: &[Value]| -> f64 { rows.iter().map(|row| number(row, "qty")).sum() };
    let all = of_order(world, call, &order)?;
    let sent: f64 =
        all.iter().filter_map(|one| one["items"].as_array()).map(|it| quantity(it)).sum();
    let is_all = sent >= quantity(&held);
    order["fulfillmentStatus"] = json!(if is_all { "fulfilled" } else { "partially_fulfilled" });
    order["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, ORDER, &order)?;
    tell(world, "OrderStatusUpdate", &order);
    Ok(json!({ "status": true, "data": fulfillment }).into())
}

fn of_order(world: &mut World, call: &Call, order: &Value) -> Result<Vec<Value>, Refusal> {
    ledger::latest(world, call, FULFILLMENT, |one| one["orderId"] == order["_id"])
}

fn list_fulfillments(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let order = order(world, call)?;
    Ok(json!({ "status": true, "data": of_order(world, call, &order)? }).into())
}

/// Only people write notes of orders, in the product itself.
fn list_notes(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let order = order(world, call)?;
    let notes = order["notes"].as_array().cloned().unwrap_or_default();
    Ok(json!({ "notes": notes, "total": notes.len() }).into())
}

fn list_transactions(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, TRANSACTION, |one| {
        is_wanted(call, one)
            && fits(call, "entityId", one, "entityId")
            && fits(call, "subscriptionId", one, "subscriptionId")
            && fits(call, "entitySourceType", &one["entitySource"], "type")
            && fits(call, "entitySourceSubType", &one["entitySource"], "subType")
    })?;
    answer(call, found, entity_row)
}

fn read_transaction(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(ledger::find(world, call, TRANSACTION, call.segment("transactionId"))?.into())
}

fn list_subscriptions(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, SUBSCRIPTION, |one| {
        is_wanted(call, one)
            && fits(call, "entityId", one, "entityId")
            && fits(call, "id", one, "_id")
            && fits(call, "entitySourceType", &one["entitySource"], "type")
    })?;
    answer(call, found, entity_row)
}

fn read_subscription(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(ledger::find(world, call, SUBSCRIPTION, call.segment("subscriptionId"))?.into())
}
