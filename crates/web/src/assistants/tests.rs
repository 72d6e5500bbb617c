//! The routes of the tools over their handler: who gets in, as whom, and what a refusal says.

use std::sync::Mutex;

use domain::{
    ApiKeys, KeyHash, Memory, OrganizationId, Organizations, Role, Scope, TokenHolderId,
    contract::sample::{api_key, clock, organization},
};
use http_body_util::{BodyExt, Full};
use policy::access::Exposure;
use tokio::time::Instant;

use super::*;
use crate::{Health, guard::Lock};

const TOKEN: &str = "a-token-of-the-issuer";

/// Takes one token, and remembers who came.
struct Tools {
    resource: Option<Resource>,
    lacking: Option<Scope>,
    came: Mutex<Vec<(Visit, HeaderMap)>>,
}

impl Assistants for Tools {
    fn resource(&self) -> Option<&Resource> {
        self.resource.as_ref()
    }

    fn holder<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Holder, Untrusted>> {
        let realm = Realm::Organization(OrganizationId::new("alpha"));
        let scopes = [Scope::McpRead, Scope::McpSend].into();
        let principal = Principal { realm, role: Role::Assistant, scopes };
        let holder = Holder { actor: Actor::Token(TokenHolderId::of("issuer", "x")), principal };
        let found = match token {
            TOKEN => Ok(holder),
            "silence" => Err(Untrusted::Unknown),
            _ => Err(Untrusted::Token),
        };
        Box::pin(std::future::ready(found))
    }

    fn answer(
        &self,
        visit: Visit,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Reply>, Lacking>> {
        self.came.lock().unwrap().push((visit, request.headers().clone()));
        let answer = match self.lacking {
            Some(scope) => Err(Lacking([scope].into())),
            None => Ok(http::Response::new(Full::new(request.into_body()).boxed())),
        };
        Box::pin(std::future::ready(answer))
    }
}

struct House {
    store: Memory,
    tools: Arc<Tools>,
    desk: Desk<Memory>,
    hall: Arc<Hall<Memory>>,
}

impl House {
    async fn with(change: impl FnOnce(&mut Tools)) -> Self {
        let store = Memory::new(clock());
        store.add_organization(organization("alpha")).await.unwrap();
        let lock = Lock {
            exposure: Exposure::Loopback,
            administrator: Some(KeyHash::of("the-administrator")),
            requests_per_minute: 3,
        };
        let resource = Resource {
            url: "https://hub.test/mcp".to_owned(),
            issuers: vec!["https://issuer.test".to_owned()],
            scopes: [Scope::McpRead, Scope::McpSend].into(),
        };
        let mut tools = Tools { resource: Some(resource), lacking: None, came: Mutex::default() };
        change(&mut tools);
        let tools = Arc::new(tools);
        let guard = Arc::new(Guard::new(store.clone(), clock(), lock));
        let admission = Admission::new(Health::starting(Instant::now()), 1 << 20);
        let hall = Arc::new(Hall { guard, admission, service: Some(Arc::clone(&tools) as _) });
        let need = &access::route("POST", "/mcp").unwrap().need;
        let desk = Desk { hall: Arc::clone(&hall), need, list: List::Whole };
        Self { store, tools, desk, hall }
    }

    async fn open() -> Self {
        Self::with(|_| {}).await
    }

