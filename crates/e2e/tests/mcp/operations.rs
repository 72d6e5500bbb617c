//! The tools over every operation: each operation once, what they refuse, and what they leave behind.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use domain::{BoxFuture, Clock, Queries, crm::Crm};
use e2e::{Coverage, Runtime, Values};
use endpoint::{
    catalogue::{Generation, Kind, Operation},
    http::HttpTransport,
};
use highlevel::{
    Client, LocationId, RawCall, RawReply,
    catalogue::{self, TokenClass},
};
use mcp::{
    Caller, Mode, Place, Profile, ToolError,
    books::Books,
    caps::{Cap, Caps},
    solo::SoloHouse,
};
use sandbox::highlevel::{HighLevelSettings, RateLimits};
use serde_json::{Map, Value, json};

use crate::{
    house::{House, caller, tenant},
    person::Person,
};

/// More than every operation once.
const ENOUGH: Cap = Cap { per_hour: 10_000, per_day: 10_000 };
const UNCAPPED: Caps = Caps { sends: ENOUGH, deletes: ENOUGH, money: ENOUGH, bulk: ENOUGH };

/// A Monday morning, so that what is scheduled is still ahead.
const NOW: &str = "2026-03-02T09:00:00Z";
/// Takes the app off, and with it the tokens of the app.
const LAST: &str = "marketplace.uninstall-application";

/// The clients of every class of token, as a hub has them, and the places that were made meanwhile.
#[derive(Default)]
struct Everyone {
    clients: Mutex<HashMap<TokenClass, Client<HttpTransport, Runtime>>>,
    places: Mutex<Vec<Place>>,
}

/// A house in which an operation is called with the token that it needs.
struct Agency {
    house: SoloHouse<HttpTransport, Runtime>,
    everyone: Arc<Everyone>,
}

impl mcp::House for Agency {
    fn places<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Vec<Place>, ToolError>> {
        Box::pin(async move {
            let mut places = self.house.places(caller).await?;
            let made = self.everyone.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.extend(made.iter().cloned());
            Ok(places)
        })
    }

    fn call<'a>(
        &'a self,
        place: &'a Place,
        call: RawCall,
    ) -> BoxFuture<'a, Result<RawReply, ToolError>> {
        let edition = call.edition();
        let class = edition.into_iter().flat_map(|it| it.access()).filter_map(TokenClass::of).min();
        let clients = self.everyone.clients.lock().unwrap_or_else(PoisonError::into_inner);
        match clients.get(&class.unwrap_or(TokenClass::Location)).cloned() {
            Some(client) => Box::pin(async move { Ok(client.call(&call).await?) }),
            None => self.house.call(place, call),
        }
    }

    fn crm(&self) -> BoxFuture<'_, Result<Arc<dyn Crm>, ToolError>> {
        self.house.crm()
    }

    fn books(&self) -> BoxFuture<'_, Result<Arc<dyn Books>, ToolError>> {
        self.house.books()
    }

    fn queries(&self) -> BoxFuture<'_, Result<Arc<dyn Queries>, ToolError>> {
        self.house.queries()
    }

    fn clock(&self) -> &dyn Clock {
        self.house.clock()
    }
}

/// The values of a call as one flat object.
fn flat(values: Values) -> Map<String, Value> {
    let mut params = values.parameters;
    match values.body {
        Some(Value::Object(fields)) => params.extend(fields),
        Some(other) => drop(params.insert("body".to_owned(), other)),
        None => {}
    }
    if let Some(field) = values.part {
        let file = json!({
            "field": field, "name": "note.txt", "content_type": "text/plain", "text": "hello",
        });
        params.insert("files".to_owned(), json!([file]));
    }
    params
}

