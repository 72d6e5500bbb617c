//! A contact: a person that the CRM knows.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Behalf, Channel, Disturbance, Page, PageWish, Reading, patch::given};

/// A contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Contact {
    /// Its id.
    pub id: String,
    /// What it says of the contact, in short: two contacts with the same content have the same one.
    /// It does not tell when something was changed and changed back.
    pub version: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The whole name.
    pub name: Option<String>,
    /// The e-mail addresses, the primary one first.
    pub emails: Vec<String>,
    /// The phone numbers in E.164, the primary one first.
    pub phones: Vec<String>,
    /// The company.
    pub company: Option<String>,
    /// Where the contact lives.
    pub address: Address,
    /// The web site.
    pub website: Option<String>,
    /// The date of birth, `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// Where the contact came from.
    pub source: Option<String>,
    /// Who looks after it: the id of a user of the CRM.
    pub owner: Option<String>,
    /// The tags, in order.
    pub tags: BTreeSet<String>,
    /// The values of custom fields, by name.
    pub custom_fields: BTreeMap<String, Value>,
    /// Which messages the person does not want; null where that is not told here. Sending a message
    /// always looks.
    pub do_not_disturb: Option<Disturbance>,
    /// When the contact was created.
    pub created_at: Option<Timestamp>,
    /// When it was last changed, as far as the CRM tells it.
    pub updated_at: Option<Timestamp>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Address {
    /// Street and number.
    #[serde(default)]
    pub street: Option<String>,
    /// The city.
    #[serde(default)]
    pub city: Option<String>,
    /// The state or region.
    #[serde(default)]
    pub region: Option<String>,
    /// The postal code.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// The country as two letters.
    #[serde(default)]
    pub country: Option<String>,
}

/// A contact as it is to be. It is found by its e-mail address and its phone number; what is left
/// out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactDraft {
    /// The e-mail address.
    #[serde(default)]
    #[schemars(email, length(max = 254))]
    pub email: Option<String>,
    /// The phone number with its country, such as `+15550100142`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^(\+|00)[0-9 ().\/-]{7,30}$"))]
    pub phone: Option<String>,
    /// The first name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// The whole name, where its parts are not known.
    #[serde(default)]
    pub name: Option<String>,
    /// The company. Only a contact that is new takes it.
    #[serde(default)]
    pub company: Option<String>,
    /// Where the contact lives.
    #[serde(default)]
    pub address: Address,
    /// The web site.
    #[serde(default)]
    pub website: Option<String>,
    /// The date of birth, `YYYY-MM-DD`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub date_of_birth: Option<String>,
    /// Where the contact came from.
    #[serde(default)]
    pub source: Option<String>,
    /// Tags that it carries besides those that it has.
    #[serde(default)]
    #[schemars(length(max = 50), inner(length(min = 1, max = 100)))]
    pub tags: Vec<String>,
    /// Values of custom fields, by name.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
    /// The ways on which the person wants no messages. Only a contact that is new takes them, so that
    /// nothing is sent before they count; [`super::CrmWishes`] closes those of one that is there. No
    /// request brings them.
    #[serde(skip)]
    pub closed: BTreeSet<Channel>,
}

/// A change of a contact, as a JSON Merge Patch: what is left out stays, and null clears. Tags have
/// operations of their own, so that nobody takes away what another has just added.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatch {
    /// The e-mail address.
    #[serde(default, deserialize_with = "given")]
    #[schemars(email, length(max = 254))]
    pub email: Option<Option<String>>,
    /// The phone number with its country.
    #[serde(default, deserialize_with = "given")]
    #[schemars(regex(pattern = r"^(\+|00)[0-9 ().\/-]{7,30}$"))]
    pub phone: Option<Option<String>>,
    /// The first name.
    #[serde(default, deserialize_with = "given")]
    pub first_name: Option<Option<String>>,
    /// The last name.
    #[serde(default, deserialize_with = "given")]
    pub last_name: Option<Option<String>>,
    /// Where the contact lives: parts that are left out stay.
    #[serde(default)]
    pub address: Option<AddressPatch>,
    /// The web site.
    #[serde(default, deserialize_with = "given")]
    pub website: Option<Option<String>>,
    /// The date of birth, `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub date_of_birth: Option<Option<String>>,
    /// Where the contact came from.
    #[serde(default, deserialize_with = "given")]
    pub source: Option<Option<String>>,
    /// Who looks after the contact: the id of a user of the CRM. Whoever sets it has resolved a name
    /// to it; no request brings it.
    #[serde(skip)]
    pub owner: Option<Option<String>>,
    /// Values of custom fields, by name; null clears one.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
}

