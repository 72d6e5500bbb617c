//! One page of a list, whatever its envelope.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use super::{Listed, listed::unwrapped};

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The records, without what wraps each of them in some lists.
    pub items: Vec<T>,
    /// How many more there are in this page that are not records of this kind.
    pub unreadable: usize,
    /// How many pages there are; some lists do not say (`facts/repairshopr.md` 2).
    pub meta: Option<Meta>,
}

/// What a list says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Meta {
    /// How many pages there are.
    pub total_pages: u32,
    /// How many records there are in all pages; some lists do not say.
    pub total_entries: Option<u64>,
    /// How many records a page holds; some lists do not say.
    pub per_page: Option<u32>,
    /// Which page this is.
    pub page: Option<u32>,
}

/// `{"customers": […], "meta": {…}}`, with or without `meta`, or a bare array.
impl<'de, T: Listed> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut body = match Value::deserialize(deserializer)? {
            Value::Object(members) => members,
            bare @ Value::Array(_) => Map::from_iter([(T::KEY.to_owned(), bare)]),
            _ => return Err(D::Error::custom("a list is neither an object nor an array")),
        };
        let Some(Value::Array(rows)) = body.remove(T::KEY) else {
            return Err(D::Error::custom(format!("a list has no `{}`", T::KEY)));
        };
        let meta = body.remove("meta").and_then(|meta| serde_json::from_value(meta).ok());
        let all = rows.len();
        let items: Vec<T> = rows.into_iter().filter_map(|row| unwrapped(row).ok()).collect();
        Ok(Self { unreadable: all - items.len(), items, meta })
    }
}
