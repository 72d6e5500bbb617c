//! The address of the application: one list, its own headers, its own credential.

use std::sync::Arc;

use domain::{
    Access, CredentialKey, Memory, Outcome, Proxy, ProxyCall, ProxyFault, contract::sample,
};
use endpoint::{Response, Secret};

use super::{
    super::{BrowserProxy, BrowserSettings},
    house::{House, actor, call, connected, tenant, text},
};
use crate::{Safe, stand_ins::Mirror};

const TOKEN: &str = "eyJ-token-of-a-browser";
const LIST: &str = "/workflow/l1/list";

fn safe(store: &Memory) -> Safe<Memory> {
    Safe::new(store.clone(), Arc::new(Mirror), sample::clock())
}

/// A house whose connection `c1` is a browser's, with a token of this kind.
async fn house(kind: &str) -> House {
    let mut browser = connected("alpha", "c1", &[]);
    browser.profile.access = Access::Browser;
    browser.profile.settings.insert("location_id".to_owned(), "l1".to_owned());
    let host = "crm.white.test".to_owned();
    browser.profile.settings.insert("white_label_host".to_owned(), host);
    let house = House::of(browser).await;
    let key = CredentialKey { tenant: tenant("alpha", "c1"), kind: kind.to_owned() };
    safe(&house.store).put(&key, &Secret::new(TOKEN), &actor()).await.unwrap();
    house
}

fn proxy(house: &House) -> impl Proxy + use<> {
    let settings = BrowserSettings {
        url: "https://vendor.test".to_owned(),
        application_url: "https://app.test/".to_owned(),
    };
    let stored = (house.store.clone(), safe(&house.store));
    BrowserProxy::new(stored, house.transport(), sample::clock(), settings)
}

#[tokio::test]
async fn it_sends_what_a_browser_sends_and_gives_no_token_back() {
    let house = house(CredentialKey::BROWSER_TOKEN).await;
    house.answer(|_| {
        let body = format!(r#"{{"rows":["{TOKEN}"]}}"#).into();
        Ok(Response { status: 200, body, ..Response::default() })
    });
    let query = Some("parentId=root&limit=10".to_owned());
    let list = ProxyCall { query, ..call("c1", "GET", LIST) };
    let reply = proxy(&house).call(list).await.unwrap();
    assert_eq!(text(reply.pieces).await, r#"{"rows":["[secret]"]}"#);
    assert_eq!(house.wire(), ["GET /workflow/l1/list?parentId=root&limit=10"]);
    for (name, value) in [
        ("token-id", TOKEN),
        ("source", "WEB_USER"),
        ("channel", "APP"),
        ("origin", "https://crm.white.test"),
        ("referer", "https://crm.white.test/"),
    ] {
        assert_eq!(house.header(0, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(house.header(0, "authorization"), None);
    let acts: Vec<_> = house.audit().await.into_iter().map(|it| it.act).collect();
    assert_eq!(acts, ["credential.stored", "credential.opened", "browser.called"]);
}

#[tokio::test]
async fn the_token_is_taken_out_once_and_again_after_a_change() {
    let house = house(CredentialKey::BROWSER_TOKEN).await;
    let proxy = proxy(&house);
    for _ in 0..3 {
        proxy.call(call("c1", "GET", LIST)).await.unwrap();
    }
    let key = CredentialKey {
        tenant: tenant("alpha", "c1"),
        kind: CredentialKey::BROWSER_TOKEN.to_owned(),
    };
    safe(&house.store).put(&key, &Secret::new("eyJ-another-token"), &actor()).await.unwrap();
    proxy.call(call("c1", "GET", LIST)).await.unwrap();
    assert_eq!(house.header(3, "token-id").as_deref(), Some("eyJ-another-token"));
    let audit = house.audit().await;
    let opened = audit.iter().filter(|it| it.act == "credential.opened").count();
    assert_eq!((opened, audit.iter().filter(|it| it.act == "browser.called").count()), (2, 4));
}

#[tokio::test]
async fn a_credential_of_another_kind_is_never_opened() {
    for kind in [
        CredentialKey::PRIVATE_TOKEN,
        CredentialKey::TOKEN_PAIR,
        CredentialKey::API_KEY,
        CredentialKey::APP_SECRET,
    ] {
        let house = house(kind).await;
        let refusal = proxy(&house).call(call("c1", "GET", LIST)).await.unwrap_err();
        assert_eq!(refusal.fault, ProxyFault::Unusable, "{kind}");
        assert!(house.wire().is_empty());
    }
    // Nor is the connection of another kind there.
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    let refusal = proxy(&house).call(call("c1", "GET", LIST)).await.unwrap_err();
    assert_eq!(refusal.fault, ProxyFault::Absent);
}

#[tokio::test]
async fn it_reads_at_a_persons_pace() {
    let house = house(CredentialKey::BROWSER_TOKEN).await;
    let proxy = proxy(&house);
    for _ in 0..30 {
        proxy.call(call("c1", "GET", LIST)).await.unwrap();
    }
    let refusal = proxy.call(call("c1", "GET", LIST)).await.unwrap_err();
    assert!(matches!(refusal.fault, ProxyFault::Later(Some(_))), "{refusal:?}");
    assert_eq!(house.wire().len(), 30);
}

#[tokio::test]
async fn a_token_that_is_over_is_told_in_our_words() {
    let house = house(CredentialKey::BROWSER_TOKEN).await;
    house.answer(|_| {
        let body = format!("no {TOKEN}").into();
        Ok(Response { status: 401, body, ..Response::default() })
    });
    let refusal = proxy(&house).call(call("c1", "GET", LIST)).await.unwrap_err();
    assert_eq!(refusal.fault, ProxyFault::Vendor);
    assert!(!refusal.to_string().contains("eyJ"), "{refusal}");
    let entry = house.audit().await.pop().unwrap();
    assert_eq!((entry.act.as_str(), entry.outcome), ("browser.called", Outcome::Failed));
}
