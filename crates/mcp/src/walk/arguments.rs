//! What the walk takes out of a call's arguments before its tool sees them.

use endpoint::catalogue::Kind;
use rmcp::model::JsonObject;
use serde_json::Value;

use crate::{
    ToolError,
    listing::{CONFIRM, DRY_RUN, IDEMPOTENCY_KEY, LOCATION},
};

/// The longest idempotency key, in bytes.
const LONGEST_KEY: usize = 255;

/// The arguments that are not the tool's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shared {
    /// The location that is named.
    pub(crate) location: Option<String>,
    /// Whether nothing is to be done.
    pub(crate) is_dry_run: bool,
    /// What confirms an earlier preview.
    pub(crate) confirm: Option<String>,
    /// Under which key this is done once.
    pub(crate) idempotency_key: Option<String>,
}

impl Shared {
    /// Takes them out. A tool that reads has only its location taken: what else it is given, its
    /// own schema refuses.
    ///
    /// # Errors
    /// Where one is of another type, or cannot be used.
    pub(crate) fn take(arguments: &mut JsonObject, kind: Kind) -> Result<Self, ToolError> {
        let location = text(arguments, LOCATION)?;
        if kind == Kind::Read {
            return Ok(Self { location, ..Self::default() });
        }
        let is_dry_run = match arguments.remove(DRY_RUN) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(is_dry)) => is_dry,
            Some(_) => return Err(wrong(DRY_RUN, "true or false")),
        };
        let idempotency_key = text(arguments, IDEMPOTENCY_KEY)?;
        if idempotency_key.as_ref().is_some_and(|key| !(1..=LONGEST_KEY).contains(&key.len())) {
            return Err(wrong(IDEMPOTENCY_KEY, "a text of 1 to 255 bytes"));
        }
        Ok(Self { location, is_dry_run, confirm: text(arguments, CONFIRM)?, idempotency_key })
    }
}

fn text(arguments: &mut JsonObject, name: &str) -> Result<Option<String>, ToolError> {
    match arguments.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "a text")),
    }
}

fn wrong(name: &str, expected: &str) -> ToolError {
    ToolError::argument(
        format!("`{name}` is of another type"),
        format!("give {expected}, or leave it out"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(kind: Kind, arguments: Value) -> (Result<Shared, &'static str>, Vec<String>) {
        let Value::Object(mut arguments) = arguments else { panic!("arguments are an object") };
        let shared = Shared::take(&mut arguments, kind).map_err(|error| error.code);
        (shared, arguments.keys().cloned().collect())
    }

    #[test]
    fn a_tool_that_writes_sees_its_own_arguments_only() {
        let given = json!({"location": "Main", "dry_run": true, "confirm": "t",
            "idempotency_key": "k", "name": "n"});
        let shared = Shared {
            location: Some("Main".to_owned()),
            is_dry_run: true,
            confirm: Some("t".to_owned()),
            idempotency_key: Some("k".to_owned()),
        };
        assert_eq!(taken(Kind::Send, given), (Ok(shared), vec!["name".to_owned()]));
        let nothing = json!({"location": null, "dry_run": null, "confirm": null});
        assert_eq!(taken(Kind::Write, nothing), (Ok(Shared::default()), Vec::new()));
    }

    #[test]
    fn a_tool_that_reads_keeps_what_it_has_no_use_for() {
        let (shared, left) = taken(Kind::Read, json!({"location": "x", "dry_run": true}));
        assert_eq!(shared.map(|shared| shared.location), Ok(Some("x".to_owned())));
        assert_eq!(left, ["dry_run"]);
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        let long = "k".repeat(256);
        for wrong in [
            json!({"location": 7}),
            json!({"dry_run": "yes"}),
            json!({"confirm": true}),
            json!({"idempotency_key": ""}),
            json!({"idempotency_key": long}),
        ] {
            assert_eq!(taken(Kind::Write, wrong.clone()).0, Err("invalid_arguments"), "{wrong}");
        }
    }
}
