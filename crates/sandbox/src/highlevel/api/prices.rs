//! `/products/{productId}/price` and the stock of all prices.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    ledger::{self, Kind, mentions, text},
    moment::iso,
    products::{self, with_location},
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("products.create-price-for-product", create),
    ("products.list-prices-for-product", list),
    ("products.get-price-by-id-for-product", read),
    ("products.update-price-by-id-for-product", update),
    ("products.delete-price-by-id-for-product", remove),
    ("products.get-list-inventory", list_stock),
    ("products.update-inventory", update_stock),
];

pub(crate) const PRICE: Kind = Kind { name: "Price", shelf: |ledger| &mut ledger.prices };

/// The price that the path names, if it is one of the product's.
fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let product = products::named(world, call)?;
    let id = call.segment("priceId");
    let price = ledger::find(world, call, PRICE, id)?;
    match price["product"] == product["_id"] {
        true => Ok(price),
        false => Err(Refusal::not_found("Price", id)),
    }
}

/// A recurring price says how often.
fn check(call: &Call) -> Result<(), Refusal> {
    match call.text("type") == Some("recurring") && !call.body.contains_key("recurring") {
        true => Err(Refusal::unprocessable(vec!["recurring should not be empty".to_owned()])),
        false => Ok(()),
    }
}

/// Its event calls the type of a new price `priceType` (`facts/highlevel.md` 7.1).
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let product = products::named(world, call)?;
    check(call)?;
    let mut price = with_location(ledger::start(world, call)?);
    price["product"] = product["_id"].clone();
    price["membershipOffers"] = json!([]);
    price["variantOptionIds"] = json!([]);
    price["trackInventory"] = json!(false);
    price["availableQuantity"] = json!(0);
    price["allowOutOfStockPurchases"] = json!(true);
    ledger::take_over(&mut price, &call.body, call);
    ledger::keep(world, call, PRICE, &price)?;
    let mut event = price.clone();
    if let Some(fields) = event.as_object_mut() {
        let kind = fields.remove("type").unwrap_or_default();
        fields.insert("priceType".to_owned(), kind);
    }
    world.tell_all(event);
    Ok(Answer::created(price))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let product = products::named(world, call)?;
    let ids: Vec<&str> = call.query("ids").map(|ids| ids.split(',').collect()).unwrap_or_default();
    let found = ledger::latest(world, call, PRICE, |price| {
        price["product"] == product["_id"] && (ids.is_empty() || ids.contains(&text(price, "_id")))
    })?;
    let (rows, total) = ledger::page(call, found, 0)?;
    Ok(json!({ "prices": rows, "total": total }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(named(world, call)?.into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut price = named(world, call)?;
    check(call)?;
    ledger::take_over(&mut price, &call.body, call);
    ledger::keep(world, call, PRICE, &price)?;
    world.tell_all(price.clone());
    Ok(price.into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let price = named(world, call)?;
    ledger::remove(world, call, PRICE, text(&price, "_id"))?;
    world.tell_all(price);
    Ok(json!({ "status": true }).into())
}

/// The prices whose stock is counted.
fn list_stock(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let products = world.account(call)?.ledger.products.clone();
    let product = |price: &Value| products.get(text(price, "product"));
    let found = ledger::latest(world, call, PRICE, |price| {
        let name = product(price).map_or("", |product| text(product, "name"));
        price["trackInventory"] == true && mentions(call, [text(price, "name"), name])
    })?;
    let (rows, total) = ledger::page(call, found, 0)?;
    let rows = rows.iter().map(|price| {
        json!({
            "_id": price["_id"],
            "name": price["name"],
            "availableQuantity": price["availableQuantity"],
            "sku": text(price, "sku"),
            "allowOutOfStockPurchases": price["allowOutOfStockPurchases"],
            "product": price["product"],
            "updatedAt": price["updatedAt"],
            "image": product(price).map_or("", |product| text(product, "image")),
            "productName": product(price).map_or("", |product| text(product, "name")),
        })
    });
    let rows: Vec<Value> = rows.collect();
    Ok(json!({ "inventory": rows, "total": { "total": total } }).into())
}

/// All of the prices, or none of them where one is unknown.
fn update_stock(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut prices = Vec::new();
    for item in call.body.get("items").and_then(Value::as_array).into_iter().flatten() {
        let mut price = ledger::find(world, call, PRICE, text(item, "priceId"))?;
        for name in ["availableQuantity", "allowOutOfStockPurchases"] {
            if let Some(value) = item.get(name) {
                price[name] = value.clone();
            }
        }
        price["trackInventory"] = json!(true);
        price["updatedAt"] = json!(iso(call.now));
        prices.push(price);
    }
    for price in prices {
        ledger::keep(world, call, PRICE, &price)?;
        world.tell_all(price);
    }
    Ok(Answer::created(json!({ "status": true, "message": "Successfully updated inventory" })))
}
