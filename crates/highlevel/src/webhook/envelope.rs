//! The envelope: the top level of an event, with its values left as raw JSON.
//!
//! Routing and recognition need a few values and the presence of others. Leaving the rest unread
//! keeps the door fast and cannot fail on a value of an unexpected type or on deep nesting.

use std::{
    borrow::{Borrow, Cow},
    collections::BTreeMap,
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use serde_json::value::RawValue;

/// The top level of one event.
#[derive(Debug)]
pub struct Envelope<'a> {
    fields: BTreeMap<Name<'a>, &'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads the top level. Of a name that stands twice the last value counts.
    ///
    /// # Errors
    /// Where the body is not a JSON object.
    pub fn parse(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        Ok(Self { fields: serde_json::from_slice(body)? })
    }

    /// Whether the field is there, whatever its value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The field where it is a text that is not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let value: String = serde_json::from_str(self.fields.get(name)?.get()).ok()?;
        Some(value).filter(|text| !text.is_empty())
    }

    /// The object in this field, as an envelope of its own.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Self> {
        let fields = serde_json::from_str(self.fields.get(name)?.get()).ok()?;
        Some(Self { fields })
    }
}

/// The name of a field, which is copied only where it is written with escapes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a>(Cow<'a, str>);

impl Borrow<str> for Name<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::Envelope;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        let envelope = Envelope::parse(br#"{"i\u0064":"a","type":"B"}"#).unwrap();
        assert_eq!(envelope.text("id").as_deref(), Some("a"));
        let envelope = Envelope::parse(br#"{"id":"a","i\u0064":"b"}"#).unwrap();
        assert_eq!(envelope.text("id").as_deref(), Some("b"));
    }

    #[test]
    fn only_an_object_is_an_envelope() {
        for body in ["", "null", "[]", "\"text\"", "{\"open\":", "{} {}", "<html>"] {
            assert!(Envelope::parse(body.as_bytes()).is_err(), "{body:?} was read");
        }
        assert!(Envelope::parse(b"{}").is_ok());
    }

    #[test]
    fn values_of_other_types_are_there_but_are_no_text() {
        let envelope = Envelope::parse(br#"{"id":7,"name":"","type":"A","type":"B"}"#).unwrap();
        assert!(envelope.has("id") && envelope.has("name"));
        assert_eq!((envelope.text("id"), envelope.text("name")), (None, None));
        assert_eq!(envelope.text("type").as_deref(), Some("B"));
    }

    #[test]
    fn depth_is_no_danger() {
        let body =
            format!("{{\"id\":\"x\",\"deep\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let envelope = Envelope::parse(body.as_bytes());
        assert!(envelope.is_err() || envelope.unwrap().text("id").as_deref() == Some("x"));
    }
}
