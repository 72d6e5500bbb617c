//! `/contacts/{contactId}/notes`: list, read, write and delete.

use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    moment::iso,
    refusal::Refusal,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("contacts.get-all-notes", list),
    ("contacts.create-note", create),
    ("contacts.get-note", read),
    ("contacts.update-note", update),
    ("contacts.delete-note", remove),
];

/// The fields of its webhooks: a fixed list (`facts/highlevel.md` 7.1).
const TOLD: [&str; 4] = ["id", "body", "contactId", "dateAdded"];

fn told(note: &Value) -> Map<String, Value> {
    pick(note, &TOLD)
}

/// A note of the contact that the path names.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("id");
    let account = world.contact_account(call)?;
    let notes = account.notes.get_mut(call.segment("contactId"));
    notes.and_then(|notes| notes.get_mut(id)).ok_or_else(|| Refusal::not_found("Note", id))
}

/// Newest first.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let notes = account.notes.get(call.segment("contactId"));
    let notes: Vec<&Value> = notes.into_iter().flat_map(|notes| notes.iter().rev()).collect();
    Ok(json!({ "notes": notes }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.contact_account(call)?;
    let (location, contact) = (account.id.clone(), call.segment("contactId").to_owned());
    let mut note = Value::Object(call.body.clone());
    note["id"] = json!(id);
    note["contactId"] = json!(contact);
    note["dateAdded"] = json!(iso(call.now));
    account.notes.entry(contact).or_default().add(&id, note.clone());
    world.tell("NoteCreate", &location, told(&note));
    Ok(Answer::created(json!({ "note": note })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "note": find(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let note = find(world, call)?;
    for (key, value) in &call.body {
        note[key.as_str()] = value.clone();
    }
    let note = note.clone();
    let location = world.account(call)?.id.clone();
    world.tell("NoteUpdate", &location, told(&note));
    Ok(json!({ "note": note }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let note = find(world, call)?.clone();
    let account = world.account(call)?;
    let location = account.id.clone();
    if let Some(notes) = account.notes.get_mut(call.segment("contactId")) {
        notes.remove(call.segment("id"));
    }
    world.tell("NoteDelete", &location, told(&note));
    Ok(json!({ "succeded": true }).into())
}
