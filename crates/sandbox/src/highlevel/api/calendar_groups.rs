//! `/calendars/groups`: list, create, update, switch on and off, delete, and whether a slug is free.

use serde_json::{Value, json};

use super::{
    acts::Acts, answer::Answer, calendars, calendars::Calendars, call::Call, refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("calendars.get-groups", list),
    ("calendars.create-calendar-group", create),
    ("calendars.validate-groups-slug", validate),
    ("calendars.edit-group", update),
    ("calendars.disable-group", switch),
    ("calendars.delete-group", remove),
];

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("groupId");
    calendars::find(world, call, ("Calendar group", id), |all| &mut all.groups)
}

/// Whether no other group has the slug of the body.
fn is_available(calendars: &Calendars, call: &Call) -> bool {
    let slug = call.text("slug").unwrap_or_default();
    let own = call.segment("groupId");
    !calendars.groups.iter().any(|group| group["slug"] == slug && group["id"] != own)
}

fn check_slug(calendars: &Calendars, call: &Call) -> Result<(), Refusal> {
    let slug = call.text("slug").unwrap_or_default();
    match is_available(calendars, call) {
        true => Ok(()),
        false => Err(Refusal::bad_request(format!("The slug {slug} is already in use."))),
    }
}

/// A group of these fields, switched on.
pub(crate) fn define(
    id: &str,
    location: &str,
    (name, description, slug): (&str, &str, &str),
) -> Value {
    json!({
        "id": id, "locationId": location, "name": name, "description": description, "slug": slug,
        "isActive": true,
    })
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let groups: Vec<&Value> = world.account(call)?.calendars.groups.iter().collect();
    Ok(json!({ "groups": groups }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    check_slug(&account.calendars, call)?;
    let text = |name: &str| call.text(name).unwrap_or_default();
    let mut group = define(&id, &account.id, (text("name"), text("description"), text("slug")));
    if let Some(is_active @ Value::Bool(_)) = call.body.get("isActive") {
        group["isActive"] = is_active.clone();
    }
    account.calendars.groups.add(&id, group.clone());
    Ok(Answer::created(json!({ "group": group })))
}

fn validate(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let calendars = &world.account(call)?.calendars;
    Ok(json!({ "available": is_available(calendars, call) }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    check_slug(&world.account(call)?.calendars, call)?;
    let group = find(world, call)?;
    for (key, value) in &call.body {
        group[key.as_str()] = value.clone();
    }
    Ok(json!({ "group": group }).into())
}

fn switch(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let is_active = call.body.get("isActive").cloned().unwrap_or_default();
    find(world, call)?["isActive"] = is_active;
    Ok(json!({ "success": true }).into())
}

/// Its calendars stay, in no group.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    let id = call.segment("groupId");
    let calendars = &mut world.account(call)?.calendars;
    calendars.groups.remove(id);
    let members = calendars.all.iter().filter(|calendar| calendar["groupId"] == id);
    let members: Vec<String> =
        members.filter_map(|calendar| calendar["id"].as_str().map(str::to_owned)).collect();
    for member in members {
        if let Some(fields) = calendars.all.get_mut(&member).and_then(Value::as_object_mut) {
            fields.remove("groupId");
        }
    }
    Ok(json!({ "success": true }).into())
}
