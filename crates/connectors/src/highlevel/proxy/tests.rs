//! Calls through the proxy: what of them is decided, what leaves, and what is told of them.

mod browser;
mod house;

use domain::{Access, Actor, OrganizationId, Outcome, ProxyFault, ProxyRights, Realm};
use endpoint::{Response, TransportError};
use proptest::prelude::{prop_assert_eq, proptest};
use serde_json::{Value, json};

use self::house::{Body, House, call, connected, of, tenant};
use super::{decision::with_fields, *};

fn allowing(list: &str) -> ProxySettings {
    ProxySettings {
        allow: list.parse().unwrap(),
        body_limit: 1_000,
        upload_limit: 2_000,
        reply_limit: 3_000,
        described: None,
    }
}

const ALL: &str = "read,write,send,delete,money";

#[tokio::test]
async fn what_leaves_is_built_from_what_was_decided() {
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    let proxy = house.proxy(allowing(ALL));
    let body = Body::json(r#" {"firstName":"Ada","big":12345678901234567890.10}"#);
    let create = ProxyCall { body, ..call("c1", "POST", "/contacts/") };
    let reply = proxy.call(create).await.unwrap();
    assert_eq!((reply.operation, reply.status), ("contacts.create-contact", 200));
    let list = ProxyCall { query: Some("limit=1".to_owned()), ..call("c1", "GET", "/contacts/") };
    proxy.call(list).await.unwrap();
    assert_eq!(
        house.wire(),
        [
            r#"POST /contacts/ {"locationId":"l1","firstName":"Ada","big":12345678901234567890.10}"#,
            "GET /contacts/?limit=1&locationId=l1",
        ]
    );
    let header = |name: &str| house.header(0, name);
    assert_eq!(header("authorization").unwrap(), "Bearer pit-hidden-token");
    assert_eq!(header("version").unwrap(), "2021-07-28");
    assert_eq!(header("accept-encoding").unwrap(), "identity");
    assert_eq!(header("x-highwire-priority"), None);
}

#[tokio::test]
async fn a_connection_is_there_for_those_who_see_it() {
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    let proxy = house.proxy(allowing("read"));
    let status = async |realm: Realm| {
        let get = ProxyCall { realm, ..call("c1", "GET", "/contacts/x") };
        proxy.call(get).await.map(|_| ()).map_err(|refusal| refusal.fault)
    };
    let organization = |name: &str| Realm::Organization(OrganizationId::new(name));
    assert_eq!(status(organization("alpha")).await, Ok(()));
    assert_eq!(status(Realm::Connection(tenant("alpha", "c1"))).await, Ok(()));
    assert_eq!(status(Realm::Installation).await, Ok(()));
    assert_eq!(status(organization("beta")).await, Err(ProxyFault::Absent));
    assert_eq!(status(Realm::Connection(tenant("alpha", "c2"))).await, Err(ProxyFault::Absent));

    // Where two organizations have one of this id, nobody guesses which is meant.
    house.add(connected("beta", "c1", &["l2"])).await;
    assert_eq!(status(Realm::Installation).await, Err(ProxyFault::Absent));
    assert_eq!(status(organization("beta")).await, Ok(()));
}

#[tokio::test]
async fn a_browsers_connection_is_not_there() {
    let mut browser = connected("alpha", "c1", &["l1"]);
    browser.profile.access = Access::Browser;
    let house = House::of(browser).await;
    let refusal = house.proxy(allowing(ALL)).call(call("c1", "GET", "/contacts/x")).await;
    assert_eq!(refusal.unwrap_err().fault, ProxyFault::Absent);
    assert!(house.wire().is_empty());
}

#[tokio::test]
async fn the_list_of_the_connection_counts_in_place_of_the_hubs() {
    let mut narrow = connected("alpha", "c1", &["l1"]);
    narrow.profile.settings.insert("proxy_allow".to_owned(), "contacts.get-contact".to_owned());
    let mut wrong = connected("alpha", "c2", &["l2"]);
    wrong.profile.settings.insert("proxy_allow".to_owned(), "everything".to_owned());
    let house = House::of(narrow).await;
    house.add(wrong).await;
    let proxy = house.proxy(allowing(ALL));
    assert!(proxy.call(call("c1", "GET", "/contacts/x")).await.is_ok());
    let other = proxy.call(call("c1", "DELETE", "/contacts/x")).await.unwrap_err();
    assert_eq!(
        (other.fault, other.operation),
        (ProxyFault::Forbidden, Some("contacts.delete-contact"))
    );
    let unreadable = proxy.call(call("c2", "GET", "/contacts/x")).await.unwrap_err();
    assert_eq!(unreadable.fault, ProxyFault::Unusable);
}

#[tokio::test]
async fn rights_follow_the_kind_and_not_the_method() {
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    let proxy = house.proxy(allowing(ALL));
    let fault = async |rights, method: &str, path: &str, body: Option<Box<dyn ProxyBody>>| {
        let call = ProxyCall { rights, body, ..call("c1", method, path) };
        proxy.call(call).await.map(|_| ()).map_err(|refusal| refusal.fault)
    };
    let (reads, writes) =
        (ProxyRights { reads: true, writes: false }, ProxyRights { reads: false, writes: true });
    let search = || Body::json(r#"{"pageLimit":1}"#);
    assert_eq!(fault(reads, "POST", "/contacts/search", search()).await, Ok(()));
    let refused = Err(ProxyFault::NeedsReads);
    assert_eq!(fault(writes, "POST", "/contacts/search", search()).await, refused);
    assert_eq!(fault(reads, "DELETE", "/contacts/x", None).await, Err(ProxyFault::NeedsWrites));
    assert_eq!(fault(writes, "DELETE", "/contacts/x", None).await, Ok(()));
}

#[tokio::test]
async fn a_call_is_for_one_account_of_the_connection() {
    let mut several = connected("alpha", "c1", &["l1", "l2"]);
    several.profile.settings.insert("company_id".to_owned(), "company".to_owned());
    let house = House::of(several).await;
    house.add(connected("alpha", "c2", &["l3"])).await;
    let proxy = house.proxy(allowing(ALL));
    let fault = async |connection: &str, path: &str, headers: &[(&str, &str)]| {
        let call = ProxyCall { headers: of(headers), ..call(connection, "GET", path) };
        proxy.call(call).await.map(|_| ()).map_err(|refusal| refusal.fault)
    };
    // Without a name, what is not a location's is the agency's.
    assert_eq!(fault("c1", "/contacts/x", &[]).await, Ok(()));
    assert_eq!(fault("c1", "/contacts/x", &[("x-highwire-account", "l2")]).await, Ok(()));
    assert_eq!(fault("c1", "/locations/l2", &[]).await, Ok(()));
    assert_eq!(fault("c1", "/companies/company", &[]).await, Ok(()));
    let forbidden = Err(ProxyFault::Forbidden);
    assert_eq!(fault("c1", "/contacts/x", &[("x-highwire-account", "l3")]).await, forbidden);
    assert_eq!(fault("c1", "/locations/l3", &[]).await, forbidden);
    assert_eq!(fault("c1", "/companies/other", &[]).await, forbidden);
    assert_eq!(fault("c2", "/snapshots/?companyId=company", &[]).await, forbidden);
    let two = fault("c1", "/locations/l2", &[("x-highwire-account", "l1")]).await;
    assert_eq!(two, Err(ProxyFault::Malformed));
    assert_eq!(
        house.accounts(),
        ["company company", "location l2", "location l2", "company company"]
    );
}

#[tokio::test]
async fn forms_with_files_pass_as_they_come_where_it_is_clear_whose_they_are() {
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    house.add(connected("alpha", "c2", &["l2", "l3"])).await;
    let proxy = house.proxy(allowing(ALL));
    let upload = |connection: &str, bytes: usize| ProxyCall {
        headers: of(&[("content-type", "multipart/form-data; boundary=x")]),
        body: Body::of(vec![b'x'; bytes]),
        ..call(connection, "POST", "/medias/upload-file")
    };
    proxy.call(upload("c1", 1_500)).await.unwrap();
    assert_eq!(house.header(0, "content-type").unwrap(), "multipart/form-data; boundary=x");
    let fault = |outcome: Result<ProxyReply, ProxyRefusal>| outcome.unwrap_err().fault;
    assert_eq!(fault(proxy.call(upload("c1", 2_001)).await), ProxyFault::TooLarge);
    assert_eq!(fault(proxy.call(upload("c2", 10)).await), ProxyFault::Forbidden);
    let large = Body::of(vec![b' '; 1_001]);
    let large = ProxyCall { body: large, ..call("c1", "POST", "/contacts/") };
    assert_eq!(fault(proxy.call(large).await), ProxyFault::TooLarge);
    assert_eq!(house.wire().len(), 1);
}

#[tokio::test]
async fn the_audit_tells_of_every_call_that_means_an_operation() {
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    let proxy = house.proxy(allowing("read"));
    let _ = proxy.call(call("c1", "GET", "/contacts/x")).await;
    let _ = proxy.call(call("c1", "DELETE", "/contacts/x")).await;
    let _ = proxy.call(call("c1", "GET", "/contact/x")).await;
    house.answer(|_| Err(TransportError::Connect { host: "v".to_owned(), source: "x".into() }));
    let _ = proxy.call(call("c1", "GET", "/contacts/y")).await;
    let told: Vec<_> = house
        .audit()
        .await
        .into_iter()
        .map(|it| (it.outcome, it.subject.unwrap(), it.detail.unwrap(), it.actor))
        .collect();
    let key = house::actor();
    let (get, delete) = ("contacts.get-contact".to_owned(), "contacts.delete-contact".to_owned());
    assert_eq!(told[0], (Outcome::Done, get.clone(), "status 200".to_owned(), key.clone()));
    assert_eq!((told[1].0, &told[1].1), (Outcome::Refused, &delete));
    assert_eq!((told[2].0, &told[2].1), (Outcome::Failed, &get));
    assert_eq!(told.len(), 3);
    assert!(matches!(key, Actor::Key(_)));
}

#[tokio::test]
async fn what_the_vendor_says_is_passed_on_except_about_the_hub_itself() {
    let house = House::of(connected("alpha", "c1", &["l1"])).await;
    let proxy = house.proxy(allowing("read"));
    let answer = |status: u16, headers: &'static [(&'static str, &'static str)]| {
        house.answer(move |_| {
            let body = r#"{"message":"pit-hidden-token says no"}"#.into();
            Ok(Response { status, headers: of(headers), body })
        });
    };
    let ask = async || proxy.call(call("c1", "GET", "/contacts/x")).await;
    answer(422, &[("x-trace-id", "t"), ("set-cookie", "a=b"), ("x-other", "1")]);
    let reply = ask().await.unwrap();
    assert_eq!((reply.status, reply.headers), (422, of(&[("x-trace-id", "t")])));
    assert_eq!(house::text(reply.pieces).await, r#"{"message":"[secret] says no"}"#);

    answer(401, &[]);
    let refusal = ask().await.unwrap_err();
    assert_eq!(refusal.fault, ProxyFault::Vendor);
    assert!(!refusal.to_string().contains("pit-"), "{refusal}");
    answer(200, &[("content-encoding", "br")]);
    assert_eq!(ask().await.unwrap_err().fault, ProxyFault::Vendor);
    answer(429, &[("x-ratelimit-daily-remaining", "0")]);
    assert_eq!(ask().await.unwrap().status, 429);
    let waits = ask().await.unwrap_err();
    assert!(matches!(waits.fault, ProxyFault::Later(Some(_))), "{waits:?}");
}

proptest! {
    /// Fields come in front, and every byte of the rest stays.
    #[test]
    fn an_object_keeps_its_bytes(spaces in "[ \n]{0,3}", inner in "[ ]{0,2}", name in "[a-z]{0,4}") {
        let rest = if name.is_empty() { String::new() } else { format!("\"{name}\": 1.10") };
        let object = format!("{spaces}{{{inner}{rest}{inner}}}{spaces}");
        let fields = vec![("locationId".to_owned(), "l\"1".to_owned())];
        let built = with_fields(object.clone().into(), fields);
        let built: Value = serde_json::from_slice(&built).unwrap();
        let mut expected: Value = serde_json::from_str(&object).unwrap();
        expected["locationId"] = json!("l\"1");
        prop_assert_eq!(built, expected);
        prop_assert_eq!(with_fields(object.clone().into(), Vec::new()), object);
    }
}
