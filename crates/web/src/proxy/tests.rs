//! What the service behind the route sees of a request, and what becomes of its answer.

use std::time::Duration;

use axum::body::Bytes;
use domain::{BoxFuture, Role, Scope, Scopes, contract::sample::api_key};
use http_body_util::BodyExt;
use policy::access::{self, Principal};
use tokio::time::Instant;

use super::*;
use crate::{Health, connection::Activity};

const PATH: &str = "/proxy/highlevel/{connection}/{*path}";

/// What a service does with a call.
type Act = fn(ProxyCall) -> BoxFuture<'static, Result<ProxyReply, ProxyRefusal>>;

struct Acts(Act);

impl Proxy for Acts {
    fn call(&self, call: ProxyCall) -> BoxFuture<'_, Result<ProxyReply, ProxyRefusal>> {
        (self.0)(call)
    }
}

fn passage(act: Act) -> Passage {
    let health = Health::starting(Instant::now());
    Passage {
        prefix: "/proxy/highlevel/",
        need: &access::route(access::ANY, PATH).expect("a row").need,
        proxy: Some(Arc::new(Acts(act))),
        admission: Admission::new(health, 1024),
    }
}

fn caller(scopes: &[Scope]) -> Caller {
    let (mut key, _) = api_key("alpha", 1);
    (key.role, key.scopes) = (Role::Application, scopes.iter().copied().collect::<Scopes>());
    let principal = Arc::new(Principal::of_key(&key));
    let actor = domain::Actor::Key(key.id.clone());
    Caller { key: Some(Arc::new(key)), actor, principal }
}

const BOTH: [Scope; 2] = [Scope::ProxyRead, Scope::ProxyWrite];

async fn asked(act: Act, scopes: &[Scope], request: Request) -> (StatusCode, HeaderMap, Bytes) {
    let answer = call(State(passage(act)), Extension(caller(scopes)), request).await;
    let answer = crate::problem::name(answer, &HeaderValue::from_static("req-1"));
    let (head, body) = answer.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

fn get(uri: &str) -> Request {
    Request::builder().uri(uri).body(Body::empty()).unwrap()
}

fn reply(text: String) -> ProxyReply {
    let headers = [("content-type", "text/html"), ("x\n", "y"), ("etag", "a\nb")];
    ProxyReply {
        operation: "contacts.get-contact",
        status: 203,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        pieces: Box::pin(Texts(Body::from(text).into_data_stream())),
    }
}

/// A body of axum's, as the service gives it.
struct Texts(axum::body::BodyDataStream);

impl futures_core::Stream for Texts {
    type Item = Result<Bytes, domain::BodyError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let next = std::pin::Pin::new(&mut self.0).poll_next(context);
        next.map(|piece| piece.map(|piece| piece.map_err(Into::into)))
    }
}

