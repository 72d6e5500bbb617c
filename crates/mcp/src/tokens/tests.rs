//! A small authorization server with keys of its own, and every token that must not count.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use endpoint::{Request, Response, Secret, Transport, TransportError};
use serde_json::json;

use super::{introspection::Introspected, jwt::Signed, *};

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "https://hub.test/mcp";
const NOW: i64 = 1_800_000_000;

/// A server: its keys, and how often it was called.
struct Issuer {
    point: EcdsaKeyPair,
    edwards: Ed25519KeyPair,
    calls: AtomicUsize,
    is_down: Mutex<bool>,
    /// What its introspection says.
    said: Mutex<Value>,
    asked: Mutex<Vec<Request>>,
}

/// The server as a transport reaches it.
struct Wire(Arc<Issuer>);

impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        let body = match request.url.as_str() {
            "https://issuer.test/keys" => self.0.published(),
            _ => self.0.said.lock().unwrap().clone(),
        };
        self.0.asked.lock().unwrap().push(request);
        let status = if *self.0.is_down.lock().unwrap() { 503 } else { 200 };
        std::future::ready(()).await;
        Ok(Response { status, headers: Vec::new(), body: body.to_string().into() })
    }
}

impl Issuer {
    fn new() -> Arc<Self> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        Arc::new(Self {
            point: EcdsaKeyPair::generate(algorithm).unwrap(),
            edwards: Ed25519KeyPair::generate().unwrap(),
            calls: AtomicUsize::new(0),
            is_down: Mutex::new(false),
            said: Mutex::new(Value::Null),
            asked: Mutex::default(),
        })
    }

    fn published(&self) -> Value {
        let point = self.point.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "p", "x": text(&point[1..33]), "y": text(&point[33..])},
            {"kty": "OKP", "crv": "Ed25519", "kid": "e",
             "x": text(self.edwards.public_key().as_ref())},
            {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
        ]})
    }

    /// A token signed with this algorithm.
    fn token(&self, header: Value, claims: &Value) -> String {
        let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", text(&header), text(claims));
        let signature = match header["alg"].as_str() {
            Some("EdDSA") => self.edwards.sign(message.as_bytes()).as_ref().to_vec(),
            Some("none") => Vec::new(),
            _ => {
                let random = SystemRandom::new();
                self.point.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn verifier(self: &Arc<Self>) -> Signed<Wire> {
        let wire = Arc::new(Wire(Arc::clone(self)));
        Signed::new(trust(), "https://issuer.test/keys".to_owned(), wire)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

fn trust() -> Trust {
    Trust { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "at+jwt", "kid": "p"})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "exp": NOW + 300, "nbf": NOW - 10,
        "scope": "mcp:read mcp:write",
    })
}

/// The claims with this in place of what stands there.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// The claims without one of them.
fn lacking(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[tokio::test]
async fn a_token_of_the_issuer_for_this_hub_counts() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    for header in [header(), json!({"alg": "EdDSA", "typ": "JWT", "kid": "e"})] {
        let token = issuer.token(header, &claims());
        let told = verifier.verify(&token, at(NOW)).await.unwrap();
        assert_eq!(told.subject, "someone");
        assert_eq!(told.scopes, ["mcp:read", "mcp:write"]);
    }
    let several = with("aud", json!(["https://other.test", AUDIENCE]));
    assert!(verifier.verify(&issuer.token(header(), &several), at(NOW)).await.is_ok());
    assert_eq!(issuer.calls(), 1, "keys are read once");
}

#[tokio::test]
async fn what_was_not_meant_for_this_hub_does_not_count() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    for (why, claims) in [
        ("another issuer", with("iss", json!("https://issuer.test/"))),
        ("no issuer", lacking("iss")),
        ("another audience", with("aud", json!("https://hub.test"))),
        ("other audiences", with("aud", json!(["https://hub.test", "x"]))),
        ("no audience", lacking("aud")),
        ("ended", with("exp", json!(NOW - 61))),
        ("ended long ago", with("exp", json!(0))),
        ("without end", lacking("exp")),
        ("an end that is a text", with("exp", json!("2100-01-01"))),
        ("not begun", with("nbf", json!(NOW + 61))),
        ("nobody's", lacking("sub")),
    ] {
        let token = issuer.token(header(), &claims);
        let told = verifier.verify(&token, at(NOW)).await;
        assert!(matches!(told, Err(Distrust::Wrong(_))), "{why}: {told:?}");
    }
    let barely = issuer.token(header(), &with("exp", json!(NOW - 59)));
    assert!(verifier.verify(&barely, at(NOW)).await.is_ok(), "clocks differ by a minute");
}

