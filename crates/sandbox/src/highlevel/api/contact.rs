//! A contact: its fields, how a body changes them, and how it is shown.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{moment::iso, phone, shelf::Shelf};

/// The fields that hold a text, by their names in bodies.
const TEXTS: [&str; 18] = [
    "firstName",
    "lastName",
    "name",
    "email",
    "phone",
    "gender",
    "address1",
    "city",
    "state",
    "postalCode",
    "country",
    "website",
    "timezone",
    "companyName",
    "source",
    "assignedTo",
    "dateOfBirth",
    "businessId",
];

/// The channels of the do-not-disturb settings (`facts/highlevel.md` 9.5).
pub(crate) const CHANNELS: [&str; 7] = ["Call", "Email", "SMS", "WhatsApp", "GMB", "FB", "RCS"];

/// One contact. Texts are kept tightly: there may be 100,000 of them.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) id: Box<str>,
    texts: [Option<Box<str>>; TEXTS.len()],
    pub(crate) dnd: bool,
    pub(crate) dnd_settings: Option<Box<Map<String, Value>>>,
    pub(crate) inbound_dnd_settings: Option<Box<Value>>,
    pub(crate) tags: Vec<Box<str>>,
    /// By the id of the field.
    pub(crate) custom_fields: Vec<(Box<str>, Value)>,
    pub(crate) followers: Vec<Box<str>>,
    pub(crate) added: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Contact {
    pub(crate) fn new(id: String, now: Timestamp) -> Self {
        Self {
            id: id.into(),
            texts: [const { None }; TEXTS.len()],
            dnd: false,
            dnd_settings: None,
            inbound_dnd_settings: None,
            tags: Vec::new(),
            custom_fields: Vec::new(),
            followers: Vec::new(),
            added: now,
            updated: now,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let place = TEXTS.iter().position(|text| *text == name)?;
        self.texts[place].as_deref()
    }

    /// Sets a text; an empty one removes it.
    pub(crate) fn set(&mut self, name: &str, text: &str) {
        if let Some(place) = TEXTS.iter().position(|known| *known == name) {
            self.texts[place] = (!text.is_empty()).then(|| text.into());
        }
    }

    /// First and last name, or the one name that was given.
    pub(crate) fn full_name(&self) -> String {
        let parts = [self.text("firstName"), self.text("lastName")];
        let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        match joined.is_empty() {
            true => self.text("name").unwrap_or_default().to_owned(),
            false => joined,
        }
    }

    /// Takes over what a body says; what it does not name stays. `fields` are the definitions of
    /// custom fields.
    pub(crate) fn apply(&mut self, body: &Map<String, Value>, fields: &Shelf<Value>) {
        for (key, value) in body {
            match key.as_str() {
                "phone" => {
                    let number = value.as_str().and_then(phone::normalize);
                    self.set("phone", &number.unwrap_or_default());
                }
                "dateOfBirth" => self.set(key, &birthday(&scalar(value))),
                "name" => self.set_name(value.as_str().unwrap_or_default(), body),
                "dnd" => self.dnd = value.as_bool().unwrap_or(self.dnd),
                "dndSettings" => self.merge_dnd(value),
                "inboundDndSettings" if value.is_object() => {
                    self.inbound_dnd_settings = Some(Box::new(value.clone()));
                }
                "tags" if value.is_array() => self.tags = distinct(value),
                "customFields" => self.set_custom_fields(value, fields),
                _ => self.set(key, &scalar(value)),
            }
        }
        self.tags.shrink_to_fit();
        self.custom_fields.shrink_to_fit();
    }

    /// A whole name is split, where its parts are not given themselves.
    fn set_name(&mut self, name: &str, body: &Map<String, Value>) {
        self.set("name", name);
        if body.contains_key("firstName") || body.contains_key("lastName") {
            return;
        }
        let (first, last) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
        self.set("firstName", first);
        self.set("lastName", last.trim());
    }

    fn merge_dnd(&mut self, value: &Value) {
        let Some(channels) = value.as_object() else {
            return;
        };
        let settings = self.dnd_settings.get_or_insert_default();
        for (channel, setting) in channels {
            settings.insert(channel.clone(), setting.clone());
        }
    }

    /// Sets the named fields, by id or key, and keeps the others; unknown ones are passed over.
    fn set_custom_fields(&mut self, value: &Value, fields: &Shelf<Value>) {
        for item in value.as_array().into_iter().flatten() {
            let Some(id) = custom_field_id(item, fields) else {
                continue;
            };
            let names = ["field_value", "fieldValue", "value"];
            let given = names.iter().find_map(|name| item.get(*name)).unwrap_or(&Value::Null);
            self.custom_fields.retain(|(known, _)| **known != *id);
            if !given.is_null() && given.as_str() != Some("") {
                self.custom_fields.push((id.into(), given.clone()));
            }
        }
    }

    /// As it is read by its id.
    pub(crate) fn show(&self, location: &str) -> Value {
        let mut shown = Map::new();
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        for (name, text) in TEXTS.iter().zip(&self.texts) {
            if let Some(text) = text {
                put(name, json!(text));
            }
        }
        let name = self.full_name();
        put("id", json!(self.id));
        put("locationId", json!(location));
        put("fullNameLowerCase", json!(name.to_lowercase()));
        put("name", json!(name));
        for (key, source) in [
            ("firstNameLowerCase", "firstName"),
            ("lastNameLowerCase", "lastName"),
            ("emailLowerCase", "email"),
        ] {
            if let Some(text) = self.text(source) {
                put(key, json!(text.to_lowercase()));
            }
        }
        put("dnd", json!(self.dnd));
        if let Some(settings) = &self.dnd_settings {
            put("dndSettings", json!(settings));
        }
        if let Some(settings) = &self.inbound_dnd_settings {
            put("inboundDndSettings", json!(settings));
        }
        put("type", json!("lead"));
        put("tags", json!(self.tags));
        put("customFields", self.show_custom_fields());
        put("followers", json!(self.followers));
        put("additionalEmails", json!([]));
        put("additionalPhones", json!([]));
        put("dateAdded", json!(iso(self.added)));
        put("dateUpdated", json!(iso(self.updated)));
        Value::Object(shown)
    }

    pub(crate) fn show_custom_fields(&self) -> Value {
        let fields = self.custom_fields.iter();
        fields.map(|(id, value)| json!({ "id": id, "value": value })).collect()
    }

    /// As its webhooks tell it (`facts/highlevel.md` 7.1).
    pub(crate) fn told(&self) -> Map<String, Value> {
        let mut told = Map::new();
        for (name, text) in TEXTS.iter().zip(&self.texts) {
            if let (Some(text), false) = (text, ["gender", "timezone", "businessId"].contains(name))
            {
                told.insert((*name).to_owned(), json!(text));
            }
        }
        let rest = [
            ("id", json!(self.id)),
            ("name", json!(self.full_name())),
            ("dnd", json!(self.dnd)),
            ("tags", json!(self.tags)),
            ("customFields", self.show_custom_fields()),
            ("attachments", json!([])),
            ("dateAdded", json!(iso(self.added))),
        ];
        told.extend(rest.into_iter().map(|(key, value)| (key.to_owned(), value)));
        told
    }
}

/// Texts without repetitions, whatever their case.
pub(crate) fn distinct(value: &Value) -> Vec<Box<str>> {
    let mut all: Vec<Box<str>> = Vec::new();
    for text in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let text = text.trim();
        if !text.is_empty() && !holds(&all, text) {
            all.push(text.into());
        }
    }
    all
}

