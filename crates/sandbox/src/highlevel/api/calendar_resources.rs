//! `/calendars/resources/{resourceType}`: the rooms and the equipment that calendars share.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, calendars, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("calendars.fetch-calendar-resources", list),
    ("calendars.create-calendar-resource", create),
    ("calendars.get-calendar-resource", read),
    ("calendars.update-calendar-resource", update),
    ("calendars.delete-calendar-resource", remove),
];

/// The resource that the path names, of the kind that it names.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let (id, kind) = (call.segment("id"), call.segment("resourceType"));
    let found = calendars::find(world, call, ("Resource", id), |all| &mut all.resources)?;
    match found["resourceType"] == kind {
        true => Ok(found),
        false => Err(Refusal::not_found("Resource", id)),
    }
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 20, 1..=usize::MAX)?);
    let kind = call.segment("resourceType");
    let all = world.account(call)?.calendars.resources.iter();
    let found = all.filter(|one| one["resourceType"] == kind);
    let page: Vec<&Value> = found.skip(skip).take(limit).collect();
    Ok(json!(page).into())
}

/// The specification forgets the id in the answer; without it nothing could be read again.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let mut made = json!({
        "id": id, "resourceType": call.segment("resourceType"), "isActive": true, "calendarIds": [],
    });
    for (key, value) in &call.body {
        made[key.as_str()] = value.clone();
    }
    let account = world.account(call)?;
    account.calendars.resources.add(&id, made.clone());
    Ok(Answer::created(made))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(find(world, call)?.clone().into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = find(world, call)?;
    for (key, value) in &call.body {
        found[key.as_str()] = value.clone();
    }
    Ok(found.clone().into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    world.account(call)?.calendars.resources.remove(call.segment("id"));
    Ok(json!({ "success": true }).into())
}
