//! A simulated shop, a simulated HighLevel, and the parts of the hub between them, in one process.

#![expect(clippy::unwrap_used, reason = "what does not stand ends its test")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use connectors::{
    highlevel::port::Port,
    repairshopr::{LeadDesk, ShopClients, ShopLists},
};
use domain::{
    Actor, Bookmark, BoxFuture, ConnectionId, Entity, EventId, Links, ListPart, ListScope, Lists,
    Memory, Mirror, OrganizationId, Origin, Projection, Record, Sequence, Tenant,
    crm::{Behalf, Crm, CrmContacts, PageWish, WriteCause},
};
use e2e::{Editor, OneLocation};
use endpoint::{
    Method, Request, Response, Secret, Timer, Transport,
    http::{HttpTransport, Settings as HttpSettings},
};
use engine::shop::{LeadHandover, ShopError, ShopPlan, ShopReport, ShopRules, ShopStep, ShopSync};
use highlevel::{LocationId, auth::PrivateToken};
use jiff::Timestamp;
use repairshopr::AddressBudget;
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
    repairshopr::{RepairShoprSandbox, RepairShoprSettings},
};
use serde_json::{Value, json};

use crate::cut::{Cut, CutStore};

/// Time that stands still until somebody waits.
#[derive(Clone)]
pub(crate) struct Still(Arc<Mutex<Timestamp>>);

impl Timer for Still {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panics while it looks at the clock")
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().expect("no test panics while it looks at the clock") += duration;
    }
}

type ShopClient = repairshopr::Client<HttpTransport, Still>;

/// The one connection to a shop.
struct OneShop(ShopClient);

impl ShopClients<HttpTransport, Still> for OneShop {
    fn client<'a>(&'a self, _: &'a Tenant) -> BoxFuture<'a, Result<ShopClient, String>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn shops(&self) -> BoxFuture<'_, Result<Vec<Tenant>, String>> {
        Box::pin(std::future::ready(Ok(vec![tenant("repairshopr")])))
    }
}

fn tenant(connection: &str) -> Tenant {
    let organization = OrganizationId::new("default");
    Tenant { organization, connection: ConnectionId::new(connection) }
}

fn rules() -> ShopRules {
    let rules = ShopRules {
        walk_ins: ["1".to_owned()].into(),
        tags: ["repairshopr".to_owned()].into(),
        tier_field: Some("Plan".to_owned()),
        tier_prefix: "tier-".to_owned(),
        ..ShopRules::default()
    };
    let cities = ["Mesa = location-mesa".to_owned()];
    rules.in_country("US").unwrap().with_city_tags(&cities).unwrap()
}

fn transport() -> HttpTransport {
    HttpTransport::new(HttpSettings::default()).unwrap()
}

/// Both vendors and what is between them.
pub(crate) struct House {
    pub(crate) shop: RepairShoprSandbox,
    pub(crate) highlevel: HighLevelSandbox,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) plan: ShopPlan,
    pub(crate) store: Memory,
    timer: Still,
    clients: Arc<OneShop>,
    lists: ShopLists<HttpTransport, Still>,
}

