//! What a contact is tied to: followers, workflows, appointments, and tags by the additive calls.

use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::Call,
    contacts,
    refusal::Refusal,
    route::{Act, Route, delete, get, post},
    shape::{Field, Kind, optional, required},
    world::World,
};

const READ: &str = "contacts.readonly";
const WRITE: &str = "contacts.write";
const TAGS: &[Field] = &[required("tags", Kind::Texts)];
const FOLLOWERS: &[Field] = &[required("followers", Kind::Texts)];
const ENROLMENT: &[Field] = &[optional("eventStartTime", Kind::Moment)];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    post("contacts.add-tags", "/contacts/{contactId}/tags", WRITE, add_tags as Act).takes(TAGS),
    delete("contacts.remove-tags", "/contacts/{contactId}/tags", WRITE, remove_tags).takes(TAGS),
    get("contacts.get-appointments-for-contact", "/contacts/{contactId}/appointments", READ, appointments),
    post("contacts.add-followers-contact", "/contacts/{contactId}/followers", WRITE, follow).takes(FOLLOWERS),
    delete("contacts.remove-followers-contact", "/contacts/{contactId}/followers", WRITE, unfollow).takes(FOLLOWERS),
    post("contacts.add-contact-to-workflow", "/contacts/{contactId}/workflow/{workflowId}", WRITE, enrol).takes(ENROLMENT),
    delete("contacts.delete-contact-from-workflow", "/contacts/{contactId}/workflow/{workflowId}", WRITE, leave).takes(ENROLMENT),
    get("workflows.get-workflow", "/workflows", "workflows.readonly", workflows).asks(&["locationId"]),
];

fn add_tags(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    contacts::change_tags(world, call, true)
}

fn remove_tags(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    contacts::change_tags(world, call, false)
}

/// There are no calendars yet in the simulated HighLevel, so nobody has an appointment.
fn appointments(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    world.contact_account(call)?;
    Ok(json!({ "events": [] }).into())
}

fn follow(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let mut contact = account.contact(call.segment("contactId"))?.clone();
    let mut added = Vec::new();
    for follower in call.texts("followers") {
        if !contact.followers.iter().any(|known| **known == *follower) {
            contact.followers.push(follower.into());
            added.push(follower);
        }
    }
    contact.updated = call.now;
    let body = json!({ "followers": contact.followers, "followersAdded": added });
    account.put_contact(contact);
    Ok(Answer::created(body))
}

fn unfollow(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let mut contact = account.contact(call.segment("contactId"))?.clone();
    let mut removed = call.texts("followers");
    removed.retain(|named| contact.followers.iter().any(|known| **known == **named));
    contact.followers.retain(|known| !removed.contains(&&**known));
    contact.updated = call.now;
    let body = json!({ "followers": contact.followers, "followersRemoved": removed });
    account.put_contact(contact);
    Ok(body.into())
}

fn enrol(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let workflow = call.segment("workflowId");
    let account = world.contact_account(call)?;
    if !account.workflows.iter().any(|known| known["id"] == workflow) {
        return Err(Refusal::not_found("Workflow", workflow));
    }
    let enrolled = account.enrolled.entry(call.segment("contactId").to_owned()).or_default();
    if !enrolled.iter().any(|known| known == workflow) {
        enrolled.push(workflow.to_owned());
    }
    Ok(json!({ "succeded": true }).into())
}

fn leave(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let workflow = call.segment("workflowId");
    let account = world.contact_account(call)?;
    let enrolled = account.enrolled.entry(call.segment("contactId").to_owned()).or_default();
    let before = enrolled.len();
    enrolled.retain(|known| known != workflow);
    match enrolled.len() < before {
        true => Ok(json!({ "succeded": true }).into()),
        false => Err(Refusal::not_found("Workflow of the contact", workflow)),
    }
}

fn workflows(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let workflows: &[Value] = &world.account(call)?.workflows;
    Ok(json!({ "workflows": workflows }).into())
}
