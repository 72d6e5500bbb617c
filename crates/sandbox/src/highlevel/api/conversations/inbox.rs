//! What was said in one location: its conversations, messages and e-mails, and what is due.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    super::{moment::iso, shelf::Shelf},
    message::{Kind, Message},
    preferences::Preferences,
};

/// How long a message waits to be sent, and then to be delivered.
const TO_SEND: SignedDuration = SignedDuration::from_secs(1);
const TO_DELIVER: SignedDuration = SignedDuration::from_secs(2);

/// The conversations of a location; a contact has one at most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbox {
    conversations: Shelf<Conversation>,
    by_contact: HashMap<String, String>,
    /// By the moment of their last message in milliseconds. No two share one, because a page of the
    /// search goes on from that number alone.
    by_date: BTreeMap<i64, String>,
    messages: Shelf<Message>,
    /// As they are read; `threadId` is the id of their message.
    emails: Shelf<Value>,
    due: BTreeSet<Due>,
    /// Files that were announced and have not come, by the id of the upload.
    pub(crate) uploads: BTreeMap<String, Value>,
    pub(crate) preferences: Preferences,
}

/// When a message, or one e-mail of it, goes on to its next status.
type Due = (Timestamp, String, Option<String>);

/// One conversation with one contact.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) contact: String,
    /// 1 to 5: phone, e-mail, Facebook, review, group.
    pub(crate) kind: u8,
    pub(crate) unread: u64,
    pub(crate) starred: bool,
    pub(crate) feedback: Option<Value>,
    /// In the order in which they came.
    pub(crate) messages: Vec<String>,
    pub(crate) last: Option<Last>,
    /// The key of `by_date`.
    pub(crate) date: i64,
    /// The date that it had with its last outbound message.
    pub(crate) manual_date: Option<i64>,
    pub(crate) added: Timestamp,
    pub(crate) updated: Timestamp,
}

/// What rows of the search tell of the last message.
#[derive(Clone, Debug)]
pub(crate) struct Last {
    pub(crate) kind: &'static Kind,
    pub(crate) body: String,
    pub(crate) direction: &'static str,
    pub(crate) added: Timestamp,
}

impl Conversation {
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            2 => "TYPE_EMAIL",
            3 => "TYPE_FB_MESSENGER",
            4 => "TYPE_REVIEW",
            5 => "TYPE_GROUP_SMS",
            _ => "TYPE_PHONE",
        }
    }

    /// As `ConversationUnreadUpdate` tells it.
    pub(crate) fn told(&self, deleted: bool) -> Map<String, Value> {
        let told = json!({
            "id": self.id,
            "contactId": self.contact,
            "deleted": deleted,
            "inbox": true,
            "starred": self.starred,
            "unreadCount": self.unread,
        });
        told.as_object().cloned().unwrap_or_default()
    }
}

