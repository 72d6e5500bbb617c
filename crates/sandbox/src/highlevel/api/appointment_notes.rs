//! `/calendars/appointments/{appointmentId}/notes`: list by pages, create, update and delete.

use serde_json::{Value, json};

use super::{
    acts::Acts, answer::Answer, appointments, call::Call, moment::iso, refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("calendars.get-appointment-notes", list),
    ("calendars.create-appointment-note", create),
    ("calendars.update-appointment-note", update),
    ("calendars.delete-appointment-note", remove),
];

/// A note of the appointment that the path names.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    appointments::find(world, call, "appointmentId")?;
    let id = call.segment("noteId");
    let notes = world.account(call)?.calendars.notes.get_mut(call.segment("appointmentId"));
    notes.and_then(|notes| notes.get_mut(id)).ok_or_else(|| Refusal::not_found("Note", id))
}

/// Newest first.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    appointments::find(world, call, "appointmentId")?;
    let limit = call.number("limit", 20, 1..=20)?;
    let offset = call.number("offset", 0, 0..=usize::MAX)?;
    let notes = world.account(call)?.calendars.notes.get(call.segment("appointmentId"));
    let all: Vec<&Value> = notes.into_iter().flat_map(|notes| notes.iter().rev()).collect();
    let page: Vec<&Value> = all.iter().skip(offset).take(limit).copied().collect();
    let has_more = offset.saturating_add(page.len()) < all.len() && !page.is_empty();
    Ok(json!({ "notes": page, "hasMore": has_more }).into())
}

/// The writer of a note, by the id that the body gives.
fn writer(world: &World, call: &Call) -> Option<Value> {
    let user = world.users.get(call.text("userId")?)?;
    Some(json!({ "id": user["id"], "name": user["name"] }))
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = appointments::find(world, call, "appointmentId")?.text("contactId").to_owned();
    let id = world.ids.record();
    let mut note = json!({
        "id": id,
        "body": call.text("body"),
        "dateAdded": iso(call.now),
        "contactId": contact,
    });
    sign(&mut note, world, call);
    let notes = &mut world.account(call)?.calendars.notes;
    notes.entry(call.segment("appointmentId").to_owned()).or_default().add(&id, note.clone());
    Ok(Answer::created(json!({ "note": note })))
}

fn sign(note: &mut Value, world: &World, call: &Call) {
    if let Some(user) = call.text("userId") {
        note["userId"] = json!(user);
    }
    if let Some(writer) = writer(world, call) {
        note["createdBy"] = writer;
    }
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut note = find(world, call)?.clone();
    note["body"] = json!(call.text("body"));
    sign(&mut note, world, call);
    *find(world, call)? = note.clone();
    Ok(json!({ "note": note }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    let notes = &mut world.account(call)?.calendars.notes;
    if let Some(notes) = notes.get_mut(call.segment("appointmentId")) {
        notes.remove(call.segment("noteId"));
    }
    Ok(json!({ "success": true }).into())
}
