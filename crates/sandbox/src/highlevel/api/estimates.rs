//! `/invoices/estimate`: estimates and their templates, sending, and invoices made of estimates.

use jiff::ToSpan as _;
use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    invoice_templates::change,
    invoices,
    ledger::{self, Kind, is_within, mentions, text},
    moment::iso,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("invoices.create-new-estimate", create),
    ("invoices.list-estimates", list),
    ("invoices.update-estimate", update),
    ("invoices.delete-estimate", remove),
    ("invoices.generate-estimate-number", generate_number),
    ("invoices.send-estimate", send),
    ("invoices.create-invoice-from-estimate", invoice),
    ("invoices.update-estimate-last-visited-at", visit),
    ("invoices.create-estimate-template", create_template),
    ("invoices.list-estimate-templates", list_templates),
    ("invoices.update-estimate-template", update_template),
    ("invoices.delete-estimate-template", remove_template),
    ("invoices.preview-estimate-template", preview_template),
];

const ESTIMATE: Kind = Kind { name: "Estimate", shelf: |ledger| &mut ledger.estimates };
const TEMPLATE: Kind =
    Kind { name: "Estimate template", shelf: |ledger| &mut ledger.estimate_templates };

/// What estimates and templates of them have from the start.
fn draft(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let mut draft = ledger::start(world, call)?;
    let fields = json!({
        "liveMode": true,
        "deleted": false,
        "title": "ESTIMATE",
        "estimateNumberPrefix": "EST-",
        "attachments": [],
        "__v": 0,
        "automaticTaxesEnabled": false,
        "termsNotes": "",
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        draft[name.as_str()] = value.clone();
    }
    Ok(draft)
}

/// Estimates are numbered by themselves.
fn next_number(world: &mut World, call: &Call) -> Result<u64, Refusal> {
    let all = world.account(call)?.ledger.estimates.iter();
    let numbers = all.filter_map(|estimate| estimate["estimateNumber"].as_u64());
    Ok(numbers.max().unwrap_or_default().saturating_add(1))
}

fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, ESTIMATE, call.segment("estimateId"))
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let number = next_number(world, call)?;
    let mut estimate = draft(world, call)?;
    let today = call.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let expiry = today.checked_add(7.days()).unwrap_or(today);
    let fields = json!({
        "companyId": world.company_id,
        "estimateNumber": number,
        "estimateStatus": "draft",
        "estimateActionHistory": [],
        "issueDate": today.to_string(),
        "expiryDate": expiry.to_string(),
        "automaticTaxesCalculated": false,
        "meta": {},
        "sentTo": { "email": [], "emailCc": [], "emailBcc": [], "phoneNo": [] },
        "lastVisitedAt": iso(call.now),
        "autoInvoice": { "enabled": false, "directPayments": false },
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        estimate[name.as_str()] = value.clone();
    }
    refuse_taken(world, call, &estimate)?;
    set(&mut estimate, call);
    ledger::keep(world, call, ESTIMATE, &estimate)?;
    Ok(Answer::created(estimate))
}

fn refuse_taken(world: &mut World, call: &Call, estimate: &Value) -> Result<(), Refusal> {
    let Some(number) = call.body.get("estimateNumber") else {
        return Ok(());
    };
    let mut all = world.account(call)?.ledger.estimates.iter();
    match all.any(|known| known["estimateNumber"] == *number && known["_id"] != estimate["_id"]) {
        true => Err(Refusal::bad_request(format!("Estimate number {number} already exists"))),
        false => Ok(()),
    }
}

/// The total is shown in dollars as if all currencies were: there are no rates of exchange here.
fn set(estimate: &mut Value, call: &Call) {
    change(estimate, call);
    estimate["totalamountInUSD"] = estimate["total"].clone();
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (contact, status) =
        (call.query("contactId"), call.query("status").filter(|status| *status != "all"));
    let found = ledger::latest(world, call, ESTIMATE, |estimate| {
        let of = &estimate["contactDetails"];
        status.is_none_or(|status| estimate["estimateStatus"] == status)
            && contact.is_none_or(|contact| of["id"] == contact)
            && is_within(call, estimate, "issueDate")
            && mentions(call, [text(estimate, "name"), text(of, "name"), text(of, "email")])
    })?;
    let (rows, total) = ledger::page(call, found, 0)?;
    Ok(json!({ "estimates": rows, "total": total }).into())
}

fn refuse_invoiced(estimate: &Value) -> Result<(), Refusal> {
    match estimate["estimateStatus"] == "invoiced" {
        true => Err(Refusal::bad_request("The estimate is already invoiced")),
        false => Ok(()),
    }
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut estimate = named(world, call)?;
    refuse_invoiced(&estimate)?;
    refuse_taken(world, call, &estimate)?;
    set(&mut estimate, call);
    ledger::keep(world, call, ESTIMATE, &estimate)?;
    Ok(estimate.into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut estimate = ledger::remove(world, call, ESTIMATE, call.segment("estimateId"))?;
    estimate["deleted"] = json!(true);
    Ok(estimate.into())
}

fn generate_number(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "estimateNumber": next_number(world, call)? }).into())
}

fn send(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut estimate = named(world, call)?;
    refuse_invoiced(&estimate)?;
    estimate["estimateStatus"] = json!("sent");
    estimate["sentBy"] = json!(call.text("userId"));
    estimate["liveMode"] = call.body.get("liveMode").cloned().unwrap_or(json!(true));
    estimate["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, ESTIMATE, &estimate)?;
    Ok(Answer::created(estimate))
}

/// What an invoice takes over from its estimate.
const TAKEN: [&str; 10] = [
    "name",
    "businessDetails",
    "currency",
    "items",
    "discount",
    "contactDetails",
    "sentTo",
    "termsNotes",
    "liveMode",
    "attachments",
];

fn invoice(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut estimate = named(world, call)?;
    refuse_invoiced(&estimate)?;
    let taken = TAKEN.iter().filter_map(|name| {
        let value = estimate.get(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    let body: Map<String, Value> = taken.collect();
    let invoice = invoices::add(world, call, &body)?;
    if call.body.get("markAsInvoiced") == Some(&json!(true)) {
        estimate["estimateStatus"] = json!("invoiced");
    }
    estimate["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, ESTIMATE, &estimate)?;
    Ok(json!({ "estimate": estimate, "invoice": invoices::shown(&invoice) }).into())
}

/// Notes that the receiver has looked at it.
fn visit(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    ledger::visit(world, call, ESTIMATE, call.text("estimateId").unwrap_or_default())
}

fn create_template(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut template = draft(world, call)?;
    change(&mut template, call);
    ledger::keep(world, call, TEMPLATE, &template)?;
    Ok(Answer::created(template))
}

fn list_templates(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, TEMPLATE, |one| mentions(call, [text(one, "name")]))?;
    let (rows, total) = ledger::page(call, found, 0)?;
    Ok(json!({ "data": rows, "totalCount": total }).into())
}

fn update_template(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut template = ledger::find(world, call, TEMPLATE, call.segment("templateId"))?;
    change(&mut template, call);
    ledger::keep(world, call, TEMPLATE, &template)?;
    Ok(template.into())
}

fn remove_template(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut template = ledger::remove(world, call, TEMPLATE, call.segment("templateId"))?;
    template["deleted"] = json!(true);
    Ok(template.into())
}

fn preview_template(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(ledger::find(world, call, TEMPLATE, call.query("templateId").unwrap_or_default())?.into())
}
