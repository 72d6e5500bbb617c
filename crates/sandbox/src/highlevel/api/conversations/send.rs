//! `POST /conversations/messages`: what is checked, which thread it joins, when it leaves and what is told.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    super::{
        account::Account, answer::Answer, call::Call, contact::Contact, moment::iso,
        refusal::Refusal, world::World,
    },
    contact, ensure, holder_of,
    message::{Kind, Message},
};

pub(super) fn send(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let kind = Kind::of(call.text("type").unwrap_or_default());
    let contact = contact(world, call, call.text("contactId").unwrap_or_default())?;
    let source = forwarded(world.account(call)?, call)?;
    check(world.account(call)?, call, kind, &contact)?;
    let leaves = scheduled(call)?;
    let replied = replied(world.account(call)?, call, &contact)?;
    let conversation = ensure(world, call, &contact, kind)?;
    let (id, email_id) = (world.ids.record(), world.ids.record());
    let account = world.account(call)?;
    let thread = replied.as_ref().filter(|replied| kind.is_email() && replied.kind.is_email());
    let id = thread.map_or(id, |thread| thread.id.clone());
    let status = if leaves.is_some() { "scheduled" } else { "pending" };

    let mut message = Message::new(id.clone(), kind, call.now);
    message.conversation.clone_from(&conversation);
    message.contact = contact.id.to_string();
    status.clone_into(&mut message.status);
    let html = call.text("html").filter(|html| kind.is_email() && !html.is_empty());
    message.html = html.is_some();
    message.body = html.or(call.text("message")).unwrap_or_default().to_owned();
    if let Some(source) = &source {
        message.body.push_str(source["body"].as_str().unwrap_or_default());
    }
    message.attachments = attachments(call, kind);
    message.provider = call.text("conversationProviderId").map(str::to_owned);
    message.reply_to = call.text("replyMessageId").map(str::to_owned);
    let email = kind.is_email().then(|| {
        let made = Mail { id: &email_id, message: &message, replied: thread, source: &source };
        made.record(account, call, &contact)
    });
    let inbox = &mut account.conversations;
    match thread {
        Some(thread) => {
            inbox.thread(&thread.id, email.clone().unwrap_or_default());
            inbox.set_status(&id, Some(&email_id), (status, call.now));
            inbox.mark_last(&id);
        }
        None => inbox.post(message, email.clone()),
    }
    let email_id = email.is_some().then_some(email_id.as_str());
    let mut events = Vec::new();
    match leaves {
        Some(at) => inbox.expect(at, &id, email_id),
        None => {
            if call.text("conversationProviderId").is_none() {
                inbox.expect_sent(call.now, &id, email_id);
            }
            events = leaving(account, &id, email_id);
        }
    }
    events.into_iter().for_each(|event| world.tell_all(event));
    Ok(answer(call, (&conversation, &id, email_id), source.as_ref()))
}

fn answer(
    call: &Call,
    (conversation, id, email): (&str, &str, Option<&str>),
    source: Option<&Value>,
) -> Answer {
    let mut answer = json!({
        "conversationId": conversation,
        "messageId": id,
        "messageIds": [id],
        "status": "pending",
        "msg": "The message is queued.",
    });
    if let Some(email) = email {
        answer["emailMessageId"] = json!(email);
    }
    if let (Some(source), Some(forward)) = (source, call.body.get("forward")) {
        answer["forwardData"] = json!({
            "forwardWholeThread": forward["forwardWholeThread"] == true,
            "messageId": source["threadId"],
            "emailMessageId": source["id"],
            "sourceContactId": source["contactId"],
            "sourceConversationId": source["conversationId"],
            "forwardToEmail": forward["toEmail"],
            "recipientContactId": call.text("contactId"),
            "recipientConversationId": conversation,
        });
        if forward["toEmail"].is_null() {
            answer["forwardData"]["forwardToEmail"] = json!(call.text("emailTo").unwrap_or(""));
        }
    }
    answer.into()
}

