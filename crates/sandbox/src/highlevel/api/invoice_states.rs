//! What moves an invoice on: sending, text2pay, recorded payments, voiding.

use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    invoices::{self, INVOICE, compute, refuse_status, shown, tell},
    ledger::{self, number, text},
    moment::iso,
    payments,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("invoices.send-invoice", send),
    ("invoices.record-invoice", record_payment),
    ("invoices.void-invoice", void),
    ("invoices.text2pay-invoice", text2pay),
];

/// Smaller differences of amounts are none: they come from adding fractions.
const HALF_A_CENT: f64 = 0.005;

fn send(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut invoice = invoices::named(world, call)?;
    dispatch(world, call, &mut invoice)?;
    let shown = shown(&invoice);
    let action = call.text("action").unwrap_or_default();
    let of = &invoice["contactDetails"];
    let notice =
        format!("{} from {}", text(&invoice, "name"), text(&invoice["businessDetails"], "name"));
    let sms = match action {
        "sms" | "sms_and_email" => json!({ "to": of["phoneNo"], "body": notice }),
        _ => json!({}),
    };
    let email = match action {
        "email" | "sms_and_email" => json!({ "to": recipients(&invoice), "subject": notice }),
        _ => json!({}),
    };
    Ok(json!({ "invoice": shown, "smsData": sms, "emailData": email }).into())
}

/// Sends an invoice and tells of it; sending again reminds.
fn dispatch(world: &mut World, call: &Call, invoice: &mut Value) -> Result<(), Refusal> {
    refuse_status(invoice, &["paid", "void"], "sent")?;
    let action = call.text("action").unwrap_or_default();
    if matches!(action, "email" | "sms_and_email") && recipients(invoice).is_empty() {
        return Err(Refusal::bad_request("The invoice has no email address to be sent to"));
    }
    if matches!(action, "sms" | "sms_and_email")
        && text(&invoice["contactDetails"], "phoneNo").is_empty()
    {
        return Err(Refusal::bad_request("The invoice has no phone number to be sent to"));
    }
    if invoice["status"] == "draft" {
        invoice["status"] = json!("sent");
    }
    if let Some(mode) = call.body.get("liveMode") {
        invoice["liveMode"] = mode.clone();
    }
    if let Some(from) = call.body.get("sentFrom") {
        invoice["sentFrom"] = from.clone();
    }
    invoice["sentBy"] = json!(call.text("userId"));
    invoice["sentAt"] = json!(iso(call.now));
    invoice["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, INVOICE, invoice)?;
    tell(world, invoice);
    Ok(())
}

fn recipients(invoice: &Value) -> Vec<&str> {
    let named = invoice["sentTo"]["email"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found: Vec<&str> =
        named.iter().filter_map(Value::as_str).filter(|email| !email.is_empty()).collect();
    let own = text(&invoice["contactDetails"], "email");
    if found.is_empty() && !own.is_empty() {
        found.push(own);
    }
    found
}

/// What is not said to be a part pays all that is due.
fn record_payment(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut invoice = invoices::named(world, call)?;
    refuse_status(&invoice, &["paid", "void"], "paid")?;
    let due = number(&invoice, "amountDue");
    let paid = call.body.get("amount").and_then(Value::as_f64).unwrap_or(due);
    if paid <= 0.0 {
        return Err(Refusal::bad_request("The amount must be greater than 0"));
    }
    if paid > due + HALF_A_CENT {
        let sentence = format!("The amount {paid} is more than the amount due {due}");
        return Err(Refusal::bad_request(sentence));
    }
    invoice["amountPaid"] = ledger::amount(number(&invoice, "amountPaid") + paid);
    compute(&mut invoice);
    let is_paid = number(&invoice, "amountDue") < HALF_A_CENT;
    invoice["status"] = json!(if is_paid { "paid" } else { "partially_paid" });
    invoice["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, INVOICE, &invoice)?;
    let order = match is_paid {
        true => payments::order_of_invoice(world, call, &invoice)?,
        false => None,
    };
    payments::pay_invoice(world, call, &invoice, paid)?;
    tell(world, &invoice);
    if let Some(order) = order {
        payments::tell(world, "OrderCreate", &order);
    }
    Ok(json!({ "success": true, "invoice": shown(&invoice) }).into())
}

fn void(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut invoice = invoices::named(world, call)?;
    refuse_status(&invoice, &["paid", "void"], "voided")?;
    invoice["status"] = json!("void");
    invoice["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, INVOICE, &invoice)?;
    tell(world, &invoice);
    Ok(shown(&invoice).into())
}

/// Makes an invoice, or changes the one that `id` names, and sends it where that is asked for.
fn text2pay(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let body: Map<String, Value> = call.body.clone();
    let mut invoice = match call.text("id") {
        Some(id) => invoices::edit(world, call, id)?,
        None => invoices::add(world, call, &body)?,
    };
    if call.text("action") == Some("send") {
        dispatch(world, call, &mut invoice)?;
    }
    let url = format!("https://pay.northwindharbor.example/invoice/{}", text(&invoice, "_id"));
    Ok(json!({ "invoice": shown(&invoice), "invoiceUrl": url }).into())
}
