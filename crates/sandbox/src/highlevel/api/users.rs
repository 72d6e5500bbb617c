//! `/users`: the people of the agency and of its locations.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::{Call, within},
    refusal::Refusal,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("users.search-users", search),
    ("users.filter-users-by-email", by_email),
    ("users.get-user-by-location", list),
    ("users.create-user", create),
    ("users.get-user", read),
    ("users.update-user", update),
    ("users.delete-user", remove),
];

fn works_at(user: &Value, location: &str) -> bool {
    let locations = user["roles"]["locationIds"].as_array();
    locations.is_some_and(|locations| locations.iter().any(|known| known == location))
}

/// A location's token sees the people of the location, not those of the agency alone. Deleted ones
/// are only found by e-mail.
fn visible(user: &Value, own: Option<&str>) -> bool {
    user["deleted"] != true && own.is_none_or(|own| works_at(user, own))
}

fn text<'a>(user: &'a Value, name: &str) -> &'a str {
    user[name].as_str().unwrap_or_default()
}

/// `locationId` narrows an agency's view as well.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let own = call.caller()?.location.as_deref().or(call.query("locationId"));
    let users: Vec<&Value> = world.users.iter().filter(|user| visible(user, own)).collect();
    Ok(json!({ "users": users }).into())
}

/// The user that the path names, if the caller may see it.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("userId");
    let own = call.caller()?.location.as_deref();
    let user = world.users.get_mut(id).filter(|user| visible(user, own));
    user.ok_or_else(|| Refusal::not_found("User", id))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(find(world, call)?.clone().into())
}

fn check_company(world: &World, company: Option<&str>) -> Result<(), Refusal> {
    match company == Some(&world.company_id) {
        true => Ok(()),
        false => Err(Refusal::new(403, "The token does not have access to this company.")),
    }
}

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 25, 1..=100)?);
    check_company(world, call.query("companyId"))?;
    let own = call.caller()?.location.as_deref();
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let ids: Option<Vec<&str>> = call.query("ids").map(|ids| ids.split(',').collect());
    let role = |user: &Value, key: &str| {
        call.query(key).is_none_or(|wanted| user["roles"][key].as_str() == Some(wanted))
    };
    let synced = call.query("enabled2waySync").map(|text| text == "true");
    let wanted = |user: &&Value| {
        visible(user, own)
            && call.query("locationId").is_none_or(|location| works_at(user, location))
            && ["name", "email", "phone"]
                .iter()
                .any(|name| text(user, name).to_lowercase().contains(&query))
            && ids.as_ref().is_none_or(|ids| ids.contains(&text(user, "id")))
            && role(user, "type")
            && role(user, "role")
            && synced.is_none_or(|synced| (user["enabled2waySync"] == true) == synced)
    };
    let mut found: Vec<&Value> = world.users.iter().filter(wanted).collect();
    // The shelf keeps the order of making, which is what other names mean.
    match call.query("sort") {
        Some(name @ ("name" | "firstName" | "lastName" | "email" | "phone")) => {
            found.sort_by_cached_key(|user| text(user, name).to_lowercase());
        }
        Some(name @ ("role" | "type")) => {
            found.sort_by_cached_key(|user| text(&user["roles"], name).to_owned());
        }
        _ => {}
    }
    if call.query("sortDirection") == Some("desc") {
        found.reverse();
    }
    let page: Vec<&&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ "users": page, "count": found.len() }).into())
}

/// The rows are ids and addresses, unless the projection asks for more.
fn by_email(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_company(world, call.text("companyId"))?;
    let (skip, limit) =
        (count(call, "skip", 0, 0..=usize::MAX)?, count(call, "limit", 25, 1..=1000)?);
    let emails: Vec<String> = call.text("emails").unwrap_or_default().split(',').map(key).collect();
    let is_deleted = call.body.get("deleted").and_then(Value::as_bool).unwrap_or(false);
    let listed = |user: &&Value| {
        (user["deleted"] == true) == is_deleted && emails.contains(&key(text(user, "email")))
    };
    let found: Vec<&Value> = world.users.iter().filter(listed).collect();
    let names: Option<Vec<&str>> = match call.text("projection") {
        Some("all") => None,
        Some(names) => Some(names.split(',').map(str::trim).chain(["id"]).collect()),
        None => Some(vec!["id", "email"]),
    };
    let page = found.iter().skip(skip).take(limit).map(|user| match &names {
        None => Value::clone(user),
        Some(names) => Value::Object(pick(user, names)),
    });
    let page: Vec<Value> = page.collect();
    Ok(json!({ "users": page, "count": found.len() }).into())
}

