//! `/contacts/{contactId}/tasks` and the search for tasks of a location.

use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::{Call, within},
    moment::iso,
    refusal::Refusal,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("contacts.get-all-tasks", list),
    ("contacts.create-task", create),
    ("contacts.get-task", read),
    ("contacts.update-task", update),
    ("contacts.delete-task", remove),
    ("contacts.update-task-completed", update),
    ("locations.task-search", search),
];

/// The fields of its webhooks.
const TOLD: [&str; 7] = ["id", "title", "body", "contactId", "assignedTo", "dueDate", "dateAdded"];

fn told(task: &Value) -> Map<String, Value> {
    pick(task, &TOLD)
}

/// A task without what only its webhooks tell.
fn shown(task: &Value) -> Value {
    let names = ["id", "title", "body", "assignedTo", "dueDate", "completed", "contactId"];
    Value::Object(pick(task, &names))
}

/// A task of the contact that the path names.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("taskId");
    let account = world.contact_account(call)?;
    let tasks = account.tasks.get_mut(call.segment("contactId"));
    tasks.and_then(|tasks| tasks.get_mut(id)).ok_or_else(|| Refusal::not_found("Task", id))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let tasks = account.tasks.get(call.segment("contactId"));
    let tasks: Vec<Value> = tasks.into_iter().flat_map(|tasks| tasks.iter()).map(shown).collect();
    Ok(json!({ "tasks": tasks }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.contact_account(call)?;
    let (location, contact) = (account.id.clone(), call.segment("contactId").to_owned());
    let mut task = Value::Object(call.body.clone());
    task["id"] = json!(id);
    task["contactId"] = json!(contact);
    task["dateAdded"] = json!(iso(call.now));
    account.tasks.entry(contact).or_default().add(&id, task.clone());
    world.tell("TaskCreate", &location, told(&task));
    Ok(Answer::created(json!({ "task": shown(&task) })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "task": shown(find(world, call)?) }).into())
}

/// There is no event for other changes than the completion (`facts/highlevel.md` 7.1).
fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let task = find(world, call)?;
    let done = task["completed"] == true;
    for (key, value) in &call.body {
        task[key.as_str()] = value.clone();
    }
    let task = task.clone();
    if !done && task["completed"] == true {
        let location = world.account(call)?.id.clone();
        world.tell("TaskComplete", &location, told(&task));
    }
    Ok(json!({ "task": shown(&task) }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let task = find(world, call)?.clone();
    let account = world.account(call)?;
    let location = account.id.clone();
    if let Some(tasks) = account.tasks.get_mut(call.segment("contactId")) {
        tasks.remove(call.segment("taskId"));
    }
    world.tell("TaskDelete", &location, told(&task));
    Ok(json!({ "succeded": true }).into())
}

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let limit = count(call, "limit", 25, 1..=1000)?;
    let skip = count(call, "skip", 0, 0..=usize::MAX)?;
    let (contacts, owners) = (call.texts("contactId"), call.texts("assignedTo"));
    let query = call.text("query").unwrap_or_default().to_lowercase();
    let completed = call.body.get("completed").and_then(Value::as_bool);
    let business = call.text("businessId");
    let account = world.account(call)?;
    let listed = |list: &[&str], value: &Value| {
        list.is_empty() || list.contains(&value.as_str().unwrap_or_default())
    };
    let wanted = |task: &&Value| {
        let title = task["title"].as_str().unwrap_or_default().to_lowercase();
        let owner = account.contacts().get(task["contactId"].as_str().unwrap_or_default());
        listed(&contacts, &task["contactId"])
            && listed(&owners, &task["assignedTo"])
            && completed.is_none_or(|completed| task["completed"] == completed)
            && title.contains(&query)
            && business.is_none_or(|id| {
                owner.is_some_and(|contact| contact.text("businessId") == Some(id))
            })
    };
    let all = account.tasks.values().flat_map(|tasks| tasks.iter());
    let tasks: Vec<Value> = all.filter(wanted).skip(skip).take(limit).map(shown).collect();
    Ok(json!({ "tasks": tasks }).into())
}

/// A whole number of the body, within bounds.
fn count(
    call: &Call,
    name: &str,
    default: usize,
    bounds: std::ops::RangeInclusive<usize>,
) -> Result<usize, Refusal> {
    let given = call.body.get(name).and_then(Value::as_u64);
    let given = given.map(|given| usize::try_from(given).unwrap_or(usize::MAX));
    within(name, given.unwrap_or(default), bounds)
}
