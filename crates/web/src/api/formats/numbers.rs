//! The numbers of requests: how many things of a list, and others with their bounds.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// How many things a page has where the caller does not say.
const PAGE: u64 = 50;

/// How many it has at most.
const LARGEST_PAGE: u64 = 200;

/// The largest whole number up to which a float tells each from the next.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The largest number that every reader of JSON keeps whole: 2^53 - 1.
const LARGEST_KEPT_WHOLE: u64 = 9_007_199_254_740_991;

/// The place of a thing in a list.
pub(crate) type Place = Number<1, LARGEST_KEPT_WHOLE>;

/// How many things of a list to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) usize);

impl Default for Limit {
    fn default() -> Self {
        Self(PAGE as usize)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_u64(Whole)? {
            number @ 1..=LARGEST_PAGE => Ok(Self(number as usize)),
            _ => Err(de::Error::custom(format_args!("give a number from 1 to {LARGEST_PAGE}"))),
        }
    }
}

impl JsonSchema for Limit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE,
        })
    }
}

/// A whole number from `LEAST` to `MOST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<const LEAST: u64, const MOST: u64>(pub(crate) u64);

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Number<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_u64(Whole)? {
            number if (LEAST..=MOST).contains(&number) => Ok(Self(number)),
            _ => Err(de::Error::custom(format_args!("give a number from {LEAST} to {MOST}"))),
        }
    }
}

impl<const LEAST: u64, const MOST: u64> JsonSchema for Number<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("NumberFrom{LEAST}To{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": LEAST, "maximum": MOST })
    }
}

/// What a page of a list ends with: the last of those that were found, where there may be more.
pub(crate) fn next_after<T, K>(found: &[T], limit: usize, place: impl Fn(&T) -> K) -> Option<K> {
    found.last().filter(|_| found.len() == limit).map(place)
}

/// Reads a whole number as JSON Schema means it: 5.0 is one too.
struct Whole;

impl de::Visitor<'_> for Whole {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<u64, E> {
        match number.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&number) {
            true => Ok(number as u64),
            false => Err(E::invalid_value(de::Unexpected::Float(number), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        let next = |found: &[u64]| next_after(found, 2, |place| *place);
        assert_eq!((next(&[7, 8]), next(&[7]), next(&[])), (Some(8), None, None));
    }

    #[test]
    fn a_page_has_its_limits() {
        let read = |json: &str| serde_json::from_str::<Limit>(json).ok().map(|limit| limit.0);
        assert_eq!(
            (read("1"), read("200"), read("0"), read("201")),
            (Some(1), Some(200), None, None)
        );
        assert_eq!((read("-1"), read("1.5"), Limit::default().0), (None, None, 50));
        assert_eq!((read("7.0"), read("1e2"), read("\"7\"")), (Some(7), Some(100), None));
    }
}
