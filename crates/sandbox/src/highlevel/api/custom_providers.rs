//! `/payments/custom-provider` and `/payments/integrations`: how an app takes payments for a location.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    ledger::{self, Kind, text},
    moment::iso,
    products::with_location,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("payments.create-integration", create),
    ("payments.delete-integration", remove),
    ("payments.fetch-config", read),
    ("payments.create-config", connect),
    ("payments.disconnect-config", disconnect),
    ("payments.custom-provider-marketplace-app-update-capabilities", set_capabilities),
    ("payments.create-integration-provider", create_white_label),
    ("payments.list-integration-providers", list_white_labels),
];

const PROVIDER: Kind =
    Kind { name: "Custom provider", shelf: |ledger| &mut ledger.custom_providers };
const WHITE_LABEL: Kind =
    Kind { name: "Integration provider", shelf: |ledger| &mut ledger.integration_providers };

/// The provider of the caller's app in a location: an app has one there at most.
fn own(world: &mut World, call: &Call) -> Result<Option<Value>, Refusal> {
    let app = call.caller()?.app.as_str();
    let mut all = world.account(call)?.ledger.custom_providers.iter();
    Ok(all.find(|provider| provider["marketplaceAppId"] == app).cloned())
}

fn existing(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let absent = || Refusal::new(404, "The app has no custom provider in this location");
    own(world, call)?.ok_or_else(absent)
}

