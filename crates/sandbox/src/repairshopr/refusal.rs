//! Refusals: a status and a body, of which almost every operation has another shape (`facts/repairshopr.md` 8).

use serde_json::{Value, json};

use super::record::Record;

/// A refused request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Null is no body.
    pub(crate) body: Value,
}

impl Refusal {
    fn new(status: u16, body: Value) -> Self {
        Self { status, body }
    }

    /// The key is none.
    pub(crate) fn key() -> Self {
        Self::new(401, json!({ "error": "Not authenticated." }))
    }

    /// The key lacks a permission: 401 too.
    pub(crate) fn permission() -> Self {
        Self::new(
            401,
            json!({
                "error": "Not authorized. Please ask account admin to update your group permissions.",
            }),
        )
    }

    /// No such record.
    pub(crate) fn not_found() -> Self {
        Self::new(404, json!({ "message": "Not found" }))
    }

    /// No such path: without a body.
    pub(crate) fn nowhere() -> Self {
        Self::new(404, Value::Null)
    }

    /// Too many requests from one address. No documentation says with which body.
    pub(crate) fn limit() -> Self {
        Self::new(429, json!({ "error": "Too many requests." }))
    }

    /// `{success, message, params}`: customers, assets, leads.
    pub(crate) fn messages(messages: &[&str], params: &Record) -> Self {
        Self::new(422, json!({ "success": false, "message": messages, "params": params }))
    }

    /// `{record, errors}`: contacts, contracts.
    pub(crate) fn record(errors: &[&str], record: &Record) -> Self {
        Self::new(422, json!({ "record": record, "errors": errors.join(",") }))
    }

    /// `{error}` with one text: tickets.
    pub(crate) fn error(error: &str) -> Self {
        Self::new(422, json!({ "error": error }))
    }

    /// `{error}` with a list: schedules.
    pub(crate) fn errors(errors: &[&str]) -> Self {
        Self::new(422, json!({ "error": errors }))
    }

    /// `{errors, params}`: the line items of tickets.
    pub(crate) fn line_item(errors: &str, params: &Record) -> Self {
        Self::new(422, json!({ "errors": errors, "params": params }))
    }

    /// `{success, error, message, params}`: appointments.
    pub(crate) fn appointment(error: &str, params: &Record) -> Self {
        Self::new(
            422,
            json!({ "success": false, "error": error, "message": error, "params": params }),
        )
    }

    /// The fields themselves, each with its list: estimates.
    pub(crate) fn fields(fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, said)| ((*name).to_owned(), json!([said])));
        Self::new(422, Value::Object(fields.collect()))
    }

    /// `{message}` with a list and 400: products.
    pub(crate) fn product(message: &str) -> Self {
        Self::new(400, json!({ "message": [message] }))
    }

    /// What a fault asks for.
    pub(crate) fn of_fault(status: u16, reason: Option<&str>) -> Self {
        match status {
            401 => Self::permission(),
            404 => Self::not_found(),
            429 => Self::limit(),
            _ => Self::new(status, json!({ "error": reason.unwrap_or("Something went wrong.") })),
        }
    }
}
