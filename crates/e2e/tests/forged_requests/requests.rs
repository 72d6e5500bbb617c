//! The requests: what is forged, and beside it what is genuine.

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use e2e::RawRequest;

use super::house::{House, NOTION_TOKEN, SECRET, contact, ed25519, rsa, shared};

const DOOR: &str = "/webhooks/highlevel";
const GHL: &str = "x-ghl-signature";
const WH: &str = "x-wh-signature";
const KEY: &str = "x-api-key";
const SHARED: [&str; 3] = ["x-lc-signature", "x-lc-event-signature", GHL];

/// One request, and the status that it has to get.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) request: RawRequest,
    pub(crate) status: u16,
}

fn case(name: impl Into<String>, status: u16, request: RawRequest) -> Case {
    Case { name: name.into(), request, status }
}

fn post(body: &str) -> RawRequest {
    RawRequest::post(DOOR, body)
}

/// Without a key: HighLevel's own signatures alone decide.
pub(crate) fn unsigned(house: &House) -> Result<Vec<Case>> {
    let body = contact("loc-alpha", "forged");
    let other = contact("loc-alpha", "other");
    let bytes = body.as_bytes();
    let (good, good_rsa) = (ed25519(&house.signer, bytes)?, rsa(&house.signer, bytes)?);
    let theirs = ed25519(&house.stranger, bytes)?;
    let theirs_rsa = rsa(&house.stranger, bytes)?;
    let of_other = ed25519(&house.signer, other.as_bytes())?;
    let raw = STANDARD.decode(&good)?;
    let hexadecimal: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    let without = |name: &str, value: &str| post(&body).with(name, value);
    let mut cases = vec![
        case("no signature", 401, post(&body)),
        case("an empty signature", 401, without(GHL, "")),
        case("the placeholder", 401, without(GHL, "N/A").with(WH, "N/A")),
        case("another signer", 401, without(GHL, &theirs)),
        case("another signer, legacy", 401, without(WH, &theirs_rsa)),
        case("of another body", 401, without(GHL, &of_other)),
        case("in hexadecimal", 401, without(GHL, &hexadecimal)),
        case("cut", 401, without(GHL, &good[..good.len() - 4])),
        case("with more behind it", 401, without(GHL, &format!("{good}AAAA"))),
        case("in the other's header", 401, without(WH, &good)),
        case("the other in its header", 401, without(GHL, &good_rsa)),
        case(
            "wrong, beside a good one of the older kind",
            401,
            without(GHL, &theirs).with(WH, &good_rsa),
        ),
        case("malformed, beside a good older one", 401, without(GHL, "%%").with(WH, &good_rsa)),
        case("a good older one before a wrong one", 401, without(WH, &good_rsa).with(GHL, &theirs)),
        case("twice, good and wrong", 401, without(GHL, &good).with(GHL, &theirs)),
        case("twice, wrong and good", 401, without(GHL, &theirs).with(GHL, &good)),
        case("twice, good both times", 401, without(GHL, &good).with(GHL, &good)),
        case("a cut body", 401, post(&body[..body.len() - 1]).with(GHL, &good)),
        case("a longer body", 401, post(&format!("{body} ")).with(GHL, &good)),
        case(
            "a shared secret's signature without a key",
            401,
            without(SHARED[0], &shared(SECRET, bytes)),
        ),
    ];
    for key in ["", " ", "unknown", "hwk_0123456789abcdef_"] {
        let request = without(GHL, &good).with(KEY, key);
        cases.push(case(format!("a good signature beside the key {key:?}"), 401, request));
    }
    let twice = without(GHL, &good).with(KEY, &house.alpha_key).with(KEY, &house.alpha_key);
    cases.push(case("a good signature beside a key that comes twice", 401, twice));
    Ok(cases)
}

