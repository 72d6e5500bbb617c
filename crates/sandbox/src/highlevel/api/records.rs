//! `/objects/{schemaKey}/records`: create, search, read, update and delete.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::{Call, within},
    ids::RecordIds,
    moment::iso,
    objects, record_values,
    refusal::Refusal,
    relations,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("objects.create-object-record", create),
    ("objects.search-object-records", search),
    ("objects.get-record-by-id", read),
    ("objects.update-object-record", update),
    ("objects.delete-object-record", remove),
];

/// The most people that a record names, from the specification.
const PEOPLE: [(&str, usize); 2] = [("owner", 1), ("followers", 10)];

/// Five devices in the seeded custom object.
pub(crate) fn seed(account: &mut Account, ids: &mut RecordIds, now: Timestamp) {
    let key = "custom_objects.managed_devices";
    for (index, model) in
        ["Tern 14", "Tern 16", "Skua rack", "Petrel mini", "Tern 14"].into_iter().enumerate()
    {
        let Some(object) = account.objects.get(key).cloned() else {
            return;
        };
        let properties = json!({
            "serial_number": format!("NW-{:04}", 1200 + 7 * index), "model": model,
            "state": if index == 3 { "retired" } else { "active" },
            "purchase_price": { "currency": "default", "value": 640 + 120 * index },
        });
        let id = ids.object();
        let record = record((&id, &account.id), &object, properties, now);
        account.records.add(&id, record);
    }
}

fn record(
    (id, location): (&str, &str),
    object: &Value,
    properties: Value,
    now: Timestamp,
) -> Value {
    let by = made_by("sandbox", now);
    json!({
        "id": id, "locationId": location, "objectId": object["id"], "objectKey": object["key"],
        "owner": [], "followers": [], "properties": properties,
        "createdAt": iso(now), "updatedAt": iso(now), "createdBy": by, "lastUpdatedBy": by,
    })
}

fn made_by(app: &str, now: Timestamp) -> Value {
    json!({ "channel": "OAUTH", "source": "INTEGRATION", "sourceId": app, "createdAt": iso(now) })
}

/// As it is read by its id: with other names for its moments than in a search
/// (`facts/highlevel.md` 6.7).
fn shown(record: &Value) -> Value {
    json!({
        "id": record["id"], "owner": record["owner"], "followers": record["followers"],
        "properties": record["properties"], "dateAdded": record["createdAt"],
        "dateUpdated": record["updatedAt"],
    })
}

/// The key of the object that the path names. Contacts, opportunities and businesses have their
/// records elsewhere.
fn object_key(account: &Account, call: &Call) -> Result<String, Refusal> {
    let object = objects::find(account, call.segment("schemaKey"))?;
    let key = object["key"].as_str().unwrap_or_default();
    match object["standard"] == true {
        true => Err(Refusal::bad_request(format!("records of {key} are served by its own API"))),
        false => Ok(key.to_owned()),
    }
}

/// The id of the record that the path names, once it is known to be the caller's.
fn find(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.segment("id");
    let object = object_key(world.account(call)?, call)?;
    let account =
        world.holder(call, ("Record", id), |account| account.records.get(id).is_some())?;
    let found = account.records.get(id).filter(|it| it["objectKey"] == object.as_str());
    found.cloned().ok_or_else(|| Refusal::not_found("Record", id))
}

/// Takes over what a body says of a record.
fn take(account: &Account, record: &mut Value, call: &Call) -> Result<(), Refusal> {
    let object = record["objectKey"].as_str().unwrap_or_default().to_owned();
    let empty = Map::new();
    let given = call.body.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for (key, value) in record_values::check(account, &object, given)? {
        if let Some(properties) = record["properties"].as_object_mut() {
            match value.is_null() {
                true => drop(properties.remove(&key)),
                false => drop(properties.insert(key, value)),
            }
        }
    }
    for (name, most) in PEOPLE {
        let people = call.texts(name);
        if people.len() > most {
            let complaint = format!("{name} must contain no more than {most} elements");
            return Err(Refusal::unprocessable(vec![complaint]));
        }
        if call.body.contains_key(name) {
            record[name] = json!(people);
        }
    }
    let primary =
        objects::find(account, &object)?["primaryDisplayProperty"].as_str().unwrap_or_default();
    let primary = primary.rsplit('.').next().unwrap_or_default();
    match &record["properties"][primary] {
        Value::Null => Err(Refusal::bad_request(format!("{primary} is required"))),
        Value::String(text) if text.is_empty() => {
            Err(Refusal::bad_request(format!("{primary} should not be empty")))
        }
        _ => Ok(()),
    }
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let object = objects::find(account, &object_key(account, call)?)?.clone();
    let mut made = record((&id, &account.id), &object, json!({}), call.now);
    made["createdBy"] = made_by(&call.caller()?.app, call.now);
    made["lastUpdatedBy"] = made["createdBy"].clone();
    take(account, &mut made, call)?;
    account.records.add(&id, made.clone());
    tell(world, &made, call);
    Ok(Answer::created(json!({ "record": shown(&made) })))
}

