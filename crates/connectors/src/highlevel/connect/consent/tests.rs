//! Tests of consents against the simulated HighLevel: in time and too late, whose they are, and what stays.

use std::{sync::Mutex, time::Duration};

use domain::{
    Audit, Connections, Consents, Credentials, Memory, NoConsent, Organization, Organizations,
    Profiles, Realm, Verdict,
    contract::sample::{self, at},
};
use endpoint::{
    Method, Request,
    http::{HttpTransport, Settings as HttpSettings},
};
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings},
};

use super::*;
use crate::{
    Safe,
    stand_ins::{Mirror, RealTimer},
};

/// A desk, its store, its clock and the vendor.
struct House {
    desk: ConsentDesk<Memory, HttpTransport, RealTimer>,
    store: Memory,
    now: Arc<Mutex<Timestamp>>,
    vendor: HighLevelSandbox,
    http: HttpTransport,
    asked: std::sync::atomic::AtomicU8,
}

impl House {
    async fn open() -> Self {
        let settings = HighLevelSettings {
            contacts: 1,
            other_contacts: 0,
            opportunities: 0,
            redirect_uri: "https://hub.example/cb".to_owned(),
            ..HighLevelSettings::default()
        };
        let clock = SandboxClock::new(Arc::new(|| at(0)));
        let vendor = HighLevelSandbox::start(settings, clock).await.unwrap();
        let now = Arc::new(Mutex::new(at(0)));
        let shown = Arc::clone(&now);
        let clock: Arc<dyn Clock> = Arc::new(move || *shown.lock().unwrap());
        let store = Memory::new(sample::clock());
        let organization = Organization {
            id: sample::tenant("alpha").organization,
            name: "Alpha".to_owned(),
            created_at: at(0),
        };
        store.add_organization(organization).await.unwrap();
        let sealer: Arc<dyn SecretSealer> = Arc::new(Mirror);
        let safe = Safe::new(store.clone(), Arc::clone(&sealer), Arc::clone(&clock));
        let connecting = Connecting::new(store.clone(), safe, Arc::clone(&clock), Vec::new());
        let http = HttpTransport::new(HttpSettings::default()).unwrap();
        let line = Line {
            transport: http.clone(),
            timer: RealTimer,
            url: Some(vendor.url()),
            ledger: None,
        };
        let desk = ConsentDesk::new(store.clone(), connecting, (sealer, clock), line);
        Self { desk, store, now, vendor, http, asked: 0.into() }
    }

    fn app(&self) -> App {
        App {
            client_id: self.vendor.client_id(),
            client_secret: Secret::new(&self.vendor.client_secret()),
            version_id: None,
            host: ConsentHost::parse(&self.vendor.url()).unwrap(),
            redirect_url: "https://hub.example/cb".to_owned(),
            scopes: vec!["locations.readonly".to_owned(), "oauth.readonly".to_owned()],
        }
    }

    /// Asks for a consent to a new connection with this name.
    async fn ask(&self, name: &str, renews: bool) -> Begun {
        let number = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let tenant = Tenant { connection: ConnectionId::new(name), ..sample::tenant("alpha") };
        let asked = Asked { tenant, name: name.to_owned(), renews, actor: Actor::Installation };
        self.desk.begin(&self.app(), asked, [number; RANDOM]).await.unwrap()
    }

    /// Agrees on the consent page; what it hands back.
    async fn agree(&self, begun: &Begun, how: &str) -> Callback {
        let url = format!("{}&auto_approve=true&{how}", begun.url.expose());
        let request =
            Request { method: Method::Get, url, headers: vec![], body: Vec::new().into() };
        let answer = self.http.send(request).await.unwrap();
        let (_, query) = answer.header("location").unwrap().split_once('?').unwrap();
        Callback::parse(query).unwrap()
    }

    fn wait(&self, minutes: u64) {
        *self.now.lock().unwrap() += Duration::from_secs(60 * minutes);
    }

    async fn accounts(&self) -> Vec<String> {
        let listing = self.store.listing().await.unwrap();
        listing.accounts.into_iter().map(|one| one.key.id).collect()
    }
}

