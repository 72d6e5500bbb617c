//! What the simulated HighLevel holds from the start: fictional people and firms, the same for the same seed.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    account::Account,
    associations, calendar_seed, campaigns,
    contact::{Contact, custom_field_id},
    conversations, custom_fields, custom_values, forms,
    grants::Grants,
    ids::RecordIds,
    moment::iso,
    objects, tags, templates,
    token::{Class, Token},
    world::World,
};
use crate::highlevel::HighLevelSettings;

/// When the first seeded record was made. The others follow over a year.
const FIRST: i64 = 1_738_573_200;
const YEAR: i64 = 31_536_000;

/// The app that private tokens are counted under.
pub(crate) const PRIVATE_APP: &str = "private";

const FIRST_NAMES: [&str; 24] = [
    "Maya", "Jonas", "Amara", "Luis", "Priya", "Owen", "Ingrid", "Kofi", "Hana", "Mateo", "Zofia",
    "Theo", "Leila", "Anders", "Nadia", "Caleb", "Yuki", "Rosa", "Emil", "Fatima", "Gideon",
    "Iris", "Tomas", "Wren",
];
const LAST_NAMES: [&str; 24] = [
    "Okonkwo",
    "Lindqvist",
    "Alvarez",
    "Natarajan",
    "Brennan",
    "Halvorsen",
    "Mensah",
    "Takeda",
    "Rossi",
    "Kowalska",
    "Abara",
    "Fairbanks",
    "Haddad",
    "Sorensen",
    "Petrov",
    "Whitlock",
    "Mori",
    "Delgado",
    "Novak",
    "Rahman",
    "Stone",
    "Castell",
    "Marek",
    "Ashworth",
];
const COMPANIES: [&str; 10] = [
    "Brightwater Dental",
    "Larkspur Bakery",
    "Pinecrest Legal",
    "Cobalt Cycles",
    "Harbor Veterinary",
    "Juniper Yoga",
    "Granite Roofing",
    "Saltmarsh Architects",
    "Bluebell Florists",
    "Foxglove Clinic",
];
const PLACES: [(&str, &str, &str); 8] = [
    ("Portsmouth", "NH", "03801"),
    ("Burlington", "VT", "05401"),
    ("Portland", "ME", "04101"),
    ("Worcester", "MA", "01608"),
    ("Providence", "RI", "02903"),
    ("Hartford", "CT", "06103"),
    ("Albany", "NY", "12207"),
    ("Concord", "NH", "03301"),
];
const STREETS: [&str; 6] = [
    "Quayside Terrace",
    "Mill Street",
    "Orchard Lane",
    "Chapel Hill",
    "Ferry Road",
    "Maple Avenue",
];
const SOURCES: [&str; 4] = ["website contact form", "referral", "trade fair", "phone call"];
const TAGS: [&str; 6] =
    ["customer", "prospect", "newsletter", "dental practice", "managed", "renewal due"];
/// The key of the field that every seeded contact has.
const SEATS: &str = "contact.workstations";
const FIELDS: [(&str, &str, &str); 4] = [
    ("Workstations", SEATS, "NUMERICAL"),
    ("Support plan", "contact.support_plan", "TEXT"),
    ("Contract end", "contact.contract_end", "DATE"),
    ("Decision maker", "opportunity.decision_maker", "TEXT"),
];

/// The secrets that private callers are given.
#[derive(Clone)]
pub(crate) struct PrivateTokens {
    pub(crate) location: String,
    pub(crate) other_location: String,
    pub(crate) agency: String,
}

/// The world of the settings, and the tokens that open it.
pub(crate) fn world(settings: &HighLevelSettings, now: Timestamp) -> (World, PrivateTokens) {
    let mut ids = RecordIds::new(settings.seed);
    let tokens = PrivateTokens {
        location: format!("pit-{}", ids.uuid()),
        other_location: format!("pit-{}", ids.uuid()),
        agency: format!("pit-{}", ids.uuid()),
    };
    let app = (&settings.app_id, &settings.version_id);
    let mut grants = Grants::new(app.0, app.1, &settings.redirect_uri, &mut ids);
    grants.is_draft = settings.draft_app;
    let mut world = World::new(&settings.company_id, &settings.location_id, grants, ids);
    world.location_limit = settings.rate_limits.location_limit();
    for (location, name, contacts) in [
        (&settings.location_id, "Northwind Harbor", settings.contacts),
        (&settings.other_location_id, "Northwind Harbor West", settings.other_contacts),
    ] {
        let account = account(&mut world, settings, (location, name), contacts);
        world.accounts.insert(location.clone(), account);
    }
    add_users(&mut world);
    add_opportunities(&mut world, settings);
    campaigns::seed(&mut world);
    calendar_seed::seed(&mut world, settings.seed, now);
    forms::seed(&mut world);
    objects::seed(&mut world);
    associations::seed(&mut world);
    let scopes = settings.token_scopes.as_ref().map(|scopes| scopes.clone().into());
    for (text, class, location) in [
        (&tokens.location, Class::PrivateLocation, Some(&settings.location_id)),
        (&tokens.other_location, Class::PrivateLocation, Some(&settings.other_location_id)),
        (&tokens.agency, Class::PrivateAgency, None),
    ] {
        let token = private_token(&world, class, location.cloned(), scopes.clone());
        world.tokens.add(text, token);
    }
    (world, tokens)
}

