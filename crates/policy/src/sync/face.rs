//! A record of the CRM as the fields that mappings name, and a change of such fields as a patch.
//!
//! Custom fields are named `custom_fields.` and their name; everything else is in [`CONTACT_FIELDS`]
//! and [`OPPORTUNITY_FIELDS`].

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Fields,
    crm::{
        Address, AddressPatch, Contact, ContactDraft, ContactPatch, Opportunity, OpportunityPatch,
        OpportunityStatus,
    },
};
use serde_json::Value;

/// What stands before the name of a custom field.
pub const CUSTOM: &str = "custom_fields.";

/// The fields of a contact that a mapping can name, besides custom ones. Those that the CRM alone
/// sets are marked.
pub const CONTACT_FIELDS: [(&str, Access); 18] = [
    ("city", Access::Both),
    ("company", Access::Read),
    ("country", Access::Both),
    ("created_at", Access::Read),
    ("date_of_birth", Access::Both),
    ("email", Access::Both),
    ("first_name", Access::Both),
    ("id", Access::Read),
    ("last_name", Access::Both),
    ("name", Access::Read),
    ("owner", Access::Read),
    ("phone", Access::Both),
    ("postal_code", Access::Both),
    ("region", Access::Both),
    ("source", Access::Both),
    ("street", Access::Both),
    ("tags", Access::Both),
    ("website", Access::Both),
];

/// The fields of an opportunity that a mapping can name, besides custom ones.
pub const OPPORTUNITY_FIELDS: [(&str, Access); 10] = [
    ("contact", Access::Read),
    ("created_at", Access::Read),
    ("id", Access::Read),
    ("name", Access::Both),
    ("owner", Access::Read),
    ("pipeline", Access::Both),
    ("source", Access::Read),
    ("stage", Access::Both),
    ("status", Access::Both),
    ("value", Access::Both),
];

/// Whether a mapping may change a field of a record that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It may be read and changed.
    Both,
    /// It may only be read: the CRM sets it, or takes it for a new record only.
    Read,
}

/// A contact as fields.
#[must_use]
pub fn of_contact(contact: &Contact) -> Fields {
    let Address { street, city, region, postal_code, country } = &contact.address;
    let tags: Vec<Value> = contact.tags.iter().cloned().map(Value::String).collect();
    let mut fields = texts([
        ("city", city),
        ("company", &contact.company),
        ("country", country),
        ("created_at", &contact.created_at.map(|at| at.to_string())),
        ("date_of_birth", &contact.date_of_birth),
        ("email", &contact.emails.first().cloned()),
        ("first_name", &contact.first_name),
        ("id", &Some(contact.id.clone())),
        ("last_name", &contact.last_name),
        ("name", &full_name(contact)),
        ("owner", &contact.owner),
        ("phone", &contact.phones.first().cloned()),
        ("postal_code", postal_code),
        ("region", region),
        ("source", &contact.source),
        ("street", street),
        ("website", &contact.website),
    ]);
    fields.insert("tags".to_owned(), Value::Array(tags));
    fields.extend(custom(&contact.custom_fields));
    fields
}

/// An opportunity as fields; pipeline and stage by their names, where the CRM has told them.
#[must_use]
pub fn of_opportunity(deal: &Opportunity) -> Fields {
    let named = |place: &Option<domain::crm::Named>| {
        place.as_ref().map(|place| place.name.clone().unwrap_or_else(|| place.id.clone()))
    };
    let mut fields = texts([
        ("contact", &deal.contact),
        ("created_at", &deal.created_at.map(|at| at.to_string())),
        ("id", &Some(deal.id.clone())),
        ("name", &deal.name),
        ("owner", &deal.owner),
        ("pipeline", &named(&deal.pipeline)),
        ("source", &deal.source),
        ("stage", &named(&deal.stage)),
        ("status", &deal.status.map(|status| status.name().to_owned())),
    ]);
    let value = deal.value.and_then(serde_json::Number::from_f64);
    fields.insert("value".to_owned(), value.map_or(Value::Null, Value::Number));
    fields.extend(deal.custom_fields.as_ref().map(custom).unwrap_or_default());
    fields
}

