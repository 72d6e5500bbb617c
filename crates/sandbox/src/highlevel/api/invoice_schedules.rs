//! `/invoices/schedule`: invoices that repeat, or are made and sent later.
//!
//! A schedule keeps the ids of its invoices and shows them as they are. They are made when the
//! clock has reached their dates, before the next request is answered.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    calendar_hours,
    call::Call,
    invoice_dates,
    invoice_templates::change,
    invoices::{self, INVOICE, Occasion},
    ledger::{self, Kind, fits, is_of_mode, is_within, mentions, text},
    moment::iso,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("invoices.create-invoice-schedule", create),
    ("invoices.list-invoice-schedules", list),
    ("invoices.get-invoice-schedule", read),
    ("invoices.update-invoice-schedule", update),
    ("invoices.delete-invoice-schedule", remove),
    ("invoices.schedule-invoice-schedule", schedule),
    ("invoices.update-and-schedule-invoice-schedule", schedule),
    ("invoices.auto-payment-invoice-schedule", set_auto_payment),
    ("invoices.cancel-invoice-schedule", cancel),
];

const SCHEDULE: Kind = Kind { name: "Invoice schedule", shelf: |ledger| &mut ledger.schedules };

/// How many invoices a location makes before one request; the others follow with the next ones, so
/// that a rule of seconds holds nobody up.
const AT_ONCE: usize = 200;

/// Makes and sends the invoices whose dates have come, in all locations.
pub(crate) fn settle(world: &mut World, now: Timestamp) {
    let is_due = |account: &Account| account.ledger.due.first().is_some_and(|due| due.0 <= now);
    let due = world.accounts.values().filter(|account| is_due(account));
    let locations: Vec<String> = due.map(|account| account.id.clone()).collect();
    for location in locations {
        for _ in 0..AT_ONCE {
            let account = world.accounts.get_mut(&location).filter(|account| is_due(account));
            let Some(account) = account else { break };
            let Some((at, id)) = account.ledger.due.pop_first() else { break };
            let Some(schedule) = account.ledger.schedules.get(&id).cloned() else { continue };
            bill(world, Occasion { location: &location, now: at }, schedule);
        }
    }
}

/// What an invoice takes over from its schedule.
const TAKEN: [&str; 15] = [
    "name",
    "title",
    "businessDetails",
    "currency",
    "items",
    "discount",
    "contactDetails",
    "termsNotes",
    "liveMode",
    "attachments",
    "tipsConfiguration",
    "lateFeesConfiguration",
    "paymentMethods",
    "invoiceNumberPrefix",
    "automaticTaxesEnabled",
];

