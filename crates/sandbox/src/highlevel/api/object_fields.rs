//! `/custom-fields`: the fields of custom objects and businesses, and the folders they lie in.
//!
//! The fields of contacts and opportunities are another product's (`custom_fields.rs`).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    ids::RecordIds,
    moment::iso,
    objects,
    refusal::Refusal,
    world::{World, merge},
};

pub(crate) const ACTS: Acts = &[
    ("custom-fields.get-custom-fields-by-object-key", list),
    ("custom-fields.create-custom-field", create),
    ("custom-fields.get-custom-field-by-id", read),
    ("custom-fields.update-custom-field", update),
    ("custom-fields.delete-custom-field", remove),
    ("custom-fields.create-custom-field-folder", create_folder),
    ("custom-fields.update-custom-field-folder", update_folder),
    ("custom-fields.delete-custom-field-folder", remove_folder),
];

/// The fields that every business has.
pub(crate) fn seed_business(account: &mut Account, ids: &mut RecordIds, now: Timestamp) {
    let folder = ids.record();
    add_folder(account, (&folder, "business", "General"), now);
    for (name, kind) in
        [("Name", "TEXT"), ("Phone", "PHONE"), ("Website", "TEXT"), ("City", "TEXT")]
    {
        let key = format!("business.{}", key_of(name));
        let field = json!({ "name": name, "dataType": kind, "parentId": folder });
        add(account, (&ids.record(), "business", &key), field, now);
    }
}

/// The fields of the seeded custom object.
pub(crate) fn seed_devices(account: &mut Account, ids: &mut RecordIds, now: Timestamp) {
    let (folder, object) = (ids.record(), "custom_objects.managed_devices");
    add_folder(account, (&folder, object, "Details"), now);
    let states =
        json!([{ "key": "active", "label": "Active" }, { "key": "retired", "label": "Retired" }]);
    for (name, kind, options) in [
        ("Serial number", "TEXT", None),
        ("Model", "TEXT", None),
        ("Purchase price", "MONETORY", None),
        ("State", "SINGLE_OPTIONS", Some(states)),
    ] {
        let mut field = json!({ "name": name, "dataType": kind, "parentId": folder });
        if let Some(options) = options {
            field["options"] = options;
        }
        add(account, (&ids.record(), object, &full_key(object, name)), field, now);
    }
}

/// The key that follows from a name: lower case, with underscores.
pub(crate) fn key_of(name: &str) -> String {
    let letters = name.trim().to_lowercase();
    letters.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect()
}

/// A field's key with the prefix of its object, whether it had it or not.
pub(crate) fn full_key(object: &str, key: &str) -> String {
    let prefix = format!("{object}.");
    format!("{prefix}{}", key_of(key.strip_prefix(&prefix).unwrap_or(key)))
}

pub(crate) fn by_key<'a>(account: &'a Account, key: &str) -> Option<&'a Value> {
    account.object_fields.iter().find(|field| field["fieldKey"] == key)
}

/// Adds a field: its id, the key of its object and its own; the rest stands in `field`.
pub(crate) fn add(
    account: &mut Account,
    (id, object, key): (&str, &str, &str),
    mut field: Value,
    now: Timestamp,
) -> Value {
    for (name, value) in [
        ("id", json!(id)),
        ("locationId", json!(account.id)),
        ("objectKey", json!(object)),
        ("fieldKey", json!(key)),
        ("dateAdded", json!(iso(now))),
        ("dateUpdated", json!(iso(now))),
    ] {
        field[name] = value;
    }
    if field["showInForms"].is_null() {
        field["showInForms"] = json!(true);
    }
    account.object_fields.add(id, field.clone());
    field
}

/// Adds a folder: its id, the key of its object, its name.
pub(crate) fn add_folder(
    account: &mut Account,
    (id, object, name): (&str, &str, &str),
    now: Timestamp,
) -> Value {
    let folder = json!({
        "id": id, "objectKey": object, "locationId": account.id, "name": name,
        "dateAdded": iso(now), "dateUpdated": iso(now),
    });
    account.object_folders.add(id, folder.clone());
    folder
}

/// The fields of an object; those of contacts and opportunities in the shape of this product.
pub(crate) fn all_of(account: &Account, object: &str) -> Vec<Value> {
    let own = account.object_fields.iter().filter(|field| field["objectKey"] == object).cloned();
    let at = account.objects.get(object).map_or(Value::Null, |it| it["dateAdded"].clone());
    let others = account.custom_fields.iter().filter(|field| field["model"] == object);
    let others = others.map(|field| {
        json!({
            "id": field["id"], "locationId": field["locationId"], "name": field["name"],
            "objectKey": object, "fieldKey": field["fieldKey"], "dataType": field["dataType"],
            "parentId": "", "showInForms": true, "dateAdded": at, "dateUpdated": at,
        })
    });
    own.chain(others).collect()
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Custom field", id)
}

