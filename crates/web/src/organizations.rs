//! `GET` and `POST /v1/organizations`, `DELETE /v1/organizations/{id}`: the tenants of the installation.

use domain::{Organization, OrganizationId, Storage};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{OrganizationIdText, Text},
    },
    office::Office,
    problem::{Kind, Problem},
};

/// `GET /v1/organizations`.
pub(crate) const LIST: Operation = Operation {
    id: "organizations.list",
    path: "/v1/organizations",
    tag: Tag::Organizations,
    summary: "List organizations",
    description: "The organization of the key, or all of them for the administrator, in order of id.",
    has_etag: true,
    ..Operation::COMMON
};

/// `POST /v1/organizations`.
pub(crate) const ADD: Operation = Operation {
    id: "organizations.add",
    method: Method::Post,
    path: "/v1/organizations",
    tag: Tag::Organizations,
    summary: "Add an organization",
    description: "An id is given once, also after its organization was removed.",
    errors: &[(Kind::Conflict, "The id is or was another's.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `DELETE /v1/organizations/{id}`.
pub(crate) const REMOVE: Operation = Operation {
    id: "organizations.remove",
    method: Method::Delete,
    path: "/v1/organizations/{id}",
    tag: Tag::Organizations,
    summary: "Remove an organization",
    description: "Only one that owns nothing any more; its events stay in the journal.",
    errors: &[(Kind::Conflict, "It still owns things, or it is the installation's first.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// Which organization.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    id: OrganizationIdText,
}

/// An organization to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewOrganization")]
pub(crate) struct New {
    /// Its id: small letters, digits and single dashes.
    id: OrganizationIdText,
    /// What people call it; its id where it is left out.
    name: Option<Text<200>>,
}

/// Every organization that the caller can see.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrganizationList")]
pub(crate) struct All {
    /// They.
    organizations: Vec<Told>,
}

/// An organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Organization")]
pub(crate) struct Told {
    /// Its id.
    #[schemars(with = "OrganizationIdText")]
    id: OrganizationId,
    /// What people call it.
    name: String,
    /// When it was added.
    created_at: Timestamp,
}

/// Lists organizations.
pub(crate) async fn list<S: Storage>(call: Call<Office<S>>) -> Result<Answer<All>, Problem> {
    let found = call.state.desk(&call.caller).organizations().await?;
    Ok(Answer(All { organizations: found.into_iter().map(told).collect() }))
}

/// Adds one.
pub(crate) async fn add<S: Storage>(
    call: Call<Office<S>, Nothing, Nothing, New>,
) -> Result<Answer<Told, 201>, Problem> {
    let New { id, name } = call.body;
    let name = name.map(|name| name.as_str().to_owned());
    let added = call.state.desk(&call.caller).add_organization(id.0, name).await?;
    Ok(Answer(told(added)))
}

/// Removes one.
pub(crate) async fn remove<S: Storage>(
    call: Call<Office<S>, Which>,
) -> Result<Answer<Nothing, 204>, Problem> {
    call.state.desk(&call.caller).remove_organization(&call.path.id.0).await?;
    Ok(Answer(Nothing {}))
}

fn told(organization: Organization) -> Told {
    let Organization { id, name, created_at } = organization;
    Told { id, name, created_at }
}
