//! `/locations`: search, read and update.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    refusal::Refusal,
    world::{World, pick},
};

/// The time zones that locations are asked to choose from.
const ZONES: [&str; 12] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Toronto",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Sydney",
];

pub(crate) const ACTS: Acts = &[
    ("locations.search-locations", search),
    ("locations.get-location", read),
    ("locations.put-location", update),
    ("locations.get-timezones", timezones),
];

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 10, 1..=1000)?);
    let company = call.query("companyId").is_none_or(|company| company == world.company_id);
    let own = call.caller()?.location.as_deref();
    let email = call.query("email");
    let mut found: Vec<&Value> = Vec::new();
    let records: Vec<Value> =
        world.accounts.values().map(|account| Value::Object(account.record.clone())).collect();
    for record in &records {
        let mine = own.is_none_or(|own| record["id"] == own);
        if company && mine && email.is_none_or(|email| record["email"] == email) {
            found.push(record);
        }
    }
    found.sort_by_key(|record| record["name"].as_str().unwrap_or_default());
    if call.query("order") == Some("desc") {
        found.reverse();
    }
    let names = [
        "id",
        "name",
        "phone",
        "email",
        "address",
        "city",
        "state",
        "country",
        "postalCode",
        "website",
        "timezone",
        "settings",
        "social",
    ];
    let page = found.into_iter().skip(skip).take(limit);
    let shown: Vec<Value> = page.map(|record| Value::Object(pick(record, &names))).collect();
    Ok(json!({ "locations": shown }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.location(call.segment("locationId"))?;
    Ok(json!({ "location": account.record }).into())
}

/// Settings are merged, other objects replaced; the answer has no envelope.
fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if call.text("companyId") != Some(&world.company_id) {
        return Err(Refusal::wrong_location());
    }
    let account = world.location(call.segment("locationId"))?;
    for (key, value) in &call.body {
        match (key.as_str(), value.as_object()) {
            ("prospectInfo" | "twilio" | "mailgun" | "snapshot", _) => {}
            ("settings", Some(settings)) => {
                for (name, setting) in settings {
                    account.record.entry("settings").or_insert_with(|| json!({}))[name.as_str()] =
                        setting.clone();
                }
            }
            _ => {
                account.record.insert(key.clone(), value.clone());
            }
        }
    }
    let record = Value::Object(account.record.clone());
    let mut event = pick(&record, &["id", "companyId", "name", "email"]);
    event.insert("type".to_owned(), json!("LocationUpdate"));
    world.tell_all(Value::Object(event));
    Ok(record.into())
}

fn timezones(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    world.location(call.segment("locationId"))?;
    Ok(json!({ "timeZones": ZONES }).into())
}
