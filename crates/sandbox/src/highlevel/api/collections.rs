//! `/products/collections` and `/products/reviews`: how products are grouped and judged.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    ledger::{self, Kind, fits, number, text},
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("products.create-product-collection", create),
    ("products.get-product-collection", list),
    ("products.get-product-collection-id", read),
    ("products.update-product-collection", update),
    ("products.delete-product-collection", remove),
    ("products.get-product-reviews", list_reviews),
    ("products.get-reviews-count", count_reviews),
    ("products.update-product-review", update_review),
    ("products.bulk-update-product-review", update_reviews),
    ("products.delete-product-review", remove_review),
];

pub(crate) const COLLECTION: Kind =
    Kind { name: "Collection", shelf: |ledger| &mut ledger.collections };
pub(crate) const REVIEW: Kind = Kind { name: "Review", shelf: |ledger| &mut ledger.reviews };

/// What changes answer: no record, only that it was done.
fn done(what: &str) -> Value {
    json!({ "status": true, "message": format!("Successfully {what}") })
}

fn refuse_taken(world: &mut World, call: &Call, own: &Value) -> Result<(), Refusal> {
    let Some(slug) = call.text("slug") else {
        return Ok(());
    };
    let mut all = world.account(call)?.ledger.collections.iter();
    match all.any(|known| known["slug"] == slug && known["_id"] != *own) {
        true => Err(Refusal::bad_request(format!("A collection with slug {slug} already exists"))),
        false => Ok(()),
    }
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    refuse_taken(world, call, &Value::Null)?;
    let mut collection = ledger::start(world, call)?;
    collection["image"] = json!("");
    collection["seo"] = json!({});
    ledger::take_over(&mut collection, &call.body, call);
    ledger::keep(world, call, COLLECTION, &collection)?;
    Ok(Answer::created(json!({ "data": collection })))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let ids: Vec<&str> =
        call.query("collectionIds").map(|ids| ids.split(',').collect()).unwrap_or_default();
    let name = call.query("name").unwrap_or_default().to_lowercase();
    let found = ledger::latest(world, call, COLLECTION, |one| {
        (ids.is_empty() || ids.contains(&text(one, "_id")))
            && text(one, "name").to_lowercase().contains(&name)
    })?;
    let (rows, total) = ledger::page(call, found, 10)?;
    Ok(json!({ "data": rows, "total": total }).into())
}

fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, COLLECTION, call.segment("collectionId"))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "data": named(world, call)?, "status": true }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut collection = named(world, call)?;
    refuse_taken(world, call, &collection["_id"])?;
    ledger::take_over(&mut collection, &call.body, call);
    ledger::keep(world, call, COLLECTION, &collection)?;
    Ok(done("updated").into())
}

/// Its products stay, without it.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("collectionId");
    ledger::remove(world, call, COLLECTION, id)?;
    let products = ledger::latest(world, call, super::products::PRODUCT, |_| true)?;
    for mut product in products {
        let of = product["collectionIds"].as_array_mut();
        let Some(of) = of.filter(|of| of.iter().any(|known| known == id)) else {
            continue;
        };
        of.retain(|known| known != id);
        ledger::keep(world, call, super::products::PRODUCT, &product)?;
    }
    Ok(done("deleted").into())
}

fn is_wanted(call: &Call, review: &Value) -> bool {
    let rating = call.query("rating").and_then(|text| text.parse::<f64>().ok());
    let at = text(review, "createdAt");
    let is_after = call.query("startDate").is_none_or(|from| at.get(..10) >= from.get(..10));
    let is_before = call.query("endDate").is_none_or(|until| at.get(..10) <= until.get(..10));
    is_after
        && is_before
        && rating.is_none_or(|rating| number(review, "rating").total_cmp(&rating).is_eq())
        && fits(call, "productId", review, "productId")
        && fits(call, "storeId", review, "storeId")
}

fn list_reviews(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut found = ledger::latest(world, call, REVIEW, |review| is_wanted(call, review))?;
    if call.query("sortField") == Some("rating") {
        found.sort_by(|one, other| number(other, "rating").total_cmp(&number(one, "rating")));
    }
    if call.query("sortOrder") == Some("asc") {
        found.reverse();
    }
    let (rows, total) = ledger::page(call, found, 0)?;
    Ok(json!({ "data": rows, "total": total }).into())
}

/// By status, in the order of the product's own list of them.
fn count_reviews(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, REVIEW, |review| is_wanted(call, review))?;
    let counts = ["approved", "pending", "rejected"].map(|status| {
        let count = found.iter().filter(|review| review["status"] == status).count();
        json!({ "status": status, "count": count })
    });
    Ok(json!({ "data": counts }).into())
}

/// A review of the product that the request names beside it.
fn review(world: &mut World, call: &Call, id: &str, product: &str) -> Result<Value, Refusal> {
    let review = ledger::find(world, call, REVIEW, id)?;
    match review["productId"] == product {
        true => Ok(review),
        false => Err(Refusal::not_found("Review", id)),
    }
}

fn update_review(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let product = call.text("productId").unwrap_or_default();
    let mut review = review(world, call, call.segment("reviewId"), product)?;
    ledger::take_over(&mut review, &call.body, call);
    ledger::keep(world, call, REVIEW, &review)?;
    Ok(done("updated").into())
}

fn update_reviews(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut reviews = Vec::new();
    for named in call.body.get("reviews").and_then(Value::as_array).into_iter().flatten() {
        reviews.push(review(world, call, text(named, "reviewId"), text(named, "productId"))?);
    }
    for mut review in reviews {
        review["status"] = call.body.get("status").cloned().unwrap_or_default();
        ledger::keep(world, call, REVIEW, &review)?;
    }
    Ok(Answer::created(done("updated")))
}

fn remove_review(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (id, product) = (call.segment("reviewId"), call.query("productId").unwrap_or_default());
    review(world, call, id, product)?;
    ledger::remove(world, call, REVIEW, id)?;
    Ok(done("deleted").into())
}
