//! When a person of the shop changed, then so does the contact, where nobody changed it at the CRM.
//!
//! A three-way merge in one direction ([`crate::sync::merge`]): what the shop said last is kept with the
//! link, and only what it says otherwise now goes anywhere. What the shop no longer says takes nothing
//! away, and a channel that was closed is never opened again.

use std::collections::BTreeSet;

use domain::{
    Direction, FieldConflict, Fields, MappedField, ValueKind, Wins,
    crm::{AddressPatch, Channel, Contact, ContactDraft, ContactPatch},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::ShopPerson;
use crate::sync::merge::{MergeInput, merge};

/// Where contacts that the shop brought say that they came from.
pub const SOURCE: &str = "repairshopr-sync";

/// The custom field that holds the id of the customer.
pub const ID_FIELD: &str = "repairshopr_id";

/// What a link calls the channels that the shop closed.
const CLOSED: &str = "closed";

/// What of a person is a text, with its kind.
const TEXTS: [(&str, ValueKind); 9] = [
    ("first_name", ValueKind::Text),
    ("last_name", ValueKind::Text),
    ("email", ValueKind::Email),
    ("phone", ValueKind::Phone),
    ("street", ValueKind::Text),
    ("city", ValueKind::Text),
    ("region", ValueKind::Text),
    ("postal_code", ValueKind::Text),
    (ID_FIELD, ValueKind::Text),
];

/// What has to be written so that a contact follows its person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The values to write.
    pub patch: ContactPatch,
    /// The tags to add.
    pub add_tags: Vec<String>,
    /// The tags to take away: the shop gave them, and takes them back.
    pub remove_tags: Vec<String>,
    /// The channels to close.
    pub close: BTreeSet<Channel>,
    /// What the shop said, once all of this is written.
    pub agreed: Fields,
    /// What the shop said and the CRM did not take, because somebody changed it there.
    pub conflicts: Vec<FieldConflict>,
}

impl Wanted {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.patch == ContactPatch::default()
            && self.add_tags.is_empty()
            && self.remove_tags.is_empty()
            && self.close.is_empty()
    }
}

/// What the shop says of a person, as a link keeps it.
#[must_use]
pub fn said(person: &ShopPerson) -> Fields {
    let closed: Vec<_> = person.closed.iter().map(|channel| channel.name()).collect();
    let texts = TEXTS.iter().map(|(name, _)| (*name, json!(text_of(person, name))));
    let lists = [("tags", json!(person.tags)), (CLOSED, json!(closed))];
    let all = texts.chain(lists).map(|(name, value)| (name.to_owned(), value));
    all.filter(|(_, value)| !value.is_null() && *value != json!([])).collect()
}

