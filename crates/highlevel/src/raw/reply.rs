//! The reply to a raw call: status, headers and body, and the JSON where it is that.

use std::fmt;

use endpoint::{
    Error, Response,
    catalogue::{Edition, Operation, Reply},
};
use serde_json::Value;

/// Operations that answer with nothing although their reply is documented
/// (`facts/highlevel.md` 4).
const SOMETIMES_EMPTY: [&str; 3] = [
    "conversations.add-an-inbound-message",
    "conversations.add-an-outbound-message",
    "conversations.send-a-new-message",
];

/// What a raw call was answered with.
#[derive(Clone)]
pub struct RawReply {
    response: Response,
    json: Value,
    envelope: Option<&'static str>,
}

impl RawReply {
    /// The HTTP status, from 200 to 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status
    }

    /// The first header with this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.header(name)
    }

    /// The body as it came: for files and texts, which are no JSON.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.response.body
    }

    /// The body as JSON; `null` where it is empty, a file or a text.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The body as JSON, by value.
    #[must_use]
    pub fn into_json(self) -> Value {
        self.json
    }

    /// What was asked for: the member of the body that holds it, or the whole body where there is
    /// no such member.
    #[must_use]
    pub fn content(&self) -> &Value {
        self.envelope.and_then(|name| self.json.get(name)).unwrap_or(&self.json)
    }

    pub(super) fn read(
        operation: Operation<'static>,
        edition: Option<Edition<'static>>,
        response: Response,
    ) -> Result<Self, Error> {
        let (id, method) = (operation.id(), operation.method());
        if !(200..300).contains(&response.status) {
            return Err(Error::Status { operation: id, method, response });
        }
        let documented = edition.and_then(|it| it.reply(response.status).or(it.success()));
        let json = match expected(id, documented, &response) {
            Expected::Bytes => Ok(Value::Null),
            Expected::Json => serde_json::from_slice(&response.body),
        };
        let envelope = edition.and_then(Edition::envelope);
        match json {
            Ok(json) => Ok(Self { response, json, envelope }),
            Err(source) => Err(Error::Decode { operation: id, response, source }),
        }
    }
}

/// What a success has to be.
enum Expected {
    /// Anything, also nothing.
    Bytes,
    Json,
}

/// A success without a documented shape may be empty or a text; an HTML page comes from something
/// in between and is never a reply.
fn expected(id: &str, documented: Option<Reply<'_>>, response: &Response) -> Expected {
    if documented.is_some_and(|reply| reply.content_type().is_some()) {
        return Expected::Bytes;
    }
    let has_shape = documented.is_some_and(|reply| reply.schema().is_some());
    let may_be_empty = !has_shape || response.status == 204 || SOMETIMES_EMPTY.contains(&id);
    let is_text = response.header("content-type").is_some_and(|it| it.starts_with("text/plain"));
    match response.body.is_empty() {
        true if may_be_empty => Expected::Bytes,
        false if !has_shape && is_text => Expected::Bytes,
        _ => Expected::Json,
    }
}

impl fmt::Debug for RawReply {
    /// Without the body: replies hold tokens, and what people wrote.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawReply")
            .field("status", &self.response.status)
            .field("bytes", &self.response.body.len())
            .finish_non_exhaustive()
    }
}
