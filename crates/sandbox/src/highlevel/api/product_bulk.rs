//! `/products/bulk-update`: many products and their prices changed at once, alike or one by one.

use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    collections::COLLECTION,
    ledger::{self, amount, number, text},
    moment::iso,
    prices::PRICE,
    products::{self, PRODUCT},
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts =
    &[("products.bulk-update", update_alike), ("products.bulk-edit", edit_each)];

/// How many products and prices one request edits.
const MOST_EDITED: usize = 30;

/// Changes all of the products, or none of them where one is unknown.
fn update_alike(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let products = named(world, call)?;
    match call.text("type").unwrap_or_default() {
        "bulk-delete-products" => {
            for product in &products {
                products::take_out(world, call, text(product, "_id"))?;
            }
        }
        "bulk-update-availability" => {
            let value = call.body.get("availability").cloned();
            let value = value.ok_or_else(|| lacking("availability"))?;
            set(world, call, products, ("availableInStore", value))?;
        }
        "bulk-update-product-collection" => {
            let value = call.body.get("collectionIds").cloned();
            let value = value.ok_or_else(|| lacking("collectionIds"))?;
            for id in call.texts("collectionIds") {
                ledger::find(world, call, COLLECTION, id)?;
            }
            set(world, call, products, ("collectionIds", value))?;
        }
        "bulk-update-currency" => {
            let currency = call.text("currency").ok_or_else(|| lacking("currency"))?;
            reprice(world, call, &products, |price| price["currency"] = json!(currency))?;
        }
        _ => {
            let changes = ["price", "compareAtPrice"].map(|name| call.body.get(name));
            if changes.iter().all(Option::is_none) {
                return Err(lacking("price"));
            }
            let change = |price: &mut Value| {
                for (field, change) in ["amount", "compareAtPrice"].into_iter().zip(changes) {
                    if let Some(change) = change {
                        price[field] = changed(number(price, field), change);
                    }
                }
            };
            reprice(world, call, &products, change)?;
        }
    }
    Ok(Answer::created(json!({ "status": true, "message": "Successfully updated products" })))
}

fn lacking(field: &str) -> Refusal {
    Refusal::unprocessable(vec![format!("{field} should not be empty")])
}

/// The products that the request lists; those that its filters find where it lists none.
fn named(world: &mut World, call: &Call) -> Result<Vec<Value>, Refusal> {
    let mut ids = call.texts("productIds");
    ids.sort_unstable();
    ids.dedup();
    match call.body.get("filters").filter(|_| ids.is_empty()) {
        Some(filters) => ledger::latest(world, call, PRODUCT, |product| fits(filters, product)),
        None => ids.into_iter().map(|id| ledger::find(world, call, PRODUCT, id)).collect(),
    }
}

fn fits(filters: &Value, product: &Value) -> bool {
    let list = |record: &Value| record["collectionIds"].as_array().cloned().unwrap_or_default();
    let (wanted, of) = (list(filters), list(product));
    let search = text(filters, "search").to_lowercase();
    (wanted.is_empty() || wanted.iter().any(|id| of.contains(id)))
        && filters.get("productType").is_none_or(|kind| product["productType"] == *kind)
        && filters.get("availableInStore").is_none_or(|shown| product["availableInStore"] == *shown)
        && text(product, "name").to_lowercase().contains(&search)
}

fn set(
    world: &mut World,
    call: &Call,
    products: Vec<Value>,
    (field, value): (&str, Value),
) -> Result<(), Refusal> {
    for mut product in products {
        product[field] = value.clone();
        product["updatedAt"] = json!(iso(call.now));
        ledger::keep(world, call, PRODUCT, &product)?;
        world.tell_all(product);
    }
    Ok(())
}

/// Changes every price of some products.
fn reprice(
    world: &mut World,
    call: &Call,
    products: &[Value],
    change: impl Fn(&mut Value),
) -> Result<(), Refusal> {
    let is_of = |price: &Value| products.iter().any(|product| product["_id"] == price["product"]);
    for mut price in ledger::latest(world, call, PRICE, is_of)? {
        change(&mut price);
        price["updatedAt"] = json!(iso(call.now));
        ledger::keep(world, call, PRICE, &price)?;
        world.tell_all(price);
    }
    Ok(())
}

/// An amount after a change of it; never less than nothing.
fn changed(before: f64, change: &Value) -> Value {
    let value = number(change, "value");
    let after = match text(change, "type") {
        "INCREASE_BY_AMOUNT" => before + value,
        "REDUCE_BY_AMOUNT" => before - value,
        "INCREASE_BY_PERCENTAGE" => before * (1.0 + value / 100.0),
        "REDUCE_BY_PERCENTAGE" => before * (1.0 - value / 100.0),
        _ => value,
    };
    let after = after.max(0.0);
    amount(if change["roundToWhole"] == true { after.round() } else { after })
}