/// The object whose fields are asked for: only custom ones and businesses have them here.
fn object(account: &Account, key: &str) -> Result<String, Refusal> {
    let key = objects::find(account, key)?["key"].as_str().unwrap_or_default().to_owned();
    match key.as_str() {
        "contact" | "opportunity" => Err(Refusal::bad_request(format!(
            "custom fields of {key} are not served here: use /locations/{{locationId}}/customFields"
        ))),
        _ => Ok(key),
    }
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.account(call)?;
    let key = object(account, call.segment("objectKey"))?;
    let of = |record: &&Value| record["objectKey"] == key.as_str();
    let fields: Vec<&Value> = account.object_fields.iter().filter(of).collect();
    let folders: Vec<&Value> = account.object_folders.iter().filter(of).collect();
    Ok(json!({ "fields": fields, "folders": folders }).into())
}

/// Without a folder the field goes into the object's first.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let object = object(account, call.text("objectKey").unwrap_or_default())?;
    let key = full_key(&object, call.text("fieldKey").unwrap_or_default());
    if by_key(account, &key).is_some() {
        return Err(Refusal::bad_request(format!(
            "a custom field with the key {key} exists already"
        )));
    }
    let folder = call.text("parentId").filter(|id| !id.is_empty());
    let of = |record: &&Value| {
        record["objectKey"] == object.as_str() && folder.is_none_or(|id| record["id"] == id)
    };
    let found = account.object_folders.iter().find(of).map(|found| found["id"].clone());
    let parent = match (found, folder) {
        (None, Some(id)) => return Err(Refusal::not_found("Folder", id)),
        (found, _) => found.unwrap_or_else(|| json!("")),
    };
    let mut field = Value::Object(call.body.clone());
    field["parentId"] = parent;
    if field["name"].is_null() {
        field["name"] = json!(key.rsplit('.').next());
    }
    let field = add(account, (&id, &object, &key), field, call.now);
    Ok(Answer::created(json!({ "field": field })))
}

/// A folder is read in the same way.
fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let account = world.account(call)?;
    let found = account.object_fields.get(id).or_else(|| account.object_folders.get(id));
    Ok(json!({ "field": found.ok_or_else(|| missing(id))? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let field = world.account(call)?.object_fields.get_mut(id).ok_or_else(|| missing(id))?;
    merge(field, &call.body, ("dateUpdated", call.now));
    Ok(json!({ "field": field }).into())
}

/// The primary property of an object stays.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let account = world.account(call)?;
    let key = account.object_fields.get(id).ok_or_else(|| missing(id))?["fieldKey"].clone();
    if account.objects.iter().any(|object| object["primaryDisplayProperty"] == key) {
        return Err(Refusal::bad_request(format!("{key} is the primary property of its object")));
    }
    account.object_fields.remove(id);
    Ok(json!({ "succeded": true, "id": id, "key": key }).into())
}

fn create_folder(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let object = object(account, call.text("objectKey").unwrap_or_default())?;
    let name = call.text("name").unwrap_or_default();
    Ok(Answer::created(add_folder(account, (&id, &object, name), call.now)))
}

fn update_folder(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let folders = &mut world.account(call)?.object_folders;
    let folder = folders.get_mut(id).ok_or_else(|| Refusal::not_found("Folder", id))?;
    merge(folder, &call.body, ("dateUpdated", call.now));
    Ok(folder.clone().into())
}

/// Its fields stay, in the object's first folder.
fn remove_folder(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let account = world.account(call)?;
    let folder =
        account.object_folders.remove(id).ok_or_else(|| Refusal::not_found("Folder", id))?;
    let first = account.object_folders.iter().find(|it| it["objectKey"] == folder["objectKey"]);
    let first = first.map_or_else(|| json!(""), |first| first["id"].clone());
    let inside = account.object_fields.iter().filter(|field| field["parentId"] == id);
    let inside: Vec<String> =
        inside.filter_map(|field| field["id"].as_str().map(str::to_owned)).collect();
    for field in inside {
        if let Some(field) = account.object_fields.get_mut(&field) {
            field["parentId"] = first.clone();
        }
    }
    let key = full_key(
        folder["objectKey"].as_str().unwrap_or_default(),
        folder["name"].as_str().unwrap_or_default(),
    );
    Ok(json!({ "succeded": true, "id": id, "key": key }).into())
}
