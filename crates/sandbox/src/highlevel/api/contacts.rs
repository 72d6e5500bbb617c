//! `/contacts`: create, read, update, upsert, delete, list and look for duplicates.

use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    call::Call,
    contact::{CHANNELS, Contact, holds},
    contact_search, phone,
    refusal::Refusal,
    relations, tags,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("contacts.search-contacts-advanced", contact_search::search),
    ("contacts.get-duplicate-contact", duplicate),
    ("contacts.upsert-contact", upsert),
    ("contacts.get-contacts-by-business-id", of_business),
    ("contacts.get-contacts", list),
    ("contacts.create-contact", create),
    ("contacts.get-contact", read),
    ("contacts.update-contact", update),
    ("contacts.delete-contact", remove),
];

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let contact = account.contact(call.segment("contactId"))?;
    Ok(json!({ "contact": contact.show(&account.id) }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_channels(&call.body)?;
    let id = world.ids.record();
    let account = world.account(call)?;
    let mut contact = Contact::new(id, call.now);
    contact.apply(&call.body, &account.custom_fields);
    refuse_duplicate(account, &contact)?;
    Ok(Answer::created(json!({ "contact": save_new(world, call, contact)? })))
}

fn save_new(world: &mut World, call: &Call, contact: Contact) -> Result<Value, Refusal> {
    tags::learn(world, call, &contact.tags)?;
    let account = world.account(call)?;
    let (location, told) = (account.id.clone(), contact.told());
    let shown = contact.show(&location);
    account.put_contact(contact);
    world.tell("ContactCreate", &location, told);
    Ok(shown)
}

/// What stands against two contacts with one address, unless the location allows them.
fn refuse_duplicate(account: &Account, contact: &Contact) -> Result<(), Refusal> {
    if account.allows_duplicates() {
        return Ok(());
    }
    let other = |found: &&Contact| found.id != contact.id;
    let by_email = contact.text("email").and_then(|email| account.by_email(email)).filter(other);
    let by_phone = contact.text("phone").and_then(|phone| account.by_phone(phone)).filter(other);
    let found = by_email.map(|found| (found, "email")).or(by_phone.map(|found| (found, "phone")));
    let Some((found, field)) = found else {
        return Ok(());
    };
    let message = "This location does not allow duplicated contacts.";
    let meta = json!({
        "contactId": found.id,
        "matchingField": field,
        "contactName": found.full_name(),
    });
    Err(Refusal::bad_request(message).with("meta", meta))
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_channels(&call.body)?;
    let account = world.contact_account(call)?;
    let old = account.contact(call.segment("contactId"))?.clone();
    let mut contact = old.clone();
    contact.apply(&call.body, &account.custom_fields);
    let identity =
        |contact: &Contact| ["email", "phone"].map(|key| contact.text(key).map(str::to_lowercase));
    if identity(&contact) != identity(&old) {
        refuse_duplicate(account, &contact)?;
    }
    let shown = save(world, call, &old, contact)?;
    Ok(json!({ "succeded": true, "contact": shown }).into())
}

/// Keeps a changed contact and tells of what changed.
pub(crate) fn save(
    world: &mut World,
    call: &Call,
    old: &Contact,
    mut contact: Contact,
) -> Result<Value, Refusal> {
    contact.updated = call.now;
    tags::learn(world, call, &contact.tags)?;
    let account = world.account(call)?;
    let (location, told) = (account.id.clone(), contact.told());
    let shown = contact.show(&location);
    let retagged = old.tags != contact.tags;
    let settings = contact.dnd_settings.clone();
    let disturbed = old.dnd != contact.dnd || old.dnd_settings != settings;
    account.put_contact(contact);
    world.tell("ContactUpdate", &location, told.clone());
    if retagged {
        world.tell("ContactTagUpdate", &location, told.clone());
    }
    if disturbed {
        let mut told = told;
        told.insert("dndSettings".to_owned(), json!(settings.unwrap_or_default()));
        world.tell("ContactDndUpdate", &location, told);
    }
    Ok(shown)
}

/// Finds by e-mail, then by phone (`facts/highlevel.md` 9.4).
fn upsert(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_channels(&call.body)?;
    let mut body = call.body.clone();
    let forced = body.remove("createNewIfDuplicateAllowed") == Some(Value::Bool(true));
    let id = world.ids.record();
    let account = world.account(call)?;
    let email = call.text("email").filter(|email| !email.is_empty());
    let number = call.text("phone").and_then(phone::normalize);
    let by_email = email.and_then(|email| account.by_email(email));
    let by_phone = number.as_deref().and_then(|number| account.by_phone(number));
    let found = by_email.or(by_phone).filter(|_| !(forced && account.allows_duplicates()));
    let Some(old) = found.cloned() else {
        let mut contact = Contact::new(id, call.now);
        contact.apply(&body, &account.custom_fields);
        let shown = save_new(world, call, contact)?;
        return Ok(json!({ "new": true, "contact": shown }).into());
    };
    if by_phone.is_some_and(|other| other.id != old.id) {
        // The number is another contact's: it is dropped and nothing is said about it.
        body.remove("phone");
    }
    let mut contact = old.clone();
    contact.apply(&body, &account.custom_fields);
    let shown = save(world, call, &old, contact)?;
    Ok(json!({ "new": false, "contact": shown }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let location = account.id.clone();
    if let Some(contact) = account.remove_contact(call.segment("contactId")) {
        world.tell("ContactDelete", &location, contact.told());
        relations::forget(world, &location, &contact.id);
    }
    Ok(json!({ "succeded": true }).into())
}

/// The deprecated list: newest first, after the pair of moment and id.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let limit = call.number("limit", 20, 1..=100)?;
    let after = call.number("startAfter", usize::MAX, 0..=usize::MAX)?;
    let before = i64::try_from(after).unwrap_or(i64::MAX);
    let account = world.account(call)?;
    let contacts = account.contacts();
    let start = call.query("startAfterId").and_then(|id| contacts.before(id));
    let rest: Box<dyn Iterator<Item = &Contact>> = match start {
        Some(rest) => Box::new(rest),
        None => {
            let older = move |contact: &&Contact| contact.added.as_millisecond() < before;
            Box::new(contacts.iter().rev().filter(older))
        }
    };
    let query = call.query("query").map(str::to_lowercase);
    let wanted = |contact: &&Contact| {
        query.as_deref().is_none_or(|query| contact_search::mentions(contact, query))
    };
    let page: Vec<&Contact> = rest.filter(wanted).take(limit).collect();
    let total = match &query {
        None => contacts.len(),
        Some(_) => contacts.iter().filter(wanted).count(),
    };
    let shown: Vec<Value> = page.iter().map(|contact| contact.show(&account.id)).collect();
    let last = page.last().filter(|_| page.len() == limit);
    let meta = meta(total, last.copied(), &account.id, limit);
    Ok(json!({ "contacts": shown, "count": total, "meta": meta }).into())
}

fn meta(total: usize, last: Option<&Contact>, location: &str, limit: usize) -> Value {
    let Some(last) = last else {
        return json!({ "total": total, "nextPageUrl": null, "startAfterId": null, "startAfter": null });
    };
    let after = last.added.as_millisecond();
    let url = format!(
        "https://services.leadconnectorhq.com/contacts/?locationId={location}&limit={limit}&startAfter={after}&startAfterId={}",
        last.id
    );
    json!({ "total": total, "nextPageUrl": url, "startAfterId": last.id, "startAfter": after })
}

fn duplicate(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (email, number) = (call.query("email"), call.query("number"));
    if email.is_none() && number.is_none() {
        let complaint = "either number or email should not be empty".to_owned();
        return Err(Refusal::unprocessable(vec![complaint]));
    }
    let account = world.account(call)?;
    let number = number.and_then(phone::normalize);
    let by_email = email.and_then(|email| account.by_email(email));
    let found = by_email.or_else(|| account.by_phone(number.as_deref()?));
    Ok(json!({ "contact": found.map(|contact| contact.show(&account.id)) }).into())
}

fn of_business(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 25, 1..=100)?, call.number("skip", 0, 0..=usize::MAX)?);
    let account = world.account(call)?;
    let business = call.segment("businessId");
    let members =
        account.contacts().iter().filter(|contact| contact.text("businessId") == Some(business));
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let members = members.filter(|contact| contact_search::mentions(contact, &query));
    let mut members: Vec<(String, &Contact)> =
        members.map(|contact| (contact.full_name().to_lowercase(), contact)).collect();
    let start = match call.is_v3() {
        true => {
            members.sort_by(|(one, first), (other, second)| {
                (one, &first.id).cmp(&(other, &second.id))
            });
            after(call).map_or(0, |(name, id)| {
                members.partition_point(|(known, contact)| {
                    (known.as_str(), &*contact.id) <= (name.as_str(), id.as_str())
                })
            })
        }
        false => 0,
    };
    let page = members.iter().skip(start.saturating_add(skip)).take(limit);
    let shown: Vec<Value> = page.map(|(_, contact)| contact.show(&account.id)).collect();
    Ok(json!({ "contacts": shown, "count": members.len() }).into())
}

