//! `/users`: the people of the agency and of its locations.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("users.search-users", search),
    ("users.filter-users-by-email", by_email),
    ("users.get-user-by-location", list),
    ("users.get-user", read),
];

fn works_at(user: &Value, location: &str) -> bool {
    let locations = user["roles"]["locationIds"].as_array();
    locations.is_some_and(|locations| locations.iter().any(|known| known == location))
}

/// A location's token sees the people of the location, not those of the agency alone.
fn visible(user: &Value, own: Option<&str>) -> bool {
    own.is_none_or(|own| works_at(user, own))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let own = call.caller()?.location.as_deref();
    let users: Vec<&Value> = world.users.iter().filter(|user| visible(user, own)).collect();
    Ok(json!({ "users": users }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("userId");
    let own = call.caller()?.location.as_deref();
    let user = world.users.get(id).filter(|user| visible(user, own));
    Ok(user.ok_or_else(|| Refusal::not_found("User", id))?.clone().into())
}

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 25, 1..=100)?);
    if call.query("companyId") != Some(&world.company_id) {
        return Err(Refusal::new(403, "The token does not have access to this company."));
    }
    let own = call.caller()?.location.as_deref();
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let ids: Option<Vec<&str>> = call.query("ids").map(|ids| ids.split(',').collect());
    let role = |user: &Value, key: &str, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| user["roles"][key].as_str() == Some(wanted))
    };
    let wanted = |user: &&Value| {
        let texts = ["name", "email", "phone"]
            .map(|key| user[key].as_str().unwrap_or_default().to_lowercase());
        visible(user, own)
            && call.query("locationId").is_none_or(|location| works_at(user, location))
            && texts.iter().any(|text| text.contains(&query))
            && ids.as_ref().is_none_or(|ids| ids.contains(&user["id"].as_str().unwrap_or_default()))
            && role(user, "type", call.query("type"))
            && role(user, "role", call.query("role"))
    };
    let mut found: Vec<&Value> = world.users.iter().filter(wanted).collect();
    if call.query("sortDirection") == Some("desc") {
        found.reverse();
    }
    let page: Vec<&&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ "users": page, "count": found.len() }).into())
}

fn by_email(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let emails: Vec<String> = match call.body.get("emails") {
        Some(Value::String(text)) => text.split(',').map(|one| one.trim().to_lowercase()).collect(),
        _ => call.texts("emails").into_iter().map(str::to_lowercase).collect(),
    };
    let listed = |user: &&Value| {
        let email = user["email"].as_str().unwrap_or_default().to_lowercase();
        emails.contains(&email)
    };
    let found: Vec<&Value> = world.users.iter().filter(listed).collect();
    Ok(json!({ "users": found, "count": found.len() }).into())
}
