//! Tests of the broker over the simulated HighLevel: whose client it gives, and what becomes of tokens.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    Account, Audit as _, Clock, Connection, ConnectionId, Connections as _, CredentialKey, Memory,
    Profiles as _, Realm, contract::sample::tenant,
};
use endpoint::{
    Method, Request,
    http::{HttpTransport, Settings as HttpSettings},
};
use highlevel::{
    ContactId, Kind, LocationId, RawCall,
    auth::{CodeExchange, OAuthApp, exchange_code},
    resources::GetContact,
};
use jiff::Timestamp;
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::*;
use crate::{
    highlevel::HighLevel,
    stand_ins::{Mirror, RealTimer},
};

/// The real time and what the sandbox's clock was moved ahead by.
#[derive(Clone)]
struct Ahead(SandboxClock);

impl Timer for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        RealTimer.sleep(duration).await; // tidy: sleep, the client asks for it
    }
}

type Tested = Broker<Memory, HttpTransport, Ahead>;

/// A sandbox, a store with one connection, and as many brokers as there are processes.
struct House {
    sandbox: HighLevelSandbox,
    clock: SandboxClock,
    store: Memory,
    transport: HttpTransport,
}

impl House {
    async fn open() -> Self {
        let clock = SandboxClock::new(Arc::new(|| RealTimer.now()));
        let rate_limits = RateLimits::generous();
        let settings = HighLevelSettings { rate_limits, ..HighLevelSettings::default() };
        let sandbox = HighLevelSandbox::start(settings, clock.clone()).await.unwrap();
        let store = Memory::new(domain_clock(&clock));
        let transport = HttpTransport::new(HttpSettings::default()).unwrap();
        let house = Self { sandbox, clock, store, transport };
        let (connection, created_at) = (tenant("alpha"), house.clock.now());
        let (vendor, name) = (HighLevel::NAME.to_owned(), "Alpha".to_owned());
        let connection = Connection { tenant: connection, vendor, name, created_at };
        house.store.put_connection(connection).await.unwrap();
        house
    }

    fn safe(&self) -> Safe<Memory> {
        Safe::new(self.store.clone(), Arc::new(Mirror), domain_clock(&self.clock))
    }

    fn process(&self, name: &str) -> Tested {
        Broker::new(BrokerParts {
            store: self.store.clone(),
            safe: self.safe(),
            budgets: self.store.clone(),
            transport: self.transport.clone(),
            token_transport: self.transport.clone(),
            timer: Ahead(self.clock.clone()),
            actor: Actor::Hub,
            process: name.to_owned(),
            jitter_seed: 1,
            configured: None,
        })
    }

    async fn put(&self, access: Access, settings: &[(&str, &str)]) {
        let settings = settings.iter().map(|(name, text)| ((*name).into(), (*text).into()));
        let profile = ConnectionProfile {
            tenant: tenant("alpha"),
            access,
            url: Some(self.sandbox.url()),
            settings: settings.collect::<BTreeMap<_, _>>(),
            account_name: None,
            scopes: Vec::new(),
            standing: Standing::Ready,
            revised_at: self.clock.now(),
        };
        assert!(self.store.put_profile(profile).await.unwrap());
    }

    async fn put_secret(&self, kind: &str, secret: &str) {
        let key = CredentialKey::new(&tenant("alpha"), kind);
        self.safe().put(&key, &Secret::new(secret), &Actor::Hub).await.unwrap();
    }

    /// Connects with a private token of the location.
    async fn connect_private(&self) {
        let location = self.sandbox.location_id();
        self.put(Access::PrivateToken, &[(ConnectionProfile::LOCATION_ID, location)]).await;
        self.put_secret(CredentialKey::PRIVATE_TOKEN, self.sandbox.token()).await;
    }

