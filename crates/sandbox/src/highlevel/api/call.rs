//! One request that has passed the door, as the operations get it.

use std::sync::Arc;

use endpoint::catalogue::Generation;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{refusal::Refusal, token::Token};

/// A request.
#[derive(Debug)]
pub(crate) struct Call {
    /// None on public paths.
    pub(crate) token: Option<Arc<Token>>,
    /// What the path names.
    pub(crate) segments: Vec<(&'static str, String)>,
    pub(crate) query: Vec<(String, String)>,
    /// The fields of a JSON object, a form or parts; empty where there are none.
    pub(crate) body: Map<String, Value>,
    /// The items of a body that is a list.
    pub(crate) items: Vec<Value>,
    /// The generation whose shapes the caller speaks.
    pub(crate) generation: Generation,
    /// Whether to answer as the specification says where the live API differs.
    pub(crate) strict_spec: bool,
    pub(crate) now: Timestamp,
}

impl Call {
    /// Whether the caller speaks the third generation.
    pub(crate) fn is_v3(&self) -> bool {
        self.generation == Generation::V3
    }

    /// The location that the request names: in the path, the query or the body.
    pub(crate) fn named_location(&self) -> Option<&str> {
        let of_alternative = |kind: Option<&str>| kind.is_none_or(|kind| kind == "location");
        let path = Some(self.segment("locationId")).filter(|text| !text.is_empty());
        let query = self.query("locationId").or(self.query("location_id"));
        let query_alternative =
            self.query("altId").filter(|_| of_alternative(self.query("altType")));
        // Without its kind, the `altId` of a body is another system's id, as messages have one.
        let alternative = self.text("altId").filter(|_| self.text("altType") == Some("location"));
        path.or(query).or(query_alternative).or(self.text("locationId")).or(alternative)
    }

    /// What the path names so; empty where it names nothing so.
    pub(crate) fn segment(&self, name: &str) -> &str {
        let mut found = self.segments.iter().filter(|(segment, _)| *segment == name);
        found.next().map_or("", |(_, text)| text)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty())
    }

    /// A text of the body; none where it is absent or null.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// A text that the body has under another name in each generation.
    pub(crate) fn text_as(&self, v2: &str, v3: &str) -> Option<&str> {
        self.text(if self.is_v3() { v3 } else { v2 })
    }

    /// A list of texts in the body.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.body.get(name).and_then(Value::as_array);
        items.map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// The token of the caller.
    ///
    /// # Errors
    /// On public paths, which have none.
    pub(crate) fn caller(&self) -> Result<&Token, Refusal> {
        self.token.as_deref().ok_or_else(|| Refusal::unauthorized("Invalid JWT"))
    }

    /// A whole number of the query, within bounds.
    ///
    /// # Errors
    /// 422 when it is none or out of bounds.
    pub(crate) fn number(
        &self,
        name: &str,
        default: usize,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, Refusal> {
        let Some(text) = self.query(name) else {
            return Ok(default);
        };
        let Ok(number) = text.parse::<usize>() else {
            let complaint = format!("{name} must be a number string");
            return Err(Refusal::unprocessable(vec![complaint]));
        };
        within(name, number, bounds)
    }
}

/// Refuses a number out of bounds.
///
/// # Errors
/// 422 naming the bound.
pub(crate) fn within(
    name: &str,
    number: usize,
    bounds: std::ops::RangeInclusive<usize>,
) -> Result<usize, Refusal> {
    let complaint = match number {
        _ if number < *bounds.start() => {
            format!("{name} must not be less than {}", bounds.start())
        }
        _ if number > *bounds.end() => {
            format!("{name} must not be greater than {}", bounds.end())
        }
        _ => return Ok(number),
    };
    Err(Refusal::unprocessable(vec![complaint]))
}
