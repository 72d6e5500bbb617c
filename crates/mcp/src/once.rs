//! Does a call once, however often it comes under one `idempotency_key`.

use bytes::Bytes;
use domain::{KeptReply, KnownRequest, NewRequest, RequestKey, RequestMark};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{ToolError, desk::Desk, digest::Digest};

/// How long a key is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The status of what was done.
const DONE: u16 = 200;

/// The status of what was begun and failed.
const FAILED: u16 = 500;

/// A call that is done once.
pub(crate) struct Once {
    key: RequestKey,
    mark: RequestMark,
}

/// Whether a call was made before.
pub(crate) enum Begun {
    /// It was not.
    First,
    /// It was, and this came of it.
    Before(Value),
}

impl Once {
    /// The call of a tool with these arguments at this desk, under the word that its caller chose.
    pub(crate) fn new(desk: &Desk, word: &str, (tool, arguments): (&str, Digest)) -> Self {
        // No header of an HTTP request has a space in its key, so these words are nobody else's.
        let key =
            RequestKey { holder: desk.caller().actor.clone(), word: format!("mcp call {word}") };
        let place = desk.place();
        let target = [
            place.tenant.organization.as_str(),
            place.tenant.connection.as_str(),
            place.location.as_str(),
        ];
        Self { key, mark: RequestMark::of(tool, &target.join("/"), arguments.bytes()) }
    }

    /// Notes that it begins, or gives what came of it.
    ///
    /// # Errors
    /// Where the key was another call's, or nobody knows what came of it.
    pub(crate) async fn begin(&self, desk: &Desk) -> Result<Begun, ToolError> {
        let begun_at = desk.now();
        let request = NewRequest {
            key: self.key.clone(),
            mark: self.mark,
            begun_at,
            kept_until: begun_at + KEPT,
        };
        match desk.books().await?.begin(request).await? {
            None => Ok(Begun::First),
            Some(known) => self.again(known).map(Begun::Before),
        }
    }

    /// Keeps what came of it.
    pub(crate) async fn done(&self, desk: &Desk, value: &Value) {
        self.keep(desk, DONE, value).await;
    }

    /// Keeps that it failed after it was begun: it may have been done in part.
    pub(crate) async fn failed(&self, desk: &Desk, error: &ToolError) {
        self.keep(desk, FAILED, &json!({"message": error.message, "fix": error.fix})).await;
    }

    /// Frees the key: nothing was begun.
    pub(crate) async fn not_begun(&self, desk: &Desk) {
        let freed = match desk.books().await {
            Ok(books) => books.forget(&self.key).await.map_err(ToolError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = freed {
            tracing::error!(code = error.code, "an idempotency key cannot be freed");
        }
    }

    async fn keep(&self, desk: &Desk, status: u16, value: &Value) {
        let reply = KeptReply { status, body: Bytes::from(value.to_string()) };
        let kept = match desk.books().await {
            Ok(books) => books.end(&self.key, reply).await.map_err(ToolError::from),
            Err(error) => Err(error),
        };
        // It is done: whoever called is told now, and is refused when it calls again.
        if let Err(error) = kept {
            tracing::error!(code = error.code, "the result of a call cannot be kept");
        }
    }

    fn again(&self, known: KnownRequest) -> Result<Value, ToolError> {
        if known.mark != self.mark {
            return Err(ToolError::new(
                "key_reused",
                "the idempotency key belongs to a call with other arguments",
                "choose a new key for each thing to do, and repeat one with the same arguments only",
            ));
        }
        let Some(reply) = known.reply else {
            return Err(ToolError::new(
                "in_progress",
                "a call with this idempotency key has begun, and what came of it is not known",
                "ask again in a moment; if it stays so, look whether it was done, and use another \
                 key only if it was not",
            ));
        };
        let value: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        if reply.status == DONE {
            return Ok(value);
        }
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Err(ToolError::new("failed_before", text("message"), text("fix")))
    }
}
