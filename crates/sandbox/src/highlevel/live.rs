//! Makes a live delivery of an example event: HighLevel's own fields are set, every other byte stays.
//!
//! Published examples lack what live bodies carry (`facts/highlevel.md` 7.1), and several are
//! identical without it. The fields are set in the text, not through a model: a hub has to cope
//! with bytes as they come, so number formats, escapes and key order of the source must survive.

use std::{collections::BTreeMap, ops::Range};

use jiff::Timestamp;
use serde_json::value::RawValue;

/// The types of events that bring the app's id themselves (`facts/highlevel.md` 7.4).
const APP_LIFECYCLE: [&str; 3] = ["INSTALL", "UNINSTALL", "PLAN_CHANGE"];

/// An event that cannot be delivered.
#[derive(Debug, thiserror::Error)]
#[error("make a live event of {file}: it is not one JSON object; correct the file")]
pub struct LiveError {
    file: String,
    #[source]
    source: serde_json::Error,
}

/// What HighLevel adds to an event when it delivers it.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The id of this webhook.
    pub webhook_id: &'a str,
    /// When it was made; sent with milliseconds.
    pub timestamp: Timestamp,
    /// The app that receives it.
    pub app_id: &'a str,
    /// The version of that app.
    pub version_id: &'a str,
}

/// An event in the form in which it is delivered.
#[derive(Clone, PartialEq, Eq)]
pub struct Live {
    /// Its `type`; where it has none, the name of its file.
    pub event: String,
    /// The bytes to sign and send.
    pub body: String,
}

impl Live {
    /// The live form of the event `json`, which came from `file`.
    ///
    /// `webhookId` and `timestamp` are set; `appId` and `versionId` are added where they are
    /// missing, except to events of the app's own life cycle.
    ///
    /// # Errors
    /// When `json` is not a JSON object.
    pub fn new(json: &str, file: &str, envelope: &Envelope<'_>) -> Result<Self, LiveError> {
        let failed = |source| LiveError { file: file.to_owned(), source };
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(json).map_err(failed)?;
        let event_type =
            fields.get("type").and_then(|value| serde_json::from_str::<String>(value.get()).ok());
        let brings_app = event_type.as_deref().is_some_and(|text| APP_LIFECYCLE.contains(&text));

        let timestamp = format!("{:.3}", envelope.timestamp);
        let mut edits = vec![
            Edit::set(json, &fields, "timestamp", &timestamp),
            Edit::set(json, &fields, "webhookId", envelope.webhook_id),
        ];
        for (key, value) in [("appId", envelope.app_id), ("versionId", envelope.version_id)] {
            if !brings_app && !fields.contains_key(key) {
                edits.push(Edit::set(json, &fields, key, value));
            }
        }
        Ok(Self {
            event: event_type.unwrap_or_else(|| file.to_owned()),
            body: apply(json, fields.is_empty(), edits),
        })
    }
}

/// One change to the text of an object.
enum Edit {
    /// Puts a new value into the place of an old one.
    Replace(Range<usize>, String),
    /// Adds a field, key included, behind the last.
    Append(String),
}

impl Edit {
    fn set(json: &str, fields: &BTreeMap<String, &RawValue>, key: &str, value: &str) -> Self {
        let value = serde_json::Value::from(value).to_string();
        match fields.get(key) {
            Some(old) => Self::Replace(place(json, old), value),
            None => Self::Append(format!("\"{key}\":{value}")),
        }
    }
}

/// Where a field's value stands: a borrowed raw value is a piece of the text it was read from.
fn place(json: &str, value: &RawValue) -> Range<usize> {
    let start = value.get().as_ptr().addr() - json.as_ptr().addr();
    start..start + value.get().len()
}

fn apply(json: &str, empty: bool, edits: Vec<Edit>) -> String {
    let mut replaced = Vec::new();
    let mut added = Vec::new();
    for edit in edits {
        match edit {
            Edit::Replace(place, value) => replaced.push((place, value)),
            Edit::Append(field) => added.push(field),
        }
    }
    if !added.is_empty() {
        let separator = if empty { "" } else { "," };
        let end = end_of_fields(json);
        replaced.push((end..end, format!("{separator}{}", added.join(","))));
    }
    replaced.sort_by_key(|(place, _)| place.start);
    let mut text = json.to_owned();
    for (place, value) in replaced.into_iter().rev() {
        text.replace_range(place, &value);
    }
    text
}

