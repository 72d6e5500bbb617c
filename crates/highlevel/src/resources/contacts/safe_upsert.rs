//! Creates or updates a contact without merging two people, and reports what did not arrive.

#[cfg(test)]
mod tests;
mod witness;

use endpoint::{Endpoint, Timer, Transport};
use serde_json::{Map, Value};

pub use self::witness::{UpsertStep, UpsertWitness};
use super::{AddTags, CreateContact, FindDuplicate, GetContact, UpdateContact};
use crate::{
    Client, ContactId, Error, Kind, LocationId,
    models::{Contact, ContactFields},
};

/// What a safe upsert is to bring about.
#[derive(Clone, Debug, PartialEq)]
pub struct SafeUpsert {
    /// In which location.
    pub location_id: LocationId,
    /// The fields; at least an e-mail address or a phone number, by which the contact is found.
    pub fields: ContactFields,
    /// The name of the company. Only a contact that is new takes it: HighLevel has no way to change it.
    pub company_name: Option<String>,
    /// Tags that the contact is to carry besides those that it has.
    pub add_tags: Vec<String>,
}

/// What a safe upsert brought about.
#[derive(Clone, Debug, PartialEq)]
pub enum Upserted {
    /// There was nobody, and the contact was created.
    Created {
        /// The contact as HighLevel answered it.
        contact: Box<Contact>,
        /// What HighLevel did not take over.
        not_applied: Vec<NotApplied>,
    },
    /// There was one, and it was updated.
    Updated {
        /// The contact as HighLevel answered it.
        contact: Box<Contact>,
        /// What HighLevel did not take over, and what was not sent because it would do harm.
        not_applied: Vec<NotApplied>,
    },
    /// The e-mail address belongs to one contact and the phone number to another. Nothing was
    /// changed: a person decides whether they are the same.
    TwoContacts {
        /// Who has the e-mail address.
        by_email: ContactId,
        /// Who has the phone number.
        by_phone: ContactId,
    },
}

impl Upserted {
    /// The contact, where there is one.
    #[must_use]
    pub fn contact(&self) -> Option<&Contact> {
        match self {
            Self::Created { contact, .. } | Self::Updated { contact, .. } => Some(contact),
            Self::TwoContacts { .. } => None,
        }
    }
}

/// A field that the contact does not have as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct NotApplied {
    /// The field's name on the wire, or `customFields.` and an id.
    pub field: String,
    /// What was asked for.
    pub wanted: Value,
    /// What HighLevel's reply has instead; none where it does not have the field.
    pub found: Option<Value>,
}

/// Creates or updates a contact (`facts/highlevel.md` 9.4).
///
/// It looks the e-mail address and the phone number up first, refuses to merge two people, updates
/// by id, and adds tags without replacing any. An address that the contact has only as a further
/// one is not sent: HighLevel would make it the primary one and lose that. When a creation fails
/// and may have happened, or somebody else was faster, it looks again and updates what it finds,
/// unless a creation that may have happened left it as it was wanted.
///
/// Do-not-disturb settings and custom fields written by key are not compared: replies have them in
/// another form, or not at all.
///
/// # Errors
/// When a call fails, or neither an e-mail address nor a phone number is given. The update and the
/// tags can be repeated without harm.
pub async fn safe_upsert<T: Transport, C: Timer>(
    client: &Client<T, C>,
    wanted: &SafeUpsert,
) -> Result<Upserted, Error> {
    witnessed_upsert(client, wanted, &witness::Nobody).await
}