/// Creating it again replaces what it says, and keeps its keys.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut provider = match own(world, call)? {
        Some(known) => known,
        None => {
            let mut new = with_location(ledger::start(world, call)?);
            new["marketplaceAppId"] = json!(call.caller()?.app);
            new["paymentProvider"] = json!({});
            new["deleted"] = json!(false);
            new
        }
    };
    ledger::take_over(&mut provider, &call.body, call);
    ledger::keep(world, call, PROVIDER, &provider)?;
    Ok(provider.into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let provider = existing(world, call)?;
    ledger::remove(world, call, PROVIDER, text(&provider, "_id"))?;
    Ok(json!({ "success": true }).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(existing(world, call)?.into())
}

fn connect(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut provider = existing(world, call)?;
    for (name, is_live) in [("live", true), ("test", false)] {
        if let Some(keys) = call.body.get(name) {
            provider["paymentProvider"][name] = keys.clone();
            provider["paymentProvider"][name]["liveMode"] = json!(is_live);
        }
    }
    provider["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, PROVIDER, &provider)?;
    Ok(provider.into())
}

/// Forgets the keys of one mode.
fn disconnect(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut provider = existing(world, call)?;
    let is_live = call.body.get("liveMode") == Some(&json!(true));
    let mode = if is_live { "live" } else { "test" };
    let removed = provider["paymentProvider"].as_object_mut().and_then(|keys| keys.remove(mode));
    if removed.is_none() {
        let sentence = format!("The custom provider has no {mode} configuration");
        return Err(Refusal::new(404, sentence));
    }
    provider["updatedAt"] = json!(iso(call.now));
    ledger::keep(world, call, PROVIDER, &provider)?;
    Ok(json!({ "success": true }).into())
}

/// Belongs to the app; a provider that it has in the location shows it.
fn set_capabilities(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if call.text("locationId").or(call.text("companyId")).is_none() {
        let complaint = "one of locationId and companyId should not be empty".to_owned();
        return Err(Refusal::unprocessable(vec![complaint]));
    }
    if let Some(mut provider) = own(world, call)? {
        let supports = call.body.get("supportsSubscriptionSchedules").cloned();
        provider["supportsSubscriptionSchedule"] = supports.unwrap_or_default();
        provider["updatedAt"] = json!(iso(call.now));
        ledger::keep(world, call, PROVIDER, &provider)?;
    }
    Ok(json!({ "success": true }).into())
}

/// The unique name is the end of its route, and is not shown.
fn create_white_label(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let route = call.text("uniqueName").unwrap_or_default();
    let is_word = |letter: char| letter.is_ascii_lowercase();
    let is_allowed = |letter: char| is_word(letter) || letter == '-';
    if !(route.starts_with(is_word) && route.ends_with(is_word) && route.chars().all(is_allowed)) {
        let complaint = "uniqueName must be of lower-case letters with hyphens between".to_owned();
        return Err(Refusal::unprocessable(vec![complaint]));
    }
    if !ledger::latest(world, call, WHITE_LABEL, |known| known["route"] == route)?.is_empty() {
        let sentence = format!("An integration provider with the name {route} already exists");
        return Err(Refusal::bad_request(sentence));
    }
    let mut body = call.body.clone();
    body.remove("uniqueName");
    let mut provider = ledger::start(world, call)?;
    provider["route"] = json!(route);
    ledger::take_over(&mut provider, &body, call);
    ledger::keep(world, call, WHITE_LABEL, &provider)?;
    Ok(provider.into())
}

fn list_white_labels(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let found = ledger::latest(world, call, WHITE_LABEL, |_| true)?;
    let (rows, _) = ledger::page(call, found, 0)?;
    Ok(json!({ "providers": rows }).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::desk::Desk;

    #[tokio::test]
    async fn the_keys_of_a_provider_come_and_go_by_mode() {
        let mut desk = Desk::open().await;
        let of = format!("locationId={}", desk.sandbox.location_id());
        let connect = format!("/payments/custom-provider/connect?{of}");
        let keys = json!({ "apiKey": "a", "publishableKey": "p" });
        let both = json!({ "live": keys, "test": keys });
        assert_eq!(desk.refused(&format!("POST {connect}"), both.clone()).await.0, 404);
        let provider = json!({
            "name": "Pier", "description": "Pays at the pier", "paymentsUrl": "https://pier.example",
            "queryUrl": "https://pier.example/query", "imageUrl": "https://pier.example/logo.png",
            "supportsSubscriptionSchedule": true,
        });
        let one = format!("/payments/custom-provider/provider?{of}");
        desk.ok(&format!("POST {one}"), provider).await;
        desk.ok(&format!("POST {connect}"), both).await;
        let disconnect = format!("POST /payments/custom-provider/disconnect?{of}");
        desk.ok(&disconnect, json!({ "liveMode": true })).await;
        let read = format!("GET {connect}");
        let left = desk.ok(&read, Value::Null).await["paymentProvider"].clone();
        assert_eq!(
            left,
            json!({ "test": { "apiKey": "a", "publishableKey": "p", "liveMode": false } })
        );
        assert_eq!(desk.refused(&disconnect, json!({ "liveMode": true })).await.0, 404);

        let own = std::mem::replace(&mut desk.token, desk.sandbox.other_token().to_owned());
        assert_eq!(desk.refused(&read, Value::Null).await.0, 403);
        desk.token = own;
        desk.ok(&format!("DELETE {one}"), Value::Null).await;
        assert_eq!(desk.refused(&read, Value::Null).await.0, 404);
    }

    #[tokio::test]
    async fn white_labels_have_a_name_of_their_own() {
        let desk = Desk::open().await;
        let line = "POST /payments/integrations/provider/whitelabel";
        let body = |name: &str| {
            json!({
                "altId": desk.sandbox.location_id(), "altType": "location", "uniqueName": name,
                "title": "Pier", "provider": "nmi", "description": "Pays at the pier",
                "imageUrl": "https://pier.example/logo.png",
            })
        };
        assert_eq!(desk.ok(line, body("pier-pay")).await["route"], "pier-pay");
        assert_eq!(desk.refused(line, body("pier-pay")).await.0, 400);
        assert_eq!(desk.refused(line, body("Pier")).await.0, 422);
        let list = format!(
            "GET /payments/integrations/provider/whitelabel?altId={}&altType=location",
            desk.sandbox.location_id()
        );
        assert_eq!(desk.ok(&list, Value::Null).await["providers"][0]["title"], "Pier");
    }
}
