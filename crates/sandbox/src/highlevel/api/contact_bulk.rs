//! `/contacts/bulk`: tags and the business of many contacts at once.

use serde_json::{Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    contact::{Contact, distinct, holds},
    contacts,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("contacts.bulk-update-tags", set_tags),
    ("contacts.add-remove-contact-from-business", set_business),
];

/// The most contacts that one call moves to a business: the bound in the specification.
const MOST_MOVED: usize = 50;

/// Every contact has its own response; one that is not there does not stop the others.
fn set_tags(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let adds = match call.segment("type") {
        "add" => true,
        "remove" => false,
        _ => return Err(complaint("type must be one of the following values: add, remove")),
    };
    let clears = call.body.get("removeAllTags") == Some(&Value::Bool(true));
    if clears && adds {
        return Err(Refusal::bad_request("removeAllTags can only be used with the type remove"));
    }
    let named = distinct(call.body.get("tags").unwrap_or(&Value::Null));
    if named.is_empty() && !clears {
        return Err(complaint("tags should not be empty"));
    }
    let mut responses = Vec::new();
    for id in call.texts("contacts") {
        let old = match world.account(call)?.contacts().get(id) {
            Some(contact) => contact.clone(),
            None => {
                responses.push(
                    json!({ "contactId": id, "message": absence(world, id), "type": "error" }),
                );
                continue;
            }
        };
        let mut contact = old.clone();
        match (adds, clears) {
            (true, _) => {
                let new = named.iter().filter(|tag| !holds(&old.tags, tag)).cloned();
                contact.tags.extend(new);
            }
            (false, true) => contact.tags.clear(),
            (false, false) => contact.tags.retain(|tag| !holds(&named, tag)),
        }
        let (added, removed) = (missing_in(&contact, &old), missing_in(&old, &contact));
        responses.push(json!({
            "contactId": id, "message": "Tags updated", "type": "success",
            "oldTags": old.tags, "tagsAdded": added, "tagsRemoved": removed,
        }));
        if old.tags != contact.tags {
            contacts::save_tags(world, call, contact)?;
        }
    }
    let errors = responses.iter().filter(|response| response["type"] == "error").count();
    let body = json!({ "succeded": true, "errorCount": errors, "responses": responses });
    Ok(Answer::created(body))
}

fn complaint(sentence: &str) -> Refusal {
    Refusal::unprocessable(vec![sentence.to_owned()])
}

fn absence(world: &World, id: &str) -> String {
    let elsewhere = |account: &Account| account.contacts().get(id).is_some();
    match world.accounts.values().any(elsewhere) {
        true => "the contact is another location's".to_owned(),
        false => "the contact does not exist".to_owned(),
    }
}

/// The tags that one has and the other has not.
fn missing_in<'a>(one: &'a Contact, other: &Contact) -> Vec<&'a str> {
    one.tags.iter().filter(|tag| !other.tags.contains(tag)).map(|tag| &**tag).collect()
}

/// Without a business, or with null, the contacts leave theirs. Ids that are nobody's here are
/// left out of the answer.
fn set_business(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let ids = call.texts("ids");
    if ids.len() > MOST_MOVED {
        return Err(complaint(&format!("ids must contain no more than {MOST_MOVED} elements")));
    }
    let business = call.text("businessId").unwrap_or_default();
    if !business.is_empty() && world.account(call)?.businesses.get(business).is_none() {
        return Err(Refusal::not_found("Business", business));
    }
    let mut moved = Vec::new();
    for id in ids {
        let Some(old) = world.account(call)?.contacts().get(id).cloned() else {
            continue;
        };
        let mut contact = old.clone();
        contact.set("businessId", business);
        contacts::save(world, call, &old, contact)?;
        moved.push(id);
    }
    Ok(json!({ "success": true, "ids": moved }).into())
}

#[cfg(test)]
mod tests {
    use crate::highlevel::api::desk::Desk;

    use super::*;

    async fn contacts(desk: &Desk) -> (String, Vec<String>) {
        let location = desk.sandbox.location_id().to_owned();
        let path = format!("GET /contacts/?locationId={location}&limit=3");
        let list = desk.ok(&path, Value::Null).await;
        let ids = list["contacts"].as_array().unwrap().iter();
        (location, ids.map(|contact| contact["id"].as_str().unwrap().to_owned()).collect())
    }

    #[tokio::test]
    async fn tags_of_many_contacts_change_with_a_response_for_each() {
        let desk = Desk::open().await;
        let (location, ids) = contacts(&desk).await;
        let body =
            json!({ "contacts": [ids[0], "nobody"], "tags": ["a", "b"], "locationId": location });
        let added = desk.ok("POST /contacts/bulk/tags/update/add", body).await;
        assert_eq!((&added["succeded"], &added["errorCount"]), (&json!(true), &json!(1)));
        assert_eq!(added["responses"][0]["tagsAdded"], json!(["a", "b"]));
        assert_eq!(added["responses"][1]["type"], "error");
        let body = json!({ "contacts": [ids[0]], "tags": ["A"], "locationId": location });
        let removed = desk.ok("POST /contacts/bulk/tags/update/remove", body).await;
        assert_eq!(removed["responses"][0]["tagsRemoved"], json!(["a"]));
        let mut body = json!({ "contacts": [ids[0]], "tags": [], "locationId": location, "removeAllTags": true });
        desk.ok("POST /contacts/bulk/tags/update/remove", body.clone()).await;
        let read = desk.ok(&format!("GET /contacts/{}", ids[0]), Value::Null).await;
        assert_eq!(read["contact"]["tags"], json!([]));
        let refused = desk.refused("POST /contacts/bulk/tags/update/add", body.clone()).await;
        assert_eq!(refused.0, 400);
        body["removeAllTags"] = json!(false);
        let refused = desk.refused("POST /contacts/bulk/tags/update/set", body).await;
        assert_eq!(refused.0, 422);
    }

    #[tokio::test]
    async fn contacts_enter_and_leave_a_business_together() {
        let desk = Desk::open().await;
        let (location, ids) = contacts(&desk).await;
        let body = json!({ "name": "Harbor Crew", "locationId": location });
        let made = desk.ok("POST /businesses/", body).await;
        let business = made["buiseness"]["id"].as_str().unwrap().to_owned();
        let body =
            |business: Value| json!({ "locationId": location, "ids": ids, "businessId": business });
        let moved = desk.ok("POST /contacts/bulk/business", body(json!(business))).await;
        assert_eq!(moved["ids"], json!(ids));
        let path =
            format!("GET /contacts/business/{business}?locationId={location}&limit=2&skip=2");
        let page = desk.ok(&path, Value::Null).await;
        assert_eq!((page["contacts"].as_array().unwrap().len(), &page["count"]), (1, &json!(3)));
        desk.ok("POST /contacts/bulk/business", body(Value::Null)).await;
        assert_eq!(desk.ok(&path, Value::Null).await["count"], 0);
        let refused = desk.refused("POST /contacts/bulk/business", body(json!("absent"))).await;
        assert_eq!(refused.0, 404);
    }
}
