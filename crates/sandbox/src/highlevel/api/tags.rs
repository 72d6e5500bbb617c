//! `/locations/{locationId}/tags`: the tags that a location knows.

use serde_json::{Value, json};

use super::{
    account::Account, acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World,
};

pub(crate) const ACTS: Acts = &[
    ("locations.get-location-tags", list),
    ("locations.create-tag", create),
    ("locations.get-tag-by-id", read),
    ("locations.update-tag", update),
    ("locations.delete-tag", remove),
];

/// Adds the tags that the caller's location does not know: a contact may bring new ones.
pub(crate) fn learn(world: &mut World, call: &Call, tags: &[Box<str>]) -> Result<(), Refusal> {
    for tag in tags {
        if named(world.account(call)?, tag).is_none() {
            let id = world.ids.record();
            add(world.account(call)?, &id, tag);
        }
    }
    Ok(())
}

/// The tag of this name, whatever its case.
fn named<'a>(account: &'a Account, name: &str) -> Option<&'a Value> {
    let name = name.to_lowercase();
    account
        .tags
        .iter()
        .find(|tag| tag["name"].as_str().map(str::to_lowercase).as_deref() == Some(&name))
}

pub(crate) fn add(account: &mut Account, id: &str, name: &str) -> Value {
    let tag = json!({ "id": id, "name": name, "locationId": account.id });
    account.tags.add(id, tag.clone());
    tag
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Tag", id)
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let tags: Vec<&Value> = world.account(call)?.tags.iter().collect();
    Ok(json!({ "tags": tags }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let name = call.text("name").unwrap_or_default().trim();
    if named(account, name).is_some() {
        return Err(Refusal::bad_request("A tag of this name exists already."));
    }
    Ok(json!({ "tag": add(account, &id, name) }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("tagId");
    let tag = world.account(call)?.tags.get(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "tag": tag }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("tagId");
    let tag = world.account(call)?.tags.get_mut(id).ok_or_else(|| missing(id))?;
    tag["name"] = json!(call.text("name").unwrap_or_default().trim());
    Ok(json!({ "tag": tag }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("tagId");
    world.account(call)?.tags.remove(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "succeded": true }).into())
}
