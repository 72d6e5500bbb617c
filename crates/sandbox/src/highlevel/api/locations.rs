//! `/locations`: search, create, read, update and delete.

use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    installations::Installation,
    refusal::Refusal,
    seed,
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

/// What rows of the search and answers to changes show of a location.
const SHOWN: [&str; 15] = [
    "id",
    "companyId",
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
    "domain",
    "settings",
    "social",
];

pub(crate) const ACTS: Acts = &[
    ("locations.search-locations", search),
    ("locations.create-location", create),
    ("locations.get-location", read),
    ("locations.put-location", update),
    ("locations.delete-location", remove),
    ("locations.get-timezones", timezones),
];

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 10, 1..=1000)?);
    let company = call.query("companyId").is_none_or(|company| company == world.company_id);
    let own = call.caller()?.location.as_deref();
    let email = call.query("email").map(str::to_lowercase);
    let text = |account: &Account, name: &str| {
        let text = account.record.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_lowercase()
    };
    let wanted = |account: &&Account| {
        company
            && own.is_none_or(|own| account.id == own)
            && email.as_deref().is_none_or(|email| text(account, "email") == email)
    };
    let mut found: Vec<&Account> = world.accounts.values().filter(wanted).collect();
    found.sort_by_cached_key(|account| text(account, "name"));
    if call.query("order") == Some("desc") {
        found.reverse();
    }
    let page = found.into_iter().skip(skip).take(limit);
    let rows: Vec<Value> = page.map(shown).collect();
    Ok(json!({ "locations": rows }).into())
}

fn shown(account: &Account) -> Value {
    let record = Value::Object(account.record.clone());
    Value::Object(pick(&record, &SHOWN))
}

/// Only an agency makes locations, and only its own (`facts/highlevel.md` 6.5).
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_company(world, call)?;
    if let Some(limit) = world.location_limit.filter(|limit| world.accounts.len() >= *limit) {
        let words = format!("Only {limit} locations are allowed in a sandbox account.");
        return Err(Refusal::bad_request(words));
    }
    let id = add_blank(world, call.text("name").unwrap_or_default());
    let account = world.location(&id)?;
    change(account, &call.body);
    let business =
        ["name", "address", "city", "state", "country", "postalCode", "website", "timezone"];
    let record = Value::Object(account.record.clone());
    account.record.insert("business".to_owned(), Value::Object(pick(&record, &business)));
    let answer = shown(account);
    tell(world, "LocationCreate", &id);
    if world.grants.is_for_future {
        Installation { locations: vec![id], company: false, by_user: false }.tell(world, call.now);
    }
    Ok(answer.into())
}

/// Makes a location with a name, one pipeline and nothing else; returns its id.
pub(crate) fn add_blank(world: &mut World, name: &str) -> String {
    let id = world.ids.record();
    let record = json!({
        "id": id,
        "companyId": world.company_id,
        "name": name,
        "domain": "",
        "address": "",
        "country": "US",
        "timezone": "America/New_York",
        "business": { "name": name },
        "social": {},
        "settings": {
            "allowDuplicateContact": false,
            "allowDuplicateOpportunity": false,
            "allowFacebookNameMerge": false,
            "disableContactTimezone": false,
        },
        "reseller": {},
    });
    let mut account = Account::new(&id, record.as_object().cloned().unwrap_or_default());
    account.pipelines = vec![seed::pipeline(&mut world.ids, &id, "Sales")];
    world.accounts.insert(id.clone(), account);
    id
}

fn check_company(world: &World, call: &Call) -> Result<(), Refusal> {
    match call.text("companyId") == Some(&world.company_id) {
        true => Ok(()),
        false => Err(Refusal::new(403, "The token does not have access to this company.")),
    }
}

fn tell(world: &mut World, kind: &str, id: &str) {
    let Some(account) = world.accounts.get(id) else {
        return;
    };
    let record = Value::Object(account.record.clone());
    let mut event = pick(&record, &["id", "companyId", "name", "email"]);
    event.insert("type".to_owned(), json!(kind));
    world.tell_all(Value::Object(event));
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.location(call.segment("locationId"))?;
    Ok(json!({ "location": account.record }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_company(world, call)?;
    let id = call.segment("locationId");
    let account = world.location(id)?;
    change(account, &call.body);
    let answer = shown(account);
    tell(world, "LocationUpdate", id);
    Ok(answer.into())
}

/// Settings are merged, other objects replaced. The prospect becomes who is to be written to;
/// credentials of other services are not kept.
fn change(account: &mut Account, body: &Map<String, Value>) {
    for (key, value) in body {
        match (key.as_str(), value.as_object()) {
            ("twilio" | "mailgun" | "snapshot" | "snapshotId", _) => {}
            ("prospectInfo", prospect) => {
                account.record.extend(prospect.cloned().unwrap_or_default());
            }
            ("settings", Some(settings)) => {
                let kept = account.record.entry("settings").or_insert_with(|| json!({}));
                for (name, setting) in settings {
                    kept[name.as_str()] = setting.clone();
                }
            }
            _ => {
                account.record.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Its tokens die with it, its people no longer work there, and no event tells of it
/// (`facts/highlevel.md` 7.1).
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("locationId");
    world.location(id)?;
    world.accounts.remove(id);
    world.tokens.forget(id);
    world.grants.revoke(Some(id));
    let users: Vec<String> =
        world.users.iter().filter_map(|user| user["id"].as_str().map(str::to_owned)).collect();
    for user in users {
        let user = world.users.get_mut(&user);
        let locations = user.and_then(|user| user["roles"]["locationIds"].as_array_mut());
        if let Some(locations) = locations {
            locations.retain(|location| location != id);
        }
    }
    Ok(json!({ "success": true, "message": "The location is deleted." }).into())
}

fn timezones(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    world.location(call.segment("locationId"))?;
    Ok(json!({ "timeZones": ZONES }).into())
}

#[cfg(test)]
mod tests;