impl House {
    /// A shop with so many customers, and a HighLevel with three contacts that are nobody's.
    pub(crate) async fn with_customers(customers: usize) -> Self {
        let start = "2026-11-21T12:00:00Z".parse().unwrap();
        let timer = Still(Arc::new(Mutex::new(start)));
        let told = timer.clone();
        let clock = SandboxClock::new(Arc::new(move || told.now()));
        let shop =
            RepairShoprSettings { requests_per_minute: 100_000, customers, ..Default::default() };
        let shop = RepairShoprSandbox::start(shop, clock.clone()).await.unwrap();
        let settings = HighLevelSettings {
            contacts: 3,
            other_contacts: 0,
            opportunities: 0,
            rate_limits: RateLimits::generous(),
            ..HighLevelSettings::default()
        };
        let vendor = HighLevelSandbox::start(settings, clock).await.unwrap();
        let location = LocationId::new(vendor.location_id());
        let settings =
            highlevel::Settings { base_url: vendor.url(), ..highlevel::Settings::default() };
        let token = Arc::new(PrivateToken::new(vendor.token()));
        let client =
            highlevel::Client::new(transport(), timer.clone(), token, location.clone(), settings);
        let told = timer.clone();
        let now: Arc<dyn domain::Clock> = Arc::new(move || told.now());
        let store = Memory::new(Arc::clone(&now));
        let clients = OneLocation { tenant: tenant("highlevel"), client, location };
        let crm = Port::new(store.clone(), Arc::new(clients), now);
        let settings = repairshopr::Settings::new(shop.url(), Secret::new(shop.key()));
        let budget = AddressBudget::new(100_000);
        let client = repairshopr::Client::new(transport(), timer.clone(), settings, budget);
        let clients = Arc::new(OneShop(client));
        let behalf = Behalf {
            tenant: tenant("highlevel"),
            account: None,
            actor: Actor::Hub,
            cause: WriteCause::Alone,
        };
        Self {
            shop,
            highlevel: vendor,
            crm: Arc::new(crm),
            plan: ShopPlan {
                shop: tenant("repairshopr"),
                behalf,
                mapping: "repairshopr".to_owned(),
                rules: rules(),
            },
            store,
            timer,
            lists: ShopLists::new(clients.clone()),
            clients,
        }
    }

    /// Time passes.
    pub(crate) async fn wait(&self, seconds: u64) {
        self.timer.sleep(Duration::from_secs(seconds)).await; // tidy: sleep, the clock stands still
    }

    /// Mirrors the shop's customers and contacts as they are now, and brings them.
    pub(crate) async fn sync(&self) -> (ShopReport, Vec<ShopStep>) {
        self.mirror_people().await;
        self.bring().await
    }

    /// Mirrors the shop's customers and contacts as they are now.
    pub(crate) async fn mirror_people(&self) {
        for part in self.lists.parts() {
            if matches!(part.entity, Entity::Customer | Entity::Contact) {
                self.mirror(&part).await;
            }
        }
    }

    /// Brings what the mirror has.
    pub(crate) async fn bring(&self) -> (ShopReport, Vec<ShopStep>) {
        let mut steps = Vec::new();
        let sync = self.with(self.store.clone());
        let report = sync.run(&self.plan, &mut |step| steps.push(step.clone())).await.unwrap();
        (report, steps)
    }

    /// Brings what the mirror has, until the store ends.
    pub(crate) async fn bring_until(&self, cut: Cut) -> Result<ShopReport, ShopError> {
        let sync = self.with(CutStore::new(&self.store, cut));
        sync.run(&self.plan, &mut |_| ()).await
    }

    fn with<S>(&self, store: S) -> ShopSync<S> {
        let timer = self.timer.clone();
        ShopSync { store, crm: Arc::clone(&self.crm), clock: Arc::new(move || timer.now()) }
    }

    /// Hands over the contacts with the tag `to-shop`, of which the mirror knows these.
    pub(crate) async fn hand_over(&self, contacts: &[(&str, Value)]) -> ShopReport {
        self.handed_over(self.store.clone(), contacts).await.unwrap()
    }

    /// The same, until the store ends.
    pub(crate) async fn hand_over_until(
        &self,
        contacts: &[(&str, Value)],
        cut: Cut,
    ) -> Result<ShopReport, domain::StorageError> {
        self.handed_over(CutStore::new(&self.store, cut), contacts).await
    }

    async fn handed_over<S: Mirror + Links + Sync>(
        &self,
        store: S,
        contacts: &[(&str, Value)],
    ) -> Result<ShopReport, domain::StorageError> {
        let listed = contacts.iter().map(|(id, fields)| domain::Listed {
            key: domain::RecordKey::new(Entity::Contact, *id),
            fields: serde_json::from_value(fields.clone()).unwrap(),
            occurred_at: None,
        });
        self.project(&self.plan.behalf.tenant, listed.collect()).await;
        let timer = self.timer.clone();
        let handover = LeadHandover {
            store,
            leads: Arc::new(LeadDesk::new(self.clients.clone())),
            tag: "to-shop".to_owned(),
            clock: Arc::new(move || timer.now()),
        };
        handover.run(&self.plan, &mut |_| ()).await
    }

