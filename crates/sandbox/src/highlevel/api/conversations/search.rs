//! `GET /conversations/search`: filters, order, and pages that go on from the last row's sort value.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::{
    super::{
        account::Account, answer::Answer, call::Call, contact::Contact, contact_search,
        refusal::Refusal, world::World,
    },
    inbox::Conversation,
    message::Kind,
};

/// The longest page; the specification names none.
const PAGE: usize = 100;

/// What a row must be like.
struct Wanted<'a> {
    call: &'a Call,
    /// Users and others, where the query names any.
    owners: Option<Vec<&'a str>>,
    followers: Option<Vec<&'a str>>,
    /// Lower-cased.
    text: String,
    /// When it was added, in milliseconds.
    added: RangeInclusive<i64>,
    /// Nothing here has a score, so every score is 0.
    scores: bool,
}

pub(super) fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let limit = call.number("limit", 20, 1..=usize::MAX)?.min(PAGE);
    let ascending = call.query("sort") == Some("asc");
    let manual = call.query("sortBy") == Some("last_manual_message_date");
    let after = number(call, "startAfterDate")?;
    let wanted = Wanted::read(call)?;
    let account = world.account(call)?;
    let value = |one: &Conversation| match manual {
        true => one.manual_date.unwrap_or(one.date),
        false => one.date,
    };
    let found = account.conversations.conversations().filter(|one| wanted.holds(account, one));
    let mut rows: Vec<(i64, &Conversation)> = found.map(|one| (value(one), one)).collect();
    rows.sort_by_key(|(value, _)| if ascending { *value } else { -*value });
    let total = rows.len();
    let rest = rows.into_iter().filter(|(value, _)| match after {
        None => true,
        Some(after) if ascending => *value > after,
        Some(after) => *value < after,
    });
    let rows: Vec<Value> = rest.take(limit).map(|(value, one)| show(account, one, value)).collect();
    Ok(json!({ "conversations": rows, "total": total }).into())
}

/// A number of the query; the last one of a list.
fn number(call: &Call, name: &str) -> Result<Option<i64>, Refusal> {
    let named =
        |key: &str| key == name || key.strip_prefix(name).is_some_and(|it| it.starts_with('['));
    let Some((_, text)) =
        call.query.iter().rev().find(|(key, text)| named(key) && !text.is_empty())
    else {
        return Ok(None);
    };
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let complaint = || Refusal::unprocessable(vec![format!("{name} must be a number string")]);
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds are whole")]
    number.map(|number| Some(number as i64)).ok_or_else(complaint)
}

impl<'a> Wanted<'a> {
    fn read(call: &'a Call) -> Result<Self, Refusal> {
        let list = |name: &str| {
            let text = call.query(name)?;
            Some(text.split(',').map(str::trim).filter(|id| !id.is_empty()).collect())
        };
        let (from, until) = (number(call, "startDate")?, number(call, "endDate")?);
        let lowest = number(call, "scoreProfileMin")?.unwrap_or(0);
        let highest = number(call, "scoreProfileMax")?.unwrap_or(0);
        let mentions: Option<Vec<&str>> = list("mentions");
        Ok(Self {
            call,
            owners: list("assignedTo"),
            followers: list("followers"),
            text: call.query("query").unwrap_or_default().to_lowercase(),
            added: from.unwrap_or(i64::MIN)..=until.unwrap_or(i64::MAX),
            // No internal comment can be written here, so nobody is mentioned anywhere.
            scores: mentions.is_none() && (lowest..=highest).contains(&0),
        })
    }

    fn holds(&self, account: &Account, one: &Conversation) -> bool {
        let contact = account.contacts().get(&one.contact);
        let is = |name: &str, found: &str| self.call.query(name).is_none_or(|it| it == found);
        self.scores
            && is("id", &one.id)
            && is("contactId", &one.contact)
            && self.has_status(one)
            && self.has_last(one)
            && self.added.contains(&one.added.as_millisecond())
            && self.has_people(contact)
            && (self.text.is_empty() || self.mentions(contact, one))
    }

    fn has_status(&self, one: &Conversation) -> bool {
        match self.call.query("status") {
            Some("read") => one.unread == 0,
            Some("unread") => one.unread > 0,
            Some("starred") => one.starred,
            _ => true,
        }
    }

    fn has_last(&self, one: &Conversation) -> bool {
        let is = |name: &str, found: Option<&str>| {
            self.call.query(name).is_none_or(|wanted| found == Some(wanted))
        };
        let last = one.last.as_ref();
        is("lastMessageType", last.map(|last| last.kind.read))
            && is("lastMessageDirection", last.map(|last| last.direction))
            && is("lastMessageAction", one.manual_date.map(|_| "manual"))
    }

    fn has_people(&self, contact: Option<&Contact>) -> bool {
        let owner = contact.and_then(|contact| contact.text("assignedTo")).unwrap_or("unassigned");
        let follows = |id: &&str| {
            contact.is_some_and(|it| it.followers.iter().any(|follower| **follower == **id))
        };
        self.owners.as_ref().is_none_or(|owners| owners.contains(&owner))
            && self.followers.as_ref().is_none_or(|ids| ids.iter().any(follows))
    }

    fn mentions(&self, contact: Option<&Contact>, one: &Conversation) -> bool {
        let said = one.last.as_ref().is_some_and(|it| it.body.to_lowercase().contains(&self.text));
        said || contact.is_some_and(|contact| contact_search::mentions(contact, &self.text))
    }
}

/// The type is a word here, and a number where the conversation is read by its id
/// (`facts/highlevel.md` 6.2). What the schema requires is an empty text where there is none.
fn show(account: &Account, one: &Conversation, sort: i64) -> Value {
    let contact = account.contacts().get(&one.contact);
    let text = |name: &str| contact.and_then(|contact| contact.text(name)).unwrap_or_default();
    let name = contact.map(Contact::full_name).unwrap_or_default();
    let called = match (name.as_str(), text("email")) {
        ("", "") => text("phone"),
        ("", email) => email,
        (name, _) => name,
    };
    let usual = Kind::of(if one.kind == 2 { "Email" } else { "SMS" });
    let mut row = json!({
        "id": one.id,
        "contactId": one.contact,
        "locationId": account.id,
        "lastMessageBody": one.last.as_ref().map_or("", |last| &last.body),
        "lastMessageType": one.last.as_ref().map_or(usual.read, |last| last.kind.read),
        "lastMessageDate": one.date,
        "type": one.kind_name(),
        "unreadCount": one.unread,
        "starred": one.starred,
        "inbox": true,
        "deleted": false,
        "fullName": name,
        "contactName": called,
        "companyName": text("companyName"),
        "email": text("email"),
        "phone": text("phone"),
        "tags": contact.map(|contact| &contact.tags),
        "followers": contact.map(|contact| &contact.followers),
        "dateAdded": one.added.as_millisecond(),
        "dateUpdated": one.updated.as_millisecond(),
        "sort": [sort],
    });
    if let Some(last) = &one.last {
        row["lastMessageDirection"] = json!(last.direction);
    }
    if let Some(date) = one.manual_date {
        row["lastManualMessageDate"] = json!(date);
        row["lastOutboundMessageAction"] = json!("manual");
    }
    if !text("assignedTo").is_empty() {
        row["assignedTo"] = json!(text("assignedTo"));
    }
    row
}