/// A contact that is to be made of these fields.
#[must_use]
pub fn contact_draft(fields: &Fields) -> ContactDraft {
    let text = |name: &str| fields.get(name).and_then(text_of);
    ContactDraft {
        email: text("email"),
        phone: text("phone"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        name: text("name").filter(|_| text("first_name").or(text("last_name")).is_none()),
        company: text("company"),
        address: Address {
            street: text("street"),
            city: text("city"),
            region: text("region"),
            postal_code: text("postal_code"),
            country: text("country"),
        },
        website: text("website"),
        date_of_birth: text("date_of_birth"),
        source: text("source"),
        tags: list_of(fields.get("tags")).into_iter().collect(),
        custom_fields: custom_of(fields).filter(|(_, value)| !value.is_null()).collect(),
        closed: BTreeSet::new(),
    }
}

/// The change of a contact that these fields ask for, without its tags; none where they ask for
/// nothing else.
#[must_use]
pub fn contact_patch(fields: &Fields) -> Option<ContactPatch> {
    let text = |name: &str| fields.get(name).map(text_of);
    let address = AddressPatch {
        street: text("street"),
        city: text("city"),
        region: text("region"),
        postal_code: text("postal_code"),
        country: text("country"),
    };
    let patch = ContactPatch {
        email: text("email"),
        phone: text("phone"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        address: (address != AddressPatch::default()).then_some(address),
        website: text("website"),
        date_of_birth: text("date_of_birth"),
        source: text("source"),
        custom_fields: custom_of(fields).collect(),
        owner: None,
    };
    (patch != ContactPatch::default()).then_some(patch)
}

/// The tags that a contact gains and loses where these fields name its tags.
#[must_use]
pub fn tag_changes(before: &BTreeSet<String>, fields: &Fields) -> (Vec<String>, Vec<String>) {
    let Some(wanted) = fields.get("tags") else { return (Vec::new(), Vec::new()) };
    let wanted = list_of(Some(wanted));
    let has = |tags: &BTreeSet<String>, tag: &str| {
        tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase())
    };
    let gained = wanted.iter().filter(|tag| !has(before, tag)).cloned().collect();
    let lost = before.iter().filter(|tag| !has(&wanted, tag)).cloned().collect();
    (gained, lost)
}

/// The change of an opportunity that these fields ask for; none where they ask for nothing.
///
/// # Errors
/// A sentence where a value cannot be one of its field.
pub fn opportunity_patch(fields: &Fields) -> Result<Option<OpportunityPatch>, String> {
    let text = |name: &str| fields.get(name).and_then(text_of);
    let status = match text("status") {
        Some(word) => {
            Some(OpportunityStatus::parse(&word.to_lowercase()).ok_or_else(|| {
                format!("`{word}` is no status; write open, won, lost or abandoned")
            })?)
        }
        None => None,
    };
    let patch = OpportunityPatch {
        pipeline: text("pipeline"),
        stage: text("stage"),
        name: text("name"),
        status,
        value: fields.get("value").map(Value::as_f64),
        owner: None,
        custom_fields: custom_of(fields).collect(),
    };
    Ok((patch != OpportunityPatch::default()).then_some(patch))
}

fn texts<const N: usize>(pairs: [(&str, &Option<String>); N]) -> Fields {
    let value = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
    pairs.into_iter().map(|(name, text)| (name.to_owned(), value(text))).collect()
}

fn custom(values: &BTreeMap<String, Value>) -> Fields {
    values.iter().map(|(name, value)| (format!("{CUSTOM}{name}"), value.clone())).collect()
}

fn custom_of(fields: &Fields) -> impl Iterator<Item = (String, Value)> {
    let named = |(name, value): (&String, &Value)| {
        Some((name.strip_prefix(CUSTOM)?.to_owned(), value.clone()))
    };
    fields.iter().filter_map(named)
}

fn full_name(contact: &Contact) -> Option<String> {
    contact.name.clone().or_else(|| {
        let parts = [&contact.first_name, &contact.last_name];
        let name = parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

fn list_of(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
        Some(other) => text_of(other).into_iter().collect(),
        None => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        serde_json::from_value(value).unwrap()
    }

    fn ada() -> Contact {
        Contact {
            id: "c1".to_owned(),
            first_name: Some("Ada".to_owned()),
            last_name: Some("Byron".to_owned()),
            emails: vec!["a@example.com".to_owned(), "second@example.com".to_owned()],
            tags: ["VIP".to_owned()].into(),
            custom_fields: [("Plan".to_owned(), json!("gold"))].into(),
            ..Contact::default()
        }
    }

    #[test]
    fn every_field_of_a_contact_is_there_under_its_name() {
        let face = of_contact(&ada());
        for (name, _) in CONTACT_FIELDS {
            assert!(face.contains_key(name), "{name}");
        }
        assert_eq!(face["custom_fields.Plan"], json!("gold"));
        assert_eq!((&face["email"], &face["name"]), (&json!("a@example.com"), &json!("Ada Byron")));
        assert_eq!(face["phone"], json!(null), "known to be none");
    }

    #[test]
    fn a_change_becomes_a_patch_of_what_it_names() {
        let patch = contact_patch(&fields(
            json!({"email": null, "city": "Kassel", "custom_fields.Plan": "silver", "tags": ["x"]}),
        ));
        let patch = patch.unwrap();
        assert_eq!((patch.email, patch.phone), (Some(None), None));
        assert_eq!(patch.address.unwrap().city, Some(Some("Kassel".to_owned())));
        assert_eq!(patch.custom_fields["Plan"], json!("silver"));
        assert_eq!(contact_patch(&fields(json!({"tags": ["x"]}))), None);
    }

    #[test]
    fn tags_are_gained_and_lost_whatever_their_case() {
        let before = ["VIP".to_owned(), "old".to_owned()].into();
        let (gained, lost) = tag_changes(&before, &fields(json!({"tags": ["vip", "new"]})));
        assert_eq!((gained, lost), (vec!["new".to_owned()], vec!["old".to_owned()]));
        assert_eq!(tag_changes(&before, &fields(json!({"city": "x"}))), (vec![], vec![]));
        assert_eq!(tag_changes(&before, &fields(json!({"tags": null}))).1.len(), 2);
    }

    #[test]
    fn a_new_contact_has_what_the_row_has() {
        let draft = contact_draft(&fields(
            json!({"name": "Ada B.", "email": "a@example.com", "tags": "lead", "custom_fields.Plan": null}),
        ));
        assert_eq!((draft.name.as_deref(), draft.tags.len()), (Some("Ada B."), 1));
        assert!(draft.custom_fields.is_empty());
        let named = contact_draft(&fields(json!({"name": "x", "first_name": "Ada"})));
        assert_eq!((named.name, named.first_name.as_deref()), (None, Some("Ada")));
    }

    #[test]
    fn a_stage_moves_and_an_unknown_status_is_told() {
        let patch = opportunity_patch(&fields(json!({"stage": "Won it", "value": null})));
        let patch = patch.unwrap().unwrap();
        assert_eq!((patch.stage.as_deref(), patch.value), (Some("Won it"), Some(None)));
        let wrong = opportunity_patch(&fields(json!({"status": "maybe"})));
        assert!(wrong.unwrap_err().contains("write open, won, lost or abandoned"));
    }
}