/// Calls an operation through the tool that is for it.
async fn call(
    house: &House,
    operation: Operation<'static>,
    params: Value,
    at: &str,
) -> Result<Value> {
    let tool = match operation.kind() {
        Kind::Read => "read_operation",
        Kind::Write | Kind::Send | Kind::Delete | Kind::Money => "write_operation",
    };
    let told =
        house.call(tool, json!({ "id": operation.id(), "params": params, "location": at })).await?;
    let is_told = ["count", "result", "status", "text", "base64", "json"]
        .iter()
        .any(|name| told.get(name).is_some());
    ensure!(is_told, "nothing was told: {told}");
    Ok(told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_called_once() -> Result<()> {
    let everyone = Arc::new(Everyone::default());
    let around = Arc::clone(&everyone);
    let settings = HighLevelSettings {
        rate_limits: RateLimits::generous(),
        strict_spec: true,
        ..HighLevelSettings::default()
    };
    let vendor = (settings, e2e::still_clock(NOW));
    let house = House::open_with(
        (caller(Mode::Trusted, Profile::Meta), Person::absent(), UNCAPPED),
        vendor,
        move |house| Arc::new(Agency { house, everyone: around }),
    )
    .await?;
    let mut coverage = Coverage::begin(&house.vendor, Generation::V2).await?;
    *everyone.clients.lock().unwrap_or_else(PoisonError::into_inner) = coverage.clients();
    let mut operations: Vec<_> = catalogue::operations().collect();
    operations.sort_by_key(|operation| operation.id() == LAST);
    let (mut failed, mut kinds) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for operation in operations {
        let params = match coverage.values(operation).await {
            Ok(values) => flat(values),
            Err(problem) => {
                failed.push(format!("{} has no values: {problem}", operation.id()));
                continue;
            }
        };
        let at = location_of(&params, house.vendor.location_id());
        if at != house.vendor.location_id() {
            let place = Place { tenant: tenant(), location: LocationId::new(&at), name: None };
            everyone.places.lock().unwrap_or_else(PoisonError::into_inner).push(place);
        }
        match call(&house, operation, Value::Object(params), &at).await {
            Ok(_) => *kinds.entry(operation.kind().as_str()).or_default() += 1,
            Err(error) => failed.push(format!("{}: {error:#}", operation.id())),
        }
    }
    println!("called: {kinds:?}");
    ensure!(failed.is_empty(), "{} operations failed:\n{}", failed.len(), failed.join("\n"));
    Ok(())
}

/// The location that the values name, where they name another one.
fn location_of(params: &Map<String, Value>, usual: &str) -> String {
    let named = ["locationId", "location_id", "altId"].iter().find_map(|name| params.get(*name));
    named.and_then(Value::as_str).unwrap_or(usual).to_owned()
}

#[tokio::test]
async fn what_is_searched_is_described_and_called() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Meta)).await?;
    let found = house.call("search_operations", json!({ "query": "list calendars" })).await?;
    let id = found["items"][0]["id"].as_str().context("something is found")?.to_owned();
    assert_eq!(id, "calendars.get-calendars");
    let told = house.call("describe_operation", json!({ "id": id })).await?;
    assert_eq!(told["call_with"], "read_operation");
    let calls = house.vendor.request_count();
    let told = house.call("read_operation", json!({ "id": id, "fields": ["name"] })).await?;
    let first = told["items"][0].as_object().context("a calendar")?;
    assert_eq!(first.keys().collect::<Vec<_>>(), ["name"]);
    assert_eq!(house.vendor.request_count(), calls + 1);
    Ok(())
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_as_a_table() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Meta)).await?;
    let id = "contacts.get-contacts";
    let mut params = json!({ "limit": 15 });
    let mut seen: Vec<String> = Vec::new();
    loop {
        let asked = json!({ "id": id, "params": params, "fields": ["id", "email"] });
        let told = house.call("read_operation", asked).await?;
        let items = told["items"].as_array().context("a list")?;
        seen.extend(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
        let Some(next) = told["next"].as_object() else { break };
        params.as_object_mut().context("an object")?.extend(next.clone());
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), count), (40, 40), "every contact once");
    let asked = json!({ "id": id, "fields": ["id", "email"], "max_items": 3, "format": "csv" });
    let told = house.call("read_operation", asked).await?;
    let table = told["csv"].as_str().context("a table")?;
    assert_eq!(table.lines().count(), 4);
    assert!(table.starts_with("email,id\n") || table.starts_with("id,email\n"), "{table}");
    Ok(())
}

