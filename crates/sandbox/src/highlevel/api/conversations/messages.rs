//! `/conversations/messages`: lists, single messages and e-mails, statuses, attachments, taking back what is scheduled.

use serde_json::{Value, json};

use super::{
    super::{account::Account, answer::Answer, call::Call, refusal::Refusal, world::World},
    holder, holder_of,
    message::Message,
};

/// The longest page of a conversation, and the one that is given unasked.
const PAGE: usize = 100;
const USUAL: usize = 20;

/// A message takes no more files than this.
const ATTACHMENTS: usize = 5;

/// The caller's location, if it has the message.
pub(super) fn holder_of_message<'a>(
    world: &'a mut World,
    call: &Call,
    id: &str,
) -> Result<&'a mut Account, Refusal> {
    holder(world, call, ("Message", id), |inbox, id| inbox.message(id).is_some())
}

fn holder_of_email<'a>(
    world: &'a mut World,
    call: &Call,
    id: &str,
) -> Result<&'a mut Account, Refusal> {
    holder(world, call, ("Email message", id), |inbox, id| inbox.email(id).is_some())
}

/// Newest first; live answers nest everything under `messages` (`facts/highlevel.md` 6.2).
pub(super) fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("conversationId");
    let limit = call.number("limit", USUAL, 1..=usize::MAX)?.min(PAGE);
    let kinds: Option<Vec<&str>> = call.query("type").map(|text| text.split(',').collect());
    if kinds.iter().flatten().any(|kind| !kind.trim().starts_with("TYPE_")) {
        let complaint = "type must be one or more types of messages, such as TYPE_SMS".to_owned();
        return Err(Refusal::unprocessable(vec![complaint]));
    }
    let account = holder_of(world, call, id)?;
    let inbox = &account.conversations;
    let ids = inbox.conversation(id).map(|found| found.messages.as_slice()).unwrap_or_default();
    let mut all: Vec<&Message> = ids.iter().rev().filter_map(|id| inbox.message(id)).collect();
    all.sort_by_key(|message| std::cmp::Reverse(message.added));
    let start = match call.query("lastMessageId") {
        None => 0,
        Some(last) => {
            let place = all.iter().position(|message| message.id == last);
            place.map(|place| place + 1).ok_or_else(|| {
                Refusal::bad_request(format!(
                    "The lastMessageId {last} is not in the conversation."
                ))
            })?
        }
    };
    let wanted = |message: &&&Message| {
        kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind.trim() == message.kind.read))
    };
    let rest: Vec<&Message> = all[start..].iter().filter(wanted).copied().collect();
    let page = &rest[..limit.min(rest.len())];
    let list = json!({
        "lastMessageId": page.last().map_or("", |message| &message.id),
        "nextPage": rest.len() > page.len(),
        "messages": page.iter().map(|message| message.show(&account.id)).collect::<Vec<_>>(),
    });
    Ok(match call.strict_spec {
        true => list.into(),
        false => json!({ "messages": list }).into(),
    })
}

/// Live answers hold it under `message` (`facts/highlevel.md` 6.2).
pub(super) fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let account = holder_of_message(world, call, id)?;
    let found = account.conversations.message(id).map(|message| message.show(&account.id));
    let shown = found.ok_or_else(|| Refusal::not_found("Message", id))?;
    Ok(match call.strict_spec {
        true => shown.into(),
        false => json!({ "message": shown }).into(),
    })
}

/// Flat in all answers.
pub(super) fn read_email(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let email = holder_of_email(world, call, id)?.conversations.email(id).cloned();
    Ok(email.unwrap_or_default().into())
}

/// The message and, where it is e-mail, the one that is meant: the named one or the last.
pub(super) fn set_status(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("messageId");
    let status = call.text("status").unwrap_or_default();
    let account = holder_of_message(world, call, id)?;
    let inbox = &mut account.conversations;
    let mut email = inbox.message(id).and_then(|message| message.emails.last().cloned());
    if let Some(named) = call.text("emailMessageId") {
        let known = inbox.message(id).is_some_and(|it| it.emails.iter().any(|it| it == named));
        if !known {
            let message = format!("The emailMessageId {named} is not of the message.");
            return Err(Refusal::bad_request(message));
        }
        email = Some(named.to_owned());
    }
    inbox.set_status(id, email.as_deref(), (status, call.now));
    if let Some(message) = inbox.message_mut(id) {
        message.error = call.body.get("error").filter(|error| error.is_object()).cloned();
    }
    let conversation = inbox.message(id).map(|message| message.conversation.clone());
    let mut answer = json!({
        "conversationId": conversation,
        "messageId": id,
        "status": status,
        "msg": "Message status is updated.",
    });
    if let Some(email) = email {
        answer["emailMessageId"] = json!(email);
    }
    Ok(answer.into())
}

pub(super) fn set_email_status(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let status = call.text("status").unwrap_or_default();
    let inbox = &mut holder_of_email(world, call, id)?.conversations;
    let thread = inbox.email(id).and_then(|email| email["threadId"].as_str()).map(str::to_owned);
    inbox.set_status(&thread.unwrap_or_default(), Some(id), (status, call.now));
    if let Some(email) = inbox.email_mut(id) {
        for name in ["events", "recipients"] {
            if let Some(value) = call.body.get(name) {
                email[name] = value.clone();
            }
        }
    }
    Ok(json!({ "success": true, "message": "The email message is updated." }).into())
}

/// Replaces what the message had.
pub(super) fn set_attachments(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("messageId");
    let urls = call.body.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default();
    if urls.len() > ATTACHMENTS {
        let message = format!("A message takes at most {ATTACHMENTS} attachments.");
        return Err(Refusal::bad_request(message));
    }
    let account = holder_of_message(world, call, id)?;
    let location = account.id.clone();
    let Some(message) = account.conversations.message_mut(id) else {
        return Err(Refusal::not_found("Message", id));
    };
    message.attachments = urls;
    message.updated = call.now;
    let shown = message.show(&location);
    Ok(json!({ "success": true, "message": shown }).into())
}

pub(super) fn cancel(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("messageId");
    let inbox = &mut holder_of_message(world, call, id)?.conversations;
    let waits = inbox.message(id).is_some_and(|message| message.status == "scheduled");
    let email = inbox.message(id).and_then(|message| message.emails.last().cloned());
    if !waits {
        return Err(not_scheduled());
    }
    inbox.cancel(id, email.as_deref());
    Ok(canceled())
}

/// By the id of the e-mail, which is another than its message's.
pub(super) fn cancel_email(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("emailMessageId");
    let inbox = &mut holder_of_email(world, call, id)?.conversations;
    let Some(email) = inbox.email(id).filter(|email| email["status"] == "scheduled") else {
        return Err(not_scheduled());
    };
    let thread = email["threadId"].as_str().unwrap_or_default().to_owned();
    inbox.cancel(&thread, Some(id));
    Ok(canceled())
}

fn not_scheduled() -> Refusal {
    Refusal::bad_request("The message is not scheduled, so there is nothing to cancel.")
}

fn canceled() -> Answer {
    json!({ "status": 200, "message": "The scheduled message is canceled." }).into()
}