/// Edits each product and price that the request lists, or none where one is unknown.
fn edit_each(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let listed = call.body.get("products").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut products, mut prices) = (Vec::new(), Vec::new());
    for fields in &listed {
        let mut product = ledger::find(world, call, PRODUCT, text(fields, "_id"))?;
        let mut own: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
        let of = own.remove("prices").unwrap_or_default();
        for fields in of.as_array().into_iter().flatten() {
            let id = text(fields, "_id");
            let mut price = ledger::find(world, call, PRICE, id)?;
            if price["product"] != product["_id"] {
                return Err(Refusal::not_found("Price", id));
            }
            ledger::take_over(&mut price, fields.as_object().unwrap_or(&Map::new()), call);
            prices.push(price);
        }
        // A product that only names its prices is not changed itself.
        let is_named_only = own.len() == 1 && of.is_array();
        ledger::take_over(&mut product, &own, call);
        products.push((product, is_named_only));
    }
    let count = products.len() + prices.len();
    if count > MOST_EDITED {
        let sentence = format!("At most {MOST_EDITED} products and prices can be edited at once");
        return Err(Refusal::bad_request(sentence));
    }
    for (product, _) in products.into_iter().filter(|(_, is_named_only)| !is_named_only) {
        ledger::keep(world, call, PRODUCT, &product)?;
        world.tell_all(product);
    }
    for price in prices {
        ledger::keep(world, call, PRICE, &price)?;
        world.tell_all(price);
    }
    let message = "Successfully updated products";
    Ok(Answer::created(json!({ "status": true, "message": message, "updatedCount": count })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlevel::{api::desk::Desk, receiver::Receiver};

    /// A product with one price of 10 dollars.
    async fn product(desk: &Desk) -> (Value, Value) {
        let location = desk.sandbox.location_id();
        let product = json!({ "locationId": location, "name": "Bell", "productType": "PHYSICAL" });
        let product = desk.ok("POST /products/", product).await["_id"].clone();
        let price = json!({
            "locationId": location, "name": "Each", "type": "one_time", "currency": "USD",
            "amount": 10,
        });
        let line = format!("POST /products/{}/price", product.as_str().unwrap());
        (product, desk.ok(&line, price).await["_id"].clone())
    }

    fn body(desk: &Desk, fields: Value) -> Value {
        let mut body = json!({ "altId": desk.sandbox.location_id(), "altType": "location" });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    }

    #[tokio::test]
    async fn prices_are_changed_alike_and_told() {
        let desk = Desk::open().await;
        let (product, price) = product(&desk).await;
        let receiver = Receiver::start(&[]).await;
        desk.sandbox.subscribe(&receiver.url()).unwrap();
        let change = json!({ "type": "REDUCE_BY_PERCENTAGE", "value": 12.5, "roundToWhole": true });
        let update = json!({
            "type": "bulk-update-price", "productIds": [product], "price": change,
        });
        desk.ok("POST /products/bulk-update", body(&desk, update)).await;
        let told = desk.told(&receiver, 1).await;
        assert_eq!((&told[0]["_id"], &told[0]["amount"]), (&price, &json!(9)));
        let unknown = json!({
            "type": "bulk-update-availability", "productIds": [product, "absent"],
            "availability": true,
        });
        let line = "POST /products/bulk-update";
        assert_eq!(desk.refused(line, body(&desk, unknown)).await.0, 404);
        let remove = json!({ "type": "bulk-delete-products", "productIds": [product] });
        desk.ok(line, body(&desk, remove.clone())).await;
        assert_eq!(desk.refused(line, body(&desk, remove)).await.0, 404);
        receiver.stop().await;
    }

    #[tokio::test]
    async fn products_and_prices_are_edited_one_by_one() {
        let mut desk = Desk::open().await;
        let (product, price) = product(&desk).await;
        let edit = json!({ "products": [
            { "_id": product, "name": "Gong", "prices": [{ "_id": price, "sku": "G-1" }] },
        ] });
        let line = "POST /products/bulk-update/edit";
        let body = body(&desk, edit);
        let edited = desk.ok(line, body.clone()).await;
        assert_eq!(edited["updatedCount"], 2);
        let read = format!(
            "GET /products/{}?locationId={}",
            product.as_str().unwrap(),
            desk.sandbox.location_id()
        );
        assert_eq!(desk.ok(&read, Value::Null).await["name"], "Gong");
        desk.token = desk.sandbox.other_token().to_owned();
        assert_eq!(desk.refused(line, body).await.0, 403);
    }
}
