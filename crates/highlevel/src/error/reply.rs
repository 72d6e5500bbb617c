//! The body of a refused call, in any of the shapes that HighLevel gives it.

use serde_json::{Map, Value};

/// How much of the messages a sentence shows, in characters.
const MESSAGE_SHOWN: usize = 300;

/// Longer words are ids, tokens or dumps, not words.
const LONGEST_WORD: usize = 48;

/// What HighLevel says about a call that it refused or failed (`facts/highlevel.md` 4).
#[derive(Debug)]
pub(super) struct ErrorReply {
    pub(super) messages: Vec<String>,
    pub(super) code: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) meta: Option<Map<String, Value>>,
    /// The members that have no place above.
    pub(super) rest: Map<String, Value>,
}

impl ErrorReply {
    /// None for anything that is not a JSON object, such as the HTML of the edge.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut rest: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let mut messages = Vec::new();
        let mut code = take_text(&mut rest, "code");
        match rest.remove("error") {
            // The third generation nests what the second has at the top.
            Some(Value::Object(mut inner)) => {
                code = code.or_else(|| take_text(&mut inner, "code"));
                add_messages(&mut messages, inner.remove("message"));
                add_messages(&mut messages, inner.remove("resolution"));
            }
            // `error` repeats the status in words, except beside `error_description`.
            Some(Value::String(text)) if rest.contains_key("error_description") => {
                add_messages(&mut messages, rest.remove("error_description"));
                code = code.or(Some(text));
            }
            Some(Value::String(text)) if !rest.contains_key("message") => messages.push(text),
            _ => {}
        }
        add_messages(&mut messages, rest.remove("message"));
        add_messages(&mut messages, rest.remove("msg"));
        let meta = match rest.remove("meta") {
            Some(Value::Object(meta)) => Some(meta),
            _ => None,
        };
        let trace_id = take_text(&mut rest, "traceId");
        Some(Self { messages, code, trace_id, meta, rest })
    }

    /// What follows the status in a sentence: code and messages in one line, without what they
    /// quote of the call.
    pub(super) fn in_a_sentence(&self) -> String {
        let code = self.code.as_ref().map_or_else(String::new, |code| format!(" ({code})"));
        let words = self.messages.iter().flat_map(|message| message.split_whitespace());
        let line = words.map(without_value).collect::<Vec<_>>().join(" ");
        let shown = match line.char_indices().nth(MESSAGE_SHOWN) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        };
        match shown.trim_end_matches('.') {
            "" => code,
            text => format!("{code}: {text}"),
        }
    }
}

/// A word, unless it looks like an address, a number of a phone, or a token.
fn without_value(word: &str) -> &str {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_value = word.contains('@')
        || digits >= 7
        || word.len() > LONGEST_WORD
        || word.contains("pit-")
        || word.contains("eyJ");
    if is_value { "[…]" } else { word }
}

fn take_text(from: &mut Map<String, Value>, name: &str) -> Option<String> {
    match from.remove(name)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// One message, or one for each wrong field, or something else, which is kept as JSON.
fn add_messages(messages: &mut Vec<String>, value: Option<Value>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => messages.push(text),
        Some(Value::Array(items)) => {
            items.into_iter().for_each(|item| add_messages(messages, Some(item)));
        }
        Some(other) => messages.push(other.to_string()),
    }
}
