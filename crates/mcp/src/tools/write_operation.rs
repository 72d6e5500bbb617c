//! `write_operation`: calls any operation that changes, sends, takes away or moves money.

use endpoint::catalogue::Kind;
use highlevel::{RawCall, models::DndSettings};
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ToolError,
    desk::Desk,
    operations::{self, Wish, call_of, operation, told, tool_of},
    plan::Plan,
    tool::{Act, TypedTool},
};

/// The operation that sends a message to a contact, who may have said STOP.
const SEND: &str = "conversations.send-a-new-message";
/// What `type` of a message is called among the wishes of a contact, where it is not the same.
const CHANNELS: [(&str, &str); 4] =
    [("IG", "Instagram"), ("GMB", "GMB"), ("TYPE_SMS", "SMS"), ("TYPE_EMAIL", "Email")];

/// Calls what changes something.
pub(crate) struct WriteOperation;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    id: String,
    /// As of read_operation.
    #[serde(default)]
    params: JsonObject,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    result: Option<Value>,
    change_set: Option<String>,
}

impl TypedTool for WriteOperation {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "write_operation";
    const ABOUT: &'static str =
        "Calls an operation of any other kind; tell the person whom and what first.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let operation = operation(&input.id)?;
        if operation.kind() == Kind::Read {
            return Err(ToolError::new(
                "wrong_tool",
                format!("`{}` only reads", operation.id()),
                format!("call {} with the same id and params", tool_of(operation.kind())),
            ));
        }
        planned(desk, call_of(operation, input.params, desk.place())?).await
    }
}

/// The plan of a call that changes something.
pub(super) async fn planned(desk: &Desk, call: RawCall) -> Result<Act, ToolError> {
    keep_to_stop(desk, &call).await?;
    Ok(Act::Plan(plan(call)?))
}

fn plan(call: RawCall) -> Result<Plan, ToolError> {
    let kind = call.operation().kind();
    let targets = operations::targets(&call);
    let is_grave = matches!(kind, Kind::Delete | Kind::Money);
    let typed = amount(&call).or_else(|| targets.first().map(|target| target.id.clone()));
    let typed = typed.unwrap_or_else(|| call.operation().id().to_owned());
    Ok(Plan {
        kind,
        title: call.operation().id().to_owned(),
        question: format!("{}?", operations::named(&call)),
        count: operations::count(&call),
        must_type: is_grave.then_some(typed),
        calls: vec![operations::requested(&call)?],
        targets,
        run: Box::new(move |desk| {
            Box::pin(async move {
                keep_to_stop(&desk, &call).await?;
                let reply = desk.write(call.clone(), operations::written(&call)).await?;
                Ok(told(&call, reply, &Wish::default()))
            })
        }),
    })
}

/// The amount of money in a call, as a person types it.
fn amount(call: &RawCall) -> Option<String> {
    let value = call.value("amount").filter(|_| call.operation().kind() == Kind::Money)?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// People win: who does not want a message is sent none, whatever was confirmed. The contact is read
/// at the vendor, since the mirror may be behind by the STOP of a second ago.
async fn keep_to_stop(desk: &Desk, call: &RawCall) -> Result<(), ToolError> {
    let contact = call.value("contactId").and_then(Value::as_str);
    let (true, Some(contact)) = (call.operation().id() == SEND, contact) else { return Ok(()) };
    let get = RawCall::of(operation("contacts.get-contact")?).with("contactId", contact);
    let reply = desk.read(get).await?;
    let told = reply.content();
    let kind = call.value("type").and_then(Value::as_str).unwrap_or_default();
    let channel = CHANNELS.iter().find(|(known, _)| *known == kind).map_or(kind, |(_, name)| name);
    let settings: Option<DndSettings> =
        told.get("dndSettings").and_then(|told| serde_json::from_value(told.clone()).ok());
    let is_closed = settings
        .as_ref()
        .and_then(|settings| settings.state(channel))
        .is_some_and(|state| !matches!(state, highlevel::models::DndState::Inactive));
    if told.get("dnd") == Some(&Value::Bool(true)) || is_closed {
        return Err(ToolError::new(
            "opted_out",
            format!("the contact does not want messages by {kind}"),
            "do not send it; another channel may be open, or the person has to open this one",
        ));
    }
    Ok(())
}
