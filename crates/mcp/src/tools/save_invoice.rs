//! `save_invoice`: a draft of an invoice is made or changed; nobody is sent anything.

use domain::{Entity, RecordKey, WriteEffect};
use endpoint::catalogue::Kind;
use jiff::{civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    calls,
    find_invoices::{read, told},
    rows::{listed, text},
};
use crate::{
    ToolError,
    desk::{Desk, Written},
    plan::{Plan, PlanTarget},
    tool::{Act, Answer, TypedTool},
};

/// Saves drafts of invoices.
pub(crate) struct SaveInvoice;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// A draft to change.
    id: Option<String>,
    contact: Option<String>,
    name: Option<String>,
    lines: Option<Vec<Line>>,
    currency: Option<String>,
    /// A day.
    issue_date: Option<String>,
    due_date: Option<String>,
    terms: Option<String>,
}

// What is charged for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    name: String,
    /// Of one.
    amount: f64,
    quantity: Option<f64>,
    description: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[schemars(with = "Map<String, Value>")]
    invoice: Value,
}

/// What is written, and what is said of it.
struct Draft {
    body: Value,
    question: String,
    target: PlanTarget,
}

impl TypedTool for SaveInvoice {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "save_invoice";
    const ABOUT: &'static str = "Makes or changes a draft of an invoice; invoice_action sends it.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        check(&input)?;
        match &input.id {
            Some(id) => change(desk, id, &input).await.map(Act::Plan),
            None => make(desk, &input).await.map(Act::Plan),
        }
    }
}

async fn make(desk: &Desk, input: &Input) -> Result<Plan, ToolError> {
    let draft = drafted(desk, input).await?;
    let contact = draft.target.id.clone();
    let call = desk.raw("invoices.create-invoice")?.body(draft.body.clone());
    let written = Written {
        effect: WriteEffect::Created,
        record: None,
        parent: Some(RecordKey::new(Entity::Contact, contact)),
    };
    Ok(plan("invoices.create-invoice", draft, call, written))
}

async fn change(desk: &Desk, id: &str, input: &Input) -> Result<Plan, ToolError> {
    if input.contact.is_some() {
        let fix = "leave `contact` out, or delete the draft and make another";
        return Err(ToolError::argument("an invoice keeps its contact", fix));
    }
    let found = read(desk, id).await?;
    let state = text(&found, "/status").unwrap_or_default();
    if state != "draft" {
        let fix = "void it with invoice_action and make another";
        let message = format!("the invoice is no draft any more: it is {state}");
        return Err(ToolError::new("not_a_draft", message, fix));
    }
    let draft = redrafted(desk, id, &found, input);
    let call = desk.raw("invoices.update-invoice")?.with("invoiceId", id);
    let written = Written {
        effect: WriteEffect::Changed,
        record: Some(RecordKey::new(Entity::Invoice, id)),
        parent: None,
    };
    let call = call.body(draft.body.clone());
    Ok(plan("invoices.update-invoice", draft, call, written))
}

fn plan(operation: &str, draft: Draft, call: highlevel::RawCall, written: Written) -> Plan {
    Plan {
        kind: Kind::Write,
        title: "save_invoice".to_owned(),
        question: draft.question,
        targets: vec![draft.target],
        count: 1,
        must_type: None,
        calls: vec![calls::planned(operation, draft.body)],
        run: Box::new(move |desk| {
            Box::pin(async move {
                let reply = desk.write(call, written).await?;
                let invoice = Value::Object(told(reply.content()));
                Ok(Answer::of(&Output { invoice })?.untrusted(&["/invoice/name"]))
            })
        }),
    }
}

