//! `/businesses`: list, create, read, update and delete.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    moment::iso,
    refusal::Refusal,
    relations,
    world::{World, merge},
};

pub(crate) const ACTS: Acts = &[
    ("businesses.get-businesses-by-location", list),
    ("businesses.create-business", create),
    ("businesses.get-business", read),
    ("businesses.update-business", update),
    ("businesses.delete-business", remove),
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
    let location = account.id.clone();
    relations::forget(world, &location, id);
    Ok(json!({ "success": true }).into())
}
