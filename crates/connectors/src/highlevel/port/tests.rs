//! The port against the simulated HighLevel and a mirror in memory.

mod appointments;
mod changes;
mod deals;
mod messages;
mod people;
mod searches;
mod wishes;

use std::{sync::Arc, time::Duration};

use domain::{
    Actor, ApiKeyId, Audit, AuditEntry, Entity, Memory, Mirror, OrganizationId, Projection, Realm,
    Record, RecordKey, Sequence, Tenant,
    contract::sample::{event_id, tenant},
    crm::{Answer, Behalf, ContactDraft, CrmContacts, CrmError, PageWish, Upserted, WriteCause},
};
use endpoint::{Timer, http::HttpTransport};
use highlevel::{Client, LocationId, auth::PrivateToken};
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings},
};
use serde_json::Value;

use super::{Clients, Connected, Port};

#[derive(Clone, Copy)]
struct Runtime;

impl Timer for Runtime {
    #[expect(clippy::disallowed_methods, reason = "time enters a test here")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await; // tidy: sleep, the client asks for it
    }
}

/// One connection for each location of the simulated HighLevel.
struct TwoConnections([(Tenant, Client<HttpTransport, Runtime>, LocationId); 2]);

impl Clients<HttpTransport, Runtime> for TwoConnections {
    fn client<'a>(
        &'a self,
        tenant: &'a Tenant,
        _: Option<&'a str>,
    ) -> Answer<'a, Connected<HttpTransport, Runtime>> {
        let found = self.0.iter().find(|(known, ..)| known == tenant);
        let connected = found.map(|(_, client, location)| Connected {
            client: client.clone(),
            location: location.clone(),
        });
        let refused = || CrmError::NotConnected { hint: "connect it".to_owned() };
        Box::pin(std::future::ready(connected.ok_or_else(refused)))
    }

    fn connections<'a>(&'a self, organization: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        let tenants = self.0.iter().map(|(tenant, ..)| tenant.clone());
        let found = tenants.filter(|tenant| tenant.organization == *organization).collect();
        Box::pin(std::future::ready(Ok(found)))
    }
}

struct Bench {
    vendor: HighLevelSandbox,
    store: Memory,
    port: Port<Memory, HttpTransport, Runtime>,
    alpha: Behalf,
    beta: Behalf,
}

async fn bench() -> Bench {
    let settings = HighLevelSettings {
        contacts: 30,
        other_contacts: 3,
        opportunities: 5,
        ..HighLevelSettings::default()
    };
    let clock = SandboxClock::new(Arc::new(|| Runtime.now()));
    let vendor = HighLevelSandbox::start(settings, clock).await.unwrap();
    let client = |token: &str, location: &str| {
        let transport = HttpTransport::new(endpoint::http::Settings::default()).unwrap();
        let settings = highlevel::Settings {
            base_url: vendor.url(),
            retries: 0,
            ..highlevel::Settings::default()
        };
        let location = LocationId::new(location);
        let token = Arc::new(PrivateToken::new(token));
        (Client::new(transport, Runtime, token, location.clone(), settings), location)
    };
    let (alpha, at_alpha) = client(vendor.token(), vendor.location_id());
    let (beta, at_beta) = client(vendor.other_token(), vendor.other_location_id());
    let clients =
        TwoConnections([(tenant("alpha"), alpha, at_alpha), (tenant("beta"), beta, at_beta)]);
    let store = Memory::new(Arc::new(|| Runtime.now()));
    let port = Port::new(store.clone(), Arc::new(clients), Arc::new(|| Runtime.now()));
    let behalf = |name: &str| Behalf {
        tenant: tenant(name),
        account: None,
        actor: Actor::Key(ApiKeyId::new("tester")),
        cause: WriteCause::Alone,
    };
    Bench { vendor, store, port, alpha: behalf("alpha"), beta: behalf("beta") }
}

impl Bench {
    /// A contact with these addresses, as it was answered.
    async fn person(&self, email: &str, phone: &str) -> Upserted {
        let draft = ContactDraft { tags: vec!["first".to_owned()], ..draft(email, phone) };
        self.port.upsert_contact(&self.alpha, &draft).await.unwrap()
    }

    /// Puts a row into the mirror.
    async fn mirror(&self, behalf: &Behalf, (entity, id): (Entity, &str), fields: Value) -> Record {
        let from = self.store.projected().await.unwrap();
        let record = Record {
            tenant: behalf.tenant.clone(),
            key: RecordKey::new(entity, id),
            fields: serde_json::from_value(fields).unwrap(),
            version: 1,
            occurred_at: domain::contract::sample::at(0),
            deleted_at: None,
            event: event_id(1),
            ..domain::contract::sample::record(&behalf.tenant, id, 1)
        };
        self.put(from, record.clone()).await;
        record
    }

    async fn put(&self, from: Sequence, record: Record) {
        let to = Sequence(from.0 + 1);
        let records = vec![record];
        let projection = Projection { from, to, records, ..Projection::default() };
        self.store.project(projection).await.unwrap();
    }

    async fn audit(&self) -> Vec<AuditEntry> {
        self.store.audit(&Realm::Installation, "", None, 100).await.unwrap()
    }
}

fn draft(email: &str, phone: &str) -> ContactDraft {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    ContactDraft { email: given(email), phone: given(phone), ..ContactDraft::default() }
}

fn page(limit: usize, fresh: bool) -> PageWish {
    PageWish { limit, cursor: None, fresh }
}

/// The places of what is wrong with a request.
fn pointers(error: &CrmError) -> Vec<&str> {
    match error {
        CrmError::Invalid(problems) => problems.iter().map(|it| it.pointer.as_str()).collect(),
        other => panic!("{other}"),
    }
}