/// A change of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressPatch {
    /// Street and number.
    #[serde(default, deserialize_with = "given")]
    pub street: Option<Option<String>>,
    /// The city.
    #[serde(default, deserialize_with = "given")]
    pub city: Option<Option<String>>,
    /// The state or region.
    #[serde(default, deserialize_with = "given")]
    pub region: Option<Option<String>>,
    /// The postal code.
    #[serde(default, deserialize_with = "given")]
    pub postal_code: Option<Option<String>>,
    /// The country as two letters.
    #[serde(default, deserialize_with = "given")]
    #[schemars(regex(pattern = r"^[A-Za-z]{2}$"))]
    pub country: Option<Option<String>>,
}

/// Which contacts to find: all of what is given holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactFilter {
    /// With this e-mail address, in any case of letters.
    pub email: Option<String>,
    /// With this phone number.
    pub phone: Option<String>,
    /// Whose name, first name or last name begins so.
    pub name: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Changed then or later.
    pub updated_since: Option<Timestamp>,
}

/// What an upsert of a contact brought about.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "UpsertedContact")]
pub struct Upserted {
    /// Whether the contact is new.
    pub outcome: Outcome,
    /// The contact as it is now.
    pub contact: Reading<Contact>,
    /// What the CRM did not take over, and what was not sent because it would do harm.
    pub not_applied: Vec<NotApplied>,
}

/// Whether something is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was not there.
    Created,
    /// It was there.
    Updated,
}

/// A value that is not as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NotApplied {
    /// The value's place in the request, as a JSON Pointer.
    pub pointer: String,
    /// What the CRM has instead; null where it has nothing.
    pub found: Value,
}

/// Contacts.
pub trait CrmContacts: Send + Sync {
    /// Reads a contact; `fresh` asks the CRM itself.
    fn contact<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        fresh: bool,
    ) -> Answer<'a, Reading<Contact>>;

    /// Finds contacts.
    fn contacts<'a>(
        &'a self,
        behalf: &'a Behalf,
        filter: &'a ContactFilter,
        page: &'a PageWish,
    ) -> Answer<'a, Page<Reading<Contact>>>;

    /// Creates or changes the contact that has the e-mail address and the phone number. It never
    /// makes one of two people ([`super::CrmError::TwoContacts`]), and takes no tag away.
    fn upsert_contact<'a>(
        &'a self,
        behalf: &'a Behalf,
        draft: &'a ContactDraft,
    ) -> Answer<'a, Upserted>;

    /// Changes a contact; `version`, where one is given, must be that of the contact now.
    fn patch_contact<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        patch: &'a ContactPatch,
        version: Option<&'a str>,
    ) -> Answer<'a, Reading<Contact>>;

    /// Adds tags to those of a contact; gives all of them.
    fn add_tags<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        tags: &'a [String],
    ) -> Answer<'a, BTreeSet<String>>;

    /// Takes a tag from a contact, which need not have it; gives those that are left.
    fn remove_tag<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        tag: &'a str,
    ) -> Answer<'a, BTreeSet<String>>;
}

impl Contact {
    /// The contact with the version that follows from its content. What not every place tells that
    /// tells of a contact does not count: further addresses, the wish not to be disturbed, and when
    /// it was created and changed.
    #[must_use]
    pub fn versioned(mut self) -> Self {
        let content = Self {
            version: String::new(),
            do_not_disturb: None,
            created_at: None,
            updated_at: None,
            emails: self.emails.first().cloned().into_iter().collect(),
            phones: self.phones.first().cloned().into_iter().collect(),
            ..self.clone()
        };
        let text = serde_json::to_vec(&content).expect("a contact has text keys only");
        let hash = digest::digest(&digest::SHA256, &text);
        self.version = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_follows_from_the_content() {
        let ada =
            Contact { id: "a".to_owned(), name: Some("Ada".to_owned()), ..Contact::default() };
        let version = ada.clone().versioned().version;
        assert_eq!(version.len(), 16);
        let later = Contact { updated_at: Some(Timestamp::UNIX_EPOCH), ..ada.clone() };
        assert_eq!(later.versioned().version, version);
        let tagged = Contact { tags: ["vip".to_owned()].into(), ..ada };
        assert_ne!(tagged.versioned().version, version);
    }

    #[test]
    fn a_patch_tells_null_from_absent() {
        let patch: ContactPatch =
            serde_json::from_str(r#"{"email": null, "phone": "+1"}"#).unwrap();
        assert_eq!(patch.email, Some(None));
        assert_eq!(patch.phone, Some(Some("+1".to_owned())));
        assert_eq!(patch.first_name, None);
        assert!(serde_json::from_str::<ContactPatch>(r#"{"tags": []}"#).is_err());
    }
}
