//! The value of one property of a page, whole or in parts: what a page cuts off.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value, json};

use super::Property;
use crate::{Cursor, PropertyId};

/// One part of a property's value (`facts/notion.md` 3, "Page property endpoint").
///
/// Notion answers some types as a list with one element in each item, and others whole. Here both are
/// a [`Property`] in the form in which a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyItems {
    /// The column and this part of its value.
    pub property: Property,
    /// Where the next part begins; none after the last.
    pub next_cursor: Option<Cursor>,
}

impl<'de> Deserialize<'de> for PropertyItems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut reply = Map::deserialize(deserializer)?;
        let Some(Value::Array(items)) = reply.remove("results") else {
            let property = Property::deserialize(Value::Object(reply));
            let property = property.map_err(D::Error::custom)?;
            return Ok(Self { property, next_cursor: None });
        };
        let described = reply.get("property_item").unwrap_or(&Value::Null);
        let text = |name: &str| described.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text("id").ok_or_else(|| D::Error::missing_field("property_item.id"))?;
        let kind = text("type").ok_or_else(|| D::Error::missing_field("property_item.type"))?;
        let element = |mut item: Value| item.get_mut(&kind).map(Value::take);
        let value = json!(items.into_iter().filter_map(element).collect::<Vec<_>>());
        let property = Property { id: PropertyId::from(id), kind, value };
        let next = reply.get("next_cursor").and_then(Value::as_str).map(Cursor::new);
        Ok(Self { property, next_cursor: next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> PropertyItems {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_list_is_read_as_a_page_shows_it() {
        let part = read(
            r#"{"object":"list","type":"property_item","results":[
            {"object":"property_item","id":"r","type":"relation","relation":{"id":"p1"}},
            {"object":"property_item","id":"r","type":"relation","relation":{"id":"p2"}}],
            "property_item":{"id":"r","type":"relation","relation":{},"next_url":null},
            "has_more":true,"next_cursor":"c"}"#,
        );
        assert_eq!(part.property.value, json!([{ "id": "p1" }, { "id": "p2" }]));
        assert_eq!((part.property.id.as_str(), part.property.kind.as_str()), ("r", "relation"));
        assert_eq!(part.next_cursor, Some(Cursor::new("c")));
        let text = read(
            r#"{"object":"list","results":[{"id":"t","type":"rich_text","rich_text":
            {"plain_text":"Ada"}}],"property_item":{"id":"t","type":"rich_text"},
            "has_more":false,"next_cursor":null}"#,
        );
        assert_eq!(text.property.text().as_deref(), Some("Ada"));
        assert_eq!(text.next_cursor, None);
    }

    #[test]
    fn a_single_value_is_whole() {
        let single = read(r#"{"object":"property_item","id":"n","type":"number","number":3}"#);
        assert_eq!(single.property.number(), Some(3.0));
        assert_eq!(single.next_cursor, None);
        assert!(serde_json::from_str::<PropertyItems>(r#"{"results":[]}"#).is_err());
    }
}