#[tokio::test]
async fn a_token_does_not_choose_how_it_is_checked() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    for (why, header) in [
        ("none", json!({"alg": "none", "typ": "at+jwt"})),
        ("none with a key", json!({"alg": "none", "typ": "at+jwt", "kid": "p"})),
        ("a shared secret", json!({"alg": "HS256", "typ": "at+jwt", "kid": "shared"})),
        ("an algorithm off the list", json!({"alg": "ES384", "typ": "at+jwt", "kid": "p"})),
        ("another key's algorithm", json!({"alg": "ES256", "typ": "at+jwt", "kid": "e"})),
        ("a key that is not there", json!({"alg": "ES256", "typ": "at+jwt", "kid": "x"})),
        ("another kind", json!({"alg": "ES256", "typ": "logout+jwt", "kid": "p"})),
        ("no kind", json!({"alg": "ES256", "kid": "p"})),
        ("a demand", json!({"alg": "ES256", "typ": "at+jwt", "kid": "p", "crit": ["exp"]})),
    ] {
        let token = issuer.token(header, &claims());
        let told = verifier.verify(&token, at(NOW)).await;
        assert!(matches!(told, Err(Distrust::Wrong(_))), "{why}: {told:?}");
    }
    let whole = issuer.token(header(), &claims());
    let (message, signature) = whole.rsplit_once('.').unwrap();
    let other = issuer.token(header(), &with("sub", json!("another")));
    let claims = other.split('.').nth(1).unwrap();
    let head = message.split('.').next().unwrap();
    let long = "x".repeat(LONGEST + 1);
    for wrong in ["", ".", "a.b.c", message, &format!("{head}.{claims}.{signature}"), long.as_str()]
    {
        assert!(verifier.verify(wrong, at(NOW)).await.is_err());
    }
    let foreign = Issuer::new().token(header(), &self::claims());
    assert!(verifier.verify(&foreign, at(NOW)).await.is_err(), "another server's signature");
}

#[tokio::test]
async fn invented_keys_do_not_make_the_hub_call() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    for number in 0..20 {
        let kid = format!("invented-{number}");
        let token = issuer.token(json!({"alg": "ES256", "typ": "JWT", "kid": kid}), &claims());
        assert!(verifier.verify(&token, at(NOW + number)).await.is_err());
    }
    assert_eq!(issuer.calls(), 1);
}

#[tokio::test]
async fn a_server_that_is_down_locks_nobody_out_for_a_while() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    *issuer.is_down.lock().unwrap() = true;
    let token = issuer.token(header(), &with("exp", json!(NOW + 100_000)));
    let told = verifier.verify(&token, at(NOW)).await;
    assert!(matches!(told, Err(Distrust::Unknown(_))), "{told:?}");
    *issuer.is_down.lock().unwrap() = false;
    assert!(verifier.verify(&token, at(NOW + 1)).await.is_ok());
    *issuer.is_down.lock().unwrap() = true;
    assert!(verifier.verify(&token, at(NOW + 1_000)).await.is_ok(), "the keys are old, and count");
    assert!(verifier.verify(&token, at(NOW + 5_000)).await.is_err(), "they are too old");
}

#[tokio::test]
async fn an_opaque_token_is_asked_for_once_a_minute() {
    let issuer = Issuer::new();
    let wire = Arc::new(Wire(Arc::clone(&issuer)));
    let desk = introspection::Desk {
        address: "https://issuer.test/introspect".to_owned(),
        client_id: "hub".to_owned(),
        client_secret: Secret::new("a-secret/with+signs"),
    };
    let verifier = Introspected::new(trust(), desk, wire);
    let mut said = lacking("iss");
    said["active"] = json!(true);
    *issuer.said.lock().unwrap() = said;
    for second in [0, 30, 59] {
        let told = verifier.verify("opaque/token=", at(NOW + second)).await.unwrap();
        assert_eq!(told.subject, "someone");
    }
    assert_eq!(issuer.calls(), 1);
    let asked = issuer.asked.lock().unwrap()[0].clone();
    assert_eq!(asked.body, "token=opaque%2Ftoken%3D&token_type_hint=access_token");
    let proof = asked.headers.iter().find(|(name, _)| name == "authorization").unwrap();
    assert_eq!(proof.1, "Basic aHViOmEtc2VjcmV0JTJGd2l0aCUyQnNpZ25z");

    *issuer.said.lock().unwrap() = json!({"active": false});
    let ended = verifier.verify("opaque/token=", at(NOW + 60)).await;
    assert!(matches!(ended, Err(Distrust::Wrong(_))), "{ended:?}");
    for (why, said) in [
        ("another's", with("aud", json!("https://other.test/mcp"))),
        ("another issuer's", with("iss", json!("https://other.test"))),
        ("ended", with("exp", json!(NOW - 100))),
        ("not said to count", claims()),
    ] {
        let mut said = said;
        if why != "not said to count" {
            said["active"] = json!(true);
        }
        *issuer.said.lock().unwrap() = said;
        assert!(verifier.verify(&why.replace([' ', '\''], "-"), at(NOW)).await.is_err(), "{why}");
    }
    let calls = issuer.calls();
    assert!(verifier.verify("no token at all", at(NOW)).await.is_err());
    assert_eq!(issuer.calls(), calls, "what is no token is asked of nobody");
}
