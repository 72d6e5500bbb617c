//! What lists of the vendor's records come to: a few useful members of each, and where to go on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{ToolError, output};

// A list as a tool tells it. What its members are is told by their names: a schema costs tokens in every conversation.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Rows {
    #[schemars(with = "Vec<Map<String, Value>>")]
    pub(crate) items: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

// How a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    #[default]
    Json,
    Csv,
}

impl Rows {
    /// A list that is told whole.
    pub(crate) fn whole(items: Vec<Value>) -> Self {
        Self { items, ..Self::default() }
    }

    /// The list in a format: as a table it takes a third of the tokens.
    pub(crate) fn written(self, format: Format) -> Self {
        match format {
            Format::Json => self,
            Format::Csv => {
                let csv = Some(output::csv(&self.items));
                Self { items: Vec::new(), csv, ..self }
            }
        }
    }
}

/// What is told of a record: what a tool picked, or with `fields` these of it, and else of the
/// vendor's own; `*` is everything.
pub(crate) fn shown(picked: Map<String, Value>, record: &Value, fields: &[String]) -> Value {
    if fields.is_empty() {
        return Value::Object(picked);
    }
    if fields.iter().any(|field| field == "*") {
        let mut all = picked;
        all.extend(record.as_object().cloned().unwrap_or_default());
        return Value::Object(all);
    }
    let (own, theirs): (Vec<String>, Vec<String>) =
        fields.iter().cloned().partition(|field| picked.contains_key(field));
    let mut told = Map::new();
    if !theirs.is_empty()
        && let Value::Object(members) = output::project(record, &theirs)
    {
        told = members;
    }
    told.extend(picked.into_iter().filter(|(name, _)| own.contains(name)));
    Value::Object(told)
}

/// An object of these members: each a name, and the JSON Pointer to its value in the vendor's record.
/// What is not there, empty or null is left out.
pub(crate) fn picked(record: &Value, members: &[(&str, &str)]) -> Map<String, Value> {
    members
        .iter()
        .filter_map(|(name, pointer)| {
            let value = record.pointer(pointer).filter(|value| !is_empty(value))?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect()
}

/// The list that stands under a name in a reply; nothing where there is none.
pub(crate) fn listed<'a>(reply: &'a Value, name: &str) -> &'a [Value] {
    reply.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The text at a JSON Pointer; nothing where it is empty.
pub(crate) fn text<'a>(record: &'a Value, pointer: &str) -> Option<&'a str> {
    record.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// How many items are wished for: within what a page of the vendor can have.
///
/// # Errors
/// Where it is none of these.
pub(crate) fn limit(wished: Option<u32>, usual: u32, most: u32) -> Result<u32, ToolError> {
    match wished {
        None => Ok(usual),
        Some(wished) if (1..=most).contains(&wished) => Ok(wished),
        Some(_) => Err(ToolError::argument(
            "this limit is none",
            format!("give a limit from 1 to {most}, and go on with `cursor`"),
        )),
    }
}

/// Where a list goes on that is read from an offset.
///
/// # Errors
/// Where it is no cursor of such a list.
pub(crate) fn offset(cursor: Option<&str>) -> Result<u64, ToolError> {
    match cursor {
        None => Ok(0),
        Some(cursor) => cursor.parse().map_err(|_| no_cursor()),
    }
}

/// The cursor after a page that began at an offset; none where the list has ended.
pub(crate) fn after(offset: u64, page: usize, total: Option<u64>, limit: u32) -> Option<String> {
    let next = offset + page as u64;
    let goes_on = match total {
        Some(total) => next < total,
        None => page as u64 == u64::from(limit),
    };
    (goes_on && page > 0).then(|| next.to_string())
}

/// The refusal of a cursor that no list gave.
pub(crate) fn no_cursor() -> ToolError {
    ToolError::argument(
        "this cursor is none",
        "give `next_cursor` as it was, with the same arguments",
    )
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_empty_is_left_out() {
        let record = json!({"a": {"b": "text"}, "c": "", "d": [], "e": false, "f": null});
        let members = [("b", "/a/b"), ("c", "/c"), ("d", "/d"), ("e", "/e"), ("f", "/f")];
        assert_eq!(Value::Object(picked(&record, &members)), json!({"b": "text", "e": false}));
    }

    #[test]
    fn fields_are_those_of_the_tool_and_else_of_the_vendor() {
        let record =
            json!({"contact": {"name": "Ada", "tags": ["vip"]}, "id": "o1", "source": "web"});
        let picked = || picked(&record, &[("id", "/id"), ("contact", "/contact/name")]);
        let told = |fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            shown(picked(), &record, &fields)
        };
        assert_eq!(told(&[]), json!({"id": "o1", "contact": "Ada"}));
        assert_eq!(told(&["contact", "source"]), json!({"contact": "Ada", "source": "web"}));
        assert_eq!(told(&["contact.tags"]), json!({"contact": {"tags": ["vip"]}}));
        assert_eq!(told(&["*"]), record, "the vendor's own words");
        assert_eq!(told(&["nothing"]), json!({}));
    }

    #[test]
    fn a_list_goes_on_until_its_end() {
        assert_eq!(after(0, 20, Some(45), 20).as_deref(), Some("20"));
        assert_eq!(after(40, 5, Some(45), 20), None);
        assert_eq!(
            after(0, 20, None, 20).as_deref(),
            Some("20"),
            "a full page may not be the last"
        );
        assert_eq!(after(20, 3, None, 20), None);
        assert_eq!(after(20, 0, Some(45), 20), None, "an empty page leads nowhere");
        assert_eq!(offset(Some("20")).ok(), Some(20));
        assert!(offset(Some("x")).is_err());
    }

    #[test]
    fn limits_have_bounds() {
        assert_eq!(limit(None, 20, 100).ok(), Some(20));
        assert_eq!(limit(Some(100), 20, 100).ok(), Some(100));
        assert!(limit(Some(0), 20, 100).is_err());
        assert!(limit(Some(101), 20, 100).is_err());
    }
}
