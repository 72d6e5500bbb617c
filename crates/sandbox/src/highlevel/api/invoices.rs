//! `/invoices`: create, list, read, update, delete, numbers and settings (`facts/highlevel.md` 6.6).

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    invoice_totals::Totals,
    ledger::{self, Kind, Ledger, amount, fits, is_of_mode, is_within, mentions, number, text},
    moment::iso,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("invoices.create-invoice", create),
    ("invoices.list-invoices", list),
    ("invoices.get-invoice", read),
    ("invoices.update-invoice", update),
    ("invoices.delete-invoice", remove),
    ("invoices.generate-invoice-number", generate_number),
    ("invoices.get-invoice-settings", settings),
    ("invoices.update-invoice-late-fees-configuration", configure_late_fees),
    ("invoices.update-invoice-last-visited-at", visit),
];

/// Where and when an invoice is made or changed.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) location: &'a str,
    pub(crate) now: Timestamp,
}

pub(crate) const INVOICE: Kind = Kind { name: "Invoice", shelf: |ledger| &mut ledger.invoices };

/// When an invoice is due that does not say so, in days after its issue.
const DUE_AFTER_DAYS: i64 = 7;

/// The messages that a location can have sent about its invoices and estimates.
const NOTICES: [&str; 16] = [
    "customerSendInvoice",
    "teamPaymentSuccess",
    "customerPaymentSuccess",
    "teamAutoPaymentSuccess",
    "customerAutoPaymentSuccess",
    "teamPaymentFailure",
    "customerPaymentFailure",
    "teamAutoPaymentFailure",
    "customerAutoPaymentFailure",
    "customerAutoPaymentInfo",
    "customerAutoPaymentAmountChanged",
    "teamAutoPaymentSkip",
    "teamRecurringSendInvoiceFailed",
    "customerSendEstimate",
    "teamEstimateAccepted",
    "teamEstimateDeclined",
];

/// The invoice as its webhooks tell it: its number as text, no type, no `locationId`.
pub(crate) fn tell(world: &mut World, invoice: &Value) {
    world.tell_all(invoice.clone());
}

/// As the API shows it: a number of digits alone is a number there.
pub(crate) fn shown(invoice: &Value) -> Value {
    let mut shown = invoice.clone();
    let number = text(invoice, "invoiceNumber");
    if let Ok(digits) = number.parse::<u64>()
        && digits.to_string() == number
    {
        shown["invoiceNumber"] = json!(digits);
    }
    shown
}

/// Makes a draft of what a body gives and tells of it.
///
/// # Errors
/// 400 when its number is taken or it is due before its issue, 422 without items.
pub(crate) fn add(
    world: &mut World,
    call: &Call,
    body: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let location = world.account(call)?.id.clone();
    issue(world, Occasion { location: &location, now: call.now }, body)
}

/// As [`add`], where nobody calls.
///
/// # Errors
/// As [`add`].
pub(crate) fn issue(
    world: &mut World,
    at: Occasion<'_>,
    body: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let account = world.accounts.get(at.location).ok_or_else(Refusal::wrong_location)?;
    let start = ledger::new_record(&mut world.ids, account, at.now);
    let next = next_number(&account.ledger);
    let business = account.record.get("business").cloned().unwrap_or_default();
    let mut invoice = json!({
        "status": "draft",
        "liveMode": true,
        "amountPaid": 0,
        "name": "",
        "title": "INVOICE",
        "businessDetails": { "name": business["name"], "phoneNo": "" },
        "invoiceNumber": next.to_string(),
        "issueDate": iso(at.now).get(..10),
        "discount": { "type": "percentage", "value": 0 },
        "automaticTaxesEnabled": false,
        "automaticTaxesCalculated": false,
        "lateFeesConfiguration": {},
        "tipsConfiguration": { "tipsEnabled": false, "tipsPercentage": [] },
        "attachments": [],
    });
    merge(&mut invoice, &start);
    change(world, at, &mut invoice, body)?;
    ledger::put(&mut world.location(at.location)?.ledger, INVOICE, &invoice);
    tell(world, &invoice);
    Ok(invoice)
}

