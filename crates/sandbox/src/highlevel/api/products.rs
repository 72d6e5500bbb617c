//! `/products`: create, list, read, update, delete, and which of them a store shows.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    ledger::{self, Kind, mentions, text},
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("products.create-product", create),
    ("products.list-products", list),
    ("products.get-product-by-id", read),
    ("products.update-product-by-id", update),
    ("products.delete-product-by-id", remove),
    ("products.update-store-status", set_in_store),
    ("products.get-product-store-stats", count_in_store),
];

pub(crate) const PRODUCT: Kind = Kind { name: "Product", shelf: |ledger| &mut ledger.products };

/// The product that the path names.
pub(crate) fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, PRODUCT, call.segment("productId"))
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut product = with_location(ledger::start(world, call)?);
    for name in ["variants", "medias", "collectionIds", "taxes"] {
        product[name] = json!([]);
    }
    for name in ["availableInStore", "isTaxesEnabled"] {
        product[name] = json!(false);
    }
    product["slug"] = json!(slug(call.text("name").unwrap_or_default(), text(&product, "_id")));
    ledger::take_over(&mut product, &call.body, call);
    ledger::keep(world, call, PRODUCT, &product)?;
    world.tell_all(product.clone());
    Ok(Answer::created(product))
}

/// Products and prices name their location so.
pub(crate) fn with_location(mut record: Value) -> Value {
    record["locationId"] = record["altId"].clone();
    if let Some(record) = record.as_object_mut() {
        record.remove("altId");
        record.remove("altType");
    }
    record
}

/// The name in lower-case words, with the end of the id so that no two are alike.
fn slug(name: &str, id: &str) -> String {
    let words =
        name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    format!("{}-{}", words.join("-"), &id[id.len().saturating_sub(6)..])
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let split = |name: &str| -> Vec<&str> {
        call.query(name).map(|ids| ids.split(',').collect()).unwrap_or_default()
    };
    let mut collections: Vec<String> =
        split("collectionIds").into_iter().map(str::to_owned).collect();
    if let Some(slug) = call.query("collectionSlug") {
        let mut all = world.account(call)?.ledger.collections.iter();
        let found = all.find(|known| known["slug"] == slug);
        collections.push(found.map_or(String::new(), |known| text(known, "_id").to_owned()));
    }
    let of_list = call.query.iter().filter(|(name, _)| name.starts_with("productIds"));
    let products: Vec<&str> = of_list.flat_map(|(_, ids)| ids.split(',')).collect();
    let flag = |name: &str| call.query(name).map(|text| text == "true");
    let (in_store, available) = (flag("includedInStore"), flag("availableInStore"));
    let mut found = ledger::latest(world, call, PRODUCT, |product| {
        let of = product["collectionIds"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_shown = product["availableInStore"] == true;
        mentions(call, [text(product, "name"), text(product, "description")])
            && (products.is_empty() || products.contains(&text(product, "_id")))
            && (collections.is_empty()
                || of
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|id| collections.iter().any(|it| it == id)))
            && in_store.is_none_or(|wanted| wanted == is_shown)
            && available.is_none_or(|wanted| wanted == is_shown)
    })?;
    if call.query("sortOrder") == Some("asc") {
        found.reverse();
    }
    let (rows, total) = ledger::page(call, found, 0)?;
    Ok(json!({ "products": rows, "total": [{ "total": total }] }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(named(world, call)?.into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut product = named(world, call)?;
    let mut body = call.body.clone();
    body.remove("prices");
    ledger::take_over(&mut product, &body, call);
    ledger::keep(world, call, PRODUCT, &product)?;
    world.tell_all(product.clone());
    Ok(product.into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    take_out(world, call, call.segment("productId"))?;
    Ok(json!({ "status": true }).into())
}

/// Takes a product away. Its prices and reviews go with it; only the product is told of.
///
/// # Errors
/// As [`ledger::find`].
pub(crate) fn take_out(world: &mut World, call: &Call, id: &str) -> Result<(), Refusal> {
    let product = ledger::remove(world, call, PRODUCT, id)?;
    let ledger = &mut world.account(call)?.ledger;
    for (shelf, field) in [(&mut ledger.prices, "product"), (&mut ledger.reviews, "productId")] {
        let all = shelf.iter().filter(|one| one[field] == product["_id"]);
        let ids: Vec<String> = all.map(|one| text(one, "_id").to_owned()).collect();
        for id in ids {
            shelf.remove(&id);
        }
    }
    world.tell_all(product);
    Ok(())
}

fn set_in_store(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let ids: Vec<String> = call.texts("productIds").into_iter().map(str::to_owned).collect();
    let mut products = Vec::new();
    for id in &ids {
        products.push(ledger::find(world, call, PRODUCT, id)?);
    }
    for mut product in products {
        product["availableInStore"] = json!(call.text("action") == Some("include"));
        ledger::keep(world, call, PRODUCT, &product)?;
        world.tell_all(product);
    }
    Ok(Answer::created(json!({ "status": true, "message": "Successfully updated store status" })))
}

fn count_in_store(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let collections: Vec<&str> =
        call.query("collectionIds").map(|ids| ids.split(',').collect()).unwrap_or_default();
    let found = ledger::latest(world, call, PRODUCT, |product| {
        let of = product["collectionIds"].as_array().map(Vec::as_slice).unwrap_or_default();
        mentions(call, [text(product, "name")])
            && (collections.is_empty()
                || of.iter().filter_map(Value::as_str).any(|id| collections.contains(&id)))
    })?;
    let shown = found.iter().filter(|product| product["availableInStore"] == true).count();
    let hidden = found.len() - shown;
    Ok(json!({
        "totalProducts": found.len(), "includedInStore": shown, "excludedFromStore": hidden,
    })
    .into())
}
