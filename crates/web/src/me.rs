//! `GET /v1/me`: who the caller is to the hub.

use domain::{ApiKeyId, ConnectionId, OrganizationId, Role, Scopes};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    api::{
        Answer, Call, Operation, Tag,
        formats::{ApiKeyIdText, ConnectionIdText, OrganizationIdText, RoleName, ScopeName},
    },
    problem::Problem,
};

/// `GET /v1/me`.
pub(crate) const SHOW: Operation = Operation {
    id: "me.show",
    path: "/v1/me",
    tag: Tag::Caller,
    summary: "Tell who the caller is",
    description: "The organization, the role and the scopes of the key that came, and until when it counts.",
    has_etag: true,
    ..Operation::COMMON
};

/// Who calls.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Caller")]
pub(crate) struct Me {
    /// The organization that the caller acts for; null for the administrator of the installation.
    #[schemars(with = "Option<OrganizationIdText>")]
    organization: Option<OrganizationId>,
    /// The one connection that the key is bound to; null where it is for the whole organization.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// What the caller is.
    #[schemars(with = "RoleName")]
    role: Role,
    /// What the caller may do.
    #[schemars(with = "Vec<ScopeName>")]
    scopes: Scopes,
    /// The key that came; null for the administrator of the installation.
    key: Option<Key>,
}

/// The key of the caller.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CallerKey")]
pub(crate) struct Key {
    /// Its id.
    #[schemars(with = "ApiKeyIdText")]
    id: ApiKeyId,
    /// How its secret begins.
    prefix: String,
    /// What its owner calls it.
    name: String,
    /// When it was made.
    created_at: Timestamp,
    /// From when on it counts no more; null where it lasts until it is revoked.
    expires_at: Option<Timestamp>,
}

/// Tells the key's organization, connection, role, scopes and end.
pub(crate) async fn show(call: Call<()>) -> Result<Answer<Me>, Problem> {
    let (key, principal) = (call.caller.key.as_deref(), &*call.caller.principal);
    let me = Me {
        organization: principal.realm.organization().cloned(),
        connection: key.and_then(|key| key.connection.clone()),
        role: principal.role,
        scopes: principal.scopes.clone(),
        key: key.map(|key| Key {
            id: key.id.clone(),
            prefix: key.prefix(),
            name: key.name.clone(),
            created_at: key.created_at,
            expires_at: key.expires_at,
        }),
    };
    std::future::ready(Ok(Answer(me))).await
}