/// A new draft. The vendor wants the person and the business in it as they are now.
async fn drafted(desk: &Desk, input: &Input) -> Result<Draft, ToolError> {
    let (Some(contact), Some(name), Some(lines)) = (&input.contact, &input.name, &input.lines)
    else {
        let fix = "give `contact`, `name` and `lines`, or the `id` of a draft";
        return Err(ToolError::argument("a new invoice needs more than this", fix));
    };
    let Some(currency) = &input.currency else {
        let fix = "give `currency`, such as USD";
        return Err(ToolError::argument("a new invoice needs a currency", fix));
    };
    let (contact, person) = desk.contact(contact).await?;
    let call = desk.raw("contacts.get-contact")?.with("contactId", contact.as_str());
    let reply = desk.read(call).await?;
    let known = reply.content();
    let email = text(known, "/email").unwrap_or_default();
    let call = desk.raw("locations.get-location")?.with("locationId", calls::location(desk));
    let location = desk.read(call).await?;
    let business = location.content().pointer("/business/name").cloned();
    let today = desk.now().to_zoned(TimeZone::UTC).date().to_string();
    let mut body = json!({
        "altId": calls::location(desk),
        "altType": "location",
        "name": name,
        "currency": currency.to_uppercase(),
        "items": items(lines, currency),
        "discount": { "type": "percentage", "value": 0 },
        "contactDetails": {
            "id": contact,
            "name": person,
            "email": email,
            "phoneNo": text(known, "/phone").unwrap_or_default(),
        },
        "businessDetails": { "name": business },
        "sentTo": { "email": if email.is_empty() { json!([]) } else { json!([email]) } },
        "issueDate": input.issue_date.clone().unwrap_or(today),
        "liveMode": true,
    });
    put(&mut body, "dueDate", &input.due_date);
    put(&mut body, "termsNotes", &input.terms);
    let target = PlanTarget {
        entity: "contact".to_owned(),
        id: contact,
        name: Some(person.clone()),
        version: None,
    };
    let question = format!(
        "Make a draft invoice \"{name}\" for {person}: {} {}",
        total(lines),
        currency.to_uppercase()
    );
    Ok(Draft { body, question, target })
}

/// A draft as it is with what is to be different: the vendor wants the rest again.
fn redrafted(desk: &Desk, id: &str, found: &Value, input: &Input) -> Draft {
    let currency = input.currency.as_deref().or(text(found, "/currency")).unwrap_or_default();
    let lines = match &input.lines {
        Some(lines) => items(lines, currency),
        None => json!(listed(found, "invoiceItems")),
    };
    let name = input.name.as_deref().or(text(found, "/name")).unwrap_or(id);
    let mut body = json!({
        "altId": calls::location(desk),
        "altType": "location",
        "name": name,
        "currency": currency.to_uppercase(),
        "invoiceItems": lines,
        "issueDate": input.issue_date.as_deref().or(day(found, "/issueDate")),
        "dueDate": input.due_date.as_deref().or(day(found, "/dueDate")),
    });
    put(&mut body, "termsNotes", &input.terms);
    let sum = input.lines.as_ref().map(|lines| format!(", {} {currency}", total(lines)));
    let of = text(found, "/contactDetails/name").unwrap_or("nobody");
    let question =
        format!("Change the draft invoice \"{name}\" for {of}{}", sum.unwrap_or_default());
    let target = PlanTarget {
        entity: "invoice".to_owned(),
        id: id.to_owned(),
        name: Some(name.to_owned()),
        version: text(found, "/updatedAt").map(str::to_owned),
    };
    Draft { body, question, target }
}

/// Refuses what the vendor would take and nobody means.
fn check(input: &Input) -> Result<(), ToolError> {
    let is_day = |text: &Option<String>| {
        text.as_ref().is_none_or(|text| text.len() == 10 && text.parse::<Date>().is_ok())
    };
    if !is_day(&input.issue_date) || !is_day(&input.due_date) {
        return Err(ToolError::argument("this is no day", "write days such as 2026-03-09"));
    }
    let is_charge = |line: &Line| {
        let quantity = line.quantity.unwrap_or(1.0);
        line.amount.is_finite() && line.amount >= 0.0 && quantity.is_finite() && quantity > 0.0
    };
    match &input.lines {
        Some(lines) if lines.is_empty() || !lines.iter().all(is_charge) => {
            let fix = "give at least one line, with an amount from 0 and a quantity above 0";
            Err(ToolError::argument("these lines are none", fix))
        }
        _ => Ok(()),
    }
}

fn items(lines: &[Line], currency: &str) -> Value {
    let item = |line: &Line| {
        let mut item = json!({
            "name": line.name,
            "amount": line.amount,
            "qty": line.quantity.unwrap_or(1.0),
            "currency": currency.to_uppercase(),
        });
        put(&mut item, "description", &line.description);
        item
    };
    Value::Array(lines.iter().map(item).collect())
}

fn total(lines: &[Line]) -> String {
    let sum: f64 = lines.iter().map(|line| line.amount * line.quantity.unwrap_or(1.0)).sum();
    format!("{sum:.2}")
}

fn put(body: &mut Value, name: &str, value: &Option<String>) {
    if let Some(value) = value {
        body[name] = json!(value);
    }
}

/// The day of a moment of the vendor.
fn day<'a>(record: &'a Value, pointer: &str) -> Option<&'a str> {
    text(record, pointer).and_then(|text| text.get(..10))
}