/// Takes over a body and computes what follows from it.
fn change(
    world: &mut World,
    at: Occasion<'_>,
    invoice: &mut Value,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let mut body = body.clone();
    let items = body.remove("items").or(body.remove("invoiceItems"));
    if let Some(number) = body.get("invoiceNumber").and_then(Value::as_str) {
        refuse_taken(&world.location(at.location)?.ledger, number, text(invoice, "_id"))?;
    }
    for name in ["action", "userId", "includeTermsNote"] {
        body.remove(name);
    }
    ledger::absorb(invoice, &body, at.now);
    if let Some(items) = items {
        invoice["invoiceItems"] = with_ids(world, items)?;
    }
    set_due_date(invoice, at.now)?;
    compute(invoice);
    Ok(())
}

fn refuse_taken(ledger: &Ledger, number: &str, own: &str) -> Result<(), Refusal> {
    let mut all = ledger.invoices.iter();
    match all.any(|known| known["invoiceNumber"] == number && known["_id"] != own) {
        true => Err(Refusal::bad_request(format!("Invoice number {number} already exists"))),
        false => Ok(()),
    }
}

/// Items with an id each and a list of taxes.
fn with_ids(world: &mut World, items: Value) -> Result<Value, Refusal> {
    let Value::Array(mut items) = items else {
        return Err(Refusal::unprocessable(vec!["items must be an array".to_owned()]));
    };
    if items.is_empty() {
        let complaint = "items must contain at least 1 elements".to_owned();
        return Err(Refusal::unprocessable(vec![complaint]));
    }
    for item in &mut items {
        if item["_id"].is_null() {
            item["_id"] = json!(world.ids.object());
        }
        if item["taxes"].is_null() {
            item["taxes"] = json!([]);
        }
    }
    Ok(Value::Array(items))
}

/// An issue date that is no day counts as today.
fn set_due_date(invoice: &mut Value, now: Timestamp) -> Result<(), Refusal> {
    let day = |field: &str| {
        let text = text(invoice, field);
        text.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok())
    };
    let today = || now.to_zoned(TimeZone::UTC).date();
    match (day("issueDate"), day("dueDate")) {
        (Some(issued), Some(due)) if due < issued => {
            Err(Refusal::bad_request("The due date must not be before the issue date"))
        }
        (_, Some(_)) => Ok(()),
        (issued, None) => {
            let issued = issued.unwrap_or_else(today);
            let due = issued.checked_add(DUE_AFTER_DAYS.days()).unwrap_or(issued);
            invoice["dueDate"] = json!(due.to_string());
            Ok(())
        }
    }
}

/// Sums up the items, and what of the sum is still due.
pub(crate) fn compute(invoice: &mut Value) {
    let items = invoice["invoiceItems"].as_array().cloned().unwrap_or_default();
    let totals = Totals::of(&items, &invoice["discount"]);
    invoice["total"] = amount(totals.total());
    invoice["totalSummary"] = totals.summary();
    invoice["amountDue"] = amount(totals.total() - number(invoice, "amountPaid"));
}

/// One more than the greatest number in use.
fn next_number(ledger: &Ledger) -> u64 {
    let all = ledger.invoices.iter();
    let numbers = all.filter_map(|invoice| text(invoice, "invoiceNumber").parse::<u64>().ok());
    numbers.max().unwrap_or_default().saturating_add(1)
}

fn merge(record: &mut Value, fields: &Value) {
    for (key, value) in fields.as_object().into_iter().flatten() {
        record[key.as_str()] = value.clone();
    }
}

