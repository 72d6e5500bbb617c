//! What follows from an operation's declaration: who may, what can go wrong, and which headers come.

use std::collections::BTreeMap;

use policy::access::{Breadth, Grant, Need};
use serde_json::{Value, json};

use super::super::{Operation, once};
use crate::problem::Kind;

/// What the document says before its operations.
pub(super) const INTRODUCTION: &str = "\
Every operation takes an API key of the hub as `Authorization: Bearer hwk_…` or as `X-API-Key: hwk_…`, \
and sees only what the key's organization owns, or its connection where it is bound to one. What \
belongs to others is answered as what is not there.\n\n\
Fields and parameters that are not declared are refused. An error is `application/problem+json` \
(RFC 9457): programs decide by `type`, people read `detail` and `hint`, and `correlation_id` finds the \
request in the hub's log.\n\n\
A list answers a page and `next`; give that as `after` to go on, until it is null. Reads with an `ETag` \
take `If-None-Match` and `If-Match`. An operation that takes an \
`Idempotency-Key` can be repeated safely; a repeated answer has the header `Idempotency-Replayed`. Each key has so many requests a minute, which the headers \
`RateLimit-Policy` and `RateLimit` tell; beyond them comes 429 with `Retry-After`.";

/// The sentences of an operation, and who may.
pub(super) fn description(operation: &Operation, need: &Need) -> String {
    let who = match need {
        Need::Grant(grant) | Need::Vendor(grant) | Need::GrantOnNetwork(grant) => of_grant(grant),
        Need::Either([one, other]) => format!("{} Or else: {}", of_grant(one), of_grant(other)),
        Need::AnyKey => "Any API key that counts may use it.".to_owned(),
        Need::Installation(reason) => {
            format!("Only the administrator of the installation may use it: {reason}.")
        }
        Need::Nothing(reason) => format!("Everybody may use it: {reason}."),
    };
    format!("{}\n\n{who}", operation.description).trim().to_owned()
}

/// Which proof an operation takes, with the scope that it needs.
pub(super) fn security(need: &Need) -> Value {
    match need {
        Need::Grant(grant) | Need::Vendor(grant) | Need::GrantOnNetwork(grant) => {
            let scope = grant.scope.name();
            json!([{ "bearer": [scope] }, { "key": [scope] }])
        }
        Need::Either(either) => {
            let schemes = either.iter().map(|grant| grant.scope.name());
            schemes.flat_map(|it| [json!({ "bearer": [it] }), json!({ "key": [it] })]).collect()
        }
        Need::AnyKey => json!([{ "bearer": [] }, { "key": [] }]),
        Need::Installation(_) => json!([{ "administrator": [] }]),
        Need::Nothing(_) => json!([]),
    }
}

/// The proofs.
pub(super) fn schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer",
            "description": "An API key of the hub; `highwire api-keys create` makes one.",
        },
        "key": {
            "type": "apiKey", "in": "header", "name": "X-API-Key",
            "description": "The same API key, for tools that cannot send the other header.",
        },
        "administrator": {
            "type": "http", "scheme": "bearer",
            "description": "The key of the setting `server.administrator_key`.",
        },
    })
}

/// The parameters that stand in headers.
pub(super) fn header_parameters(operation: &Operation) -> Vec<Value> {
    let header = |name: &str, description: &str, schema: Value| {
        json!({
            "name": name, "in": "header", "required": false,
            "description": description, "schema": schema,
        })
    };
    let mut parameters = Vec::new();
    if operation.has_etag {
        let tags = json!({ "type": "string" });
        let unless = "The versions that the caller has: 304 where it is one of them.";
        parameters.push(header("If-None-Match", unless, tags.clone()));
        let only = "The versions that the caller wants: 412 where it is none of them.";
        parameters.push(header("If-Match", only, tags));
    }
    if operation.takes_idempotency_key {
        let schema = json!({
            "type": "string", "minLength": 1, "maxLength": once::LONGEST, "pattern": "^[!-~]+$",
        });
        let key = "A word of the caller's own for this request, which may then be repeated: within a day \
                   the same request under the same key gets the same answer, and is done once.";
        parameters.push(header("Idempotency-Key", key, schema));
    }
    if operation.takes_change_set {
        let pattern = "^chg_[0-9a-f]{32}$";
        let schema =
            json!({ "type": "string", "minLength": 36, "maxLength": 36, "pattern": pattern });
        let set =
            "The change set that what is written belongs to; without one it is a set of its own.";
        parameters.push(header("Highwire-Change-Set", set, schema));
    }
    if operation.takes_if_match {
        let only = "The version that the caller has read: 412 where it is another one now.";
        let one = json!({ "type": "string", "pattern": "^[^,]*$" });
        parameters.push(header("If-Match", only, one));
    }
    parameters
}

