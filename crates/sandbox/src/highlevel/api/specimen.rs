//! Answers of operations without a memory: true to the schema, made of what the request gave.

use endpoint::catalogue::{Edition, Field, Sampler, sample};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Content},
    call::Call,
    ids::RecordIds,
    moment::iso,
};

/// The answer to a call, from its documented success. What the request named stands in the answer
/// under the same name.
pub(crate) fn answer(edition: Edition<'static>, call: &Call, ids: &mut RecordIds) -> Answer {
    let Some(reply) = edition.success() else {
        return json!({}).into();
    };
    let content = match (reply.content_type(), reply.schema()) {
        (Some(kind), _) if !kind.contains("json") => {
            Content::Bytes { kind: kind.to_owned(), bytes: file(kind) }
        }
        (_, Some(schema)) => {
            let mut maker = Maker { given: given(call), last: last_id(call), now: call.now, ids };
            Content::Json(sample("", schema, &mut maker))
        }
        (_, None) => Content::Json(json!({})),
    };
    Answer { status: reply.status(), content }
}

/// The smallest file of a kind that a reader accepts, where one is known.
pub(crate) fn file(kind: &str) -> Vec<u8> {
    match kind {
        "text/plain" => b"[00:00] Hello.\n".to_vec(),
        // A wave file of no samples: header, format, empty data.
        _ => b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0"
            .to_vec(),
    }
}

/// Everything that the request names, the body's own fields last.
fn given(call: &Call) -> Map<String, Value> {
    let mut given = Map::new();
    if let Some(token) = &call.token {
        given.insert("companyId".to_owned(), json!(token.company));
        if let Some(location) = &token.location {
            given.insert("locationId".to_owned(), json!(location));
        }
    }
    let named = call.query.iter().map(|(name, text)| (name.clone(), json!(text)));
    given.extend(named);
    given.extend(call.segments.iter().map(|(name, text)| ((*name).to_owned(), json!(text))));
    given.extend(call.body.iter().map(|(name, value)| (name.clone(), value.clone())));
    given
}

/// The id of the record that the path leads to: a path ends with it.
fn last_id(call: &Call) -> Option<String> {
    let (name, text) = call.segments.last()?;
    (*name != "locationId" && *name != "companyId").then(|| text.clone())
}

/// Fills a schema with what the request gave, and with plain values.
struct Maker<'a> {
    given: Map<String, Value>,
    last: Option<String>,
    now: Timestamp,
    ids: &'a mut RecordIds,
}

impl Sampler for Maker<'_> {
    fn known(&mut self, name: &str) -> Option<Value> {
        self.given.get(name).cloned()
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        match (format, name) {
            (Some("date-time" | "date"), _) => iso(self.now),
            (Some("number"), _) => "1".to_owned(),
            (_, "id" | "_id") => match self.last.take() {
                Some(last) => last,
                None => self.ids.record(),
            },
            (_, "traceId") => self.ids.uuid(),
            (_, "altType") => "location".to_owned(),
            (_, "altId") => self.text_of("locationId"),
            (_, "currency") => "USD".to_owned(),
            (_, "createdAt" | "updatedAt" | "dateAdded" | "dateUpdated") => iso(self.now),
            (_, "email") => "sam@example.com".to_owned(),
            (_, "phone") => "+15550100142".to_owned(),
            (_, "url" | "website" | "link") => "https://example.com/".to_owned(),
            (_, name) if name.ends_with("Id") => self.ids.record(),
            _ => format!("example {name}").trim_end().to_owned(),
        }
    }

    fn wants(&mut self, _: Field<'_>) -> bool {
        true
    }
}

impl Maker<'_> {
    fn text_of(&self, name: &str) -> String {
        self.given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
