//! `GET /v1/me`: who the caller is to the hub.

use axum::{Extension, Json};
use serde_json::{Value, json};

use crate::guard::Caller;

/// Tells the key's organization, connection, role, scopes and end.
pub(crate) async fn me(Extension(caller): Extension<Caller>) -> Json<Value> {
    let key = &caller.key;
    let told = json!({
        "organization": key.organization,
        "connection": key.connection,
        "role": key.role,
        "scopes": key.scopes,
        "key": {
            "id": key.id,
            "prefix": key.prefix(),
            "name": key.name,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        },
    });
    std::future::ready(Json(told)).await
}
