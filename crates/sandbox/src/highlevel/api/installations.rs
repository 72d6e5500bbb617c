//! Where the app is installed: the lists of both generations, INSTALL and UNINSTALL.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::{Call, within},
    companies,
    moment::iso,
    refusal::Refusal,
    world::World,
};

/// Puts the app on locations, and on the company.
pub(crate) struct Installation {
    pub(crate) locations: Vec<String>,
    pub(crate) company: bool,
    /// Whether somebody did it; what happens by itself names neither user nor company
    /// (`facts/highlevel.md` 7.4).
    pub(crate) by_user: bool,
}

impl Installation {
    /// Notes it and tells of it, once for the company and once for each location.
    pub(crate) fn tell(&self, world: &mut World, now: Timestamp) {
        let mut base = json!({
            "type": "INSTALL",
            "appId": world.grants.app_id,
            "versionId": world.grants.version_id,
        });
        if self.by_user {
            base["companyId"] = json!(world.company_id);
            base["companyName"] = json!(companies::NAME);
            base["userId"] = json!(world.users.iter().next().map(|user| user["id"].clone()));
            base["isWhitelabelCompany"] = json!(false);
            base["whitelabelDetails"] = json!({});
        }
        if self.company {
            let mut event = base.clone();
            event["installType"] = json!("Company");
            world.tell_all(event);
        }
        for location in &self.locations {
            world.grants.installed.insert(location.clone(), now);
            let mut event = base.clone();
            event["installType"] = json!("Location");
            event["locationId"] = json!(location);
            world.tell_all(event);
        }
    }
}

/// Takes the app off a location, or off the company and all its locations: its tokens die, though
/// HighLevel does not say that they do (`facts/highlevel.md` 2.2).
pub(crate) fn uninstall(world: &mut World, location: Option<&str>) {
    let app = world.grants.app_id.clone();
    let locations: Vec<Option<String>> = match location {
        Some(location) => vec![Some(location.to_owned())],
        None => world.accounts.keys().cloned().map(Some).chain([None]).collect(),
    };
    for location in &locations {
        let resource = location.as_ref().unwrap_or(&world.company_id);
        world.tokens.revoke(&app, resource);
        world.grants.revoke(location.as_deref());
    }
    let mut event = json!({ "type": "UNINSTALL", "appId": app });
    match location {
        Some(location) => event["locationId"] = json!(location),
        None => event["companyId"] = json!(world.company_id),
    }
    world.tell_all(event);
}

/// The locations that have the app; with `isInstalled=false` those that could have it.
pub(crate) fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if call.query("companyId") != Some(&world.company_id) {
        return Err(Refusal::new(403, "The token does not have access to this company."));
    }
    let app = call.query("appId").unwrap_or_default();
    if app != world.grants.app_id {
        return Err(Refusal::not_found("App", app));
    }
    let rows = rows(world, call);
    match call.is_v3() {
        true => paged(world, call, &rows),
        false => skipped(world, call, &rows),
    }
}

fn rows(world: &World, call: &Call) -> Vec<Value> {
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let is_installed = call.query("isInstalled").is_none_or(|text| text == "true");
    let rows = world.accounts.values().map(|account| {
        let at = world.grants.installed.get(&account.id);
        let text = |name| account.record.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut row = json!({
            "_id": account.id,
            "name": text("name"),
            "address": text("address"),
            "isInstalled": at.is_some(),
        });
        if let Some(at) = at {
            row["installedAt"] = json!(iso(*at));
            row["versionId"] = json!(world.grants.version_id);
        }
        row
    });
    let wanted = |row: &Value| {
        let name = row["name"].as_str().unwrap_or_default().to_lowercase();
        name.contains(&query)
            && row["isInstalled"] == is_installed
            && call.query("locationId").is_none_or(|id| row["_id"] == id)
            && call.query("versionId").is_none_or(|id| row["versionId"] == id)
            // The app is free: nobody has a plan of it or tries one.
            && call.query("planId").is_none()
            && call.query("onTrial") != Some("true")
    };
    rows.filter(wanted).collect()
}

fn skipped(world: &World, call: &Call, rows: &[Value]) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 20, 1..=1000)?);
    let page: Vec<&Value> = rows.iter().skip(skip).take(limit).collect();
    let future = world.grants.is_for_future;
    Ok(json!({ "locations": page, "count": rows.len(), "installToFutureLocations": future }).into())
}

/// The envelope of the third generation (`facts/highlevel.md` 1.4).
fn paged(world: &World, call: &Call, rows: &[Value]) -> Result<Answer, Refusal> {
    let size = match call.query("pageSize").map(str::parse) {
        None => 20,
        Some(Ok(size)) => within("pageSize", size, 1..=100)?,
        Some(Err(_)) => return Err(Refusal::bad_request("pageSize must be a number")),
    };
    let start = match call.query("pageToken") {
        None => 0,
        Some(token) => offset(token).ok_or_else(|| Refusal::bad_request("pageToken is invalid"))?,
    };
    let page: Vec<&Value> = rows.iter().skip(start).take(size).collect();
    let next = start.saturating_add(page.len());
    let mut pagination = json!({
        "totalRecords": rows.len(),
        "hasNextPage": next < rows.len(),
        "hasPrevPage": start > 0,
        "currentPageSize": page.len(),
    });
    if next < rows.len() {
        pagination["nextPageToken"] = json!(page_token(next));
    }
    if start > 0 {
        pagination["prevPageToken"] = json!(page_token(start.saturating_sub(size)));
    }
    let filters = ["query", "isInstalled", "versionId", "onTrial", "planId", "locationId"];
    let filters = filters.iter().filter_map(|name| Some((*name, call.query(name)?)));
    let filters: serde_json::Map<String, Value> =
        filters.map(|(name, text)| (name.to_owned(), json!(text))).collect();
    let body = json!({
        "items": page,
        "pagination": pagination,
        "metadata": { "filterApplied": filters, "sortApplied": {} },
        "installToFutureLocations": world.grants.is_for_future,
    });
    Ok(body.into())
}

/// A token is opaque to who pages; it holds where the page begins.
fn page_token(start: usize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json!({ "offset": start }).to_string())
}

fn offset(token: &str) -> Option<usize> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let content: Value = serde_json::from_slice(&bytes).ok()?;
    usize::try_from(content["offset"].as_u64()?).ok()
}
