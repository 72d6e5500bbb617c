//! The request that a call would send, as JSON and without secrets.

use endpoint::catalogue::Edition;
use highlevel::Call as _;
use serde_json::{Map, Value, json};

use super::draft::Draft;
use crate::failure::Failure;

/// Members of bodies that are credentials.
const SECRET: [&str; 6] =
    ["access_token", "client_secret", "clientSecret", "code", "password", "refresh_token"];

/// What stands in a secret's place.
const REDACTED: &str = "(redacted)";

/// The request to this address.
///
/// # Errors
/// Where the values cannot be put on the wire.
pub(super) fn preview(draft: &Draft, url: &str, has_token: bool) -> Result<Value, Failure> {
    let operation = draft.call.operation();
    let request = draft.call.request(url).map_err(|error| {
        Failure::usage(format!("build {}", operation.id()), vec![error.to_string()], error.hint())
    })?;
    let mut headers: Map<String, Value> =
        request.headers.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    if draft.call.edition().is_none_or(|edition: Edition<'_>| edition.access().len() > 0) {
        let token = if has_token { REDACTED } else { "(not set)" };
        headers.insert("authorization".to_owned(), format!("Bearer {token}").into());
    }
    let files = draft
        .files
        .iter()
        .map(|(field, path, size)| json!({"field": field, "file": path, "bytes": size}));
    let mut told = json!({
        "operation": operation.id(),
        "kind": operation.kind().as_str(),
        "method": request.method.as_str(),
        "url": request.url,
        "headers": headers,
        "body": draft.body.clone().map(redacted),
    });
    let files: Vec<_> = files.collect();
    if !files.is_empty() {
        told["files"] = files.into();
    }
    Ok(told)
}

fn redacted(body: Value) -> Value {
    match body {
        Value::Object(fields) => {
            let redact = |(name, value): (String, Value)| {
                let is_secret = SECRET.contains(&name.as_str()) && value.is_string();
                let value = if is_secret { REDACTED.into() } else { redacted(value) };
                (name, value)
            };
            Value::Object(fields.into_iter().map(redact).collect())
        }
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_a_body_are_not_shown() {
        let body =
            json!({"client_id": "a", "client_secret": "b", "deep": [{"password": "c"}], "code": 7});
        let expected = json!({
            "client_id": "a", "client_secret": REDACTED, "deep": [{"password": REDACTED}], "code": 7,
        });
        assert_eq!(redacted(body), expected);
    }
}
