//! Conversations of the start: a few words with each of the first contacts of a location.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    super::{account::Account, ids::RecordIds, moment::iso},
    message::{Kind, Message, Talk},
};

/// Whether it came in, its kind and its words; one list per contact.
type Words = (bool, &'static str, &'static str);

const TALKS: [&[Words]; 6] = [
    &[
        (true, "SMS", "Hello, is the office reachable on Friday?"),
        (false, "SMS", "Yes, from eight to six."),
        (true, "SMS", "Perfect, then I bring the laptop."),
    ],
    &[
        (false, "Email", "<p>Your renewal is due next month. Shall we prepare it?</p>"),
        (false, "SMS", "We sent you the renewal by email."),
    ],
    &[(true, "Call", ""), (false, "SMS", "Sorry that we missed you. When does it suit you?")],
    &[
        (true, "WhatsApp", "Can you send the invoice again?"),
        (false, "WhatsApp", "Of course, it is on its way."),
    ],
    &[(true, "Email", "<p>Two more accounts, please.</p>")],
    &[(true, "Review", "Quick, friendly, and it works again.")],
];

const SUBJECT: &str = "Your account";

/// The moments follow from those of the contacts.
pub(crate) fn seed(account: &mut Account, ids: &mut RecordIds) {
    let people: Vec<(String, Timestamp)> = account
        .contacts()
        .iter()
        .take(TALKS.len())
        .map(|contact| (contact.id.to_string(), contact.added))
        .collect();
    for ((contact, added), words) in people.iter().zip(TALKS) {
        let conversation = ids.record();
        let kind = if words[0].1 == "Review" { 4 } else { 1 };
        account.conversations.open(&conversation, contact, kind, *added);
        for (index, words) in words.iter().enumerate() {
            let minutes = 7 * i64::try_from(index + 1).unwrap_or(1);
            let at = added.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(*added);
            say(account, ids, (&conversation, contact), (words, at));
        }
        let unread = words.iter().rev().take_while(|(inbound, _, _)| *inbound).count();
        if let Some(found) = account.conversations.conversation_mut(&conversation) {
            found.unread = u64::try_from(unread).unwrap_or_default();
        }
    }
}

fn say(
    account: &mut Account,
    ids: &mut RecordIds,
    (conversation, contact): (&str, &str),
    ((inbound, kind, words), at): (&Words, Timestamp),
) {
    let mut message = Message::new(ids.record(), Kind::of(kind), at);
    conversation.clone_into(&mut message.conversation);
    contact.clone_into(&mut message.contact);
    (*words).clone_into(&mut message.body);
    message.inbound = *inbound;
    message.source = "app";
    let text = |name: &str| account.record.get(name).and_then(|it| it.as_str()).unwrap_or_default();
    let known = account.contacts().get(contact);
    let theirs = |name: &str| known.and_then(|it| it.text(name)).unwrap_or_default();
    if message.kind.is_call() {
        let (from, to) = (theirs("phone").to_owned(), text("phone").to_owned());
        message.talk = Some(Talk { from, to, status: "no-answer".to_owned(), duration: 0 });
    }
    let email = message.kind.is_email().then(|| {
        message.html = true;
        let ends = (theirs("email"), text("email"));
        let (from, to) = if *inbound { ends } else { (ends.1, ends.0) };
        json!({
            "id": ids.record(),
            "threadId": message.id,
            "locationId": account.id,
            "contactId": contact,
            "conversationId": conversation,
            "dateAdded": iso(at),
            "subject": SUBJECT,
            "body": words,
            "direction": message.direction(),
            "status": "delivered",
            "contentType": "text/html",
            "attachments": [],
            "from": from,
            "to": [to],
            "cc": [],
            "bcc": [],
            "source": "app",
        })
    });
    account.conversations.post(message, email);
}
