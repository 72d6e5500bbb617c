//! What calls of a location share: its id, what its ledger wants to know, and how plans tell them.

use highlevel::RawCall;
use serde_json::Value;

use crate::{desk::Desk, plan::PlannedCall};

/// The same call with the location where the ledger (invoices, payments) wants it.
pub(crate) fn of_owner(call: RawCall, desk: &Desk) -> RawCall {
    call.with("altId", location(desk)).with("altType", "location")
}

/// The id of the desk's location.
pub(crate) fn location(desk: &Desk) -> Value {
    Value::String(desk.place().location.to_string())
}

/// A call that a plan would make: an operation, or an act of the port, with what is sent.
pub(crate) fn planned(operation: &str, body: Value) -> PlannedCall {
    let operation = operation.to_owned();
    PlannedCall { operation, request: None, body, scopes: Vec::new() }
}
