//! `invoice_action`: an invoice is sent, made void, deleted, or marked as paid.

use domain::{Entity, RecordKey, WriteEffect};
use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    calls,
    find_invoices::{read, told},
    rows::text,
};
use crate::{
    ToolError,
    desk::{Desk, Written},
    directory::Shelf,
    names::{Found, Noun},
    plan::{Plan, PlanTarget},
    tool::{Act, Answer, TypedTool},
};

/// Acts on invoices.
pub(crate) struct InvoiceAction;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    id: String,
    action: Action,
    channel: Option<Channel>,
    /// Who sends it.
    user: Option<String>,
    /// Left out: all that is due.
    amount: Option<f64>,
    method: Option<Method>,
    notes: Option<String>,
}

// What becomes of the invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Send,
    Void,
    Delete,
    RecordPayment,
}

// How an invoice reaches its contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    #[default]
    Email,
    Sms,
    SmsAndEmail,
}

// How somebody paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    Cash,
    Card,
    Cheque,
    BankTransfer,
    #[default]
    Other,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[schemars(with = "Map<String, Value>")]
    invoice: Value,
    done: &'static str,
}

/// What an action comes to.
struct Deed {
    operation: &'static str,
    kind: Kind,
    effect: WriteEffect,
    body: Option<Value>,
    question: String,
    must_type: Option<String>,
    done: &'static str,
}

impl TypedTool for InvoiceAction {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "invoice_action";
    const ABOUT: &'static str = "Sends an invoice, makes it void, deletes it or records a payment; say which and how much first.";
    const KIND: Kind = Kind::Money;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let found = read(desk, &input.id).await?;
        let deed = match input.action {
            Action::Send => sent(desk, &input, &found).await?,
            Action::Void => void(desk, &found),
            Action::Delete => deleted(&found),
            Action::RecordPayment => paid(desk, &input, &found)?,
        };
        let call = call(desk, &deed, &input.id)?;
        Ok(Act::Plan(plan(input.id, &found, deed, call)))
    }
}

fn call(desk: &Desk, deed: &Deed, id: &str) -> Result<RawCall, ToolError> {
    let call = desk.raw(deed.operation)?.with("invoiceId", id);
    Ok(match &deed.body {
        Some(body) => call.body(body.clone()),
        None => calls::of_owner(call, desk),
    })
}

fn plan(id: String, found: &Value, deed: Deed, call: RawCall) -> Plan {
    let target = PlanTarget {
        entity: "invoice".to_owned(),
        id: id.clone(),
        name: Some(name_of(found)),
        version: text(found, "/updatedAt").map(str::to_owned),
    };
    let written = Written {
        effect: deed.effect,
        record: Some(RecordKey::new(Entity::Invoice, id.as_str())),
        parent: None,
    };
    let before = told(found);
    let done = deed.done;
    Plan {
        kind: deed.kind,
        title: "invoice_action".to_owned(),
        question: deed.question,
        targets: vec![target],
        count: 1,
        must_type: deed.must_type,
        calls: vec![calls::planned(deed.operation, deed.body.unwrap_or_default())],
        run: Box::new(move |desk| {
            Box::pin(async move {
                let reply = desk.write(call, written).await?;
                let reply = reply.json();
                let now = told(reply.get("invoice").unwrap_or(reply));
                let invoice = Value::Object(if now.is_empty() { before } else { now });
                Ok(Answer::of(&Output { invoice, done })?.untrusted(&["/invoice/name"]))
            })
        }),
    }
}

async fn sent(desk: &Desk, input: &Input, found: &Value) -> Result<Deed, ToolError> {
    let user = sender(desk, input.user.as_deref()).await?;
    let channel = input.channel.unwrap_or_default();
    let (email, phone) =
        (text(found, "/contactDetails/email"), text(found, "/contactDetails/phoneNo"));
    let to = match channel {
        Channel::Email => email.unwrap_or("no e-mail address").to_owned(),
        Channel::Sms => phone.unwrap_or("no phone number").to_owned(),
        Channel::SmsAndEmail => {
            format!("{} and {}", phone.unwrap_or("no number"), email.unwrap_or("no address"))
        }
    };
    let body = json!({
        "altId": calls::location(desk),
        "altType": "location",
        "userId": user.id,
        "action": channel,
        "liveMode": found.get("liveMode").and_then(Value::as_bool).unwrap_or(true),
    });
    let question = format!(
        "Send the invoice {} of {} to {} ({to}) in the name of {}",
        name_of(found),
        money(found, amount(found, "/total")),
        person(found),
        user.name
    );
    Ok(Deed {
        operation: "invoices.send-invoice",
        kind: Kind::Send,
        effect: WriteEffect::Sent,
        body: Some(body),
        question,
        must_type: None,
        done: "sent",
    })
}