#[tokio::test]
async fn who_agrees_in_time_is_connected_and_every_step_is_told() {
    let house = House::open().await;
    let begun = house.ask("main", false).await;
    house.wait(14);
    let callback = house.agree(&begun, "user_type=Company").await;
    let agreed = house.desk.finish(&callback, None).await.unwrap();
    assert!(agreed.findings.iter().all(|one| one.verdict != Verdict::Bad), "{agreed:?}");
    let (location, other) = (house.vendor.location_id(), house.vendor.other_location_id());
    assert_eq!(house.accounts().await, [house.vendor.company_id(), other, location]);
    let tenant = agreed.connection.tenant;
    let profile = house.store.profile(&tenant).await.unwrap().unwrap();
    assert_eq!(profile.setting(ConnectionProfile::INSTALL), Some("bulk"));
    assert_eq!(profile.scopes, ["locations.readonly", "oauth.readonly"]);
    let kinds = house.store.credentials(&tenant.organization, None).await.unwrap();
    let kinds: Vec<_> = kinds.iter().map(|one| one.key.kind.as_str()).collect();
    assert_eq!(kinds, [CredentialKey::APP_SECRET, CredentialKey::TOKEN_PAIR]);
    let ended = house.store.consent(&begun.state_hash).await.unwrap().unwrap();
    let connection = tenant.connection;
    let findings = agreed.findings;
    assert_eq!(ended.outcome, ConsentOutcome::Connected { connection, findings });
    let audit = house.store.audit(&Realm::Installation, "token.", None, 9).await.unwrap();
    assert_eq!(audit[0].noted.act, "token.issued");
    let secret = house.vendor.client_secret();
    assert!(!format!("{audit:?}{ended:?}").contains(&secret));
}

#[tokio::test]
async fn who_agrees_too_late_is_not() {
    let house = House::open().await;
    let begun = house.ask("main", false).await;
    let callback = house.agree(&begun, "user_type=Company").await;
    house.wait(15);
    let failure = house.desk.finish(&callback, None).await.unwrap_err();
    assert!(matches!(failure, ConsentFailure::State(NoConsent::Expired)), "{failure:?}");
    assert_eq!(house.accounts().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_code_that_is_none_is_told_to_who_waits_and_leaves_nothing() {
    let house = House::open().await;
    let begun = house.ask("main", false).await;
    let mut callback = house.agree(&begun, "").await;
    callback.outcome = CallbackOutcome::Code(Secret::new("a code of nobody's"));
    let failure = house.desk.finish(&callback, None).await.unwrap_err();
    assert!(matches!(failure, ConsentFailure::Exchange(_)), "{failure:?}");
    let ended = house.store.consent(&begun.state_hash).await.unwrap().unwrap();
    let ConsentOutcome::Failed(reason) = ended.outcome else { panic!("{ended:?}") };
    assert!(reason.contains("Authorization code not found"), "{reason}");
    assert!(!reason.contains("of nobody's"), "{reason}");
    assert!(house.store.listing().await.unwrap().connections.is_empty());
}

#[tokio::test]
async fn who_installs_again_renews_the_connection_of_the_account() {
    let house = House::open().await;
    let how = format!("location_id={}", house.vendor.location_id());
    let first = house.ask("first", false).await;
    let first = house.desk.finish(&house.agree(&first, &how).await, None).await.unwrap();
    let second = house.ask("second", false).await;
    let second = house.desk.finish(&house.agree(&second, &how).await, None).await.unwrap();
    assert!(!first.renewed && second.renewed);
    assert_eq!(second.connection, first.connection);
    assert_eq!(house.store.listing().await.unwrap().connections.len(), 1);
}

#[tokio::test]
async fn a_refusal_names_what_to_do() {
    let house = House::open().await;
    let begun = house.ask("main", false).await;
    let mut callback = house.agree(&begun, "").await;
    callback.outcome = CallbackOutcome::Refused("error.noversionid".to_owned());
    let failure = house.desk.finish(&callback, None).await.unwrap_err();
    assert!(failure.hint().contains("--version-id"), "{}", failure.hint());
    callback.state = None;
    let failure = house.desk.finish(&callback, None).await.unwrap_err();
    assert!(matches!(failure, ConsentFailure::NobodyAsked), "{failure:?}");
}
