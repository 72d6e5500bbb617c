//! `/conversations/preferences`: which e-mails a contact wants, by kinds that a location defines.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{
        answer::Answer, call::Call, moment::iso, refusal::Refusal, shelf::Shelf, world::World,
    },
    contact,
};

/// The one kind that every location has.
const DEFAULT: &str = "One on One";

/// The kinds of e-mail of a location, and who has unsubscribed from which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preferences {
    subtypes: Shelf<Value>,
    /// By contact, lower-cased address and kind: whether it is wanted.
    choices: BTreeMap<(String, String, String), bool>,
}

impl Preferences {
    /// Whether a contact has unsubscribed from a kind, which is the default one where none is named.
    pub(crate) fn refuses(&self, contact: &str, address: &str, subtype: Option<&str>) -> bool {
        let key = (contact, address, subtype.unwrap_or(DEFAULT));
        let key = (key.0.to_owned(), key.1.to_lowercase(), key.2.to_owned());
        self.choices.get(&key) == Some(&false)
    }

    fn shown(&self, contact: &str, address: &str) -> Value {
        let status = |id: &str| match self.refuses(contact, address, Some(id)) {
            true => "unsubscribed",
            false => "subscribed",
        };
        let first = json!({ "type": "default", "name": DEFAULT, "status": status(DEFAULT) });
        let rest = self.subtypes.iter().map(|subtype| {
            let id = subtype["id"].as_str().unwrap_or_default();
            json!({ "type": "custom", "id": id, "name": subtype["name"], "status": status(id) })
        });
        let all: Vec<Value> = std::iter::once(first).chain(rest).collect();
        json!({ "email": address, "subscriptions": all })
    }
}

pub(super) fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let subtypes = &world.account(call)?.conversations.preferences.subtypes;
    let subtypes: Vec<&Value> = subtypes.iter().collect();
    Ok(json!({ "customSubtypes": subtypes, "total": subtypes.len() }).into())
}

pub(super) fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let (location, subtypes) = (&account.id, &mut account.conversations.preferences.subtypes);
    if subtypes.iter().any(|known| known["name"] == call.body["name"]) {
        return Err(Refusal::bad_request("A custom subtype with this name already exists."));
    }
    let mut subtype = Value::Object(call.body.clone());
    subtype["id"] = json!(id);
    subtype["locationId"] = json!(location);
    subtype["archived"] = json!(false);
    for name in ["createdAt", "updatedAt"] {
        subtype[name] = json!(iso(call.now));
    }
    subtypes.add(&id, subtype.clone());
    Ok(json!({ "customSubtype": subtype }).into())
}

pub(super) fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let subtypes = &mut world.account(call)?.conversations.preferences.subtypes;
    let found = subtypes.get_mut(id).ok_or_else(|| Refusal::not_found("Custom subtype", id))?;
    for (key, value) in &call.body {
        found[key.as_str()] = value.clone();
    }
    found["updatedAt"] = json!(iso(call.now));
    Ok(json!({ "customSubtype": found }).into())
}

pub(super) fn status(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = contact(world, call, call.query("contactId").unwrap_or_default())?;
    let account = world.account(call)?;
    let addresses = call.query("email").or(contact.text("email"));
    let preferences = &account.conversations.preferences;
    let emails = addresses.into_iter().map(|address| preferences.shown(&contact.id, address));
    let emails: Vec<Value> = emails.collect();
    Ok(json!({ "contactId": contact.id, "locationId": account.id, "emails": emails }).into())
}

pub(super) fn change(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = contact(world, call, call.text("contactId").unwrap_or_default())?;
    let address = call.text("email").unwrap_or_default().to_lowercase();
    let action = &call.body["subscription_action"];
    let wanted = action["subtype_status"] == "subscribed";
    let preferences = &mut world.account(call)?.conversations.preferences;
    let known: Vec<String> =
        preferences.subtypes.iter().filter_map(|it| it["id"].as_str().map(str::to_owned)).collect();
    let kinds = match (action["type"].as_str(), action["subtype_id"].as_str()) {
        (Some("resub_all"), _) => known.into_iter().chain([DEFAULT.to_owned()]).collect(),
        (Some("custom"), Some(id)) if known.iter().any(|it| it == id) => vec![id.to_owned()],
        (Some("custom"), _) => {
            return Err(Refusal::bad_request("subscription_action.subtype_id is unknown."));
        }
        _ => vec![DEFAULT.to_owned()],
    };
    let wanted = wanted || action["type"] == "resub_all";
    if wanted && action["type"] != "default" && call.text("legal_reason").is_none() {
        return Err(Refusal::bad_request("legal_reason is needed to subscribe again."));
    }
    for kind in kinds {
        preferences.choices.insert((contact.id.to_string(), address.clone(), kind), wanted);
    }
    let shown = preferences.shown(&contact.id, &address);
    Ok(json!({ "success": true, "contactId": contact.id, "subscription": shown }).into())
}
