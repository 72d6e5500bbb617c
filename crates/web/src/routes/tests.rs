//! The guarded routes over real HTTP: who gets in, and that nobody sees what is another's.

mod administration;

use std::sync::Arc;

use domain::{
    ApiKey, ApiKeySecret, ApiKeys, ConnectionId, Delivery, Event, Journal, KeyHash, Memory,
    Organizations, Reading, RecordUpdate, Refusal, Role, Scope, Source, Summary, Tenant,
    contract::sample::{api_key, at, clock, event, event_id, organization, tenant},
};
use engine::{Hub, Parts};
use policy::access::{self, Surface, TABLE};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Door, Entrance, Limits, Listener, Metrics, Server, Settings, Site};

/// The key of the installation's administrator.
const ADMINISTRATOR: &str = "the-administrator-of-the-installation";

/// A server on a store with two organizations.
struct House {
    store: Memory,
    server: Server,
    hub: Hub<Memory>,
}

/// An answer: its status, its head in small letters, and its body.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// The problem without the name of its request, which each has for itself.
    fn problem(&self) -> Value {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        let mut problem = self.json();
        let name = problem.as_object_mut().expect("an object").remove("correlation_id");
        let name = name.as_ref().and_then(Value::as_str).expect("a name").to_lowercase();
        assert!(self.head.contains(&format!("x-correlation-id: {name}")), "{}", self.head);
        problem
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn ids(&self) -> Vec<String> {
        let events = self.json()["events"].as_array().expect("a page").clone();
        events.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
    }
}

impl House {
    async fn open(listen: &str) -> Self {
        Self::with(listen, Limits::default()).await
    }

    async fn with(listen: &str, limits: Limits) -> Self {
        let store = Memory::new(clock());
        for name in ["alpha", "beta"] {
            store.add_organization(organization(name)).await.unwrap();
        }
        let parts = Parts::new(store.clone(), clock());
        let hub = Hub::start(parts).await.unwrap();
        let site = Site {
            intake: hub.intake(),
            store: store.clone(),
            doors: Vec::new(),
            services: crate::Services::default(),
            clock: clock(),
        };
        let mut server = listening(listen, limits).await;
        server.open(site).unwrap();
        Self { store, server, hub }
    }

    /// Adds a key and gives its secret.
    async fn key(&self, owner: &str, number: u8, change: impl FnOnce(&mut ApiKey)) -> ApiKeySecret {
        let (mut key, secret) = api_key(owner, number);
        change(&mut key);
        self.store.add_api_key(key).await.unwrap();
        secret
    }

    async fn get(&self, path: &str, secret: Option<&ApiKeySecret>) -> Answer {
        self.send(&format!("GET {path}"), secret, "").await
    }

