//! Who calls the simulated HighLevel: clients of tenants, and tokens of the app.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use endpoint::{
    Method, Request, Transport as _,
    catalogue::{Edition, Operation},
    http::{HttpTransport, Settings as HttpSettings},
};
use highlevel::{Client, Settings, Tenant, auth::PrivateToken};
use sandbox::highlevel::HighLevelSandbox;
use serde_json::Value;

use crate::Runtime;

pub(crate) type RawClient = Client<HttpTransport, Runtime>;

/// A client of one tenant that no limit holds up.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn client(
    highlevel: &HighLevelSandbox,
    token: &str,
    tenant: Tenant,
) -> Result<RawClient> {
    let transport = HttpTransport::new(HttpSettings::default())?;
    let settings = Settings {
        base_url: highlevel.url(),
        requests_per_window: 1_000_000,
        requests_per_day: 1_000_000,
        ..Settings::default()
    };
    Ok(Client::new(transport, Runtime, Arc::new(PrivateToken::new(token)), tenant, settings))
}

/// A token of the app for a location or the company, by way of the consent page, and what
/// refreshes it.
pub(crate) async fn granted(
    highlevel: &HighLevelSandbox,
    user_type: &str,
) -> Result<(String, String)> {
    let transport = HttpTransport::new(HttpSettings::default())?;
    let (url, client_id) = (highlevel.url(), highlevel.client_id());
    let scopes: Vec<&str> = highlevel::catalogue::operations()
        .flat_map(Operation::editions)
        .flat_map(Edition::scopes)
        .collect();
    let page = format!(
        "{url}/oauth/chooselocation?response_type=code&auto_approve=true&user_type={user_type}\
         &client_id={client_id}&scope={}",
        scopes.join("%20")
    );
    let request =
        Request { method: Method::Get, url: page, headers: Vec::new(), body: Vec::new().into() };
    let response = transport.send(request).await?;
    let address = response.header("location").context("the consent page leads nowhere")?;
    let code = address.split_once("code=").context("no code")?.1;
    let code = code.split_once('&').map_or(code, |(code, _)| code);
    let form = format!(
        "client_id={client_id}&client_secret={}&grant_type=authorization_code&code={code}\
         &user_type={user_type}",
        highlevel.client_secret()
    );
    let request = Request {
        method: Method::Post,
        url: format!("{url}/oauth/token"),
        headers: Vec::new(),
        body: form.into(),
    }
    .with_header("content-type", "application/x-www-form-urlencoded");
    let response = transport.send(request).await?;
    let pair: Value = serde_json::from_slice(&response.body)?;
    let text = |name: &str| Some(pair[name].as_str()?.to_owned());
    text("access_token").zip(text("refresh_token")).context("no tokens")
}
