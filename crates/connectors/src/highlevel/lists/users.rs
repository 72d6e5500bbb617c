//! `GET /users/search`: the users of a location, for which its company has to be known first.

use domain::{Entity, Fields, ListPart, Upkeep};
use highlevel::RawCall;
use serde_json::{Map, Value, json};

use super::{
    noun::{Ask, ById, Noun, Single, Turned, call},
    row,
};

const PAGE: u64 = 100;

pub(super) const USERS: Noun = Noun {
    part: ListPart { name: "users", entity: Entity::User, upkeep: Upkeep::Sweep },
    ask,
    turn,
    fields,
    changed: &["dateUpdated"],
    single: Single::ById(ById {
        operation: "users.get-user",
        id: "userId",
        location: &[],
        envelope: None,
        fields: None,
    }),
};

/// The first page asks for the company alone.
fn ask(ask: &Ask<'_>) -> RawCall {
    let Some(cursor) = &ask.cursor else {
        return call("locations.get-location").with("locationId", ask.location);
    };
    // Numbers are texts here (`facts/highlevel.md` 5).
    call("users.search-users")
        .with("companyId", cursor["company"].clone())
        .with("locationId", ask.location)
        .with("limit", PAGE.to_string())
        .with("skip", cursor["skip"].as_u64().unwrap_or(0).to_string())
}

fn turn(ask: &Ask<'_>, mut reply: Value) -> Turned {
    let Some(cursor) = &ask.cursor else {
        let company = reply.pointer("/location/companyId").or_else(|| reply.get("companyId"));
        let next = company.map(|company| json!({ "company": company, "skip": 0 }));
        return Turned { next, ..Turned::default() };
    };
    let rows = row::rows(&mut reply, "users");
    let skip = cursor["skip"].as_u64().unwrap_or(0) + rows.len() as u64;
    let more = rows.len() as u64 >= PAGE;
    let next = more.then(|| json!({ "company": cursor["company"], "skip": skip }));
    Turned { rows, next, total: reply.get("count").and_then(Value::as_u64) }
}

fn fields(user: &mut Map<String, Value>) -> Fields {
    let role = user.get("roles").and_then(|roles| roles.get("role")).cloned().unwrap_or_default();
    let role: Fields = [("role".to_owned(), role)].into();
    let told = row::told(
        user,
        &[
            ("email", "email"),
            ("firstName", "first_name"),
            ("lastName", "last_name"),
            ("name", "name"),
            ("phone", "phone"),
        ],
    );
    row::all([role, told])
}