/// The contact that a person becomes who is not there yet.
#[must_use]
pub fn draft(person: &ShopPerson) -> ContactDraft {
    let is_nameless = person.first_name.is_none() && person.last_name.is_none();
    ContactDraft {
        email: person.email.clone(),
        phone: person.phone.clone(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        name: person.company.clone().filter(|_| is_nameless),
        company: person.company.clone(),
        address: person.address.clone(),
        source: Some(SOURCE.to_owned()),
        tags: person.tags.iter().cloned().collect(),
        custom_fields: [(ID_FIELD.to_owned(), json!(person.customer))].into(),
        closed: person.closed.clone(),
        ..ContactDraft::default()
    }
}

/// Whether the shop says of a person what it said when this was last settled: then nothing follows,
/// whatever the CRM has.
#[must_use]
pub fn is_settled(person: &ShopPerson, agreed: &Fields) -> bool {
    with_silence(person, agreed) == *agreed
}

/// What has to be written. `agreed` is what the shop said when this was last settled, nothing where it
/// never was: then the contact keeps what it has, and gets what it lacks.
#[must_use]
pub fn wanted(person: &ShopPerson, contact: &Contact, agreed: &Fields) -> Wanted {
    let row = with_silence(person, agreed);
    let crm = have(contact, &[&row, agreed]);
    let merged = merge(&MergeInput {
        fields: &fields(),
        agreed,
        crm: &crm,
        row: &row,
        crm_at: Timestamp::UNIX_EPOCH,
        row_at: Timestamp::UNIX_EPOCH,
        skew: SignedDuration::ZERO,
    });
    let tags = merged.to_crm.get("tags").map(|tags| (names(&crm, "tags"), texts(tags)));
    let (before, after) = tags.unwrap_or_default();
    Wanted {
        patch: patch(&merged.to_crm),
        add_tags: after.difference(&before).cloned().collect(),
        remove_tags: before.difference(&after).cloned().collect(),
        close: to_close(person, contact, &names(agreed, CLOSED)),
        // Of what flows one way, the source's own spelling is what it is compared with.
        agreed: row,
        conflicts: merged.conflicts,
    }
}

/// What the shop says, and where it says nothing what it said before: what is not said, or could not be
/// told, is not a wish to have nothing.
fn with_silence(person: &ShopPerson, agreed: &Fields) -> Fields {
    let mut row = said(person);
    for (name, _) in TEXTS {
        if let (None, Some(before)) = (row.get(name), agreed.get(name)) {
            row.insert(name.to_owned(), before.clone());
        }
    }
    row
}

/// Channels that the shop closed since, and that are open as far as is known.
fn to_close(person: &ShopPerson, contact: &Contact, known: &BTreeSet<String>) -> BTreeSet<Channel> {
    let is_closed = |channel: Channel| {
        contact.do_not_disturb.as_ref().is_some_and(|wish| wish.forbids(channel))
    };
    let new = person.closed.iter().copied().filter(|channel| !known.contains(channel.name()));
    new.filter(|channel| !is_closed(*channel)).collect()
}

/// Every field flows to the CRM only, and where somebody changed it there it stays.
fn fields() -> Vec<MappedField> {
    let field = |name: &str, kind, wins| MappedField {
        field: name.to_owned(),
        column: name.to_owned(),
        kind,
        direction: Direction::ToCrm,
        wins,
    };
    let texts = TEXTS.iter().map(|(name, kind)| field(name, *kind, Wins::Crm));
    texts.chain([field("tags", ValueKind::List, Wins::Union)]).collect()
}

/// What the contact has. A text that differs from what the shop says in its case only counts as what
/// the shop says: the CRM lowers the case of names (`facts/highlevel.md` 9.4).
fn have(contact: &Contact, said: &[&Fields]) -> Fields {
    let text = |name: &str| {
        let found = text_at(contact, name)?;
        let folded = found.to_lowercase();
        let same = said.iter().filter_map(|fields| fields.get(name)?.as_str());
        let same = same.into_iter().find(|text| text.to_lowercase() == folded);
        Some(same.map_or(found, str::to_owned))
    };
    let texts = TEXTS.iter().map(|(name, _)| ((*name).to_owned(), json!(text(name))));
    texts.chain([("tags".to_owned(), json!(contact.tags))]).collect()
}

fn text_of(person: &ShopPerson, name: &str) -> Option<String> {
    let address = &person.address;
    match name {
        "first_name" => person.first_name.clone(),
        "last_name" => person.last_name.clone(),
        "email" => person.email.clone(),
        "phone" => person.phone.clone(),
        "street" => address.street.clone(),
        "city" => address.city.clone(),
        "region" => address.region.clone(),
        "postal_code" => address.postal_code.clone(),
        _ => Some(person.customer.clone()),
    }
}

fn text_at(contact: &Contact, name: &str) -> Option<String> {
    let address = &contact.address;
    match name {
        "first_name" => contact.first_name.clone(),
        "last_name" => contact.last_name.clone(),
        "email" => contact.emails.first().cloned(),
        "phone" => contact.phones.first().cloned(),
        "street" => address.street.clone(),
        "city" => address.city.clone(),
        "region" => address.region.clone(),
        "postal_code" => address.postal_code.clone(),
        _ => match contact.custom_fields.get(ID_FIELD)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        },
    }
}

fn patch(to_crm: &Fields) -> ContactPatch {
    let text = |name: &str| Some(Some(to_crm.get(name)?.as_str()?.to_owned()));
    let address = AddressPatch {
        street: text("street"),
        city: text("city"),
        region: text("region"),
        postal_code: text("postal_code"),
        country: None,
    };
    let id = to_crm.get(ID_FIELD).map(|id| (ID_FIELD.to_owned(), id.clone()));
    ContactPatch {
        email: text("email"),
        phone: text("phone"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        address: (address != AddressPatch::default()).then_some(address),
        custom_fields: id.into_iter().collect(),
        ..ContactPatch::default()
    }
}

fn names(fields: &Fields, name: &str) -> BTreeSet<String> {
    fields.get(name).map(texts).unwrap_or_default()
}

fn texts(list: &Value) -> BTreeSet<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
