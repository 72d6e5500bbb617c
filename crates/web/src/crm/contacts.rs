//! `/v1/contacts`: find, upsert, read, change.

use domain::{
    ConnectionId,
    crm::{Contact, ContactDraft, ContactFilter, ContactPatch, Page, PageWish, Reading, Upserted},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{AccountText, READ_ERRORS, Service, Where, Which, reach, reach_to_write};
use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag, Versioned,
        formats::{ConnectionIdText, Limit, Text},
    },
    problem::{Kind, Problem},
};

/// `GET /v1/contacts`.
pub(crate) const LIST: Operation = Operation {
    id: "contacts.list",
    path: "/v1/contacts",
    tag: Tag::Contacts,
    summary: "Find contacts",
    description: "Contacts of which everything holds that is given, in the order in which they last \
                  changed. They come from the hub's own copy, and `as_of` says when it was told of \
                  each; `fresh=true` asks the CRM itself. A page may be short, or empty, and still \
                  have a `next`.",
    errors: READ_ERRORS,
    is_paged: true,
    ..Operation::COMMON
};

/// `POST /v1/contacts`.
pub(crate) const UPSERT: Operation = Operation {
    id: "contacts.upsert",
    method: Method::Post,
    path: "/v1/contacts",
    tag: Tag::Contacts,
    summary: "Create a contact or change the one that is there",
    description: "The contact is found by its e-mail address and its phone number, and made where \
                  nobody has them. Two people are never made one: where the two values belong to \
                  two contacts, nothing is changed and both ids come back. Tags are added, none is \
                  taken away. `not_applied` tells what the CRM did not take over.",
    errors: &[
        (Kind::NotFound, "There is no such connection."),
        (Kind::TwoContacts, "The address and the number belong to two contacts."),
        (Kind::ConnectionUnready, "The connection cannot be used as it stands."),
        (Kind::InDoubt, "Nobody knows whether the CRM did it."),
    ],
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// `GET /v1/contacts/{id}`.
pub(crate) const SHOW: Operation = Operation {
    id: "contacts.show",
    path: "/v1/contacts/{id}",
    tag: Tag::Contacts,
    summary: "Read a contact",
    description: "From the hub's own copy, where it has a whole one that is not older than what was \
                  written through the hub; otherwise, and with `fresh=true`, from the CRM itself.",
    errors: READ_ERRORS,
    has_etag: true,
    ..Operation::COMMON
};

/// `PATCH /v1/contacts/{id}`.
pub(crate) const PATCH: Operation = Operation {
    id: "contacts.patch",
    method: Method::Patch,
    path: "/v1/contacts/{id}",
    tag: Tag::Contacts,
    summary: "Change a contact",
    description: "What is left out stays, null clears. Custom fields go by name. With `If-Match` \
                  nothing is changed where the contact is another one than the caller has read.",
    errors: READ_ERRORS,
    takes_if_match: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// What can be asked of the contacts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The `next` of a page, to go on after it.
    after: Option<Text<1000>>,
    /// How many contacts to answer at most.
    limit: Option<Limit>,
    /// Whether the CRM itself is asked.
    #[serde(default)]
    fresh: bool,
    /// With this e-mail address.
    email: Option<Text<254>>,
    /// With this phone number, with its country: `+15550100142`.
    phone: Option<Text<40>>,
    /// Whose name, first name or last name begins so.
    name: Option<Text<100>>,
    /// With this tag.
    tag: Option<Text<100>>,
    /// Changed at this moment or later.
    updated_since: Option<Timestamp>,
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The account of the connection, such as a location, where it has several.
    account: Option<AccountText>,
}

/// How to read a contact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    /// Whether the CRM itself is asked.
    #[serde(default)]
    fresh: bool,
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The account of the connection, such as a location, where it has several.
    account: Option<AccountText>,
}

impl How {
    pub(super) fn split(self) -> (bool, Where) {
        (self.fresh, Where { connection: self.connection, account: self.account })
    }
}

/// Finds contacts.
pub(crate) async fn list(
    call: Call<Service, Nothing, Wanted>,
) -> Result<Answer<Page<Reading<Contact>>>, Problem> {
    let Wanted { after, limit, fresh, email, phone, name, tag, updated_since, .. } = call.query;
    let place = Where { connection: call.query.connection, account: call.query.account };
    let (crm, behalf) = reach(call.state, &call.caller, place).await?;
    let filter = ContactFilter {
        email: email.map(|text| text.to_string()),
        phone: phone.map(|text| text.to_string()),
        name: name.map(|text| text.to_string()),
        tag: tag.map(|text| text.to_string()),
        updated_since,
    };
    let page = PageWish {
        limit: limit.unwrap_or_default().0,
        cursor: after.map(|text| text.to_string()),
        fresh,
    };
    Ok(Answer(crm.contacts(&behalf, &filter, &page).await?))
}

/// Creates a contact or changes the one that is there.
pub(crate) async fn upsert(
    call: Call<Service, Nothing, Where, ContactDraft>,
) -> Result<Answer<Upserted>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.upsert_contact(&behalf, &call.body).await?))
}

/// Reads a contact.
pub(crate) async fn show(
    call: Call<Service, Which, How>,
) -> Result<Versioned<Reading<Contact>>, Problem> {
    let (fresh, place) = call.query.split();
    let (crm, behalf) = reach(call.state, &call.caller, place).await?;
    let contact = crm.contact(&behalf, call.path.id.as_str(), fresh).await?;
    let tag = tag(&contact.item)?;
    Ok(Versioned(contact, tag))
}

/// Changes a contact.
pub(crate) async fn patch(
    call: Call<Service, Which, Where, ContactPatch>,
) -> Result<Answer<Reading<Contact>>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    let version = call.if_match.as_deref().map(version);
    let id = call.path.id.as_str();
    Ok(Answer(crm.patch_contact(&behalf, id, &call.body, version).await?))
}

/// What stands in the header `ETag`: the version that changes are conditional on, and what else a
/// reader sees, so that a reader who has it has everything.
fn tag(contact: &Contact) -> Result<String, Problem> {
    let text = crate::api::json(contact)?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text);
    let rest: String = hash.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}.{rest}", contact.version))
}

/// The version in such a tag. A version alone, which stands in the contact itself, is one too.
fn version(tag: &str) -> &str {
    tag.split_once('.').map_or(tag, |(version, _)| version)
}