/// Behind the last field of an object's text: before the closing brace and the space before it.
fn end_of_fields(json: &str) -> usize {
    let inside = json.trim_end().strip_suffix('}').unwrap_or(json);
    inside.trim_end().len()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::highlevel::examples;

    fn live(json: &str) -> Result<Live, LiveError> {
        let envelope = Envelope {
            webhook_id: "w-1",
            timestamp: "2026-03-05T13:04:22.1386Z".parse().unwrap(),
            app_id: "app",
            version_id: "version",
        };
        Live::new(json, "Note.1.json", &envelope)
    }

    fn body(json: &str) -> String {
        live(json).unwrap().body
    }

    const ADDED: &str = concat!(
        r#""timestamp":"2026-03-05T13:04:22.138Z","webhookId":"w-1","#,
        r#""appId":"app","versionId":"version""#
    );

    #[test]
    fn fields_are_added_and_every_other_byte_stays() {
        let source =
            "\r\n{ \"type\" :\t\"X\", \"n\": 1.50e+1, \"s\":\"\\u00e9\\/ }\" , \"n\":2\n} \n";
        let expected = source.replace("\"n\":2\n}", &format!("\"n\":2,{ADDED}\n}}"));
        assert_eq!(body(source), expected);
    }

    #[test]
    fn an_empty_object_gets_no_comma() {
        assert_eq!(body("{}"), format!("{{{ADDED}}}"));
        assert_eq!(body("{ }"), format!("{{{ADDED} }}"));
    }

    #[test]
    fn own_fields_are_replaced_in_place_wherever_they_stand() {
        let source = r#"{"webhookId":"old","a":{"timestamp":"inner"},"timestamp": 5 ,"b":1}"#;
        let expected = r#"{"webhookId":"w-1","a":{"timestamp":"inner"},"timestamp": "2026-03-05T13:04:22.138Z" ,"b":1,"appId":"app","versionId":"version"}"#;
        assert_eq!(body(source), expected);
    }

    #[test]
    fn an_app_id_that_is_there_is_kept() {
        let sent: Value = serde_json::from_str(&body(r#"{"type":"X","appId":"other"}"#)).unwrap();
        assert_eq!((&sent["appId"], &sent["versionId"]), (&"other".into(), &"version".into()));
    }

    #[test]
    fn the_apps_own_life_cycle_brings_its_ids() {
        for kind in APP_LIFECYCLE {
            let sent = body(&format!(r#"{{"type":"{kind}","appId":"other"}}"#));
            let sent: Value = serde_json::from_str(&sent).unwrap();
            assert_eq!(sent["appId"], "other");
            assert_eq!(sent.get("versionId"), None);
            assert_eq!(sent["webhookId"], "w-1");
        }
    }

    #[test]
    fn the_event_is_named_by_its_type_or_its_file() {
        assert_eq!(live(r#"{"type":"NoteCreate"}"#).unwrap().event, "NoteCreate");
        assert_eq!(live(r#"{"type":7}"#).unwrap().event, "Note.1.json");
        assert_eq!(live("{}").unwrap().event, "Note.1.json");
    }

    #[test]
    fn what_is_not_one_object_is_refused_by_name() {
        for json in ["", "[]", "null", "\"{}\"", "{", "{} {}", "{\"a\":}"] {
            let refused = live(json).err().map(|error| error.to_string());
            assert!(refused.is_some_and(|text| text.contains("Note.1.json")), "{json}");
        }
    }

    #[test]
    fn every_example_differs_only_in_the_fields_of_the_envelope() {
        for example in examples() {
            let mut sent: Value = serde_json::from_str(&body(example.json)).unwrap();
            let mut source: Value = serde_json::from_str(example.json).unwrap();
            assert_eq!(sent["webhookId"], "w-1");
            assert_eq!(sent["timestamp"], "2026-03-05T13:04:22.138Z");
            for key in ["webhookId", "timestamp", "appId", "versionId"] {
                sent.as_object_mut().unwrap().remove(key);
                source.as_object_mut().unwrap().remove(key);
            }
            assert_eq!(sent, source, "{}", example.file);
        }
    }
}