    async fn ask(&self, headers: &[(&'static str, &str)]) -> Response {
        let mut request = Request::builder().method("POST").uri("/mcp?access_token=in-the-query");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from("{}")).unwrap();
        call(State(self.desk.clone()), None, request).await
    }

    async fn bearer(&self, token: &str) -> Response {
        self.ask(&[("authorization", &format!("Bearer {token}"))]).await
    }
}

fn challenged(response: &Response) -> &str {
    response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap()
}

#[tokio::test]
async fn who_has_no_token_is_told_where_tokens_come_from() {
    let house = House::open().await;
    let metadata = "https://hub.test/.well-known/oauth-protected-resource/mcp";
    for headers in [&[][..], &[("x-api-key", TOKEN)], &[("authorization", "Basic eDp5")]] {
        let refused = house.ask(headers).await;
        assert_eq!(refused.status(), 401, "{headers:?}");
        let wanted = format!(
            "Bearer realm=\"highwire\", scope=\"mcp:read\", resource_metadata=\"{metadata}\""
        );
        assert_eq!(challenged(&refused), wanted);
    }
    let wrong = house.bearer("another").await;
    assert_eq!(wrong.status(), 401);
    assert!(challenged(&wrong).contains("error=\"invalid_token\""));
    assert_eq!(house.bearer("silence").await.status(), 503);
    assert!(house.tools.came.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_holder_of_a_token_may_what_its_scopes_say() {
    let house = House::open().await;
    assert_eq!(house.bearer(TOKEN).await.status(), 200);
    let (visit, headers) = house.tools.came.lock().unwrap().remove(0);
    assert_eq!(visit.actor, Actor::Token(TokenHolderId::of("issuer", "x")));
    assert_eq!(visit.rights, Rights { sends: true, ..Rights::default() });
    assert!(!headers.contains_key("authorization"), "no token goes further");
    assert_eq!(house.bearer(TOKEN).await.status(), 200);
    assert_eq!(house.bearer(TOKEN).await.status(), 200);
    assert_eq!(house.bearer(TOKEN).await.status(), 429, "a holder's requests are counted");
}

#[tokio::test]
async fn a_key_of_the_hub_opens_them_too() {
    let house = House::open().await;
    let (mut key, secret) = api_key("alpha", 1);
    (key.role, key.scopes) = (Role::Assistant, [Scope::McpRead, Scope::McpWrite].into());
    let (mut blind, other) = api_key("alpha", 2);
    (blind.role, blind.scopes) = (Role::Assistant, [Scope::McpWrite].into());
    let (mut viewer, third) = api_key("alpha", 3);
    (viewer.role, viewer.scopes) = (Role::Viewer, [Scope::McpRead].into());
    for key in [&key, &blind, &viewer] {
        house.store.add_api_key(key.clone()).await.unwrap();
    }
    assert_eq!(house.bearer(secret.expose()).await.status(), 200);
    let (visit, _) = house.tools.came.lock().unwrap().remove(0);
    assert_eq!(visit.actor, Actor::Key(key.id.clone()));
    assert_eq!(visit.rights, Rights { writes: true, ..Rights::default() });
    let refused = house.bearer(other.expose()).await;
    assert_eq!(refused.status(), 403);
    assert!(challenged(&refused).contains("error=\"insufficient_scope\", scope=\"mcp:read\""));
    assert_eq!(house.bearer(third.expose()).await.status(), 403, "a viewer has no assistant");
    assert_eq!(house.bearer("the-administrator").await.status(), 200);
}

#[tokio::test]
async fn every_scope_that_a_call_takes_is_named_at_once() {
    let house = House::with(|tools| tools.lacking = Some(Scope::McpMoney)).await;
    let refused = house.bearer(TOKEN).await;
    assert_eq!(refused.status(), 403);
    assert!(challenged(&refused).contains("scope=\"mcp:money mcp:read\""), "{refused:?}");
}

#[tokio::test]
async fn the_metadata_names_the_issuers_and_is_not_there_without_one() {
    let house = House::open().await;
    let told = metadata(State(Arc::clone(&house.hall))).await;
    let told = told.into_body().collect().await.unwrap().to_bytes();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let wanted = json!({
        "resource": "https://hub.test/mcp", "resource_name": "Highwire",
        "authorization_servers": ["https://issuer.test"],
        "bearer_methods_supported": ["header"], "scopes_supported": ["mcp:read", "mcp:send"],
    });
    assert_eq!(told, wanted);
    let without = House::with(|tools| tools.resource = None).await;
    assert_eq!(metadata(State(Arc::clone(&without.hall))).await.status(), 404);
    let refused = without.ask(&[]).await;
    assert_eq!(challenged(&refused), "Bearer realm=\"highwire\", scope=\"mcp:read\"");
}