/// [`safe_upsert`], with a witness who is told of each write before it is sent, and can refuse it.
///
/// # Errors
/// As [`safe_upsert`], and when the witness refuses. Nothing is sent after that.
pub async fn witnessed_upsert<T: Transport, C: Timer, W: UpsertWitness>(
    client: &Client<T, C>,
    wanted: &SafeUpsert,
    witness: &W,
) -> Result<Upserted, Error> {
    if given(wanted.fields.email.as_deref()).or(given(wanted.fields.phone.as_deref())).is_none() {
        let problem = "a contact without e-mail address and phone number cannot be found again";
        return Err(Error::argument(CreateContact::NAME, problem));
    }
    let error = match find(client, wanted).await? {
        Found::One(contact) => return update(client, (wanted, witness), *contact).await,
        Found::Two { by_email, by_phone } => {
            return Ok(Upserted::TwoContacts { by_email, by_phone });
        }
        Found::Nobody => match create(client, wanted, witness).await {
            Ok(created) => return Ok(created),
            Err(error) => error,
        },
    };
    if !may_exist(&error) {
        return Err(error);
    }
    match (find(client, wanted).await?, error.kind()) {
        (Found::One(contact), Some(Kind::DuplicateContact { .. })) => {
            tell(witness, UpsertStep::NotCreated).await?;
            update(client, (wanted, witness), *contact).await
        }
        (Found::One(contact), _) => adopt(client, (wanted, witness), *contact).await,
        (Found::Two { by_email, by_phone }, _) => Ok(Upserted::TwoContacts { by_email, by_phone }),
        (Found::Nobody, Some(Kind::DuplicateContact { contact_id: Some(contact_id), .. })) => {
            let contact_id = contact_id.clone();
            let contact = client.call(&GetContact { contact_id }).await?.contact;
            tell(witness, UpsertStep::NotCreated).await?;
            update(client, (wanted, witness), contact).await
        }
        (Found::Nobody, _) => Err(error),
    }
}

enum Found {
    Nobody,
    One(Box<Contact>),
    Two { by_email: ContactId, by_phone: ContactId },
}

/// Who has the e-mail address, and who the phone number.
async fn find<T: Transport, C: Timer>(
    client: &Client<T, C>,
    wanted: &SafeUpsert,
) -> Result<Found, Error> {
    let location_id = &wanted.location_id;
    let by_email = match given(wanted.fields.email.as_deref()) {
        Some(email) => {
            let (location_id, email) = (location_id.clone(), Some(email.to_owned()));
            client.call(&FindDuplicate { location_id, email, number: None }).await?.contact
        }
        None => None,
    };
    let by_phone = match given(wanted.fields.phone.as_deref()) {
        Some(phone) => {
            let (location_id, number) = (location_id.clone(), Some(phone.to_owned()));
            client.call(&FindDuplicate { location_id, email: None, number }).await?.contact
        }
        None => None,
    };
    Ok(match (by_email, by_phone) {
        (Some(one), Some(other)) if one.id != other.id => {
            Found::Two { by_email: one.id, by_phone: other.id }
        }
        (Some(contact), _) | (None, Some(contact)) => Found::One(Box::new(contact)),
        (None, None) => Found::Nobody,
    })
}

async fn create<T: Transport, C: Timer, W: UpsertWitness>(
    client: &Client<T, C>,
    wanted: &SafeUpsert,
    witness: &W,
) -> Result<Upserted, Error> {
    let fields = wanted.fields.clone();
    let create = CreateContact {
        tags: wanted.add_tags.clone(), // There are none to replace.
        company_name: wanted.company_name.clone(),
        ..CreateContact::new(wanted.location_id.clone(), fields)
    };
    tell(witness, UpsertStep::Create(&create)).await?;
    let contact = client.call(&create).await?.contact;
    let not_applied = compare(wanted, &contact)?;
    Ok(Upserted::Created { contact: Box::new(contact), not_applied })
}

/// Takes a contact that appeared while it was being created for the created one, where it is as it
/// was wanted: another call would change nothing.
async fn adopt<T: Transport, C: Timer, W: UpsertWitness>(
    client: &Client<T, C>,
    (wanted, witness): (&SafeUpsert, &W),
    contact: Contact,
) -> Result<Upserted, Error> {
    let has = |tag: &String| contact.tags.iter().flatten().any(|other| other == tag);
    let is_sure = wanted.add_tags.iter().all(has) && is_compared_whole(&wanted.fields)?;
    let not_applied = compare(wanted, &contact)?;
    if is_sure && not_applied.is_empty() {
        return Ok(Upserted::Created { contact: Box::new(contact), not_applied });
    }
    update(client, (wanted, witness), contact).await
}

async fn update<T: Transport, C: Timer, W: UpsertWitness>(
    client: &Client<T, C>,
    (wanted, witness): (&SafeUpsert, &W),
    existing: Contact,
) -> Result<Upserted, Error> {
    let mut fields = wanted.fields.clone();
    if has_as_further_email(&existing, fields.email.as_deref()) {
        fields.email = None;
    }
    let change = UpdateContact::new(existing.id.clone(), fields);
    let step = UpsertStep::Update { existing: &existing, fields: &change.fields };
    tell(witness, step).await?;
    let mut contact = client.call(&change).await?.contact;
    if !wanted.add_tags.is_empty() {
        let (contact_id, tags) = (contact.id.clone(), wanted.add_tags.clone());
        tell(witness, UpsertStep::AddTags { existing: &existing, tags: &tags }).await?;
        contact.tags = client.call(&AddTags { contact_id, tags }).await?.tags.or(contact.tags);
    }
    let not_applied = compare(wanted, &contact)?;
    Ok(Upserted::Updated { contact: Box::new(contact), not_applied })
}

