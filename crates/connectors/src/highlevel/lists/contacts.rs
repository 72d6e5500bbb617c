//! `POST /contacts/search`: contacts, the oldest first, so that new ones move no page.
//!
//! Rows have `address` for `address1`, moments and birthdays as numbers, and no settings of what a
//! person does not want by channel (`facts/highlevel.md` 6.1).

use domain::{Entity, Fields, ListPart, Upkeep};
use highlevel::RawCall;
use serde_json::{Map, Value, json};

use super::{
    noun::{Ask, ById, Noun, Single, Turned, call},
    row,
};

/// The largest page that HighLevel gives (`facts/highlevel.md` 5): the fewest calls.
const PAGE: usize = 500;

pub(super) const CONTACTS: Noun = Noun {
    part: ListPart { name: "contacts", entity: Entity::Contact, upkeep: Upkeep::Sweep },
    ask,
    turn,
    fields: in_list,
    changed: &["dateUpdated", "dateAdded"],
    single: Single::ById(ById {
        operation: "contacts.get-contact",
        id: "contactId",
        location: &[],
        envelope: Some("contact"),
        fields: Some(by_id),
    }),
};

const TEXTS: row::Names = &[
    ("assignedTo", "assigned_to"),
    ("businessId", "business_id"),
    ("city", "city"),
    ("companyName", "company_name"),
    ("country", "country"),
    ("email", "email"),
    ("phone", "phone"),
    ("postalCode", "postal_code"),
    ("source", "source"),
    ("state", "state"),
    ("tags", "tags"),
    ("website", "website"),
];

const MENTIONED: row::Names = &[("dnd", "dnd"), ("timezone", "timezone")];

const BY_ID: row::Names = &[("attachments", "attachments"), ("dndSettings", "dnd_settings")];

fn ask(ask: &Ask<'_>) -> RawCall {
    let mut body = json!({
        "locationId": ask.location,
        "pageLimit": PAGE,
        "sort": [{ "field": "dateAdded", "direction": "asc" }],
    });
    if let Some(after) = &ask.cursor {
        body["searchAfter"] = after.clone();
    }
    call("contacts.search-contacts-advanced").body(body)
}

fn turn(_: &Ask<'_>, mut reply: Value) -> Turned {
    let total = reply.get("total").and_then(Value::as_u64);
    let rows = row::rows(&mut reply, "contacts");
    let after = rows.last().and_then(|last| last.get("searchAfter")).cloned();
    let next = after.filter(|after| rows.len() >= PAGE && after.is_array());
    Turned { rows, next, total }
}

fn in_list(contact: &mut Map<String, Value>) -> Fields {
    let address = contact.remove("address").unwrap_or_default();
    let address: Fields = [("address".to_owned(), address)].into();
    row::all([address, common(contact)])
}

fn by_id(contact: &mut Map<String, Value>) -> Fields {
    let address = contact.remove("address1").unwrap_or_default();
    let address: Fields = [("address".to_owned(), address)].into();
    row::all([address, row::mentioned(contact, BY_ID), common(contact)])
}

fn common(contact: &mut Map<String, Value>) -> Fields {
    let names = names(contact);
    row::all([
        names,
        row::told(contact, TEXTS),
        row::mentioned(contact, MENTIONED),
        row::moments(contact, &[("dateAdded", "created_at")]),
        birthday(contact),
        row::custom_fields(contact),
    ])
}

/// The names as people wrote them: rows may have them in small letters, and beside that as they are.
fn names(contact: &mut Map<String, Value>) -> Fields {
    let mut text = |names: [&str; 2]| {
        let found: Vec<_> = names.iter().filter_map(|name| contact.remove(*name)).collect();
        found.into_iter().find(|value| value.as_str().is_some_and(|text| !text.is_empty()))
    };
    let (first, last) = (text(["firstNameRaw", "firstName"]), text(["lastNameRaw", "lastName"]));
    let whole = text(["name", "contactName"]);
    let parts = [&first, &last];
    let parts: Vec<_> = parts.into_iter().flatten().filter_map(Value::as_str).collect();
    let name = match parts.is_empty() {
        true => whole.unwrap_or_default(),
        false => parts.join(" ").into(),
    };
    let fields = [
        ("first_name", first.unwrap_or_default()),
        ("last_name", last.unwrap_or_default()),
        ("name", name),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The day of birth as events tell it.
fn birthday(contact: &mut Map<String, Value>) -> Fields {
    let told = contact.remove("dateOfBirth").unwrap_or_default();
    let day = match row::moment(&told) {
        Some(moment) if told.is_number() => {
            moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string().into()
        }
        _ => told,
    };
    [("date_of_birth".to_owned(), day)].into()
}
