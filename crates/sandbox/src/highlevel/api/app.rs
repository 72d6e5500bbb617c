//! `/_sandbox/app`: what the marketplace knows of the app: where its consent page leads back to, and whether it is a draft.

use std::sync::Arc;

use axum::{Json, Router, body::Bytes, extract::State, http::StatusCode, routing::get};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    control::{read, refuse},
    door::Api,
    grants::Grants,
};

pub(crate) fn router<S: Clone + Send + Sync + 'static>(api: Arc<Api>) -> Router<S> {
    Router::new().route("/_sandbox/app", get(tell).post(change)).with_state(api)
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    redirect_uri: Option<String>,
    draft: Option<bool>,
}

async fn tell(State(api): State<Arc<Api>>) -> Json<Value> {
    Json(described(&api.state().world.grants))
}

async fn change(
    State(api): State<Arc<Api>>,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let wanted: Changed = read(&body, "{\"redirect_uri\": \"https://…\", \"draft\": true}")?;
    if let Some(address) = wanted.redirect_uri.as_deref().filter(|it| !may_lead_to(it)) {
        return Err(refuse(&format!(
            "{address} is no https address; http is only for this machine"
        )));
    }
    let grants = &mut api.state().world.grants;
    if let Some(address) = wanted.redirect_uri {
        grants.redirect_uri = address;
    }
    grants.is_draft = wanted.draft.unwrap_or(grants.is_draft);
    Ok(Json(described(grants)))
}

fn described(grants: &Grants) -> Value {
    json!({
        "client_id": grants.client_id,
        "version_id": grants.version_id,
        "redirect_uri": grants.redirect_uri,
        "draft": grants.is_draft,
    })
}

/// HighLevel registers `https` alone (`facts/highlevel.md` 2.2); a test has no certificate, so this
/// machine is let through.
pub(crate) fn may_lead_to(address: &str) -> bool {
    let host = |rest: &str| rest.split(['/', '?']).next().unwrap_or_default().to_owned();
    match address.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty(),
        Some(("http", rest)) => {
            let host = host(rest);
            let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
            matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlevel::api::desk::Desk;

    #[test]
    fn a_page_leads_back_over_https_or_stays_on_the_machine() {
        for good in ["https://hub.example/cb", "http://127.0.0.1:8080/cb", "http://localhost/cb"] {
            assert!(may_lead_to(good), "{good}");
        }
        for bad in
            ["http://hub.example/cb", "http://localhost.evil.example/", "https:///x", "hub", ""]
        {
            assert!(!may_lead_to(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_draft_has_no_page_without_its_version() {
        let desk = Desk::open().await;
        desk.control("app", json!({ "draft": true })).await;
        let line = format!("GET /v2/oauth/chooselocation?client_id={}", desk.sandbox.client_id());
        let page = async |more: &str| {
            let answer = desk.send(desk.request(&format!("{line}{more}"), Value::Null)).await;
            (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
        };
        let (status, html) = page("").await;
        assert!(status == 400 && html.contains("error.noversionid"), "{status} {html}");
        assert_eq!(page("&version_id=other").await.0, 400);
        let version = desk.control("app", json!({})).await["version_id"].clone();
        let version = version.as_str().unwrap();
        assert_eq!(page(&format!("&version_id={version}")).await.0, 200);
        desk.control("app", json!({ "draft": false })).await;
        assert_eq!(page("").await.0, 200);
    }

    #[tokio::test]
    async fn the_page_leads_to_the_registered_address_alone() {
        let desk = Desk::open().await;
        let registered = json!({ "redirect_uri": "https://hub.example/cb" });
        desk.control("app", registered).await;
        let (status, _) =
            desk.call("POST /_sandbox/app", json!({ "redirect_uri": "http://hub.example" })).await;
        assert_eq!(status, 400);
        let line = format!(
            "GET /v2/oauth/chooselocation?auto_approve=true&client_id={}&redirect_uri=https%3A%2F%2Fhub.example",
            desk.sandbox.client_id()
        );
        let to = |more: &str| desk.request(&format!("{line}{more}"), Value::Null);
        let led = desk.send(to("%2Fcb")).await;
        assert!(led.header("location").unwrap().starts_with("https://hub.example/cb?code="));
        assert_eq!(desk.send(to("%2Felsewhere")).await.status, 400);
    }
}
