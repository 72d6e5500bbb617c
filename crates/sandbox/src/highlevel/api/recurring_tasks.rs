//! `/locations/{locationId}/recurring-tasks`: create, read, update and delete. No task comes of them by itself.

use serde_json::{Map, Value, json};

use super::{acts::Acts, answer::Answer, call::Call, moment::iso, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("locations.create-recurring-task", create),
    ("locations.get-recurring-task-by-id", read),
    ("locations.update-recurring-task", update),
    ("locations.delete-recurring-task", remove),
];

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Recurring task", id)
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let now = iso(call.now);
    let mut task = json!({
        "id": id,
        "title": "",
        "description": "",
        "locationId": account.id,
        "createdAt": now,
        "updatedAt": now,
        "totalOccurrence": 0,
        "deleted": false,
    });
    change(&mut task, &call.body);
    account.recurring_tasks.add(&id, task.clone());
    Ok(Answer::created(json!({ "recurringTask": task })))
}

/// Several contacts and owners can be named, one of each is shown.
fn change(task: &mut Value, body: &Map<String, Value>) {
    for (name, value) in body {
        match name.as_str() {
            "contactIds" => task["contactId"] = value.get(0).cloned().unwrap_or_default(),
            "owners" => task["assignedTo"] = value.get(0).cloned().unwrap_or_default(),
            "ignoreTaskCreation" => {}
            _ => task[name.as_str()] = value.clone(),
        }
    }
    if let Some(fields) = task.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("id");
    world.account(call)?.recurring_tasks.get_mut(id).ok_or_else(|| missing(id))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "recurringTask": find(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let task = find(world, call)?;
    change(task, &call.body);
    task["updatedAt"] = json!(iso(call.now));
    Ok(json!({ "recurringTask": task }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    world.account(call)?.recurring_tasks.remove(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "id": id, "success": true }).into())
}
