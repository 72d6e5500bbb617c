//! `/opportunities`: create, read, update, upsert, delete, status and followers.

use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    contact::custom_field_id,
    moment::iso,
    opportunity_search,
    refusal::Refusal,
    relations,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("opportunities.search-opportunity", opportunity_search::search),
    ("opportunities.search-opportunities-advanced", opportunity_search::advanced),
    ("opportunities.upsert-opportunity", upsert),
    ("opportunities.create-opportunity", create),
    ("opportunities.get-opportunity", read),
    ("opportunities.update-opportunity", update),
    ("opportunities.delete-opportunity", remove),
    ("opportunities.update-opportunity-status", set_status),
    ("opportunities.add-followers-opportunity", follow),
    ("opportunities.remove-followers-opportunity", unfollow),
];

/// Events that come with `OpportunityUpdate`, by the field that changed.
const SPECIFIC: [(&str, &str); 4] = [
    ("pipelineStageId", "OpportunityStageUpdate"),
    ("status", "OpportunityStatusUpdate"),
    ("monetaryValue", "OpportunityMonetaryValueUpdate"),
    ("assignedTo", "OpportunityAssignedToUpdate"),
];

fn told(opportunity: &Value) -> Map<String, Value> {
    let names = [
        "id",
        "name",
        "contactId",
        "pipelineId",
        "pipelineStageId",
        "status",
        "monetaryValue",
        "assignedTo",
        "source",
    ];
    let mut told = pick(opportunity, &names);
    told.insert("dateAdded".to_owned(), opportunity["createdAt"].clone());
    told
}

/// As it is read: with what of its contact is shown beside it.
pub(crate) fn shown(account: &Account, opportunity: &Value) -> Value {
    let mut shown = opportunity.clone();
    let contact = account.contacts().get(opportunity["contactId"].as_str().unwrap_or_default());
    if let Some(contact) = contact {
        let mut known = json!({
            "id": contact.id,
            "name": contact.full_name(),
            "tags": contact.tags,
        });
        for name in ["companyName", "email", "phone"] {
            if let Some(text) = contact.text(name) {
                known[name] = json!(text);
            }
        }
        shown["contact"] = known;
    }
    shown
}

/// Looks for the opportunity that the path names among the caller's.
fn find(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.segment("id");
    let named = ("Opportunity", id);
    let account = world.holder(call, named, |account| account.opportunities.get(id).is_some())?;
    account.opportunities.get(id).cloned().ok_or_else(|| Refusal::not_found("Opportunity", id))
}