/// The documented body of its events names no kind and lists the properties
/// (`facts/highlevel.md` 7.1).
fn tell(world: &mut World, record: &Value, call: &Call) {
    let properties = record["properties"].as_object().into_iter().flatten();
    let properties: Vec<Value> = properties
        .map(|(key, value)| {
            let name = match value {
                Value::Number(_) => "valueNumber",
                Value::Array(_) => "valueArray",
                Value::Object(_) => "valueObject",
                Value::Null | Value::Bool(_) | Value::String(_) => "valueString",
            };
            json!({ "key": key, name: value })
        })
        .collect();
    let mut told = Map::new();
    for (key, value) in [
        ("id", record["id"].clone()),
        ("locationId", record["locationId"].clone()),
        ("timestamp", json!(iso(call.now))),
        ("owners", record["owner"].clone()),
        ("followers", record["followers"].clone()),
        ("properties", json!(properties)),
    ] {
        told.insert(key.to_owned(), value);
    }
    world.tell_all(Value::Object(told));
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "record": shown(&find(world, call)?) }).into())
}

/// What the body does not name stays.
fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut record = find(world, call)?;
    let account = world.account(call)?;
    take(account, &mut record, call)?;
    record["updatedAt"] = json!(iso(call.now));
    record["lastUpdatedBy"] = made_by(&call.caller()?.app, call.now);
    if let Some(place) = account.records.get_mut(call.segment("id")) {
        *place = record.clone();
    }
    tell(world, &record, call);
    Ok(json!({ "record": shown(&record) }).into())
}

/// Its relations go with it.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let record = find(world, call)?;
    let account = world.account(call)?;
    let (id, location) = (call.segment("id"), account.id.clone());
    account.records.remove(id);
    tell(world, &record, call);
    relations::forget(world, &location, id);
    Ok(json!({ "id": id, "success": true }).into())
}

/// Newest first. `searchAfter` goes on behind the row that had it, and pages do not count then.
fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let number = |name: &str| call.body.get(name).and_then(Value::as_u64).unwrap_or_default();
    let whole = |name: &str| usize::try_from(number(name)).unwrap_or(usize::MAX);
    let limit = within("pageLimit", whole("pageLimit"), 1..=100)?;
    let page = within("page", whole("page"), 1..=usize::MAX)?;
    let account = world.account(call)?;
    let key = object_key(account, call)?;
    let object = objects::find(account, &key)?;
    let query = Query::of(object, call.text("query").unwrap_or_default());
    let fits = |record: &&Value| record["objectKey"] == key.as_str() && query.fits(record);
    let total = account.records.iter().filter(fits).count();
    let after = call.body.get("searchAfter").and_then(Value::as_array).filter(|it| !it.is_empty());
    let rows: Vec<&Value> = match after {
        None => {
            let skipped = (page - 1).saturating_mul(limit);
            account.records.iter().rev().filter(fits).skip(skipped).take(limit).collect()
        }
        Some(after) => {
            let id = after.last().and_then(Value::as_str).unwrap_or_default();
            let rest = account.records.before(id).ok_or_else(|| {
                Refusal::bad_request(
                    "searchAfter must be the one of a row: search from the first page",
                )
            })?;
            rest.filter(fits).take(limit).collect()
        }
    };
    let rows: Vec<Value> = rows.into_iter().map(row).collect();
    Ok(json!({ "records": rows, "total": total }).into())
}