/// The user of this name; without one the only user that there is. An invoice in the name of
/// somebody who was picked by chance would be wrong.
async fn sender(desk: &Desk, name: Option<&str>) -> Result<Found, ToolError> {
    if let Some(name) = name {
        return desk.resolve(Noun::User, None, name).await;
    }
    let users = desk.shelf(Shelf::Users).await?.entries;
    match users.as_slice() {
        [only] => Ok(Found { id: only.id.clone(), name: only.name.clone() }),
        several => {
            let names: Vec<&str> = several.iter().map(|user| user.name.as_str()).collect();
            let fix = format!("give one of these in `user`: {}", names.join(", "));
            Err(ToolError::argument("nobody is named who sends it", fix))
        }
    }
}

fn void(desk: &Desk, found: &Value) -> Deed {
    let body = json!({ "altId": calls::location(desk), "altType": "location" });
    Deed {
        operation: "invoices.void-invoice",
        kind: Kind::Delete,
        effect: WriteEffect::Changed,
        body: Some(body),
        question: format!(
            "Make the invoice {} of {} for {} void; it cannot be undone",
            name_of(found),
            money(found, amount(found, "/total")),
            person(found)
        ),
        must_type: Some(number_of(found)),
        done: "made void",
    }
}

fn deleted(found: &Value) -> Deed {
    Deed {
        operation: "invoices.delete-invoice",
        kind: Kind::Delete,
        effect: WriteEffect::Deleted,
        body: None,
        question: format!(
            "Delete the invoice {} of {} for {}; it cannot be undone",
            name_of(found),
            money(found, amount(found, "/total")),
            person(found)
        ),
        must_type: Some(number_of(found)),
        done: "deleted",
    }
}

fn paid(desk: &Desk, input: &Input, found: &Value) -> Result<Deed, ToolError> {
    let due = amount(found, "/amountDue");
    let paid = input.amount.unwrap_or(due);
    if !(paid.is_finite() && paid > 0.0) {
        let fix = "give an amount above 0 in `amount`";
        return Err(ToolError::argument("there is nothing to pay", fix));
    }
    let method = input.method.unwrap_or_default();
    let body = json!({
        "altId": calls::location(desk),
        "altType": "location",
        "mode": method,
        "amount": paid,
        "notes": input.notes.clone().unwrap_or_default(),
    });
    let question = format!(
        "Record a payment of {} for the invoice {} of {}, of which {} is due",
        money(found, paid),
        name_of(found),
        person(found),
        money(found, due)
    );
    Ok(Deed {
        operation: "invoices.record-invoice",
        kind: Kind::Money,
        effect: WriteEffect::Changed,
        body: Some(body),
        question,
        must_type: Some(format!("{paid:.2}")),
        done: "paid",
    })
}

/// Numbers are texts or numbers at the vendor.
fn number_of(found: &Value) -> String {
    match found.get("invoiceNumber") {
        Some(Value::String(number)) if !number.is_empty() => number.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => text(found, "/_id").unwrap_or("invoice").to_owned(),
    }
}

fn name_of(found: &Value) -> String {
    match text(found, "/name") {
        Some(name) => format!("{} \"{name}\"", number_of(found)),
        None => number_of(found),
    }
}

fn person(found: &Value) -> &str {
    text(found, "/contactDetails/name").unwrap_or("somebody without a name")
}

fn amount(found: &Value, pointer: &str) -> f64 {
    found.pointer(pointer).and_then(Value::as_f64).unwrap_or_default()
}

fn money(found: &Value, amount: f64) -> String {
    format!("{amount:.2} {}", text(found, "/currency").unwrap_or_default()).trim().to_owned()
}