/// What a message brings with it; WhatsApp drops it without a word (`facts/highlevel.md` 9.6).
fn attachments(call: &Call, kind: &Kind) -> Vec<Value> {
    match kind.write {
        "WhatsApp" => Vec::new(),
        _ => call.body.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default(),
    }
}

fn check(account: &Account, call: &Call, kind: &Kind, contact: &Contact) -> Result<(), Refusal> {
    let has = |name: &str| call.text(name).is_some_and(|text| !text.is_empty());
    let attached = call.body.get("attachments").and_then(Value::as_array);
    let says = ["message", "html", "templateId"].into_iter().any(has)
        || attached.is_some_and(|attached| !attached.is_empty())
        || call.body.contains_key("forward");
    if !says {
        return Err(Refusal::bad_request("The message has neither text nor attachments."));
    }
    if kind.write == "Custom" && !has("conversationProviderId") {
        return Err(Refusal::bad_request("A Custom message needs a conversationProviderId."));
    }
    if kind.needs_phone() && contact.text("phone").is_none() && !has("toNumber") {
        return Err(Refusal::bad_request("The contact has no phone number."));
    }
    if kind.is_email() && contact.text("email").is_none() && recipient(call).is_none() {
        return Err(Refusal::bad_request("The contact has no email address."));
    }
    check_consent(account, call, kind, contact)
}

/// Where an e-mail goes, if not to the contact's own address.
fn recipient(call: &Call) -> Option<&str> {
    let forward = call.body.get("forward").and_then(|forward| forward["toEmail"].as_str());
    forward.or(call.text("emailTo")).filter(|address| !address.is_empty())
}

/// The provider of what came in. The vendor lists none, so every well-formed id is one: 24
/// hexadecimal digits or 20 letters and digits, not all the same. Any other ends in 500, as live
/// (`facts/highlevel.md` 4).
pub(super) fn check_provider(call: &Call) -> Result<(), Refusal> {
    let Some(id) = call.text("conversationProviderId") else {
        return Ok(());
    };
    let formed = match id.len() {
        24 => id.chars().all(|digit| digit.is_ascii_hexdigit()),
        20 => id.chars().all(|digit| digit.is_ascii_alphanumeric()),
        _ => false,
    };
    let varied = id.chars().any(|digit| !id.starts_with(digit));
    match formed && varied {
        true => Ok(()),
        false => Err(Refusal::new(500, "Internal Server Error")),
    }
}

/// Refuses what the contact does not want (`facts/highlevel.md` 4 and 9.5).
fn check_consent(
    account: &Account,
    call: &Call,
    kind: &Kind,
    contact: &Contact,
) -> Result<(), Refusal> {
    let refuse = |what: &str, code: &str| {
        let message = format!("Cannot send message as DND is active for {what}.");
        Err(Refusal::bad_request(message).with("canonicalCode", json!(code)))
    };
    let channels = contact.dnd_settings.iter().flat_map(|channels| channels.iter());
    let mut mine = channels.filter(|(name, _)| name.eq_ignore_ascii_case(kind.disturbs));
    let disturbed =
        mine.any(|(_, it)| ["active", "permanent"].contains(&it["status"].as_str().unwrap_or("")));
    let address = recipient(call).or(contact.text("email")).unwrap_or_default();
    let preferences = &account.conversations.preferences;
    let unsubscribed =
        kind.is_email() && preferences.refuses(&contact.id, address, call.text("customSubtypeId"));
    if disturbed || unsubscribed {
        return match kind.write {
            "SMS" => refuse("SMS", "CONVERSATIONS_MSG_UNSUBSCRIBED_SMS"),
            "Email" => refuse("Email", "CONVERSATIONS_MSG_UNSUBSCRIBED_EMAIL"),
            other => refuse(other, "CONVERSATIONS_MSG_UNSUBSCRIBED"),
        };
    }
    match contact.dnd {
        true => refuse("the contact", "CONVERSATIONS_MSG_UNSUBSCRIBED"),
        false => Ok(()),
    }
}