#[tokio::test]
async fn reading_writes_nothing_and_writing_is_no_reading() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Meta)).await?;
    let calls = house.vendor.request_count();
    for operation in catalogue::operations() {
        let (tool, other) = match operation.kind() {
            Kind::Read => ("write_operation", "read_operation"),
            _ => ("read_operation", "write_operation"),
        };
        let refused = house.refusal(tool, json!({ "id": operation.id() })).await?;
        assert_eq!(refused["code"], "wrong_tool", "{}", operation.id());
        assert!(refused["fix"].as_str().is_some_and(|fix| fix.contains(other)));
    }
    assert_eq!(house.vendor.request_count(), calls, "nobody was called for it");
    Ok(())
}

#[tokio::test]
async fn a_write_is_noted_with_what_it_did() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Meta)).await?;
    let made = house
        .call(
            "write_operation",
            json!({
                "id": "contacts.create-contact",
                "params": { "firstName": "Ada", "email": "ada.noted@example.com" },
            }),
        )
        .await?;
    let contact = made["result"]["id"].as_str().context("its id")?.to_owned();
    house
        .call("write_operation", json!({
            "id": "contacts.create-note", "params": { "contactId": contact, "body": "Called back." },
        }))
        .await?;
    let sets = domain::ChangeSets::change_sets(&house.store, &domain::Realm::Installation, None, 9);
    let titles: Vec<String> = sets.await?.into_iter().map(|set| set.title).collect();
    assert!(titles.contains(&"contacts.create-contact".to_owned()), "{titles:?}");
    assert!(titles.contains(&"contacts.create-note".to_owned()), "{titles:?}");
    Ok(())
}

#[tokio::test]
async fn nobody_who_said_stop_is_sent_a_message() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Meta)).await?;
    let made = house
        .call(
            "write_operation",
            json!({
                "id": "contacts.create-contact",
                "params": {
                    "firstName": "Ada", "phone": "+15550107001",
                    "dndSettings": { "SMS": { "status": "active" } },
                },
            }),
        )
        .await?;
    let contact = made["result"]["id"].as_str().context("its id")?;
    let calls = house.vendor.request_count();
    let params = json!({ "type": "SMS", "contactId": contact, "message": "Hello" });
    let asked = json!({ "id": "conversations.send-a-new-message", "params": params });
    let refused = house.refusal("write_operation", asked).await?;
    assert_eq!(refused["code"], "opted_out");
    assert_eq!(house.vendor.request_count(), calls + 1, "the contact was read, and nothing sent");
    Ok(())
}

#[tokio::test]
async fn a_long_result_is_read_to_its_end() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Meta)).await?;
    let asked = json!({ "id": "contacts.get-contacts", "params": { "limit": 100 } });
    let told = house.call("read_operation", asked).await?;
    assert!(told.to_string().len() <= 33_000, "{}", told.to_string().len());
    let refused = house.refusal("get_more", json!({ "handle": "x" })).await?;
    assert_eq!(refused["code"], "unknown_handle");
    Ok(())
}

#[tokio::test]
async fn a_toolset_is_the_operations_of_its_products() -> Result<()> {
    let profile = Profile::Toolsets(["links".to_owned()].into());
    let house = House::open(caller(Mode::Default, profile)).await?;
    let tools = house.client.list_all_tools().await?;
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert!(names.contains(&"links_create_link") && names.contains(&"search_operations"));
    assert!(!names.contains(&"contacts_get_contact"));
    let params = json!({ "name": "Offer", "redirectTo": "https://example.com/offer" });
    house.call("links_create_link", params).await?;
    let told = house.call("links_get_links", json!({})).await?;
    let links = told["items"].as_array().context("a list")?;
    assert!(links.iter().any(|link| link["name"] == "Offer"), "{told}");
    let refused = house.refusal("links_create_link", json!({ "nam": "Offer" })).await?;
    assert_eq!(refused["code"], "invalid_arguments");
    Ok(())
}
