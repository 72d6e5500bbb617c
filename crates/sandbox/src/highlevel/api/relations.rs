//! `/associations/relations`: which records are related by an association.

use serde_json::{Value, json};

use super::{
    account::Account, acts::Acts, answer::Answer, associations, call::Call, refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("associations.create-relation", create),
    ("associations.get-relations-by-record-id", list),
    ("associations.delete-relation", remove),
];

/// Takes the relations of a deleted record, and tells of it.
pub(crate) fn forget(world: &mut World, location: &str, record: &str) {
    forget_where(world, location, |relation| names(relation, record));
}

/// Takes the relations of a deleted association.
pub(crate) fn forget_association(world: &mut World, location: &str, association: &str) {
    forget_where(world, location, |relation| relation["associationId"] == association);
}

fn forget_where(world: &mut World, location: &str, is_gone: impl Fn(&Value) -> bool) {
    let Some(account) = world.accounts.get_mut(location) else {
        return;
    };
    let gone: Vec<Value> = account.relations.iter().filter(|it| is_gone(it)).cloned().collect();
    for relation in gone {
        if let Some(account) = world.accounts.get_mut(location) {
            account.relations.remove(relation["id"].as_str().unwrap_or_default());
        }
        tell(world, &relation);
    }
}

fn names(relation: &Value, record: &str) -> bool {
    relation["firstRecordId"] == record || relation["secondRecordId"] == record
}

/// The documented body of its events names no kind (`facts/highlevel.md` 7.1).
fn tell(world: &mut World, relation: &Value) {
    world.tell_all(Value::Object(relation.as_object().cloned().unwrap_or_default()));
}

/// The records stand in the order of the association's objects.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let text = |name: &str| call.text(name).unwrap_or_default();
    let association = associations::find(account, text("associationId"))?.clone();
    let (first, second) = (text("firstRecordId"), text("secondRecordId"));
    for (object, record) in [("firstObjectKey", first), ("secondObjectKey", second)] {
        check_record(account, association[object].as_str().unwrap_or_default(), record)?;
    }
    let is_mirrored = association["firstObjectKey"] == association["secondObjectKey"];
    let is_twin = |known: &Value| {
        let pair = (&known["firstRecordId"], &known["secondRecordId"]);
        known["associationId"] == association["id"]
            && ((pair.0 == first && pair.1 == second)
                || (is_mirrored && pair.0 == second && pair.1 == first))
    };
    if account.relations.iter().any(is_twin) {
        return Err(Refusal::bad_request("duplicate relation: the records are related already"));
    }
    let relation = json!({
        "id": id, "associationId": association["id"], "locationId": account.id,
        "firstObjectKey": association["firstObjectKey"], "firstRecordId": first,
        "secondObjectKey": association["secondObjectKey"], "secondRecordId": second,
    });
    account.relations.add(&id, relation.clone());
    tell(world, &relation);
    Ok(Answer::created(relation))
}

fn check_record(account: &Account, object: &str, id: &str) -> Result<(), Refusal> {
    let is_there = match object {
        "contact" => account.contacts().get(id).is_some(),
        "opportunity" => account.opportunities.get(id).is_some(),
        "business" => account.businesses.get(id).is_some(),
        _ => account.records.get(id).is_some_and(|record| record["objectKey"] == object),
    };
    match is_there {
        true => Ok(()),
        false => Err(Refusal::bad_request(format!("there is no {object} record with id {id}"))),
    }
}

/// Those on either side, of some associations only where they are named.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 20, 1..=100)?, call.number("skip", 0, 0..=usize::MAX)?);
    let record = call.segment("recordId");
    let wanted: Vec<&str> = call
        .query
        .iter()
        .filter(|(name, _)| name.split('[').next() == Some("associationIds"))
        .flat_map(|(_, text)| text.split(','))
        .filter(|id| !id.is_empty())
        .collect();
    let fits = |relation: &&Value| {
        let association = relation["associationId"].as_str().unwrap_or_default();
        names(relation, record) && (wanted.is_empty() || wanted.contains(&association))
    };
    let found: Vec<&Value> = world.account(call)?.relations.iter().filter(fits).collect();
    let page: Vec<&&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ "relations": page, "total": found.len() }).into())
}

/// The same slot of the path means a relation here. The documented answer has the fields of the
/// association.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("relationId");
    let account = world.account(call)?;
    let gone = account.relations.remove(id).ok_or_else(|| Refusal::not_found("Relation", id))?;
    let found = associations::find(account, gone["associationId"].as_str().unwrap_or_default());
    let mut answer = found.cloned().unwrap_or_default();
    for (name, value) in gone.as_object().into_iter().flatten() {
        answer[name.as_str()] = value.clone();
    }
    tell(world, &gone);
    Ok(answer.into())
}