#[tokio::test]
async fn the_service_sees_the_call_and_nothing_of_who_makes_it() {
    let echo: Act = |call| {
        let told = format!(
            "{} {} {} {:?} {:?} {:?} body: {}",
            call.connection,
            call.method,
            call.path,
            call.query,
            call.headers,
            call.rights,
            call.body.is_some()
        );
        Box::pin(async { Ok(reply(told)) })
    };
    let request = Request::builder()
        .method("PATCH")
        .uri("/proxy/highlevel/c1/a%2Fb/../c//d?x=%41&y")
        .header("authorization", "Bearer hwk_secret")
        .header("x-api-key", "hwk_secret")
        .header("cookie", "session=secret")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-http-method-override", "DELETE")
        .header("version", "v3")
        .header("X-Highwire-Priority", "bulk")
        .body(Body::empty())
        .unwrap();
    let (status, headers, body) = asked(echo, &BOTH, request).await;
    assert_eq!(status, 203);
    let expected = "c1 PATCH /a%2Fb/../c//d Some(\"x=%41&y\") [(\"version\", \"v3\"), \
                    (\"x-highwire-priority\", \"bulk\")] ProxyRights { reads: true, writes: true } \
                    body: false";
    assert_eq!(body, expected);
    for (name, value) in [
        ("content-type", "text/html"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(!headers.contains_key("etag"), "what cannot stand in a header is left out");
}

#[tokio::test]
async fn each_scope_gives_one_right() {
    let rights: Act = |call| {
        let told = format!("{:?}", call.rights);
        Box::pin(async { Ok(reply(told)) })
    };
    for (scope, told) in [
        (Scope::ProxyRead, "ProxyRights { reads: true, writes: false }"),
        (Scope::ProxyWrite, "ProxyRights { reads: false, writes: true }"),
        (Scope::EventsRead, "ProxyRights { reads: false, writes: false }"),
    ] {
        let (_, _, body) = asked(rights, &[scope], get("/proxy/highlevel/c1/x")).await;
        assert_eq!(body, told);
    }
}

#[tokio::test]
async fn a_refusal_is_a_problem_with_its_status() {
    macro_rules! refusing {
        ($fault:expr) => {
            |_| Box::pin(async { Err(ProxyRefusal::new($fault, "what", "do")) })
        };
    }
    let faults: [(Act, u16); 9] = [
        (refusing!(ProxyFault::Absent), 404),
        (refusing!(ProxyFault::NeedsWrites), 403),
        (refusing!(ProxyFault::Forbidden), 403),
        (refusing!(ProxyFault::Malformed), 400),
        (refusing!(ProxyFault::TooLarge), 413),
        (refusing!(ProxyFault::Later(None)), 503),
        (refusing!(ProxyFault::Later(Some(Duration::from_millis(1)))), 503),
        (refusing!(ProxyFault::Unusable), 503),
        (refusing!(ProxyFault::Vendor), 502),
    ];
    for (act, status) in faults {
        let (told, headers, body) =
            asked(act, &[Scope::ProxyRead], get("/proxy/highlevel/c1/x")).await;
        assert_eq!(told, status);
        assert_eq!(headers["content-type"], "application/problem+json");
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(problem["hint"].is_string(), "{problem}");
    }
    let act: Act = refusing!(ProxyFault::NeedsWrites);
    let (_, _, body) = asked(act, &[Scope::ProxyRead], get("/proxy/highlevel/c1/x")).await;
    assert!(String::from_utf8_lossy(&body).contains("proxy:write"), "{body:?}");
    let act: Act = refusing!(ProxyFault::Later(Some(Duration::from_secs(7))));
    let (_, headers, _) = asked(act, &BOTH, get("/proxy/highlevel/c1/x")).await;
    assert_eq!(headers["retry-after"], "7");
}

#[tokio::test]
async fn a_body_is_bounded_whole_and_in_pieces() {
    let whole: Act = |call| {
        Box::pin(async {
            let bytes = call.body.expect("a body").whole(10).await?;
            Ok(reply(format!("{} bytes", bytes.len())))
        })
    };
    let pieces: Act = |call| {
        Box::pin(async {
            let (mut pieces, mut read) = (call.body.expect("a body").pieces(10), 0);
            while let Some(piece) =
                std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await
            {
                let refused = |_| ProxyRefusal::new(ProxyFault::Vendor, "it broke off", "again");
                read += piece.map_err(refused)?.len();
            }
            Ok(reply(format!("{read} bytes")))
        })
    };
    for act in [whole, pieces] {
        let post = |length: usize| {
            let body = Body::from("x".repeat(length));
            Request::builder().method("POST").uri("/proxy/highlevel/c1/x").body(body).unwrap()
        };
        let (status, _, body) = asked(act, &BOTH, post(10)).await;
        assert_eq!((status.as_u16(), &*body), (203, b"10 bytes".as_slice()));
        let (status, headers, _) = asked(act, &BOTH, post(11)).await;
        assert_eq!(status, 413);
        assert_eq!(headers["connection"], "close");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_in_pieces_that_does_not_come_breaks_off() {
    struct Never;
    impl futures_core::Stream for Never {
        type Item = Result<Bytes, std::io::Error>;

        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Pending
        }
    }
    let act: Act = |call| {
        Box::pin(async {
            let mut pieces = call.body.expect("a body").pieces(10);
            let piece = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await;
            assert!(piece.expect("an end").is_err());
            Err(ProxyRefusal::new(ProxyFault::Vendor, "it broke off", "again"))
        })
    };
    let request = Request::builder()
        .method("POST")
        .uri("/proxy/highlevel/c1/x")
        .body(Body::from_stream(Never))
        .unwrap();
    let (status, headers, _) = asked(act, &BOTH, request).await;
    assert_eq!((status.as_u16(), &headers["retry-after"]), (503, &HeaderValue::from(2)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_is_cut_off_when_the_connection_is_needed() {
    let waits: Act = |_| Box::pin(std::future::pending());
    let activity = Arc::new(Activity::opened(Instant::now()));
    let guest =
        Guest { activity: Arc::clone(&activity), correlation: None, waited: Duration::ZERO };
    let mut request = get("/proxy/highlevel/c1/x");
    request.extensions_mut().insert(guest);
    let began = Instant::now();
    activity.ask_to_close();
    let (status, _, _) = asked(waits, &BOTH, request).await;
    assert_eq!((status.as_u16(), began.elapsed().as_secs()), (503, 2));
}

#[tokio::test]
async fn without_a_service_the_route_says_so() {
    let none = Passage { proxy: None, ..passage(|_| unreachable!("there is none")) };
    let caller = Extension(caller(&BOTH));
    let answer = call(State(none), caller, get("/proxy/highlevel/c1/x")).await;
    assert_eq!(answer.status(), 404);
}