/// With keys.
pub(crate) fn with_keys(house: &House) -> Result<Vec<Case>> {
    let (alpha, beta) = (contact("loc-alpha", "forged"), contact("loc-beta", "forged"));
    let good = shared(SECRET, beta.as_bytes());
    let bad = shared("another secret", beta.as_bytes());
    let vendors = ed25519(&house.signer, beta.as_bytes())?;
    let by = |key: &str, body: &str| post(body).with(KEY, key);
    let signed = |name: &str, value: &str| by(&house.beta_key, &beta).with(name, value);
    let mut cases = vec![
        case("a revoked key", 401, by(&house.revoked_key, &alpha)),
        case("a key that may only look", 403, by(&house.reading_key, &alpha)),
        case("another organization's location", 403, by(&house.alpha_key, &beta)),
        case(
            "the same, signed by its owner's secret",
            400,
            by(&house.alpha_key, &beta).with(SHARED[0], &good),
        ),
        case(
            "the same, signed by the vendor",
            403,
            by(&house.alpha_key, &beta).with(GHL, &vendors),
        ),
        case(
            "a signature where there is no secret",
            400,
            by(&house.alpha_key, &alpha).with(SHARED[0], &good),
        ),
        case("no signature where there is a secret", 401, by(&house.beta_key, &beta)),
        case("the vendor's instead of the secret's", 401, signed(GHL, &vendors)),
        case("its own secret, of the other's location", 403, {
            by(&house.beta_key, &alpha).with(SHARED[0], shared(SECRET, alpha.as_bytes()))
        }),
    ];
    let base64 = STANDARD.encode(&good);
    for name in SHARED {
        let wrong = [
            ("wrong", bad.as_str()),
            ("cut", &good[..63]),
            ("of another body", &shared(SECRET, alpha.as_bytes())),
            ("in base64", &base64),
            ("empty", ""),
            ("the placeholder", "N/A"),
        ];
        for (what, value) in wrong {
            cases.push(case(format!("{name} {what}"), 401, signed(name, value)));
        }
        for (first, second) in [(&good, &bad), (&bad, &good), (&good, &good)] {
            let twice = signed(name, first).with(name, second);
            cases.push(case(format!("{name} twice"), 401, twice));
        }
        for other in SHARED.into_iter().filter(|other| *other != name) {
            let both = signed(name, &good).with(other, &bad);
            cases.push(case(format!("{name} good, {other} wrong"), 401, both));
        }
        let cut = by(&house.beta_key, &beta[..beta.len() - 1]).with(name, &good);
        cases.push(case(format!("{name} over a cut body"), 401, cut));
    }
    Ok(cases)
}

/// With tokens in the path.
pub(crate) fn with_tokens(house: &House) -> Vec<Case> {
    let workflow = "/webhooks/highlevel/workflow";
    let shop = "/webhooks/repairshopr";
    let token = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (of_workflow, of_shop) = (token(&house.workflow_path), token(&house.repairshopr_path));
    let at = |path: String| RawRequest::post(&path, r#"{"contact_id":"c1"}"#);
    let foreign = r#"{"contact_id":"c1","location":{"id":"loc-beta"}}"#;
    let cut = &of_workflow[..of_workflow.len() - 1];
    vec![
        case("no token", 404, at(format!("{workflow}/"))),
        case("a guess", 401, at(format!("{workflow}/hwk_0123456789abcdef_{}", "A".repeat(43)))),
        case("a cut token", 401, at(format!("{workflow}/{cut}"))),
        case("a token with more behind it", 401, at(format!("{workflow}/{of_workflow}A"))),
        case("a token in capitals", 401, at(format!("{workflow}/{}", of_workflow.to_uppercase()))),
        case("the token of another door", 400, at(format!("{workflow}/{of_shop}"))),
        case("the token of another door", 400, at(format!("{shop}/{of_workflow}"))),
        case("a key that is bound to nothing", 403, at(format!("{workflow}/{}", house.alpha_key))),
        case("a key that may only look", 403, at(format!("{shop}/{}", house.reading_key))),
        case("a revoked key", 401, at(format!("{shop}/{}", house.revoked_key))),
        case("a token in the query", 404, at(format!("{workflow}?token={of_workflow}"))),
        case("more path behind a token", 404, at(format!("{}/x", house.workflow_path))),
        case("another's location", 403, RawRequest::post(&house.workflow_path, foreign)),
    ]
}

/// At Notion's door.
pub(crate) fn of_notion(house: &House) -> Vec<Case> {
    let body = r#"{"id":"e1","type":"page.created","entity":{"id":"p1","type":"page"}}"#;
    let good = format!("sha256={}", shared(NOTION_TOKEN, body.as_bytes()));
    let header = "x-notion-signature";
    let at = |path: &str| RawRequest::post(path, body);
    let signed = |value: &str| at(&house.notion_path).with(header, value);
    let handshake = r#"{"verification_token":"of a stranger"}"#;
    let own = shared("of a stranger", body.as_bytes());
    vec![
        case("no signature", 401, at(&house.notion_path)),
        case("a wrong signature", 401, signed(&shared(SECRET, body.as_bytes()))),
        case("a malformed signature", 401, signed("sha256=")),
        case("a signature that comes twice", 401, signed(&good).with(header, &good)),
        case("a cut body", 401, {
            RawRequest::post(&house.notion_path, &body[1..]).with(header, &good)
        }),
        case(
            "a connection that is not there",
            400,
            at("/webhooks/notion/con_0").with(header, &good),
        ),
        case(
            "a token where none is asked for",
            400,
            RawRequest::post("/webhooks/notion/con_0", handshake),
        ),
        // It is kept for the operator to see, and opens nothing.
        case("a stranger's token", 200, RawRequest::post(&house.notion_path, handshake)),
        case("signed with the stranger's token", 401, signed(&own)),
    ]
}

/// Good signatures on other paths and with other methods, and odd bodies without a signature.
pub(crate) fn of_other_shapes(house: &House) -> Result<Vec<Case>> {
    let body = contact("loc-alpha", "forged");
    let good = ed25519(&house.signer, body.as_bytes())?;
    let mut cases = Vec::new();
    for path in [
        "//webhooks/highlevel",
        "/webhooks//highlevel",
        "/webhooks/highlevel/",
        "/webhooks/%68ighlevel",
        "/webhooks/highlevel%2e",
        "/webhooks/highlevel%2f",
        "/webhooks/./highlevel",
        "/webhooks/x/../highlevel",
        "/webhooks/%2e%2e/webhooks/highlevel",
        "/WEBHOOKS/HIGHLEVEL",
        "/webhooks/Highlevel",
        "/webhooks/highlevel;x",
        "/webhooks/highlevel/workflow",
        "/webhooks",
        "/",
    ] {
        cases.push(case(path, 404, RawRequest::post(path, body.as_str()).with(GHL, &good)));
    }
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post"] {
        for path in [DOOR, "/webhooks/ghl", &house.notion_path, &house.repairshopr_path] {
            let line = format!("{method} {path} HTTP/1.1");
            let request = RawRequest { line, ..post(&body).with(GHL, &good) };
            cases.push(case(format!("{method} {path}"), 405, request));
        }
    }
    for (name, body) in odd_bodies() {
        cases.push(case(name, 401, RawRequest::post(DOOR, body)));
    }
    Ok(cases)
}