/// The invoice that the path names.
pub(crate) fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, INVOICE, call.segment("invoiceId"))
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(shown(&add(world, call, &call.body)?).into())
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = call.query("contactId");
    let mut found = ledger::latest(world, call, INVOICE, |invoice| {
        let of = &invoice["contactDetails"];
        let texts = [
            text(invoice, "name"),
            text(invoice, "title"),
            text(invoice, "invoiceNumber"),
            text(of, "name"),
            text(of, "email"),
        ];
        fits(call, "status", invoice, "status")
            && contact.is_none_or(|contact| of["id"] == contact)
            && is_within(call, invoice, "issueDate")
            && is_of_mode(call, invoice)
            && mentions(call, texts)
    })?;
    if call.query("sortField").is_some() || call.query("sortOrder").is_some() {
        found.sort_by(|one, other| text(other, "issueDate").cmp(text(one, "issueDate")));
        if call.query("sortOrder") == Some("ascend") {
            found.reverse();
        }
    }
    let (rows, total) = ledger::page(call, found, 0)?;
    let rows: Vec<Value> = rows.iter().map(shown).collect();
    Ok(json!({ "invoices": rows, "total": total }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(shown(&named(world, call)?).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(shown(&edit(world, call, call.segment("invoiceId"))?).into())
}

/// Changes an invoice by the body and tells of it. What is paid for or void stays as it is.
///
/// # Errors
/// 400 in these statuses, and as [`add`].
pub(crate) fn edit(world: &mut World, call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut invoice = ledger::find(world, call, INVOICE, id)?;
    refuse_status(&invoice, &["paid", "partially_paid", "payment_processing", "void"], "updated")?;
    let location = world.account(call)?.id.clone();
    let at = Occasion { location: &location, now: call.now };
    change(world, at, &mut invoice, &call.body)?;
    ledger::keep(world, call, INVOICE, &invoice)?;
    tell(world, &invoice);
    Ok(invoice)
}

/// Refuses what cannot be done to an invoice in one of these statuses.
///
/// # Errors
/// 400 with the status.
pub(crate) fn refuse_status(invoice: &Value, statuses: &[&str], done: &str) -> Result<(), Refusal> {
    let status = text(invoice, "status");
    match statuses.contains(&status) {
        true => {
            let sentence = format!("An invoice with status {status} can not be {done}");
            Err(Refusal::bad_request(sentence))
        }
        false => Ok(()),
    }
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let invoice = ledger::remove(world, call, INVOICE, call.segment("invoiceId"))?;
    tell(world, &invoice);
    Ok(shown(&invoice).into())
}

fn generate_number(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "invoiceNumber": next_number(&world.account(call)?.ledger) }).into())
}

fn configure_late_fees(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut invoice = named(world, call)?;
    refuse_status(&invoice, &["paid", "void"], "given late fees")?;
    ledger::take_over(&mut invoice, &call.body, call);
    ledger::keep(world, call, INVOICE, &invoice)?;
    tell(world, &invoice);
    Ok(shown(&invoice).into())
}

/// Notes that the payer has looked at it.
fn visit(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    ledger::visit(world, call, INVOICE, call.text("invoiceId").unwrap_or_default())
}

fn settings(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.account(call)?;
    let notice = json!({ "enabled": true, "emailTemplate": "", "smsTemplate": "" });
    let notices: Map<String, Value> =
        NOTICES.iter().map(|name| ((*name).to_owned(), notice.clone())).collect();
    Ok(json!({
        "altId": account.id,
        "altType": "location",
        "title": "INVOICE",
        "estimatesTitle": "ESTIMATE",
        "termsNote": "",
        "estimatesTermsNote": "",
        "invoiceNumberPrefix": "INV-",
        "estimateNumberPrefix": "EST-",
        "dueAfterXDays": DUE_AFTER_DAYS,
        "estimatesExpireAfterXDays": DUE_AFTER_DAYS,
        "minimumPercentagePartialPayment": 0,
        "customFields": [],
        "customNotification": notices,
    })
    .into())
}

#[cfg(test)]
mod tests;
