//! One request that has passed the door, as the operations get it.

use std::sync::Arc;

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
    /// Empty where there is none.
    pub(crate) body: Map<String, Value>,
    pub(crate) now: Timestamp,
}

impl Call {
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
