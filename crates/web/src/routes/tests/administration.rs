//! Administration over real HTTP: what is made is there, once, and only for who may see it.

use domain::{ApiKey, ApiKeySecret, Role, Scope};
use serde_json::json;

use super::{ADMINISTRATOR, House};

fn owner(key: &mut ApiKey) {
    (key.role, key.scopes) = (Role::Owner, Scope::ALL.into());
}

fn administrator() -> String {
    format!("authorization: Bearer {ADMINISTRATOR}\r\n")
}

#[tokio::test]
async fn the_administrator_adds_an_organization_and_its_people() {
    let house = House::open("127.0.0.1:0").await;
    let head = administrator();
    let new = r#"{"id":"org_acme","name":"Acme"}"#;
    let added = house.put("POST /v1/organizations", None, (&head, new)).await;
    assert_eq!((added.status, &added.json()["name"]), (201, &"Acme".into()), "{}", added.body);
    let again = house.put("POST /v1/organizations", None, (&head, new)).await;
    assert_eq!((again.status, &again.problem()["status"]), (409, &409.into()));
    let person = r#"{"email":"Ada@example.com","role":"owner"}"#;
    let line = "POST /v1/members?organization=org_acme";
    let member = house.put(line, None, (&head, person)).await;
    assert_eq!((member.status, &member.json()["email"]), (201, &"ada@example.com".into()));
    let path =
        format!("/v1/members/{}?organization=org_acme", member.json()["id"].as_str().unwrap());
    let change = (head.as_str(), r#"{"role":"viewer"}"#);
    let changed = house.put(&format!("PATCH {path}"), None, change).await;
    assert_eq!((changed.status, &changed.json()["role"]), (200, &"viewer".into()));
    let owned = house.send("DELETE /v1/organizations/org_acme", None, &head).await;
    assert_eq!(owned.status, 409);
    assert_eq!(owned.problem()["hint"], "remove these first: 1 members");
    let removed = house.send(&format!("DELETE {path}"), None, &head).await;
    assert_eq!((removed.status, removed.body.as_str()), (204, ""));
    let gone = house.send("DELETE /v1/organizations/org_acme", None, &head).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    let audit = house.send("GET /v1/audit?limit=2", None, &head).await.json();
    assert_eq!(audit["entries"][0]["act"], "organization.removed");
    assert_eq!(
        (&audit["entries"][0]["actor"], &audit["next"]),
        (&"installation".into(), &4.into())
    );
    let rest = house.send("GET /v1/audit?after=4", None, &head).await.json();
    assert_eq!(
        (&rest["entries"][0]["act"], &rest["next"]),
        (&"member.changed".into(), &json!(null))
    );
    house.close().await;
}

#[tokio::test]
async fn an_owner_makes_keys_for_their_own_and_sees_no_others() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, owner).await;
    let new = r#"{"name":"app","scopes":["events:read"],"expires_in_days":1}"#;
    let made = house.put("POST /v1/api-keys", Some(&alpha), ("", new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let secret = ApiKeySecret::parse(made.json()["secret"].as_str().unwrap()).unwrap();
    assert_eq!(house.get("/v1/events", Some(&secret)).await.status, 200);
    let me = house.get("/v1/me", Some(&secret)).await.json();
    assert_eq!(me["key"]["id"], made.json()["api_key"]["id"]);
    let list = house.get("/v1/api-keys", Some(&alpha)).await;
    assert_eq!(list.json()["api_keys"].as_array().map(Vec::len), Some(2));
    assert!(!list.body.contains(secret.expose()));
    for path in ["/v1/api-keys", "/v1/members"] {
        let other = house.get(&format!("{path}?organization=org_beta"), Some(&alpha)).await;
        assert_eq!(other.status, 404, "{}", other.body);
    }
    for line in ["POST /v1/organizations", "DELETE /v1/organizations/org_beta"] {
        assert_eq!(house.put(line, Some(&alpha), ("", "{}")).await.status, 403, "{line}");
    }
    let path = format!("DELETE /v1/api-keys/{}", me["key"]["id"].as_str().unwrap());
    assert_eq!(house.send(&path, Some(&alpha), "").await.status, 204);
    assert_eq!(house.get("/v1/me", Some(&secret)).await.status, 401);
    house.close().await;
}

#[tokio::test]
async fn what_is_sent_twice_under_one_key_is_done_once() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, owner).await;
    let other = house.key("alpha", 2, owner).await;
    let ask = async |secret: &ApiKeySecret, word: &str, body: &str| {
        let head = format!("idempotency-key: {word}\r\n");
        house.put("POST /v1/members", Some(secret), (&head, body)).await
    };
    let ada = r#"{"email":"ada@example.com","role":"owner"}"#;
    let first = ask(&alpha, "one", ada).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = ask(&alpha, "one", ada).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert!(again.head.contains("idempotency-replayed: true"), "{}", again.head);
    assert!(!first.head.contains("idempotency-replayed"), "{}", first.head);
    let reused = ask(&alpha, "one", r#"{"email":"bob@example.com","role":"viewer"}"#).await;
    assert_eq!(reused.status, 422);
    assert_eq!(reused.problem()["type"], "urn:highwire:problem:key-reused");
    // The word of another key is another's, and so is what it does.
    let conflict = ask(&other, "one", ada).await;
    assert_eq!((conflict.status, &conflict.problem()["status"]), (409, &409.into()));
    let conflict_again = ask(&other, "one", ada).await;
    assert_eq!(conflict_again.problem(), conflict.problem());
    assert!(conflict_again.head.contains("idempotency-replayed: true"));
    // What cannot be read begins nothing.
    assert_eq!(ask(&alpha, "two", "{").await.status, 400);
    assert_eq!(
        ask(&alpha, "two", r#"{"email":"eve@example.com","role":"viewer"}"#).await.status,
        201
    );
    house.close().await;
}

#[tokio::test]
async fn bodies_are_read_as_they_are_declared() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, owner).await;
    let line = "POST /v1/members";
    for (body, status) in [
        ("", 400),
        ("[1", 400),
        ("null", 422),
        (r#"{"email":"a@b"}"#, 422),
        (r#"{"email":"a@b","role":"assistant"}"#, 422),
        (r#"{"email":"a@b","role":"viewer","extra":1}"#, 422),
        (r#"{"email":"a b","role":"viewer"}"#, 422),
        (r#"{"email":"a@b","role":"viewer","name":""}"#, 422),
    ] {
        let answer = house.put(line, Some(&alpha), ("", body)).await;
        assert_eq!(
            (answer.status, &answer.problem()["status"]),
            (status, &status.into()),
            "{body}"
        );
    }
    let head = "content-type: text/plain\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(house.send(line, Some(&alpha), head).await.status, 415);
    let long = format!(r#"{{"email":"a@b","name":"{}"}}"#, "a".repeat(70_000));
    let large = house.put(line, Some(&alpha), ("", &long)).await;
    assert_eq!((large.status, &large.problem()["status"]), (413, &413.into()));
    house.close().await;
}

#[tokio::test]
async fn nothing_is_dead_and_nothing_is_done() {
    let house = House::open("127.0.0.1:0").await;
    let alpha = house.key("alpha", 1, owner).await;
    for query in ["", "?kind=contact.created&dropped=true", "?kind=no.kind", "?limit=5"] {
        let page = house.get(&format!("/v1/dead-letters{query}"), Some(&alpha)).await;
        assert_eq!(page.json(), json!({ "dead_letters": [], "next": null }), "{query}");
    }
    for deed in ["replay", "drop"] {
        let line = format!("POST /v1/dead-letters/{deed}");
        for body in ["{}", r#"{"all":true}"#, r#"{"ids":["act_1.rule"],"dry_run":false}"#] {
            let done = house.put(&line, Some(&alpha), ("", body)).await;
            assert_eq!(done.json(), json!({ "done": [], "dry_run": false }), "{body}");
        }
    }
    house.close().await;
}