/// Makes one invoice of a schedule, sends it, and awaits the next one. Dates that have passed
/// while a schedule was running are all made up for.
fn bill(world: &mut World, at: Occasion<'_>, mut schedule: Value) {
    let taken = TAKEN.iter().filter_map(|name| {
        let value = schedule.get(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    let body: Map<String, Value> = taken.collect();
    // A schedule without items makes none, and so ends.
    let Ok(mut invoice) = invoices::issue(world, at, &body) else { return };
    invoice["status"] = json!("sent");
    invoice["sentAt"] = json!(iso(at.now));
    invoice["scheduleId"] = schedule["_id"].clone();
    if let Some(made) = schedule["invoices"].as_array_mut() {
        made.push(invoice["_id"].clone());
    }
    schedule["updatedAt"] = json!(iso(at.now));
    if let Some(account) = world.accounts.get_mut(at.location) {
        let after = at.now.saturating_add(1.second()).unwrap_or(at.now);
        let is_awaited = expect(account, &schedule, after);
        schedule["status"] = json!(if is_awaited { "active" } else { "complete" });
        ledger::put(&mut account.ledger, SCHEDULE, &schedule);
        ledger::put(&mut account.ledger, INVOICE, &invoice);
    }
    invoices::tell(world, &invoice);
}

/// Awaits the next date of a schedule, if it has one.
fn expect(account: &mut Account, schedule: &Value, from: Timestamp) -> bool {
    forget(account, schedule);
    let made = schedule["invoices"].as_array().map_or(0, Vec::len);
    let zone = calendar_hours::zone(account);
    let next = invoice_dates::next(&schedule["schedule"], made, (&zone, from));
    let due = next.map(|at| (at, text(schedule, "_id").to_owned()));
    due.is_some_and(|due| account.ledger.due.insert(due))
}

fn forget(account: &mut Account, schedule: &Value) {
    account.ledger.due.retain(|(_, id)| schedule["_id"] != **id);
}

/// With its invoices as they are now.
fn shown(account: &Account, schedule: &Value) -> Value {
    let ids = schedule["invoices"].as_array().map(Vec::as_slice).unwrap_or_default();
    let made = ids.iter().filter_map(|id| account.ledger.invoices.get(id.as_str()?));
    let made: Vec<Value> = made.map(invoices::shown).collect();
    let mut shown = schedule.clone();
    shown["invoices"] = json!(made);
    shown
}

fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, SCHEDULE, call.segment("scheduleId"))
}

fn save(world: &mut World, call: &Call, schedule: &mut Value) -> Result<Answer, Refusal> {
    schedule["compiledTermsNotes"] = schedule["termsNotes"].clone();
    ledger::keep(world, call, SCHEDULE, schedule)?;
    let account = world.account(call)?;
    match is_running(schedule) {
        true => {
            expect(account, schedule, call.now);
        }
        false => forget(account, schedule),
    }
    Ok(shown(account, schedule).into())
}

fn is_running(schedule: &Value) -> bool {
    schedule["status"] == "scheduled" || schedule["status"] == "active"
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut schedule = ledger::start(world, call)?;
    schedule["status"] = json!("draft");
    schedule["invoices"] = json!([]);
    schedule["title"] = json!("INVOICE");
    schedule["termsNotes"] = json!("");
    change(&mut schedule, call);
    save(world, call, &mut schedule)
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, SCHEDULE, |schedule| {
        let of = &schedule["contactDetails"];
        fits(call, "status", schedule, "status")
            && is_within(call, schedule, "createdAt")
            && is_of_mode(call, schedule)
            && mentions(call, [text(schedule, "name"), text(of, "name"), text(of, "email")])
    })?;
    let (rows, total) = ledger::page(call, found, 0)?;
    let account = world.account(call)?;
    let rows: Vec<Value> = rows.iter().map(|schedule| shown(account, schedule)).collect();
    Ok(json!({ "schedules": rows, "total": total }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let schedule = named(world, call)?;
    Ok(shown(world.account(call)?, &schedule).into())
}

/// Refuses to change what is cancelled.
fn refuse_cancelled(schedule: &Value) -> Result<(), Refusal> {
    match schedule["status"] == "cancelled" {
        true => Err(Refusal::bad_request("The invoice schedule is cancelled")),
        false => Ok(()),
    }
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut schedule = named(world, call)?;
    refuse_cancelled(&schedule)?;
    change(&mut schedule, call);
    save(world, call, &mut schedule)
}

fn schedule(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut schedule = named(world, call)?;
    refuse_cancelled(&schedule)?;
    if schedule["status"] != "active" {
        schedule["status"] = json!("scheduled");
    }
    change(&mut schedule, call);
    save(world, call, &mut schedule)
}

fn set_auto_payment(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut schedule = named(world, call)?;
    refuse_cancelled(&schedule)?;
    change(&mut schedule, call);
    save(world, call, &mut schedule)
}

fn cancel(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut schedule = named(world, call)?;
    refuse_cancelled(&schedule)?;
    schedule["status"] = json!("cancelled");
    schedule["updatedAt"] = json!(iso(call.now));
    save(world, call, &mut schedule)
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let schedule = ledger::remove(world, call, SCHEDULE, call.segment("scheduleId"))?;
    forget(world.account(call)?, &schedule);
    Ok(json!({ "success": true }).into())
}
