//! A contact as tools tell it: the useful members, by names instead of ids.

use domain::crm::Contact;
use serde_json::{Map, Value, json};

use super::{
    rows::text,
    told::{moment, put, second},
};
use crate::{
    desk::Desk,
    directory::{Entry, Shelf, label},
    output,
};

/// What is told of a contact in a list where nobody says.
const IN_LISTS: [&str; 7] = ["id", "name", "email", "phone", "tags", "owner", "active"];

/// How long the day of a moment is.
const DAY: usize = "2026-03-09".len();

/// Members of the vendor's record and what they are called here, where nothing else is done to them.
const PLAIN: [(&str, &str); 5] = [
    ("/email", "email"),
    ("/phone", "phone"),
    ("/companyName", "company"),
    ("/website", "website"),
    ("/source", "source"),
];

/// The parts of an address, under the vendor's names and ours.
const ADDRESS: [(&str, &str); 5] = [
    ("/address1", "street"),
    ("/city", "city"),
    ("/state", "region"),
    ("/postalCode", "postal_code"),
    ("/country", "country"),
];

/// The names that contacts are told with.
#[derive(Default)]
pub(crate) struct Names {
    users: std::sync::Arc<Vec<Entry>>,
    fields: std::sync::Arc<Vec<Entry>>,
}

impl Names {
    /// The names that these contacts need: nothing is read where none has an owner or a custom field.
    pub(crate) async fn of(desk: &Desk, contacts: &[Value], with_fields: bool) -> Self {
        let mut names = Self::default();
        if contacts.iter().any(|contact| text(contact, "/assignedTo").is_some()) {
            names.users = desk.labels(Shelf::Users).await;
        }
        let has_fields = |contact: &Value| {
            contact["customFields"].as_array().is_some_and(|fields| !fields.is_empty())
        };
        if with_fields && contacts.iter().any(has_fields) {
            names.fields = desk.labels(Shelf::CustomFields).await;
        }
        names
    }
}

/// Whether a list with these fields tells custom fields.
pub(crate) fn wants_custom_fields(fields: &[String]) -> bool {
    fields.iter().any(|field| field == "*" || field.starts_with("custom_fields"))
}

/// A contact as the vendor told it, with these fields; those of lists where none are named, and all of
/// them for `*`. Where none are named the day of the last activity is enough: twenty contacts have to
/// fit into 3,600 bytes.
pub(crate) fn in_list(contact: &Value, names: &Names, fields: &[String]) -> Value {
    let mut all = whole(contact, names);
    if !fields.is_empty() {
        return output::project(&Value::Object(all), fields);
    }
    if let Some(Value::String(active)) = all.get_mut("active") {
        active.truncate(DAY);
    }
    output::project(&Value::Object(all), &IN_LISTS.map(str::to_owned))
}

/// A contact as the vendor told it, with all that is known of it.
pub(crate) fn whole(contact: &Value, names: &Names) -> Map<String, Value> {
    let mut told = Map::new();
    put(&mut told, "id", text(contact, "/id"));
    let parts = ["/firstName", "/lastName"].map(|name| text(contact, name).unwrap_or_default());
    let joined = parts.join(" ").trim().to_owned();
    let given = text(contact, "/name").or(text(contact, "/contactName")).map(str::to_owned);
    put(&mut told, "name", Some(joined).filter(|name| !name.is_empty()).or(given));
    for (theirs, ours) in PLAIN {
        put(&mut told, ours, text(contact, theirs));
    }
    let mut address = Map::new();
    for (theirs, ours) in ADDRESS {
        put(&mut address, ours, text(contact, theirs));
    }
    put(&mut told, "address", Some(address).filter(|address| !address.is_empty()));
    let born = text(contact, "/dateOfBirth").map(|day| day.get(..10).unwrap_or(day));
    put(&mut told, "date_of_birth", born);
    put(&mut told, "tags", Some(contact["tags"].clone()).filter(is_full));
    let owner = text(contact, "/assignedTo").map(|id| label(&names.users, id));
    put(&mut told, "owner", owner);
    let fields = custom_fields(&contact["customFields"], &names.fields);
    put(&mut told, "custom_fields", Some(fields).filter(|fields| !fields.is_empty()));
    let closed = closed(contact);
    put(&mut told, "do_not_disturb", Some(Value::from(closed)).filter(is_full));
    put(&mut told, "created_at", moment(&contact["dateAdded"]));
    let seen = [&contact["lastActivity"], &contact["dateUpdated"]].into_iter().find_map(moment);
    put(&mut told, "active", seen);
    told
}

