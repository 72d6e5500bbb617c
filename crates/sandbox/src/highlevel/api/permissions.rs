//! `/locations/{locationId}/permissions`: the products that an agency lets a location use.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

/// What a location may use until its agency says otherwise.
const FIRST: [&str; 4] =
    ["2-way-text-messaging", "web-chat", "reputation-management", "missed-call-text-back"];

pub(crate) const ACTS: Acts = &[
    ("locations.get-location-permissions", read),
    ("locations.update-location-permissions", replace),
];

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.location(call.segment("locationId"))?;
    let permissions = account.permissions.clone().unwrap_or_else(|| FIRST.map(Value::from).into());
    Ok(json!({ "permissions": permissions }).into())
}

fn replace(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.location(call.segment("locationId"))?;
    let mut kept: Vec<Value> = Vec::new();
    for permission in call.texts("permissions") {
        if !kept.iter().any(|known| known == permission) {
            kept.push(json!(permission));
        }
    }
    account.permissions = Some(kept.clone());
    Ok(json!({ "permissions": kept }).into())
}
