//! `/associations`: which objects can be related, and under which labels.

use serde_json::{Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    objects,
    refusal::Refusal,
    relations,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("associations.find-associations", list),
    ("associations.create-association", create),
    ("associations.get-association-by-id", read),
    ("associations.get-association-key-by-key-name", read_by_key),
    ("associations.get-association-by-object-keys", read_by_object),
    ("associations.update-association", update),
    ("associations.delete-association", remove),
];

/// The associations that every location has: key, first object, second object, labels.
const SYSTEM: [(&str, [&str; 2], [&str; 2]); 2] = [
    (
        "OPPORTUNITIES_CONTACTS_ASSOCIATION",
        ["opportunity", "contact"],
        ["Opportunities", "Contacts"],
    ),
    ("BUSINESSES_CONTACTS_ASSOCIATION", ["business", "contact"], ["Companies", "Contacts"]),
];

/// The associations of the system, and one of the seeded custom object.
pub(crate) fn seed(world: &mut World) {
    let devices = "custom_objects.managed_devices";
    for account in world.accounts.values_mut() {
        for (key, objects, labels) in SYSTEM {
            let id = world.ids.object();
            let made = association((&id, &account.id), key, (objects, labels), "SYSTEM_DEFINED");
            account.associations.add(&id, made);
        }
        if account.objects.get(devices).is_some() {
            let (id, sides) = (world.ids.object(), [devices, "contact"]);
            let sides = (sides, ["Device", "Responsible person"]);
            let made = association((&id, &account.id), "device_person", sides, "USER_DEFINED");
            account.associations.add(&id, made);
        }
    }
}

fn association(
    (id, location): (&str, &str),
    key: &str,
    (objects, labels): ([&str; 2], [&str; 2]),
    kind: &str,
) -> Value {
    json!({
        "id": id, "locationId": location, "key": key, "associationType": kind,
        "firstObjectKey": objects[0], "firstObjectLabel": labels[0],
        "firstObjectToSecondObjectCardinality": "MANY_TO_MANY",
        "secondObjectKey": objects[1], "secondObjectLabel": labels[1],
        "secondObjectToFirstObjectCardinality": "MANY_TO_MANY",
    })
}

/// The association of this id or key.
///
/// # Errors
/// 404 when there is none.
pub(crate) fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Value, Refusal> {
    let by_key = || account.associations.iter().find(|association| association["key"] == id);
    let found = account.associations.get(id).or_else(by_key);
    found.ok_or_else(|| Refusal::not_found("Association", id))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 20, 1..=100)?, call.number("skip", 0, 0..=usize::MAX)?);
    let all = &world.account(call)?.associations;
    let page: Vec<&Value> = all.iter().skip(skip).take(limit).collect();
    Ok(json!({ "associations": page, "total": all.len() }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let text = |name: &str| call.text(name).unwrap_or_default();
    let key = text("key");
    if account.associations.iter().any(|known| known["key"] == key) {
        return Err(Refusal::bad_request(format!(
            "an association with the key {key} exists already"
        )));
    }
    let first = objects::find(account, text("firstObjectKey"))?["key"].clone();
    let second = objects::find(account, text("secondObjectKey"))?["key"].clone();
    let objects = [&first, &second].map(|key| key.as_str().unwrap_or_default());
    let labels = [text("firstObjectLabel"), text("secondObjectLabel")];
    let made = association((&id, &account.id), key, (objects, labels), "USER_DEFINED");
    account.associations.add(&id, made.clone());
    tell(world, &made);
    Ok(Answer::created(made))
}

/// The documented body of its events names no kind (`facts/highlevel.md` 7.1).
fn tell(world: &mut World, association: &Value) {
    let fields = association.as_object().cloned().unwrap_or_default();
    world.tell_all(Value::Object(fields));
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(find(world.account(call)?, call.segment("associationId"))?.clone().into())
}

fn read_by_key(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let key = call.segment("key_name");
    let found = world.account(call)?.associations.iter().find(|known| known["key"] == key);
    let found =
        found.ok_or_else(|| Refusal::new(404, format!("Association with key {key} not found")))?;
    Ok(found.clone().into())
}

/// The documented answer is one association: the first that has the object on either side.
fn read_by_object(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.account(call)?;
    let key = objects::find(account, call.segment("objectKey"))?["key"].clone();
    let of = |known: &&Value| known["firstObjectKey"] == key || known["secondObjectKey"] == key;
    let found = account.associations.iter().find(of);
    let message = || Refusal::new(404, format!("Association of the object {key} not found"));
    Ok(found.ok_or_else(message)?.clone().into())
}

/// Those of the system stay as they are.
fn own<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut Value, Refusal> {
    let association = account.associations.get_mut(id);
    let association = association.ok_or_else(|| Refusal::not_found("Association", id))?;
    match association["associationType"] == "SYSTEM_DEFINED" {
        true => Err(Refusal::bad_request("associations of the system cannot be changed")),
        false => Ok(association),
    }
}

/// Only the labels can change.
fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let association = own(world.account(call)?, call.segment("associationId"))?;
    let labels =
        pick(&Value::Object(call.body.clone()), &["firstObjectLabel", "secondObjectLabel"]);
    for (name, label) in labels {
        association[name.as_str()] = label;
    }
    let association = association.clone();
    tell(world, &association);
    Ok(association.into())
}

/// Its relations go with it.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("associationId");
    let account = world.account(call)?;
    let location = account.id.clone();
    let gone = own(account, id)?.clone();
    account.associations.remove(id);
    relations::forget_association(world, &location, id);
    tell(world, &gone);
    Ok(json!({ "deleted": true, "id": id, "message": "The association is deleted" }).into())
}

#[cfg(test)]
mod tests {
    use crate::highlevel::api::desk::Desk;

    use super::*;

    #[tokio::test]
    async fn associations_are_found_by_id_key_and_object_and_the_systems_stay() {
        let desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let list = format!("GET /associations/?locationId={location}&skip=0&limit=2");
        let page = desk.ok(&list, Value::Null).await;
        assert_eq!(
            (page["associations"].as_array().unwrap().len(), &page["total"]),
            (2, &json!(3))
        );
        let system = page["associations"][0]["id"].as_str().unwrap();
        let refused = desk.refused(&format!("DELETE /associations/{system}"), Value::Null).await;
        assert_eq!(refused.0, 400);
        let body = json!({
            "locationId": location, "key": "referral", "firstObjectKey": "contact",
            "firstObjectLabel": "Referrer", "secondObjectKey": "contact", "secondObjectLabel": "Referred",
        });
        let made = desk.ok("POST /associations/", body.clone()).await;
        assert_eq!(made["associationType"], "USER_DEFINED");
        assert_eq!(desk.refused("POST /associations/", body).await.0, 400);
        let path = format!("/associations/{}", made["id"].as_str().unwrap());
        let body = json!({ "firstObjectLabel": "Sponsor", "secondObjectLabel": "Member" });
        desk.ok(&format!("PUT {path}"), body).await;
        let by_key = format!("GET /associations/key/referral?locationId={location}");
        assert_eq!(desk.ok(&by_key, Value::Null).await["firstObjectLabel"], "Sponsor");
        let by_object = format!("GET /associations/objectKey/contact?locationId={location}");
        assert_eq!(desk.ok(&by_object, Value::Null).await["id"], json!(system));
        assert_eq!(desk.ok(&format!("DELETE {path}"), Value::Null).await["deleted"], true);
        assert_eq!(desk.refused(&by_key, Value::Null).await.0, 404);
    }
}
