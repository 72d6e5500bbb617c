//! The digest of arguments: what tells two calls of a tool apart without saying what they hold.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use rmcp::model::JsonObject;
use serde_json::Value;

/// The SHA-256 of a tool's own arguments, whichever order they came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// The digest of these arguments.
    pub(crate) fn of(arguments: &JsonObject) -> Self {
        let mut context = Context::new(&SHA256);
        members(&mut context, arguments);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }

    /// As hexadecimal digits.
    pub(crate) fn text(&self) -> String {
        hex(&self.0)
    }

    /// The first 64 bits of it, which are enough to find a call in the audit.
    pub(crate) fn short(&self) -> String {
        hex(&self.0[..8])
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Members in the order of their names, each part with its kind and its length before it.
fn members(context: &mut Context, object: &JsonObject) {
    let mut names: Vec<&String> = object.keys().collect();
    names.sort();
    part(context, b'o', &(names.len() as u64).to_be_bytes());
    for name in names {
        part(context, b'n', name.as_bytes());
        value(context, &object[name]);
    }
}

fn value(context: &mut Context, of: &Value) {
    match of {
        Value::Object(object) => members(context, object),
        Value::Array(items) => {
            part(context, b'a', &(items.len() as u64).to_be_bytes());
            items.iter().for_each(|item| value(context, item));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            part(context, b'v', of.to_string().as_bytes());
        }
    }
}

fn part(context: &mut Context, kind: u8, bytes: &[u8]) {
    context.update(&[kind]);
    context.update(&(bytes.len() as u64).to_be_bytes());
    context.update(bytes);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn digest(value: &str) -> String {
        Digest::of(&serde_json::from_str(value).unwrap()).text()
    }

    #[test]
    fn the_order_of_members_means_nothing_and_everything_else_does() {
        assert_eq!(
            digest(r#"{"a":1,"b":{"c":2,"d":[1,2]}}"#),
            digest(r#"{"b":{"d":[1,2],"c":2},"a":1}"#)
        );
        let told = [
            json!({}),
            json!({"a": 1}),
            json!({"a": "1"}),
            json!({"a": [1]}),
            json!({"a": {"1": null}}),
            json!({"a": 1, "b": null}),
            json!({"a": [2, 1]}),
            json!({"a": [1, 2]}),
        ];
        let mut digests: Vec<_> = told.iter().map(|value| digest(&value.to_string())).collect();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), told.len());
    }
}
