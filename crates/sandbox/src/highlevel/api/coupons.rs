//! `/payments/coupon`: create, list, read, update and delete.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    ledger::{self, Kind, mentions, text},
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("payments.create-coupon", create),
    ("payments.list-coupons", list),
    ("payments.get-coupon", read),
    ("payments.update-coupon", update),
    ("payments.delete-coupon", remove),
];

pub(crate) const COUPON: Kind = Kind { name: "Coupon", shelf: |ledger| &mut ledger.coupons };

/// With the status that follows from its dates.
fn shown(coupon: &Value, call: &Call) -> Value {
    let moment = |field: &str| moment(text(coupon, field));
    let status = match (moment("startDate"), moment("endDate")) {
        (Some(start), _) if start > call.now => "scheduled",
        (_, Some(end)) if end < call.now => "expired",
        _ => "active",
    };
    let mut shown = coupon.clone();
    shown["status"] = json!(status);
    shown
}

/// A moment, or midnight of a day.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    let day = || format!("{text}T00:00:00Z").parse().ok();
    text.parse().ok().or_else(day)
}

/// Takes over the body; the limit per customer is asked for by yes or no and shown as a number.
fn change(world: &mut World, call: &Call, coupon: &mut Value) -> Result<(), Refusal> {
    let code = call.text("code").unwrap_or_default();
    let mut all = world.account(call)?.ledger.coupons.iter();
    if all.any(|known| known["code"] == code && known["_id"] != coupon["_id"]) {
        return Err(Refusal::bad_request(format!("A coupon with the code {code} already exists")));
    }
    if call.text("discountType") == Some("percentage")
        && call.body.get("discountValue").and_then(Value::as_f64).is_some_and(|off| off > 100.0)
    {
        return Err(Refusal::bad_request("A percentage must not be greater than 100"));
    }
    let (start, end) =
        (call.text("startDate").and_then(moment), call.text("endDate").and_then(moment));
    if start.is_some() && end.is_some() && end < start {
        return Err(Refusal::bad_request("The end date must not be before the start date"));
    }
    ledger::take_over(coupon, &call.body, call);
    let limit = match &coupon["limitPerCustomer"] {
        Value::Bool(limit) => json!(u8::from(*limit)),
        other => other.clone(),
    };
    coupon["limitPerCustomer"] = limit;
    Ok(())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut coupon = ledger::start(world, call)?;
    coupon["usageCount"] = json!(0);
    coupon["limitPerCustomer"] = json!(0);
    coupon["applyToFuturePayments"] = json!(true);
    coupon["applyToFuturePaymentsConfig"] = json!({ "type": "forever" });
    change(world, call, &mut coupon)?;
    ledger::keep(world, call, COUPON, &coupon)?;
    Ok(Answer::created(shown(&coupon, call)))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let all = ledger::latest(world, call, COUPON, |coupon| {
        mentions(call, [text(coupon, "name"), text(coupon, "code")])
    })?;
    let all = all.iter().map(|coupon| shown(coupon, call));
    let found = all.filter(|coupon| ledger::fits(call, "status", coupon, "status")).collect();
    let (rows, total) = ledger::page(call, found, 100)?;
    Ok(json!({ "data": rows, "totalCount": total }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.query("id").unwrap_or_default();
    let coupon = ledger::find(world, call, COUPON, id)?;
    match call.query("code").is_none_or(|code| coupon["code"] == code) {
        true => Ok(shown(&coupon, call).into()),
        false => Err(Refusal::not_found("Coupon", id)),
    }
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut coupon = ledger::find(world, call, COUPON, call.text("id").unwrap_or_default())?;
    change(world, call, &mut coupon)?;
    ledger::keep(world, call, COUPON, &coupon)?;
    Ok(shown(&coupon, call).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    ledger::remove(world, call, COUPON, call.text("id").unwrap_or_default())?;
    Ok(json!({ "success": true }).into())
}
