//! `/links`: trigger links, with list, search, create, read, update and delete.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("links.get-links", list),
    ("links.search-trigger-links", search),
    ("links.create-link", create),
    ("links.get-link-by-id", read),
    ("links.update-link", update),
    ("links.delete-link", remove),
];

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Link", id)
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("linkId");
    world.account(call)?.links.get_mut(id).ok_or_else(|| missing(id))
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let links: Vec<&Value> = world.account(call)?.links.iter().collect();
    Ok(json!({ "links": links }).into())
}

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 20, 1..=100)?, call.number("skip", 0, 0..=usize::MAX)?);
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let wanted = |link: &&Value| {
        let texts = [&link["name"], &link["redirectTo"]];
        texts.iter().any(|text| text.as_str().unwrap_or_default().to_lowercase().contains(&query))
    };
    let links = world.account(call)?.links.iter();
    let page: Vec<&Value> = links.filter(wanted).skip(skip).take(limit).collect();
    Ok(json!({ "links": page }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let link = json!({
        "id": id,
        "name": call.text("name"),
        "redirectTo": call.text("redirectTo"),
        "fieldKey": format!("{{{{trigger_link.{id}}}}}"),
        "locationId": account.id,
    });
    account.links.add(&id, link.clone());
    Ok(Answer::created(json!({ "link": link })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "link": find(world, call)? }).into())
}

/// 201, as documented.
fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let link = find(world, call)?;
    for (key, value) in &call.body {
        link[key.as_str()] = value.clone();
    }
    Ok(Answer::created(json!({ "link": link })))
}

/// 201, as documented; the third generation says it in both spellings.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("linkId");
    world.account(call)?.links.remove(id).ok_or_else(|| missing(id))?;
    Ok(Answer::created(match call.is_v3() {
        true => json!({ "succeded": true, "succeeded": true }),
        false => json!({ "succeded": true }),
    }))
}

#[cfg(test)]
mod tests {
    use crate::highlevel::api::desk::Desk;

    use super::*;

    #[tokio::test]
    async fn a_link_lives_from_creation_to_deletion() {
        let desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let mut ids = Vec::new();
        for name in ["Price list", "Directions"] {
            let body =
                json!({ "locationId": location, "name": name, "redirectTo": "https://a.example/" });
            let made = desk.ok("POST /links/", body).await;
            ids.push(made["link"]["id"].as_str().unwrap().to_owned());
        }
        let read = format!("GET /links/id/{}?locationId={location}", ids[0]);
        assert_eq!(desk.ok(&read, Value::Null).await["link"]["name"], "Price list");
        let body = json!({ "name": "Prices", "redirectTo": "https://b.example/" });
        let updated = desk.ok(&format!("PUT /links/{}", ids[0]), body).await;
        assert_eq!(updated["link"]["redirectTo"], "https://b.example/");
        let path = format!("GET /links/search?locationId={location}");
        for (more, found) in [("", 2), ("&query=pric", 1), ("&skip=1", 1), ("&limit=1", 1)] {
            let (status, page) = desk.call(&format!("{path}{more}"), Value::Null).await;
            assert_eq!(
                (status, page["links"].as_array().map(Vec::len)),
                (200, Some(found)),
                "{more}"
            );
        }
        let gone = format!("DELETE /links/{}", ids[0]);
        assert_eq!(desk.ok(&gone, Value::Null).await["succeded"], true);
        assert_eq!(desk.refused(&read, Value::Null).await.0, 404);
        let list = desk.ok(&format!("GET /links/?locationId={location}"), Value::Null).await;
        assert_eq!(list["links"][0]["id"], json!(ids[1]));
    }
}
