//! `/locations/{locationId}/customValues`: texts that a location uses in its messages.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("locations.get-custom-values", list),
    ("locations.create-custom-value", create),
    ("locations.get-custom-value", read),
    ("locations.update-custom-value", update),
    ("locations.delete-custom-value", remove),
];

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Custom value", id)
}

/// As it is read; the key is what stands in messages.
pub(crate) fn define(id: &str, location: &str, name: &str, value: &str) -> Value {
    let letters = name.trim().to_lowercase();
    let key: String =
        letters.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    json!({
        "id": id,
        "name": name,
        "fieldKey": format!("{{{{ custom_values.{key} }}}}"),
        "value": value,
        "locationId": location,
    })
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let values: Vec<&Value> = world.account(call)?.custom_values.iter().collect();
    Ok(json!({ "customValues": values }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let texts = ["name", "value"].map(|key| call.text(key).unwrap_or_default());
    let value = define(&id, &account.id, texts[0], texts[1]);
    account.custom_values.add(&id, value.clone());
    Ok(Answer::created(json!({ "customValue": value })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let value = world.account(call)?.custom_values.get(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "customValue": value }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let value = world.account(call)?.custom_values.get_mut(id).ok_or_else(|| missing(id))?;
    for (key, text) in &call.body {
        value[key.as_str()] = text.clone();
    }
    Ok(json!({ "customValue": value }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    world.account(call)?.custom_values.remove(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "succeded": true }).into())
}
