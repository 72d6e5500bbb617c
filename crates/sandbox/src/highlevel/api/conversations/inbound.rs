//! `POST /conversations/messages/inbound` and `/outbound`: what came in elsewhere, and calls that went out.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    super::{
        account::Account, answer::Answer, answer::Content, call::Call, contact::Contact, contacts,
        moment::iso, refusal::Refusal, world::World,
    },
    contact, ensure, holder_of,
    message::{Kind, Message, Talk},
    send::{check_provider, prefixed},
};

/// The kinds that only come through a provider of one's own.
const CUSTOM: [&str; 1] = ["Custom"];

/// What a contact texts to hear nothing more, and to hear again (`facts/highlevel.md` 9.5).
const STOP: &str = "STOP";
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

pub(super) fn inbound(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let kind = Kind::of(call.text("type").unwrap_or_default());
    if CUSTOM.contains(&kind.write) && call.text("conversationProviderId").is_none() {
        return without_provider(call);
    }
    check_provider(call)?;
    let contact = sender(world, call)?;
    let blocked = contact.inbound_dnd_settings.as_ref();
    // Without a word about it the specification means outbound, and the path means inbound.
    let usual = if call.strict_spec { "outbound" } else { "inbound" };
    let is_inbound = call.text("direction").unwrap_or(usual) == "inbound";
    if is_inbound && blocked.is_some_and(|settings| settings["all"]["status"] == "active") {
        return Err(Refusal::bad_request("Inbound DND is active for the contact."));
    }
    let conversation = ensure(world, call, &contact, kind)?;
    record(world, call, &conversation, (kind, is_inbound))
}

/// Live answers are empty then (`facts/highlevel.md` 4).
fn without_provider(call: &Call) -> Result<Answer, Refusal> {
    if call.strict_spec {
        return Err(Refusal::unprocessable(vec![
            "conversationProviderId should not be empty".to_owned(),
            "conversationProviderId must be a string".to_owned(),
        ]));
    }
    let kind = "application/json; charset=utf-8".to_owned();
    Ok(Answer { status: 201, content: Content::Bytes { kind, bytes: Vec::new() } })
}

/// Whose message it is: the contact's that is named, or that of the conversation.
fn sender(world: &mut World, call: &Call) -> Result<Contact, Refusal> {
    let (named, conversation) = (call.text("contactId"), call.text("conversationId"));
    let Some(id) = conversation else {
        let missing = || {
            let complaint = "conversationId or contactId should not be empty".to_owned();
            Refusal::unprocessable(vec![complaint])
        };
        return contact(world, call, named.ok_or_else(missing)?);
    };
    let account = holder_of(world, call, id)?;
    let owner = account.conversations.conversation(id).map(|found| found.contact.clone());
    let owner = owner.unwrap_or_default();
    if named.is_some_and(|named| named != owner) {
        return Err(Refusal::bad_request("The conversation is not the contact's."));
    }
    contact(world, call, &owner)
}

pub(super) fn outbound_call(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_provider(call)?;
    let id = call.text("conversationId").unwrap_or_default();
    holder_of(world, call, id)?;
    record(world, call, id, (Kind::of("Call"), false))
}

/// Adds the message to its conversation, counts it and tells of it.
fn record(
    world: &mut World,
    call: &Call,
    conversation: &str,
    (kind, is_inbound): (&'static Kind, bool),
) -> Result<Answer, Refusal> {
    let added = date(call)?;
    let (id, email_id) = (world.ids.record(), world.ids.record());
    let account = world.account(call)?;
    let location = account.id.clone();
    let owner = account.conversations.conversation(conversation).map(|it| it.contact.clone());
    let contact = account.contact(&owner.unwrap_or_default())?.clone();
    let mut message = message(call, account, &contact, (kind, is_inbound));
    let thread = kind.is_email().then(|| thread(account, call, &contact)).flatten();
    message.id = thread.clone().unwrap_or(id);
    message.conversation = conversation.to_owned();
    (message.added, message.updated) = (added, added);
    let email = kind.is_email().then(|| email(account, call, (&email_id, &contact), &message));
    let told = message.told(email.as_ref());
    let id = message.id.clone();
    let inbox = &mut account.conversations;
    match (thread, email.clone()) {
        (Some(thread), Some(email)) => {
            inbox.thread(&thread, email);
            inbox.set_status(&thread, Some(&email_id), ("delivered", added));
            inbox.mark_last(&thread);
        }
        (_, email) => inbox.post(message, email),
    }
    let mut unread = None;
    if let Some(found) = inbox.conversation_mut(conversation).filter(|_| is_inbound) {
        found.unread += 1;
        unread = Some(found.told(false));
    }
    world.tell(if is_inbound { "InboundMessage" } else { "OutboundMessage" }, &location, told);
    if let Some(unread) = unread {
        world.tell("ConversationUnreadUpdate", &location, unread);
    }
    if is_inbound && kind.write == "SMS" {
        hear_keyword(world, call, &contact)?;
    }
    let mut answer = json!({
        "success": true,
        "conversationId": conversation,
        "messageId": id,
        "message": "The message is added.",
        "contactId": contact.id,
        "dateAdded": iso(added),
    });
    if email.is_some() {
        answer["emailMessageId"] = json!(email_id);
    }
    Ok(answer.into())
}

fn date(call: &Call) -> Result<Timestamp, Refusal> {
    let Some(text) = call.text("date").filter(|text| !text.is_empty()) else {
        return Ok(call.now);
    };
    let moment = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse());
    let complaint =
        |_| Refusal::unprocessable(vec!["date must be a valid ISO 8601 date string".to_owned()]);
    moment.map_err(complaint)
}

