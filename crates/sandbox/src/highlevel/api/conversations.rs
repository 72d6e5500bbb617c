//! `/conversations`: create, read, update and delete; messages and the rest are in the files beside.

mod calls;
mod export;
mod files;
mod inbound;
mod inbox;
mod message;
mod messages;
mod preferences;
mod search;
mod seed;
mod send;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::{inbox::Conversation, message::Kind};
use super::{
    account::Account, acts::Acts, answer::Answer, call::Call, contact::Contact, moment::iso,
    refusal::Refusal, world::World,
};

pub(crate) use self::{inbox::Inbox, seed::seed};

pub(crate) const ACTS: Acts = &[
    ("conversations.search-conversation", search::search),
    ("conversations.create-conversation", create),
    ("conversations.get-conversation", read),
    ("conversations.update-conversation", update),
    ("conversations.delete-conversation", remove),
    ("conversations.get-messages", messages::list),
    ("conversations.get-message", messages::read),
    ("conversations.get-email-by-id", messages::read_email),
    ("conversations.update-message-status", messages::set_status),
    ("conversations.update-email-message-status", messages::set_email_status),
    ("conversations.add-message-attachments", messages::set_attachments),
    ("conversations.cancel-scheduled-message", messages::cancel),
    ("conversations.cancel-scheduled-email-message", messages::cancel_email),
    ("conversations.export-messages-by-location", export::export),
    ("conversations.send-a-new-message", send::send),
    ("conversations.send-review-reply", send::reply_to_review),
    ("conversations.add-an-inbound-message", inbound::inbound),
    ("conversations.add-an-outbound-message", inbound::outbound_call),
    ("conversations.upload-file-attachments", files::upload),
    ("conversations.initiate-file-upload", files::initiate),
    ("conversations.complete-file-upload", files::complete),
    ("conversations.get-message-recording", calls::recording),
    ("conversations.get-message-transcription", calls::transcription),
    ("conversations.download-message-transcription", calls::download),
    ("conversations.live-chat-agent-typing", typing),
    ("conversations.get-all-custom-subtypes", preferences::list),
    ("conversations.create-custom-subtype", preferences::create),
    ("conversations.update-custom-subtype", preferences::update),
    ("conversations.get-contact-unsubscription-status", preferences::status),
    ("conversations.user-subscription-change", preferences::change),
];

/// Moves on what was due until now in all locations, and tells what left by it.
pub(crate) fn settle(world: &mut World, now: Timestamp) {
    let mut events = Vec::new();
    for account in world.accounts.values_mut() {
        for (id, email) in account.conversations.settle(now) {
            events.extend(send::leaving(account, &id, email.as_deref()));
        }
    }
    events.into_iter().for_each(|event| world.tell_all(event));
}

/// A contact that a request names.
///
/// # Errors
/// 403 when it is another location's, 404 when it is nobody's.
fn contact(world: &mut World, call: &Call, id: &str) -> Result<Contact, Refusal> {
    world.holder_of_contact(call, id)?.contact(id).cloned()
}

/// The caller's location, if its inbox has what a request names.
///
/// # Errors
/// 403 when another location's has it, 404 when none has.
fn holder<'a>(
    world: &'a mut World,
    call: &Call,
    (what, id): (&str, &str),
    has: fn(&Inbox, &str) -> bool,
) -> Result<&'a mut Account, Refusal> {
    world.holder(call, (what, id), |account| has(&account.conversations, id))
}

/// As [`holder`], for conversations.
fn holder_of<'a>(world: &'a mut World, call: &Call, id: &str) -> Result<&'a mut Account, Refusal> {
    holder(world, call, ("Conversation", id), |inbox, id| inbox.conversation(id).is_some())
}

/// The conversation that the path names, in the caller's location.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<(String, &'a mut Conversation), Refusal> {
    let id = call.segment("conversationId");
    let account = holder_of(world, call, id)?;
    let location = account.id.clone();
    let found = account.conversations.conversation_mut(id);
    found.map(|found| (location, found)).ok_or_else(|| Refusal::not_found("Conversation", id))
}

