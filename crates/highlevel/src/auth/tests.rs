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

mod exchanges;
mod processes;

const LIFE: u64 = 86_400;

/// Knows which tokens work; answers a little later, so that callers overlap.
#[derive(Clone)]
struct Vendor<C> {
    timer: C,
    refreshes: Arc<AtomicUsize>,
    exchanges: Arc<AtomicUsize>,
    exchanged_at: Arc<Mutex<Vec<Timestamp>>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
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
            exchanged_at: Arc::default(),
            at_once: Arc::default(),
            most_at_once: Arc::default(),
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
            self.exchanged_at.lock().unwrap().push(self.timer.now());
            let body = format!(r#"{{"access_token":"location-{count}","expires_in":{LIFE}}}"#);
            return answer(201, &body);
        }
        answer(200, r#"{"contact":{"id":"c1"}}"#)
    }
}

impl<C: Timer> Transport for Vendor<C> {
    async fn send(&self, request: Request) -> Answer {
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        self.timer.sleep(Duration::from_millis(50)).await; // tidy: sleep, the clock is not real
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.answer(&request)
    }
}

/// Keeps the pair for every process; `log` is the vendor's.
struct Shelf<C> {
    timer: C,
    is_full: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<String>>>,
    kept: Mutex<Kept>,
}

struct Kept {
    stored: Option<StoredPair>,
    turns: u64,
    /// When the newest turn ends; none where it was given back.
    turn_ends: Option<Timestamp>,
}

impl<C: Timer> Shelf<C> {
    fn new(vendor: &Vendor<C>, timer: C, pair: TokenPair) -> Arc<Self> {
        let stored = Some(StoredPair { pair, version: 1 });
        let kept = Mutex::new(Kept { stored, turns: 0, turn_ends: None });
        let (is_full, log) = (Arc::clone(&vendor.store_is_full), Arc::clone(&vendor.log));
        Arc::new(Self { timer, is_full, log, kept })
    }

    fn told(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    /// Somebody else stores a pair.
    fn replace(&self, access: &str, refresh: &str) {
        let mut kept = self.kept.lock().unwrap();
        let stored = kept.stored.as_mut().unwrap();
        stored.version += 1;
        stored.pair.access = Secret::new(access);
        stored.pair.refresh = Secret::new(refresh);
        stored.pair.issued_at = self.timer.now();
        stored.pair.expires_at = self.timer.now() + Duration::from_secs(LIFE);
    }
}

impl<C: Timer> TokenStore for Shelf<C> {
    fn newest<'a>(&'a self) -> Pending<'a, Result<Option<StoredPair>, StoreError>> {
        Box::pin(std::future::ready(Ok(self.kept.lock().unwrap().stored.clone())))
    }

    fn store<'a>(
        &'a self,
        pair: &'a TokenPair,
        turn: Turn,
        replaced: u64,
    ) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            if self.is_full.load(Ordering::SeqCst) {
                return Err("disk full".into());
            }
            let mut kept = self.kept.lock().unwrap();
            let known = kept.stored.as_ref().map(|stored| stored.version);
            if turn != Turn(kept.turns) || kept.turn_ends.is_none() || known != Some(replaced) {
                self.told(format!("refused {}", pair.access.expose()));
                return Ok(false);
            }
            kept.stored = Some(StoredPair { pair: pair.clone(), version: replaced + 1 });
            self.told(format!("stored {}", pair.access.expose()));
            Ok(true)
        })
    }

    fn take_turn<'a>(&'a self) -> Pending<'a, Result<Option<Turn>, StoreError>> {
        let mut kept = self.kept.lock().unwrap();
        let now = self.timer.now();
        let is_free = kept.turn_ends.is_none_or(|ends| ends <= now);
        let turn = is_free.then(|| {
            kept.turns += 1;
            kept.turn_ends = Some(now + TURN);
            Turn(kept.turns)
        });
        Box::pin(std::future::ready(Ok(turn)))
    }

    fn extend_turn<'a>(&'a self, turn: Turn) -> Pending<'a, Result<bool, StoreError>> {
        let mut kept = self.kept.lock().unwrap();
        let is_held = turn == Turn(kept.turns) && kept.turn_ends.is_some();
        if is_held {
            kept.turn_ends = Some(self.timer.now() + TURN);
        }
        Box::pin(std::future::ready(Ok(is_held)))
    }

    fn end_turn<'a>(&'a self, turn: Turn) -> Pending<'a, ()> {
        let mut kept = self.kept.lock().unwrap();
        if turn == Turn(kept.turns) {
            kept.turn_ends = None;
        }
        Box::pin(std::future::ready(()))
    }

    fn note<'a>(&'a self, event: TokenEvent<'a>) -> Pending<'a, ()> {
        match event {
            TokenEvent::NeedsConsent(_) => self.told("needs consent".to_owned()),
            TokenEvent::RefreshFailed(_) => self.told("failed".to_owned()),
            _ => {}
        }
        Box::pin(std::future::ready(()))
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

type Source<T, C> = Arc<OAuth<T, C>>;

fn source<C: Timer + Clone + 'static>(
    timer: C,
    tenant: Tenant,
) -> (Source<Vendor<C>, C>, Vendor<C>) {
    let vendor = Vendor::new(timer.clone());
    let store = Shelf::new(&vendor, timer.clone(), pair(tenant));
    (process(&vendor, timer, &store), vendor)
}