    /// Connects by OAuth; `choice` is what the person chooses on the consent page.
    async fn connect_oauth(&self, choice: &str) {
        let (client_id, client_secret) = (self.sandbox.client_id(), self.sandbox.client_secret());
        let url = format!(
            "{}/v2/oauth/chooselocation?response_type=code&client_id={client_id}&auto_approve=true{choice}",
            self.sandbox.url()
        );
        let request = Request { method: Method::Get, url, headers: vec![], body: "".into() };
        let led = self.transport.send(request).await.unwrap();
        let target = led.header("location").expect("it leads back").to_owned();
        let (_, code) = target.split_once("code=").unwrap();
        let app = OAuthApp {
            base_url: self.sandbox.url(),
            client_id: client_id.clone(),
            client_secret: Secret::new(&client_secret),
        };
        let code = Secret::new(code);
        let exchange = CodeExchange {
            code: &code,
            redirect_url: self.sandbox.redirect_uri(),
            user_type: None,
            verifier: None,
        };
        let timer = Ahead(self.clock.clone());
        let grant = exchange_code(&self.transport, &timer, &app, &exchange).await.unwrap();
        self.put(Access::OAuth, &[(ConnectionProfile::CLIENT_ID, &client_id)]).await;
        self.put_secret(CredentialKey::APP_SECRET, &client_secret).await;
        self.put_secret(CredentialKey::TOKEN_PAIR, grant.pair.to_json().expose()).await;
    }

    async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/_sandbox/{path}", self.sandbox.url());
        let method = if body.is_null() { Method::Get } else { Method::Post };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request { method, url, headers: vec![], body: body.into() };
        let reply = self.transport.send(request).await.unwrap();
        assert_eq!(reply.status, 200, "{path}");
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// How often an operation was asked for.
    async fn asked(&self, operation: &str) -> usize {
        let told = self.control(&format!("requests?operation={operation}"), Value::Null).await;
        told["requests"].as_array().unwrap().len()
    }

    async fn refreshes(&self) -> usize {
        self.asked("oauth.get-access-token").await
    }

    fn pass(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600));
    }

    /// What the audit says of tokens, the oldest first.
    async fn audit(&self, acts: &str) -> Vec<String> {
        let entries = self.store.audit(&Realm::Installation, acts, None, 99).await.unwrap();
        let told = |entry: &domain::AuditEntry| {
            format!("{} {}", entry.noted.act, entry.noted.outcome.name())
        };
        entries.iter().rev().map(told).collect()
    }

    async fn standing(&self) -> Standing {
        self.store.profile(&tenant("alpha")).await.unwrap().unwrap().standing
    }
}

fn domain_clock(clock: &SandboxClock) -> Arc<dyn Clock> {
    let clock = clock.clone();
    Arc::new(move || clock.now())
}

/// Reads the location through the broker.
async fn call(broker: &Tested, location: &str) -> Result<(), highlevel::Error> {
    let account = LocationId::new(location).into();
    let client = broker.client(&tenant("alpha"), Some(&account)).await.unwrap();
    let get = RawCall::new("locations.get-location").unwrap().with("locationId", location);
    client.call(&get).await.map(drop)
}

#[tokio::test]
async fn a_private_tokens_client_is_its_locations_and_is_made_once() {
    let house = House::open().await;
    house.connect_private().await;
    let (broker, location) = (house.process("one"), house.sandbox.location_id());
    for _ in 0..5 {
        call(&broker, location).await.unwrap();
    }
    let own = broker.client(&tenant("alpha"), None).await.unwrap();
    assert_eq!(own.tenant(), &LocationId::new(location).into());
    assert_eq!(house.audit("credential.opened").await.len(), 1);

    let other = LocationId::new(house.sandbox.other_location_id()).into();
    let refused = broker.client(&tenant("alpha"), Some(&other)).await.unwrap_err();
    assert!(matches!(refused, BrokerError::OtherAccount { .. }), "{refused}");
    let refused = broker.client(&tenant("beta"), None).await.unwrap_err();
    assert!(matches!(refused, BrokerError::Unknown(_)), "{refused}");
}

