//! What a call would do, and to what: for the question, the dry run and the change set.

use domain::{Entity, RecordKey, WriteEffect};
use endpoint::{
    Method,
    catalogue::{Kind, Parameter, Place as In},
};
use highlevel::{Call as _, RawCall};
use serde_json::Value;

use super::{index::title, outcome::hide_secrets};
use crate::{
    ToolError,
    desk::Written,
    plan::{PlanTarget, PlannedCall},
};

/// Stands before a path while it is encoded; it is taken off again.
const NOWHERE: &str = "https://nowhere.invalid";
/// A value is told in at most so many characters.
const LONGEST: usize = 120;

/// Which record a name in a path stands for, by product; the rest of the vendor's kinds are not
/// mirrored.
const RECORDS: &[(&str, &str, Entity)] = &[
    ("businesses", "businessId", Entity::Business),
    ("calendars", "appointmentId", Entity::Appointment),
    ("calendars", "eventId", Entity::Appointment),
    ("calendars", "noteId", Entity::Note),
    ("contacts", "contactId", Entity::Contact),
    ("contacts", "id", Entity::Note),
    ("contacts", "taskId", Entity::Task),
    ("conversations", "conversationId", Entity::Conversation),
    ("conversations", "messageId", Entity::Message),
    ("invoices", "estimateId", Entity::Estimate),
    ("invoices", "invoiceId", Entity::Invoice),
    ("objects", "id", Entity::ObjectRecord),
    ("opportunities", "id", Entity::Opportunity),
    ("products", "priceId", Entity::Price),
    ("products", "productId", Entity::Product),
    ("users", "userId", Entity::User),
];

/// What a person is asked: the operation, the records, and the values.
pub(crate) fn named(call: &RawCall) -> String {
    let operation = call.operation();
    let ids: Vec<String> = path_values(call).map(|(name, id)| format!("{name} {id}")).collect();
    let mut asked = format!("{} ({})", title(operation), operation.id());
    if !ids.is_empty() {
        asked.push_str(&format!(" of {}", ids.join(", ")));
    }
    let mut body = call.given_body().cloned().unwrap_or_default();
    hide_secrets(&mut body);
    if let Value::Object(fields) = &body {
        let told = fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "locationId" | "altId" | "altType"));
        let told: Vec<String> =
            told.map(|(name, value)| format!("{name}: {}", short(value))).collect();
        if !told.is_empty() {
            asked.push_str(&format!(" with {}", told.join(", ")));
        }
    }
    asked
}

/// The records that the path names.
pub(crate) fn targets(call: &RawCall) -> Vec<PlanTarget> {
    let last = path_values(call).last();
    let target = |(name, id): (&'static str, String)| PlanTarget {
        entity: name.trim_end_matches("Id").to_owned(),
        id,
        name: None,
        version: None,
    };
    last.map(target).into_iter().collect()
}

/// How many records a call touches: for those in bulk, the length of its longest list.
pub(crate) fn count(call: &RawCall) -> usize {
    let id = call.operation().id();
    let is_bulk = id.contains("bulk") || id.contains("batch");
    let fields = call.given_body().and_then(Value::as_object).filter(|_| is_bulk);
    let lists = fields.into_iter().flat_map(|fields| fields.values()).filter_map(Value::as_array);
    // Nobody can tell from a filter how many it touches, so that it counts as many.
    lists.map(Vec::len).max().map_or(if is_bulk { 2 } else { 1 }, |length| length.max(1))
}

/// The call as it would leave, without credentials.
///
/// # Errors
/// Where it cannot be encoded.
pub(crate) fn requested(call: &RawCall) -> Result<PlannedCall, ToolError> {
    let request = call.request(NOWHERE)?;
    let path = request.url.strip_prefix(NOWHERE).unwrap_or_default();
    let mut body = call.given_body().cloned().unwrap_or_default();
    hide_secrets(&mut body);
    let scopes = call.edition().map(|edition| edition.scopes()).unwrap_or_default();
    Ok(PlannedCall {
        operation: call.operation().id().to_owned(),
        request: Some(format!("{} {path}", request.method)),
        body,
        scopes: scopes.into_iter().map(str::to_owned).collect(),
    })
}

/// What a call does to which record, for the change set.
pub(crate) fn written(call: &RawCall) -> Written {
    let operation = call.operation();
    let product = operation.product();
    let path = call.edition().map_or("", |edition| edition.path());
    let key = |(name, id): (&'static str, String)| {
        let row = RECORDS.iter().find(|(of, known, _)| *of == product && *known == name);
        row.map(|(_, _, entity)| RecordKey::new(*entity, id))
    };
    let keys: Vec<Option<RecordKey>> = path_values(call).map(key).collect();
    let ends_with_record = path.ends_with('}');
    let (record, parent) = match (keys.as_slice(), ends_with_record) {
        ([.., parent, record], true) => (record.clone(), parent.clone()),
        ([record], true) => (record.clone(), None),
        // A tag of a contact is a change of the contact; a note of it is a record of its own.
        ([.., holder], false) if is_part(operation.id()) => (holder.clone(), None),
        ([.., holder], false) => (None, holder.clone()),
        ([], _) => (None, None),
    };
    let effect = match (operation.kind(), operation.method()) {
        (Kind::Send, _) => WriteEffect::Sent,
        (Kind::Delete, _) if ends_with_record => WriteEffect::Deleted,
        (_, Method::Post) if record.is_none() => WriteEffect::Created,
        _ => WriteEffect::Changed,
    };
    Written { effect, record, parent }
}

/// Whether an operation adds to a record or takes from it, instead of making another.
fn is_part(id: &str) -> bool {
    let name = id.split_once('.').map_or(id, |(_, name)| name);
    name.starts_with("add-") || name.starts_with("remove-") || name.starts_with("update-")
}

/// The names and values of the path, without the location.
fn path_values(call: &RawCall) -> impl Iterator<Item = (&'static str, String)> {
    let parameters = call.edition().into_iter().flat_map(|edition| edition.parameters());
    let names = parameters.filter(|it| it.place() == In::Path).map(Parameter::name);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    names
        .filter(|name| *name != "locationId")
        .filter_map(move |name| Some((name, text(call.parameter(name)?))))
}

/// A value in a few characters.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.chars().count() > LONGEST {
        true => text.chars().take(LONGEST).chain("...".chars()).collect(),
        false => text,
    }
}
