//! What the workflow actions "Webhook" and "Custom Webhook" send (`facts/highlevel.md` 7.5).
//!
//! It is no event of the marketplace: nobody signs it, it names no event, and whoever builds the
//! workflow chooses its keys. Fields of the contact and custom fields, the latter by their display
//! names, stand side by side at the top; values that are missing can be the text `null`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// The largest number of fields that is looked at: a form of five megabytes is one of millions.
const MOST_FIELDS: usize = 2_000;

/// The contact's own keys, and nothing else of the top level is one.
const CONTACT: [&str; 22] = [
    "address1",
    "city",
    "company_name",
    "contact_id",
    "contact_source",
    "contact_type",
    "country",
    "date_created",
    "date_of_birth",
    "email",
    "first_name",
    "full_address",
    "full_name",
    "gclid",
    "id",
    "last_name",
    "name",
    "phone",
    "postal_code",
    "state",
    "tags",
    "timezone",
];

/// Keys that are neither the contact's nor custom fields: what triggered the workflow, and more.
const OTHERS: [&str; 20] = [
    "appointment",
    "attributionSource",
    "calendar",
    "campaign",
    "contact",
    "customData",
    "invoice",
    "location",
    "message",
    "note",
    "opportunity_name",
    "order",
    "payment",
    "pipeline_name",
    "pipleline_stage",
    "status",
    "task",
    "triggerData",
    "user",
    "workflow",
];

/// A payload, read.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowPayload {
    fields: Map<String, Value>,
}

impl WorkflowPayload {
    /// Reads a JSON object or, where it is none, the pairs of a form or of a query.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn parse(body: &[u8]) -> Result<Self, NoPayload> {
        let text = body.trim_ascii();
        let fields = match text.first() {
            None => return Err(NoPayload),
            Some(b'{') => serde_json::from_slice(text).map_err(|_| NoPayload)?,
            Some(_) => form(text)?,
        };
        Ok(Self { fields })
    }

    /// The value of a key at the top where it says something: a text without the white space around
    /// it, or a number.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        said(self.fields.get(key)?)
    }

    /// The value of a key inside of an object at the top.
    #[must_use]
    pub fn inner_text(&self, object: &str, key: &str) -> Option<String> {
        said(self.fields.get(object)?.get(key)?)
    }

    /// HighLevel's id of the contact.
    #[must_use]
    pub fn contact_id(&self) -> Option<String> {
        self.text("contact_id").or_else(|| self.inner_text("contact", "id"))
    }

    /// HighLevel's id of the location.
    #[must_use]
    pub fn location_id(&self) -> Option<String> {
        self.inner_text("location", "id")
    }

    /// The workflow's name, or its id where it has none.
    #[must_use]
    pub fn workflow(&self) -> Option<String> {
        self.inner_text("workflow", "name").or_else(|| self.inner_text("workflow", "id"))
    }

    /// The contact's tags. They come as one text with commas, or as a list.
    #[must_use]
    pub fn tags(&self) -> Option<Vec<String>> {
        let tags: Vec<String> = match self.fields.get("tags")? {
            Value::Array(items) => items.iter().filter_map(said).collect(),
            other => said(other)?.split(',').map(str::trim).map(str::to_owned).collect(),
        };
        let tags: Vec<_> = tags.into_iter().filter(|tag| !tag.is_empty()).collect();
        (!tags.is_empty()).then_some(tags)
    }

    /// The values at the top that are neither the contact's own nor of another known kind: custom
    /// fields by their display names, and whatever else the workflow's author added.
    #[must_use]
    pub fn custom_fields(&self) -> BTreeMap<String, String> {
        let is_known = |key: &str| CONTACT.contains(&key) || OTHERS.contains(&key);
        let own = self.fields.iter().filter(|(key, _)| !is_known(key) && *key != "website");
        own.filter_map(|(key, value)| Some((key.clone(), said(value)?))).collect()
    }
}

/// Bytes that are neither a JSON object nor a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payload is neither a JSON object nor a form; send one of the two")]
pub struct NoPayload;

/// What a value says; nothing where it is empty, or the text `null` or `undefined`.
fn said(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!matches!(text.as_str(), "" | "null" | "undefined")).then_some(text)
}

/// Pairs with `&` between them. What stands twice has its last value, as in JSON.
fn form(text: &[u8]) -> Result<Map<String, Value>, NoPayload> {
    let decode = |part: &[u8]| {
        let spaced: Vec<u8> =
            part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_decode(&spaced).decode_utf8().map(|text| text.into_owned()).map_err(|_| NoPayload)
    };
    let mut fields = Map::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(MOST_FIELDS) {
        let at = pair.iter().position(|byte| *byte == b'=').ok_or(NoPayload)?;
        fields.insert(decode(&pair[..at])?, decode(&pair[at + 1..])?.into());
    }
    match fields.is_empty() {
        true => Err(NoPayload),
        false => Ok(fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(body: &str) -> WorkflowPayload {
        WorkflowPayload::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn the_contact_the_location_and_custom_fields_are_told_apart() {
        let read = payload(
            r#"{"contact_id":"c1","first_name":"Ada","email":"null","phone":" +1 ","tags":"vip, new,",
                "Favourite colour":"green","Visits":3,"Empty":"","List":["x"],"status":"open",
                "location":{"id":"loc1"},"workflow":{"id":"w1","name":"Welcome"},
                "customData":{"Favourite colour":"red"}}"#,
        );
        assert_eq!(read.contact_id().as_deref(), Some("c1"));
        assert_eq!(read.location_id().as_deref(), Some("loc1"));
        assert_eq!(read.workflow().as_deref(), Some("Welcome"));
        assert_eq!((read.text("email"), read.text("phone").as_deref()), (None, Some("+1")));
        assert_eq!(read.tags(), Some(vec!["vip".to_owned(), "new".to_owned()]));
        let custom = [("Favourite colour", "green"), ("Visits", "3")];
        let custom = custom.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read.custom_fields(), custom.into());
    }

    #[test]
    fn a_form_and_a_query_say_the_same() {
        let read = payload("contact_id=c1&email=ada%40example.com&full_name=Ada+L&x=%C3%A9");
        assert_eq!(read.text("email").as_deref(), Some("ada@example.com"));
        assert_eq!(read.text("full_name").as_deref(), Some("Ada L"));
        assert_eq!(read.custom_fields(), [("x".to_owned(), "é".to_owned())].into());
    }

    #[test]
    fn what_is_neither_is_no_payload() {
        for body in ["", " ", "[]", "null", "{", "a", "a=%ff", "&&", "<a>"] {
            assert_eq!(WorkflowPayload::parse(body.as_bytes()), Err(NoPayload), "{body}");
        }
        let deep = "{\"a\":".repeat(100_000);
        assert_eq!(WorkflowPayload::parse(deep.as_bytes()), Err(NoPayload));
        assert_eq!(payload(r#"{"tags":["a",1,null],"contact":{"id":7}}"#).tags().unwrap().len(), 2);
    }
}
