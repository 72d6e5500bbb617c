//! The pages over real HTTP with a made-up vendor: who gets in, what a form needs, and whose is what.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
};

use domain::{
    ApiKey, ApiKeySecret, ApiKeys, BoxFuture, ConnectionId, EventId, Finding, Memory,
    Organizations, Role, Scope,
    contract::sample::{api_key, clock, event_id, organization},
};
use engine::{Hub, Parts};
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    Arrival, Connected, ConnectionView, Door, Field, FieldKind, Offer, Outcome, Proof, Refused,
    Replied, Sent, SetUp, Shown, StandingView, TICKET, TrialPlan, Who,
};
use crate::{Limits, Listener, Metrics, Server, Services, Settings, Site};

/// A vendor whose accounts anybody has who knows a token of eight letters.
#[derive(Default)]
struct Vendor {
    drawn: AtomicU8,
    done: Mutex<Vec<String>>,
}

impl Vendor {
    fn note(&self, who: &Who, what: impl std::fmt::Display) {
        self.done.lock().unwrap().push(format!("{} {what}", who.organization));
    }

    fn done(&self) -> Vec<String> {
        std::mem::take(&mut *self.done.lock().unwrap())
    }
}

fn ready<'a, V: Send + 'a>(value: V) -> BoxFuture<'a, V> {
    Box::pin(std::future::ready(value))
}

impl SetUp for Vendor {
    fn draw(&self) -> [u8; 32] {
        [self.drawn.fetch_add(1, Ordering::Relaxed); 32]
    }

    fn is_https(&self, host: &str) -> bool {
        host == "hub.example.com"
    }

    fn offers(&self) -> Vec<Offer> {
        let field = |name, kind, is_optional| Field {
            name,
            label: "Token",
            help: "it begins with `tok`",
            kind,
            is_optional,
        };
        let fields =
            vec![field("token", FieldKind::Secret, false), field("account", FieldKind::Text, true)];
        let steps = vec!["Open <Settings>."];
        vec![Offer { id: "vendor-token", vendor: "Vendor", way: "with a token", steps, fields }]
    }

    fn connections<'a>(
        &'a self,
        who: &'a Who,
    ) -> BoxFuture<'a, Result<Vec<ConnectionView>, Refused>> {
        let name = who.organization.as_str().trim_start_matches("org_");
        ready(Ok(vec![ConnectionView {
            id: ConnectionId::new(name),
            name: format!("{name} & co"),
            vendor: "Vendor".to_owned(),
            account: Some("<b>bold</b>".to_owned()),
            standing: StandingView::Ready,
        }]))
    }

    fn connect<'a>(
        &'a self,
        who: &'a Who,
        offer: &'a str,
        fields: BTreeMap<String, SecretString>,
    ) -> BoxFuture<'a, Result<Outcome, Refused>> {
        self.note(who, format_args!("connect {offer} {:?}", fields.keys().collect::<Vec<_>>()));
        ready(match fields["token"].expose_secret() {
            "consent" => Ok(Outcome::Consent("https://vendor.test/agree?state=s1".into())),
            "12345678" => Ok(Outcome::Connected(Connected {
                id: ConnectionId::new("alpha"),
                findings: vec![Finding::bad("contacts", "it lacks a scope", "tick `contacts`")],
            })),
            _ => Err(Refused::because("the vendor does not know the token", "make another")),
        })
    }

    fn doors<'a>(
        &'a self,
        _: &'a Who,
        _: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Vec<Door>, Refused>> {
        let proof = Proof { id: "token", action: "Make an address".to_owned(), state: None };
        ready(Ok(vec![Door {
            title: "Workflow".to_owned(),
            address: None,
            steps: vec!["Paste the address.".to_owned()],
            proof: Some(proof),
        }]))
    }

    fn prove<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        proof: &'a str,
    ) -> BoxFuture<'a, Result<Shown, Refused>> {
        self.note(who, format_args!("prove {connection} {proof}"));
        ready(Ok(Shown {
            title: "The address".to_owned(),
            secret: "https://hub.test/hook/shown-once".into(),
            then: "paste it".to_owned(),
        }))
    }

    fn trial<'a>(
        &'a self,
        _: &'a Who,
        _: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<TrialPlan, Refused>> {
        let address = Some("https://hub.test/hook/…".to_owned());
        let explanation = "a test event is sent".to_owned();
        ready(Ok(TrialPlan { address, explanation, can_reply: true }))
    }

    fn send<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Sent, Refused>> {
        self.note(who, format_args!("send {connection}"));
        ready(Ok(Sent { event: event_id(1) }))
    }

    fn arrival<'a>(
        &'a self,
        _: &'a Who,
        _: &'a ConnectionId,
        event: EventId,
    ) -> BoxFuture<'a, Result<Arrival, Refused>> {
        let done = |stop: &str| (event == event_id(2)).then(|| stop.to_owned());
        let journaled = Some("at noon".to_owned());
        ready(Ok(Arrival { journaled, mirrored: done("a row"), decided: done("nothing") }))
    }

    fn reply<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        message: (&'a str, &'a str),
    ) -> BoxFuture<'a, Result<Replied, Refused>> {
        self.note(who, format_args!("reply {connection} {message:?}"));
        ready(Ok(Replied { message: "m1".to_owned() }))
    }

    fn examine<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Vec<Finding>, Refused>> {
        self.note(who, format_args!("examine {connection}"));
        ready(Ok(vec![Finding::good("clock", "it agrees")]))
    }
}

