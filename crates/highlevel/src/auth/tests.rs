//! Tests of credentials: when tokens are fetched, how often, and that each is stored first.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use endpoint::{Request, Secret, Timer, Transport};
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::*;
use crate::{
    Client, CompanyId, ContactId, Kind, LocationId,
    resources::GetContact,
    stand_ins::{Answer, BASE, ManualTimer, PausedTimer, Script, answer, settings, wire},
};

const LIFE: u64 = 86_400;

/// Knows which tokens work; answers a little later, so that callers overlap.
#[derive(Clone)]
struct Vendor<C> {
    timer: C,
    refreshes: Arc<AtomicUsize>,
    exchanges: Arc<AtomicUsize>,
    expired: Arc<Mutex<Vec<String>>>,
    store_is_full: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<String>>>,
}

impl<C: Timer> Vendor<C> {
    fn new(timer: C) -> Self {
        Self {
            timer,
            refreshes: Arc::default(),
            exchanges: Arc::default(),
            expired: Arc::default(),
            store_is_full: Arc::default(),
            log: Arc::default(),
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let header = |name: &str| request.headers.iter().find(|(key, _)| key == name);
        let bearer = header("authorization").map_or("", |(_, value)| &value["Bearer ".len()..]);
        self.log.lock().unwrap().push(wire(request));
        if self.expired.lock().unwrap().iter().any(|token| token == bearer) {
            return answer(401, r#"{"statusCode":401,"message":"Invalid JWT"}"#);
        }
        if request.url.ends_with("/oauth/token") {
            let count = self.refreshes.fetch_add(1, Ordering::SeqCst) + 2;
            let body = format!(
                r#"{{"access_token":"access-{count}","refresh_token":"refresh-{count}",
                "expires_in":{LIFE},"scope":"contacts.readonly","userType":"Company"}}"#
            );
            return answer(200, &body);
        }
        if request.url.ends_with("/oauth/locationToken") {
            let count = self.exchanges.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(r#"{{"access_token":"location-{count}","expires_in":{LIFE}}}"#);
            return answer(201, &body);
        }
        answer(200, r#"{"contact":{"id":"c1"}}"#)
    }
}

impl<C: Timer> Transport for Vendor<C> {
    async fn send(&self, request: Request) -> Answer {
        self.timer.sleep(Duration::from_millis(50)).await; // tidy: sleep, the clock is not real
        self.answer(&request)
    }
}

impl<C: Timer> TokenStore for Vendor<C> {
    fn store<'a>(&'a self, pair: &'a TokenPair) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if self.store_is_full.load(Ordering::SeqCst) {
                return Err("disk full".into());
            }
            self.log.lock().unwrap().push(format!("stored {}", pair.access.expose()));
            Ok(())
        })
    }
}

fn app() -> OAuthApp {
    OAuthApp {
        base_url: BASE.to_owned(),
        client_id: "app-1".to_owned(),
        client_secret: Secret::new("s&cret"),
    }
}

fn pair(tenant: impl Into<Tenant>) -> TokenPair {
    TokenPair {
        access: Secret::new("access-1"),
        refresh: Secret::new("refresh-1"),
        issued_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::from_second(86_400).unwrap(),
        tenant: tenant.into(),
        company_id: None,
        user_id: None,
        scope: String::new(),
    }
}

fn location() -> Tenant {
    LocationId::new("loc1").into()
}

fn company() -> Tenant {
    CompanyId::new("com1").into()
}

type Source<C> = Arc<OAuth<Vendor<C>, C>>;

fn source<C: Timer + Clone + 'static>(timer: C, tenant: Tenant) -> (Source<C>, Vendor<C>) {
    let vendor = Vendor::new(timer.clone());
    let store = Arc::new(vendor.clone());
    (Arc::new(OAuth::new(vendor.clone(), timer, app(), pair(tenant), store)), vendor)
}