/// Tells the witness of a step. Where the witness refuses, the upsert ends.
async fn tell<W: UpsertWitness>(witness: &W, step: UpsertStep<'_>) -> Result<(), Error> {
    let refused = |problem: String| Error::argument(CreateContact::NAME, &problem);
    witness.before(step).await.map_err(refused)
}

/// Whether the contact may be there although its creation failed: the failure tells nothing, or
/// says that it is, or is a 422, after which contacts have been found (`facts/highlevel.md` 10).
fn may_exist(error: &Error) -> bool {
    error.is_ambiguous()
        || error.status() == Some(422)
        || matches!(error.kind(), Some(Kind::DuplicateContact { .. }))
}

/// Whether the contact has this address, but not as its primary one.
fn has_as_further_email(contact: &Contact, email: Option<&str>) -> bool {
    let Some(email) = given(email) else {
        return false;
    };
    let is_it = |text: &str| text.trim().eq_ignore_ascii_case(email);
    let further = contact.additional_emails.iter().flatten().any(|entry| match entry {
        Value::String(text) => is_it(text),
        other => other.get("email").and_then(Value::as_str).is_some_and(is_it),
    });
    further && !contact.email.as_deref().is_some_and(is_it)
}

/// Whether [`compare`] looks at every field: some have another form in replies, or none.
fn is_compared_whole(wanted: &ContactFields) -> Result<bool, Error> {
    let members = members(wanted)?;
    let mut others = members.iter().filter(|(field, _)| field.as_str() != "customFields");
    let has_ids = wanted.custom_fields.iter().all(|custom| custom.id().is_some());
    Ok(has_ids
        && !others.any(|(_, value)| value.is_null() || value.is_object() || value.is_array()))
}

/// What the contact does not have as it was asked for.
fn compare(wanted: &SafeUpsert, contact: &Contact) -> Result<Vec<NotApplied>, Error> {
    let found = members(contact)?;
    let mut missing = Vec::new();
    let company =
        wanted.company_name.iter().map(|it| ("companyName".to_owned(), it.clone().into()));
    for (field, value) in members(&wanted.fields)?.into_iter().chain(company) {
        if value.is_null() || value.is_object() || value.is_array() {
            continue;
        }
        let answer = match field.as_str() {
            "name" => Some(Value::from(contact.full_name())),
            _ => found.get(&field).cloned(),
        };
        if !answer.as_ref().is_some_and(|answer| is_same(&field, &value, answer)) {
            missing.push(NotApplied { field, wanted: value, found: answer });
        }
    }
    for custom in &wanted.fields.custom_fields {
        let Some(id) = custom.id() else { continue };
        let answer = contact.custom_field(id);
        if answer.is_none_or(|answer| !is_same_value(custom.value(), answer)) {
            let (field, wanted) = (format!("customFields.{id}"), custom.value().clone());
            missing.push(NotApplied { field, wanted, found: answer.cloned() });
        }
    }
    Ok(missing)
}

fn members<V: serde::Serialize>(value: &V) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Error::argument(CreateContact::NAME, "its fields have no JSON form")),
    }
}

/// Whether HighLevel's value says the same: it lowers the case of e-mails and names, drops the
/// spaces of phones, and writes dates of birth with a time.
fn is_same(field: &str, wanted: &Value, found: &Value) -> bool {
    let (Some(wanted_text), Some(found_text)) = (wanted.as_str(), found.as_str()) else {
        return wanted == found;
    };
    let (wanted_text, found_text) = (wanted_text.trim(), found_text.trim());
    match field {
        "phone" => digits(wanted_text) == digits(found_text),
        "dateOfBirth" => found_text.starts_with(wanted_text),
        "email" | "name" | "firstName" | "lastName" => {
            wanted_text.to_lowercase() == found_text.to_lowercase()
        }
        _ => wanted_text == found_text,
    }
}

/// Whether a custom field's value says the same: a number may come back as a text.
fn is_same_value(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => number.to_string() == text.trim(),
        _ => wanted == found,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
