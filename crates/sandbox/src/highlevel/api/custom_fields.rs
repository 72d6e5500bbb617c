//! `/locations/{locationId}/customFields`: the definitions of custom fields of contacts and opportunities.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("locations.get-custom-fields", list),
    ("locations.create-custom-field", create),
    ("locations.get-custom-field", read),
    ("locations.update-custom-field", update),
    ("locations.delete-custom-field", remove),
];

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Custom field", id)
}

/// Contacts' fields unless another model is asked for.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let model = call.query("model").unwrap_or("contact");
    if !["contact", "opportunity", "all"].contains(&model) {
        let complaint = "model must be one of the following values: contact, opportunity, all";
        return Err(Refusal::unprocessable(vec![complaint.to_owned()]));
    }
    let all = world.account(call)?.custom_fields.iter();
    let fields: Vec<&Value> =
        all.filter(|field| model == "all" || field["model"] == model).collect();
    Ok(json!({ "customFields": fields }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let model = call.text("model").unwrap_or("contact");
    let name = call.text("name").unwrap_or_default();
    let key = match call.text("fieldKey") {
        Some(key) if key.contains('.') => key.to_owned(),
        Some(key) => format!("{model}.{key}"),
        None => format!("{model}.{}", key(name)),
    };
    if account.custom_fields.iter().any(|field| field["fieldKey"] == key.as_str()) {
        return Err(Refusal::bad_request(format!(
            "a custom field with the key {key} exists already"
        )));
    }
    let mut field =
        define(&id, &account.id, (name, &key), call.text("dataType").unwrap_or_default());
    field["model"] = json!(model);
    field["position"] = json!(account.custom_fields.len() * 50);
    take(&mut field, call);
    account.custom_fields.add(&id, field.clone());
    Ok(Answer::created(json!({ "customField": field })))
}

/// A definition with a name and a key.
pub(crate) fn define(id: &str, location: &str, names: (&str, &str), data_type: &str) -> Value {
    let model = names.1.split('.').next().unwrap_or("contact");
    json!({
        "id": id,
        "name": names.0,
        "model": model,
        "fieldKey": names.1,
        "placeholder": "",
        "dataType": data_type,
        "position": 0,
        "locationId": location,
    })
}

/// Takes over a body, under the names by which definitions are read.
fn take(field: &mut Value, call: &Call) {
    for (key, value) in &call.body {
        let name = match key.as_str() {
            "textBoxListOptions" | "options" => "picklistOptions",
            "isMultipleFile" => "isMultiFileAllowed",
            "maxNumberOfFiles" => "maxFileLimit",
            "fieldKey" => continue,
            other => other,
        };
        field[name] = value.clone();
    }
}

/// The key that follows from a name: lower case, with underscores.
fn key(name: &str) -> String {
    let letters = name.trim().to_lowercase();
    letters.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect()
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let field = world.account(call)?.custom_fields.get(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "customField": field }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let field = world.account(call)?.custom_fields.get_mut(id).ok_or_else(|| missing(id))?;
    take(field, call);
    Ok(json!({ "customField": field }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    world.account(call)?.custom_fields.remove(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "succeded": true }).into())
}
