//! The lists against the catalogue, and against the simulated HighLevel.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Bookmark, BoxFuture, Entity, ListError, ListPage, ListScope, Listed, Lists, Memory,
    OrganizationId, RecordKey, Tenant, Upkeep,
    contract::sample::{at, tenant},
    crm::Answer,
};
use endpoint::{Timer, http::HttpTransport};
use highlevel::{Client, LocationId, auth::PrivateToken};
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
};
use serde_json::{Value, json};

use super::{
    HighLevelLists, Locations, NOUNS,
    conversations::CONVERSATIONS,
    noun::{Ask, Noun},
    users::USERS,
};
use crate::{
    highlevel::{
        doctor::features::FEATURES,
        port::{Clients, Connected},
    },
    stand_ins::RealTimer,
};

fn ask(cursor: Option<Value>) -> Ask<'static> {
    Ask { location: "location", cursor, since: Some(at(0)), of: Some("contact"), now: at(9) }
}

/// A cursor of a noun's second page.
fn later(noun: &Noun) -> Option<Value> {
    Some(match noun.part.name {
        "appointments" => json!(["calendar", "other"]),
        "contacts" => json!([1, "id"]),
        "conversations" => json!({ "from": 7, "shown": [] }),
        "messages" => json!({ "email": true, "after": "x" }),
        "opportunities" => json!(["1", "id"]),
        "users" => json!({ "company": "c", "skip": 100 }),
        _ => json!(100),
    })
}

#[test]
fn the_catalogue_has_every_call() {
    for noun in NOUNS {
        for cursor in [None, later(noun)] {
            let call = noun.page_call(&ask(cursor.clone()));
            assert_eq!(call.problems(), [], "{}: {cursor:?}", noun.part.name);
        }
        let one = noun.one_call(("location", "id", "contact"));
        assert_eq!(one.problems(), [], "{}", noun.part.name);
    }
}

#[test]
fn the_doctor_looks_for_the_scopes_of_every_call() {
    let known: Vec<_> = FEATURES.iter().flat_map(|feature| feature.scopes.to_vec()).collect();
    let mut unknown = BTreeSet::new();
    for noun in NOUNS {
        let one = noun.one_call(("location", "id", "contact"));
        for call in [noun.page_call(&ask(None)), noun.page_call(&ask(later(noun))), one] {
            let scopes = call.edition().expect("the catalogue has the call").scopes();
            unknown.extend(scopes.into_iter().filter(|scope| !known.contains(scope)));
        }
    }
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn an_odd_row_is_one_failure_and_a_removed_one_is_none() {
    let rows = json!({ "users": [
        { "id": "u1", "name": "Ada" },
        { "name": "nobody" },
        { "id": "u2", "name": "gone", "deleted": true },
        { "id": "u3", "name": "elsewhere", "locationId": "another" },
    ] });
    let page = USERS.page(&ask(Some(json!({ "company": "c", "skip": 0 }))), rows);
    let ids: Vec<_> = page.records.iter().map(|listed| listed.key.id.as_str()).collect();
    assert_eq!((ids, page.failed.len()), (vec!["u1"], 1));
}

#[test]
fn conversations_of_one_moment_are_each_shown_once() {
    let row = |number: i64, moved: i64| json!({ "id": format!("c{number}"), "sort": [moved] });
    let rows = |numbers: std::ops::Range<i64>| -> Vec<Value> {
        numbers.map(|number| row(number, 1_000 - number / 3)).collect()
    };
    let mut cursor = None;
    let mut ids = Vec::new();
    let all = rows(0..250);
    loop {
        let before = ask(cursor.clone());
        let from = cursor.as_ref().and_then(|cursor: &Value| cursor["from"].as_i64());
        let shown =
            all.iter().filter(|row| from.is_none_or(|from| row["sort"][0].as_i64() < Some(from)));
        let reply = json!({ "conversations": shown.take(100).collect::<Vec<_>>() });
        let page = CONVERSATIONS.page(&Ask { since: None, ..before }, reply);
        ids.extend(page.records.into_iter().map(|listed| listed.key.id));
        cursor = page.next.map(|next| serde_json::from_str(&next).unwrap());
        if cursor.is_none() {
            break;
        }
    }
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!((ids.len(), once.len()), (250, 250));
}

/// The main location of the simulated HighLevel.
struct One(Client<HttpTransport, RealTimer>, LocationId);

impl Clients<HttpTransport, RealTimer> for One {
    fn client<'a>(
        &'a self,
        _: &'a Tenant,
        _: Option<&'a str>,
    ) -> Answer<'a, Connected<HttpTransport, RealTimer>> {
        let connected = Connected { client: self.0.clone(), location: self.1.clone() };
        Box::pin(std::future::ready(Ok(connected)))
    }

    fn connections<'a>(&'a self, _: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        Box::pin(std::future::ready(Ok(vec![tenant("alpha")])))
    }
}

