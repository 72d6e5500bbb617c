//! What a row of a list tells, in the hub's field names.

use domain::Fields;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// HighLevel's field name and the hub's.
pub(super) type Names = &'static [(&'static str, &'static str)];

/// The rows under a name.
pub(super) fn rows(reply: &mut Value, name: &str) -> Vec<Value> {
    match reply.get_mut(name).map(Value::take) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    }
}

/// A row's id.
pub(super) fn id(row: &Value) -> Option<&str> {
    let named = |name| row.get(name).and_then(Value::as_str);
    named("id").or_else(|| named("_id")).filter(|id| !id.is_empty())
}

/// A moment in ISO 8601 with an offset, or in milliseconds since 1970 (`facts/highlevel.md` 9.7).
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
        _ => None,
    }
}

/// Values that a row always has where there are any: what it lacks is empty.
pub(super) fn told(row: &mut Map<String, Value>, names: Names) -> Fields {
    let value = |(theirs, ours): &(&str, &str)| {
        ((*ours).to_owned(), row.remove(*theirs).unwrap_or_default())
    };
    names.iter().map(value).collect()
}

/// Values that a row may leave out without saying that they are empty.
pub(super) fn mentioned(row: &mut Map<String, Value>, names: Names) -> Fields {
    let value = |(theirs, ours): &(&str, &str)| Some(((*ours).to_owned(), row.remove(*theirs)?));
    names.iter().filter_map(value).collect()
}

/// Moments that are written as events write them: as texts.
pub(super) fn moments(row: &mut Map<String, Value>, names: Names) -> Fields {
    let mut fields = mentioned(row, names);
    for value in fields.values_mut().filter(|value| value.is_number()) {
        if let Some(moment) = moment(value) {
            *value = format!("{moment:.3}").into();
        }
    }
    fields
}

/// `[{id, value}]` as a map of id to value (`facts/highlevel.md` 9.2), under whichever name a row has
/// the value.
pub(super) fn custom_fields(row: &mut Map<String, Value>) -> Fields {
    const VALUES: [&str; 7] = [
        "value",
        "fieldValue",
        "field_value",
        "fieldValueString",
        "fieldValueArray",
        "fieldValueNumber",
        "fieldValueDate",
    ];
    let Some(Value::Array(fields)) = row.remove("customFields") else { return Fields::new() };
    let pair = |field: &Value| {
        let id = field.get("id")?.as_str()?.to_owned();
        let value = VALUES.iter().find_map(|name| field.get(*name).cloned());
        Some((id, value.unwrap_or_default()))
    };
    let values: Map<String, Value> = fields.iter().filter_map(pair).collect();
    [("custom_fields".to_owned(), values.into())].into()
}

/// Several groups of fields as one.
pub(super) fn all(groups: impl IntoIterator<Item = Fields>) -> Fields {
    groups.into_iter().flatten().collect()
}