/// The stage that is meant: the one that is named, otherwise the pipeline's first.
fn stage(account: &Account, pipeline: &str, stage: Option<&str>) -> Result<Value, Refusal> {
    let found = account.pipelines.iter().find(|known| known["id"] == pipeline);
    let found = found
        .ok_or_else(|| Refusal::bad_request(format!("The pipeline id {pipeline} is invalid.")))?;
    let stages = found["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wanted = |known: &&Value| stage.is_none_or(|stage| known["id"] == stage);
    let found = stages.iter().find(wanted).map(|known| known["id"].clone());
    found.ok_or_else(|| Refusal::bad_request("The pipeline stage id is invalid."))
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = call.text("contactId").unwrap_or_default();
    let account = world.account(call)?;
    if account.contacts().get(contact).is_none() {
        return Err(Refusal::bad_request(format!("The contact id {contact} is invalid.")));
    }
    if let Some(existing) = twin(account, contact, call.text("pipelineId").unwrap_or_default()) {
        let refusal = Refusal::bad_request("Can not create duplicate opportunity for the contact.");
        let refusal = refusal.with("code", json!("OPPORTUNITY_NO_DUPLICATE"));
        return Err(refusal.with("meta", json!({ "existingId": existing })));
    }
    let opportunity = add(world, call)?;
    let shown = shown(world.account(call)?, &opportunity);
    Ok(Answer::created(json!({ "opportunity": shown })))
}

/// An opportunity of the contact in the pipeline, where the location allows only one.
fn twin(account: &Account, contact: &str, pipeline: &str) -> Option<String> {
    let settings = account.record.get("settings");
    if settings.is_some_and(|settings| settings["allowDuplicateOpportunity"] == true) {
        return None;
    }
    let mut all = account.opportunities.iter();
    let found = all.find(|known| known["contactId"] == contact && known["pipelineId"] == pipeline);
    found?["id"].as_str().map(str::to_owned)
}

/// Makes an opportunity of a body.
fn add(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let (location, now) = (account.id.clone(), iso(call.now));
    let mut opportunity = json!({
        "id": id,
        "name": "",
        "status": "open",
        "monetaryValue": 0,
        "locationId": location,
        "customFields": [],
        "followers": [],
        "notes": [],
        "tasks": [],
        "calendarEvents": [],
        "createdAt": now,
        "lastStatusChangeAt": now,
        "lastStageChangeAt": now,
        "updatedAt": now,
    });
    change(account, &mut opportunity, &call.body, &now)?;
    account.opportunities.add(&id, opportunity.clone());
    for kind in ["OpportunityCreate", "OpportunityUpdate"] {
        world.tell(kind, &location, told(&opportunity));
    }
    Ok(opportunity)
}

/// Takes over a body, with the moments of change and a stage that is the pipeline's.
fn change(
    account: &Account,
    opportunity: &mut Value,
    body: &Map<String, Value>,
    now: &str,
) -> Result<(), Refusal> {
    let old = (opportunity["status"].clone(), opportunity["pipelineStageId"].clone());
    let ignored = [
        "customFields",
        "locationId",
        "id",
        "followers",
        "isRemoveAllFollowers",
        "followersActionType",
    ];
    for (key, value) in body.iter().filter(|(key, _)| !ignored.contains(&key.as_str())) {
        opportunity[key.as_str()] = value.clone();
    }
    if body.contains_key("pipelineId") || body.contains_key("pipelineStageId") {
        let pipeline = opportunity["pipelineId"].as_str().unwrap_or_default().to_owned();
        let named = body.get("pipelineStageId").and_then(Value::as_str);
        let kept = old.1.as_str().filter(|kept| stage(account, &pipeline, Some(kept)).is_ok());
        opportunity["pipelineStageId"] = stage(account, &pipeline, named.or(kept))?;
    }
    set_custom_fields(account, opportunity, body);
    if opportunity["status"] != old.0 {
        opportunity["lastStatusChangeAt"] = json!(now);
    }
    if opportunity["pipelineStageId"] != old.1 {
        opportunity["lastStageChangeAt"] = json!(now);
    }
    opportunity["updatedAt"] = json!(now);
    Ok(())
}

fn set_custom_fields(account: &Account, opportunity: &mut Value, body: &Map<String, Value>) {
    let mut fields = opportunity["customFields"].as_array().cloned().unwrap_or_default();
    for item in body.get("customFields").and_then(Value::as_array).into_iter().flatten() {
        let Some(id) = custom_field_id(item, &account.custom_fields) else {
            continue;
        };
        let value = item.get("field_value").or(item.get("fieldValue")).cloned();
        fields.retain(|field| field["id"] != id.as_str());
        fields.push(json!({ "id": id, "fieldValue": value }));
    }
    opportunity["customFields"] = Value::Array(fields);
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let opportunity = find(world, call)?;
    Ok(json!({ "opportunity": shown(world.account(call)?, &opportunity) }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let old = find(world, call)?;
    let new = save(world, call, &old)?;
    Ok(json!({ "opportunity": shown(world.account(call)?, &new) }).into())
}

/// Changes an opportunity by a body and tells of it.
fn save(world: &mut World, call: &Call, old: &Value) -> Result<Value, Refusal> {
    let mut new = old.clone();
    let account = world.account(call)?;
    change(account, &mut new, &call.body, &iso(call.now))?;
    let (location, id) = (account.id.clone(), new["id"].as_str().unwrap_or_default());
    if let Some(place) = account.opportunities.get_mut(id) {
        place.clone_from(&new);
    }
    for (field, kind) in SPECIFIC {
        if old.get(field) != new.get(field) {
            world.tell(kind, &location, told(&new));
        }
    }
    world.tell("OpportunityUpdate", &location, told(&new));
    Ok(new)
}

fn set_status(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let old = find(world, call)?;
    save(world, call, &old)?;
    Ok(json!({ "succeded": true }).into())
}

/// By its id, otherwise by contact and pipeline.
fn upsert(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.account(call)?;
    let by_id = call.text("id").and_then(|id| account.opportunities.get(id));
    let pipeline = call.text("pipelineId").unwrap_or_default();
    let found = by_id.or_else(|| {
        let contact = call.text("contactId")?;
        let mut all = account.opportunities.iter();
        all.find(|known| known["contactId"] == contact && known["pipelineId"] == pipeline)
    });
    let found = found.cloned();
    let new = found.is_none();
    let opportunity = match found {
        Some(old) => save(world, call, &old)?,
        None => {
            // The specification of this call does not know the contact, so it may be absent.
            if let Some(contact) = call.text("contactId")
                && account.contacts().get(contact).is_none()
            {
                return Err(Refusal::bad_request(format!("The contact id {contact} is invalid.")));
            }
            add(world, call)?
        }
    };
    let opportunity = follow_upsert(world, call, opportunity)?;
    let shown = shown(world.account(call)?, &opportunity);
    Ok(json!({ "new": new, "opportunity": shown }).into())
}

/// Changes the followers as the body of an upsert says: first away with all, then the named ones.
fn follow_upsert(world: &mut World, call: &Call, mut opportunity: Value) -> Result<Value, Refusal> {
    let clears = call.body.get("isRemoveAllFollowers") == Some(&Value::Bool(true));
    let named: Vec<Value> = call.texts("followers").into_iter().map(|id| json!(id)).collect();
    let mut followers = opportunity["followers"].as_array().cloned().unwrap_or_default();
    followers.retain(|id| !clears && !named.contains(id));
    if call.text("followersActionType") != Some("remove") {
        followers.extend(named);
    }
    opportunity["followers"] = json!(followers);
    let id = opportunity["id"].as_str().unwrap_or_default();
    if let Some(place) = world.account(call)?.opportunities.get_mut(id) {
        place.clone_from(&opportunity);
    }
    Ok(opportunity)
}

/// The deletion is told twice, as live (`facts/highlevel.md` 6.4).
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let old = find(world, call)?;
    let account = world.account(call)?;
    let location = account.id.clone();
    account.opportunities.remove(call.segment("id"));
    for kind in ["OpportunityDelete", "OpportunityUpdate"] {
        world.tell(kind, &location, told(&old));
    }
    relations::forget(world, &location, call.segment("id"));
    Ok(json!({ "succeded": true }).into())
}

/// Changes the followers; returns those it then has and those that were named and changed.
fn change_followers(
    world: &mut World,
    call: &Call,
    add: bool,
) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
    let old = find(world, call)?;
    let mut followers = old["followers"].as_array().cloned().unwrap_or_default();
    let named = call.texts("followers").into_iter().map(|id| json!(id));
    let changed: Vec<Value> = named.filter(|id| followers.contains(id) != add).collect();
    match add {
        true => followers.extend(changed.iter().cloned()),
        false => followers.retain(|id| !changed.contains(id)),
    }
    if let Some(place) = world.account(call)?.opportunities.get_mut(call.segment("id")) {
        place["followers"] = json!(followers);
        place["updatedAt"] = json!(iso(call.now));
    }
    Ok((followers, changed))
}

fn follow(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (followers, added) = change_followers(world, call, true)?;
    Ok(Answer::created(json!({ "followers": followers, "followersAdded": added })))
}

fn unfollow(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (followers, removed) = change_followers(world, call, false)?;
    Ok(json!({ "followers": followers, "followersRemoved": removed }).into())
}