/// When it is to leave, in seconds since 1970; what lies in the past leaves at once.
fn scheduled(call: &Call) -> Result<Option<Timestamp>, Refusal> {
    let Some(seconds) = call.body.get("scheduledTimestamp").and_then(Value::as_f64) else {
        return Ok(None);
    };
    #[expect(clippy::cast_possible_truncation, reason = "a cast that saturates is out of range")]
    let moment = Timestamp::from_second(seconds as i64).map_err(|_| {
        Refusal::bad_request("scheduledTimestamp must be a moment in seconds since 1970.")
    })?;
    Ok(Some(moment).filter(|moment| *moment > call.now))
}

/// The message that this one answers: named by its id or that of one of its e-mails.
fn replied(account: &Account, call: &Call, contact: &Contact) -> Result<Option<Message>, Refusal> {
    let inbox = &account.conversations;
    let find = |id: &str| {
        let thread = inbox.email(id).and_then(|email| email["threadId"].as_str());
        let found = inbox.message(thread.unwrap_or(id));
        found.filter(|message| *message.contact == *contact.id).cloned()
    };
    if let Some(id) = call.text("replyMessageId").filter(|id| !id.is_empty()) {
        let unknown = || Refusal::bad_request(format!("The replyMessageId {id} is invalid."));
        return find(id).map(Some).ok_or_else(unknown);
    }
    Ok(call.text("threadId").and_then(find))
}

/// The e-mail that is passed on.
fn forwarded(account: &Account, call: &Call) -> Result<Option<Value>, Refusal> {
    let Some(forward) = call.body.get("forward").filter(|it| it["isForwarded"] == true) else {
        return Ok(None);
    };
    let inbox = &account.conversations;
    let thread = forward["messageId"].as_str().and_then(|id| inbox.message(id));
    let named = forward["emailMessageId"].as_str();
    let email = named.or(thread.and_then(|thread| thread.emails.last().map(String::as_str)));
    match email.and_then(|email| inbox.email(email)) {
        Some(email) => Ok(Some(email.clone())),
        None => Err(Refusal::bad_request("forward.messageId must be the id of an email thread.")),
    }
}

/// An e-mail on its way out.
struct Mail<'a> {
    id: &'a str,
    message: &'a Message,
    replied: Option<&'a Message>,
    /// What it passes on.
    source: &'a Option<Value>,
}

impl Mail<'_> {
    fn record(&self, account: &Account, call: &Call, contact: &Contact) -> Value {
        let inbox = &account.conversations;
        let text = |name: &str| account.record.get(name).and_then(Value::as_str).unwrap_or("");
        let house = format!("{} <{}>", text("name"), text("email"));
        let to = recipient(call).or(contact.text("email")).unwrap_or_default();
        let answered = self.replied.and_then(|thread| {
            let named =
                call.text("replyMessageId").filter(|id| thread.emails.iter().any(|it| it == id));
            inbox.email(named.or(thread.emails.last().map(String::as_str))?)
        });
        let subject = match (call.text("subject"), answered, self.source) {
            (Some(subject), _, _) => subject.to_owned(),
            (None, Some(answered), _) => prefixed("Re: ", &answered["subject"]),
            (None, None, Some(source)) => prefixed("Fwd: ", &source["subject"]),
            (None, None, None) => String::new(),
        };
        let mut copied = call.body.get("emailCc").cloned().unwrap_or_else(|| json!([]));
        if call.text("emailReplyMode") == Some("reply_all")
            && let (Some(copied), Some(more)) =
                (copied.as_array_mut(), answered.and_then(|answered| answered["cc"].as_array()))
        {
            let more: Vec<Value> = more.iter().filter(|it| !copied.contains(it)).cloned().collect();
            copied.extend(more);
        }
        let mut email = json!({
            "id": self.id,
            "threadId": self.message.id,
            "locationId": account.id,
            "contactId": self.message.contact,
            "conversationId": self.message.conversation,
            "dateAdded": iso(call.now),
            "subject": subject,
            "body": self.message.body,
            "direction": "outbound",
            "status": self.message.status,
            "contentType": if self.message.html { "text/html" } else { "text/plain" },
            "attachments": self.message.attachments,
            "provider": "Northwind Mail",
            "from": call.text("emailFrom").map_or(house, str::to_owned),
            "to": [to],
            "cc": copied,
            "bcc": call.body.get("emailBcc").cloned().unwrap_or_else(|| json!([])),
            "source": "api",
        });
        if let Some(answered) = answered {
            email["replyToMessageId"] = answered["id"].clone();
        }
        if let Some(provider) = &self.message.provider {
            email["conversationProviderId"] = json!(provider);
        }
        email
    }
}