/// A contact as the port told it.
pub(crate) async fn of_port(desk: &Desk, contact: &Contact) -> Value {
    let owner = match &contact.owner {
        Some(id) => Some(label(&desk.labels(Shelf::Users).await, id)),
        None => None,
    };
    let address = [
        ("street", &contact.address.street),
        ("city", &contact.address.city),
        ("region", &contact.address.region),
        ("postal_code", &contact.address.postal_code),
        ("country", &contact.address.country),
    ];
    let mut parts = Map::new();
    for (name, part) in address {
        put(&mut parts, name, part.as_deref());
    }
    let mut told = Map::new();
    put(&mut told, "id", Some(contact.id.as_str()));
    put(&mut told, "name", contact.name.as_deref());
    put(&mut told, "email", contact.emails.first().map(String::as_str));
    put(&mut told, "phone", contact.phones.first().map(String::as_str));
    put(&mut told, "company", contact.company.as_deref());
    put(&mut told, "website", contact.website.as_deref());
    put(&mut told, "source", contact.source.as_deref());
    put(&mut told, "address", Some(parts).filter(|parts| !parts.is_empty()));
    put(&mut told, "date_of_birth", contact.date_of_birth.as_deref());
    put(&mut told, "tags", Some(json!(contact.tags)).filter(is_full));
    put(&mut told, "owner", owner);
    put(&mut told, "custom_fields", Some(json!(contact.custom_fields)).filter(is_full));
    put(&mut told, "created_at", contact.created_at.map(second));
    Value::Object(told)
}

/// The values of custom fields by name; a name that two fields have is given by id.
fn custom_fields(values: &Value, known: &[Entry]) -> Map<String, Value> {
    let mut named = Map::new();
    for value in values.as_array().into_iter().flatten() {
        let Some(id) = text(value, "/id") else { continue };
        let said = ["value", "fieldValue", "field_value"].into_iter().find_map(|it| value.get(it));
        let Some(said) = said.filter(|said| is_full(said)) else { continue };
        let name = label(known, id);
        let name = if named.contains_key(&name) { id.to_owned() } else { name };
        named.insert(name, said.clone());
    }
    named
}

/// What a contact wants no messages on: `all`, or the vendor's names of channels.
fn closed(contact: &Value) -> Vec<String> {
    if contact["dnd"] == Value::Bool(true) {
        return vec!["all".to_owned()];
    }
    let settings = contact["dndSettings"].as_object().into_iter().flatten();
    // A state that nobody knows closes: people win.
    let is_closed = |setting: &Value| text(setting, "/status").is_some_and(|it| it != "inactive");
    settings.filter(|(_, it)| is_closed(it)).map(|(name, _)| name.to_lowercase()).collect()
}

fn is_full(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_told_by_names_and_without_what_is_empty() {
        let entry = |id: &str, name: &str| Entry {
            id: id.to_owned(),
            name: name.to_owned(),
            record: Value::Null,
        };
        let names = Names {
            users: vec![entry("u1", "Nora Webb")].into(),
            fields: vec![entry("f1", "Plan")].into(),
        };
        let row = json!({
            "id": "c1", "firstName": "Ada", "lastName": "King", "email": "", "phone": null,
            "assignedTo": "u1", "tags": [], "dnd": false, "city": "Paris",
            "dndSettings": {"SMS": {"status": "active"}, "Email": {"status": "inactive"}},
            "customFields": [{"id": "f1", "value": "gold"}, {"id": "f2", "value": ""}],
            "dateUpdated": 1_738_573_200_123_u64,
        });
        let told = Value::Object(whole(&row, &names));
        let expected = json!({
            "id": "c1", "name": "Ada King", "address": {"city": "Paris"}, "owner": "Nora Webb",
            "custom_fields": {"Plan": "gold"}, "do_not_disturb": ["sms"],
            "active": "2025-02-03T09:00:00Z",
        });
        assert_eq!(told, expected);
        let fields = ["name", "custom_fields.Plan", "nothing"].map(str::to_owned);
        let narrow = in_list(&row, &names, &fields);
        assert_eq!(narrow, json!({"name": "Ada King", "custom_fields": {"Plan": "gold"}}));
    }
}
