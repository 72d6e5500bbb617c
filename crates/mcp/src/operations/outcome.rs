//! What an operation answered, as an assistant is told it: records, the way on, and no secrets.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use endpoint::catalogue::{PageStyle, Place as In};
use highlevel::{Paged, RawCall, RawReply};
use serde_json::{Map, Value, json};

use crate::{output, tool::Answer};

/// How the records of a reply are told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// These fields only; all where there are none.
    pub(crate) fields: Vec<String>,
    /// At most so many records.
    pub(crate) most: Option<usize>,
    /// As a table.
    pub(crate) is_table: bool,
}

/// Members that are secrets, whatever letters between their words.
const SECRETS: [&str; 10] = [
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "bearertoken",
    "privatekey",
    "apikey",
    "secretkey",
    "password",
    "clientsecret",
];
/// Stands for a secret.
const HIDDEN: &str = "(hidden)";

/// Products in whose records strangers write, and the members in which they do.
const STRANGERS: &[(&str, &[&str])] = &[
    ("conversations", &["body", "lastMessageBody", "message", "subject", "html", "text"]),
    ("contacts", &["body", "title", "description", "notes"]),
    ("voice-ai", &["transcript", "summary"]),
    ("conversation-ai", &["body", "input", "message", "response"]),
    ("products", &["comment", "title", "reply", "detail"]),
    ("social-media-posting", &["comment", "message", "text"]),
    ("calendars", &["notes", "title", "body", "description"]),
    ("opportunities", &["notes"]),
];
/// Products whose records are answers of strangers altogether.
const ANSWERS: [&str; 2] = ["forms", "surveys"];

/// What a call was answered.
pub(crate) fn told(call: &RawCall, reply: RawReply, wish: &Wish) -> Answer {
    let status = reply.status();
    let mut value = match (reply.json(), reply.bytes()) {
        (Value::Null, []) => json!({ "status": status }),
        (Value::Null, bytes) => file(bytes, reply.header("content-type")),
        _ if is_list(call, &reply) => list(call, reply, wish),
        _ => match output::project(reply.content(), &wish.fields) {
            result if output::is_empty(&result) => json!({ "status": status }),
            result => json!({ "result": result }),
        },
    };
    hide_secrets(&mut value);
    let untrusted = untrusted(call.operation().product(), &value);
    Answer { value, untrusted }
}

/// Puts a word in place of every secret.
pub(crate) fn hide_secrets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(_) if is_secret(name) => *member = HIDDEN.into(),
                    member => hide_secrets(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|it| it.is_alphanumeric()).collect();
    SECRETS.contains(&plain.to_lowercase().as_str())
}

fn is_list(call: &RawCall, reply: &RawReply) -> bool {
    let pages = call.edition().map(|edition| edition.pagination());
    let is_paged = pages.is_some_and(|it| it.style() != PageStyle::None || it.rows().is_some());
    is_paged || reply.content().is_array()
}

fn list(call: &RawCall, reply: RawReply, wish: &Wish) -> Value {
    let total = total(reply.json());
    let (mut rows, next) = call.turn(reply).into_parts();
    let came = rows.len();
    rows.truncate(wish.most.unwrap_or(usize::MAX));
    let left = came - rows.len();
    let rows: Vec<Value> = rows.iter().map(|row| output::project(row, &wish.fields)).collect();
    // An empty list would be left out, and nobody could tell it from an answer without one.
    let mut told = Map::from_iter([("count".to_owned(), rows.len().into())]);
    match wish.is_table {
        true => told.insert("csv".to_owned(), output::csv(&rows).into()),
        false => told.insert("items".to_owned(), rows.into()),
    };
    if let Some(total) = total {
        told.insert("total".to_owned(), total.into());
    }
    // The next page begins after rows that were not told.
    match next.filter(|_| left == 0) {
        Some(next) => told.insert("next".to_owned(), changes(call, &next)),
        None if left > 0 => told.insert("left_out".to_owned(), left.into()),
        None => None,
    };
    Value::Object(told)
}

/// The params that the call of the next page has besides.
fn changes(call: &RawCall, next: &RawCall) -> Value {
    let pages = call.edition().map(|edition| edition.pagination());
    let names = pages.into_iter().flat_map(|pages| pages.positions());
    let changed = names.filter_map(|name| {
        let value = next.value(name)?;
        (call.value(name) != Some(value)).then(|| (name.to_owned(), value.clone()))
    });
    Value::Object(changed.collect())
}

/// The number of all records, where the reply tells it.
fn total(reply: &Value) -> Option<u64> {
    const PLACES: [&str; 6] =
        ["/total", "/meta/total", "/totalCount", "/count", "/data/total", "/pagination/total"];
    PLACES.iter().find_map(|place| reply.pointer(place)?.as_u64())
}

/// The name and largest value of the parameter that says how many records a page has.
pub(crate) fn page_size(call: &RawCall) -> Option<(&'static str, In, Option<u32>)> {
    let pages = call.edition()?.pagination();
    Some((pages.size()?, pages.place(), pages.largest()))
}

fn file(bytes: &[u8], content_type: Option<&str>) -> Value {
    let content_type = content_type.unwrap_or("application/octet-stream");
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "content_type": content_type, "text": text }),
        Err(_) => json!({
            "content_type": content_type,
            "bytes": bytes.len(),
            "base64": STANDARD.encode(bytes),
        }),
    }
}

/// Where strangers wrote in a value, as JSON Pointers with `*` for every item of a list.
fn untrusted(product: &str, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if value.get("csv").is_some() {
        found.push("/csv".to_owned());
    }
    let names = STRANGERS.iter().find(|(name, _)| *name == product).map(|(_, names)| *names);
    let names = names.unwrap_or_default();
    let all = ANSWERS.contains(&product);
    collect(value, "", &|name| all || names.contains(&name), &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(value: &Value, at: &str, is_theirs: &dyn Fn(&str) -> bool, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let inner = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                match member {
                    Value::String(_) if is_theirs(name) => found.push(inner),
                    member => collect(member, &inner, is_theirs, found),
                }
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| collect(item, &format!("{at}/*"), is_theirs, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