struct House {
    store: Memory,
    vendor: Arc<Vendor>,
    server: Server,
    hub: Hub<Memory>,
}

/// An answer: status, head, body.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// Somebody with a browser: the cookies that were set.
struct Browser<'a> {
    house: &'a House,
    cookies: BTreeMap<String, String>,
    host: &'static str,
}

impl House {
    async fn open() -> Self {
        let store = Memory::new(clock());
        for name in ["alpha", "beta"] {
            store.add_organization(organization(name)).await.unwrap();
        }
        let hub = Hub::start(Parts::new(store.clone(), clock())).await.unwrap();
        let vendor = Arc::<Vendor>::default();
        let services = Services { set_up: Some(Arc::clone(&vendor) as _), ..Services::default() };
        let site = Site {
            intake: hub.intake(),
            store: store.clone(),
            doors: Vec::new(),
            services,
            clock: clock(),
        };
        let mut server = Server::start(Settings {
            listener: Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap(),
            limits: Limits::default(),
            administrator: None,
            metrics: Metrics::install(),
            clock: clock(),
        });
        server.open(site).unwrap();
        Self { store, vendor, server, hub }
    }

    async fn key(&self, owner: &str, number: u8, change: impl FnOnce(&mut ApiKey)) -> ApiKeySecret {
        let (mut key, secret) = api_key(owner, number);
        (key.role, key.scopes) = (Role::Owner, Scope::ALL.into());
        change(&mut key);
        self.store.add_api_key(key).await.unwrap();
        secret
    }

    fn browser(&self) -> Browser<'_> {
        Browser { house: self, cookies: BTreeMap::new(), host: "127.0.0.1" }
    }

    async fn close(self) {
        self.server.stop().await;
        self.hub.stop().await;
    }
}

