//! A sandbox at hand with who calls it, for tests of the API over its own port.

use std::time::{Duration, Instant};

use endpoint::{
    Method, Request, Response, Transport as _,
    catalogue::validate_reply,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::Value;

use super::route::{self, Task};
use crate::highlevel::{
    HighLevelSandbox, HighLevelSettings, RateLimits,
    receiver::{Receiver, still_clock},
};

/// A sandbox at hand, with who calls it.
pub(crate) struct Desk {
    pub(crate) sandbox: HighLevelSandbox,
    pub(crate) transport: HttpTransport,
    pub(crate) token: String,
    /// The `Version` header of its requests.
    pub(crate) version: &'static str,
}

impl Desk {
    pub(crate) async fn new(settings: HighLevelSettings) -> Self {
        let sandbox = HighLevelSandbox::start(settings, still_clock()).await.unwrap();
        let transport = HttpTransport::new(HttpSettings::default()).unwrap();
        let token = sandbox.token().to_owned();
        Self { sandbox, transport, token, version: "2021-07-28" }
    }

    pub(crate) async fn open() -> Self {
        let rate_limits = RateLimits::generous();
        Self::new(HighLevelSettings { rate_limits, ..HighLevelSettings::default() }).await
    }

    pub(crate) fn request(&self, line: &str, body: Value) -> Request {
        let (method, path) = line.split_once(' ').unwrap();
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            other => panic!("{other} is no method of the API"),
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = format!("{}{path}", self.sandbox.url());
        let request = Request { method, url, headers: Vec::new(), body: body.into() };
        request
            .with_header("authorization", format!("Bearer {}", self.token))
            .with_header("version", self.version)
            .with_header("content-type", "application/json")
    }

    pub(crate) async fn send(&self, request: Request) -> Response {
        self.transport.send(request).await.unwrap()
    }

    /// Calls a method and path; returns the status and the body.
    pub(crate) async fn call(&self, line: &str, body: Value) -> (u16, Value) {
        let response = self.send(self.request(line, body)).await;
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    /// The body of what must succeed and be true to its schema.
    pub(crate) async fn ok(&self, line: &str, body: Value) -> Value {
        let (status, body) = self.call(line, body).await;
        assert!((200..300).contains(&status), "{line}: {status} {body}");
        assert_eq!(body["traceId"].as_str().map(str::len), Some(36), "{line}");
        let problems = self.deviations(line, status, &body);
        assert!(problems.is_empty(), "{line}: {problems:?}");
        body
    }

    /// Where an answer differs from the catalogue's schema of it.
    fn deviations(&self, line: &str, status: u16, body: &Value) -> Vec<String> {
        let (method, path) = line.split_once(' ').unwrap();
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let found = route::find(method, path, Some(self.version)).unwrap();
        let Ok(Task::Operation(candidate)) = found.task(Some(self.version)) else {
            return Vec::new();
        };
        let documented = candidate.edition().reply(status).is_some();
        let status = candidate.edition().success().map_or(status, |reply| match documented {
            true => status,
            false => reply.status(),
        });
        let problems = validate_reply(candidate.operation, candidate.generation, status, body);
        problems.into_iter().map(|problem| problem.place).collect()
    }

    /// The status and the message of what must be refused.
    pub(crate) async fn refused(&self, line: &str, body: Value) -> (u16, String) {
        let (status, body) = self.call(line, body).await;
        assert!(status >= 400, "{line}: {status} {body}");
        let message = match &body["message"] {
            Value::Array(items) => {
                items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
            }
            message => message.as_str().unwrap_or_default().to_owned(),
        };
        (status, message)
    }

    /// What a control of the sandbox answers.
    pub(crate) async fn control(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.call(&format!("POST /_sandbox/{path}"), body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// What a subscriber was told, once it is so many events or five seconds have passed.
    pub(crate) async fn told(&self, receiver: &Receiver, count: usize) -> Vec<Value> {
        let started = Instant::now();
        while receiver.received().len() < count && started.elapsed() < Duration::from_secs(5) {
            tokio::task::yield_now().await;
        }
        let received = receiver.received();
        assert_eq!(received.len(), count, "webhooks");
        received.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect()
    }

    pub(crate) async fn form(&self, path: &str, form: &str) -> (u16, Value) {
        let mut request = self.request(&format!("POST {path}"), Value::Null);
        request.body = form.to_owned().into();
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        let request = request.with_header("content-type", "application/x-www-form-urlencoded");
        let response = self.send(request).await;
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    /// A code for the app, by way of the consent page.
    pub(crate) async fn code(&self, more: &str) -> String {
        let path = format!(
            "GET /oauth/chooselocation?response_type=code&client_id={}&auto_approve=true&state=s%201{more}",
            self.sandbox.client_id()
        );
        let response = self.send(self.request(&path, Value::Null)).await;
        assert_eq!(response.status, 302);
        let (_, address) = response.headers.iter().find(|(name, _)| *name == "location").unwrap();
        let address = address.to_string();
        let rest = address.split_once("?code=").unwrap().1;
        let (code, state) = rest.split_once('&').unwrap();
        assert_eq!(state, "state=s%201");
        code.to_owned()
    }

    pub(crate) fn client(&self) -> String {
        format!(
            "client_id={}&client_secret={}",
            self.sandbox.client_id(),
            self.sandbox.client_secret()
        )
    }
}