impl Inbox {
    pub(crate) fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.get(id)
    }

    pub(crate) fn conversation_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.conversations.get_mut(id)
    }

    pub(crate) fn of_contact(&self, contact: &str) -> Option<&Conversation> {
        self.conversations.get(self.by_contact.get(contact)?)
    }

    /// Oldest last message first.
    pub(crate) fn conversations(&self) -> impl Iterator<Item = &Conversation> {
        self.by_date.values().filter_map(|id| self.conversations.get(id))
    }

    pub(crate) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.get(id)
    }

    pub(crate) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.get_mut(id)
    }

    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }

    pub(crate) fn email(&self, id: &str) -> Option<&Value> {
        self.emails.get(id)
    }

    pub(crate) fn email_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.emails.get_mut(id)
    }

    /// Begins a conversation with a contact that has none.
    pub(crate) fn open(&mut self, id: &str, contact: &str, kind: u8, now: Timestamp) {
        let conversation = Conversation {
            id: id.to_owned(),
            contact: contact.to_owned(),
            kind,
            unread: 0,
            starred: false,
            feedback: None,
            messages: Vec::new(),
            last: None,
            date: self.free(now),
            manual_date: None,
            added: now,
            updated: now,
        };
        self.by_date.insert(conversation.date, id.to_owned());
        self.by_contact.insert(contact.to_owned(), id.to_owned());
        self.conversations.add(id, conversation);
    }

    /// Takes a conversation out with everything in it.
    pub(crate) fn close(&mut self, id: &str) -> Option<Conversation> {
        let conversation = self.conversations.remove(id)?;
        self.by_date.remove(&conversation.date);
        self.by_contact.remove(&conversation.contact);
        for message in &conversation.messages {
            self.forget(message);
        }
        Some(conversation)
    }

    /// Takes out the conversation of a contact that is gone.
    pub(crate) fn close_of(&mut self, contact: &str) {
        if let Some(id) = self.by_contact.get(contact).cloned() {
            self.close(&id);
        }
    }

    fn forget(&mut self, id: &str) {
        for email in self.messages.remove(id).into_iter().flat_map(|message| message.emails) {
            self.emails.remove(&email);
        }
    }

    /// Adds a message to its conversation, which is there; `email` is what it brings with it.
    pub(crate) fn post(&mut self, message: Message, email: Option<Value>) {
        if let Some(conversation) = self.conversations.get_mut(&message.conversation) {
            conversation.messages.push(message.id.clone());
        }
        let id = message.id.clone();
        self.messages.add(&id, message);
        if let Some(email) = email {
            self.thread(&id, email);
        }
        self.mark_last(&id);
    }

    /// Adds an e-mail to the thread of a message.
    pub(crate) fn thread(&mut self, message: &str, email: Value) {
        let id = email["id"].as_str().unwrap_or_default().to_owned();
        if let Some(message) = self.messages.get_mut(message) {
            message.emails.push(id.clone());
        }
        self.emails.add(&id, email);
    }

    /// Makes a message the last one of its conversation, unless it still waits or a later one is
    /// there.
    pub(crate) fn mark_last(&mut self, id: &str) {
        let Some(message) = self.messages.get(id).filter(|it| it.status != "scheduled") else {
            return;
        };
        let email = message.emails.last().and_then(|email| self.emails.get(email));
        let body = email.and_then(|email| email["body"].as_str()).unwrap_or(&message.body);
        let last = Last {
            kind: message.kind,
            body: body.to_owned(),
            direction: match email {
                Some(email) if email["direction"] == "inbound" => "inbound",
                Some(_) => "outbound",
                None => message.direction(),
            },
            added: message.updated.max(message.added),
        };
        let id = message.conversation.clone();
        let Some(old) = self.conversations.get(&id) else { return };
        if old.last.as_ref().is_some_and(|old| old.added > last.added) {
            return;
        }
        self.by_date.remove(&old.date);
        let date = self.free(last.added);
        self.by_date.insert(date, id.clone());
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.date = date;
            conversation.manual_date = match last.direction {
                "outbound" => Some(date),
                _ => conversation.manual_date,
            };
            conversation.updated = conversation.updated.max(last.added);
            conversation.last = Some(last);
        }
    }

    /// The first millisecond from a moment on that is no conversation's.
    fn free(&self, moment: Timestamp) -> i64 {
        let mut date = moment.as_millisecond();
        while self.by_date.contains_key(&date) {
            date += 1;
        }
        date
    }

    /// Has a message, or an e-mail of it, go on to its next status at a moment.
    pub(crate) fn expect(&mut self, at: Timestamp, message: &str, email: Option<&str>) {
        self.due.insert((at, message.to_owned(), email.map(str::to_owned)));
    }

    /// As [`Self::expect`], for what is on its way: it is sent after a second.
    pub(crate) fn expect_sent(&mut self, now: Timestamp, message: &str, email: Option<&str>) {
        self.expect(now.saturating_add(TO_SEND).unwrap_or(now), message, email);
    }

    /// Moves everything on that was due until now; returns the messages that were scheduled and are
    /// now on their way, each with its e-mail.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Vec<(String, Option<String>)> {
        let mut leaving = Vec::new();
        while self.due.first().is_some_and(|(at, _, _)| *at <= now) {
            let Some((at, message, email)) = self.due.pop_first() else { break };
            match self.status(&message, email.as_deref()) {
                "scheduled" => {
                    self.set_status(&message, email.as_deref(), ("pending", at));
                    self.mark_last(&message);
                    let waits = self.messages.get(&message).is_some_and(|it| it.provider.is_some());
                    if !waits {
                        self.expect_sent(at, &message, email.as_deref());
                    }
                    leaving.push((message, email));
                }
                "pending" => {
                    self.set_status(&message, email.as_deref(), ("sent", at));
                    let next = at.saturating_add(TO_DELIVER).unwrap_or(at);
                    self.expect(next, &message, email.as_deref());
                }
                "sent" => self.set_status(&message, email.as_deref(), ("delivered", at)),
                _ => {}
            }
        }
        leaving
    }

    fn status(&self, message: &str, email: Option<&str>) -> &str {
        match email {
            Some(email) => {
                self.emails.get(email).and_then(|email| email["status"].as_str()).unwrap_or("")
            }
            None => self.messages.get(message).map_or("", |message| &message.status),
        }
    }

    /// Sets the status of a message, or of an e-mail and, where it is the last one, of its message.
    /// What was scheduled counts as added when it leaves.
    pub(crate) fn set_status(
        &mut self,
        message: &str,
        email: Option<&str>,
        (status, at): (&str, Timestamp),
    ) {
        let leaves = self.status(message, email) == "scheduled";
        if let Some(record) = email.and_then(|email| self.emails.get_mut(email)) {
            record["status"] = json!(status);
            if leaves {
                record["dateAdded"] = json!(iso(at));
            }
        }
        let Some(message) = self.messages.get_mut(message) else { return };
        if email.is_none() || message.emails.last().map(String::as_str) == email {
            let is_first = message.emails.len() < 2;
            status.clone_into(&mut message.status);
            message.updated = at;
            if leaves && is_first {
                message.added = at;
            }
        }
    }

    /// Takes back what is scheduled: the message, or one e-mail of it.
    pub(crate) fn cancel(&mut self, message: &str, email: Option<&str>) {
        if let (Some(email), Some(thread)) = (email, self.messages.get_mut(message)) {
            thread.emails.retain(|known| known != email);
            if let Some(last) = thread.emails.last() {
                let kept = self.emails.get(last).and_then(|last| last["status"].as_str());
                kept.unwrap_or("delivered").clone_into(&mut thread.status);
                self.emails.remove(email);
                return;
            }
            self.emails.remove(email);
        }
        if let Some(gone) = self.messages.get(message).map(|message| message.conversation.clone())
            && let Some(conversation) = self.conversations.get_mut(&gone)
        {
            conversation.messages.retain(|known| known != message);
        }
        self.forget(message);
    }
}
