//! `/v1/members`: the people of an organization, with their roles.

use domain::{Member, MemberId, OrganizationId, Role, Storage};
use engine::administration::NewMember;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{EmailText, MemberIdText, MemberRoleName, OrganizationIdText, Text},
    },
    office::{self, Office, Owner},
    problem::{Kind, Problem},
};

/// `GET /v1/members`.
pub(crate) const LIST: Operation = Operation {
    id: "members.list",
    path: "/v1/members",
    tag: Tag::Members,
    summary: "List members",
    description: "The people of an organization, in order of their addresses.",
    errors: &[(Kind::NotFound, "The caller can see no such organization.")],
    has_etag: true,
    ..Operation::COMMON
};

/// `POST /v1/members`.
pub(crate) const ADD: Operation = Operation {
    id: "members.add",
    method: Method::Post,
    path: "/v1/members",
    tag: Tag::Members,
    summary: "Add a member",
    description: "One person is one member of an organization.",
    errors: &[
        (Kind::NotFound, "The caller can see no such organization."),
        (Kind::Conflict, "A member has this address."),
    ],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `PATCH /v1/members/{id}`.
pub(crate) const CHANGE: Operation = Operation {
    id: "members.change",
    method: Method::Patch,
    path: "/v1/members/{id}",
    tag: Tag::Members,
    summary: "Give a member another role",
    description: "While an organization has other members, one of them stays its owner.",
    errors: &[(Kind::Conflict, "The others would be left without an owner.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `DELETE /v1/members/{id}`.
pub(crate) const REMOVE: Operation = Operation {
    id: "members.remove",
    method: Method::Delete,
    path: "/v1/members/{id}",
    tag: Tag::Members,
    summary: "Remove a member",
    description: "While an organization has other members, one of them stays its owner.",
    errors: &[(Kind::Conflict, "The others would be left without an owner.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// Which member.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    id: MemberIdText,
}

/// A person to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewMember")]
pub(crate) struct New {
    /// The e-mail address.
    email: EmailText,
    /// What people call the person.
    name: Option<Text<200>>,
    /// What the person may do.
    role: MemberRoleName,
}

/// What changes of a member.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MemberChange")]
pub(crate) struct Change {
    /// What the person may do from now on.
    role: MemberRoleName,
}

/// The people of an organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MemberList")]
pub(crate) struct All {
    /// They.
    members: Vec<Told>,
}

/// A member.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member")]
pub(crate) struct Told {
    /// Its id.
    #[schemars(with = "MemberIdText")]
    id: MemberId,
    /// The organization.
    #[schemars(with = "OrganizationIdText")]
    organization: OrganizationId,
    /// The e-mail address, in small letters.
    email: String,
    /// What people call the person; may be empty.
    name: String,
    /// What the person may do.
    #[schemars(with = "MemberRoleName")]
    role: Role,
    /// When the person was added.
    added_at: Timestamp,
}

/// Lists members.
pub(crate) async fn list<S: Storage>(
    call: Call<Office<S>, Nothing, Owner>,
) -> Result<Answer<All>, Problem> {
    let Call { state: office, caller, query, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    let members = office.desk(&caller).members(&organization).await?;
    Ok(Answer(All { members: members.into_iter().map(told).collect() }))
}

/// Adds one.
pub(crate) async fn add<S: Storage>(
    call: Call<Office<S>, Nothing, Owner, New>,
) -> Result<Answer<Told, 201>, Problem> {
    let Call { state: office, caller, query, body, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    let new = NewMember {
        id: MemberId::from_random(office::random()?),
        organization,
        email: body.email.0,
        name: body.name.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        role: body.role.0,
    };
    Ok(Answer(told(office.desk(&caller).add_member(new).await?)))
}

/// Gives one another role.
pub(crate) async fn change<S: Storage>(
    call: Call<Office<S>, Which, Owner, Change>,
) -> Result<Answer<Told>, Problem> {
    let Call { state: office, caller, path, query, body, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    let desk = office.desk(&caller);
    desk.set_member_role(&organization, (&path.id.0, body.role.0)).await?;
    Ok(Answer(told(desk.find_member(&organization, path.id.0.as_str()).await?)))
}

/// Removes one.
pub(crate) async fn remove<S: Storage>(
    call: Call<Office<S>, Which, Owner>,
) -> Result<Answer<Nothing, 204>, Problem> {
    let Call { state: office, caller, path, query, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    office.desk(&caller).remove_member(&organization, &path.id.0).await?;
    Ok(Answer(Nothing {}))
}

fn told(member: Member) -> Told {
    let Member { id, organization, email, name, role, added_at } = member;
    Told { id, organization, email, name, role, added_at }
}