/// The id of the contact's conversation; it begins with its first message.
fn ensure(
    world: &mut World,
    call: &Call,
    contact: &Contact,
    kind: &Kind,
) -> Result<String, Refusal> {
    if let Some(known) = world.account(call)?.conversations.of_contact(&contact.id) {
        return Ok(known.id.clone());
    }
    let id = world.ids.record();
    let number = match kind.write {
        "FB" => 3,
        "Email" if contact.text("phone").is_none() => 2,
        _ => 1,
    };
    world.account(call)?.conversations.open(&id, &contact.id, number, call.now);
    Ok(id)
}

/// One per contact: the second is refused and the first is named.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = contact(world, call, call.text("contactId").unwrap_or_default())?;
    if let Some(known) = world.account(call)?.conversations.of_contact(&contact.id) {
        let refusal = Refusal::bad_request("Conversation already exists for the contact.");
        return Err(refusal
            .with("conversationId", json!(known.id))
            .with("meta", json!({ "conversationId": known.id })));
    }
    let kind = match contact.text("phone").or(contact.text("email").map(|_| "")) {
        Some("") => Kind::of("Email"),
        _ => Kind::of("SMS"),
    };
    let id = ensure(world, call, &contact, kind)?;
    let account = world.account(call)?;
    let now = iso(call.now);
    let mut made = json!({
        "id": id,
        "dateAdded": now,
        "dateUpdated": now,
        "lastMessageDate": now,
        "deleted": false,
        "contactId": contact.id,
        "locationId": account.id,
    });
    if let Some(user) = contact.text("assignedTo") {
        made["assignedTo"] = json!(user);
    }
    Ok(Answer::created(json!({ "success": true, "conversation": made })))
}

/// Flat, and with a number for its type (`facts/highlevel.md` 6.2).
fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (location, found) = find(world, call)?;
    let mut shown = json!({
        "id": found.id,
        "contactId": found.contact,
        "locationId": location,
        "deleted": false,
        "inbox": true,
        "type": found.kind,
        "unreadCount": found.unread,
        "starred": found.starred,
        "dateAdded": iso(found.added),
        "dateUpdated": iso(found.updated),
    });
    if let Some(last) = &found.last {
        shown["lastMessageDate"] = json!(found.date);
        shown["lastMessageType"] = json!(last.kind.read);
        shown["lastMessageBody"] = json!(last.body);
    }
    if let Some(feedback) = &found.feedback {
        shown["feedback"] = feedback.clone();
    }
    let owner = found.contact.clone();
    let account = world.account(call)?;
    if let Some(user) = account.contacts().get(&owner).and_then(|it| it.text("assignedTo")) {
        shown["assignedTo"] = json!(user);
    }
    Ok(shown.into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (location, found) = find(world, call)?;
    let old = (found.unread, found.starred);
    if let Some(count) = call.body.get("unreadCount").and_then(Value::as_f64) {
        if count < 0.0 || count.fract() != 0.0 {
            let complaint = "unreadCount must not be less than 0".to_owned();
            return Err(Refusal::unprocessable(vec![complaint]));
        }
        found.unread = call.body["unreadCount"].as_u64().unwrap_or_default();
    }
    found.starred = call.body.get("starred").and_then(Value::as_bool).unwrap_or(found.starred);
    if let Some(feedback) = call.body.get("feedback") {
        found.feedback = Some(feedback.clone());
    }
    found.updated = call.now;
    let (told, changed) = (found.told(false), old != (found.unread, found.starred));
    let mut shown = json!({
        "id": found.id,
        "locationId": location,
        "contactId": found.contact,
        "unreadCount": found.unread,
        "inbox": true,
        "starred": found.starred,
        "deleted": false,
    });
    if let Some(last) = &found.last {
        shown["lastMessageBody"] = json!(last.body);
        shown["lastMessageDate"] = json!(found.date.to_string());
        shown["lastMessageType"] = json!(last.kind.read);
    }
    if changed {
        world.tell("ConversationUnreadUpdate", &location, told);
    }
    Ok(json!({ "success": true, "conversation": shown }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (location, found) = find(world, call)?;
    let (id, told) = (found.id.clone(), found.told(true));
    world.account(call)?.conversations.close(&id);
    world.tell("ConversationUnreadUpdate", &location, told);
    Ok(json!({ "success": true }).into())
}

/// Nobody watches: what counts is that the conversation is there.
fn typing(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    holder_of(world, call, call.text("conversationId").unwrap_or_default())?;
    Ok(Answer::created(json!({ "success": true })))
}