fn log<C>(vendor: &Vendor<C>) -> Vec<String> {
    vendor.log.lock().unwrap().clone()
}

const REFRESH: &str = "POST /oauth/token client_id=app-1&client_secret=s%26cret&\
    grant_type=refresh_token&refresh_token=refresh-1&user_type=Location";

#[tokio::test(start_paused = true)]
async fn fifty_callers_with_an_expired_token_make_one_refresh() {
    let timer = PausedTimer::new();
    let (source, vendor) = source(timer.clone(), location());
    vendor.expired.lock().unwrap().push("access-1".to_owned());
    let tokens = Arc::clone(&source);
    let client = Client::new(vendor.clone(), timer, tokens, location(), settings());
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        callers.spawn(async move {
            client.call(&GetContact { contact_id: ContactId::new("c1") }).await.unwrap();
        });
    }
    callers.join_all().await;
    assert_eq!(vendor.refreshes.load(Ordering::SeqCst), 1);
    let log = log(&vendor);
    assert_eq!(log.iter().filter(|line| line.starts_with("GET ")).count(), 100);
    let stored = log.iter().position(|line| line == "stored access-2").unwrap();
    assert_eq!(log[stored - 1], REFRESH);
    assert_eq!(stored, 51, "all first attempts, the refresh, then the store");
}

#[tokio::test]
async fn a_pair_is_refreshed_when_four_fifths_of_its_life_are_over() {
    let timer = ManualTimer::new();
    let (source, vendor) = source(timer.clone(), location());
    timer.advance(Duration::from_secs(LIFE * 4 / 5 - 1));
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-1");
    timer.advance(Duration::from_secs(1));
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-2");
    assert_eq!(log(&vendor), [REFRESH, "stored access-2"]);
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-2");
    assert_eq!(vendor.refreshes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_pair_that_cannot_be_stored_is_not_used_and_not_lost() {
    let timer = ManualTimer::new();
    let (source, vendor) = source(timer.clone(), location());
    vendor.store_is_full.store(true, Ordering::SeqCst);
    let refused = Secret::new("access-1");
    let error = source.renew(&location(), &refused).await.unwrap_err();
    assert!(matches!(error, TokenError::Store(_)));
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-1");
    vendor.store_is_full.store(false, Ordering::SeqCst);
    let renewed = source.renew(&location(), &refused).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "access-2");
    assert_eq!(vendor.refreshes.load(Ordering::SeqCst), 1, "the pair of the first refresh");
}

#[tokio::test]
async fn a_token_that_was_renewed_meanwhile_is_given_at_once() {
    let (source, vendor) = source(ManualTimer::new(), location());
    let older = Secret::new("access-0");
    let renewed = source.renew(&location(), &older).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "access-1");
    assert!(log(&vendor).is_empty());
}

#[tokio::test]
async fn an_early_refresh_that_fails_leaves_the_old_token_in_use() {
    let timer = ManualTimer::new();
    let (source, vendor) = source(timer.clone(), location());
    vendor.store_is_full.store(true, Ordering::SeqCst);
    timer.advance(Duration::from_secs(LIFE * 9 / 10));
    for _ in 0..5 {
        assert_eq!(source.access(&location()).await.unwrap().expose(), "access-1");
    }
    assert_eq!(vendor.refreshes.load(Ordering::SeqCst), 1);
    timer.advance(Duration::from_secs(LIFE / 5));
    let error = source.access(&location()).await.unwrap_err();
    assert!(matches!(error, TokenError::Store(_)), "it has expired");
}

#[tokio::test(start_paused = true)]
async fn a_location_token_is_bought_once_and_kept() {
    let timer = PausedTimer::new();
    let (source, vendor) = source(timer, company());
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let source = Arc::clone(&source);
        callers.spawn(async move { source.access(&location()).await.unwrap() });
    }
    for token in callers.join_all().await {
        assert_eq!(token.expose(), "location-1");
    }
    assert_eq!(log(&vendor), ["POST /oauth/locationToken companyId=com1&locationId=loc1"]);
    assert_eq!(source.access(&company()).await.unwrap().expose(), "access-1");

    let refused = Secret::new("location-1");
    let renewed = source.renew(&location(), &refused).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "location-2");
}