/// An address as it is compared.
fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A whole number of the body, which may be written as a text.
fn count(
    call: &Call,
    name: &str,
    default: usize,
    bounds: std::ops::RangeInclusive<usize>,
) -> Result<usize, Refusal> {
    match call.body.get(name) {
        None | Some(Value::Null) => Ok(default),
        Some(value) => {
            let text = value.as_str().map_or_else(|| value.to_string().into(), Cow::Borrowed);
            let complaint =
                || Refusal::unprocessable(vec![format!("{name} must be a number string")]);
            within(name, text.parse().map_err(|_| complaint())?, bounds)
        }
    }
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_company(world, call.text("companyId"))?;
    check_roles(world, call)?;
    refuse_twin(world, call, None)?;
    let id = world.ids.record();
    let mut user = json!({
        "id": id,
        "name": "",
        "phone": "",
        "extension": "",
        "permissions": {},
        "scopes": [],
        "roles": { "type": "account", "role": "user", "locationIds": [], "restrictSubAccount": false },
        "deleted": false,
    });
    change(&mut user, &call.body);
    world.users.add(&id, user.clone());
    tell(world, &user);
    Ok(Answer::created(user))
}

/// Kinds and roles are few, and a location's token gives access to its own location alone.
fn check_roles(world: &World, call: &Call) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    for (name, known) in [("type", ["account", "agency"]), ("role", ["admin", "user"])] {
        if call.text(name).is_some_and(|given| !known.contains(&given)) {
            let known = known.join(", ");
            complaints.push(format!("{name} must be one of the following values: {known}"));
        }
    }
    if !complaints.is_empty() {
        return Err(Refusal::unprocessable(complaints));
    }
    let own = call.caller()?.location.as_deref();
    let is_agency = call.text("type") == Some("agency");
    let is_open = |location: &&str| match own {
        Some(own) => *location == own,
        None => world.accounts.contains_key(*location),
    };
    match call.texts("locationIds").iter().all(is_open) && !(is_agency && own.is_some()) {
        true => Ok(()),
        false => Err(Refusal::wrong_location()),
    }
}

/// Two people of the agency do not share an address.
fn refuse_twin(world: &World, call: &Call, own: Option<&str>) -> Result<(), Refusal> {
    let Some(email) = call.text("email").map(key) else {
        return Ok(());
    };
    let is_twin = |user: &Value| {
        user["deleted"] != true && user["id"].as_str() != own && key(text(user, "email")) == email
    };
    match world.users.iter().any(is_twin) {
        true => Err(Refusal::bad_request("A user with this email already exists.")),
        false => Ok(()),
    }
}

/// Takes over a body. Passwords are not kept; permissions are merged.
fn change(user: &mut Value, body: &Map<String, Value>) {
    for (name, value) in body {
        match name.as_str() {
            "companyId" | "password" => {}
            "type" | "role" | "locationIds" => user["roles"][name.as_str()] = value.clone(),
            "permissions" => {
                for (permission, given) in value.as_object().into_iter().flatten() {
                    user["permissions"][permission.as_str()] = given.clone();
                }
            }
            _ => user[name.as_str()] = value.clone(),
        }
    }
    let name = format!("{} {}", text(user, "firstName"), text(user, "lastName"));
    user["name"] = json!(name.trim());
}

/// `facts/highlevel.md` 7.1: there is an event for the creation alone.
fn tell(world: &mut World, user: &Value) {
    let names = ["id", "firstName", "lastName", "email", "phone", "extension", "permissions"];
    let mut event = pick(user, &names);
    event.insert("type".to_owned(), json!("UserCreate"));
    let roles = &user["roles"];
    event.insert("role".to_owned(), roles["role"].clone());
    event.insert("locations".to_owned(), roles["locationIds"].clone());
    match (&roles["type"] == "agency", roles["locationIds"].get(0)) {
        (false, Some(location)) => event.insert("locationId".to_owned(), location.clone()),
        _ => event.insert("companyId".to_owned(), json!(world.company_id)),
    };
    world.tell_all(Value::Object(event));
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    if call.body.contains_key("companyId") {
        check_company(world, call.text("companyId"))?;
    }
    check_roles(world, call)?;
    refuse_twin(world, call, Some(call.segment("userId")))?;
    let user = find(world, call)?;
    change(user, &call.body);
    Ok(user.clone().into())
}

/// Its record stays, marked as deleted.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let user = find(world, call)?;
    user["deleted"] = json!(true);
    let message = format!("The user {} is deleted.", text(user, "email"));
    Ok(json!({ "succeded": true, "message": message }).into())
}

#[cfg(test)]
mod tests;