fn row(record: &Value) -> Value {
    let added = record["createdAt"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let mut row = record.clone();
    row["searchAfter"] = json!([added.map(Timestamp::as_millisecond), record["id"]]);
    row
}

/// What a search looks for, in which properties.
struct Query {
    properties: Vec<String>,
    text: String,
}

impl Query {
    /// `property:text` looks into one of the searchable properties, other text into all of them.
    fn of(object: &Value, text: &str) -> Self {
        let keys = object["searchableProperties"].as_array().into_iter().flatten();
        let short = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let mut properties: Vec<String> = keys.filter_map(Value::as_str).map(short).collect();
        let mut text = text.trim();
        if let Some((name, rest)) = text.split_once(':')
            && properties.contains(&short(name.trim()))
        {
            properties = vec![short(name.trim())];
            text = rest.trim();
        }
        Self { properties, text: text.to_lowercase() }
    }

    fn fits(&self, record: &Value) -> bool {
        let holds = |property: &String| match &record["properties"][property.as_str()] {
            Value::String(text) => text.to_lowercase().contains(&self.text),
            Value::Null => false,
            other => other.to_string().contains(&self.text),
        };
        self.text.is_empty() || self.properties.iter().any(holds)
    }
}

#[cfg(test)]
mod tests {
    use crate::highlevel::{api::desk::Desk, receiver::Receiver};

    use super::*;

    const PETS: &str = "/objects/custom_objects.pet/records";

    async fn pets() -> (Desk, String) {
        let mut desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let own = std::mem::replace(&mut desk.token, desk.sandbox.agency_token().to_owned());
        let body = json!({
            "locationId": location, "key": "pet", "labels": { "singular": "Pet", "plural": "Pets" },
            "primaryDisplayPropertyDetails": { "key": "name", "name": "Name", "dataType": "TEXT" },
        });
        let made = desk.ok("POST /objects/", body.clone()).await;
        assert_eq!(made["object"]["primaryDisplayProperty"], "custom_objects.pet.name");
        assert_eq!(desk.refused("POST /objects/", body.clone()).await.0, 400);
        desk.token = own;
        assert_eq!(desk.refused("POST /objects/", body).await.0, 401);
        (desk, location)
    }

    #[tokio::test]
    async fn an_object_has_fields_in_folders() {
        let (desk, location) = pets().await;
        let path =
            format!("/objects/custom_objects.pet?locationId={location}&fetchProperties=true");
        let read = desk.ok(&format!("GET {path}"), Value::Null).await;
        assert_eq!(read["fields"][0]["fieldKey"], "custom_objects.pet.name");
        let body =
            json!({ "objectKey": "custom_objects.pet", "name": "Care", "locationId": location });
        let folder = desk.ok("POST /custom-fields/folder", body).await;
        let field = json!({
            "locationId": location, "objectKey": "custom_objects.pet", "fieldKey": "age",
            "dataType": "NUMERICAL", "name": "Age", "showInForms": true, "parentId": folder["id"],
        });
        let made = desk.ok("POST /custom-fields/", field.clone()).await;
        assert_eq!(made["field"]["fieldKey"], "custom_objects.pet.age");
        assert_eq!(desk.refused("POST /custom-fields/", field).await.0, 400);
        let list =
            format!("GET /custom-fields/object-key/custom_objects.pet?locationId={location}");
        let list = desk.ok(&list, Value::Null).await;
        let count = |name: &str| list[name].as_array().unwrap().len();
        assert_eq!((count("fields"), count("folders")), (2, 2));
        let id = made["field"]["id"].as_str().unwrap();
        let body = json!({ "locationId": location, "name": "Years", "showInForms": false });
        let updated = desk.ok(&format!("PUT /custom-fields/{id}"), body).await;
        assert_eq!(updated["field"]["name"], "Years");
        let gone = format!(
            "DELETE /custom-fields/folder/{}?locationId={location}",
            folder["id"].as_str().unwrap()
        );
        desk.ok(&gone, Value::Null).await;
        let read = desk.ok(&format!("GET /custom-fields/{id}"), Value::Null).await;
        assert_ne!(read["field"]["parentId"], folder["id"]);
        let gone = desk.ok(&format!("DELETE /custom-fields/{id}"), Value::Null).await;
        assert_eq!(gone["key"], "custom_objects.pet.age");
        let primary = list["fields"][0]["id"].as_str().unwrap();
        let refused = desk.refused(&format!("DELETE /custom-fields/{primary}"), Value::Null).await;
        assert_eq!(refused.0, 400);
        let contact = format!("GET /custom-fields/object-key/contact?locationId={location}");
        assert_eq!(desk.refused(&contact, Value::Null).await.0, 400);
    }

    #[tokio::test]
    async fn a_record_lives_from_creation_to_deletion_and_is_told() {
        let (desk, location) = pets().await;
        let receiver = Receiver::start(&[]).await;
        desk.sandbox.subscribe(&receiver.url()).unwrap();
        let body = |properties: Value| json!({ "locationId": location, "properties": properties });
        let path = format!("POST {PETS}");
        assert_eq!(desk.refused(&path, body(json!({ "name": "Rex", "wings": 2 }))).await.0, 400);
        assert_eq!(desk.refused(&path, body(json!({}))).await.0, 400);
        let made = desk.ok(&path, body(json!({ "name": "Rex" }))).await;
        let id = made["record"]["id"].as_str().unwrap().to_owned();
        let change = json!({ "properties": { "name": "Bello" }, "owner": ["u1"] });
        let put = format!("PUT {PETS}/{id}?locationId={location}");
        let updated = desk.ok(&put, change).await;
        assert_eq!(updated["record"]["properties"], json!({ "name": "Bello" }));
        assert_eq!(desk.refused(&put, json!({ "owner": ["u1", "u2"] })).await.0, 422);
        let read = desk.ok(&format!("GET {PETS}/{id}"), Value::Null).await;
        assert_eq!(read["record"]["owner"], json!(["u1"]));

        let person = json!({ "locationId": location, "email": "owner@example.com" });
        let person = desk.ok("POST /contacts/", person).await["contact"]["id"].clone();
        let association = json!({
            "locationId": location, "key": "pet_owner", "firstObjectKey": "custom_objects.pet",
            "firstObjectLabel": "Pet", "secondObjectKey": "contact", "secondObjectLabel": "Owner",
        });
        let association = desk.ok("POST /associations/", association).await;
        let relation = json!({
            "locationId": location, "associationId": association["id"],
            "firstRecordId": id, "secondRecordId": person,
        });
        desk.ok("POST /associations/relations", relation.clone()).await;
        let (status, message) = desk.refused("POST /associations/relations", relation).await;
        assert!(status == 400 && message.contains("duplicate relation"), "{message}");
        desk.ok(&format!("DELETE {PETS}/{id}"), Value::Null).await;
        let left = format!(
            "GET /associations/relations/{}?locationId={location}&skip=0&limit=10",
            person.as_str().unwrap()
        );
        assert_eq!(desk.ok(&left, Value::Null).await["total"], 0);
        assert_eq!(desk.refused(&format!("GET {PETS}/{id}"), Value::Null).await.0, 404);

        let told = desk.told(&receiver, 7).await;
        assert_eq!(told[0]["properties"], json!([{ "key": "name", "valueString": "Rex" }]));
        assert_eq!(told[1]["owners"], json!(["u1"]));
        assert_eq!(
            (&told[4]["firstRecordId"], &told[6]["firstRecordId"]),
            (&json!(id), &json!(id))
        );
    }

    #[tokio::test]
    async fn records_are_found_by_property_and_read_page_by_page() {
        let (desk, location) = pets().await;
        for name in ["Rex", "Rexine", "Bello"] {
            let body = json!({ "locationId": location, "properties": { "name": name } });
            desk.ok(&format!("POST {PETS}"), body).await;
        }
        let find = async |query: &str, page: usize, limit: usize, after: Value| {
            let body = json!({
                "locationId": location, "query": query, "page": page, "pageLimit": limit,
                "searchAfter": after,
            });
            desk.ok(&format!("POST {PETS}/search"), body).await
        };
        let names = |answer: &Value| {
            let rows = answer["records"].as_array().unwrap().iter();
            rows.map(|row| row["properties"]["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&find("name:rex", 1, 10, json!([])).await), ["Rexine", "Rex"]);
        assert_eq!(names(&find("bell", 1, 10, json!([])).await), ["Bello"]);
        let first = find("", 1, 2, json!([])).await;
        assert_eq!(
            (names(&first), &first["total"]),
            (vec!["Bello".to_owned(), "Rexine".to_owned()], &json!(3))
        );
        assert_eq!(names(&find("", 2, 2, json!([])).await), ["Rex"]);
        let after = first["records"][1]["searchAfter"].clone();
        let rest = find("", 1, 2, after).await;
        assert_eq!(names(&rest), ["Rex"]);
        let after = rest["records"][0]["searchAfter"].clone();
        assert!(names(&find("", 1, 2, after).await).is_empty());
    }
}