/// What can go wrong, by status: what follows from the declaration, and what it says itself.
pub(super) fn of(
    operation: &Operation,
    need: &Need,
    has_body: bool,
    parameters: &[Value],
) -> BTreeMap<u16, String> {
    let mut kinds = vec![
        (Kind::Malformed, "The query cannot be read."),
        (Kind::Unavailable, "It cannot be done now, and nothing was done."),
    ];
    match need {
        Need::Nothing(_) => {}
        Need::AnyKey => kinds.push((Kind::Unauthorized, "No key that counts came.")),
        _ => {
            kinds.push((Kind::Unauthorized, "No key that counts came."));
            kinds.push((Kind::Forbidden, "The key may not do this."));
        }
    }
    if !matches!(need, Need::Nothing(_)) {
        kinds.push((Kind::TooMany, "The key asked too often, or the hub has to make room."));
    }
    if parameters.iter().any(|parameter| parameter["in"] == "path") {
        kinds.push((Kind::NotFound, "It is not there, or not for who asks."));
    }
    if has_body {
        kinds.push((Kind::TooLarge, "The body is too large."));
        kinds.push((Kind::UnsupportedMediaType, "The body is not marked as JSON."));
        kinds.push((Kind::Invalid, "A field of the body is not as declared."));
    }
    if operation.has_etag || operation.takes_if_match {
        kinds.push((Kind::PreconditionFailed, "It is another version than `If-Match` names."));
    }
    if operation.takes_idempotency_key {
        kinds.push((Kind::InProgress, "The request with this idempotency key is being answered."));
        kinds.push((Kind::Interrupted, "The request with this idempotency key was cut off."));
        kinds.push((Kind::KeyReused, "The idempotency key belongs to another request."));
    }
    let mut told: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (kind, description) in kinds.iter().chain(operation.errors) {
        told.entry(kind.status().as_u16()).or_default().push(description);
    }
    told.into_iter().map(|(status, descriptions)| (status, descriptions.join(" "))).collect()
}

/// The headers of answers, by the names that answers refer to them with.
pub(super) fn headers() -> Value {
    let header =
        |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "CorrelationId": header("The request's name in the hub's log.", text()),
        "ETag": header("The version of the answer.", text()),
        "RateLimit": header("What the key has left, and until when.", text()),
        "RateLimitPolicy": header("How many requests the key has, and in how many seconds.", text()),
        "RetryAfter": header(
            "After how many seconds to come again.",
            json!({ "type": "integer", "minimum": 0 }),
        ),
    })
}

/// The headers of an answer.
pub(super) fn references(has_etag: bool) -> Value {
    let mut headers = json!({ "X-Correlation-Id": reference("CorrelationId") });
    headers["RateLimit-Policy"] = reference("RateLimitPolicy");
    headers["RateLimit"] = reference("RateLimit");
    if has_etag {
        headers["ETag"] = reference("ETag");
    }
    headers
}

/// The headers of an error.
pub(super) fn references_of_error(status: u16) -> Value {
    let mut headers = references(false);
    if status == Kind::TooMany.status().as_u16() {
        headers["Retry-After"] = reference("RetryAfter");
    }
    headers
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn of_grant(grant: &Grant) -> String {
    let roles: Vec<_> = grant.roles.iter().map(|role| role.name()).collect();
    let breadth = match grant.breadth {
        Breadth::Organization => " A key that is bound to one connection may not.",
        Breadth::Connection => "",
    };
    format!("Takes the scope `{}` and one of the roles {}.{breadth}", grant.scope, roles.join(", "))
}