    async fn mirror(&self, part: &ListPart) {
        let scope = ListScope { tenant: self.plan.shop.clone(), account: None };
        let mut bookmark = Bookmark::default();
        loop {
            let page = self.lists.page(&scope, part, &bookmark).await.unwrap();
            self.project(&scope.tenant, page.records).await;
            match page.next {
                Some(next) => bookmark.cursor = Some(next),
                None => return,
            }
        }
    }

    /// Puts rows into the mirror.
    async fn project(&self, tenant: &Tenant, listed: Vec<domain::Listed>) {
        let from = self.store.projected().await.unwrap();
        let now = self.timer.now();
        let row = |listed: domain::Listed| Record {
            tenant: tenant.clone(),
            key: listed.key,
            fields: listed.fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            version: 1,
            occurred_at: listed.occurred_at.unwrap_or(now),
            deleted_at: None,
            event: EventId::from_bytes(now.as_nanosecond().to_be_bytes()),
            account: None,
            origin: Origin::Reconcile,
            first_seen_at: now,
            last_seen_at: now,
        };
        let records = listed.into_iter().map(row).collect();
        let projection =
            Projection { from, to: Sequence(from.0 + 1), records, ..Projection::default() };
        self.store.project(projection).await.unwrap();
    }

    /// Writes to the shop, as its owner does.
    pub(crate) async fn shop_write(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/api/v1/{path}", self.shop.url());
        let request = Request { method, url, headers: Vec::new(), body: body.to_string().into() };
        let response = self.send(request.with_header("authorization", self.shop.key())).await;
        assert_eq!(response.status, 200, "{path}");
        serde_json::from_slice(&response.body).unwrap()
    }

    /// Reads from the shop, as its owner does.
    pub(crate) async fn shop_read(&self, path: &str) -> Value {
        let url = format!("{}/api/v1/{path}", self.shop.url());
        let request =
            Request { method: Method::Get, url, headers: vec![], body: Default::default() };
        let response = self.send(request.with_header("authorization", self.shop.key())).await;
        serde_json::from_slice(&response.body).unwrap()
    }

    /// What the hub asked of a vendor since the last look: how often by method and path's beginning.
    pub(crate) async fn requests(&self, vendor: &str) -> BTreeMap<String, usize> {
        let url = format!("{vendor}/_sandbox/requests");
        let request =
            Request { method: Method::Get, url, headers: vec![], body: Default::default() };
        let body: Value = serde_json::from_slice(&self.send(request).await.body).unwrap();
        let mut counts = BTreeMap::new();
        for entry in body["requests"].as_array().into_iter().flatten() {
            *counts.entry(entry["method"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        counts
    }

    /// Deletes a contact, as somebody does in HighLevel.
    pub(crate) async fn delete_contact(&self, id: &str) {
        let (editor, path) = (Editor::new().unwrap(), format!("/contacts/{id}"));
        let deleted = editor.at_highlevel(&self.highlevel, Method::Delete, &path, Value::Null);
        deleted.await.unwrap();
    }

    async fn send(&self, request: Request) -> Response {
        transport().send(request).await.unwrap()
    }

    /// The contact with an e-mail address, as HighLevel has it.
    pub(crate) async fn contact(&self, email: &str) -> Option<domain::crm::Contact> {
        let filter = domain::crm::ContactFilter {
            email: Some(email.to_owned()),
            ..domain::crm::ContactFilter::default()
        };
        let wish = PageWish { limit: 2, cursor: None, fresh: true };
        let found = CrmContacts::contacts(&*self.crm, &self.plan.behalf, &filter, &wish);
        let found = found.await.unwrap().items.into_iter().next()?;
        let whole = CrmContacts::contact(&*self.crm, &self.plan.behalf, &found.item.id, true);
        Some(whole.await.unwrap().item)
    }
}

/// A customer as the shop's owner types one.
pub(crate) fn customer(first: &str, email: &str) -> Value {
    json!({ "firstname": first, "lastname": "Frost", "email": email, "get_sms": true })
}