#[tokio::test]
async fn a_change_of_the_connection_counts_at_once() {
    let house = House::open().await;
    house.connect_private().await;
    let (broker, location) = (house.process("one"), house.sandbox.location_id());
    call(&broker, location).await.unwrap();
    house.put_secret(CredentialKey::PRIVATE_TOKEN, house.sandbox.other_token()).await;
    let error = call(&broker, location).await.unwrap_err();
    assert_eq!(error.kind(), Some(&Kind::WrongTenant), "the other token was used: {error}");

    let mut profile = house.store.profile(&tenant("alpha")).await.unwrap().unwrap();
    profile.url = Some("http://highlevel.example".to_owned());
    house.store.put_profile(profile).await.unwrap();
    let refused = broker.client(&tenant("alpha"), None).await.unwrap_err();
    assert!(matches!(refused, BrokerError::Address(_)), "{refused}");

    assert!(house.store.remove_connection(&tenant("alpha")).await.unwrap());
    let refused = broker.client(&tenant("alpha"), None).await.unwrap_err();
    assert!(matches!(refused, BrokerError::Unknown(_)), "{refused}");
}

#[tokio::test]
async fn the_connection_of_the_settings_is_there_until_a_stored_one_has_its_id() {
    let house = House::open().await;
    let mut parts = BrokerParts {
        store: house.store.clone(),
        safe: house.safe(),
        budgets: house.store.clone(),
        transport: house.transport.clone(),
        token_transport: house.transport.clone(),
        timer: Ahead(house.clock.clone()),
        actor: Actor::Hub,
        process: "one".to_owned(),
        jitter_seed: 1,
        configured: None,
    };
    let location = LocationId::new(house.sandbox.other_location_id());
    parts.configured = Some(Configured {
        tenant: tenant("alpha"),
        url: house.sandbox.url(),
        token: Secret::new(house.sandbox.other_token()),
        account: Some(location.clone().into()),
    });
    let broker = Broker::new(parts);
    call(&broker, location.as_str()).await.unwrap();
    house.connect_private().await;
    call(&broker, house.sandbox.location_id()).await.unwrap();
    let unknown = ConnectionId::new("elsewhere");
    let elsewhere = Owner { connection: unknown, ..tenant("alpha") };
    assert!(broker.client(&elsewhere, None).await.is_err());
}

#[tokio::test]
async fn processes_refresh_an_expired_pair_once_and_no_call_fails() {
    let house = House::open().await;
    house.connect_oauth(&format!("&location_id={}", house.sandbox.location_id())).await;
    let brokers = [house.process("one"), house.process("two"), house.process("three")];
    let location = house.sandbox.location_id().to_owned();
    for expiries in 1..=3 {
        house.pass(25);
        let mut callers = JoinSet::new();
        for broker in brokers.iter().cycle().take(30) {
            let (broker, location) = (broker.clone(), location.clone());
            callers.spawn(async move { call(&broker, &location).await.unwrap() });
        }
        callers.join_all().await;
        assert_eq!(house.refreshes().await, 1 + expiries, "the code, and one for each expiry");
    }
    assert_eq!(house.audit("token.").await, vec!["token.refreshed done"; 3]);
}

#[tokio::test]
async fn a_pair_that_nobody_calls_with_is_refreshed_ahead_of_time() {
    let house = House::open().await;
    house.connect_oauth("").await;
    let broker = house.process("one");
    for (hours, refreshes) in [(0, 1), (19, 1), (1, 2), (19, 2), (1, 3)] {
        house.pass(hours);
        let tended = broker.tend().await.unwrap();
        assert_eq!(tended, Tended { connections: 1, need_consent: 0 });
        assert_eq!(house.refreshes().await, refreshes, "{hours}");
    }
}

#[tokio::test]
async fn a_company_reaches_the_locations_below_it() {
    let house = House::open().await;
    house.connect_oauth("&user_type=Company").await;
    let broker = house.process("one");
    let locations = [house.sandbox.location_id(), house.sandbox.other_location_id()];
    for location in locations.iter().cycle().take(6) {
        call(&broker, location).await.unwrap();
    }
    assert_eq!(house.asked("oauth.get-location-access-token").await, 2);
    assert_eq!(house.audit("token.").await, ["token.exchanged done", "token.exchanged done"]);
    let own = broker.client(&tenant("alpha"), None).await.unwrap();
    assert_eq!(own.tenant().to_string(), format!("company {}", house.sandbox.company_id()));
    house.pass(25);
    call(&broker, locations[0]).await.unwrap();
    assert_eq!(house.refreshes().await, 2);
    assert_eq!(house.asked("oauth.get-location-access-token").await, 3);
}

