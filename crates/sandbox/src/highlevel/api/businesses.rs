//! `/businesses`: list, create, read, update and delete.

use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::Call,
    moment::iso,
    refusal::Refusal,
    route::{Act, Route, delete, get, post, put},
    shape::{Field, Kind, required, text},
    world::{World, merge},
};

const READ: &str = "businesses.readonly";
const WRITE: &str = "businesses.write";
const CREATE: &[Field] = &[
    required("name", Kind::Text),
    required("locationId", Kind::Text),
    text("phone"),
    text("email"),
    text("website"),
    text("address"),
    text("city"),
    text("postalCode"),
    text("state"),
    text("country"),
    text("description"),
];
const UPDATE: &[Field] = &[
    text("name"),
    text("phone"),
    text("email"),
    text("postalCode"),
    text("website"),
    text("address"),
    text("state"),
    text("city"),
    text("country"),
    text("description"),
];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    get("businesses.get-businesses-by-location", "/businesses", READ, list as Act).asks(&["locationId"]),
    post("businesses.create-business", "/businesses", WRITE, create).takes(CREATE),
    get("businesses.get-business", "/businesses/{businessId}", READ, read),
    put("businesses.update-business", "/businesses/{businessId}", WRITE, update).takes(UPDATE),
    delete("businesses.delete-business", "/businesses/{businessId}", WRITE, remove),
];

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Business", id)
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("businessId");
    world.account(call)?.businesses.get_mut(id).ok_or_else(|| missing(id))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 100, 1..=100)?, call.number("skip", 0, 0..=usize::MAX)?);
    let all = world.account(call)?.businesses.iter();
    let page: Vec<&Value> = all.skip(skip).take(limit).collect();
    Ok(json!({ "businesses": page }).into())
}

/// The misspelt key is what goes over the wire (`facts/highlevel.md` 6.7).
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let mut business = Value::Object(call.body.clone());
    business["id"] = json!(id);
    business["createdAt"] = json!(iso(call.now));
    business["updatedAt"] = json!(iso(call.now));
    world.account(call)?.businesses.add(&id, business.clone());
    Ok(Answer::created(json!({ "success": true, "buiseness": business })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "business": find(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let business = find(world, call)?;
    merge(business, &call.body, ("updatedAt", call.now));
    Ok(json!({ "success": true, "buiseness": business }).into())
}

/// Its contacts stay, without a business.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("businessId");
    let account = world.account(call)?;
    account.businesses.remove(id).ok_or_else(|| missing(id))?;
    let members =
        account.contacts().iter().filter(|contact| contact.text("businessId") == Some(id));
    let members: Vec<_> = members.cloned().collect();
    for mut member in members {
        member.set("businessId", "");
        account.put_contact(member);
    }
    Ok(json!({ "success": true }).into())
}
