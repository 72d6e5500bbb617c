//! `explain_event`: the story of one event: where it came from, what it changed, what was done for it.

use domain::{EventId, Realm};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// Tells what became of an event.
pub(crate) struct ExplainEvent;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Such as evt_0123…; the view `events` of query_mirror lists them.
    event: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[schemars(with = "Map<String, Value>")]
    story: Value,
}

impl TypedTool for ExplainEvent {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "explain_event";
    const ABOUT: &'static str = "Explains one event of the hub: where it came from, what it changed and what was done for it.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let event: EventId = input.event.trim().parse().map_err(|_| {
            let fix =
                "give an id such as query_mirror finds: SELECT event, kind, record FROM events";
            ToolError::argument("this is no event's id", fix)
        })?;
        let realm = Realm::Connection(desk.place().tenant.clone());
        let story = desk.books().await?.story(&realm, event).await?.ok_or_else(|| {
            ToolError::new(
                "not_found",
                "there is no such event of this connection",
                "list them with query_mirror: SELECT event, kind, record FROM events",
            )
        })?;
        // A story tells what was before and after, which strangers may have written.
        Ok(Act::Answer(Answer::of(&Output { story })?.untrusted(&["/story"])))
    }
}