#[tokio::test]
async fn a_location_of_another_connection_is_not_reached() {
    let house = House::open().await;
    house.connect_oauth("&user_type=Company").await;
    let (broker, id) = (house.process("one"), house.sandbox.other_location_id());
    let key = AccountKey::new(HighLevel::NAME, id);
    let account =
        Account { key: key.clone(), tenant: tenant("beta"), connected_at: house.clock.now() };
    assert!(house.store.connect_account(account).await.unwrap());
    let other = LocationId::new(id).into();
    let refused = broker.client(&tenant("alpha"), Some(&other)).await.unwrap_err();
    assert!(matches!(refused, BrokerError::OtherAccount { .. }), "{refused}");
    assert!(house.store.disconnect_account(&tenant("beta"), &key).await.unwrap());
    call(&broker, id).await.unwrap();
}

#[tokio::test]
async fn lost_tokens_are_told_and_a_new_consent_ends_it() {
    let house = House::open().await;
    house.connect_oauth("").await;
    let (broker, location) = (house.process("one"), house.sandbox.location_id());
    call(&broker, location).await.unwrap();
    house.control("uninstall", json!({ "location_id": location })).await;
    for _ in 0..20 {
        let error = call(&broker, location).await.unwrap_err();
        assert_eq!(error.kind(), Some(&Kind::BadGrant), "{error}");
    }
    assert_eq!(house.refreshes().await, 2, "the code, and one refusal");
    assert!(matches!(house.standing().await, Standing::NeedsConsent { .. }));
    assert_eq!(house.audit("token.").await, ["token.failed failed"]);
    let tended = broker.tend().await.unwrap();
    assert_eq!(tended, Tended { connections: 1, need_consent: 1 });
    house.pass(24);
    let refused = broker.client(&tenant("alpha"), None).await.unwrap_err();
    assert!(matches!(refused, BrokerError::NeedsConsent { .. }), "{refused}");
    assert!(refused.to_string().contains("--again con_alpha-highlevel"), "{refused}");

    house.connect_oauth("").await;
    call(&broker, location).await.unwrap();
    assert_eq!(broker.tend().await.unwrap().need_consent, 0);
}

#[tokio::test]
async fn a_suspended_location_needs_no_consent() {
    let house = House::open().await;
    house.connect_oauth("").await;
    let (broker, location) = (house.process("one"), house.sandbox.location_id().to_owned());
    house.control("suspend", json!({ "location_id": location })).await;
    house.pass(25);
    let error = call(&broker, &location).await.unwrap_err();
    assert_eq!(error.kind(), Some(&Kind::InactiveLocation), "{error}");
    assert_eq!(house.standing().await, Standing::Ready);
    house.control("suspend", json!({ "location_id": location, "suspended": false })).await;
    house.clock.advance(Duration::from_secs(31));
    call(&broker, &location).await.unwrap();
}

#[tokio::test]
async fn a_refresh_goes_on_when_its_call_is_given_up() {
    let house = House::open().await;
    house.connect_oauth("").await;
    let broker = house.process("one");
    house.pass(25);
    let client = broker.client(&tenant("alpha"), None).await.unwrap();
    let get = GetContact { contact_id: ContactId::new("c1") };
    let mut given_up = Box::pin(client.call(&get));
    std::future::poll_fn(|context| {
        assert!(given_up.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    drop(given_up);
    broker.settle().await;
    assert_eq!(house.audit("token.").await, ["token.refreshed done"]);
    assert_eq!(house.refreshes().await, 2);
}

#[tokio::test]
async fn nothing_that_is_told_holds_a_token() {
    let house = House::open().await;
    house.connect_oauth("").await;
    let pair = house.process("one").client(&tenant("alpha"), None).await;
    drop(pair);
    let entries = house.store.audit(&Realm::Installation, "", None, 99).await.unwrap();
    let told = format!("{entries:?} {:?}", house.standing().await);
    for secret in [house.sandbox.client_secret(), "eyJ".to_owned()] {
        assert!(!told.contains(&secret));
    }
}