fn message(
    call: &Call,
    account: &Account,
    contact: &Contact,
    (kind, inbound): (&'static Kind, bool),
) -> Message {
    let mut message = Message::new(String::new(), kind, call.now);
    message.contact = contact.id.to_string();
    message.inbound = inbound;
    let html = call.text("html").filter(|html| kind.is_email() && !html.is_empty());
    message.html = html.is_some();
    message.body = html.or(call.text("message")).unwrap_or_default().to_owned();
    message.attachments =
        call.body.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default();
    message.provider = call.text("conversationProviderId").map(str::to_owned);
    message.alt_id = call.text("altId").map(str::to_owned);
    message.talk = kind.is_call().then(|| talk(call, account, contact, inbound));
    message
}

/// The two ends of a call are the contact's number and the location's, where none are named.
fn talk(call: &Call, account: &Account, contact: &Contact, inbound: bool) -> Talk {
    let given = call.body.get("call");
    let text = |name: &str| given.and_then(|given| given[name].as_str()).map(str::to_owned);
    let house = account.record.get("phone").and_then(Value::as_str).unwrap_or_default();
    let ends = (contact.text("phone").unwrap_or_default(), house);
    let (from, to) = if inbound { ends } else { (ends.1, ends.0) };
    let status = text("status").unwrap_or_else(|| "completed".to_owned());
    let mut talk = Talk {
        from: text("from").unwrap_or_else(|| from.to_owned()),
        to: text("to").unwrap_or_else(|| to.to_owned()),
        status,
        duration: 0,
    };
    if talk.is_recorded() {
        talk.duration = super::calls::DURATION;
    }
    talk
}

/// The message of the e-mail that this one answers.
fn thread(account: &Account, call: &Call, contact: &Contact) -> Option<String> {
    let email = account.conversations.email(call.text("emailMessageId")?)?;
    let is_theirs = email["contactId"] == *contact.id;
    email["threadId"].as_str().filter(|_| is_theirs).map(str::to_owned)
}

fn email(
    account: &Account,
    call: &Call,
    (id, contact): (&str, &Contact),
    message: &Message,
) -> Value {
    let house = account.record.get("email").and_then(Value::as_str).unwrap_or_default();
    let theirs = contact.text("email").unwrap_or_default();
    let (from, to) = if message.inbound { (theirs, house) } else { (house, theirs) };
    let answered = call.text("emailMessageId").and_then(|id| account.conversations.email(id));
    let subject = match (call.text("subject"), answered) {
        (Some(subject), _) => subject.to_owned(),
        (None, Some(answered)) => prefixed("Re: ", &answered["subject"]),
        (None, None) => String::new(),
    };
    let list = |name: &str| call.body.get(name).cloned().unwrap_or_else(|| json!([]));
    let mut email = json!({
        "id": id,
        "threadId": message.id,
        "locationId": account.id,
        "contactId": contact.id,
        "conversationId": message.conversation,
        "dateAdded": iso(message.added),
        "subject": subject,
        "body": message.body,
        "direction": message.direction(),
        "status": "delivered",
        "contentType": if message.html { "text/html" } else { "text/plain" },
        "attachments": message.attachments,
        "from": call.text("emailFrom").unwrap_or(from),
        "to": [call.text("emailTo").unwrap_or(to)],
        "cc": list("emailCc"),
        "bcc": list("emailBcc"),
        "source": "api",
    });
    let optional = [
        ("altId", call.text("altId")),
        ("replyToMessageId", call.text("emailMessageId")),
        ("conversationProviderId", call.text("conversationProviderId")),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            email[name] = json!(value);
        }
    }
    email
}

/// Changes what the contact wants to hear by text message; a word that changes nothing is a word.
fn hear_keyword(world: &mut World, call: &Call, old: &Contact) -> Result<(), Refusal> {
    let word = call.text("message").unwrap_or_default().trim().to_uppercase();
    let settings = old.dnd_settings.as_deref();
    let is_stopped = settings
        .is_some_and(|settings| settings.get("SMS").is_some_and(|it| it["status"] == "permanent"));
    let setting = match word.as_str() {
        STOP => json!({ "status": "permanent", "message": "STOP", "code": "STOP_KEYWORD" }),
        word if is_stopped && START.contains(&word) => {
            json!({ "status": "inactive", "message": word, "code": "START_KEYWORD" })
        }
        _ => return Ok(()),
    };
    let mut contact = old.clone();
    let mut changed = Map::new();
    changed.insert("SMS".to_owned(), setting);
    let settings = contact.dnd_settings.get_or_insert_default();
    settings.extend(changed);
    contacts::save(world, call, old, contact)?;
    Ok(())
}
