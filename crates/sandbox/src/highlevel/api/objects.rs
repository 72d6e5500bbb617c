//! `/objects`: the schemas of standard and custom objects.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    moment::iso,
    object_fields::{self, key_of},
    records,
    refusal::Refusal,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("objects.get-object-by-location-id", list),
    ("objects.create-custom-object-schema", create),
    ("objects.get-object-schema-by-key", read),
    ("objects.update-custom-object", update),
];

const PREFIX: &str = "custom_objects.";
/// The standard objects: key, names, primary property.
const STANDARD: [(&str, &str, &str, &str); 3] = [
    ("contact", "Contact", "Contacts", "contact.name"),
    ("opportunity", "Opportunity", "Opportunities", "opportunity.name"),
    ("business", "Company", "Companies", "business.name"),
];
/// When the seeded schemas were made.
const FIRST: i64 = 1_738_573_200;

/// The standard objects of every location, and one custom object of the first.
pub(crate) fn seed(world: &mut World) {
    let now = Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH);
    let main = world.main_location.clone();
    for account in world.accounts.values_mut() {
        for (key, singular, plural, primary) in STANDARD {
            let mut schema = schema(account, (&world.ids.object(), key), now);
            schema["standard"] = json!(true);
            schema["type"] = json!("SYSTEM_DEFINED");
            schema["labels"] = json!({ "singular": singular, "plural": plural });
            schema["primaryDisplayProperty"] = json!(primary);
            schema["searchableProperties"] = json!([primary]);
            account.objects.add(key, schema);
        }
        object_fields::seed_business(account, &mut world.ids, now);
        if account.id != main {
            continue;
        }
        let key = "custom_objects.managed_devices";
        let mut schema = schema(account, (&world.ids.object(), key), now);
        let primary = format!("{key}.serial_number");
        schema["labels"] = json!({ "singular": "Managed device", "plural": "Managed devices" });
        schema["description"] = json!("Machines under a service contract");
        schema["primaryDisplayProperty"] = json!(primary);
        schema["searchableProperties"] = json!([primary, format!("{key}.model")]);
        account.objects.add(key, schema);
        object_fields::seed_devices(account, &mut world.ids, now);
        records::seed(account, &mut world.ids, now);
    }
}

fn schema(account: &Account, (id, key): (&str, &str), now: Timestamp) -> Value {
    json!({
        "id": id, "standard": false, "key": key, "description": "",
        "locationId": account.id, "type": "USER_DEFINED",
        "dateAdded": iso(now), "dateUpdated": iso(now),
    })
}

/// The schema of this key, of a custom object with or without its prefix.
///
/// # Errors
/// 404 when there is none.
pub(crate) fn find<'a>(account: &'a Account, key: &str) -> Result<&'a Value, Refusal> {
    let found = account.objects.get(key);
    let found = found.or_else(|| account.objects.get(&format!("{PREFIX}{key}")));
    found.ok_or_else(|| Refusal::new(404, format!("Object with key {key} not found")))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let objects: Vec<&Value> = world.account(call)?.objects.iter().collect();
    Ok(json!({ "objects": objects }).into())
}

/// Makes the primary property as the object's first field.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (id, field_id, folder) = (world.ids.object(), world.ids.record(), world.ids.record());
    let account = world.account(call)?;
    let given = call.text("key").unwrap_or_default();
    let key = format!("{PREFIX}{}", key_of(given.strip_prefix(PREFIX).unwrap_or(given)));
    if account.objects.get(&key).is_some() {
        return Err(Refusal::bad_request(format!("an object with the key {key} exists already")));
    }
    let details = call.body.get("primaryDisplayPropertyDetails").unwrap_or(&Value::Null);
    let kind = details["dataType"].as_str().unwrap_or_default();
    if !["TEXT", "NUMERICAL"].contains(&kind) {
        let complaint = "primaryDisplayPropertyDetails.dataType must be one of the following values: TEXT, NUMERICAL";
        return Err(Refusal::unprocessable(vec![complaint.to_owned()]));
    }
    let primary = object_fields::full_key(&key, details["key"].as_str().unwrap_or_default());
    let mut schema = schema(account, (&id, &key), call.now);
    schema["labels"] = call.body.get("labels").cloned().unwrap_or_default();
    schema["description"] = json!(call.text("description").unwrap_or_default());
    schema["primaryDisplayProperty"] = json!(primary);
    schema["searchableProperties"] = json!([primary]);
    account.objects.add(&key, schema.clone());
    object_fields::add_folder(account, (&folder, &key, "Details"), call.now);
    let field = json!({ "name": details["name"], "dataType": kind, "parentId": folder });
    object_fields::add(account, (&field_id, &key, &primary), field, call.now);
    tell(world, &schema, call);
    Ok(Answer::created(json!({ "object": schema })))
}

/// The documented body of its events names no kind (`facts/highlevel.md` 7.1).
fn tell(world: &mut World, schema: &Value, call: &Call) {
    let names = [
        "id",
        "key",
        "labels",
        "description",
        "searchableProperties",
        "primaryDisplayProperty",
        "locationId",
    ];
    let mut told = pick(schema, &names);
    for (key, value) in [
        ("objectType", schema["type"].clone()),
        ("createdAt", schema["dateAdded"].clone()),
        ("updatedAt", schema["dateUpdated"].clone()),
        ("timestamp", json!(iso(call.now))),
    ] {
        told.insert(key.to_owned(), value);
    }
    world.tell_all(Value::Object(told));
}

/// The fields are shown where they are asked for.
fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.account(call)?;
    let schema = find(account, call.segment("key"))?;
    let fields = match call.query("fetchProperties") {
        Some("true") => object_fields::all_of(account, schema["key"].as_str().unwrap_or_default()),
        _ => Vec::new(),
    };
    Ok(json!({ "object": schema, "cache": false, "fields": fields }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.account(call)?;
    let mut schema = find(account, call.segment("key"))?.clone();
    let key = schema["key"].as_str().unwrap_or_default().to_owned();
    let mut searchable = Vec::new();
    for named in call.texts("searchableProperties") {
        let full = object_fields::full_key(&key, named);
        if object_fields::by_key(account, &full).is_none()
            && full != schema["primaryDisplayProperty"]
        {
            return Err(Refusal::bad_request(format!("the object has no property {named}")));
        }
        searchable.push(full);
    }
    schema["searchableProperties"] = json!(searchable);
    for (name, text) in call.body.get("labels").and_then(Value::as_object).into_iter().flatten() {
        schema["labels"][name.as_str()] = text.clone();
    }
    if let Some(description) = call.body.get("description") {
        schema["description"] = json!(description.as_str().unwrap_or_default());
    }
    schema["dateUpdated"] = json!(iso(call.now));
    if let Some(place) = account.objects.get_mut(&key) {
        *place = schema.clone();
    }
    tell(world, &schema, call);
    Ok(json!({ "object": schema }).into())
}