/// What is genuine at every door, in the order of the journal that it makes.
pub(crate) fn genuine(house: &House) -> Result<Vec<Case>> {
    let signed = |number: &str| -> Result<(String, String, String)> {
        let body = contact("loc-alpha", number);
        let bytes = body.as_bytes();
        Ok((body.clone(), ed25519(&house.signer, bytes)?, rsa(&house.signer, bytes)?))
    };
    let (first, good, _) = signed("genuine-1")?;
    let (second, _, older) = signed("genuine-2")?;
    let (third, _, beside) = signed("genuine-3")?;
    let beta = contact("loc-beta", "genuine-4");
    let by_secret = shared(SECRET, beta.as_bytes());
    let note = r#"{"id":"e1","type":"page.created","entity":{"id":"p1","type":"page"}}"#;
    let hint = r#"{"text":"x","link":"https://shop.example.com/tickets/7"}"#;
    let get = format!("GET {}?email=a%40example.com HTTP/1.1", house.workflow_path);
    let mut cases = vec![
        case("signed", 200, post(&first).with(GHL, &good)),
        case("the same again", 200, post(&first).with(GHL, &good)),
        case(
            "under another delivery's id",
            200,
            post(&first).with(GHL, &good).with("deliveryid", "x"),
        ),
        case("the older signature", 200, post(&second).with(WH, &older)),
        case("beside the placeholder", 200, post(&third).with(GHL, "N/A").with(WH, &beside)),
        case("a key", 200, post(&contact("loc-alpha", "by-key")).with(KEY, &house.alpha_key)),
        case("a key and a secret", 200, {
            post(&beta).with(KEY, &house.beta_key).with(SHARED[1], &by_secret)
        }),
        case("a workflow", 200, RawRequest::post(&house.workflow_path, r#"{"contact_id":"c1"}"#)),
        case("a workflow's query", 200, RawRequest { line: get, ..RawRequest::post("", "") }),
        case("a hint", 200, RawRequest::post(&house.repairshopr_path, hint)),
        case("Notion", 200, {
            let signature = format!("sha256={}", shared(NOTION_TOKEN, note.as_bytes()));
            RawRequest::post(&house.notion_path, note).with("x-notion-signature", signature)
        }),
    ];
    for (name, body) in odd_bodies() {
        let signature = ed25519(&house.signer, &body)?;
        cases.push(case(name, 200, RawRequest::post(DOOR, body).with(GHL, signature)));
    }
    Ok(cases)
}

/// Bodies over the limit, signed and not, and one that is only wide.
pub(crate) fn large(house: &House) -> Result<Vec<RawRequest>> {
    let body = vec![b'x'; 5 * 1024 * 1024 + 1];
    let signature = ed25519(&house.signer, &body)?;
    Ok(vec![
        RawRequest::post(DOOR, body.clone()).with(GHL, signature),
        RawRequest::post(DOOR, body.clone()).with(KEY, &house.alpha_key),
        RawRequest::post(&house.workflow_path, body.clone()),
        RawRequest::post(&house.notion_path, body),
        RawRequest::post(DOOR, vec![b'['; 5 * 1024 * 1024]),
        post("{}").with(KEY, "k".repeat(1 << 20)),
    ])
}

/// No HTTP client sends these, and no parser may fall over them.
fn odd_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    vec![
        ("an empty body", Vec::new()),
        ("100,000 levels", deep.into_bytes()),
        ("not UTF-8", vec![b'{', b'"', 0xff, 0xfe, b'"', b':', b'1', b'}']),
    ]
}