/// A token that does not expire.
pub(crate) fn private_token(
    world: &World,
    class: Class,
    location: Option<String>,
    scopes: Option<std::sync::Arc<[String]>>,
) -> Token {
    let company = world.company_id.clone();
    Token { class, location, company, app: PRIVATE_APP.to_owned(), scopes, expires: None }
}

/// The moment of the `index`th of `count` records.
fn moment(index: usize, count: usize) -> Timestamp {
    let step = YEAR / i64::try_from(count.max(1)).unwrap_or(YEAR);
    let offset = step.max(1) * i64::try_from(index).unwrap_or_default();
    let first = Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH);
    first.saturating_add(SignedDuration::from_secs(offset)).unwrap_or(first)
}

fn account(
    world: &mut World,
    settings: &HighLevelSettings,
    (id, name): (&str, &str),
    contacts: usize,
) -> Account {
    let mut account = Account::new(id, record(settings, id, name));
    for (name, key, data_type) in FIELDS {
        let field = world.ids.record();
        account
            .custom_fields
            .add(&field, custom_fields::define(&field, id, (name, key), data_type));
    }
    for tag in TAGS {
        let tag_id = world.ids.record();
        tags::add(&mut account, &tag_id, tag);
    }
    for (name, value) in [("Support hotline", "+15550100100"), ("Opening hours", "Mo-Fr 8-18")] {
        let value_id = world.ids.record();
        account.custom_values.add(&value_id, custom_values::define(&value_id, id, name, value));
    }
    account.pipelines = ["Sales", "Renewals"].map(|name| pipeline(&mut world.ids, id, name)).into();
    account.lost_reasons = ["Too expensive", "Chose a competitor", "No budget"]
        .map(|name| {
            let at = iso(moment(0, 1));
            let reason = world.ids.record();
            json!({ "id": reason, "name": name, "locationId": id, "createdAt": at, "updatedAt": at })
        })
        .into();
    account.workflows =
        ["Welcome", "Win back"].map(|name| workflow(&mut world.ids, id, name)).into();
    templates::seed(&mut account, &mut world.ids, &iso(moment(0, 1)));
    let seats = custom_field_id(&json!({ "key": SEATS }), &account.custom_fields);
    for index in 0..contacts {
        let contact = contact(&mut world.ids, seats.as_deref(), index, contacts);
        account.put_contact(contact);
    }
    conversations::seed(&mut account, &mut world.ids);
    super::ledger_seed::seed(
        &mut account,
        &mut RecordIds::new(world.ids.clone().number()),
        moment(0, 1),
    );
    account
}

fn record(settings: &HighLevelSettings, id: &str, name: &str) -> Map<String, Value> {
    let record = json!({
        "id": id,
        "companyId": settings.company_id,
        "name": name,
        "domain": "",
        "address": "7 Quayside Terrace",
        "city": "Portsmouth",
        "state": "NH",
        "country": "US",
        "postalCode": "03801",
        "website": "https://northwindharbor.example/",
        "timezone": "America/New_York",
        "firstName": "Ines",
        "lastName": "Castell",
        "email": format!("office@{}.example", name.to_lowercase().replace(' ', "-")),
        "phone": "+15550100100",
        "business": {
            "name": name, "address": "7 Quayside Terrace", "city": "Portsmouth", "state": "NH",
            "country": "US", "postalCode": "03801", "website": "https://northwindharbor.example/",
            "timezone": "America/New_York", "logoUrl": "",
        },
        "social": {},
        "settings": {
            "allowDuplicateContact": settings.allow_duplicate_contacts,
            "allowDuplicateOpportunity": false,
            "allowFacebookNameMerge": false,
            "disableContactTimezone": false,
        },
        "reseller": {},
    });
    record.as_object().cloned().unwrap_or_default()
}

