//! `/custom-menus`: the links that an agency adds to the menus of its locations.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, moment::iso, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("custom-menus.get-custom-menus", list),
    ("custom-menus.create-custom-menu", create),
    ("custom-menus.get-custom-menu-by-id", read),
    ("custom-menus.update-custom-menu", update),
    ("custom-menus.delete-custom-menu", remove),
];

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Custom menu", id)
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("customMenuId");
    world.custom_menus.get_mut(id).ok_or_else(|| missing(id))
}

/// `totalLinks` counts what fits, on all pages.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 20, 1..=100)?, call.number("skip", 0, 0..=usize::MAX)?);
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let company = call.query("showOnCompany").map(|text| text == "true");
    let location = call.query("locationId");
    let wanted = |menu: &&Value| {
        let title = menu["title"].as_str().unwrap_or_default().to_lowercase();
        title.contains(&query)
            && company.is_none_or(|wanted| menu["showOnCompany"] == wanted)
            && location.is_none_or(|location| is_shown_at(menu, location))
    };
    let found: Vec<&Value> = world.custom_menus.iter().filter(wanted).collect();
    let page: Vec<&&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ "customMenus": page, "totalLinks": found.len() }).into())
}

fn is_shown_at(menu: &Value, location: &str) -> bool {
    let listed =
        menu["locations"].as_array().is_some_and(|all| all.iter().any(|it| it == location));
    menu["showOnLocation"] == true && (menu["showToAllLocations"] == true || listed)
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let mut menu = json!({ "allowCamera": false, "allowMicrophone": false });
    for (key, value) in &call.body {
        menu[key.as_str()] = value.clone();
    }
    menu["id"] = json!(id);
    menu["order"] = json!(world.custom_menus.len() + 1);
    world.custom_menus.add(&id, menu.clone());
    Ok(Answer::created(json!({ "customMenu": menu })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "customMenu": find(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let menu = find(world, call)?;
    for (key, value) in &call.body {
        menu[key.as_str()] = value.clone();
    }
    Ok(json!({ "success": true, "customMenu": menu }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("customMenuId");
    world.custom_menus.remove(id).ok_or_else(|| missing(id))?;
    Ok(json!({
        "success": true,
        "message": "Custom menu deleted",
        "deletedMenuId": id,
        "deletedAt": iso(call.now),
    })
    .into())
}

#[cfg(test)]
mod tests {
    use crate::highlevel::api::desk::Desk;

    use super::*;

    #[tokio::test]
    async fn the_agency_keeps_links_for_menus() {
        let mut desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let refused = desk.refused("GET /custom-menus/", Value::Null).await;
        assert_eq!(refused.0, 401);
        desk.token = desk.sandbox.agency_token().to_owned();
        let body = json!({
            "title": "Wiki", "url": "https://wiki.example/", "showOnCompany": false,
            "icon": { "name": "book", "fontFamily": "fas" }, "showOnLocation": true,
            "showToAllLocations": false, "openMode": "iframe", "locations": [location],
            "userRole": "all",
        });
        let made = desk.ok("POST /custom-menus/", body).await;
        let path = format!("/custom-menus/{}", made["customMenu"]["id"].as_str().unwrap());
        let updated = desk.ok(&format!("PUT {path}"), json!({ "title": "Handbook" })).await;
        assert_eq!(updated["customMenu"]["url"], "https://wiki.example/");
        for (more, found) in [
            (format!("?locationId={location}"), 1),
            ("?locationId=other".to_owned(), 0),
            ("?query=hand".to_owned(), 1),
            ("?showOnCompany=true".to_owned(), 0),
        ] {
            let page = desk.ok(&format!("GET /custom-menus/{more}"), Value::Null).await;
            assert_eq!(page["totalLinks"], found, "{more}");
        }
        desk.ok(&format!("DELETE {path}"), Value::Null).await;
        assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
    }
}
