//! `/v1/connections`: the links of an organization to vendors, with their accounts.

use domain::{ConnectionId, OrganizationId, Storage, Tenant};
use engine::administration::{Described, Held};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{AccountText, ConnectionIdText, OrganizationIdText},
    },
    guard::Caller,
    installation::Service,
    office::{Office, Owner},
    problem::{Kind, Problem},
};

/// `GET /v1/connections`.
pub(crate) const LIST: Operation = Operation {
    id: "connections.list",
    path: "/v1/connections",
    tag: Tag::Connections,
    summary: "List connections",
    description: "The connections of an organization with their accounts, those of the settings too.",
    errors: &[(Kind::NotFound, "The caller can see no such organization.")],
    has_etag: true,
    ..Operation::COMMON
};

/// `DELETE /v1/connections/{id}`.
pub(crate) const REMOVE: Operation = Operation {
    id: "connections.remove",
    method: Method::Delete,
    path: "/v1/connections/{id}",
    tag: Tag::Connections,
    summary: "Remove a connection",
    description: "With its accounts and its credentials, which nobody gets back.",
    errors: &[(Kind::Conflict, "The settings describe it.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `PUT /v1/connections/{id}/accounts/{account}`.
pub(crate) const CONNECT_ACCOUNT: Operation = Operation {
    id: "connections.connect_account",
    method: Method::Put,
    path: "/v1/connections/{id}/accounts/{account}",
    tag: Tag::Connections,
    summary: "Give an account to a connection",
    description: "What waited for the account comes in. An account has one owner.",
    errors: &[(Kind::Conflict, "Another connection has the account.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `DELETE /v1/connections/{id}/accounts/{account}`.
pub(crate) const DISCONNECT_ACCOUNT: Operation = Operation {
    id: "connections.disconnect_account",
    method: Method::Delete,
    path: "/v1/connections/{id}/accounts/{account}",
    tag: Tag::Connections,
    summary: "Take an account from a connection",
    description: "What comes from the account from now on waits until somebody connects it.",
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// What the operations work with.
pub(crate) type Desk<S> = (Office<S>, Service);

/// Which connection.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    id: ConnectionIdText,
}

/// Which account of which connection.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhichAccount {
    /// The id of the connection.
    id: ConnectionIdText,
    /// The id of the account at the vendor, such as a location's.
    account: AccountText,
}

/// The connections of an organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConnectionList")]
pub(crate) struct All {
    /// They.
    connections: Vec<Told>,
}

/// A connection.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Connection")]
pub(crate) struct Told {
    /// Its id.
    #[schemars(with = "ConnectionIdText")]
    id: ConnectionId,
    /// Whose it is.
    #[schemars(with = "OrganizationIdText")]
    organization: OrganizationId,
    /// The vendor.
    vendor: String,
    /// What people call it.
    name: String,
    /// The ids of its accounts at the vendor.
    accounts: Vec<String>,
    /// Whether the settings describe it, so that it cannot be removed here.
    is_described: bool,
    /// When it was made; null where the settings describe it.
    created_at: Option<Timestamp>,
}

/// Lists connections.
pub(crate) async fn list<S: Storage>(
    call: Call<Desk<S>, Nothing, Owner>,
) -> Result<Answer<All>, Problem> {
    let Call { state: (office, service), caller, query, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    let found = office.desk(&caller).connections(&organization, &described(&service)).await?;
    Ok(Answer(All { connections: found.into_iter().map(told).collect() }))
}

/// Removes one.
pub(crate) async fn remove<S: Storage>(
    call: Call<Desk<S>, Which, Owner>,
) -> Result<Answer<Nothing, 204>, Problem> {
    let Call { state: (office, service), caller, path, query, .. } = call;
    let tenant = tenant(&office, &caller, (&query, path.id)).await?;
    office.desk(&caller).remove_connection(&tenant, &described(&service)).await?;
    Ok(Answer(Nothing {}))
}

/// Gives an account to one.
pub(crate) async fn connect_account<S: Storage>(
    call: Call<Desk<S>, WhichAccount, Owner>,
) -> Result<Answer<Nothing, 204>, Problem> {
    let Call { state: (office, service), caller, path, query, .. } = call;
    let tenant = tenant(&office, &caller, (&query, path.id)).await?;
    let described = described(&service);
    office.desk(&caller).connect_account(&tenant, &path.account.0, &described).await?;
    Ok(Answer(Nothing {}))
}

/// Takes an account from one.
pub(crate) async fn disconnect_account<S: Storage>(
    call: Call<Desk<S>, WhichAccount, Owner>,
) -> Result<Answer<Nothing, 204>, Problem> {
    let Call { state: (office, service), caller, path, query, .. } = call;
    let tenant = tenant(&office, &caller, (&query, path.id)).await?;
    let described = described(&service);
    office.desk(&caller).disconnect_account(&tenant, &path.account.0, &described).await?;
    Ok(Answer(Nothing {}))
}

async fn tenant<S: Storage>(
    office: &Office<S>,
    caller: &Caller,
    (owner, id): (&Owner, ConnectionIdText),
) -> Result<Tenant, Problem> {
    let organization = office.organization(caller, owner).await?.id;
    Ok(Tenant { organization, connection: id.0 })
}

fn described(service: &Service) -> Described {
    service.as_ref().map(|service| service.described()).unwrap_or_default()
}

fn told(held: Held) -> Told {
    let Held { connection, accounts, is_described } = held;
    Told {
        id: connection.tenant.connection,
        organization: connection.tenant.organization,
        vendor: connection.vendor,
        name: connection.name,
        accounts,
        is_described,
        created_at: (!is_described).then_some(connection.created_at),
    }
}
