//! `/v1/contacts/{id}/tags`: add and take away, which leave the other tags alone.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{READ_ERRORS, RecordId, Service, Where, Which, reach_to_write};
use crate::{
    api::{Answer, Call, Method, Operation, Tag, formats::Text},
    problem::Problem,
};

/// `POST /v1/contacts/{id}/tags`.
pub(crate) const ADD: Operation = Operation {
    id: "tags.add",
    method: Method::Post,
    path: "/v1/contacts/{id}/tags",
    tag: Tag::Contacts,
    summary: "Add tags to a contact",
    description: "The other tags stay, also those that somebody adds at the same moment. The answer \
                  has all tags of the contact.",
    errors: READ_ERRORS,
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// `DELETE /v1/contacts/{id}/tags/{tag}`.
pub(crate) const REMOVE: Operation = Operation {
    id: "tags.remove",
    method: Method::Delete,
    path: "/v1/contacts/{id}/tags/{tag}",
    tag: Tag::Contacts,
    summary: "Take a tag from a contact",
    description: "The other tags stay. A tag that the contact does not have is none that is missed. \
                  The answer has the tags that are left.",
    errors: READ_ERRORS,
    takes_change_set: true,
    ..Operation::COMMON
};

/// The tags to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTags {
    /// Their names.
    #[schemars(length(min = 1, max = 50))]
    tags: Vec<Text<100>>,
}

/// A tag of a contact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhichTag {
    /// The contact's id.
    id: RecordId,
    /// The tag's name.
    tag: Text<100>,
}

/// All tags of a contact.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ContactTags")]
pub(crate) struct Tags {
    /// Their names, in order.
    tags: BTreeSet<String>,
}

/// Adds tags.
pub(crate) async fn add(
    call: Call<Service, Which, Where, NewTags>,
) -> Result<Answer<Tags>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    let tags: Vec<String> = call.body.tags.iter().map(ToString::to_string).collect();
    let tags = crm.add_tags(&behalf, call.path.id.as_str(), &tags).await?;
    Ok(Answer(Tags { tags }))
}

/// Takes a tag away.
pub(crate) async fn remove(call: Call<Service, WhichTag, Where>) -> Result<Answer<Tags>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    let WhichTag { id, tag } = call.path;
    let tags = crm.remove_tag(&behalf, id.as_str(), tag.as_str()).await?;
    Ok(Answer(Tags { tags }))
}