impl Locations for One {
    fn locations(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        Box::pin(std::future::ready(Ok(vec![scope(self.1.as_str())])))
    }
}

fn scope(location: &str) -> ListScope {
    ListScope { tenant: tenant("alpha"), account: Some(location.to_owned()) }
}

type Tested = HighLevelLists<Memory, HttpTransport, RealTimer>;

async fn bench(scopes: Option<Vec<String>>) -> (HighLevelSandbox, Tested) {
    let settings = HighLevelSettings {
        contacts: 30,
        opportunities: 5,
        rate_limits: RateLimits::generous(),
        token_scopes: scopes,
        ..HighLevelSettings::default()
    };
    let clock = SandboxClock::new(Arc::new(|| RealTimer.now()));
    let vendor = HighLevelSandbox::start(settings, clock).await.unwrap();
    let transport = HttpTransport::new(endpoint::http::Settings::default()).unwrap();
    let settings = highlevel::Settings {
        base_url: vendor.url(),
        retries: 0,
        ..highlevel::Settings::default()
    };
    let location = LocationId::new(vendor.location_id());
    let token = Arc::new(PrivateToken::new(vendor.token()));
    let client = Client::new(transport, RealTimer, token, location.clone(), settings);
    let one = Arc::new(One(client, location));
    let store = Memory::new(Arc::new(|| RealTimer.now()));
    let lists = HighLevelLists::new(store, (Arc::clone(&one) as _, one as _), RealTimer);
    (vendor, lists)
}

/// Everything that a list shows.
async fn all(lists: &Tested, scope: &ListScope, name: &str, of: Option<&str>) -> Vec<Listed> {
    let part = lists.parts().into_iter().find(|part| part.name == name).unwrap();
    let of = of.map(|id| RecordKey::new(Entity::Contact, id));
    let (mut bookmark, mut found) = (Bookmark { of, ..Bookmark::default() }, Vec::new());
    loop {
        let ListPage { records, failed, next, .. } =
            lists.page(scope, &part, &bookmark).await.unwrap();
        assert_eq!(failed, []);
        found.extend(records);
        bookmark.cursor = next;
        if bookmark.cursor.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn every_list_is_read_to_its_end_and_its_records_one_by_one() {
    let (vendor, lists) = bench(None).await;
    let scope = scope(vendor.location_id());
    let mut counts = BTreeMap::new();
    for part in lists.parts() {
        if matches!(part.upkeep, Upkeep::PerRecord(_)) {
            continue;
        }
        let found = all(&lists, &scope, part.name, None).await;
        counts.insert(part.name, found.len());
        let Some(listed) = found.first() else { continue };
        // Tasks and notes are read by their contact, which the mirror would know.
        if part.entity != Entity::Task {
            let one = lists.one(&scope, &listed.key).await.unwrap().expect("it is there");
            for (name, value) in &one.fields {
                let told = listed.fields.get(name).filter(|told| !told.is_null());
                assert!(told.is_none_or(|told| told == value), "{}: {name}", part.name);
            }
        }
        let nobody = RecordKey::new(part.entity, "nobody1nobody1nobody");
        assert_eq!(lists.one(&scope, &nobody).await.unwrap(), None, "{}", part.name);
    }
    assert_eq!((counts["contacts"], counts["opportunities"]), (30, 5));
    for name in ["users", "custom_fields", "pipelines", "appointments", "conversations", "messages"]
    {
        assert!(counts[name] > 0, "there is no example of {name}");
    }
    vendor.stop().await;
}

#[tokio::test]
async fn a_scope_that_is_missing_stops_one_list() {
    let (vendor, lists) = bench(Some(vec!["contacts.readonly".to_owned()])).await;
    let scope = scope(vendor.location_id());
    assert_eq!(all(&lists, &scope, "contacts", None).await.len(), 30);
    let part = lists.parts().into_iter().find(|part| part.name == "pipelines").unwrap();
    let refused = lists.page(&scope, &part, &Bookmark::default()).await.unwrap_err();
    assert!(matches!(refused, ListError::Part(_)), "{refused}");
    vendor.stop().await;
}
