//! What a write changes of a contact, in the keys of change sets, and the write that brings values back.

use std::collections::BTreeSet;

use domain::{Difference, Fields, TagChange, WrittenField};
use highlevel::{
    CustomFieldId, UserId,
    models::{self, ContactFields, CustomFieldWrite, FieldDirectory},
};
use serde_json::Value;

use super::said;
use crate::highlevel::port::{contacts::told, fields};

/// What stands before the id of a custom field in a key.
pub(in crate::highlevel::port) const CUSTOM: &str = "custom_fields.";

/// The name as a whole, which HighLevel takes apart.
const FULL_NAME: &str = "full_name";

/// The values of a contact under their keys; null where they are empty.
pub(in crate::highlevel::port) fn values(contact: &models::Contact) -> Fields {
    let shown = told::of_vendor(contact, None);
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
    let address = &shown.address;
    let mut fields: Fields = [
        ("first_name", text(&shown.first_name)),
        ("last_name", text(&shown.last_name)),
        (FULL_NAME, text(&shown.name)),
        ("email", text(&shown.emails.first().cloned().filter(|_| contact.email.is_some()))),
        ("phone", text(&shown.phones.first().cloned().filter(|_| contact.phone.is_some()))),
        ("company", text(&shown.company)),
        ("address.street", text(&address.street)),
        ("address.city", text(&address.city)),
        ("address.region", text(&address.region)),
        ("address.postal_code", text(&address.postal_code)),
        ("address.country", text(&address.country)),
        ("website", text(&shown.website)),
        ("date_of_birth", text(&shown.date_of_birth)),
        ("source", text(&shown.source)),
        ("owner", text(&shown.owner)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    for field in contact.custom_fields.iter().flatten() {
        if let (Some(id), Some(value)) = (field.id(), field.value()) {
            fields.insert(format!("{CUSTOM}{id}"), said(value.clone()));
        }
    }
    fields
}

/// What these fields will change of a contact.
pub(in crate::highlevel::port) fn intended(
    before: &models::Contact,
    write: &ContactFields,
    names: Option<&FieldDirectory>,
) -> Difference {
    let known = values(before);
    let mut difference = Difference::default();
    for (key, after) in sent(write) {
        let before = known.get(&key).cloned().unwrap_or(Value::Null);
        if before != after {
            let field = WrittenField { name: name(&key, names), before, after };
            difference.fields.insert(key, field);
        }
    }
    difference
}

/// What these fields changed of a contact, by HighLevel's reply. What the reply does not tell is
/// taken as it was sent.
pub(in crate::highlevel::port) fn told(
    (before, after): (&models::Contact, &models::Contact),
    intended: &Difference,
) -> Difference {
    let (known, now) = (values(before), values(after));
    let mut difference = Difference::default();
    for (key, field) in &intended.fields {
        let parts: &[&str] = match key.as_str() {
            FULL_NAME => &["first_name", "last_name"],
            key => &[key],
        };
        for part in parts {
            let after = match now.get(*part) {
                Some(value) if !value.is_null() => value.clone(),
                _ if *part == key => field.after.clone(),
                _ => Value::Null,
            };
            let before = known.get(*part).cloned().unwrap_or(Value::Null);
            if before != after {
                let field = WrittenField { name: field.name.clone(), before, after };
                difference.fields.insert((*part).to_owned(), field);
            }
        }
    }
    difference.tags = intended.tags.clone();
    difference
}

/// A contact that was made, as HighLevel answered it.
pub(in crate::highlevel::port) fn made(
    contact: &models::Contact,
    names: Option<&FieldDirectory>,
) -> Difference {
    let mut difference = super::made_of(&values(contact));
    for (key, field) in &mut difference.fields {
        field.name = name(key, names);
    }
    difference.tags.added = contact.tags.iter().flatten().cloned().collect();
    difference
}

/// A contact that is to be made, as it is sent.
pub(in crate::highlevel::port) fn drafted(
    write: &ContactFields,
    tags: &[String],
    names: Option<&FieldDirectory>,
) -> Difference {
    let fields = sent(write).into_iter().filter(|(_, value)| !value.is_null());
    let fields = fields.map(|(key, after)| {
        let field = WrittenField { name: name(&key, names), before: Value::Null, after };
        (key, field)
    });
    let tags = TagChange { added: tags.iter().cloned().collect(), ..TagChange::default() };
    Difference { fields: fields.collect(), tags }
}

/// Those of these tags that a contact does not have.
pub(in crate::highlevel::port) fn added(has: &BTreeSet<String>, tags: &[String]) -> Difference {
    let has = folded(has);
    let added = tags.iter().filter(|tag| !has.contains(&tag.to_lowercase())).cloned().collect();
    let tags = TagChange { added, ..TagChange::default() };
    Difference { tags, ..Difference::default() }
}

/// Those of these tags that a contact has, in its own spelling.
pub(in crate::highlevel::port) fn removed(has: &BTreeSet<String>, tags: &[String]) -> Difference {
    let tags: BTreeSet<String> = tags.iter().map(|tag| tag.to_lowercase()).collect();
    let removed = has.iter().filter(|tag| tags.contains(&tag.to_lowercase())).cloned().collect();
    let tags = TagChange { removed, ..TagChange::default() };
    Difference { tags, ..Difference::default() }
}

/// The fields to send so that a contact has what is after this difference.
pub(in crate::highlevel::port) fn restored(difference: &Difference) -> ContactFields {
    let mut write = ContactFields::default();
    for (key, field) in &difference.fields {
        let text = Some(field.after.as_str().unwrap_or_default().to_owned());
        match key.as_str() {
            "first_name" => write.first_name = text,
            "last_name" => write.last_name = text,
            FULL_NAME => write.name = text,
            "email" => write.email = text,
            "phone" => write.phone = text,
            "address.street" => write.address1 = text,
            "address.city" => write.city = text,
            "address.region" => write.state = text,
            "address.postal_code" => write.postal_code = text,
            "address.country" => write.country = text,
            "website" => write.website = text,
            "date_of_birth" => write.date_of_birth = text,
            "source" => write.source = text,
            "owner" => write.assigned_to = text.map(|id| UserId::new(&id)),
            key => write.custom_fields.extend(custom(key, &field.after)),
        }
    }
    write
}

/// The write of a custom field under this key. HighLevel clears a field by an empty text.
pub(in crate::highlevel::port) fn custom(key: &str, value: &Value) -> Option<CustomFieldWrite> {
    let id = CustomFieldId::new(key.strip_prefix(CUSTOM)?);
    Some(match value {
        Value::Null => CustomFieldWrite::by_id(id, ""),
        value => CustomFieldWrite::by_id(id, value.clone()),
    })
}

/// What people call a custom field.
pub(in crate::highlevel::port) fn name(
    key: &str,
    names: Option<&FieldDirectory>,
) -> Option<String> {
    let id = CustomFieldId::new(key.strip_prefix(CUSTOM)?);
    names.map(|names| fields::name(Some(names), &id))
}

/// The values that are sent, under their keys.
fn sent(write: &ContactFields) -> Vec<(String, Value)> {
    let texts = [
        ("first_name", &write.first_name),
        ("last_name", &write.last_name),
        (FULL_NAME, &write.name),
        ("email", &write.email),
        ("phone", &write.phone),
        ("address.street", &write.address1),
        ("address.city", &write.city),
        ("address.region", &write.state),
        ("address.postal_code", &write.postal_code),
        ("address.country", &write.country),
        ("website", &write.website),
        ("date_of_birth", &write.date_of_birth),
        ("source", &write.source),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(key, text)| Some((key.to_owned(), said(Value::String(text.clone()?)))));
    let owner = write.assigned_to.as_ref().map(|owner| {
        let owner = Value::String(owner.to_string());
        ("owner".to_owned(), said(owner))
    });
    let custom = write.custom_fields.iter().filter_map(|field| {
        Some((format!("{CUSTOM}{}", field.id()?), said(field.value().clone())))
    });
    texts.chain(owner).chain(custom).collect()
}

fn folded(tags: &BTreeSet<String>) -> BTreeSet<String> {
    tags.iter().map(|tag| tag.to_lowercase()).collect()
}