pub(crate) fn pipeline(ids: &mut RecordIds, location: &str, name: &str) -> Value {
    let stages = ["New", "Qualified", "Proposal sent", "Decision"];
    let stages = stages.iter().enumerate().map(|(position, name)| {
        json!({ "id": ids.uuid(), "name": name, "position": position, "showInFunnel": true, "showInPieChart": true })
    });
    let stages: Vec<Value> = stages.collect();
    json!({
        "id": ids.record(),
        "name": name,
        "stages": stages,
        "showInFunnel": true,
        "showInPieChart": true,
        "colorRenderMode": "none",
        "locationId": location,
    })
}

fn workflow(ids: &mut RecordIds, location: &str, name: &str) -> Value {
    let at = iso(moment(0, 1));
    json!({
        "id": ids.uuid(),
        "name": name,
        "status": "published",
        "version": 1,
        "createdAt": at,
        "updatedAt": at,
        "locationId": location,
    })
}

/// Without a detour over a body: there may be 100,000 of them. `seats` is the id of a field.
fn contact(ids: &mut RecordIds, seats: Option<&str>, index: usize, count: usize) -> Contact {
    let mut contact = Contact::new(ids.record(), moment(index, count));
    let (first, last) = (ids.pick(&FIRST_NAMES), ids.pick(&LAST_NAMES));
    let company = ids.pick(&COMPANIES);
    let (city, state, postal_code) = PLACES[index % PLACES.len()];
    let email = format!("{first}.{last}.{index}@example.com").to_lowercase();
    for (key, text) in [
        ("firstName", first),
        ("lastName", last),
        ("email", &email),
        ("phone", &format!("+1555{:07}", 1_000_000 + index)),
        ("companyName", company),
        ("address1", &format!("{} {}", 1 + index % 200, ids.pick(&STREETS))),
        ("city", city),
        ("state", state),
        ("postalCode", postal_code),
        ("country", "US"),
        ("timezone", "America/New_York"),
        ("source", ids.pick(&SOURCES)),
    ] {
        contact.set(key, text);
    }
    contact.tags = [TAGS[index % 2], TAGS[2 + index % 4]].map(Box::from).into();
    contact.custom_fields =
        seats.map(|id| (id.into(), json!(3 + index % 40))).into_iter().collect();
    contact.custom_fields.shrink_to_fit();
    contact
}

fn add_users(world: &mut World) {
    let all: Vec<String> = world.accounts.keys().cloned().collect();
    let main = vec![world.main_location.clone()];
    for (first, last, kind, role, locations) in [
        ("Ines", "Castell", "agency", "admin", &all),
        ("Ruben", "Marek", "account", "admin", &main),
        ("Dana", "Ashworth", "account", "user", &main),
    ] {
        let id = world.ids.record();
        let user = json!({
            "id": id,
            "name": format!("{first} {last}"),
            "firstName": first,
            "lastName": last,
            "email": format!("{first}.{last}@northwind-harbor.example").to_lowercase(),
            "phone": "+15550100101",
            "extension": "",
            "permissions": { "contactsEnabled": true, "opportunitiesEnabled": true },
            "scopes": ["contacts.write"],
            "roles": { "type": kind, "role": role, "locationIds": locations, "restrictSubAccount": false },
            "deleted": false,
        });
        world.users.add(&id, user);
    }
}

fn add_opportunities(world: &mut World, settings: &HighLevelSettings) {
    let owner = world.users.iter().next().map(|user| user["id"].clone());
    let Some(account) = world.accounts.get_mut(&settings.location_id) else {
        return;
    };
    let people = account.contacts().iter().take(settings.opportunities);
    let people: Vec<(String, String)> = people
        .map(|contact| {
            (contact.id.to_string(), contact.text("companyName").unwrap_or_default().to_owned())
        })
        .collect();
    for (index, (contact, company)) in people.iter().enumerate() {
        let pipeline = &account.pipelines[0];
        let at = iso(moment(index, people.len()));
        let id = world.ids.record();
        let status = ["open", "open", "won", "lost"][index % 4];
        let opportunity = json!({
            "id": id,
            "name": format!("{company}: managed workstations"),
            "monetaryValue": 500 + 250 * (index % 40),
            "pipelineId": pipeline["id"],
            "pipelineStageId": pipeline["stages"][index % 4]["id"],
            "assignedTo": owner,
            "status": status,
            "source": SOURCES[index % SOURCES.len()],
            "contactId": contact,
            "locationId": account.id,
            "customFields": [],
            "followers": [],
            "notes": [],
            "tasks": [],
            "calendarEvents": [],
            "lastStatusChangeAt": at,
            "lastStageChangeAt": at,
            "createdAt": at,
            "updatedAt": at,
        });
        account.opportunities.add(&id, opportunity);
    }
}

#[cfg(test)]
mod tests;