impl Browser<'_> {
    async fn get(&mut self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), "", None).await
    }

    /// Sends a form with these fields.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.ask(&format!("POST {path}"), "", Some(pairs.join("&"))).await
    }

    /// Sends a form with the token that stands in the page that leads there.
    async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(page).await.form_token();
        let fields: Vec<_> =
            fields.iter().copied().chain([("form_token", token.as_str())]).collect();
        self.post(path, &fields).await
    }

    async fn sign_in(&mut self, secret: &ApiKeySecret) -> Answer {
        let fields = [("key", secret.expose())];
        self.submit("/connect/sign-in", "/connect/sign-in", &fields).await
    }

    async fn ask(&mut self, line: &str, head: &str, body: Option<String>) -> Answer {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body = body.unwrap_or_default();
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: {}\r\n{head}\
             content-length: {}\r\n\r\n{body}",
            self.host,
            cookies.join("; "),
            body.len()
        );
        let address = SocketAddr::from(([127, 0, 0, 1], self.house.server.address().port()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}

impl Answer {
    fn form_token(&self) -> String {
        let at = self.body.split("name=\"form_token\" value=\"").last().unwrap_or_default();
        at.split('"').next().unwrap_or_default().to_owned()
    }

    fn leads_to(&self, path: &str) -> bool {
        self.status == 303 && self.head.contains(&format!("\r\nlocation: {path}\r\n"))
    }
}

const ALPHA: &str = "/connect/connections/con_alpha";

#[tokio::test]
async fn who_signs_in_with_a_key_sees_their_own_organization_alone() {
    let house = House::open().await;
    let (alpha, beta) = (house.key("alpha", 1, |_| {}).await, house.key("beta", 2, |_| {}).await);
    let mut browser = house.browser();
    let stranger = browser.get("/connect").await;
    assert_eq!(stranger.status, 401);
    assert!(stranger.body.contains("Sign in") && !stranger.body.contains("co</b>"));
    assert!(browser.sign_in(&alpha).await.leads_to("/connect"));
    let seen = browser.get("/connect").await;
    assert_eq!(seen.status, 200);
    assert!(seen.body.contains("alpha &amp; co") && seen.body.contains("&lt;b&gt;bold"));
    assert!(!seen.body.contains("beta") && !seen.body.contains(alpha.expose()), "{}", seen.body);
    assert_eq!(browser.get("/connect/connections/con_beta").await.status, 404);
    let mut other = house.browser();
    assert!(other.sign_in(&beta).await.leads_to("/connect"));
    assert_eq!(other.get(ALPHA).await.status, 404);
    for header in [
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'",
        "form-action 'self'; frame-ancestors 'none'",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
    ] {
        assert!(seen.head.contains(header), "{header}: {}", seen.head);
    }
    house.close().await;
}

#[tokio::test]
async fn a_session_ends_with_its_key_and_by_signing_out() {
    let house = House::open().await;
    let secret = house.key("alpha", 1, |_| {}).await;
    let mut browser = house.browser();
    browser.sign_in(&secret).await;
    let out = browser.submit("/connect", "/connect/sign-out", &[]).await;
    assert!(out.leads_to("/connect/sign-in"), "{}", out.head);
    assert_eq!(browser.get("/connect").await.status, 401);

    let mut browser = house.browser();
    browser.sign_in(&secret).await;
    assert_eq!(browser.get("/connect").await.status, 200);
    let id = api_key("alpha", 1).0.id;
    house.store.revoke_api_key(&organization("alpha").id, &id, clock().now()).await.unwrap();
    assert_eq!(browser.get("/connect").await.status, 401);
    assert_eq!(browser.sign_in(&secret).await.status, 400);
    house.close().await;
}

#[tokio::test]
async fn cookies_are_secure_where_the_browser_came_by_tls() {
    let house = House::open().await;
    let secret = house.key("alpha", 1, |_| {}).await;
    let mut browser = house.browser();
    let plain = browser.sign_in(&secret).await.head;
    assert!(plain.contains("HttpOnly; SameSite=Strict\r\n"), "{plain}");
    browser.host = "hub.example.com";
    let secure = browser.sign_in(&secret).await.head;
    assert!(secure.contains("HttpOnly; SameSite=Strict; Secure\r\n"), "{secure}");
    house.close().await;
}

#[tokio::test]
async fn a_form_counts_only_with_the_token_of_its_own_session() {
    let house = House::open().await;
    let secret = house.key("alpha", 1, |_| {}).await;
    let (mut browser, mut other) = (house.browser(), house.browser());
    browser.sign_in(&secret).await;
    other.sign_in(&secret).await;
    let foreign = other.get("/connect").await.form_token();
    let paths = [
        "/connect/new/vendor-token",
        &format!("{ALPHA}/webhook"),
        &format!("{ALPHA}/test"),
        &format!("{ALPHA}/reply"),
        &format!("{ALPHA}/doctor"),
        "/connect/sign-out",
    ];
    for path in paths {
        for token in ["", "00", foreign.as_str()] {
            let fields = [("token", "12345678"), ("form_token", token)];
            assert_eq!(browser.post(path, &fields).await.status, 400, "{path} {token}");
        }
        let own = browser.get("/connect").await.form_token();
        let line = format!("POST {path}");
        let elsewhere = "sec-fetch-site: cross-site\r\n";
        let form = Some(format!("form_token={own}"));
        assert_eq!(browser.ask(&line, elsewhere, form).await.status, 400, "{path}");
    }
    assert_eq!(house.vendor.done(), Vec::<String>::new());
    // A program has no session, and so sends no forms.
    let line = format!("POST {ALPHA}/webhook");
    let key = format!("x-api-key: {}\r\n", secret.expose());
    let program = house.browser().ask(&line, &key, Some("proof=token".to_owned())).await;
    assert_eq!(program.status, 400);
    // Nor can another site sign somebody in.
    let fields = [("key", secret.expose()), ("form_token", "00")];
    let mut victim = house.browser();
    assert_eq!(victim.post("/connect/sign-in", &fields).await.status, 400);
    assert!(!victim.cookies.contains_key("highwire_session"));
    house.close().await;
}

#[tokio::test]
async fn rights_are_those_of_the_key() {
    let house = House::open().await;
    let viewer = house.key("alpha", 1, |key| key.role = Role::Viewer).await;
    let reader = house.key("alpha", 2, |key| key.scopes = [Scope::ConnectionsRead].into()).await;
    let mut browser = house.browser();
    browser.sign_in(&viewer).await;
    assert_eq!(browser.get("/connect").await.status, 403);
    let mut browser = house.browser();
    browser.sign_in(&reader).await;
    assert_eq!(browser.get("/connect").await.status, 200);
    assert_eq!(browser.get("/connect/new/vendor-token").await.status, 403);
    for path in ["webhook", "test", "reply"] {
        let posted = browser.submit("/connect", &format!("{ALPHA}/{path}"), &[]).await;
        assert_eq!(posted.status, 403, "{path}");
    }
    assert_eq!(house.vendor.done(), Vec::<String>::new());
    house.close().await;
}

#[tokio::test]
async fn a_link_opens_the_pages_once_and_looking_at_it_uses_nothing_up() {
    let house = House::open().await;
    let ticket = house.key("alpha", 1, |key| key.name = TICKET.to_owned()).await;
    let usual = house.key("alpha", 2, |_| {}).await;
    let path = format!("/connect/open?ticket={}", ticket.expose());
    let mut browser = house.browser();
    assert_eq!(browser.get(&path).await.status, 200);
    let fields = [("ticket", ticket.expose())];
    assert!(browser.submit(&path, "/connect/open", &fields).await.leads_to("/connect"));
    assert_eq!(browser.get("/connect").await.status, 200);
    let mut second = house.browser();
    assert_eq!(second.submit(&path, "/connect/open", &fields).await.status, 400);
    assert_eq!(second.get("/connect").await.status, 401);
    // The key of the link is spent, and a key that was made for another purpose is no link.
    let key = house.store.api_key_by_hash(&ticket.hash()).await.unwrap().unwrap();
    assert!(key.revoked_at.is_some());
    let fields = [("ticket", usual.expose())];
    assert_eq!(second.submit(&path, "/connect/open", &fields).await.status, 400);
    house.close().await;
}

#[tokio::test]
async fn the_first_step_takes_what_is_asked_and_repeats_no_credential() {
    let house = House::open().await;
    let secret = house.key("alpha", 1, |_| {}).await;
    let mut browser = house.browser();
    browser.sign_in(&secret).await;
    let path = "/connect/new/vendor-token";
    let page = browser.get(path).await;
    assert!(page.body.contains("Open &lt;Settings&gt;.") && page.body.contains("<code>tok</code>"));
    assert!(page.body.contains("type=\"password\" name=\"token\""), "{}", page.body);
    let missing = browser.submit(path, path, &[("token", ""), ("account", "a%22b")]).await;
    assert!(missing.status == 400 && missing.body.contains("Token is missing."));
    assert!(missing.body.contains("value=\"a&quot;b\""), "{}", missing.body);
    assert_eq!(house.vendor.done(), Vec::<String>::new());
    let wrong = browser.submit(path, path, &[("token", "canary-token"), ("account", "a1")]).await;
    assert!(wrong.status == 400 && wrong.body.contains("The vendor does not know the token."));
    assert!(!wrong.body.contains("canary-token"), "{}", wrong.body);
    let consent = browser.submit(path, path, &[("token", "consent")]).await;
    assert!(consent.body.contains("href=\"https://vendor.test/agree?state=s1\""));
    let done = browser.submit(path, path, &[("token", "12345678"), ("more", "x")]).await;
    for part in ["Vendor is connected", "BAD", "it lacks a scope", "<code>contacts</code>", ALPHA] {
        assert!(done.body.contains(part), "{part}: {}", done.body);
    }
    let connects = house.vendor.done();
    assert_eq!(connects.len(), 3);
    assert_eq!(connects[2], "org_alpha connect vendor-token [\"token\"]");
    assert_eq!(browser.get("/connect/new/nonsense").await.status, 404);
    house.close().await;
}

#[tokio::test]
async fn the_second_and_third_steps_make_send_and_reply() {
    let house = House::open().await;
    let secret = house.key("alpha", 1, |_| {}).await;
    let mut browser = house.browser();
    browser.sign_in(&secret).await;
    let (webhook, test) = (format!("{ALPHA}/webhook"), format!("{ALPHA}/test"));
    assert!(!browser.get(&webhook).await.body.contains("shown-once"));
    let made = browser.submit(&webhook, &webhook, &[("proof", "token")]).await;
    assert!(made.status == 200 && made.body.contains("shown-once"), "{}", made.body);
    assert!(!browser.get(&webhook).await.body.contains("shown-once"));

    let sent = browser.submit(&test, &test, &[]).await;
    let under_way = format!("{test}?event={}", event_id(1));
    assert!(sent.leads_to(&under_way), "{}", sent.head);
    let waiting = browser.get(&under_way).await.body;
    assert!(waiting.contains("http-equiv=\"refresh\"") && waiting.contains("on its way"));
    let there = browser.get(&format!("{test}?event={}", event_id(2))).await.body;
    assert!(!there.contains("refresh") && there.contains("a row"), "{there}");

    let reply = format!("{ALPHA}/reply");
    let unconfirmed = [("contact", "c1"), ("text", "hello")];
    assert_eq!(browser.submit(&test, &reply, &unconfirmed).await.status, 400);
    let confirmed = [("contact", "c1"), ("text", "hello+you"), ("confirm", "yes")];
    let replied = browser.submit(&test, &reply, &confirmed).await;
    assert!(replied.body.contains("accepted the message as <code>m1</code>"), "{}", replied.body);
    let doctor = browser.submit(ALPHA, &format!("{ALPHA}/doctor"), &[]).await;
    assert!(doctor.body.contains("it agrees"), "{}", doctor.body);
    assert_eq!(
        house.vendor.done(),
        [
            "org_alpha prove con_alpha token",
            "org_alpha send con_alpha",
            "org_alpha reply con_alpha (\"c1\", \"hello you\")",
            "org_alpha examine con_alpha",
        ]
    );
    house.close().await;
}
