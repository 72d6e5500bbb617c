//! What a contact is tied to: followers, workflows, and tags by the additive calls.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, contacts, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("contacts.add-tags", add_tags),
    ("contacts.remove-tags", remove_tags),
    ("contacts.add-followers-contact", follow),
    ("contacts.remove-followers-contact", unfollow),
    ("contacts.add-contact-to-workflow", enrol),
    ("contacts.delete-contact-from-workflow", leave),
    ("workflows.get-workflow", workflows),
];

fn add_tags(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    contacts::change_tags(world, call, true)
}

fn remove_tags(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    contacts::change_tags(world, call, false)
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
