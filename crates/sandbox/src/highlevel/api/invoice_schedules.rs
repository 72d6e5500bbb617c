//! `/invoices/schedule`: invoices that repeat, or are made later.
//!
//! A schedule has its status; no invoice is made when its time comes, as time here is the caller's.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    invoice_templates::change,
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

fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, SCHEDULE, call.segment("scheduleId"))
}

fn save(world: &mut World, call: &Call, schedule: &mut Value) -> Result<Answer, Refusal> {
    schedule["compiledTermsNotes"] = schedule["termsNotes"].clone();
    ledger::keep(world, call, SCHEDULE, schedule)?;
    Ok(schedule.clone().into())
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
    Ok(json!({ "schedules": rows, "total": total }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(named(world, call)?.into())
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
    schedule["status"] = json!("scheduled");
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
    ledger::remove(world, call, SCHEDULE, call.segment("scheduleId"))?;
    Ok(json!({ "success": true }).into())
}