    /// Sends a request with this first line and these further lines of its head.
    async fn send(&self, line: &str, secret: Option<&ApiKeySecret>, head: &str) -> Answer {
        let key = secret.map(|secret| format!("x-api-key: {}\r\n", secret.expose()));
        let request = format!(
            "{line} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n{}{head}\r\n",
            key.unwrap_or_default()
        );
        let address = ([127, 0, 0, 1], self.server.address().port());
        let mut stream = TcpStream::connect(std::net::SocketAddr::from(address)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer {
            status: status.expect("a status"),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    /// Sends JSON, with further lines of the head.
    async fn put(
        &self,
        line: &str,
        secret: Option<&ApiKeySecret>,
        (head, body): (&str, &str),
    ) -> Answer {
        let length = body.len();
        let head = format!(
            "content-type: application/json\r\ncontent-length: {length}\r\n{head}\r\n{body}"
        );
        // What ends the head follows the body here, and belongs to no request any more.
        self.send(line, secret, &head).await
    }

    async fn close(self) {
        self.server.stop().await;
        self.hub.stop().await;
    }
}

/// Events 1 to 9: the odd ones of alpha, 4 of its second connection, 6 of nobody, the rest of beta.
async fn fill(store: &Memory) {
    for number in 1..=9 {
        let owner = match number {
            4 => Some(second()),
            6 => None,
            odd if odd % 2 == 1 => Some(tenant("alpha")),
            _ => Some(tenant("beta")),
        };
        store.append(Event { tenant: owner, ..event(number) }).await.unwrap();
    }
}

/// A server without doors.
async fn listening(address: &str, limits: Limits) -> Server {
    Server::start(Settings {
        listener: Listener::bind(address.parse().unwrap()).await.unwrap(),
        limits,
        administrator: Some(KeyHash::of(ADMINISTRATOR)),
        metrics: Metrics::install(),
        clock: clock(),
    })
}

/// Takes everything, if only it were asked.
struct Nobody;

impl Source for Nobody {
    fn name(&self) -> &'static str {
        "nobody"
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Ok(())
    }

    fn read(&self, _: Delivery) -> Reading {
        Reading { event: event(1), app: None, company: None }
    }

    fn updates(&self, _: &Event) -> Result<Vec<RecordUpdate>, String> {
        Ok(Vec::new())
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

fn second() -> Tenant {
    Tenant { connection: ConnectionId::new("alpha-two"), ..tenant("alpha") }
}

fn ids(numbers: &[u128]) -> Vec<String> {
    numbers.iter().map(|number| event_id(*number).to_string()).collect()
}

#[tokio::test]
async fn a_list_shows_the_callers_events_in_pages_and_no_others() {
    let house = House::open("127.0.0.1:0").await;
    fill(&house.store).await;
    let alpha = house.key("alpha", 1, |_| ()).await;
    let whole = house.get("/v1/events", Some(&alpha)).await;
    assert_eq!((whole.status, whole.ids()), (200, ids(&[1, 3, 4, 5, 7, 9])));
    assert_eq!(whole.json()["next"], Value::Null);
    let (mut path, mut seen) = ("/v1/events?limit=2".to_owned(), Vec::new());
    loop {
        let page = house.get(&path, Some(&alpha)).await;
        seen.extend(page.ids());
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
        path = format!("/v1/events?limit=2&after={next}");
    }
    assert_eq!(seen, ids(&[1, 3, 4, 5, 7, 9]));
    let beta = house.key("beta", 2, |_| ()).await;
    assert_eq!(house.get("/v1/events", Some(&beta)).await.ids(), ids(&[2, 8]));
    let bound = |key: &mut ApiKey| key.connection = Some(second().connection);
    let bound = house.key("alpha", 3, bound).await;
    assert_eq!(house.get("/v1/events", Some(&bound)).await.ids(), ids(&[4]));
    house.close().await;
}

#[tokio::test]
async fn what_is_anothers_looks_like_what_is_not_there() {
    let house = House::open("127.0.0.1:0").await;
    fill(&house.store).await;
    let alpha = house.key("alpha", 1, |_| ()).await;
    let own = house.get(&format!("/v1/events/{}", event_id(3)), Some(&alpha)).await;
    assert_eq!((own.status, &own.json()["id"]), (200, &event_id(3).to_string().into()));
    assert_eq!(own.json()["payload"]["id"], "contact-3");
    let missing = house.get(&format!("/v1/events/{}", event_id(99)), Some(&alpha)).await;
    assert_eq!(missing.status, 404);
    let unread = house.get("/v1/events/no-id", Some(&alpha)).await;
    assert_eq!((unread.status, &unread.problem()["type"]), (404, &missing.problem()["type"]));
    for other in [event_id(2).to_string(), event_id(6).to_string()] {
        let answer = house.get(&format!("/v1/events/{other}"), Some(&alpha)).await;
        assert_eq!((answer.status, answer.problem()), (404, missing.problem()), "{other}");
    }
    let missing = house.get(&format!("/v1/events?after={}", event_id(99)), Some(&alpha)).await;
    assert_eq!(missing.status, 404);
    for other in [event_id(2).to_string(), event_id(6).to_string()] {
        let answer = house.get(&format!("/v1/events?after={other}"), Some(&alpha)).await;
        assert_eq!((answer.status, answer.problem()), (404, missing.problem()), "{other}");
    }
    house.close().await;
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused_with_a_way_out() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, |_| ()).await;
    for query in [
        "limit=0",
        "limit=201",
        "limit=many",
        "limit=-1",
        "offset=3",
        "after=",
        "after=9",
        "limit=1&limit=1",
    ] {
        let answer = house.get(&format!("/v1/events?{query}"), Some(&alpha)).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        assert!(!answer.problem()["hint"].as_str().expect("a hint").is_empty());
    }
    house.close().await;
}

#[tokio::test]
async fn whatever_is_wrong_with_a_key_the_answer_is_the_same() {
    let house = House::open("127.0.0.1:0").await;
    let (_, unknown) = api_key("alpha", 9);
    let expired = house.key("alpha", 1, |key| key.expires_at = Some(at(0))).await;
    let revoked = house.key("alpha", 2, |key| key.revoked_at = Some(at(-5))).await;
    let bare = house.get("/v1/me", None).await;
    assert_eq!(bare.status, 401, "{}", bare.body);
    assert!(bare.head.contains("www-authenticate: bearer"), "{}", bare.head);
    for secret in [unknown, expired, revoked] {
        let answer = house.get("/v1/me", Some(&secret)).await;
        assert_eq!((answer.status, answer.problem()), (401, bare.problem()));
        assert!(!answer.body.contains(secret.expose()));
    }
    let lasting = house.key("alpha", 3, |key| key.expires_at = Some(at(1))).await;
    let me = house.get("/v1/me", Some(&lasting)).await;
    assert_eq!(me.status, 200, "{}", me.body);
    let told = me.json();
    assert_eq!(
        (&told["organization"], &told["role"]),
        (&"org_alpha".into(), &"application".into())
    );
    assert_eq!(told["scopes"], serde_json::json!(["events:read"]));
    assert_eq!(told["key"]["prefix"], "hwk_0303030303030303");
    assert_eq!(told["key"]["expires_at"], at(1).to_string());
    house.close().await;
}

#[tokio::test]
async fn counters_are_open_on_the_machine_and_take_a_scope_on_the_network() {
    let machine = House::open("127.0.0.1:0").await;
    let network = House::open("0.0.0.0:0").await;
    let reader = |key: &mut ApiKey| {
        (key.role, key.scopes) = (Role::Viewer, [Scope::MetricsRead].into());
    };
    let other = network.key("alpha", 1, |_| ()).await;
    let reader = network.key("beta", 2, reader).await;
    for path in ["/metrics", "/readyz"] {
        assert_eq!(machine.get(path, None).await.status, 200, "{path}");
        assert_eq!(network.get(path, None).await.status, 401, "{path}");
        let lacking = network.get(path, Some(&other)).await;
        assert_eq!(lacking.status, 403, "{path}");
        assert!(lacking.body.contains("--scope metrics:read"), "{}", lacking.body);
        assert_eq!(network.get(path, Some(&reader)).await.status, 200, "{path}");
    }
    assert_eq!(network.get("/healthz", None).await.status, 200);
    machine.close().await;
    network.close().await;
}

#[tokio::test]
async fn the_last_use_of_a_key_is_noted_when_the_server_stops() {
    let house = House::open("127.0.0.1:0").await;
    let (used, refused) =
        (house.key("alpha", 1, |_| ()).await, house.key("alpha", 2, |_| ()).await);
    house
        .store
        .revoke_api_key(&organization("alpha").id, &api_key("alpha", 2).0.id, at(0))
        .await
        .unwrap();
    for secret in [&used, &refused] {
        house.get("/v1/me", Some(secret)).await;
    }
    let store = house.store.clone();
    house.close().await;
    let noted = store.api_keys(&organization("alpha").id).await.unwrap();
    let noted: Vec<_> = noted.iter().map(|key| key.last_used_at).collect();
    assert_eq!(noted, [Some(at(0)), None]);
}

#[tokio::test]
async fn a_door_whose_path_is_not_in_the_table_opens_no_server() {
    let house = House::open("127.0.0.1:0").await;
    let site = Site {
        intake: house.hub.intake(),
        store: house.store.clone(),
        doors: vec![Door {
            path: "/webhooks/unlisted",
            source: Arc::new(Nobody),
            entrance: Entrance::Headers,
        }],
        services: crate::Services::default(),
        clock: clock(),
    };
    let refused = listening("127.0.0.1:0", Limits::default()).await.open(site);
    let error = refused.expect_err("it does not start").to_string();
    assert!(error.contains("POST /webhooks/unlisted") && error.contains("TABLE"), "{error}");
    house.close().await;
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_a_problem() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, |_| ()).await;
    for (line, status) in [
        ("GET /v1/nowhere", 404),
        ("GET /v1/events/%ff", 404),
        ("GET /v1/me?a=1", 400),
        ("DELETE /v1/me", 405),
        ("TRACE /v1/me", 405),
    ] {
        let answer = house.send(line, Some(&alpha), "").await;
        assert_eq!(
            (answer.status, &answer.problem()["status"]),
            (status, &status.into()),
            "{line}"
        );
        assert_eq!(answer.head.contains("allow: get,head"), status == 405, "{}", answer.head);
    }
    house.close().await;
}

#[tokio::test]
async fn a_version_that_the_caller_has_is_not_sent_again() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, |_| ()).await;
    let me = house.get("/v1/me", Some(&alpha)).await;
    let tag = me.head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a version");
    let again = house.send("GET /v1/me", Some(&alpha), &format!("if-none-match: {tag}\r\n")).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let other = house.send("GET /v1/me", Some(&alpha), "if-match: \"other\"\r\n").await;
    assert_eq!((other.status, &other.problem()["status"]), (412, &412.into()));
    house.close().await;
}

