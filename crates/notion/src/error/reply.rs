//! The body of a refused call, as Notion writes it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Code;

/// How much of a message a sentence shows, in characters.
const MESSAGE_SHOWN: usize = 500;

/// Before this mark a message says what is wrong, after it stands the value that was sent.
const VALUE_MARK: &str = "instead was ";

/// What Notion says about a call that it refused or failed (`facts/notion.md` 6).
#[derive(Debug)]
pub(super) struct ErrorReply {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) request_id: Option<String>,
    pub(super) additional_data: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Wire {
    code: String,
    #[serde(default)]
    message: String,
    request_id: Option<String>,
    additional_data: Option<Map<String, Value>>,
}

impl ErrorReply {
    /// None for anything that is not Notion's, such as the HTML of its edge.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(body).ok()?;
        Some(Self {
            code: Code::parse(&wire.code),
            message: wire.message,
            request_id: wire.request_id,
            additional_data: wire.additional_data,
        })
    }

    /// The message in one line, without what it quotes of the call: lengths stay, texts go.
    pub(super) fn message_without_values(&self) -> String {
        let lines: Vec<_> = self.message.lines().map(without_value).collect();
        let line = lines.join(" ");
        match line.char_indices().nth(MESSAGE_SHOWN) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

fn without_value(line: &str) -> String {
    let Some((rule, value)) = line.split_once(VALUE_MARK) else {
        return line.to_owned();
    };
    let is_length = rule.contains(".length should ");
    if is_length || value.starts_with("`undefined`") {
        return line.to_owned();
    }
    format!("{rule}{VALUE_MARK}another value.")
}
