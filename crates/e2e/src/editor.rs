//! Changes things at the simulated HighLevel past the hub, as a person does who works there.

use anyhow::{Result, ensure};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use sandbox::highlevel::HighLevelSandbox;
use serde_json::Value;

/// Somebody with a browser.
pub struct Editor {
    transport: HttpTransport,
}

impl Editor {
    /// Somebody who has not called anything yet.
    ///
    /// # Errors
    /// Where HTTPS cannot be prepared.
    pub fn new() -> Result<Self> {
        Ok(Self { transport: HttpTransport::new(HttpSettings::default())? })
    }

    /// Calls a simulated HighLevel with its main location's token; nothing is sent where `body` is null.
    ///
    /// # Errors
    /// Where it answers no success, or no JSON.
    pub async fn at_highlevel(
        &self,
        vendor: &HighLevelSandbox,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Value> {
        let url = format!("{}{path}", vendor.url());
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() }
            .with_header("authorization", format!("Bearer {}", vendor.token()))
            .with_header("content-type", "application/json")
            .with_header("version", "2021-07-28");
        let answer = self.transport.send(request).await?;
        let said = String::from_utf8_lossy(&answer.body);
        ensure!(matches!(answer.status, 200 | 201), "{path}: {}: {said}", answer.status);
        Ok(serde_json::from_str(&said)?)
    }

    /// What a simulated vendor tells of itself at this address.
    ///
    /// # Errors
    /// Where it answers no JSON.
    pub async fn look(&self, url: String) -> Result<Value> {
        let request = Request { method: Method::Get, url, headers: Vec::new(), body: "".into() };
        Ok(serde_json::from_slice(&self.transport.send(request).await?.body)?)
    }
}
