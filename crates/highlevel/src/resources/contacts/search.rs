//! `/contacts/search`: find contacts by typed filters, in pages.

use serde::Serialize;
use serde_json::{Value, json as value};

use super::super::declaration::operation;
use crate::{
    CustomFieldId, LocationId,
    models::{Contact, ContactsReply},
    pages::{Paged, Turn},
};

/// Finds contacts, in pages.
///
/// What was written a few seconds ago may be missing, and rows differ from what
/// [`super::GetContact`] gives (`facts/highlevel.md` 6.1). To find one by e-mail or phone use
/// [`super::FindDuplicate`]: equality of phones does not work here.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchContacts {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 500.
    pub page_limit: u32,
    /// Words to look for, at most 75 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Conditions, all of which must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// In which order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
    /// Where the page begins: [`Contact::search_after`] of the row before it. Unlike a page's
    /// number, it leads past the 10,000th row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_after: Option<Vec<Value>>,
}

impl SearchContacts {
    /// All contacts of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            page_limit: 100,
            query: None,
            filters: Vec::new(),
            sort: Vec::new(),
            search_after: None,
        }
    }
}

operation! {
    SearchContacts = "contacts.search-contacts-advanced",
    Post "/contacts/search" => ContactsReply,
    V2021_07_28 Read Some("contacts.readonly"),
    body json,
}

impl Paged for SearchContacts {
    type Item = Contact;

    fn turn(&self, reply: ContactsReply) -> Turn<Self> {
        let last = reply.contacts.last().and_then(|row| row.search_after.clone());
        let next = last.map(|after| {
            (
                Value::from(after.clone()).to_string(),
                Self { search_after: Some(after), ..self.clone() },
            )
        });
        Turn::cursored(reply.contacts, self.page_limit, next)
    }
}

/// A condition on contacts (`facts/highlevel.md` 6.1).
///
/// ```
/// use highlevel::resources::{Field, Filter};
///
/// let recent = Filter::all(vec![
///     Filter::equals(Field::Tags, "vip"),
///     Filter::at_least(Field::DateAdded, "2026-01-01T00:00:00Z"),
/// ]);
/// assert_eq!(
///     serde_json::to_string(&recent)?,
///     r#"{"filters":[{"field":"tags","operator":"eq","value":"vip"},{"field":"dateAdded","operator":"range","value":{"gte":"2026-01-01T00:00:00Z"}}],"group":"AND"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Filter(Value);

impl Filter {
    /// The field is `wanted`.
    #[must_use]
    pub fn equals(field: Field, wanted: impl Into<Value>) -> Self {
        Self::with(&field, "eq", Some(wanted.into()))
    }

    /// The field is something else than `unwanted`.
    #[must_use]
    pub fn differs(field: Field, unwanted: impl Into<Value>) -> Self {
        Self::with(&field, "not_eq", Some(unwanted.into()))
    }

    /// The field has `part` in it.
    #[must_use]
    pub fn contains(field: Field, part: impl Into<Value>) -> Self {
        Self::with(&field, "contains", Some(part.into()))
    }

    /// The field does not have `part` in it.
    #[must_use]
    pub fn lacks(field: Field, part: impl Into<Value>) -> Self {
        Self::with(&field, "not_contains", Some(part.into()))
    }

    /// The field has a value.
    #[must_use]
    pub fn exists(field: Field) -> Self {
        Self::with(&field, "exists", None)
    }

    /// The field has no value.
    #[must_use]
    pub fn is_missing(field: Field) -> Self {
        Self::with(&field, "not_exists", None)
    }

    /// The field is `least` or more.
    #[must_use]
    pub fn at_least(field: Field, least: impl Into<Value>) -> Self {
        Self::with(&field, "range", Some(value!({ "gte": least.into() })))
    }

    /// The field is `most` or less.
    #[must_use]
    pub fn at_most(field: Field, most: impl Into<Value>) -> Self {
        Self::with(&field, "range", Some(value!({ "lte": most.into() })))
    }

    /// All of these hold.
    #[must_use]
    pub fn all(filters: Vec<Self>) -> Self {
        Self(value!({ "group": "AND", "filters": filters }))
    }

    /// At least one of these holds.
    #[must_use]
    pub fn any(filters: Vec<Self>) -> Self {
        Self(value!({ "group": "OR", "filters": filters }))
    }

    fn with(field: &Field, operator: &str, operand: Option<Value>) -> Self {
        let mut filter = value!({ "field": field.as_text(), "operator": operator });
        if let (Some(members), Some(operand)) = (filter.as_object_mut(), operand) {
            members.insert("value".to_owned(), operand);
        }
        Self(filter)
    }
}

/// What a condition or an order looks at. HighLevel refuses names that it does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The primary e-mail address.
    Email,
    /// The primary phone number.
    Phone,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The tags.
    Tags,
    /// Who looks after the contact.
    AssignedTo,
    /// When the contact was created.
    DateAdded,
    /// When it was last changed.
    DateUpdated,
    /// A custom field.
    Custom(CustomFieldId),
    /// Another, by HighLevel's name.
    Other(String),
}

impl Field {
    fn as_text(&self) -> String {
        let name = match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::FirstName => "firstNameLowerCase",
            Self::LastName => "lastNameLowerCase",
            Self::Tags => "tags",
            Self::AssignedTo => "assignedTo",
            Self::DateAdded => "dateAdded",
            Self::DateUpdated => "dateUpdated",
            Self::Custom(id) => return format!("customFields.{id}"),
            Self::Other(name) => name,
        };
        name.to_owned()
    }
}

/// One step of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sort {
    field: String,
    direction: &'static str,
}

impl Sort {
    /// The least first.
    #[must_use]
    pub fn ascending(field: &Field) -> Self {
        Self { field: field.as_text(), direction: "asc" }
    }

    /// The greatest first.
    #[must_use]
    pub fn descending(field: &Field) -> Self {
        Self { field: field.as_text(), direction: "desc" }
    }
}
