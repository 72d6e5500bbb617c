//! A property of a page, as Notion answers it.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use super::ReadText;
use crate::PropertyId;

/// A property of a page with its value (`facts/notion.md` 3).
///
/// On the wire the value stands in a member that is named after the type:
/// `{"id":"%3AUPp","type":"checkbox","checkbox":true}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// The column's id.
    pub id: PropertyId,
    /// Notion's name of the type, such as `rich_text`.
    pub kind: String,
    /// The value as it stands on the wire, for types that have no method here.
    pub value: Value,
}

impl Property {
    /// The words of a `title`, `rich_text`, `url`, `email`, `phone_number`, `select` or `status`.
    ///
    /// None for other types and where there is no value; an empty title or text is an empty string.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.kind.as_str() {
            "title" | "rich_text" => {
                let text = ReadText::deserialize(&self.value).ok()?;
                Some(text.plain_text())
            }
            "url" | "email" | "phone_number" => Some(self.value.as_str()?.to_owned()),
            "select" | "status" => Some(self.value.get("name")?.as_str()?.to_owned()),
            _ => None,
        }
    }

    /// The value of a `number`.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.of_kind("number")?.as_f64()
    }

    /// The value of a `checkbox`.
    #[must_use]
    pub fn checkbox(&self) -> Option<bool> {
        self.of_kind("checkbox")?.as_bool()
    }

    /// The beginning of a `date`: ISO 8601, with or without a time.
    #[must_use]
    pub fn date_start(&self) -> Option<&str> {
        self.of_kind("date")?.get("start")?.as_str()
    }

    /// The names of the options of a `multi_select`; empty for other types.
    #[must_use]
    pub fn options(&self) -> Vec<&str> {
        let options = self.of_kind("multi_select").and_then(Value::as_array);
        let names = options.into_iter().flatten();
        names.filter_map(|option| option.get("name")?.as_str()).collect()
    }

    fn of_kind(&self, kind: &str) -> Option<&Value> {
        (self.kind == kind).then_some(&self.value)
    }
}

impl<'de> Deserialize<'de> for Property {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let mut take = |name: &'static str| match members.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(D::Error::missing_field(name)),
        };
        let (id, kind) = (take("id")?, take("type")?);
        let value = members.remove(&kind).unwrap_or_default();
        Ok(Self { id: PropertyId::from(id), kind, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(json: &str) -> Property {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn texts_are_read_from_every_textual_type() {
        let cases = [
            (
                r#"{"id":"title","type":"title","title":[{"plain_text":"A"},{"plain_text":"da"}]}"#,
                Some("Ada"),
            ),
            (r#"{"id":"a","type":"rich_text","rich_text":[]}"#, Some("")),
            (r#"{"id":"a","type":"url","url":"https://e.test"}"#, Some("https://e.test")),
            (r#"{"id":"a","type":"email","email":null}"#, None),
            (
                r#"{"id":"a","type":"select","select":{"id":"x","name":"Won","color":"red"}}"#,
                Some("Won"),
            ),
            (r#"{"id":"a","type":"status","status":null}"#, None),
            (r#"{"id":"a","type":"number","number":3}"#, None),
        ];
        for (json, expected) in cases {
            assert_eq!(property(json).text().as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn other_types_have_their_own_reading() {
        let number = property(r#"{"id":"a","type":"number","number":3}"#);
        assert_eq!((number.number(), number.checkbox()), (Some(3.0), None));
        let date = property(r#"{"id":"a","type":"date","date":{"start":"2026-12-01","end":null}}"#);
        assert_eq!(date.date_start(), Some("2026-12-01"));
        let tags = r#"{"id":"a","type":"multi_select","multi_select":[{"name":"x"},{"name":"y"}]}"#;
        assert_eq!(property(tags).options(), ["x", "y"]);
        assert!(number.options().is_empty());
    }

    #[test]
    fn a_type_that_is_not_known_keeps_its_value() {
        let rollup = property(r#"{"id":"a%3B","type":"rollup","rollup":{"type":"number"},"x":1}"#);
        assert_eq!(rollup.value["type"], "number");
        assert_eq!(rollup.id.as_str(), "a%3B");
    }

    #[test]
    fn a_property_without_a_type_is_refused() {
        let refused = serde_json::from_str::<Property>(r#"{"id":"a"}"#);
        assert!(refused.unwrap_err().to_string().contains("`type`"));
    }
}