/// Whether a list of tags has this one: HighLevel's are compared without regard to case.
pub(crate) fn holds(all: &[Box<str>], tag: &str) -> bool {
    all.iter().any(|known| known.to_lowercase() == tag.to_lowercase())
}

/// The id of the field that an item of `customFields` means.
pub(crate) fn custom_field_id(item: &Value, fields: &Shelf<Value>) -> Option<String> {
    let known = item["id"].as_str().filter(|id| fields.get(id).is_some());
    if let Some(id) = known {
        return Some(id.to_owned());
    }
    let key = item["key"].as_str()?;
    let named = |field: &&Value| {
        let known = field["fieldKey"].as_str().unwrap_or_default();
        known == key || known.split_once('.').is_some_and(|(_, short)| short == key)
    };
    fields.iter().find(named)?["id"].as_str().map(str::to_owned)
}

/// A day as it is read, `yyyy-mm-dd`. It may be written with the year first or last, and with
/// dashes, slashes, dots or underscores; what is written otherwise stays.
fn birthday(text: &str) -> String {
    let parts: Vec<&str> = text.split(['-', '/', '.', '_']).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [month, day, year] if year.len() == 4 => (year, month, day),
        _ => return text.to_owned(),
    };
    let written = format!("{year}-{month:0>2}-{day:0>2}");
    match written.parse::<jiff::civil::Date>() {
        Ok(day) => day.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// A number where a text is expected is as good as its digits.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(body: Value) -> Contact {
        let mut contact = Contact::new("c".to_owned(), Timestamp::UNIX_EPOCH);
        let mut fields = Shelf::default();
        fields.add("f1", json!({ "id": "f1", "fieldKey": "contact.seats" }));
        contact.apply(body.as_object().unwrap(), &fields);
        contact
    }

    #[test]
    fn names_are_split_and_joined() {
        let whole = contact(json!({ "name": "Ada Maria King" }));
        assert_eq!(
            (whole.text("firstName"), whole.text("lastName")),
            (Some("Ada"), Some("Maria King"))
        );
        let parts = contact(json!({ "firstName": "Ada", "lastName": "King", "name": "Other" }));
        assert_eq!(parts.show("l")["name"], "Ada King");
    }

    #[test]
    fn days_of_birth_are_read_in_one_form() {
        for text in ["1990-09-25", "1990/09/25", "09/25/1990", "9.25.1990", "1990_09_25"] {
            assert_eq!(
                contact(json!({ "dateOfBirth": text })).text("dateOfBirth"),
                Some("1990-09-25")
            );
        }
        for text in ["25/09/1990", "1990-09-25T00:00:00.000Z", "unknown"] {
            assert_eq!(contact(json!({ "dateOfBirth": text })).text("dateOfBirth"), Some(text));
        }
    }

    #[test]
    fn custom_fields_are_taken_by_id_or_key_and_shown_by_id() {
        for item in [
            json!({ "id": "f1", "field_value": 7 }),
            json!({ "key": "seats", "field_value": 7 }),
            json!({ "key": "contact.seats", "fieldValue": 7 }),
        ] {
            let shown =
                contact(json!({ "customFields": [item, { "id": "unknown", "field_value": 1 }] }));
            assert_eq!(shown.show("l")["customFields"], json!([{ "id": "f1", "value": 7 }]));
        }
    }

    #[test]
    fn tags_are_kept_once_and_channels_are_merged() {
        let mut contact = contact(
            json!({ "tags": ["a", "A", " ", "b"], "dndSettings": { "SMS": { "status": "active" } } }),
        );
        assert_eq!(contact.show("l")["tags"], json!(["a", "b"]));
        let more = json!({ "dndSettings": { "Call": { "status": "inactive" } } });
        contact.apply(more.as_object().unwrap(), &Shelf::default());
        let settings = contact.show("l")["dndSettings"].clone();
        assert_eq!(
            (&settings["SMS"]["status"], &settings["Call"]["status"]),
            (&json!("active"), &json!("inactive"))
        );
    }
}