/// The name and id after which a page of the third generation begins: one text with a comma, or two
/// texts.
fn after(call: &Call) -> Option<(String, String)> {
    let named = call.query.iter().filter(|(key, _)| key.starts_with("startAfter"));
    let joined = named.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(",");
    let (name, id) = joined.rsplit_once(',')?;
    Some((name.to_lowercase(), id.to_owned()))
}

/// The do-not-disturb settings are validated to their leaves.
fn check_channels(body: &Map<String, Value>) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    for (channel, setting) in
        body.get("dndSettings").and_then(Value::as_object).into_iter().flatten()
    {
        if !CHANNELS.contains(&channel.as_str()) {
            complaints.push(format!("dndSettings.property {channel} should not exist"));
        } else if !["active", "inactive", "permanent"]
            .contains(&setting["status"].as_str().unwrap_or_default())
        {
            complaints.push(format!(
                "dndSettings.{channel}.status must be one of the following values: active, inactive, permanent"
            ));
        }
    }
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(Refusal::unprocessable(complaints)),
    }
}

/// `POST` and `DELETE /contacts/{contactId}/tags`, which add to and take from what is there.
pub(crate) fn change_tags(world: &mut World, call: &Call, add: bool) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let old = account.contact(call.segment("contactId"))?.clone();
    let mut contact = old.clone();
    let named: Vec<Box<str>> =
        call.texts("tags").into_iter().map(|tag| tag.trim().into()).collect();
    match add {
        true => {
            for tag in named {
                if !tag.is_empty() && !holds(&contact.tags, &tag) {
                    contact.tags.push(tag);
                }
            }
        }
        false => contact.tags.retain(|tag| !holds(&named, tag)),
    }
    let body = json!({ "tags": contact.tags });
    if contact.tags != old.tags {
        save_tags(world, call, contact)?;
    }
    Ok(match add {
        true => Answer::created(body),
        false => body.into(),
    })
}

/// Keeps a contact whose tags changed, and tells of it.
pub(crate) fn save_tags(
    world: &mut World,
    call: &Call,
    mut contact: Contact,
) -> Result<(), Refusal> {
    contact.updated = call.now;
    tags::learn(world, call, &contact.tags)?;
    let account = world.account(call)?;
    let (location, told) = (account.id.clone(), contact.told());
    account.put_contact(contact);
    world.tell("ContactTagUpdate", &location, told);
    Ok(())
}