/// Another process that calls with the tokens on this shelf.
fn process<V, C>(vendor: &V, timer: C, store: &Arc<Shelf<C>>) -> Source<V, C>
where
    V: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    let pair = store.kept.lock().unwrap().stored.clone().unwrap().pair;
    let store = Arc::clone(store) as Arc<dyn TokenStore>;
    let installed = Installed { app: app(), pair, store };
    Arc::new(OAuth::new(vendor.clone(), timer, installed, settings()))
}

type Scripted = Source<Script<ManualTimer>, ManualTimer>;

/// A process whose vendor answers from a script.
fn scripted(
    timer: &ManualTimer,
    answers: impl IntoIterator<Item = Answer>,
) -> (Scripted, Script<ManualTimer>, Arc<Shelf<ManualTimer>>) {
    let script = Script::new(timer.clone(), answers);
    let shelf = Shelf::new(&Vendor::new(timer.clone()), timer.clone(), pair(location()));
    (process(&script, timer.clone(), &shelf), script, shelf)
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

const DEAD: &str = r#"{"error":"invalid_grant","error_description":"refresh-1 is used"}"#;

#[tokio::test]
async fn a_dead_refresh_token_is_told_once_and_no_storm_follows() {
    let timer = ManualTimer::new();
    let (source, script, shelf) = scripted(&timer, (0..9).map(|_| answer(400, DEAD)));
    let refused = Secret::new("access-1");
    for _ in 0..100 {
        let error = source.renew(&location(), &refused).await.unwrap_err();
        let TokenError::NeedsConsent(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), Some(&Kind::BadGrant));
        assert_eq!(error.messages(), ["[secret] is used"], "what was sent is not repeated");
    }
    assert_eq!(script.wire().len(), 1);
    assert_eq!(*shelf.log.lock().unwrap(), ["needs consent"]);
    for (rest, asked) in [(29, 1), (1, 2), (299, 2), (1, 3), (3599, 3), (1, 4), (3600, 5)] {
        timer.advance(Duration::from_secs(rest));
        source.renew(&location(), &refused).await.unwrap_err();
        assert_eq!(script.wire().len(), asked);
    }
    shelf.replace("access-9", "refresh-9");
    let consented = source.renew(&location(), &refused).await.unwrap().unwrap();
    assert_eq!(consented.expose(), "access-9");
    assert_eq!(script.wire().len(), 5);
}

#[tokio::test]
async fn a_refresh_token_that_dies_early_stops_no_call_before_its_time() {
    let timer = ManualTimer::new();
    let (source, _, shelf) = scripted(&timer, (0..9).map(|_| answer(400, DEAD)));
    timer.advance(Duration::from_secs(LIFE * 9 / 10));
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-1");
    assert_eq!(*shelf.log.lock().unwrap(), ["needs consent"], "it is told ahead of time");
    timer.advance(Duration::from_secs(LIFE / 5));
    let error = source.access(&location()).await.unwrap_err();
    assert!(matches!(error, TokenError::NeedsConsent(_)));
}

#[tokio::test]
async fn a_suspended_location_needs_no_consent() {
    let timer = ManualTimer::new();
    let body = r#"{"statusCode":400,"message":"Location is not active"}"#;
    let (source, script, shelf) = scripted(&timer, [answer(400, body), answer(400, body)]);
    let refused = Secret::new("access-1");
    for _ in 0..20 {
        let error = source.renew(&location(), &refused).await.unwrap_err();
        let TokenError::Fetch(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), Some(&Kind::InactiveLocation));
    }
    assert_eq!(script.wire().len(), 1);
    assert_eq!(*shelf.log.lock().unwrap(), ["failed"]);
}

#[tokio::test]
async fn a_failed_refresh_is_repeated_within_the_grace_and_prints_no_token() {
    let timer = ManualTimer::new();
    let cut = r#"{"access_token":"hidden-access","refresh_token":"hidden-refresh","expires_in":"#;
    let (source, script, _) = scripted(&timer, (0..9).map(|_| answer(200, cut)));
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

#[test]
fn a_pair_survives_its_written_form() {
    let mut whole = pair(location());
    whole.company_id = Some(CompanyId::new("com1"));
    whole.scope = "contacts.readonly oauth.write".to_owned();
    for written in [whole, pair(company())] {
        let read = TokenPair::from_json(&written.to_json()).unwrap();
        assert_eq!(read.to_json().expose(), written.to_json().expose());
        assert_eq!((&read.tenant, read.expires_at), (&written.tenant, written.expires_at));
    }
    for other in ["", "{}", r#"{"access":"a","refresh":"r"}"#] {
        assert!(TokenPair::from_json(&Secret::new(other)).is_none());
    }
}
