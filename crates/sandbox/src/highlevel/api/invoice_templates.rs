//! `/invoices/template`: create, list, read, update, delete and their settings.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    invoice_totals::Totals,
    ledger::{self, Kind, amount, is_within, mentions, text},
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("invoices.create-invoice-template", create),
    ("invoices.list-invoice-templates", list),
    ("invoices.get-invoice-template", read),
    ("invoices.update-invoice-template", update),
    ("invoices.delete-invoice-template", remove),
    ("invoices.update-invoice-template-late-fees-configuration", update),
    ("invoices.update-invoice-payment-methods-configuration", update),
];

const TEMPLATE: Kind =
    Kind { name: "Invoice template", shelf: |ledger| &mut ledger.invoice_templates };

/// Takes over the body and sums up the items.
pub(crate) fn change(record: &mut Value, call: &Call) {
    ledger::take_over(record, &call.body, call);
    let items = record["items"].as_array().cloned().unwrap_or_default();
    record["total"] = amount(Totals::of(&items, &record["discount"]).total());
}

fn named(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    ledger::find(world, call, TEMPLATE, call.segment("templateId"))
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut template = ledger::start(world, call)?;
    template["discount"] = json!({ "type": "percentage", "value": 0 });
    template["invoiceNumberPrefix"] = json!("INV-");
    change(&mut template, call);
    ledger::keep(world, call, TEMPLATE, &template)?;
    Ok(template.into())
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, TEMPLATE, |template| {
        is_within(call, template, "createdAt")
            && mentions(call, [text(template, "name"), text(template, "title")])
    })?;
    let (rows, total) = ledger::page(call, found, 0)?;
    Ok(json!({ "data": rows, "totalCount": total }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(named(world, call)?.into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut template = named(world, call)?;
    change(&mut template, call);
    ledger::keep(world, call, TEMPLATE, &template)?;
    Ok(template.into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    ledger::remove(world, call, TEMPLATE, call.segment("templateId"))?;
    Ok(json!({ "success": true }).into())
}
