//! Calls of the catalogue's operations for the location of a desk.

use highlevel::RawCall;
use serde_json::Value;

use crate::{ToolError, desk::Desk};

/// The call of an operation.
///
/// # Errors
/// Where the catalogue has none of this id, which is a bug.
pub(crate) fn call(operation: &str) -> Result<RawCall, ToolError> {
    RawCall::new(operation)
        .map_err(|error| ToolError::new("bug", error.to_string(), "report this as a bug"))
}

/// The same call with the location where products of the ledger (invoices, payments) want it.
pub(crate) fn of_owner(call: RawCall, desk: &Desk) -> RawCall {
    call.with("altId", location(desk)).with("altType", "location")
}

/// The id of the desk's location.
pub(crate) fn location(desk: &Desk) -> Value {
    Value::String(desk.place().location.to_string())
}
