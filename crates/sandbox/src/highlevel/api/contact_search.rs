//! `POST /contacts/search`: filters, groups, sorting, and both ways of paging (`facts/highlevel.md` 6.1).

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    call::{Call, within},
    contact::Contact,
    contact_filter::{Filter, check_name, field},
    moment::iso,
    refusal::Refusal,
    world::World,
};

/// Pages by number end here; beyond it only `searchAfter` leads on.
const PAGED: usize = 10_000;

/// The longest text to look for.
const QUERY_LENGTH: usize = 75;

/// How rows are ordered.
struct Order {
    /// Each with whether the largest comes first; never empty.
    fields: Vec<(String, bool)>,
}

/// A row with what it is ordered by, and its id behind that.
struct Row<'a> {
    keys: Vec<Value>,
    contact: &'a Contact,
}

/// Whether a lower-cased text stands in what identifies a contact.
pub(crate) fn mentions(contact: &Contact, query: &str) -> bool {
    let texts = ["email", "phone", "companyName"]
        .map(|name| contact.text(name).unwrap_or_default().to_lowercase());
    contact.full_name().to_lowercase().contains(query)
        || texts.iter().any(|text| text.contains(query))
}

pub(crate) fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let limit = whole(call, "pageLimit").unwrap_or(0);
    let limit = within("pageLimit", limit, 1..=500)?;
    let page = within("page", whole(call, "page").unwrap_or(1), 1..=usize::MAX)?;
    let query = call.text("query").unwrap_or_default().to_lowercase();
    if query.chars().count() > QUERY_LENGTH {
        let complaint = format!("query must be shorter than or equal to {QUERY_LENGTH} characters");
        return Err(Refusal::unprocessable(vec![complaint]));
    }
    let filters = call.body.get("filters").and_then(Value::as_array).map(Vec::as_slice);
    let filters = Filter::all(filters.unwrap_or_default(), check_name)?;
    let order = Order::read(call.body.get("sort"))?;
    let after =
        call.body.get("searchAfter").and_then(Value::as_array).filter(|after| !after.is_empty());
    if after.is_none() && page.saturating_mul(limit) > PAGED {
        let message = format!("page * pageLimit must not exceed {PAGED}; use searchAfter");
        return Err(Refusal::bad_request(message));
    }
    let account = world.account(call)?;
    let contacts = account.contacts().iter();
    // Among equals the order of creation decides, in the direction of the first field.
    let contacts: Box<dyn Iterator<Item = &Contact>> = match order.fields[0].1 {
        true => Box::new(contacts.rev()),
        false => Box::new(contacts),
    };
    let matching = contacts.filter(|contact| {
        filters.iter().all(|filter| filter.holds(&|name| field(contact, name)))
            && (query.is_empty() || mentions(contact, &query))
    });
    let mut rows: Vec<Row> =
        matching.map(|contact| Row { keys: order.keys(contact), contact }).collect();
    rows.sort_by(|one, other| order.compare(&one.keys, &other.keys));
    let total = rows.len();
    let start = match after {
        Some(after) => order.place_after(&rows, after),
        None => (page - 1) * limit,
    };
    let shown: Vec<Value> =
        rows.iter().skip(start).take(limit).map(|row| show(row, &account.id)).collect();
    Ok(json!({ "contacts": shown, "total": total }).into())
}

fn whole(call: &Call, name: &str) -> Option<usize> {
    let number = call.body.get(name)?.as_u64()?;
    Some(usize::try_from(number).unwrap_or(usize::MAX))
}

impl Order {
    /// The newest first, unless something else is asked for.
    fn read(sort: Option<&Value>) -> Result<Self, Refusal> {
        let mut fields = Vec::new();
        for item in sort.and_then(Value::as_array).into_iter().flatten() {
            let name = item["field"].as_str().unwrap_or_default();
            check_name(name)?;
            let descending = match item["direction"].as_str() {
                Some("asc") | None => false,
                Some("desc") => true,
                Some(other) => {
                    let complaint = format!("sort.direction must be asc or desc, not {other}");
                    return Err(Refusal::unprocessable(vec![complaint]));
                }
            };
            fields.push((name.to_owned(), descending));
        }
        if fields.is_empty() {
            fields.push(("dateAdded".to_owned(), true));
        }
        Ok(Self { fields })
    }

    fn keys(&self, contact: &Contact) -> Vec<Value> {
        let keys = self.fields.iter().map(|(name, _)| match field(contact, name) {
            Value::String(text) => Value::String(text.to_lowercase()),
            Value::Array(_) | Value::Object(_) => Value::Null,
            other => other,
        });
        keys.chain([json!(contact.id)]).collect()
    }

    /// Where the rows begin that follow a `searchAfter`: behind its row, or behind all that are no
    /// larger where the row is gone.
    fn place_after(&self, rows: &[Row<'_>], after: &[Value]) -> usize {
        let id = after.last().and_then(Value::as_str).unwrap_or_default();
        let place = rows.iter().position(|row| *row.contact.id == *id);
        place.map_or_else(
            || rows.partition_point(|row| self.compare(&row.keys, after) != Ordering::Greater),
            |place| place + 1,
        )
    }

    fn compare(&self, one: &[Value], other: &[Value]) -> Ordering {
        let directions = self.fields.iter().map(|(_, descending)| *descending);
        for ((one, other), descending) in one.iter().zip(other).zip(directions) {
            let ordering = compare(one, other);
            let ordering = if descending { ordering.reverse() } else { ordering };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        Ordering::Equal
    }
}

/// Nothing before booleans, numbers and texts.
pub(crate) fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let numbers = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
            numbers.0.total_cmp(&numbers.1)
        }
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ => rank(one).cmp(&rank(other)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        _ => 3,
    }
}

/// Rows differ from contacts read by id: `address`, dates as numbers, no `dndSettings`.
fn show(row: &Row, location: &str) -> Value {
    let contact = row.contact;
    let mut shown = Map::new();
    for name in [
        "firstName",
        "lastName",
        "email",
        "phone",
        "city",
        "state",
        "postalCode",
        "country",
        "website",
        "timezone",
        "companyName",
        "source",
        "assignedTo",
        "businessId",
    ] {
        if let Some(text) = contact.text(name) {
            shown.insert(name.to_owned(), json!(text));
        }
    }
    let rest = [
        ("id", json!(contact.id)),
        ("locationId", json!(location)),
        ("contactName", json!(contact.full_name())),
        ("firstNameLowerCase", field(contact, "firstNameLowerCase")),
        ("lastNameLowerCase", field(contact, "lastNameLowerCase")),
        ("address", field(contact, "address")),
        ("dateOfBirth", field(contact, "dateOfBirth")),
        ("type", json!("lead")),
        ("dnd", json!(contact.dnd)),
        ("tags", json!(contact.tags)),
        ("customFields", contact.show_custom_fields()),
        ("followers", json!(contact.followers)),
        ("additionalEmails", json!([])),
        ("additionalPhones", json!([])),
        ("dateAdded", json!(iso(contact.added))),
        ("dateUpdated", json!(iso(contact.updated))),
        ("searchAfter", json!(row.keys)),
    ];
    shown.extend(rest.into_iter().map(|(key, value)| (key.to_owned(), value)));
    Value::Object(shown)
}