/// A subject that is answered or passed on; an answer to an answer has one mark.
pub(super) fn prefixed(prefix: &str, subject: &Value) -> String {
    let subject = subject.as_str().unwrap_or_default();
    match subject.starts_with(prefix) {
        true => subject.to_owned(),
        false => format!("{prefix}{subject}"),
    }
}

/// What is told when a message leaves: `OutboundMessage`, and before it what a provider of its own
/// is asked to deliver, which has the channel as its type (`facts/highlevel.md` 7.1).
pub(super) fn leaving(account: &Account, id: &str, email: Option<&str>) -> Vec<Value> {
    let inbox = &account.conversations;
    let Some(message) = inbox.message(id) else {
        return Vec::new();
    };
    let email = email.and_then(|email| inbox.email(email));
    let mut events = Vec::new();
    if message.provider.is_some() {
        events.push(for_provider(account, message, email));
    }
    let mut told = message.told(email);
    if let Some(email) = email {
        // The message may have begun with an e-mail of the contact.
        for name in ["direction", "status", "dateAdded", "attachments", "contentType"] {
            told.insert(name.to_owned(), email[name].clone());
        }
        told.insert("source".to_owned(), json!("api"));
    }
    let mut event = Map::new();
    event.insert("type".to_owned(), json!("OutboundMessage"));
    event.insert("locationId".to_owned(), json!(account.id));
    event.extend(told);
    events.push(Value::Object(event));
    events
}

fn for_provider(account: &Account, message: &Message, email: Option<&Value>) -> Value {
    let mut event = json!({
        "type": message.kind.told,
        "locationId": account.id,
        "contactId": message.contact,
        "messageId": message.id,
        "attachments": message.attachments,
    });
    match email {
        Some(email) => {
            event["emailMessageId"] = email["id"].clone();
            event["emailTo"] = email["to"].clone();
            event["emailFrom"] = email["from"].clone();
            event["html"] = email["body"].clone();
            event["subject"] = email["subject"].clone();
        }
        None => {
            let contact = account.contacts().get(&message.contact);
            event["phone"] = json!(contact.and_then(|contact| contact.text("phone")));
            event["message"] = json!(message.body);
        }
    }
    event
}

/// Only a conversation that holds a review has something to reply to.
pub(super) fn reply_to_review(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.text("conversationId").unwrap_or_default();
    let made = world.ids.record();
    let account = holder_of(world, call, id)?;
    let inbox = &mut account.conversations;
    let Some(found) = inbox.conversation(id).filter(|found| found.kind == 4) else {
        return Err(Refusal::bad_request("The conversation has no review to reply to."));
    };
    let mut message = Message::new(made.clone(), Kind::of("Review"), call.now);
    message.conversation = id.to_owned();
    message.contact.clone_from(&found.contact);
    message.body = call.text("message").unwrap_or_default().to_owned();
    inbox.post(message, None);
    let events = leaving(account, &made, None);
    events.into_iter().for_each(|event| world.tell_all(event));
    let answer = json!({
        "conversationId": id,
        "messageId": made,
        "status": "delivered",
        "msg": "The reply is published.",
    });
    Ok(answer.into())
}
