//! `/v1/api-keys`: the keys of programs and assistants; a secret is shown once, when it is made.

use domain::{ApiKey, ApiKeyId, ConnectionId, OrganizationId, Role, Scopes, Storage};
use engine::administration::{IssuedKey, KeyWish};
use jiff::{SignedDuration, Timestamp};
use policy::access::NewKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{
            ApiKeyIdText, ConnectionIdText, List, Number, OrganizationIdText, RoleName, ScopeName,
            Text,
        },
    },
    office::{self, Office, Owner},
    problem::{Kind, Problem},
};

/// How many hours a day of a key's life has.
const DAY: i64 = 24;

/// `GET /v1/api-keys`.
pub(crate) const LIST: Operation = Operation {
    id: "api_keys.list",
    path: "/v1/api-keys",
    tag: Tag::ApiKeys,
    summary: "List API keys",
    description: "The keys of an organization, the oldest first, revoked ones too; never a secret.",
    errors: &[(Kind::NotFound, "The caller can see no such organization.")],
    has_etag: true,
    ..Operation::COMMON
};

/// `POST /v1/api-keys`. It takes no idempotency key: a kept answer would be a kept secret.
pub(crate) const CREATE: Operation = Operation {
    id: "api_keys.create",
    method: Method::Post,
    path: "/v1/api-keys",
    tag: Tag::ApiKeys,
    summary: "Make an API key",
    description: "The answer shows the secret, this once. Nobody gives more than they have, or than the \
                  role can have.",
    errors: &[(Kind::NotFound, "The caller can see no such organization.")],
    ..Operation::COMMON
};

/// `DELETE /v1/api-keys/{id}`.
pub(crate) const REVOKE: Operation = Operation {
    id: "api_keys.revoke",
    method: Method::Delete,
    path: "/v1/api-keys/{id}",
    tag: Tag::ApiKeys,
    summary: "Revoke an API key",
    description: "For good; it stays in the list. Revoking it again changes nothing.",
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// Which key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    id: ApiKeyIdText,
}

/// A key to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewApiKey")]
pub(crate) struct New {
    /// What it is for.
    name: Text<200>,
    /// What its holder is; an application where it is left out.
    role: Option<RoleName>,
    /// What it may do.
    scopes: List<ScopeName, 1, 50>,
    /// The connection that it is bound to, beyond which it sees nothing.
    connection: Option<ConnectionIdText>,
    /// In how many days it ends; when it is revoked where this is left out.
    expires_in_days: Option<Number<1, 3650>>,
}

/// The keys of an organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiKeyList")]
pub(crate) struct All {
    /// They.
    api_keys: Vec<Told>,
}

/// A key.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiKey")]
pub(crate) struct Told {
    /// Its id.
    #[schemars(with = "ApiKeyIdText")]
    id: ApiKeyId,
    /// How its secret begins.
    prefix: String,
    /// Whose it is.
    #[schemars(with = "OrganizationIdText")]
    organization: OrganizationId,
    /// The connection that it is bound to.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// What it is for.
    name: String,
    /// What its holder is.
    #[schemars(with = "RoleName")]
    role: Role,
    /// What it may do.
    #[schemars(with = "Vec<ScopeName>")]
    scopes: Scopes,
    /// Whether it counts: `active`, `expired` or `revoked`.
    state: &'static str,
    /// When it was made.
    created_at: Timestamp,
    /// From when on it counts no more.
    expires_at: Option<Timestamp>,
    /// When it was last used, as far as that was noted.
    last_used_at: Option<Timestamp>,
    /// When it was revoked.
    revoked_at: Option<Timestamp>,
}

/// A key with its secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MadeApiKey")]
pub(crate) struct Made {
    /// The key.
    api_key: Told,
    /// Its secret, which nobody sees again.
    secret: String,
}

/// Lists keys.
pub(crate) async fn list<S: Storage>(
    call: Call<Office<S>, Nothing, Owner>,
) -> Result<Answer<All>, Problem> {
    let Call { state: office, caller, query, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    let keys = office.store.api_keys(&organization).await?;
    let now = office.now();
    Ok(Answer(All { api_keys: keys.into_iter().map(|key| told(key, now)).collect() }))
}

/// Makes one.
pub(crate) async fn create<S: Storage>(
    call: Call<Office<S>, Nothing, Owner, New>,
) -> Result<Answer<Made, 201>, Problem> {
    let Call { state: office, caller, query, body, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    let new = NewKey {
        role: body.role.map_or(Role::Application, |role| role.0),
        scopes: body.scopes.0.iter().map(|scope| scope.0).collect(),
        connection: body.connection.map(|connection| connection.0),
    };
    let now = office.now();
    let end = |days: Number<1, 3650>| now + SignedDuration::from_hours(DAY * days.0 as i64);
    let wish = KeyWish {
        name: body.name.as_str().to_owned(),
        organization,
        expires_at: body.expires_in_days.map(end),
    };
    let made = office.desk(&caller).issue_key(new, wish, &office::random()?).await?;
    let IssuedKey { key, secret } = made;
    Ok(Answer(Made { api_key: told(key, now), secret: secret.expose().to_owned() }))
}

/// Revokes one.
pub(crate) async fn revoke<S: Storage>(
    call: Call<Office<S>, Which, Owner>,
) -> Result<Answer<Nothing, 204>, Problem> {
    let Call { state: office, caller, path, query, .. } = call;
    let organization = office.organization(&caller, &query).await?.id;
    office.desk(&caller).revoke_key(&organization, &path.id.0).await?;
    Ok(Answer(Nothing {}))
}

fn told(key: ApiKey, now: Timestamp) -> Told {
    let (prefix, state) = (key.prefix(), key.state(now).name());
    Told {
        id: key.id,
        prefix,
        organization: key.organization,
        connection: key.connection,
        name: key.name,
        role: key.role,
        scopes: key.scopes,
        state,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    }
}
