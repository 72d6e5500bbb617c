//! A contact in the words of the port: as HighLevel told it, or as the mirror has it.

use std::collections::BTreeSet;

use domain::{
    Fields, Record,
    crm::{Address, Channel, Contact, Disturbance, e164},
};
use highlevel::{
    CustomFieldId,
    models::{self, DndSettings, DndState, FieldDirectory},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::highlevel::port::fields;

/// What HighLevel calls the channels of do-not-disturb (`facts/highlevel.md` 9.5).
const CHANNELS: [(&str, Channel); 7] = [
    ("Call", Channel::Call),
    ("Email", Channel::Email),
    ("FB", Channel::Facebook),
    ("GMB", Channel::Google),
    ("RCS", Channel::Rcs),
    ("SMS", Channel::Sms),
    ("WhatsApp", Channel::Whatsapp),
];

/// HighLevel's name of a channel; none where it has none.
pub(in crate::highlevel::port) fn channel_name(wanted: Channel) -> Option<&'static str> {
    CHANNELS.iter().find(|(_, channel)| *channel == wanted).map(|(name, _)| *name)
}

/// A contact as HighLevel told it.
pub(in crate::highlevel::port) fn of_vendor(
    told: &models::Contact,
    names: Option<&FieldDirectory>,
) -> Contact {
    let extra = |name: &str| told.extra.get(name).and_then(Value::as_str).map(str::to_owned);
    let values = told.custom_fields.iter().flatten();
    let values = values.filter_map(|field| Some((field.id()?, field.value()?)));
    let is_row = told.search_after.is_some();
    Contact {
        id: told.id.to_string(),
        version: String::new(),
        first_name: given(told.first_name.as_deref()),
        last_name: given(told.last_name.as_deref()),
        name: given(Some(&told.full_name())),
        emails: addresses(told),
        phones: numbers(told),
        company: given(told.company_name.as_deref()),
        address: Address {
            street: given(told.address1.as_deref().or(extra("address").as_deref())),
            city: given(told.city.as_deref()),
            region: given(told.state.as_deref()),
            postal_code: given(told.postal_code.as_deref()),
            country: given(told.country.as_deref()),
        },
        website: given(told.website.as_deref()),
        date_of_birth: told.date_of_birth.as_ref().and_then(date),
        source: given(told.source.as_deref()),
        owner: told.assigned_to.as_ref().and_then(|id| given(Some(id.as_str()))),
        tags: told.tags.iter().flatten().cloned().collect(),
        custom_fields: fields::named(names, values),
        // Rows of a search do not tell the channels.
        do_not_disturb: (!is_row).then(|| disturbance(told)),
        created_at: told.date_added.as_ref().and_then(models::Moment::timestamp),
        updated_at: told.date_updated.as_ref().and_then(models::Moment::timestamp),
    }
    .versioned()
}

/// A contact as the mirror has it.
pub(super) fn of_mirror(record: &Record, names: Option<&FieldDirectory>) -> Contact {
    let fields = &record.fields;
    let text = |name: &str| given(fields.get(name).and_then(Value::as_str));
    let parts = [text("first_name"), text("last_name")];
    let joined = parts.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let values = fields.get("custom_fields").and_then(Value::as_object).into_iter().flatten();
    let values = values.map(|(id, value)| (CustomFieldId::new(id), value));
    let number = |phone: String| e164(&phone).unwrap_or(phone);
    Contact {
        id: record.key.id.clone(),
        version: String::new(),
        first_name: text("first_name"),
        last_name: text("last_name"),
        name: text("name").or_else(|| given(Some(&joined))),
        emails: text("email").into_iter().collect(),
        phones: text("phone").map(number).into_iter().collect(),
        company: text("company_name"),
        address: Address {
            street: text("address"),
            city: text("city"),
            region: text("state"),
            postal_code: text("postal_code"),
            country: text("country"),
        },
        website: text("website"),
        date_of_birth: fields.get("date_of_birth").and_then(date),
        source: text("source"),
        owner: text("assigned_to"),
        tags: texts(fields, "tags"),
        custom_fields: fields::named(names, values),
        do_not_disturb: mirrored_disturbance(fields),
        created_at: text("created_at").and_then(|text| text.parse().ok()),
        updated_at: None,
    }
    .versioned()
}

/// What a contact does not want, as HighLevel told it.
pub(in crate::highlevel::port) fn disturbance(told: &models::Contact) -> Disturbance {
    Disturbance {
        all: told.dnd == Some(true),
        channels: told.dnd_settings.as_ref().map(closed).unwrap_or_default(),
    }
}

/// Which channels are closed. A state that nobody knows closes: people win.
fn closed(settings: &DndSettings) -> BTreeSet<Channel> {
    let is_closed =
        |name: &str| settings.state(name).is_some_and(|state| !matches!(state, DndState::Inactive));
    CHANNELS.into_iter().filter(|(name, _)| is_closed(name)).map(|(_, channel)| channel).collect()
}

/// Events of contacts tell the channels only where one of them has just changed: a mirror that was
/// never told of any does not know.
fn mirrored_disturbance(fields: &Fields) -> Option<Disturbance> {
    let all = fields.get("dnd") == Some(&Value::Bool(true));
    let settings = fields.get("dnd_settings").filter(|settings| settings.is_object());
    let settings =
        settings.and_then(|told| serde_json::from_value::<DndSettings>(told.clone()).ok());
    let channels = settings.as_ref().map(closed);
    (all || channels.is_some()).then(|| Disturbance { all, channels: channels.unwrap_or_default() })
}

fn addresses(told: &models::Contact) -> Vec<String> {
    let further = told.additional_emails.iter().flatten().filter_map(|entry| match entry {
        Value::String(text) => Some(text.as_str()),
        other => other.get("email").and_then(Value::as_str),
    });
    distinct(told.email.as_deref().into_iter().chain(further).map(|it| it.trim().to_owned()))
}

fn numbers(told: &models::Contact) -> Vec<String> {
    let further = told.extra.get("additionalPhones").and_then(Value::as_array);
    let further = further.into_iter().flatten().filter_map(|entry| match entry {
        Value::String(text) => Some(text.as_str()),
        other => other.get("phone").and_then(Value::as_str),
    });
    let all = told.phone.as_deref().into_iter().chain(further);
    distinct(all.map(|number| e164(number).unwrap_or_else(|| number.trim().to_owned())))
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

/// A date of birth is a text, with or without a time, or milliseconds (`facts/highlevel.md` 6.1).
fn date(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => given(Some(text.get(..10).unwrap_or(text))),
        Value::Number(number) => {
            let moment = Timestamp::from_millisecond(number.as_i64()?).ok()?;
            Some(moment.to_zoned(TimeZone::UTC).date().to_string())
        }
        _ => None,
    }
}

fn texts(fields: &Fields, name: &str) -> BTreeSet<String> {
    let items = fields.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