#[tokio::test]
async fn an_expired_company_token_is_refreshed_on_the_way_to_a_location() {
    let (source, vendor) = source(ManualTimer::new(), company());
    vendor.expired.lock().unwrap().push("access-1".to_owned());
    assert_eq!(source.access(&location()).await.unwrap().expose(), "location-1");
    let log = log(&vendor);
    assert_eq!(log.len(), 4, "refused, refreshed, stored, exchanged: {log:?}");
    assert_eq!(log[2], "stored access-2");
}

#[tokio::test]
async fn a_locations_token_is_nobody_elses() {
    let (source, _) = source(ManualTimer::new(), location());
    for tenant in [company(), LocationId::new("loc2").into()] {
        let error = source.access(&tenant).await.unwrap_err();
        assert!(matches!(error, TokenError::OtherTenant(other) if other == tenant));
    }
}

#[tokio::test]
async fn other_401s_ask_for_no_token() {
    for message in ["The token is not authorized for this scope.", "Token's user type mismatch!"] {
        let timer = ManualTimer::new();
        let (source, vendor) = source(timer.clone(), location());
        let body = format!(r#"{{"statusCode":401,"message":"{message}"}}"#);
        let script = Script::new(timer.clone(), [answer(401, &body)]);
        let client = Client::new(script.clone(), timer, source, location(), settings());
        let operation = GetContact { contact_id: ContactId::new("c1") };
        client.call(&operation).await.unwrap_err();
        assert_eq!(script.wire().len(), 1);
        assert!(log(&vendor).is_empty());
    }
}

#[tokio::test]
async fn a_dead_refresh_token_is_told_and_not_tried_again() {
    let timer = ManualTimer::new();
    let body = r#"{"error":"invalid_grant","error_description":"refresh-1 is used"}"#;
    let script = Script::new(timer.clone(), [answer(400, body)]);
    let store = Arc::new(Vendor::new(timer.clone()));
    let source = OAuth::new(script.clone(), timer, app(), pair(location()), store);
    let error = source.renew(&location(), &Secret::new("access-1")).await.unwrap_err();
    let TokenError::Fetch(error) = error else { panic!("{error}") };
    assert_eq!(error.kind(), Some(&Kind::BadGrant));
    assert_eq!(error.messages(), ["[secret] is used"], "what was sent is not repeated");
    assert_eq!(script.wire().len(), 1);
}

#[tokio::test]
async fn a_failed_refresh_is_repeated_within_the_grace_and_prints_no_token() {
    let timer = ManualTimer::new();
    let cut = r#"{"access_token":"hidden-access","refresh_token":"hidden-refresh","expires_in":"#;
    let script = Script::new(timer.clone(), (0..9).map(|_| answer(200, cut)));
    let store = Arc::new(Vendor::new(timer.clone()));
    let source = OAuth::new(script.clone(), timer, app(), pair(location()), store);
    let error = source.renew(&location(), &Secret::new("access-1")).await.unwrap_err();
    assert_eq!(script.sent_at(), [0.0, 0.5, 1.5, 3.5]);
    for printed in
        [format!("{error:?}"), error.to_string(), format!("{source:?} {:?}", pair(location()))]
    {
        assert!(!printed.contains("hidden") && !printed.contains("s&cret"), "{printed}");
        assert!(!printed.contains("access-1") && !printed.contains("refresh-1"), "{printed}");
    }
}

#[test]
fn a_private_token_is_known_by_its_form() {
    assert!(PrivateToken::new("pit-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f\r\n").is_well_formed());
    for other in ["", "pit-", "eyJhbGciOi", "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"] {
        assert!(!PrivateToken::new(other).is_well_formed(), "{other}");
    }
}