#[tokio::test]
async fn the_document_has_every_operation_of_the_table_and_no_other() {
    let house = House::open("127.0.0.1:0").await;
    let document = house.get("/openapi.json", None).await.json();
    let described: std::collections::BTreeSet<_> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed = TABLE.iter().filter_map(|row| match row.surface {
        Surface::Route(method, path) if path.starts_with("/v1/") => {
            Some((method.to_owned(), path.to_owned()))
        }
        _ => None,
    });
    assert_eq!(described, listed.collect());
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let row = access::route(&method.to_uppercase(), path).expect("a row");
            let name = &operation["operationId"];
            let statuses = operation["responses"].as_object().expect("responses");
            for status in ["401", "429", "503"] {
                assert!(statuses.contains_key(status), "{name} tells no {status}");
            }
            match row.need.grant() {
                Some(grant) => {
                    let scope = serde_json::json!([grant.scope.name()]);
                    assert_eq!(operation["security"][0]["bearer"], scope, "{name}");
                    assert!(statuses.contains_key("403"), "{name}");
                }
                None => assert!(operation["security"][0].is_object(), "{name}"),
            }
            for text in ["summary", "description", "operationId"] {
                assert!(operation[text].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            }
        }
    }
    house.close().await;
}

#[tokio::test]
async fn a_key_has_so_many_requests_and_is_told_so() {
    let limits = Limits { requests_per_minute: 2, ..Limits::default() };
    let house = House::with("127.0.0.1:0", limits).await;
    let alpha = house.key("alpha", 1, |_| ()).await;
    let other = house.key("alpha", 2, |_| ()).await;
    let me = house.get("/v1/me", Some(&alpha)).await;
    assert_eq!(me.status, 200);
    assert!(me.head.contains("ratelimit-policy: \"key\";q=2;w=60"), "{}", me.head);
    assert!(me.head.contains("ratelimit: \"key\";r=1;t=60"), "{}", me.head);
    assert_eq!(house.get("/v1/nowhere", Some(&alpha)).await.status, 404, "no operation, no count");
    assert_eq!(house.get("/v1/events?a=1", Some(&alpha)).await.status, 400);
    let refused = house.get("/v1/me", Some(&alpha)).await;
    assert_eq!((refused.status, &refused.problem()["status"]), (429, &429.into()));
    assert!(refused.head.contains("retry-after: 60"), "{}", refused.head);
    assert!(refused.head.contains("ratelimit: \"key\";r=0;t=60"), "{}", refused.head);
    assert_eq!(house.get("/v1/me", Some(&other)).await.status, 200);
    house.close().await;
}

#[tokio::test]
async fn the_administrator_is_the_installation() {
    let house = House::open("127.0.0.1:0").await;
    fill(&house.store).await;
    let bearer = |key: &str| format!("authorization: Bearer {key}\r\n");
    let me = house.send("GET /v1/me", None, &bearer(ADMINISTRATOR)).await;
    assert_eq!((me.status, &me.json()["organization"]), (200, &Value::Null), "{}", me.body);
    assert_eq!((&me.json()["key"], &me.json()["role"]), (&Value::Null, &"owner".into()));
    let events = house.send("GET /v1/events", None, &bearer(ADMINISTRATOR)).await;
    assert_eq!(events.ids().len(), 9);
    let other = house.send("GET /v1/me", None, &bearer(&ADMINISTRATOR[1..])).await;
    assert_eq!(other.status, 401);
    house.close().await;
}
